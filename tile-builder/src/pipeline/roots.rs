//! Where each tile of a survey lies, from its coarsest file alone. Called by the plan, when levels
//! have to be made above the tiles.

use rayon::prelude::*;

use super::BuildError;
use super::site::{Places, Site};
use crate::geometry::Aabb;
use crate::partition::quadtree::Extent;
use crate::read::files::read_bounded;
use crate::read::osgb;
use crate::scene::{Finer, LodNode};

/// The extent of each tile in local metres; `None` for one that cannot be read, which its own job
/// will say.
pub(super) fn extents(site: &Site, source: usize) -> Result<Vec<Option<Extent>>, BuildError> {
    let places = site.places()?;
    let tiles = &site.sources[source].survey.tiles;
    Ok(tiles.par_iter().map(|tile| extent(site, places, source, &tile.root)).collect())
}

fn extent(site: &Site, places: &Places, source: usize, root: &std::path::Path) -> Option<Extent> {
    let bytes = read_bounded(root, &site.limits).ok()?;
    let file = osgb::parse(&bytes, "", &site.limits).ok()?;
    // Textures of other files do not matter here.
    let levels = file.levels(&site.limits, &|_| Err(String::new())).ok()?;
    let mut bounds = Aabb::EMPTY;
    levels.nodes.iter().for_each(|node| add(node, &mut bounds));
    if bounds.is_empty() {
        return None;
    }
    let mut local = Aabb::EMPTY;
    for (x, y) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let ends = [bounds.min, bounds.max];
        let corner = [ends[x][0], ends[y][1], bounds.min[2]];
        local.add(&places.placements[source].local(places.frame.as_ref(), corner).ok()?);
    }
    Some([local.min[0], local.min[1], local.max[0], local.max[1]])
}

fn add(node: &LodNode, bounds: &mut Aabb) {
    bounds.merge(&Aabb::around_all(node.meshes.iter().map(|mesh| &mesh.positions)));
    for finer in &node.finer {
        if let Finer::Node(node) = finer {
            add(node, bounds);
        }
    }
}
