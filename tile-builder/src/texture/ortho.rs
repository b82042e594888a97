//! A picture of some meshes from straight above.
//!
//! In: meshes, the rectangle of ground to show, and the size of the picture. Out: an image, north
//! up, transparent where nothing is. Called by the pipeline for the report.

use image::{Rgba, RgbaImage};

use super::paint::{Brush, Paints};
use super::{Decode, light};
use crate::geometry::Aabb;
use crate::geometry::scan::{self, Plane};
use crate::scene::Mesh;

/// Samples along each side of a pixel.
const SAMPLES: usize = 2;
/// Rows of pixels that are drawn at once, to bound memory.
const BAND_PX: usize = 256;

/// A picture from above.
#[derive(Debug, Clone)]
pub struct Ortho {
    /// North up, east right.
    pub image: RgbaImage,
    /// Textures that could not be used, in words.
    pub warnings: Vec<String>,
}

/// Draws what is highest at each point of the rectangle from `bounds.min` to `bounds.max` in x and
/// y, stretched to `size_px` (at most 16384 px a side).
#[must_use]
pub fn ortho(meshes: &[Mesh], bounds: &Aabb, size_px: [u32; 2], decode: Decode<'_>) -> Ortho {
    let mut paints = Paints::new(meshes, decode);
    let warnings = std::mem::take(&mut paints.warnings);
    let [width, height] = size_px.map(|edge| edge.min(1 << 14));
    let mut image = RgbaImage::new(width, height);
    let size = bounds.size();
    let scale = [f64::from(width) / size[0], f64::from(height) / size[1]].map(|s| s * SAMPLES as f64);
    if !bounds.is_empty() && scale.iter().all(|s| s.is_finite()) {
        for top in (0..height as usize).step_by(BAND_PX) {
            let rows = BAND_PX.min(height as usize - top);
            let band = Band { meshes, paints: &paints, bounds, scale, top, size: [width as usize, rows] };
            band.draw(&mut image);
        }
    }
    Ortho { image, warnings }
}

/// Some rows of the picture.
struct Band<'a> {
    meshes: &'a [Mesh],
    paints: &'a Paints<'a>,
    bounds: &'a Aabb,
    /// Samples per metre.
    scale: [f64; 2],
    top: usize,
    size: [usize; 2],
}

impl Band<'_> {
    fn draw(&self, image: &mut RgbaImage) {
        let size = self.size.map(|edge| edge * SAMPLES);
        let mut highest = vec![f32::NEG_INFINITY; size[0] * size[1]];
        let mut winners = vec![u32::MAX; highest.len()];
        let mut brushes: Vec<Brush> = Vec::new();
        for (number, mesh) in self.meshes.iter().enumerate() {
            for corners in mesh.indices.as_chunks::<3>().0 {
                let [Some(a), Some(b), Some(c)] = corners.map(|at| mesh.positions.get(at as usize)) else {
                    continue;
                };
                let at = [a, b, c].map(|p| self.project(p));
                if at.iter().all(|p| p[1] < 0.0) || at.iter().all(|p| p[1] > size[1] as f64) {
                    continue;
                }
                let plane = Plane::through(&at, [a[2], b[2], c[2]]);
                let brush = self.paints.brush(number as u32, *corners, &at);
                let (Some(plane), Some(brush)) = (plane, brush) else { continue };
                let mut used = false;
                scan::rows(&at, size, |y, xs| {
                    for x in xs {
                        let height = plane.at(x as f64 + 0.5, y as f64 + 0.5) as f32;
                        let here = y * size[0] + x;
                        if height > highest[here] {
                            (highest[here], winners[here]) = (height, brushes.len() as u32);
                            used = true;
                        }
                    }
                });
                if used {
                    brushes.push(brush);
                }
            }
        }
        self.develop(&brushes, &winners, image);
    }

    /// Samples right of and below the band's corner.
    fn project(&self, p: &[f64; 3]) -> [f64; 2] {
        let top = (self.top * SAMPLES) as f64;
        [(p[0] - self.bounds.min[0]) * self.scale[0], (self.bounds.max[1] - p[1]) * self.scale[1] - top]
    }

    fn develop(&self, brushes: &[Brush], winners: &[u32], image: &mut RgbaImage) {
        let width = self.size[0] * SAMPLES;
        for row in 0..self.size[1] {
            for column in 0..self.size[0] {
                let mut sum = [0.0; 4];
                for y in row * SAMPLES..(row + 1) * SAMPLES {
                    for x in column * SAMPLES..(column + 1) * SAMPLES {
                        if let Some(brush) = brushes.get(winners[y * width + x] as usize) {
                            let colour = self.paints.under(brush, x as f64 + 0.5, y as f64 + 0.5);
                            light::add(&mut sum, colour, 1.0 / (SAMPLES * SAMPLES) as f32);
                        }
                    }
                }
                image.put_pixel(column as u32, (self.top + row) as u32, Rgba(light::stored(sum)));
            }
        }
    }
}
