//! Jobs of textured meshes: the cells of each file, levels over them up to one root a file, and levels
//! over many files.

use std::collections::BTreeMap;

use super::super::BuildError;
use super::super::roots;
use super::super::site::Site;
use super::{
    ABOVE_WAVE, ACROSS_WAVE, CELLS_WAVE, Job, Levels, TILES_WITHOUT_LEVELS, Work, cells_id, files_of_mesh,
    tile_id, zone_part, zones_of,
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

/// Jobs for the levels over the cells of a source's meshes, and over the meshes where there are many.
pub(super) fn levels_over(site: &Site, profile: usize, source_at: usize) -> Result<Vec<Job>, BuildError> {
    let source = &site.sources[source_at];
    let many = source.files.len() > TILES_WITHOUT_LEVELS;
    let extents = if many { file_extents(site, source_at)? } else { Vec::new() };
    let mut jobs = Vec::new();
    for zone in zones_of(site, profile) {
        let mut roots = Vec::new();
        for file in 0..source.files.len() {
            let (over, root) = over_cells(site, profile, (source_at, file), zone.as_deref());
            jobs.extend(over);
            roots.push(root.unwrap_or_default());
        }
        if many {
            let level = Levels { profile, source: source_at, zone: zone.as_deref(), wave: ACROSS_WAVE };
            jobs.extend(level.jobs(site, &roots, &extents));
        }
    }
    Ok(jobs)
}

/// Where each mesh of a source lies; none for one without cells.
fn file_extents(site: &Site, source_at: usize) -> Result<Vec<Option<Extent>>, BuildError> {
    let source = &site.sources[source_at];
    let mut files: Vec<Option<Extent>> = vec![None; source.files.len()];
    for ((file, _), extent) in source.cells.iter().zip(roots::extents(site, source_at)?) {
        let merged = files[*file].into_iter().chain(*extent).reduce(merge);
        files[*file] = merged;
    }
    Ok(files)
}

/// The jobs of one mesh in one zone: a level over each cell that holds several others. And the job
/// whose result stands over the whole mesh.
fn over_cells(
    site: &Site,
    profile: usize,
    (source_at, file): (usize, usize),
    zone: Option<&str>,
) -> (Vec<Job>, Option<String>) {
    let source = &site.sources[source_at];
    let (name, part) = (&source.files[file], zone_part(site, zone));
    let group = format!("above.{}.{}.{name}{part}", site.profiles[profile].id, source.plan.id);
    let mut all: BTreeMap<CellId, String> = BTreeMap::new();
    for (piece, (of, id)) in source.cells.iter().enumerate() {
        if *of == file {
            all.insert(*id, tile_id(site, profile, source, piece));
        }
    }
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
            let (group_name, zone) = (format!("{}.{name}", source.plan.id), zone.map(str::to_owned));
            let work = Work::Above { profile, group: group_name, zone, height, shared_borders: true };
            let job = format!("{group}.{id}");
            jobs.push(Job::new(job.clone(), ABOVE_WAVE + height, needs, Vec::new(), work));
            all.insert(id, job);
        }
    }
    (jobs, all.into_values().next())
}
