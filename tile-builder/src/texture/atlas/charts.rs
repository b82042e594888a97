//! Charts: triangles that lie side by side on one plane without overlap.
//!
//! In: a surface, the size of a texel, the least of them for a chart, and the street axis if charts
//! are to be sorted by orientation. Out: [`Chart`]s, which hold every triangle once. What overlaps in the picture of
//! its region, such as ground under an eave, goes into further charts; what is smaller than a few
//! texels is draped over a neighbour, because a chart of its own would be all gutter.

use std::collections::{BTreeSet, VecDeque};

use super::Orientation;
use super::frame::Frame;
use super::regions::Faces;
use crate::geometry::Surface;
use crate::geometry::scan;
use crate::geometry::vector::{Vec3, add, face, unit};
use crate::geometry::weld::NONE;

/// Pixels along the longer side of the whole surface on which overlaps are looked for.
const OVERLAP_PX: f64 = 2048.0;
/// Pixels of a triangle that may be taken already: rounding along shared edges.
const OVERLAP_SLACK: usize = 1;
/// How often what overlaps is sorted anew; what is left then gets charts triangle by triangle.
const ROUNDS: usize = 12;

/// Triangles on a plane.
#[derive(Debug, Clone)]
pub(super) struct Chart {
    /// Side by side.
    pub(super) triangles: Vec<u32>,
    /// Too small for a chart of their own: they show what lies beside them.
    pub(super) draped: Vec<u32>,
    pub(super) frame: Frame,
    /// Corner of the rectangle around `triangles`, in metres along the frame's axes.
    pub(super) min: [f64; 2],
    /// Size of that rectangle.
    pub(super) size: [f64; 2],
    pub(super) orientation: Option<Orientation>,
}

/// Cuts a surface into charts. The first is the map of what faces up, if anything does.
pub(super) fn charts(
    surface: &Surface,
    texel_m: f64,
    least_texels: f64,
    street_axis_deg: Option<f64>,
) -> Vec<Chart> {
    let faces = Faces::new(surface, street_axis_deg);
    let mut groups = groups(&faces, texel_m);
    let area = |group: &Group| group.triangles.iter().map(|&at| faces.areas[at as usize]).sum::<f64>();
    let least = least_texels * texel_m * texel_m;
    let mut kept: Vec<bool> = groups.iter().map(|group| area(group) >= least).collect();
    if !kept.contains(&true) {
        kept[0] = true;
    }
    let draped = drape(&faces, &groups, &kept);
    let mut out = Vec::new();
    for (at, group) in groups.iter_mut().enumerate().filter(|(at, _)| kept[*at]) {
        let triangles = std::mem::take(&mut group.triangles);
        let (frame, min, size) = Frame::facing(group.direction).tightened(surface, &triangles);
        let facing = |sum: Vec3, triangle: &u32| add(sum, face(&surface.corners(*triangle as usize)));
        let mean = unit(triangles.iter().fold([0.0; 3], facing));
        let orientation = street_axis_deg.map(|axis| Orientation::of(mean, axis));
        out.push(Chart { triangles, draped: draped[at].clone(), frame, min, size, orientation });
    }
    out
}

/// Triangles that lie side by side, seen from a direction.
struct Group {
    direction: Vec3,
    triangles: Vec<u32>,
}

fn groups(faces: &Faces<'_>, texel_m: f64) -> Vec<Group> {
    let size = faces.surface.bounds().size();
    let pixel_m = (size.into_iter().fold(0.0, f64::max) / OVERLAP_PX).max(1e-6);
    let mut out = Vec::new();
    let mut left: Vec<u32> = (0..faces.areas.len() as u32).collect();
    for round in 0..ROUNDS {
        let regions = faces.regions(&left, round == 0, texel_m);
        let mut members = vec![Vec::new(); regions.directions.len()];
        for &at in &left {
            members[regions.of[at as usize] as usize].push(at);
        }
        left.clear();
        for (triangles, direction) in members.into_iter().zip(regions.directions) {
            let triangles = by_part(faces, &triangles);
            let (layer, over) = layer(faces.surface, &Frame::facing(direction), &triangles, pixel_m);
            if !layer.is_empty() {
                out.push(Group { direction, triangles: layer });
            }
            left.extend(over);
        }
        if left.is_empty() {
            break;
        }
        left.sort_unstable();
    }
    let alone = |at: u32| Group { direction: faces.normals[at as usize], triangles: vec![at] };
    out.extend(left.into_iter().map(alone));
    out
}

/// For each kept group, the triangles of others that are draped over it: each over the group that
/// is fewest triangles away, over the first where none is connected.
fn drape(faces: &Faces<'_>, groups: &[Group], kept: &[bool]) -> Vec<Vec<u32>> {
    let mut host = vec![NONE; faces.areas.len()];
    let mut queue = VecDeque::new();
    for (at, group) in groups.iter().enumerate().filter(|(at, _)| kept[*at]) {
        for &triangle in &group.triangles {
            host[triangle as usize] = at as u32;
            queue.push_back(triangle);
        }
    }
    let mut out = vec![Vec::new(); groups.len()];
    while let Some(triangle) = queue.pop_front() {
        for next in faces.neighbours[triangle as usize].into_iter().filter(|&next| next != NONE) {
            if host[next as usize] == NONE {
                host[next as usize] = host[triangle as usize];
                out[host[triangle as usize] as usize].push(next);
                queue.push_back(next);
            }
        }
    }
    let first = kept.iter().position(|&kept| kept).unwrap_or(0);
    out[first].extend((0..host.len() as u32).filter(|&triangle| host[triangle as usize] == NONE));
    out
}

/// Triangles in the order in which they claim their places: large parts first, each as a walk
/// meets its triangles, so that what must give way is small and hangs together.
fn by_part(faces: &Faces<'_>, triangles: &[u32]) -> Vec<u32> {
    let mut waiting: BTreeSet<u32> = triangles.iter().copied().collect();
    let mut parts = Vec::new();
    while let Some(first) = waiting.pop_first() {
        let mut part = vec![first];
        let mut at = 0;
        while let Some(&triangle) = part.get(at) {
            for next in faces.neighbours[triangle as usize] {
                if next != NONE && waiting.remove(&next) {
                    part.push(next);
                }
            }
            at += 1;
        }
        let area: f64 = part.iter().map(|&triangle| faces.areas[triangle as usize]).sum();
        parts.push((area, part));
    }
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    parts.into_iter().flat_map(|(_, part)| part).collect()
}

/// The triangles that find a free place on the plane, in order, and those that do not.
fn layer(surface: &Surface, frame: &Frame, triangles: &[u32], pixel_m: f64) -> (Vec<u32>, Vec<u32>) {
    let all = triangles.iter().flat_map(|&at| surface.corners(at as usize)).map(|p| frame.apply(p));
    let (min, max) = all.fold(([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]), |(min, max), at| {
        ([0, 1].map(|i| min[i].min(at[i])), [0, 1].map(|i| max[i].max(at[i])))
    });
    let size = [0, 1].map(|i| ((max[i] - min[i]) / pixel_m).ceil() as usize + 1);
    if triangles.len() < 2 {
        return (triangles.to_vec(), Vec::new());
    }
    let mut taken = vec![false; size[0] * size[1]];
    let (mut layer, mut over) = (Vec::new(), Vec::new());
    for &triangle in triangles {
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
        } else {
            scan::rows(&corners, size, |y, xs| taken[y * size[0]..][xs].fill(true));
            layer.push(triangle);
        }
    }
    (layer, over)
}
