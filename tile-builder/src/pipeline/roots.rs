//! Where each piece of a source lies: a survey's tile, from its coarsest file alone, or a mesh's cell.
//! Called by the plan, when levels have to be made above them, or zones found.

use std::path::Path;

use rayon::prelude::*;

use super::BuildError;
use super::cells::MeshPlan;
use super::site::Site;
use crate::geometry::Aabb;
use crate::georef::Placement;
use crate::georef::ellipsoid::EnuFrame;
use crate::partition::quadtree::Extent;
use crate::read::files::read_bounded;
use crate::read::{Limits, osgb};
use crate::scene::{Finer, LodNode};

/// The extent of each piece of a source in local metres; `None` for one that cannot be read, which its
/// own job will say.
///
/// # Errors
/// If a source cannot be placed.
pub(super) fn extents(site: &Site, source: usize) -> Result<&[Option<Extent>], BuildError> {
    let places = site.places()?;
    let of = &site.sources[source];
    let at = Place { frame: places.frame.as_ref(), placement: &places.placements[source] };
    Ok(of.extents.get_or_init(|| {
        if of.is_survey() {
            let tiles = of.survey.tiles.par_iter();
            tiles.map(|tile| at.local(&tile_box(&tile.root, &site.limits)?)).collect()
        } else {
            let cells = of.meshes.iter().flatten().flat_map(MeshPlan::cells);
            cells.map(|(_, bounds)| at.local(&bounds)).collect()
        }
    }))
}

/// Where a source stands.
struct Place<'p> {
    frame: Option<&'p EnuFrame>,
    placement: &'p Placement,
}

impl Place<'_> {
    fn local(&self, bounds: &Aabb) -> Option<Extent> {
        let mut local = Aabb::EMPTY;
        for (x, y) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let ends = [bounds.min, bounds.max];
            let corner = [ends[x][0], ends[y][1], bounds.min[2]];
            local.add(&self.placement.local(self.frame, corner).ok()?);
        }
        Some([local.min[0], local.min[1], local.max[0], local.max[1]])
    }
}

/// The box around a tile's coarsest file, in the source's coordinates.
fn tile_box(root: &Path, limits: &Limits) -> Option<Aabb> {
    let bytes = read_bounded(root, limits).ok()?;
    let file = osgb::parse(&bytes, "", limits).ok()?;
    // Textures of other files do not matter here.
    let levels = file.levels(limits, &|_| Err(String::new())).ok()?;
    let mut bounds = Aabb::EMPTY;
    levels.nodes.iter().for_each(|node| add(node, &mut bounds));
    (!bounds.is_empty()).then_some(bounds)
}

fn add(node: &LodNode, bounds: &mut Aabb) {
    bounds.merge(&Aabb::around_all(node.meshes.iter().map(|mesh| &mesh.positions)));
    for finer in &node.finer {
        if let Finer::Node(node) = finer {
            add(node, bounds);
        }
    }
}
