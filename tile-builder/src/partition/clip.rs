//! The part of some meshes that lies in a zone.
//!
//! In: meshes in local metres, the outlines of all zones. Out: the meshes of one. Called by the
//! pipeline. Pure.

use std::collections::BTreeSet;

use crate::geometry::{Aabb, Outlines};
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

/// All the parts of some meshes: what lies in each zone that they reach into, and outside of all.
/// Meshes that lie in one part alone come back as they were.
#[must_use]
pub fn divide(meshes: Vec<Mesh>, zones: &Outlines) -> Vec<(Option<usize>, Vec<Mesh>)> {
    let bounds = Aabb::around_all(meshes.iter().map(|mesh| &mesh.positions));
    if bounds.is_empty() || !zones.touches(&bounds) {
        return vec![(None, meshes)];
    }
    let cut: Vec<(Option<Mesh>, Vec<Option<usize>>)> = meshes
        .iter()
        .map(|mesh| {
            let cut = mesh.cut_along(zones);
            let whole = cut.as_ref().unwrap_or(mesh);
            let zone_of = |triangle| {
                let [x, y, _] = whole.middle(triangle);
                zones.holding([x, y]).first().copied()
            };
            let owners = (0..whole.triangles()).map(zone_of).collect();
            (cut, owners)
        })
        .collect();
    let present: BTreeSet<Option<usize>> = cut.iter().flat_map(|(_, owners)| owners).copied().collect();
    if present.len() < 2 {
        return vec![(present.first().copied().flatten(), meshes)];
    }
    let part = |zone: Option<usize>| {
        let of = meshes.iter().zip(&cut).filter_map(|(mesh, (cut, owners))| {
            let whole = cut.as_ref().unwrap_or(mesh);
            let kept: Vec<usize> = (0..owners.len()).filter(|triangle| owners[*triangle] == zone).collect();
            (!kept.is_empty()).then(|| whole.with_triangles(kept.iter().map(|&at| (at, feature(whole, at)))))
        });
        (zone, of.collect())
    };
    present.into_iter().map(part).collect()
}

fn feature(mesh: &Mesh, triangle: usize) -> u32 {
    let corner = mesh.indices[triangle * 3] as usize;
    mesh.features.get(corner).copied().unwrap_or(NO_FEATURE)
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
    (!kept.is_empty()).then(|| cut.with_triangles(kept.iter().map(|&at| (at, feature(&cut, at)))))
}
