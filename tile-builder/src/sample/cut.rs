//! Cuts patches into triangles within a region.
//!
//! In: a patch, how fine, a region of the plan. Out: melted triangles with the patch's own
//! coordinates. Called by `tile` for every piece. Clipping is Sutherland and Hodgman (1974), one
//! vertical plane after the other; coordinates stay exact because they are linear in a triangle.

use super::patch::{Patch, melt};
use super::vector::{Vec3, lerp};

/// A rectangle of the plan, metres from `SRSOrigin`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Region {
    pub(crate) low: [f32; 2],
    pub(crate) high: [f32; 2],
}

impl Region {
    /// The region with a margin on every side.
    pub(crate) fn grown(self, margin: f32) -> Self {
        Self { low: self.low.map(|v| v - margin), high: self.high.map(|v| v + margin) }
    }

    /// One of four quarters: 0 south-west, 1 south-east, 2 north-west, 3 north-east.
    pub(crate) fn quarter(self, index: usize) -> Self {
        let middle = [0, 1].map(|i| f32::midpoint(self.low[i], self.high[i]));
        let (mut low, mut high) = (self.low, middle);
        for (axis, bit) in [(0, index & 1), (1, index >> 1)] {
            if bit == 1 {
                (low[axis], high[axis]) = (middle[axis], self.high[axis]);
            }
        }
        Self { low, high }
    }

    /// True if the box touches the region.
    pub(crate) fn meets(self, low: Vec3, high: Vec3) -> bool {
        low.x <= self.high[0] && high.x >= self.low[0] && low.y <= self.high[1] && high.y >= self.low[1]
    }

    /// True if the box lies within the region.
    pub(crate) fn holds(self, low: Vec3, high: Vec3) -> bool {
        low.x >= self.low[0] && high.x <= self.high[0] && low.y >= self.low[1] && high.y <= self.high[1]
    }
}

/// A vertex: where it is, and where on its patch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vertex {
    pub(crate) place: Vec3,
    pub(crate) st: [f32; 2],
}

/// Triangles of one patch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sheet {
    pub(crate) vertices: Vec<Vertex>,
    pub(crate) indices: Vec<u32>,
}

impl Sheet {
    /// The box of `st` that the sheet covers; none if it is empty.
    pub(crate) fn window(&self) -> Option<[[f32; 2]; 2]> {
        let first = self.vertices.first()?.st;
        Some(self.vertices.iter().fold([first, first], |[low, high], v| {
            [[0, 1].map(|i| low[i].min(v.st[i])), [0, 1].map(|i| high[i].max(v.st[i]))]
        }))
    }
}

/// Thin triangles below this area (in square metres, doubled) are dropped.
const LEAST_AREA: f32 = 1e-5;

/// Triangles of the patch, no longer than `step_m` along an edge, within the region.
pub(crate) fn cut(patch: &Patch, step_m: f32, region: Region) -> Sheet {
    let (low, high) = patch.bounds();
    if !region.grown(0.2).meets(low, high) {
        return Sheet::default();
    }
    let [columns, rows] = if patch.is_crown() {
        [(patch.size[0] / (step_m * 0.55)).ceil().clamp(if step_m < 3.0 { 3.0 } else { 2.0 }, 6.0) as usize;
            2]
    } else {
        patch.size.map(|size| (size / step_m).ceil().max(1.0) as usize)
    };
    let mut grid = Vec::with_capacity((columns + 1) * (rows + 1));
    for row in 0..=rows {
        for column in 0..=columns {
            let st = [column as f32 / columns as f32, row as f32 / rows as f32];
            grid.push(Vertex { place: melt(patch.at(st[0], st[1])), st });
        }
    }
    let mut sheet = Sheet::default();
    let mut known = vec![u32::MAX; grid.len()];
    for row in 0..rows {
        for column in 0..columns {
            let a = row * (columns + 1) + column;
            let (b, c, d) = (a + 1, a + columns + 2, a + columns + 1);
            for corners in [[a, b, c], [a, c, d]] {
                add(&mut sheet, &grid, &mut known, corners, region);
            }
        }
    }
    sheet
}

