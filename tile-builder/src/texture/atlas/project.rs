//! Colours for a block of a chart's texels, from the finer surface.
//!
//! In: a chart, a block of its texels, and the finer meshes. Out: [`Block`], the mean colour of each
//! texel that the chart covers. The finer triangles are drawn onto the chart's plane; at each of
//! several samples per texel the one nearest to the simplified surface along the line of sight
//! wins, so that every pixel of the source is counted once and nothing shimmers. Where none lies
//! within reach, the nearest point in space is taken.

use super::charts::Chart;
use crate::geometry::grid::TriangleGrid;
use crate::geometry::scan::{self, Plane};
use crate::geometry::vector::{Vec3, dot, face, length};
use crate::geometry::{Aabb, Surface};
use crate::scene::Mesh;
use crate::texture::light;
use crate::texture::paint::{Brush, Paints};

/// Least agreement (cosine) of a finer triangle with the line of sight to be drawn.
const FACING: f64 = 0.02;
/// No triangle at a sample.
const NOTHING: u32 = u32::MAX;

/// The finer meshes, ready to be asked.
pub(super) struct Source<'m> {
    pub(super) paints: Paints<'m>,
    /// Mesh and corners of each triangle of `grid`.
    triangles: Vec<(u32, [u32; 3])>,
    grid: TriangleGrid,
}

/// How finely to look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sampling {
    pub(super) texels_per_m: f64,
    /// Samples along each side of a texel.
    pub(super) samples: usize,
    /// How far the finer surface may be from the simplified one along the line of sight.
    pub(super) reach_m: f64,
}

/// A rectangle of a chart's texels: columns and rows from its corner.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// Colours of a window's texels, row by row; `None` where the chart has none.
pub(super) struct Block {
    pub(super) texels: Vec<Option<[u8; 4]>>,
    /// Texels for which no finer triangle was within reach along the line of sight.
    pub(super) strays: usize,
}

impl<'m> Source<'m> {
    pub(super) fn new(meshes: &'m [Mesh], paints: Paints<'m>) -> Self {
        let mut triangles = Vec::new();
        let mut corners = Vec::new();
        for (number, mesh) in meshes.iter().enumerate() {
            for at in mesh.indices.as_chunks::<3>().0 {
                let [Some(a), Some(b), Some(c)] = at.map(|at| mesh.positions.get(at as usize)) else {
                    continue;
                };
                triangles.push((number as u32, *at));
                corners.push([*a, *b, *c]);
            }
        }
        Self { paints, triangles, grid: TriangleGrid::new(corners) }
    }

    /// Pixels of the images per metre of the surface: the mean over all that has an image or
    /// vertex colours. 0 where nothing has.
    pub(super) fn pixels_per_m(&self) -> f64 {
        let (mut pixels, mut area) = (0.0, 0.0);
        for (at, &(mesh, corners)) in self.triangles.iter().enumerate() {
            let one = self.paints.pixels(mesh, corners);
            if one.is_finite() && one > 0.0 {
                pixels += one;
                area += length(face(self.grid.corners(at as u32))) / 2.0;
            }
        }
        if area > 0.0 { (pixels / area).sqrt() } else { 0.0 }
    }

    /// Colour of the finer surface nearest to a point, multiplied by its alpha.
    fn nearest(&self, point: Vec3, normal: Vec3, texels_per_m: f64) -> Option<[f32; 4]> {
        let found = self.grid.nearest(point, Some(normal))?;
        let (mesh, corners) = self.triangles[found.triangle as usize];
        let area = length(face(self.grid.corners(found.triangle))) / 2.0;
        let ratio = self.paints.pixels(mesh, corners) / (area * texels_per_m * texels_per_m);
        let level = (ratio.max(1.0).log2() / 2.0) as usize;
        Some(self.paints.at(mesh, corners, found.weights, level))
    }
}

/// A window on samples instead of texels, as the rasters below see it.
struct Raster<'c> {
    chart: &'c Chart,
    /// Corner of the window in metres along the chart's axes.
    corner: [f64; 2],
    samples_per_m: f64,
    size: [usize; 2],
}

impl Raster<'_> {
    /// A triangle's corners in samples from the window's corner, and their heights above the plane.
    fn project(&self, corners: &[Vec3; 3]) -> ([[f64; 2]; 3], [f64; 3]) {
        let at = corners.map(|corner| self.chart.frame.apply(corner));
        (at.map(|p| [0, 1].map(|i| (p[i] - self.corner[i]) * self.samples_per_m)), at.map(|p| p[2]))
    }

    fn point(&self, x: f64, y: f64, height: f64) -> Vec3 {
        let [x, y] = [x, y].map(|at| at / self.samples_per_m);
        self.chart.frame.point([self.corner[0] + x, self.corner[1] + y, height])
    }

    /// The box around the part of space that the window shows between two heights.
    fn bounds(&self, low: f64, high: f64) -> Aabb {
        let [width, height] = self.size.map(|size| size as f64);
        let mut bounds = Aabb::EMPTY;
        for x in [0.0, width] {
            for y in [0.0, height] {
                bounds.add(&self.point(x, y, low));
                bounds.add(&self.point(x, y, high));
            }
        }
        bounds
    }
}

