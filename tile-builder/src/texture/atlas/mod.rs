//! One new texture for a simplified level.
//!
//! In: the simplified [`Surface`] and the finer meshes with their textures. Out: [`Baked`]: an
//! image, and meshes whose texture coordinates lie on it. Called by the pipeline for every level
//! it makes; pure: the same input gives the same pixels, on any number of threads.
//!
//! The surface is cut into charts (what faces up is one map, walls are upright pictures), the
//! charts are packed at the finest scale that fits and that the sources hold, and the finer
//! surface is drawn onto each.

mod charts;
mod fill;
mod frame;
mod orientation;
mod pack;
mod project;
mod regions;
mod repack;

use std::collections::BTreeMap;

use image::{Rgba, RgbaImage};

use super::Decode;
use super::paint::Paints;
use crate::geometry::Surface;
use crate::scene::Mesh;
use charts::Chart;
pub use orientation::Orientation;
use project::{Sampling, Source, Window};
pub use repack::{Packed, RepackRule, Repacked, repack};

/// Most texels along a side of what is baked at once.
const BLOCK_PX: usize = 128;
/// Samples along a side of a texel; finer sources are halved until this many suffice.
const MOST_SAMPLES: usize = 4;
/// Heights of images are multiples of this, so that mip levels halve evenly and blocks of
/// compressed textures fit.
const HEIGHT_STEP_PX: u32 = 64;
/// Halvings of the interval in which the scale is looked for: to within half a percent.
const SEARCH_STEPS: u32 = 12;
/// Bounds of the texels that a triangle's surroundings must cover to be a chart.
const LEAST_TEXELS: [f64; 2] = [3.0, 12.0];
/// How much coarser than expected a scale must be for the charts to be cut once more.
const WORTH_ANEW: f64 = 1.2;
/// Charts may never be drawn below this share of the sources' scale before gutters give way.
const LEAST_SCALE: f64 = 1.0 / 64.0;

/// What an atlas may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BakeRule {
    /// Largest width and height in pixels. Where less holds everything at the scale that the
    /// sources hold, the sides are halved; then the height is cut to a multiple of 64.
    pub max_px: [u32; 2],
    /// Mip levels down to which charts stay apart: the gutter between two is `2 px << levels`.
    pub gutter_mips: u32,
    /// No more texels per metre than this.
    pub texels_per_m: Option<f64>,
    /// How far the finer surface may be from the simplified one; four times the error of
    /// simplification is a good choice.
    pub reach_m: f64,
    /// Sort the charts by orientation to a street that runs so many degrees counter-clockwise from
    /// east, and give each orientation its own mesh.
    pub street_axis_deg: Option<f64>,
}

/// A baked level.
#[derive(Debug, Clone)]
pub struct Baked {
    /// The triangles, with texture coordinates in `image`; the caller sets the encoded texture.
    /// One part, or one for each orientation that occurs.
    pub parts: Vec<BakedPart>,
    /// The atlas. Every texel has a colour.
    pub image: RgbaImage,
    /// Size of a texel on the surface, in metres.
    pub texel_m: f64,
    /// Share of the image that triangles cover.
    pub filled: f64,
    /// Charts.
    pub charts: usize,
    /// Pixels between two charts.
    pub gutter_px: u32,
    /// Share of the covered texels whose colour was found beside the line of sight.
    pub strays: f64,
    /// Textures that could not be used, in words.
    pub warnings: Vec<String>,
}

/// Triangles of one orientation.
#[derive(Debug, Clone)]
pub struct BakedPart {
    /// Where they face, if that was asked for.
    pub orientation: Option<Orientation>,
    /// The triangles.
    pub mesh: Mesh,
}

/// A level that could not be baked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BakeError {
    /// There is nothing to bake.
    #[error("the level has no triangle")]
    Empty,
    /// Even without gutters the charts do not fit.
    #[error("{charts} charts do not fit an atlas of {width} × {height} px")]
    TooManyCharts {
        /// Charts of the level.
        charts: usize,
        /// Largest width of the atlas.
        width: u32,
        /// Largest height of the atlas.
        height: u32,
    },
}

