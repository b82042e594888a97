//! Colours for what no triangle covers: gutters first, then all the rest.
//!
//! In: an image of which some texels are known. Out: the same with every texel known. Gutters
//! repeat the colours of the chart beside them, so that filtering near its edge mixes nothing
//! foreign in; the rest gets the mean of what is around it (S. Gortler et al., *The Lumigraph*,
//! 1996, section 3.4.2: pull, push), so that the smallest mip levels keep the colour of the whole.

use image::{Rgba, RgbaImage};

use crate::texture::light;

/// Spreads the known texels of an image over the unknown: `gutter_px` steps by repetition, the
/// rest by mixing. `known` is row by row. An image of which nothing is known stays as it is.
pub(super) fn fill(image: &mut RgbaImage, known: &mut [bool], gutter_px: u32) {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let size = [width, height];
    // Looked for among the unknown once; then only beside what was filled in.
    let beside_known = |at: &usize| !known[*at] && around(*at, size).any(|beside| known[beside]);
    let mut edge: Vec<usize> = (0..known.len()).filter(beside_known).collect();
    for _ in 0..gutter_px {
        repeat(image, known, &edge, size);
        let mut next: Vec<usize> =
            edge.iter().flat_map(|&at| around(at, size)).filter(|&at| !known[at]).collect();
        next.sort_unstable();
        next.dedup();
        edge = next;
        if edge.is_empty() {
            break;
        }
    }
    if known.iter().any(|&known| !known) && known.iter().any(|&known| known) {
        mix(image, known);
    }
}

/// Gives each of some unknown texels the mean of its known neighbours.
fn repeat(image: &mut RgbaImage, known: &mut [bool], texels: &[usize], size: [usize; 2]) {
    let mean = |&at: &usize| {
        let mut sum = [0.0; 4];
        let mut count = 0.0;
        for beside in around(at, size).filter(|&beside| known[beside]) {
            let texel = image.get_pixel((beside % size[0]) as u32, (beside / size[0]) as u32);
            light::add(&mut sum, light::weighed(light::of_stored(texel.0)), 1.0);
            count += 1.0;
        }
        light::stored(sum.map(|value| value / count))
    };
    let colours: Vec<[u8; 4]> = texels.iter().map(mean).collect();
    for (&at, colour) in texels.iter().zip(colours) {
        image.put_pixel((at % size[0]) as u32, (at / size[0]) as u32, Rgba(colour));
        known[at] = true;
    }
}

/// The up to eight texels around one.
pub(super) fn around(at: usize, [width, height]: [usize; 2]) -> impl Iterator<Item = usize> {
    let (x, y) = (at % width, at / width);
    let rows = y.saturating_sub(1)..(y + 2).min(height);
    rows.flat_map(move |row| {
        (x.saturating_sub(1)..(x + 2).min(width)).map(move |column| row * width + column)
    })
    .filter(move |&beside| beside != at)
}

/// A picture with the share of each pixel that is known.
struct Layer {
    size: [usize; 2],
    /// Light times share, and share.
    pixels: Vec<([f32; 4], f32)>,
}

fn mix(image: &mut RgbaImage, known: &[bool]) {
    let size = [image.width() as usize, image.height() as usize];
    let pixels = image.pixels().zip(known).map(|(texel, &known)| {
        if known { (light::weighed(light::of_stored(texel.0)), 1.0) } else { ([0.0; 4], 0.0) }
    });
    let mut layers = vec![Layer { size, pixels: pixels.collect() }];
    while layers[layers.len() - 1].size != [1, 1] {
        let half = pull(&layers[layers.len() - 1]);
        layers.push(half);
    }
    while let [.., fine, coarse] = &mut layers[..] {
        push(fine, coarse);
        layers.pop();
    }
    for (at, texel) in image.pixels_mut().enumerate().filter(|(at, _)| !known[*at]) {
        let (sum, share) = layers[0].pixels[at];
        texel.0 = light::stored(sum.map(|value| value / share.max(f32::MIN_POSITIVE)));
    }
}

fn pull(fine: &Layer) -> Layer {
    let size = fine.size.map(|size| size.div_ceil(2));
    let mut pixels = vec![([0.0; 4], 0.0); size[0] * size[1]];
    for (at, &(sum, share)) in fine.pixels.iter().enumerate() {
        let (x, y) = (at % fine.size[0], at / fine.size[0]);
        let half: &mut ([f32; 4], f32) = &mut pixels[y / 2 * size[0] + x / 2];
        light::add(&mut half.0, sum, 1.0);
        half.1 += share;
    }
    // What is known well enough is not outweighed by what is known better.
    for (sum, share) in &mut pixels {
        if *share > 1.0 {
            *sum = sum.map(|value| value / *share);
            *share = 1.0;
        }
    }
    Layer { size, pixels }
}

fn push(fine: &mut Layer, coarse: &Layer) {
    for at in 0..fine.pixels.len() {
        let (x, y) = (at % fine.size[0], at / fine.size[0]);
        let (sum, share) = &mut fine.pixels[at];
        let (behind, of) = coarse.pixels[y / 2 * coarse.size[0] + x / 2];
        if *share < 1.0 && of > 0.0 {
            light::add(sum, behind, (1.0 - *share) / of);
            *share = 1.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gutters_repeat_their_chart_and_the_rest_is_between() {
        let mut image = RgbaImage::new(32, 8);
        let mut known = vec![false; 32 * 8];
        for y in 0..8 {
            image.put_pixel(2, y, Rgba([200, 0, 0, 255]));
            image.put_pixel(29, y, Rgba([0, 0, 200, 255]));
            known[y as usize * 32 + 2] = true;
            known[y as usize * 32 + 29] = true;
        }
        fill(&mut image, &mut known, 4);
        let at = |x| image.get_pixel(x, 4).0;
        assert_eq!([at(0), at(6)], [[200, 0, 0, 255]; 2]);
        assert_eq!([at(25), at(31)], [[0, 0, 200, 255]; 2]);
        assert!(image.pixels().all(|texel| texel.0[3] == 255));
        assert!(at(10)[0] > at(10)[2] && at(22)[2] > at(22)[0], "{:?} {:?}", at(10), at(22));
    }

    #[test]
    fn an_image_of_which_nothing_is_known_stays_as_it_is() {
        let mut image = RgbaImage::new(3, 5);
        fill(&mut image, &mut [false; 15], 2);
        assert!(image.pixels().all(|texel| texel.0 == [0; 4]));
    }
}
