//! Cuts triangles in plan along outlines, so that afterwards none lies on both sides.
//!
//! In: vertices, triangles, [`Outlines`]. Out: a [`Cut`]: more vertices, each a blend of earlier
//! ones, and the triangles on them. Called through `Mesh::cut_along`. Pure.
//!
//! Each triangle is worked on by itself: corners of outlines that fall into it become vertices,
//! then every outline edge, in one fixed order, splits the triangle's edges where it crosses them.
//! No crack can open, because whether and where an edge is split depends on its two ends and the
//! outline alone, with the ends taken in ascending order: both triangles at an edge find the same
//! points, bit by bit. For the same reason walls, which have no area in plan, are cut like the rest.
//!
//! Cost: triangles far from outlines cost one look into an index; one that n outline edges cross
//! costs n².

use std::cmp::Ordering;
use std::collections::HashMap;

use rstar::AABB;

use super::outlines::{Outlines, Segment};

/// An edge this close to a corner of an outline is taken to run through it, in metres.
const TOUCH_M: f64 = 0.0005;
/// A vertex this close to an outline's line or corner is taken to lie on it, in metres: no slivers
/// thinner than that.
const ON_LINE_M: f64 = 0.001;

/// A new vertex: the sum of `weights` times the vertices `from`, which may be new ones before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blend {
    /// Vertices.
    pub from: [u32; 3],
    /// Their weights, which sum to 1.
    pub weights: [f64; 3],
}

/// Triangles after cutting.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// The vertices that were there, followed by one for each blend.
    pub positions: Vec<[f64; 3]>,
    /// What the new vertices are made of.
    pub blends: Vec<Blend>,
    /// Corners of triangles; the pieces of a triangle follow one another, in its sense of rotation.
    pub indices: Vec<u32>,
    /// Into how many pieces each triangle was cut, 1 if it is whole.
    pub pieces: Vec<u32>,
}

/// Cuts triangles along outlines. `None` if no triangle had to be cut.
///
/// Vertices that were there stay where they are. A triangle may reach up to a millimetre over an
/// outline, where cutting would leave a sliver.
#[must_use]
pub fn cut(positions: &[[f64; 3]], indices: &[u32], outlines: &Outlines) -> Option<Cut> {
    let mut knife = Knife { positions: positions.to_vec(), blends: Vec::new(), known: HashMap::new() };
    let mut out = Vec::with_capacity(indices.len());
    let mut counts = Vec::with_capacity(indices.len() / 3);
    for corners in indices.as_chunks::<3>().0 {
        let plan = knife.plan_box(*corners);
        let (points, lines) = (outlines.corners_near(plan), outlines.segments_near(plan));
        let mut pieces = vec![*corners];
        for point in points {
            pieces = knife.through_corner(&pieces, point);
        }
        for line in lines {
            pieces = knife.along_segment(&pieces, &line);
        }
        counts.push(pieces.len() as u32);
        out.extend(pieces.into_iter().flatten());
    }
    let Knife { positions, blends, .. } = knife;
    (!blends.is_empty()).then_some(Cut { positions, blends, indices: out, pieces: counts })
}

/// The vertices as they grow.
struct Knife {
    positions: Vec<[f64; 3]>,
    blends: Vec<Blend>,
    /// Vertices on edges, by the edge's ends and the share of the second.
    known: HashMap<(u32, u32, u64), u32>,
}

impl Knife {
    fn plan(&self, vertex: u32) -> [f64; 2] {
        let [x, y, _] = self.positions[vertex as usize];
        [x, y]
    }

    fn plan_box(&self, corners: [u32; 3]) -> AABB<[f64; 2]> {
        let bounds = AABB::from_points(&corners.map(|corner| self.plan(corner)));
        let (low, high) = (bounds.lower(), bounds.upper());
        AABB::from_corners(low.map(|v| v - ON_LINE_M), high.map(|v| v + ON_LINE_M))
    }

    /// Makes a corner of an outline a vertex of the pieces that it falls into.
    fn through_corner(&mut self, pieces: &[[u32; 3]], point: [f64; 2]) -> Vec<[u32; 3]> {
        let mut out = Vec::with_capacity(pieces.len() + 2);
        for &piece in pieces {
            let touched = edges_of(piece).map(|edge| self.touch(edge, point));
            if touched.iter().any(Option::is_some) {
                self.subdivide(piece, touched, &mut out);
            } else if let Some(weights) = self.weights_inside(piece, point) {
                let [a, b, c] = piece;
                let middle = self.blend(Blend { from: piece, weights });
                out.extend([[a, b, middle], [b, c, middle], [c, a, middle]]);
            } else {
                out.push(piece);
            }
        }
        out
    }

    /// Splits the pieces that an outline's edge crosses.
    fn along_segment(&mut self, pieces: &[[u32; 3]], line: &Segment) -> Vec<[u32; 3]> {
        let mut out = Vec::with_capacity(pieces.len() + 2);
        for &piece in pieces {
            let crossed = edges_of(piece).map(|edge| self.crossing(edge, line));
            self.subdivide(piece, crossed, &mut out);
        }
        out
    }

    /// The vertex on an edge where it passes a corner of an outline, away from the edge's ends.
    fn touch(&mut self, edge: [u32; 2], point: [f64; 2]) -> Option<u32> {
        let [a, b] = self.ascending(edge);
        let (from, to) = (self.plan(a), self.plan(b));
        let along = [to[0] - from[0], to[1] - from[1]];
        let length = along[0].hypot(along[1]);
        let share = ((point[0] - from[0]) * along[0] + (point[1] - from[1]) * along[1]) / (length * length);
        let foot = [from[0] + share * along[0], from[1] + share * along[1]];
        let near = (foot[0] - point[0]).hypot(foot[1] - point[1]) <= TOUCH_M;
        // An edge without length in plan gives no number, and no vertex.
        let amid = share * length > ON_LINE_M && (1.0 - share) * length > ON_LINE_M;
        (near && amid).then(|| self.on_edge(a, b, share))
    }