/// Bakes a new texture for `level` from the finer meshes that it replaces.
///
/// # Errors
/// [`BakeError::Empty`] for a level without triangles; [`BakeError::TooManyCharts`] for an atlas too
/// small for the level's shape.
pub fn bake(
    level: &Surface,
    finer: &[Mesh],
    decode: Decode<'_>,
    rule: &BakeRule,
) -> Result<Baked, BakeError> {
    if level.triangles.is_empty() {
        return Err(BakeError::Empty);
    }
    let mut source = Source::new(finer, Paints::new(finer, decode));
    let warnings = std::mem::take(&mut source.paints.warnings);
    let held = source.pixels_per_m();
    let cap = rule.texels_per_m.unwrap_or(f64::INFINITY).min(if held > 0.0 { held } else { f64::INFINITY });
    let (charts, layout) = arrange(level, cap, rule)?;
    let sampling = Sampling {
        texels_per_m: layout.texels_per_m,
        // A sample for each pixel of the source, and two at least, for clean edges.
        samples: ((held / layout.texels_per_m - 0.1).ceil() as usize).clamp(2, MOST_SAMPLES),
        reach_m: rule.reach_m.max(2.0 / layout.texels_per_m),
    };
    let (image, filled, strays) = layout.draw(level, &charts, &source, &sampling);
    let parts = layout.meshes(level, &charts);
    Ok(Baked {
        parts,
        filled: filled as f64 / f64::from(image.width() * image.height()),
        strays: strays as f64 / filled.max(1) as f64,
        image,
        texel_m: 1.0 / layout.texels_per_m,
        charts: charts.len(),
        gutter_px: layout.pad_px * 2,
        warnings,
    })
}

/// Charts and their places. What is too small for a chart depends on the size of a texel, which
/// depends on the charts; so a scale that turns out coarser is arranged once more.
fn arrange(level: &Surface, cap: f64, rule: &BakeRule) -> Result<(Vec<Chart>, Layout), BakeError> {
    let texel_m = if cap.is_finite() { 1.0 / cap } else { 0.0 };
    // A chart no larger than this would be nearly all gutter; it shows what is beside it instead.
    let least = f64::from(2u32 << rule.gutter_mips.min(8)).clamp(LEAST_TEXELS[0], LEAST_TEXELS[1]);
    let charts = charts::charts(level, texel_m, least, rule.street_axis_deg);
    let layout = Layout::find(&charts, cap, rule);
    let reached_m = layout.as_ref().map_or(0.0, |layout| 1.0 / layout.texels_per_m);
    if reached_m < texel_m * WORTH_ANEW {
        return layout.map(|layout| (charts, layout));
    }
    let charts = charts::charts(level, reached_m, least, rule.street_axis_deg);
    Layout::find(&charts, cap, rule).map(|layout| (charts, layout))
}

/// Where each chart lies in the atlas.
struct Layout {
    size: [u32; 2],
    texels_per_m: f64,
    /// Pixels around each chart that are its own.
    pad_px: u32,
    /// Corner of each chart, inside its own margin.
    corners: Vec<[u32; 2]>,
}

impl Layout {
    /// The finest scale up to `cap` at which all charts fit, in the smallest image that holds it.
    fn find(charts: &[Chart], cap: f64, rule: &BakeRule) -> Result<Self, BakeError> {
        let [width, height] = rule.max_px.map(|edge| edge.clamp(1, 1 << 14));
        let area: f64 = charts.iter().map(|chart| chart.size[0] * chart.size[1]).sum();
        // At this scale the rectangles alone would overflow the image.
        let most = (f64::from(width) * f64::from(height) / area.max(1e-9)).sqrt().min(cap);
        for mips in (0..=rule.gutter_mips.min(8)).rev() {
            let pad_px = 1 << mips;
            let at = |scale: f64, size: [u32; 2]| Self::at(charts, scale, pad_px, size);
            if let Some(found) = at(most, [width, height]) {
                return Ok(found.shrunk(charts).cut(charts));
            }
            let Some(mut found) = at(most * LEAST_SCALE, [width, height]) else { continue };
            let (mut fits, mut fails) = (most * LEAST_SCALE, most);
            for _ in 0..SEARCH_STEPS {
                let scale = (fits * fails).sqrt();
                match at(scale, [width, height]) {
                    Some(better) => (found, fits) = (better, scale),
                    None => fails = scale,
                }
            }
            return Ok(found.cut(charts));
        }
        Err(BakeError::TooManyCharts { charts: charts.len(), width, height })
    }

    fn at(charts: &[Chart], texels_per_m: f64, pad_px: u32, size: [u32; 2]) -> Option<Self> {
        let sizes: Vec<[u32; 2]> =
            charts.iter().map(|chart| texels(chart, texels_per_m).map(|edge| edge + 2 * pad_px)).collect();
        let corners = pack::pack(&sizes, size)?;
        let corners = corners.into_iter().map(|corner| corner.map(|edge| edge + pad_px)).collect();
        Some(Self { size, texels_per_m, pad_px, corners })
    }

    /// The same scale in the smallest image that still holds it.
    fn shrunk(self, charts: &[Chart]) -> Self {
        let [width, height] = self.size;
        let half = if width >= height { [width / 2, height] } else { [width, height / 2] };
        match Self::at(charts, self.texels_per_m, self.pad_px, half) {
            Some(smaller) if half[0].min(half[1]) > 0 => smaller.shrunk(charts),
            _ => self,
        }
    }

