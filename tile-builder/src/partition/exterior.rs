//! What can be seen of a building from outside.
//!
//! In: solids as triangles with a placement. Out: for each triangle whether it shows in any of
//! seventeen orthographic pictures taken from outside: from above, and from eight sides at two
//! heights. A picture holds for each pixel the nearest triangle (an item buffer, Weghorst, Hooper and
//! Greenberg 1984). Large solids are drawn first; a small one whose box is wholly behind what is
//! drawn already is skipped, which spares most of the interior. Called for building models.

use std::f64::consts::TAU;

use rayon::prelude::*;

use crate::geometry::matrix::{Rows, apply};
use crate::geometry::scan::{Plane, rows};

/// Pixels along the longer side of a picture.
const EDGE_PX: usize = 1024;
/// Heights of the pictures from the sides, in degrees.
const HEIGHTS_DEG: [f64; 2] = [12.0, 45.0];
/// Sides from which pictures are taken.
const SIDES: usize = 8;
/// Boxes larger than this are drawn without asking whether they are hidden.
const ASKED_PX: usize = 96;
/// Backs are drawn so many pixels further away: at an edge, what faces the viewer is what is seen.
const BEHIND_PX: f64 = 2.0;
/// Nobody.
const NONE: u32 = u32::MAX;

/// Triangles in a place.
#[derive(Debug, Clone, Copy)]
pub struct Solid<'s> {
    /// Vertices in the solid's own frame.
    pub positions: &'s [[f32; 3]],
    /// Corners of triangles.
    pub indices: &'s [u32],
    /// From the solid's frame to metres east, north, up: three rows of four.
    pub matrix: &'s Rows,
}

/// What is seen of some solids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Pixels in which each solid shows, over all pictures.
    pub pixels: Vec<u32>,
    /// For each solid, the triangles that show, in order.
    pub triangles: Vec<Vec<u32>>,
}

/// Looks at solids from outside.
#[must_use]
pub fn seen_from_outside(solids: &[Solid<'_>]) -> Seen {
    let mut first = Vec::with_capacity(solids.len());
    let mut count = 0u32;
    for solid in solids {
        first.push(count);
        count += solid.indices.len() as u32 / 3;
    }
    let boxes: Vec<[[f64; 3]; 2]> = solids.par_iter().map(bounds).collect();
    let mut order: Vec<usize> = (0..solids.len()).filter(|at| !solids[*at].indices.is_empty()).collect();
    let size = |at: &usize| {
        let [low, high] = boxes[*at];
        let mut edges = [0, 1, 2].map(|axis| high[axis] - low[axis]);
        edges.sort_by(f64::total_cmp);
        edges[1] * edges[2]
    };
    order.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.cmp(b)));
    let pictures: Vec<Vec<u32>> = directions()
        .par_iter()
        .map(|direction| picture(solids, &boxes, &first, &order, *direction))
        .collect();
    let mut pixels = vec![0u32; solids.len()];
    let mut triangles: Vec<Vec<u32>> = vec![Vec::new(); solids.len()];
    let mut shown = vec![false; count as usize];
    for id in pictures.into_iter().flatten().filter(|id| *id != NONE) {
        // The last solid that begins at or before the triangle, and has any.
        let solid = first.partition_point(|from| *from <= id) - 1;
        pixels[solid] += 1;
        if !std::mem::replace(&mut shown[id as usize], true) {
            triangles[solid].push(id - first[solid]);
        }
    }
    for list in &mut triangles {
        list.sort_unstable();
    }
    Seen { pixels, triangles }
}

/// Where the pictures are taken from: unit vectors that point at the building.
fn directions() -> Vec<[f64; 3]> {
    let sides = HEIGHTS_DEG.iter().flat_map(|height| {
        let (up, along) = height.to_radians().sin_cos();
        (0..SIDES).map(move |side| {
            // Turned a little, so that no picture looks along walls.
            let angle = TAU * (side as f64 + 0.19) / SIDES as f64;
            [-along * angle.cos(), -along * angle.sin(), -up]
        })
    });
    std::iter::once([0.0, 0.0, -1.0]).chain(sides).collect()
}

