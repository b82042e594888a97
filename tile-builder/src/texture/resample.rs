//! Pictures in other sizes. Called by `texture`.
//!
//! Separable filters (Heckbert, "Filtered Image Resampling", in Graphics Gems III) in linear light
//! and with colours weighted by alpha, so that neither contrast darkens nor hidden colours bleed.
//! Catmull and Rom's cubic makes smaller pictures, a tent enlarges as a GPU does. Rows are made when
//! they are needed and dropped after, so that memory beyond the pictures is some rows.

use std::collections::VecDeque;

use image::{Rgba, RgbaImage};

/// The size within which no side is longer than `edge_px`, in the same proportions; at least one
/// pixel a side. The size itself if it fits.
pub(super) fn within((width, height): (u32, u32), edge_px: Option<u32>) -> (u32, u32) {
    let longest = width.max(height);
    let Some(edge) = edge_px.map(|edge| edge.max(1)).filter(|edge| *edge < longest) else {
        return (width, height);
    };
    let scaled = |side: u32| {
        let rounded = (u64::from(side) * u64::from(edge) + u64::from(longest) / 2) / u64::from(longest);
        (rounded as u32).max(1)
    };
    (scaled(width), scaled(height))
}

/// The picture in a smaller size. A side that repeats is filtered across its seam.
pub(super) fn smaller(image: &RgbaImage, width: u32, height: u32, repeat: [bool; 2]) -> RgbaImage {
    resample(image, width, height, repeat, &Kernel { reach: 2.0, weight: cubic })
}

/// The picture in another size, as a GPU shows it between texels.
pub(super) fn as_shown(image: &RgbaImage, width: u32, height: u32, repeat: [bool; 2]) -> RgbaImage {
    resample(image, width, height, repeat, &Kernel { reach: 1.0, weight: tent })
}

struct Kernel {
    reach: f64,
    weight: fn(f64) -> f64,
}

fn tent(x: f64) -> f64 {
    (1.0 - x.abs()).max(0.0)
}

