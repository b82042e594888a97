//! Charts: triangles that lie side by side on one plane without overlap.
//!
//! In: a surface, and the street axis if charts are to be sorted by orientation. Out: [`Chart`]s,
//! which hold every triangle once. What overlaps in the picture of its region, such as ground under
//! an eave, becomes further charts.

use std::collections::{BTreeMap, BTreeSet};

use super::Orientation;
use super::frame::Frame;
use super::regions::{TOP, regions};
use crate::geometry::Surface;
use crate::geometry::scan;
use crate::geometry::vector::{Vec3, add, face, unit};
use crate::geometry::weld::NONE;

/// Pixels along the longer side of the whole surface on which overlaps are looked for.
const OVERLAP_PX: f64 = 2048.0;
/// Pixels of a triangle that may be taken already: rounding along shared edges.
const OVERLAP_SLACK: usize = 1;
/// Layers of one region; what lies deeper gets charts triangle by triangle.
const MOST_LAYERS: usize = 12;

/// Triangles on a plane.
#[derive(Debug, Clone)]
pub(super) struct Chart {
    pub(super) triangles: Vec<u32>,
    pub(super) frame: Frame,
    /// Corner of the rectangle around them, in metres along the frame's axes.
    pub(super) min: [f64; 2],
    /// Size of that rectangle.
    pub(super) size: [f64; 2],
    pub(super) orientation: Option<Orientation>,
}

/// Cuts a surface into charts, large regions first.
pub(super) fn charts(surface: &Surface, street_axis_deg: Option<f64>) -> Vec<Chart> {
    let regions = regions(surface);
    let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (triangle, &region) in regions.of.iter().enumerate() {
        members.entry(region).or_default().push(triangle as u32);
    }
    let size = surface.bounds().size();
    let pixel_m = (size.into_iter().fold(0.0, f64::max) / OVERLAP_PX).max(1e-6);
    let neighbours = surface.neighbours();
    let mut out = Vec::new();
    for (region, triangles) in members {
        let frame =
            Frame::facing(if region == TOP { [0.0, 0.0, 1.0] } else { regions.directions[region as usize] });
        let ordered = by_part(surface, &neighbours, &triangles);
        for (layer, triangles) in layers(surface, &frame, &ordered, pixel_m).into_iter().enumerate() {
            if layer == 0 {
                out.push(chart(surface, triangles, frame, street_axis_deg));
                continue;
            }
            for part in parts(&neighbours, &triangles) {
                out.push(chart(surface, part, frame, street_axis_deg));
            }
        }
    }
    out
}

fn chart(surface: &Surface, triangles: Vec<u32>, frame: Frame, street_axis_deg: Option<f64>) -> Chart {
    let (frame, min, size) = frame.tightened(surface, &triangles);
    let facing = |sum: Vec3, triangle: &u32| add(sum, face(&surface.corners(*triangle as usize)));
    let orientation = street_axis_deg.map(|axis| {
        let mean = unit(triangles.iter().fold([0.0; 3], facing));
        Orientation::of(mean, axis)
    });
    Chart { triangles, frame, min, size, orientation }
}

/// The connected parts among some triangles, each in order of a walk, the largest first.
fn parts(neighbours: &[[u32; 3]], triangles: &[u32]) -> Vec<Vec<u32>> {
    let mut waiting: BTreeSet<u32> = triangles.iter().copied().collect();
    let mut out = Vec::new();
    while let Some(first) = waiting.pop_first() {
        let mut part = vec![first];
        let mut at = 0;
        while let Some(&triangle) = part.get(at) {
            for next in neighbours[triangle as usize] {
                if next != NONE && waiting.remove(&next) {
                    part.push(next);
                }
            }
            at += 1;
        }
        out.push(part);
    }
    out
}

/// Triangles in the order in which they claim their places: large parts first, each as a walk
/// meets its triangles, so that what must give way is small and hangs together.
fn by_part(surface: &Surface, neighbours: &[[u32; 3]], triangles: &[u32]) -> Vec<u32> {
    let area = |part: &[u32]| part.iter().map(|&triangle| surface.area(triangle as usize)).sum::<f64>();
    let mut parts: Vec<_> =
        parts(neighbours, triangles).into_iter().map(|part| (area(&part), part)).collect();
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    parts.into_iter().flat_map(|(_, part)| part).collect()
}

/// Spreads triangles over layers in none of which they overlap.
fn layers(surface: &Surface, frame: &Frame, triangles: &[u32], pixel_m: f64) -> Vec<Vec<u32>> {
    let (min, max) = triangles.iter().flat_map(|&t| surface.corners(t as usize)).fold(
        ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]),
        |(min, max), corner| {
            let at = frame.apply(corner);
            ([0, 1].map(|i| min[i].min(at[i])), [0, 1].map(|i| max[i].max(at[i])))
        },
    );
    let size = [0, 1].map(|i| ((max[i] - min[i]) / pixel_m).ceil() as usize + 1);
    let mut left = triangles.to_vec();
    let mut out = Vec::new();
    while !left.is_empty() {
        if out.len() == MOST_LAYERS {
            out.extend(left.into_iter().map(|triangle| vec![triangle]));
            break;
        }
        let mut taken = vec![false; size[0] * size[1]];
        let (mut layer, mut over) = (Vec::new(), Vec::new());
        for triangle in left {
            let corners = surface.corners(triangle as usize).map(|corner| {
                let at = frame.apply(corner);
                [0, 1].map(|i| (at[i] - min[i]) / pixel_m)
            });
            let mut clashes = 0;
            scan::rows(&corners, size, |y, xs| {
                clashes += taken[y * size[0]..][xs].iter().filter(|&&taken| taken).count();
            });
            if clashes > OVERLAP_SLACK && !layer.is_empty() {
                over.push(triangle);
                continue;
            }
            scan::rows(&corners, size, |y, xs| taken[y * size[0]..][xs].fill(true));
            layer.push(triangle);
        }
        out.push(layer);
        left = over;
    }
    out
}
