//! The heights of one survey tile, from the coarsest level that shows them well enough.

use std::path::Path;

use super::super::content::{Tally, place};
use super::reading::read_levels;
use super::{Built, ObliqueJob, Trail, beyond_limits, relative_name};
use crate::geometry::Aabb;
use crate::lod;
use crate::partition::relief::Relief;
use crate::read::files::resolve;
use crate::read::survey::SurveyTile;
use crate::scene::{Finer, LodNode};

/// A level whose geometric error is below this shows heights to half a metre.
const ERROR_M: f64 = 8.0;

/// Heights of a tile as far as its files can be read; what cannot be is told by the tile's own job.
/// The box is around all that was looked at.
pub(in super::super) fn relief(job: &ObliqueJob<'_>, tile: &SurveyTile) -> (Relief, Aabb, Built) {
    let mut seen = Seen { job, relief: Relief::default(), bounds: Aabb::EMPTY, built: Built::default() };
    seen.file(&tile.root, &Trail::default());
    (seen.relief, seen.bounds, seen.built)
}

struct Seen<'s> {
    job: &'s ObliqueJob<'s>,
    relief: Relief,
    bounds: Aabb,
    built: Built,
}

impl Seen<'_> {
    /// Looks at a file; `false` if it cannot be read.
    fn file(&mut self, path: &Path, above: &Trail) -> bool {
        if beyond_limits(self.job, path, above).is_some() {
            return false;
        }
        let name = relative_name(self.job, path);
        let Ok((nodes, _pass)) = read_levels(self.job, path, &name, &mut self.built) else { return false };
        let mut trail = above.clone();
        trail.files.push(path.to_owned());
        trail.tiles += 1;
        // The room is given back before finer files ask for theirs.
        drop(_pass);
        for node in nodes {
            self.node(node, path, &name, &trail);
        }
        true
    }

    fn node(&mut self, node: LodNode, file: &Path, name: &str, trail: &Trail) {
        let coarse = node.switch.is_none_or(|switch| lod::geometric_error_m(switch) > ERROR_M);
        let mut whole = coarse && !node.finer.is_empty();
        if whole {
            for finer in node.finer {
                whole &= match finer {
                    Finer::Node(finer) => {
                        self.node(finer, file, name, trail);
                        true
                    }
                    Finer::File(child) => {
                        resolve(self.job.survey, file, &child).is_ok_and(|path| self.file(&path, trail))
                    }
                };
            }
        }
        if whole {
            return;
        }
        let mut meshes = node.meshes;
        let mut unsaid = Tally::default();
        if place(self.job.placement, self.job.frame, &mut meshes, name, &mut unsaid) {
            self.bounds.merge(&Aabb::around_all(meshes.iter().map(|mesh| &mesh.positions)));
            meshes.iter().for_each(|mesh| self.relief.add(mesh));
        }
    }
}