    /// The vertex where an edge crosses an outline's edge, if it has ends on both sides of it.
    fn crossing(&mut self, edge: [u32; 2], line: &Segment) -> Option<u32> {
        let [a, b] = self.ascending(edge);
        let (from, to) = (self.plan(a), self.plan(b));
        let along = [line[1][0] - line[0][0], line[1][1] - line[0][1]];
        let length = along[0].hypot(along[1]);
        let off = |p: [f64; 2]| (along[0] * (p[1] - line[0][1]) - along[1] * (p[0] - line[0][0])) / length;
        let (off_a, off_b) = (off(from), off(to));
        if off_a.abs() <= ON_LINE_M || off_b.abs() <= ON_LINE_M || (off_a > 0.0) == (off_b > 0.0) {
            return None;
        }
        let share = off_a / (off_a - off_b);
        let met = [0, 1].map(|axis| from[axis] + share * (to[axis] - from[axis]) - line[0][axis]);
        let reach = (met[0] * along[0] + met[1] * along[1]) / length;
        (0.0..=length).contains(&reach).then(|| self.on_edge(a, b, share))
    }

    /// How a point lies in a piece in plan; `None` outside, or closer to a vertex than may be.
    fn weights_inside(&self, piece: [u32; 3], point: [f64; 2]) -> Option<[f64; 3]> {
        let [a, b, c] = piece.map(|corner| {
            let [x, y] = self.plan(corner);
            [x - point[0], y - point[1]]
        });
        let cross = |p: [f64; 2], q: [f64; 2]| p[0] * q[1] - p[1] * q[0];
        let parts = [cross(b, c), cross(c, a), cross(a, b)];
        let whole: f64 = parts.iter().sum();
        let inside = parts.iter().all(|part| part * whole > 0.0);
        let apart = [a, b, c].iter().all(|corner| corner[0].hypot(corner[1]) > ON_LINE_M);
        (inside && apart).then(|| parts.map(|part| part / whole))
    }

    /// An edge's ends in ascending order of their places, whichever triangle asks.
    fn ascending(&self, [a, b]: [u32; 2]) -> [u32; 2] {
        let (p, q) = (&self.positions[a as usize], &self.positions[b as usize]);
        let order = (0..3).map(|axis| p[axis].total_cmp(&q[axis])).find(|order| order.is_ne());
        if order.unwrap_or(a.cmp(&b)) == Ordering::Greater { [b, a] } else { [a, b] }
    }

    fn on_edge(&mut self, a: u32, b: u32, share: f64) -> u32 {
        if let Some(vertex) = self.known.get(&(a, b, share.to_bits())) {
            return *vertex;
        }
        let vertex = self.blend(Blend { from: [a, b, a], weights: [1.0 - share, share, 0.0] });
        self.known.insert((a, b, share.to_bits()), vertex);
        vertex
    }

    fn blend(&mut self, blend: Blend) -> u32 {
        let from = blend.from.map(|vertex| self.positions[vertex as usize]);
        let position = [0, 1, 2].map(|axis| (0..3).map(|at| blend.weights[at] * from[at][axis]).sum());
        self.positions.push(position);
        self.blends.push(blend);
        self.positions.len() as u32 - 1
    }

    /// Replaces a piece by those between the vertices on its edges ab, bc, ca.
    fn subdivide(&self, piece: [u32; 3], on: [Option<u32>; 3], out: &mut Vec<[u32; 3]>) {
        let [a, b, c] = piece;
        match on {
            [None, None, None] => out.push(piece),
            [Some(ab), None, None] => out.extend([[a, ab, c], [ab, b, c]]),
            [None, Some(bc), None] => out.extend([[b, bc, a], [bc, c, a]]),
            [None, None, Some(ca)] => out.extend([[c, ca, b], [ca, a, b]]),
            [Some(ab), Some(bc), None] => self.corner_off([ab, b, bc], [c, a], out),
            [None, Some(bc), Some(ca)] => self.corner_off([bc, c, ca], [a, b], out),
            [Some(ab), None, Some(ca)] => self.corner_off([ca, a, ab], [b, c], out),
            [Some(ab), Some(bc), Some(ca)] => {
                out.extend([[a, ab, ca], [ab, b, bc], [bc, c, ca], [ab, bc, ca]]);
            }
        }
    }

    /// The corner that a line cuts off, and what is left of the triangle, split by its shorter
    /// diagonal.
    fn corner_off(&self, tip: [u32; 3], [c, a]: [u32; 2], out: &mut Vec<[u32; 3]>) {
        let [ab, _, bc] = tip;
        let distance = |p: u32, q: u32| {
            let (p, q) = (self.positions[p as usize], self.positions[q as usize]);
            (0..3).map(|axis| (p[axis] - q[axis]).powi(2)).sum::<f64>()
        };
        out.push(tip);
        if distance(ab, c) <= distance(bc, a) {
            out.extend([[ab, bc, c], [ab, c, a]]);
        } else {
            out.extend([[ab, bc, a], [bc, c, a]]);
        }
    }
}

fn edges_of([a, b, c]: [u32; 3]) -> [[u32; 2]; 3] {
    [[a, b], [b, c], [c, a]]
}