/// Bakes a window of a chart of `surface`.
pub(super) fn bake(
    surface: &Surface,
    chart: &Chart,
    window: Window,
    source: &Source<'_>,
    rule: &Sampling,
) -> Block {
    let raster = Raster {
        chart,
        corner: [0, 1].map(|i| chart.min[i] + [window.x, window.y][i] as f64 / rule.texels_per_m),
        samples_per_m: rule.texels_per_m * rule.samples as f64,
        size: [window.width * rule.samples, window.height * rule.samples],
    };
    let heights = heights(surface, &raster);
    let (low, high) = heights
        .iter()
        .filter(|height| !height.is_nan())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &h| {
            (low.min(f64::from(h)), high.max(f64::from(h)))
        });
    if low > high {
        return Block { texels: vec![None; window.width * window.height], strays: 0 };
    }
    let near = source.grid.near(&raster.bounds(low - rule.reach_m, high + rule.reach_m));
    let (brushes, winners) = draw(&raster, &heights, &near, source, rule.reach_m);
    average(&raster, window, rule, &heights, &brushes, &winners, source)
}

/// Height of the chart's surface at each sample; not a number beside it.
fn heights(surface: &Surface, raster: &Raster<'_>) -> Vec<f32> {
    let [width, height] = raster.size;
    let mut heights = vec![f32::NAN; width * height];
    for &triangle in &raster.chart.triangles {
        let (corners, at) = raster.project(&surface.corners(triangle as usize));
        let Some(plane) = Plane::through(&corners, at) else { continue };
        scan::rows(&corners, raster.size, |y, xs| {
            for x in xs {
                heights[y * width + x] = plane.at(x as f64 + 0.5, y as f64 + 0.5) as f32;
            }
        });
    }
    heights
}

/// Draws finer triangles and returns, for each sample, which brush is nearest to the surface.
fn draw(
    raster: &Raster<'_>,
    heights: &[f32],
    near: &[u32],
    source: &Source<'_>,
    reach_m: f64,
) -> (Vec<Brush>, Vec<u32>) {
    let width = raster.size[0];
    let mut brushes = Vec::new();
    let mut winners = vec![NOTHING; heights.len()];
    let mut least = vec![reach_m as f32; heights.len()];
    for &triangle in near {
        let corners = source.grid.corners(triangle);
        let normal = face(corners);
        if dot(normal, raster.chart.frame.towards) < FACING * length(normal) {
            continue;
        }
        let (at, above) = raster.project(corners);
        let (mesh, numbers) = source.triangles[triangle as usize];
        let Some(plane) = Plane::through(&at, above) else { continue };
        let Some(brush) = source.paints.brush(mesh, numbers, &at) else { continue };
        let mut used = false;
        scan::rows(&at, raster.size, |y, xs| {
            for x in xs {
                let here = y * width + x;
                // Beside the chart the height is not a number, and nothing is less.
                let off = (plane.at(x as f64 + 0.5, y as f64 + 0.5) as f32 - heights[here]).abs();
                if off < least[here] {
                    least[here] = off;
                    winners[here] = brushes.len() as u32;
                    used = true;
                }
            }
        });
        if used {
            brushes.push(brush);
        }
    }
    (brushes, winners)
}

/// The mean colour of each texel's samples.
fn average(
    raster: &Raster<'_>,
    window: Window,
    rule: &Sampling,
    heights: &[f32],
    brushes: &[Brush],
    winners: &[u32],
    source: &Source<'_>,
) -> Block {
    let (width, samples) = (raster.size[0], rule.samples);
    let mut block = Block { texels: Vec::with_capacity(window.width * window.height), strays: 0 };
    for row in 0..window.height {
        for column in 0..window.width {
            let (mut sum, mut count) = ([0.0; 4], 0.0);
            let mut bare = None;
            for y in row * samples..(row + 1) * samples {
                for x in column * samples..(column + 1) * samples {
                    let (at, centre) = (y * width + x, [x as f64 + 0.5, y as f64 + 0.5]);
                    if let Some(brush) = brushes.get(winners[at] as usize) {
                        light::add(&mut sum, source.paints.under(brush, centre[0], centre[1]), 1.0);
                        count += 1.0;
                    } else if !heights[at].is_nan() {
                        bare = Some(raster.point(centre[0], centre[1], f64::from(heights[at])));
                    }
                }
            }
            if let (0.0, Some(point)) = (count, bare) {
                let towards = raster.chart.frame.towards;
                if let Some(colour) = source.nearest(point, towards, rule.texels_per_m) {
                    (sum, count) = (colour, 1.0);
                    block.strays += 1;
                }
            }
            block.texels.push((count > 0.0).then(|| light::stored(sum.map(|value| value / count))));
        }
    }
    block
}

/// The colour of the finer surface beside the middle of a chart, for charts too small to hold the
/// centre of a sample.
pub(super) fn middle(surface: &Surface, chart: &Chart, source: &Source<'_>, texels_per_m: f64) -> [u8; 4] {
    let corners = surface.corners(chart.triangles[0] as usize);
    let point = Aabb::around(&corners).centre();
    source.nearest(point, chart.frame.towards, texels_per_m).map_or([255; 4], light::stored)
}