    /// Without the rows below the last chart.
    fn cut(mut self, charts: &[Chart]) -> Self {
        let bottom = |(chart, corner): (&Chart, &[u32; 2])| {
            corner[1] + texels(chart, self.texels_per_m)[1] + self.pad_px
        };
        let used = charts.iter().zip(&self.corners).map(bottom).max().unwrap_or(1);
        self.size[1] = self.size[1].min(used.next_multiple_of(HEIGHT_STEP_PX));
        self
    }

    /// The image, how many texels triangles cover, and how many of those were found beside the
    /// line of sight.
    fn draw(
        &self,
        level: &Surface,
        charts: &[Chart],
        source: &Source<'_>,
        sampling: &Sampling,
    ) -> (RgbaImage, usize, usize) {
        let windows: Vec<(usize, Window)> = charts
            .iter()
            .enumerate()
            .flat_map(|(at, chart)| windows(texels(chart, self.texels_per_m)).map(move |window| (at, window)))
            .collect();
        // One after the other: who bakes holds room in memory, and must not wait for other threads.
        let blocks: Vec<_> = windows
            .iter()
            .map(|&(at, window)| project::bake(level, &charts[at], window, source, sampling))
            .collect();
        let mut image = RgbaImage::new(self.size[0], self.size[1]);
        let mut known = vec![false; (self.size[0] * self.size[1]) as usize];
        let mut counts = vec![0; charts.len()];
        let mut strays = 0;
        for ((chart, window), block) in windows.iter().zip(blocks) {
            let corner = self.corners[*chart];
            for (at, texel) in block.texels.iter().enumerate() {
                let Some(colour) = texel else { continue };
                let x = corner[0] + (window.x + at % window.width) as u32;
                let y = corner[1] + (window.y + at / window.width) as u32;
                image.put_pixel(x, y, Rgba(*colour));
                known[(y * self.size[0] + x) as usize] = true;
                counts[*chart] += 1;
            }
            strays += block.strays;
        }
        for (at, chart) in charts.iter().enumerate().filter(|(at, _)| counts[*at] == 0) {
            let [x, y] = self.corners[at];
            image.put_pixel(x, y, Rgba(project::middle(level, chart, source, sampling.texels_per_m)));
            known[(y * self.size[0] + x) as usize] = true;
        }
        fill::fill(&mut image, &mut known, self.pad_px);
        (image, counts.iter().sum(), strays)
    }

    /// The triangles on the atlas, by orientation.
    fn meshes(&self, level: &Surface, charts: &[Chart]) -> Vec<BakedPart> {
        let mut parts: BTreeMap<Option<Orientation>, Mesh> = BTreeMap::new();
        for (chart, corner) in charts.iter().zip(&self.corners) {
            let mesh = parts.entry(chart.orientation).or_default();
            let mut numbers: BTreeMap<u32, u32> = BTreeMap::new();
            for &vertex in chart
                .triangles
                .iter()
                .chain(&chart.draped)
                .flat_map(|&triangle| &level.triangles[triangle as usize])
            {
                let number = *numbers.entry(vertex).or_insert_with(|| {
                    let position = level.positions[vertex as usize];
                    mesh.uvs.push(self.uv(chart, *corner, position));
                    mesh.positions.push(position);
                    (mesh.positions.len() - 1) as u32
                });
                mesh.indices.push(number);
            }
        }
        parts.into_iter().map(|(orientation, mesh)| BakedPart { orientation, mesh }).collect()
    }

    fn uv(&self, chart: &Chart, corner: [u32; 2], position: [f64; 3]) -> [f32; 2] {
        let at = chart.frame.apply(position);
        [0, 1].map(|i| {
            // What is draped over a chart may reach beyond it.
            let inside = (at[i] - chart.min[i]).clamp(0.0, chart.size[i]);
            let texels = f64::from(corner[i]) + inside * self.texels_per_m;
            (texels / f64::from(self.size[i])) as f32
        })
    }
}

/// Width and height of a chart in texels.
fn texels(chart: &Chart, texels_per_m: f64) -> [u32; 2] {
    chart.size.map(|edge| ((edge * texels_per_m).ceil() as u32).max(1))
}

/// A rectangle cut into blocks.
fn windows(size: [u32; 2]) -> impl Iterator<Item = Window> {
    let [width, height] = size.map(|edge| edge as usize);
    (0..height).step_by(BLOCK_PX).flat_map(move |y| {
        (0..width).step_by(BLOCK_PX).map(move |x| Window {
            x,
            y,
            width: BLOCK_PX.min(width - x),
            height: BLOCK_PX.min(height - y),
        })
    })
}
