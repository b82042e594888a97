//! The meshes of one survey tile at the coarsest level that shows them well enough, wherever its
//! files are; for the heights of the ground, and for scenes that are made anew.

use std::path::Path;

use super::super::BuildError;
use super::super::content::place;
use super::reading::read_levels;
use super::{Absent, Built, ObliqueJob, Trail, beyond_limits, relative_name};
use crate::geometry::Aabb;
use crate::lod;
use crate::read::files::resolve;
use crate::read::survey::SurveyTile;
use crate::scene::{Finer, LodNode, Mesh};

/// Where and how finely to look.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Wanted {
    /// A level whose geometric error is not above this is fine enough.
    pub(in super::super) error_m: f64,
    /// In local metres; what lies outside is passed over.
    pub(in super::super) within: Aabb,
}

/// Hands the meshes of a tile to `each`, file by file, in local metres, as far as its files can be
/// read; what cannot be is told by the tile's own job, or by the caller. Returns what was read.
///
/// # Errors
/// If a file will never fit into memory.
pub(in super::super) fn gather(
    job: &ObliqueJob<'_>,
    tile: &SurveyTile,
    wanted: Wanted,
    each: &mut dyn FnMut(Vec<Mesh>),
) -> Result<Built, BuildError> {
    let mut walk = Walk { job, wanted, each, built: Built::default(), failed: None };
    walk.file(&tile.root, &Trail::default());
    walk.failed.map_or(Ok(walk.built), Err)
}

struct Walk<'w> {
    job: &'w ObliqueJob<'w>,
    wanted: Wanted,
    each: &'w mut dyn FnMut(Vec<Mesh>),
    built: Built,
    failed: Option<BuildError>,
}

impl Walk<'_> {
    /// Looks at a file; `false` if it cannot be read.
    fn file(&mut self, path: &Path, above: &Trail) -> bool {
        if beyond_limits(self.job, path, above).is_some() {
            return false;
        }
        let name = relative_name(self.job, path);
        let (nodes, room) = match read_levels(self.job, path, &name, &mut self.built) {
            Ok(Ok(read)) => read,
            Ok(Err(Absent::Missing)) => {
                self.built.missing.push(name);
                return false;
            }
            Ok(Err(_)) => return false,
            Err(error) => {
                self.failed = Some(error);
                return false;
            }
        };
        // The room is given back before finer files ask for theirs.
        drop(room);
        let mut trail = above.clone();
        trail.files.push(path.to_owned());
        trail.tiles += 1;
        for node in nodes {
            self.node(node, path, &name, &trail);
        }
        true
    }

    fn node(&mut self, node: LodNode, file: &Path, name: &str, trail: &Trail) {
        let coarse = node.switch.is_none_or(|switch| lod::geometric_error_m(switch) > self.wanted.error_m);
        let mut meshes = node.meshes;
        if !place(self.job.placement, self.job.frame, &mut meshes, name, &mut self.built.tally) {
            meshes.clear();
        }
        let bounds = Aabb::around_all(meshes.iter().map(|mesh| &mesh.positions));
        // A coarse level bulges; what it stands for may reach a little further than it does.
        if !bounds.is_empty() && !bounds.grown(bounds.diagonal() * 0.05).meets(&self.wanted.within) {
            return;
        }
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
        // Where a part of the finer level is wanting, the coarse one fills the hole.
        if !whole && !meshes.is_empty() {
            (self.each)(meshes);
        }
    }
}
