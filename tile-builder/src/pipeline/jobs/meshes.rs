//! Jobs of textured meshes: the cells of each file, levels over them up to one root a file, and levels
//! over many files.

use std::collections::BTreeMap;

use super::super::site::Site;
use super::{
    ABOVE_WAVE, ACROSS_WAVE, CELLS_WAVE, Job, Over, TILES_WITHOUT_LEVELS, Work, cells_id, files_of_mesh,
    tile_id, zone_part,
};
use crate::partition::cells::CellId;
use crate::partition::quadtree::{Extent, merge};

/// Jobs that split all meshes.
pub(super) fn cells(site: &Site) -> Vec<Job> {
    let mut jobs = Vec::new();
    let meshes = site.sources.iter().enumerate().filter(|(_, source)| !source.is_survey());
    for (source_at, source) in meshes {
        for (file, (mesh, name)) in source.survey.tiles.iter().zip(&source.files).enumerate() {
            let id = cells_id(&source.plan.id, name);
            let work = Work::Cells { source: source_at, file };
            jobs.push(Job::new(id, CELLS_WAVE, Vec::new(), files_of_mesh(&mesh.root), work));
        }
    }
    jobs
}

impl Over<'_> {
    /// Levels over the cells of a source's meshes, and over the meshes where there are many, and the
    /// jobs that stand over everything.
    pub(super) fn meshes(&self, site: &Site, near: &[Option<Extent>]) -> (Vec<Job>, Vec<String>) {
        let source = &site.sources[self.source];
        let (mut jobs, mut roots, mut extents) = (Vec::new(), Vec::new(), Vec::new());
        let mut meshes: BTreeMap<usize, BTreeMap<CellId, (usize, Extent)>> = BTreeMap::new();
        for (piece, ((file, id), near)) in source.cells.iter().zip(near).enumerate() {
            if let Some(extent) = near {
                meshes.entry(*file).or_default().insert(*id, (piece, *extent));
            }
        }
        for (file, cells) in meshes {
            let Some(extent) = cells.values().map(|(_, extent)| *extent).reduce(merge) else { continue };
            let ids =
                cells.into_iter().map(|(id, (piece, _))| (id, tile_id(site, self.profile, source, piece)));
            let (over, root) = self.cells(site, file, ids.collect());
            jobs.extend(over);
            roots.extend(root);
            extents.push(Some(extent));
        }
        if roots.len() > TILES_WITHOUT_LEVELS {
            let across = self.levels(site, &roots, &extents, ACROSS_WAVE);
            roots = across.last().map(|root| root.id.clone()).into_iter().collect();
            jobs.extend(across);
        }
        (jobs, roots)
    }

    /// A level over each cell of a mesh that holds several others, and the job that stands over the
    /// whole mesh.
    fn cells(
        &self,
        site: &Site,
        file: usize,
        mut all: BTreeMap<CellId, String>,
    ) -> (Vec<Job>, Option<String>) {
        let source = &site.sources[self.source];
        let (name, part) = (&source.files[file], zone_part(site, self.zone));
        let group = format!("above.{}.{}.{name}{part}", site.profiles[self.profile].id, source.plan.id);
        let deepest = all.keys().map(|id| id.level).max().unwrap_or_default();
        let mut jobs = Vec::new();
        for level in (0..deepest).rev() {
            let mut groups: BTreeMap<CellId, Vec<String>> = BTreeMap::new();
            let below: Vec<CellId> = all.keys().copied().filter(|id| id.level == level + 1).collect();
            for id in below {
                if let (Some(parent), Some(job)) = (id.parent(), all.remove(&id)) {
                    groups.entry(parent).or_default().push(job);
                }
            }
            for (id, mut needs) in groups {
                // One alone stands for the cell that holds it.
                if needs.len() == 1 {
                    all.extend(needs.pop().map(|job| (id, job)));
                    continue;
                }
                let height = u32::from(deepest - level - 1);
                let work = Work::Above {
                    profile: self.profile,
                    group: format!("{}.{name}", source.plan.id),
                    zone: self.zone.map(str::to_owned),
                    height,
                    cell: Some((self.source, file, id)),
                };
                let job = format!("{group}.{id}");
                jobs.push(Job::new(job.clone(), ABOVE_WAVE + height, needs, Vec::new(), work));
                all.insert(id, job);
            }
        }
        (jobs, all.into_values().next())
    }
}
