//! Takes back cuts that divide nothing: pavement on both sides of an outline is nobody's.
//!
//! In: cut meshes of one content with the owner of each piece. Out: the same with fewer triangles.
//! Called by `identity`. Pure.
//!
//! A triangle whose pieces all have one owner becomes whole again, but for vertices on its edges that
//! a neighbour still needs: where the neighbour's pieces differ, its cuts stay, and so do their ends
//! on the common edge. So no crack opens. Neighbours are found by the places of these vertices, bit
//! by bit, also across meshes.

use std::collections::HashSet;

use super::identity::Owned;
use crate::scene::{CutMesh, Mesh};

/// Mends the cut meshes of a content; `meshes` are the same before cutting.
pub(super) fn mend(meshes: &[Mesh], parts: &mut [Owned]) {
    let needed: HashSet<[u64; 3]> = parts.iter().flat_map(needed_places).collect();
    for (mesh, part) in meshes.iter().zip(parts) {
        if let Some(cut) = &mut part.cut {
            let (indices, owners) = mended(mesh, cut, &part.owners, &needed);
            cut.mesh.indices = indices;
            part.owners = owners;
        }
    }
}

/// The pieces of each triangle: the places of the first and behind the last.
fn ranges(cut: &CutMesh) -> impl Iterator<Item = std::ops::Range<usize>> {
    cut.pieces.iter().scan(0, |end, count| {
        let start = *end;
        *end += *count as usize;
        Some(start..*end)
    })
}

/// Places of the vertices that pieces of different owners use.
fn needed_places(part: &Owned) -> Vec<[u64; 3]> {
    let Some(cut) = &part.cut else { return Vec::new() };
    let divided = ranges(cut).filter(|pieces| !alike(&part.owners[pieces.clone()]));
    let corners = divided.flat_map(|pieces| &cut.mesh.indices[pieces.start * 3..pieces.end * 3]);
    corners.map(|corner| place(&cut.mesh, *corner)).collect()
}

fn alike(owners: &[Option<usize>]) -> bool {
    owners.iter().all(|owner| *owner == owners[0])
}

fn place(mesh: &Mesh, vertex: u32) -> [u64; 3] {
    mesh.positions[vertex as usize].map(f64::to_bits)
}

fn mended(
    mesh: &Mesh,
    cut: &CutMesh,
    owners: &[Option<usize>],
    needed: &HashSet<[u64; 3]>,
) -> (Vec<u32>, Vec<Option<usize>>) {
    let edges = edges_of_new(cut);
    let (mut indices, mut kept) = (Vec::with_capacity(mesh.indices.len()), Vec::new());
    for (corners, pieces) in mesh.indices.as_chunks::<3>().0.iter().zip(ranges(cut)) {
        let of_pieces = &cut.mesh.indices[pieces.start * 3..pieces.end * 3];
        if alike(&owners[pieces.clone()]) {
            let whole = Whole { cut, edges: &edges, corners: *corners, pieces: of_pieces };
            for piece in whole.with(needed) {
                indices.extend(piece);
                kept.push(owners[pieces.start]);
            }
        } else {
            indices.extend_from_slice(of_pieces);
            kept.extend_from_slice(&owners[pieces]);
        }
    }
    (indices, kept)
}

/// A triangle that needs no cut for its own sake.
struct Whole<'c> {
    cut: &'c CutMesh,
    edges: &'c [Option<[u32; 2]>],
    corners: [u32; 3],
    pieces: &'c [u32],
}

impl Whole<'_> {
    /// The triangle divided by the needed vertices on its edges only.
    fn with(&self, needed: &HashSet<[u64; 3]>) -> Vec<[u32; 3]> {
        let mut pieces = vec![self.corners];
        if self.pieces.len() == 3 {
            return pieces;
        }
        let [a, b, c] = self.corners;
        for [from, to] in [[a, b], [b, c], [c, a]] {
            let mut start = from;
            for vertex in self.between(from, to, needed) {
                split(&mut pieces, [start, to], vertex);
                start = vertex;
            }
        }
        pieces
    }

    /// The needed vertices on an edge, in order along it.
    fn between(&self, from: u32, to: u32, needed: &HashSet<[u64; 3]>) -> Vec<u32> {
        let edge = Some(ordered(from, to));
        let mesh = &self.cut.mesh;
        let first_new = mesh.positions.len() - self.edges.len();
        let on_edge = |vertex: u32| {
            let at = (vertex as usize).checked_sub(first_new);
            at.is_some_and(|at| self.edges[at] == edge) && needed.contains(&place(mesh, vertex))
        };
        let mut found: Vec<u32> = self.pieces.iter().copied().filter(|vertex| on_edge(*vertex)).collect();
        let [start, end] = [from, to].map(|vertex| mesh.positions[vertex as usize]);
        let along = |vertex: u32| {
            let at = mesh.positions[vertex as usize];
            (0..3).map(|axis| (at[axis] - start[axis]) * (end[axis] - start[axis])).sum::<f64>()
        };
        found.sort_by(|x, y| along(*x).total_cmp(&along(*y)).then(x.cmp(y)));
        found.dedup();
        found
    }
}

fn ordered(a: u32, b: u32) -> [u32; 2] {
    [a.min(b), a.max(b)]
}

/// For each new vertex the edge of the mesh before cutting that it stands on.
fn edges_of_new(cut: &CutMesh) -> Vec<Option<[u32; 2]>> {
    let first_new = cut.mesh.positions.len() - cut.blends.len();
    let mut edges: Vec<Option<[u32; 2]>> = Vec::with_capacity(cut.blends.len());
    for blend in &cut.blends {
        let [p, q, r] = blend.from;
        let of = |vertex: u32| (vertex as usize).checked_sub(first_new).map(|at| edges[at]);
        let edge = match (of(p), of(q)) {
            (None, None) => Some(ordered(p, q)),
            (Some(edge), None) => edge.filter(|edge| edge.contains(&q)),
            (None, Some(edge)) => edge.filter(|edge| edge.contains(&p)),
            (Some(edge), Some(other)) => edge.filter(|_| edge == other),
        };
        // Vertices on edges are blends of two.
        edges.push(edge.filter(|_| p == r));
    }
    edges
}

/// Divides the piece that has an edge at a vertex on this edge.
fn split(pieces: &mut Vec<[u32; 3]>, [from, to]: [u32; 2], vertex: u32) {
    for at in 0..pieces.len() {
        for turn in 0..3 {
            let [a, b, c] = [0, 1, 2].map(|corner| pieces[at][(corner + turn) % 3]);
            if [a, b] == [from, to] {
                pieces[at] = [a, vertex, c];
                pieces.push([vertex, b, c]);
                return;
            }
        }
    }
}