fn bounds(solid: &Solid<'_>) -> [[f64; 3]; 2] {
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for point in solid.positions {
        let placed = apply(solid.matrix, point.map(f64::from));
        for axis in 0..3 {
            low[axis] = low[axis].min(placed[axis]);
            high[axis] = high[axis].max(placed[axis]);
        }
    }
    [low, high]
}

/// A view along a direction: rows give pixels to the right, pixels down, and metres away.
struct View {
    rows: [[f64; 4]; 3],
    size: [usize; 2],
    /// Metres of a pixel.
    step_m: f64,
}

impl View {
    fn along(d: [f64; 3], boxes: &[[[f64; 3]; 2]], order: &[usize]) -> Self {
        let flat = d[0].hypot(d[1]);
        let right = if flat > 1e-9 { [-d[1] / flat, d[0] / flat, 0.0] } else { [1.0, 0.0, 0.0] };
        let down = [
            d[1] * right[2] - d[2] * right[1],
            d[2] * right[0] - d[0] * right[2],
            d[0] * right[1] - d[1] * right[0],
        ];
        let axes = [right, down, d];
        let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for corner in order.iter().flat_map(|at| corners(&boxes[*at])) {
            for (axis, along) in axes.iter().enumerate() {
                let value = (0..3).map(|i| along[i] * corner[i]).sum::<f64>();
                low[axis] = low[axis].min(value);
                high[axis] = high[axis].max(value);
            }
        }
        let longest = (high[0] - low[0]).max(high[1] - low[1]).max(1e-6);
        let scale = EDGE_PX as f64 / longest;
        let row = |axis: usize, scale: f64| {
            let a = axes[axis];
            [a[0] * scale, a[1] * scale, a[2] * scale, -low[axis] * scale]
        };
        let size = [0, 1].map(|axis| (((high[axis] - low[axis]) * scale).ceil() as usize).clamp(1, EDGE_PX));
        Self { rows: [row(0, scale), row(1, scale), row(2, 1.0)], size, step_m: 1.0 / scale }
    }

    fn point(&self, p: [f64; 3]) -> [f64; 3] {
        self.rows.map(|r| r[0] * p[0] + r[1] * p[1] + r[2] * p[2] + r[3])
    }

    /// This view of a solid's own frame.
    fn of(&self, m: &Rows) -> [[f64; 4]; 3] {
        self.rows.map(|r| {
            let mut row = [0, 1, 2, 3].map(|c| r[0] * m[c] + r[1] * m[4 + c] + r[2] * m[8 + c]);
            row[3] += r[3];
            row
        })
    }
}

fn corners([low, high]: &[[f64; 3]; 2]) -> [[f64; 3]; 8] {
    std::array::from_fn(|at| [0, 1, 2].map(|axis| if at >> axis & 1 == 0 { low[axis] } else { high[axis] }))
}

