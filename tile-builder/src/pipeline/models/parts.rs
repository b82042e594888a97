//! A building model divided into what is drawn together: by building, storey, and exterior,
//! interior or spaces; each element in exactly one. Called by `models`.

use std::collections::BTreeMap;

use rayon::prelude::*;
use twin_schemas::model::BuildingPart;

use crate::geometry::Aabb;
use crate::geometry::matrix::{self, Rows};
use crate::georef::warp::Warp;
use crate::partition::exterior::{Seen, Solid, seen_from_outside};
use crate::read::ifc::{Model, NodeIndex, NodeKind, Shape, Use};

/// An element seen in fewer pixels of all pictures is seen through a gap, not from outside.
const SEEN_PX: u32 = 4;
/// Length over which the warp's turning is measured, in metres.
const STEP_M: f64 = 1.0;

/// A shape in its place in the community.
pub(super) struct Placed<'m> {
    pub(super) used: &'m Use,
    pub(super) shape: &'m Shape,
    /// From the shape's frame to metres east, north, up: three rows of four.
    pub(super) matrix: Rows,
}

/// Where a part stands: its building and its storey, as far as it has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) building: Option<NodeIndex>,
    pub(super) storey: Option<NodeIndex>,
    pub(super) part: BuildingPart,
}

/// The model as it is drawn.
pub(super) struct Parts<'m> {
    pub(super) placed: Vec<Placed<'m>>,
    /// What is seen of each of them from outside; nothing of spaces.
    pub(super) seen: Seen,
    /// The part of each node; none if it has no shape.
    pub(super) of_nodes: Vec<Option<BuildingPart>>,
    /// What is drawn together, by places in `placed`.
    pub(super) groups: BTreeMap<Place, Vec<usize>>,
    /// Box of each node's shapes in local metres; empty if it has none.
    pub(super) bounds: Vec<Aabb>,
}

/// Places and divides a model.
pub(super) fn divide<'m>(model: &'m Model, warp: &Warp) -> Parts<'m> {
    let place = |used: &'m Use| Placed {
        used,
        shape: &model.shapes[used.shape as usize],
        matrix: placed(&used.matrix, warp),
    };
    let placed: Vec<Placed<'m>> = model.uses.par_iter().map(place).collect();
    let (seen, of_nodes) = look(model);
    let mut groups: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
    for (at, one) in placed.iter().enumerate() {
        let node = &model.nodes[one.used.node as usize];
        let Some(part) = of_nodes[one.used.node as usize] else { continue };
        groups.entry(Place { building: node.building, storey: node.storey, part }).or_default().push(at);
    }
    let boxes: Vec<Aabb> = placed.par_iter().map(Placed::bounds).collect();
    let mut bounds = vec![Aabb::EMPTY; model.nodes.len()];
    for (one, of) in placed.iter().zip(&boxes) {
        bounds[one.used.node as usize].merge(of);
    }
    // What has no shape of its own is as large as what is part of it; parents come before children.
    for at in (0..model.nodes.len()).rev() {
        if let Some(parent) = model.nodes[at].parent {
            let of = bounds[at];
            bounds[parent as usize].merge(&of);
        }
    }
    Parts { placed, seen, of_nodes, groups, bounds }
}

/// Looks at a model from outside, along the axes of its own world, so that the answer does not depend
/// on where it stands: what is seen, and the part of each node that has a shape.
pub(super) fn look(model: &Model) -> (Seen, Vec<Option<BuildingPart>>) {
    let is_space = |node: NodeIndex| model.nodes[node as usize].kind == NodeKind::Space;
    let nothing: &[u32] = &[];
    let mut solids = Vec::with_capacity(model.uses.len());
    for used in &model.uses {
        let shape = &model.shapes[used.shape as usize];
        let indices = if is_space(used.node) { nothing } else { &shape.indices };
        solids.push(Solid { positions: &shape.positions, indices, matrix: &used.matrix });
    }
    let seen = seen_from_outside(&solids);
    let mut pixels = vec![0u32; model.nodes.len()];
    let mut of_nodes: Vec<Option<BuildingPart>> = vec![None; model.nodes.len()];
    for (used, seen) in model.uses.iter().zip(&seen.pixels) {
        let node = used.node as usize;
        pixels[node] += seen;
        of_nodes[node] = Some(if is_space(used.node) {
            BuildingPart::Space
        } else if pixels[node] >= SEEN_PX {
            BuildingPart::Exterior
        } else {
            BuildingPart::Interior
        });
    }
    (seen, of_nodes)
}

impl Placed<'_> {
    /// A point of the shape in local metres.
    pub(super) fn point(&self, p: [f32; 3]) -> [f64; 3] {
        matrix::apply(&self.matrix, p.map(f64::from))
    }

    fn bounds(&self) -> Aabb {
        let mut bounds = Aabb::EMPTY;
        self.shape.positions.iter().for_each(|p| bounds.add(&self.point(*p)));
        bounds
    }
}

/// A placement in world coordinates carried over into local metres, by the warp's own turning there.
fn placed(world: &Rows, warp: &Warp) -> Rows {
    let at = [world[3], world[7], world[11]];
    let origin = warp.apply(at);
    let axes: [[f64; 3]; 3] = std::array::from_fn(|axis| {
        let (mut ahead, mut behind) = (at, at);
        ahead[axis] += STEP_M;
        behind[axis] -= STEP_M;
        let (ahead, behind) = (warp.apply(ahead), warp.apply(behind));
        [0, 1, 2].map(|i| (ahead[i] - behind[i]) / (2.0 * STEP_M))
    });
    std::array::from_fn(|entry| {
        let (row, column) = (entry / 4, entry % 4);
        if column == 3 { origin[row] } else { (0..3).map(|k| axes[k][row] * world[k * 4 + column]).sum() }
    })
}

/// Box of a model in its world coordinates.
pub(super) fn world_bounds(model: &Model) -> Aabb {
    let of = |used: &Use| {
        let shape = &model.shapes[used.shape as usize];
        Placed { used, shape, matrix: used.matrix }.bounds()
    };
    let boxes: Vec<Aabb> = model.uses.par_iter().map(of).collect();
    let mut bounds = Aabb::EMPTY;
    for of in &boxes {
        bounds.merge(of);
    }
    bounds
}