/// Catmull and Rom's spline: the cubic with B = 0, C = 1/2 of Mitchell and Netravali (1988).
fn cubic(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

/// What one target pixel takes: weights from a source pixel on, which may lie outside.
struct Taps {
    first: i64,
    weights: Vec<f32>,
}

fn taps(source: u32, target: u32, kernel: &Kernel) -> Vec<Taps> {
    let ratio = f64::from(source) / f64::from(target);
    let spread = ratio.max(1.0);
    (0..target)
        .map(|at| {
            let centre = (f64::from(at) + 0.5) * ratio - 0.5;
            let first = (centre - kernel.reach * spread).ceil() as i64;
            let last = (centre + kernel.reach * spread).floor() as i64;
            let weights: Vec<f64> =
                (first..=last).map(|tap| (kernel.weight)((tap as f64 - centre) / spread)).collect();
            let sum: f64 = weights.iter().sum();
            Taps { first, weights: weights.iter().map(|weight| (weight / sum) as f32).collect() }
        })
        .collect()
}

/// A place outside of a row, brought inside.
fn inside(at: i64, length: u32, repeat: bool) -> u32 {
    let length = i64::from(length);
    (if repeat { at.rem_euclid(length) } else { at.clamp(0, length - 1) }) as u32
}

fn resample(image: &RgbaImage, width: u32, height: u32, repeat: [bool; 2], kernel: &Kernel) -> RgbaImage {
    let light = Light::new();
    let columns = taps(image.width(), width, kernel);
    let rows = taps(image.height(), height, kernel);
    let mut target = RgbaImage::new(width, height);
    // Source rows in the target's width, by their place; places rise from one target row to the next.
    let mut ready: VecDeque<(i64, Vec<[f32; 4]>)> = VecDeque::new();
    for (taps, line) in rows.iter().zip(target.rows_mut()) {
        while ready.front().is_some_and(|(at, _)| *at < taps.first) {
            ready.pop_front();
        }
        let next = ready.back().map_or(taps.first, |(at, _)| at + 1);
        for at in next..taps.first + taps.weights.len() as i64 {
            let y = inside(at, image.height(), repeat[1]);
            ready.push_back((at, filter_row(image, y, &columns, repeat[0], &light)));
        }
        for (x, pixel) in line.enumerate() {
            let mut sum = [0.0; 4];
            for ((_, row), weight) in ready.iter().zip(&taps.weights) {
                add(&mut sum, row[x], *weight);
            }
            *pixel = light.pixel(sum);
        }
    }
    target
}

fn filter_row(image: &RgbaImage, y: u32, columns: &[Taps], repeat: bool, light: &Light) -> Vec<[f32; 4]> {
    let width = image.width();
    let row: Vec<[f32; 4]> = (0..width).map(|x| light.of(*image.get_pixel(x, y))).collect();
    columns
        .iter()
        .map(|taps| {
            let mut sum = [0.0; 4];
            for (at, weight) in (taps.first..).zip(&taps.weights) {
                add(&mut sum, row[inside(at, width, repeat) as usize], *weight);
            }
            sum
        })
        .collect()
}

fn add(sum: &mut [f32; 4], value: [f32; 4], weight: f32) {
    for (sum, value) in sum.iter_mut().zip(value) {
        *sum += value * weight;
    }
}

/// Steps of the table that leads back from light to sRGB.
const STEPS: usize = 4096;

/// The way between stored sRGB values and linear light.
struct Light {
    /// Light of each stored value.
    linear: [f32; 256],
    /// For each step of light, a stored value that is not too large.
    guess: Vec<u8>,
    /// The light from which on the next stored value is nearer.
    next: [f32; 256],
}

impl Light {
    fn new() -> Self {
        let of = |stored: f64| {
            let value = stored / 255.0;
            let linear = if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
            linear as f32
        };
        let linear = std::array::from_fn(|stored| of(stored as f64));
        let next: [f32; 256] =
            std::array::from_fn(|stored| if stored < 255 { of(stored as f64 + 0.5) } else { f32::INFINITY });
        let guess = (0..STEPS)
            .map(|step| next.partition_point(|from| *from <= step as f32 / STEPS as f32) as u8)
            .collect();
        Self { linear, guess, next }
    }

    /// Light times alpha, and alpha, all in `0..=1`.
    fn of(&self, Rgba([r, g, b, a]): Rgba<u8>) -> [f32; 4] {
        let alpha = f32::from(a) / 255.0;
        let light = |stored: u8| self.linear[usize::from(stored)] * alpha;
        [light(r), light(g), light(b), alpha]
    }

    fn pixel(&self, [r, g, b, a]: [f32; 4]) -> Rgba<u8> {
        let alpha = (a * 255.0).round().clamp(0.0, 255.0) as u8;
        if alpha == 0 {
            return Rgba([0; 4]);
        }
        Rgba([self.stored(r / a), self.stored(g / a), self.stored(b / a), alpha])
    }

    fn stored(&self, light: f32) -> u8 {
        let light = light.clamp(0.0, 1.0);
        let step = ((light * STEPS as f32) as usize).min(STEPS - 1);
        let mut stored = self.guess[step];
        while light >= self.next[usize::from(stored)] {
            stored += 1;
        }
        stored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_that_fits_stays() {
        assert_eq!(within((300, 200), Some(300)), (300, 200));
        assert_eq!(within((300, 200), None), (300, 200));
    }

    #[test]
    fn a_size_keeps_its_proportions_and_a_pixel_each_way() {
        assert_eq!(within((4000, 1000), Some(1024)), (1024, 256));
        assert_eq!(within((4000, 1), Some(16)), (16, 1));
        assert_eq!(within((u32::MAX, u32::MAX), Some(1)), (1, 1));
    }

    #[test]
    fn every_stored_value_survives_the_way_to_light_and_back() {
        let light = Light::new();
        for value in 0..=255 {
            let pixel = Rgba([value, 255 - value, value, 255]);
            assert_eq!(light.pixel(light.of(pixel)), pixel);
        }
    }

    #[test]
    fn black_and_white_stripes_become_the_grey_of_half_the_light() {
        let stripes =
            RgbaImage::from_fn(64, 64, |x, _| if x % 2 == 0 { Rgba([0, 0, 0, 255]) } else { Rgba([255; 4]) });
        let grey = smaller(&stripes, 16, 16, [true; 2]);
        // Half the light of white is 188 in sRGB.
        assert!(grey.pixels().all(|pixel| pixel.0[0].abs_diff(188) <= 1), "{:?}", grey.get_pixel(8, 8));
    }

    #[test]
    fn colour_under_full_transparency_does_not_bleed() {
        let half =
            RgbaImage::from_fn(
                64,
                64,
                |x, _| if x < 32 { Rgba([255, 0, 0, 0]) } else { Rgba([0, 0, 255, 255]) },
            );
        let small = smaller(&half, 16, 16, [false; 2]);
        assert!(
            small.pixels().filter(|pixel| pixel.0[3] > 0).all(|pixel| pixel.0[0] == 0 && pixel.0[2] == 255)
        );
    }

    #[test]
    fn a_side_that_repeats_is_filtered_across_its_seam() {
        let half =
            RgbaImage::from_fn(64, 4, |x, _| if x < 32 { Rgba([0, 0, 0, 255]) } else { Rgba([255; 4]) });
        let edge = |repeat| smaller(&half, 8, 4, [repeat, false]).get_pixel(0, 0).0[0];
        assert_eq!(edge(false), 0);
        assert!(edge(true) > 0);
    }
}