fn add(sheet: &mut Sheet, grid: &[Vertex], known: &mut [u32], corners: [usize; 3], region: Region) {
    let triangle = corners.map(|i| grid[i]);
    let [a, b, c] = triangle.map(|v| v.place);
    if (b - a).cross(c - a).length() < LEAST_AREA {
        return;
    }
    let (low, high) = (a.min(b).min(c), a.max(b).max(c));
    if region.holds(low, high) {
        for i in corners {
            if known[i] == u32::MAX {
                known[i] = sheet.vertices.len() as u32;
                sheet.vertices.push(grid[i]);
            }
            sheet.indices.push(known[i]);
        }
    } else if region.meets(low, high) {
        let polygon = clipped(triangle.to_vec(), region);
        let first = sheet.vertices.len() as u32;
        for i in 2..polygon.len() as u32 {
            sheet.indices.extend([first, first + i - 1, first + i]);
        }
        if polygon.len() > 2 {
            sheet.vertices.extend(polygon);
        }
    }
}

fn clipped(mut polygon: Vec<Vertex>, region: Region) -> Vec<Vertex> {
    for axis in 0..2 {
        for (sign, limit) in [(1.0, region.low[axis]), (-1.0, region.high[axis])] {
            let inside = |v: &Vertex| sign * (v.place.axis(axis) - limit);
            let mut kept = Vec::with_capacity(polygon.len() + 1);
            for (i, v) in polygon.iter().enumerate() {
                let next = &polygon[(i + 1) % polygon.len()];
                let (d, e) = (inside(v), inside(next));
                if d >= 0.0 {
                    kept.push(*v);
                }
                if (d >= 0.0) != (e >= 0.0) {
                    kept.push(between(v, next, d / (d - e)));
                }
            }
            polygon = kept;
        }
    }
    polygon
}

fn between(a: &Vertex, b: &Vertex, t: f32) -> Vertex {
    Vertex {
        place: a.place + (b.place - a.place) * t,
        st: [lerp(a.st[0], b.st[0], t), lerp(a.st[1], b.st[1], t)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::paint::Paint;
    use crate::sample::vector::vec3;

    fn area(sheet: &Sheet) -> f32 {
        let at = |i: u32| sheet.vertices[i as usize].place;
        let doubled = |t: &[u32]| (at(t[1]) - at(t[0])).cross(at(t[2]) - at(t[0])).z;
        sheet.indices.chunks(3).map(|t| doubled(t) / 2.0).sum()
    }

    #[test]
    fn the_quarters_of_a_region_share_the_whole_area() {
        let corners = [vec3(1.0, 2.0, 0.0), vec3(9.0, 1.0, 0.0), vec3(8.0, 9.0, 0.0), vec3(2.0, 7.0, 0.0)];
        let patch = Patch::flat(corners, Paint::Water, 0);
        let region = Region { low: [0.0; 2], high: [10.0; 2] };
        let whole = area(&cut(&patch, 1.0, region));
        let parts: f32 = (0..4).map(|q| area(&cut(&patch, 1.0, region.quarter(q)))).sum();
        assert!((whole - parts).abs() < 0.01 && whole > 40.0, "{whole} against {parts}");
    }

    #[test]
    fn nothing_leaves_the_region() {
        let corners =
            [vec3(-5.0, -5.0, 0.0), vec3(15.0, -5.0, 0.0), vec3(15.0, 15.0, 3.0), vec3(-5.0, 15.0, 3.0)];
        let region = Region { low: [0.0; 2], high: [10.0; 2] };
        let sheet = cut(&Patch::flat(corners, Paint::Water, 0), 3.0, region);
        assert!(!sheet.indices.is_empty());
        for v in &sheet.vertices {
            let inside = |c: f32| (-0.001..=10.001).contains(&c);
            assert!(inside(v.place.x) && inside(v.place.y), "{v:?}");
        }
    }
}
