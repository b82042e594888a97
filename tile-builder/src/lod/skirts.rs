//! Strips that hang down from the open edges of a level.
//!
//! In: the meshes of one content, placed, up along z. Out: the same with more triangles. Called by
//! the pipeline for levels whose neighbours have other vertices along the common border, so that
//! the ground behind a small step cannot be seen through.

use std::collections::{BTreeMap, BTreeSet};

use crate::geometry::weld::weld;
use crate::scene::Mesh;

/// Hangs a strip of `depth_m` under each open edge that `which` takes, given its two ends. The
/// strips face outwards and carry the colours of the border: each lowered vertex repeats the
/// texture coordinates of the one above. Returns how many triangles were added.
///
/// Edges are open with regard to all the meshes together, whatever their textures.
pub fn skirts(meshes: &mut [Mesh], depth_m: f64, which: &dyn Fn(&[f64; 3], &[f64; 3]) -> bool) -> usize {
    let surface = weld(meshes.iter().map(|mesh| (&mesh.positions[..], &mesh.indices[..])));
    let open: BTreeSet<[[u64; 3]; 2]> = surface
        .open_edges()
        .into_iter()
        .map(|edge| edge.map(|vertex| surface.positions[vertex as usize]))
        .filter(|[from, to]| which(from, to))
        .map(|[from, to]| [key(&from), key(&to)])
        .collect();
    meshes.iter_mut().map(|mesh| hang(mesh, depth_m, &open)).sum()
}

fn key(position: &[f64; 3]) -> [u64; 3] {
    position.map(|value| (value + 0.0).to_bits())
}

fn hang(mesh: &mut Mesh, depth_m: f64, open: &BTreeSet<[[u64; 3]; 2]>) -> usize {
    let mut strips = Vec::new();
    for corners in mesh.indices.as_chunks::<3>().0 {
        for side in 0..3 {
            let edge = [corners[side], corners[(side + 1) % 3]];
            let places = edge.map(|at| mesh.positions.get(at as usize).map(key));
            if let [Some(from), Some(to)] = places
                && open.contains(&[from, to])
            {
                strips.push(edge);
            }
        }
    }
    let mut lowered = BTreeMap::new();
    for &[from, to] in &strips {
        let [below_from, below_to] =
            [from, to].map(|at| *lowered.entry(at).or_insert_with(|| lower(mesh, at as usize, depth_m)));
        // Seen from outside, the edge runs from right to left along the top.
        mesh.indices.extend([from, below_from, below_to, from, below_to, to]);
    }
    strips.len() * 2
}

/// Repeats a vertex lower down and returns its number.
fn lower(mesh: &mut Mesh, at: usize, depth_m: f64) -> u32 {
    let [x, y, z] = mesh.positions[at];
    mesh.positions.push([x, y, z - depth_m]);
    if let Some(&uv) = mesh.uvs.get(at) {
        mesh.uvs.push(uv);
    }
    if let Some(&colour) = mesh.colours.get(at) {
        mesh.colours.push(colour);
    }
    (mesh.positions.len() - 1) as u32
}
