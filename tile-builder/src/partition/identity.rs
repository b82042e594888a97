//! Gives the triangles of a survey's one skin to the buildings that they belong to.
//!
//! In: the meshes of one content in local metres, the community's [`Buildings`]. Out: the meshes, cut
//! along footprints with their overhangs, a feature at every vertex; and the features that occur.
//! Called by the pipeline. Pure.
//!
//! A triangle in a footprint is its building's: roof, walls, and what stands on it. In the margin
//! around it only what is above the ground is: walls that bulge, not the pavement; and further out
//! only what is higher than a hedge: balconies and eaves. Where these overlap the nearer footprint
//! has it. What is far above the building's top is a tree.

use std::collections::BTreeSet;

use super::buildings::Buildings;
use super::mend::mend;
use crate::geometry::Aabb;
use crate::scene::{CutMesh, Feature, Mesh, NO_FEATURE};

/// Gives triangles to buildings. Meshes in which no building has a triangle come back as they were.
#[must_use]
pub fn identify(meshes: Vec<Mesh>, buildings: &Buildings) -> (Vec<Mesh>, Vec<Feature>) {
    let bounds = Aabb::around_all(meshes.iter().map(|mesh| &mesh.positions));
    if bounds.is_empty() || !buildings.outlines().touches(&bounds) {
        return (meshes, Vec::new());
    }
    let mut parts: Vec<Owned> = meshes.iter().map(|mesh| Owned::of(mesh, buildings)).collect();
    let present: BTreeSet<usize> = parts.iter().flat_map(|part| &part.owners).flatten().copied().collect();
    if present.is_empty() {
        return (meshes, Vec::new());
    }
    mend(&meshes, &mut parts);
    let present: Vec<usize> = present.into_iter().collect();
    let features = present.iter().map(|at| buildings.list()[*at].feature.clone()).collect();
    let row = |owner: Option<usize>| {
        owner.and_then(|at| present.binary_search(&at).ok()).map_or(NO_FEATURE, |row| row as u32)
    };
    let given = meshes.into_iter().zip(parts).map(|(mesh, part)| {
        let triangles = part.owners.iter().map(|owner| row(*owner)).enumerate();
        part.cut.map_or(mesh, |cut| cut.mesh).with_triangles(triangles)
    });
    (given.collect(), features)
}

/// A mesh after cutting, with the building of each triangle.
pub(super) struct Owned {
    /// `None` if there was nothing to cut.
    pub(super) cut: Option<CutMesh>,
    pub(super) owners: Vec<Option<usize>>,
}

impl Owned {
    fn of(mesh: &Mesh, buildings: &Buildings) -> Self {
        let cut = mesh.cut_in_pieces(buildings.outlines());
        let mesh = cut.as_ref().map_or(mesh, |cut| &cut.mesh);
        let owners = (0..mesh.triangles()).map(|triangle| buildings.owner(mesh.middle(triangle))).collect();
        Self { cut, owners }
    }
}