/// The nearest triangle in each pixel of one view.
fn picture(
    solids: &[Solid<'_>],
    boxes: &[[[f64; 3]; 2]],
    first: &[u32],
    order: &[usize],
    direction: [f64; 3],
) -> Vec<u32> {
    let view = View::along(direction, boxes, order);
    let [width, height] = view.size;
    let mut nearest = vec![f32::INFINITY; width * height];
    let mut ids = vec![NONE; width * height];
    let mut points: Vec<[f64; 3]> = Vec::new();
    for &at in order {
        if hidden(&view, &boxes[at], &nearest) {
            continue;
        }
        let solid = &solids[at];
        let rows_of = view.of(solid.matrix);
        points.clear();
        points.extend(solid.positions.iter().map(|p| {
            let p = p.map(f64::from);
            rows_of.map(|r| r[0] * p[0] + r[1] * p[1] + r[2] * p[2] + r[3])
        }));
        for (triangle, corners) in solid.indices.as_chunks::<3>().0.iter().enumerate() {
            let corners = corners.map(|corner| points[corner as usize]);
            let flat = corners.map(|[x, y, _]| [x, y]);
            if between_pixels(&flat) {
                continue;
            }
            let behind = if faces_away(&flat) { view.step_m * BEHIND_PX } else { 0.0 };
            let depths = corners.map(|corner| corner[2] + behind);
            let Some(plane) = Plane::through(&flat, depths) else { continue };
            rows(&flat, view.size, |row, columns| {
                for column in columns {
                    let depth = plane.at(column as f64 + 0.5, row as f64 + 0.5) as f32;
                    let pixel = row * width + column;
                    if depth < nearest[pixel] {
                        nearest[pixel] = depth;
                        ids[pixel] = first[at] + triangle as u32;
                    }
                }
            });
        }
    }
    ids
}

/// Whether a triangle shows its back. Rows grow downwards, so what is counter-clockwise in space and
/// faces the viewer is clockwise here.
fn faces_away([a, b, c]: &[[f64; 2]; 3]) -> bool {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0.0
}

/// Whether a triangle lies between the middles of pixels: most of those of a fine model do.
fn between_pixels(corners: &[[f64; 2]; 3]) -> bool {
    (0..2).any(|axis| {
        let low = corners[0][axis].min(corners[1][axis]).min(corners[2][axis]);
        let high = corners[0][axis].max(corners[1][axis]).max(corners[2][axis]);
        (low - 0.5).ceil() > (high - 0.5).floor()
    })
}

/// Whether a box is wholly behind what is drawn.
fn hidden(view: &View, of: &[[f64; 3]; 2], nearest: &[f32]) -> bool {
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for corner in corners(of) {
        let point = view.point(corner);
        for axis in 0..3 {
            low[axis] = low[axis].min(point[axis]);
            high[axis] = high[axis].max(point[axis]);
        }
    }
    let from = [0, 1].map(|axis| low[axis].floor().max(0.0) as usize);
    let to = [0, 1].map(|axis| (high[axis].ceil().max(0.0) as usize).min(view.size[axis]));
    if (0..2).any(|axis| to[axis].saturating_sub(from[axis]) > ASKED_PX) {
        return false;
    }
    let depth = low[2] as f32;
    (from[1]..to[1]).all(|row| {
        nearest[row * view.size[0] + from[0]..row * view.size[0] + to[0].max(from[0])]
            .iter()
            .all(|drawn| *drawn < depth)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two triangles that span a box from its low to its high corner, on all six sides.
    fn block(low: [f32; 3], high: [f32; 3]) -> (Vec<[f32; 3]>, Vec<u32>) {
        let positions: Vec<[f32; 3]> = (0..8)
            .map(|at| [0, 1, 2].map(|axis| if at >> axis & 1 == 0 { low[axis] } else { high[axis] }))
            .collect();
        let quads = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]];
        (positions, quads.iter().flat_map(|[a, b, c, d]| [*a, *b, *c, *a, *c, *d]).collect())
    }

    const HERE: Rows = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0];

    #[test]
    fn a_thing_in_a_closed_room_is_not_seen_and_the_room_is() {
        let (room, inside) = (block([0.0; 3], [10.0, 8.0, 3.0]), block([4.0, 4.0, 1.0], [5.0, 5.0, 2.0]));
        let solids = [&room, &inside].map(|(positions, indices)| Solid { positions, indices, matrix: &HERE });
        let seen = seen_from_outside(&solids);
        assert!(seen.triangles[1].is_empty(), "{:?}", seen.triangles[1]);
        // Everything but the floor, which nobody sees from below.
        assert_eq!(seen.triangles[0], vec![2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    }

    #[test]
    fn a_thing_on_the_roof_is_seen_wherever_it_is_moved() {
        let (room, box_on_top) = (block([0.0; 3], [10.0, 8.0, 3.0]), block([0.0; 3], [1.0; 3]));
        let moved = [1.0, 0.0, 0.0, 4.0, 0.0, 1.0, 0.0, 4.0, 0.0, 0.0, 1.0, 3.0];
        let solids = [
            Solid { positions: &room.0, indices: &room.1, matrix: &HERE },
            Solid { positions: &box_on_top.0, indices: &box_on_top.1, matrix: &moved },
        ];
        assert!(seen_from_outside(&solids).triangles[1].len() >= 8);
    }
}
