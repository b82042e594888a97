//! The part of some meshes that lies in a zone.
//!
//! In: meshes in local metres, the outlines of all zones. Out: the meshes of one. Called by the
//! pipeline. Pure.

use crate::geometry::Outlines;
use crate::scene::{Mesh, NO_FEATURE};

/// What of the meshes lies in the area `zone` of `zones`, or in none of them if that is `None`.
///
/// The meshes are cut along the outlines of all zones, not only of the one, so that neighbours are
/// given the same vertices along the border between them. Every triangle's piece is given to exactly
/// one: to the first zone that holds its middle.
#[must_use]
pub fn clip(meshes: Vec<Mesh>, zones: &Outlines, zone: Option<usize>) -> Vec<Mesh> {
    meshes.into_iter().filter_map(|mesh| clip_mesh(mesh, zones, zone)).collect()
}

fn clip_mesh(mesh: Mesh, zones: &Outlines, zone: Option<usize>) -> Option<Mesh> {
    let cut = mesh.cut_along(zones).unwrap_or(mesh);
    let kept: Vec<usize> = (0..cut.triangles())
        .filter(|triangle| {
            let [x, y, _] = cut.middle(*triangle);
            zones.holding([x, y]).first().copied() == zone
        })
        .collect();
    if kept.len() == cut.triangles() {
        return (!kept.is_empty()).then_some(cut);
    }
    let feature = |triangle: usize| {
        let corner = cut.indices[triangle * 3] as usize;
        cut.features.get(corner).copied().unwrap_or(NO_FEATURE)
    };
    (!kept.is_empty()).then(|| cut.with_triangles(kept.iter().map(|&triangle| (triangle, feature(triangle)))))
}
