//! The plan of a build: independent jobs and what each needs, known before any of them runs.
//!
//! On one machine `build` runs them wave by wave; on many, a workflow engine runs `tile-builder run`
//! for each, from the same list. A job's result depends on its inputs and on its needs alone.
//!
//! ```text
//! model.<source>[.<file>]                             one IFC file, in all profiles
//! cells.<source>.<file>                               one OBJ, PLY or glTF file, split into cells
//! relief.<source>.<piece>                             heights of one survey tile or cell
//! ground                                              heights of all, for the buildings
//! tile.<profile>.<source>.<piece>                     one survey tile or cell, in a profile
//! above.<profile>.<source>.<file>[.<zone>].<cell>     a made level over up to four cells of a mesh
//! above.<profile>.<source>[.<zone>].<height>.<x>.<y>  a made level over up to four others
//! light.<profile>.<zone>.<column>.<row>               a zone of light scenes, or a square of it
//! overview.<profile>.<height>.<x>.<y>                 a light scene over several zones
//! ```

mod files;
mod meshes;
mod models;
mod scenes;

use std::collections::BTreeMap;
use std::path::PathBuf;

use geo::{BoundingRect as _, MultiPolygon};
use serde::{Deserialize, Serialize};
use twin_schemas::plan::SceneKind;

pub(super) use self::files::{files_of, files_of_mesh};
use self::scenes::ZoneEnd;
use super::BuildError;
use super::record::digest;
use super::roots;
use super::site::{Site, Source};
use crate::partition;
use crate::partition::cells::CellId;
use crate::partition::quadtree::{Child, Extent, meet, nodes_above};
use crate::publish::Publication;
use crate::read::areas::Area;

/// Name of the stored plan, below the publication.
pub(super) const PLAN: &str = "work/plan.json";
/// Name of the job that joins all heights.
pub(super) const GROUND: &str = "ground";
/// How names of jobs begin that split a mesh, or make an overview.
const CELLS: &str = "cells.";
const OVERVIEW: &str = "overview.";
/// First waves of the jobs: cells, heights, ground, tiles, and the levels above them.
const CELLS_WAVE: u32 = 0;
const RELIEF_WAVE: u32 = 1;
const GROUND_WAVE: u32 = 2;
const TILE_WAVE: u32 = 3;
const ABOVE_WAVE: u32 = 4;
/// Levels over several meshes come after all levels of each.
const ACROSS_WAVE: u32 = 40;
/// Zones may have many levels of their own; overviews come after all of them.
const OVERVIEW_WAVE: u32 = 80;
/// As many tiles may stand below a root without a level above them: their coarsest contents are
/// then as light as a root should be.
const TILES_WITHOUT_LEVELS: usize = 8;
/// As many bytes may the coarsest files of a source have before levels are made above them.
const ROOT_BYTES: u64 = 2_500_000;

/// All jobs of a build, needed ones before those that need them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JobPlan {
    /// Hash of what the plan was made from.
    pub(super) key: String,
    /// The jobs.
    pub jobs: Vec<Job>,
}

/// One job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// Unique name, safe as a file name.
    pub id: String,
    /// Jobs of one wave need nothing of one another.
    pub wave: u32,
    /// Jobs whose results it builds upon.
    pub needs: Vec<String>,
    /// Source files that it may read.
    pub inputs: Vec<PathBuf>,
    /// Where its result stands, below the publication.
    pub output: String,
    /// What it does.
    pub(super) work: Work,
}

/// What a job does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Work {
    /// The cells of a textured mesh.
    Cells { source: usize, file: usize },
    /// One building model, in all profiles.
    Model { source: usize, file: usize },
    /// The heights of a piece: a tile of a survey, or a cell of a mesh.
    Relief { source: usize, piece: usize },
    /// The heights around all buildings.
    Ground,
    /// A piece: a survey's tile with all its levels, or a cell.
    Tile { profile: usize, source: usize, piece: usize },
    /// A level over those that the job needs, in one zone. Of a cell of a mesh (source, file and cell),
    /// whose borders its neighbours share, or over what stands side by side.
    Above {
        profile: usize,
        group: String,
        zone: Option<String>,
        height: u32,
        cell: Option<(usize, usize, CellId)>,
    },
    /// Light scenes of a square of a zone, from the pieces that reach into it: source and piece.
    Light { profile: usize, zone: usize, column: u32, row: u32, pieces: Vec<(usize, usize)> },
    /// A light scene over the zones named, and over other overviews that the job needs.
    Overview { profile: usize, zones: Vec<String>, height: u32 },
}

impl Work {
    /// The stage that it belongs to, for people.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Cells { .. } => "cells",
            Self::Model { .. } => "models",
            Self::Relief { .. } => "heights",
            Self::Ground => "ground",
            Self::Tile { .. } => "tiles",
            Self::Above { .. } => "levels above",
            Self::Light { .. } => "light scenes",
            Self::Overview { .. } => "overviews",
        }
    }

    /// The profile that it is done for, by its place in the site's list; none if for all.
    pub(super) fn profile(&self) -> Option<usize> {
        match self {
            Self::Cells { .. } | Self::Model { .. } | Self::Relief { .. } | Self::Ground => None,
            Self::Tile { profile, .. }
            | Self::Above { profile, .. }
            | Self::Light { profile, .. }
            | Self::Overview { profile, .. } => Some(*profile),
        }
    }
}

impl Job {
    pub(super) fn new(id: String, wave: u32, needs: Vec<String>, inputs: Vec<PathBuf>, work: Work) -> Self {
        let output = super::record::path(&id);
        Self { id, wave, needs, inputs, output, work }
    }
}

impl JobPlan {
    /// The jobs of one wave after the other, and of a wave those of one kind after the other.
    pub(super) fn waves(&self) -> Vec<Vec<&Job>> {
        let mut waves: BTreeMap<(u32, &str), Vec<&Job>> = BTreeMap::new();
        for job in &self.jobs {
            waves.entry((job.wave, job.work.name())).or_default().push(job);
        }
        waves.into_values().collect()
    }

    /// The job of that name.
    pub(super) fn job(&self, id: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id == id)
    }

    /// The plan of an earlier build, whatever its age.
    pub(super) fn load(publication: &Publication) -> Option<Self> {
        let bytes = std::fs::read(publication.root().join(PLAN)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }
}

/// Plans a build, or takes over the stored plan if it still holds.
///
/// # Errors
/// If a source cannot be placed, or the plan cannot be stored.
pub(super) fn plan(site: &Site, publication: &Publication) -> Result<JobPlan, BuildError> {
    let key = key(site);
    if let Some(stored) = JobPlan::load(publication).filter(|stored| stored.key == key) {
        return Ok(stored);
    }
    let mut jobs = meshes::cells(site);
    jobs.extend(models::models(site));
    if !site.footprints.is_empty() {
        jobs.extend(heights(site));
    }
    for (profile_at, profile) in site.profiles.iter().enumerate() {
        jobs.extend(match profile.scenes {
            SceneKind::Complete => complete(site, profile_at)?,
            SceneKind::Light => scenes::light(site, profile_at)?,
        });
    }
    let plan = JobPlan { key, jobs };
    let bytes = serde_json::to_vec_pretty(&plan)
        .map_err(|error| BuildError::Document { name: PLAN.to_owned(), reason: error.to_string() })?;
    publication.put_beside(PLAN, &bytes)?;
    Ok(plan)
}

/// Jobs that find out how high ground and buildings are.
fn heights(site: &Site) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (source_at, source) in site.sources.iter().enumerate() {
        for (piece, name) in source.names.iter().enumerate() {
            let work = Work::Relief { source: source_at, piece };
            let (needs, inputs) = (source.cells_of(piece), source.files_of(piece));
            jobs.push(Job::new(relief_id(source, name), RELIEF_WAVE, needs, inputs, work));
        }
    }
    let needs = jobs.iter().map(|job| job.id.clone()).collect();
    jobs.push(Job::new(GROUND.to_owned(), GROUND_WAVE, needs, Vec::new(), Work::Ground));
    jobs
}

/// Jobs for all levels of all sources, in a profile.
fn complete(site: &Site, profile: usize) -> Result<Vec<Job>, BuildError> {
    let parts = parts_of(site, profile)?;
    let mut tops: Vec<Vec<String>> = vec![Vec::new(); parts.len()];
    let mut jobs = Vec::new();
    for (source_at, source) in site.sources.iter().enumerate() {
        jobs.extend(tiles(site, profile, source_at));
        // Where everything lies need not be known if nothing is made above it.
        let asked = parts.len() > 1 || !source.is_survey() || needs_levels(source);
        let extents = if asked { roots::extents(site, source_at)? } else { &[] };
        for (part, tops) in parts.iter().zip(&mut tops) {
            let near: Vec<_> = extents.iter().map(|of| of.filter(|of| part.may_hold(of))).collect();
            let over = Over { profile, source: source_at, zone: part.zone.as_deref() };
            let (levels, mut top) =
                if source.is_survey() { over.tiles(site, &near) } else { over.meshes(site, &near) };
            jobs.extend(levels);
            tops.append(&mut top);
        }
    }
    if parts.len() > TILES_WITHOUT_LEVELS || site.sources.iter().any(needs_levels) {
        let ends = parts
            .into_iter()
            .zip(tops)
            .filter_map(|(part, jobs)| Some(ZoneEnd { zone: part.zone?, jobs, extent: part.extent? }));
        jobs.extend(scenes::overviews(site, profile, &ends.collect::<Vec<_>>()));
    }
    Ok(jobs)
}

/// Jobs for the pieces of a source, in a profile.
fn tiles(site: &Site, profile: usize, source_at: usize) -> Vec<Job> {
    let source = &site.sources[source_at];
    let job = |(piece, name): (usize, &String)| {
        let mut needs = source.cells_of(piece);
        if !site.footprints.is_empty() {
            needs.extend([relief_id(source, name), GROUND.to_owned()]);
        }
        let work = Work::Tile { profile, source: source_at, piece };
        let id = tile_id(site, profile, source, piece);
        Job::new(id, TILE_WAVE, needs, source.files_of(piece), work)
    };
    source.names.iter().enumerate().map(job).collect()
}

/// A part of the community that a profile is cut into.
struct Part {
    /// None for what lies outside all zones.
    zone: Option<String>,
    /// Where it lies; none if it is not bounded.
    extent: Option<Extent>,
}

/// The zones that a profile is cut along, and what lies outside of all.
fn parts_of(site: &Site, profile: usize) -> Result<Vec<Part>, BuildError> {
    let mut parts = Vec::new();
    if let Some(origin) = site.places()?.origin.filter(|_| site.divides(profile)) {
        let shapes = partition::shapes(&origin, &site.zones);
        let part = |(zone, shape): (&Area, &MultiPolygon)| {
            extent_of(shape).map(|extent| Part { zone: Some(zone.id.clone()), extent: Some(extent) })
        };
        parts.extend(site.zones.iter().zip(&shapes).filter_map(part));
    }
    parts.push(Part { zone: None, extent: None });
    Ok(parts)
}

fn extent_of(shape: &MultiPolygon) -> Option<Extent> {
    let bounds = shape.bounding_rect()?;
    Some([bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y])
}

impl Part {
    /// Whether something of that extent may reach into it. A coarse file, from which the extent is
    /// known, may be a little smaller than finer ones.
    fn may_hold(&self, [west, south, east, north]: &Extent) -> bool {
        let margin = (east - west).max(north - south) * 0.1;
        let grown = [west - margin, south - margin, east + margin, north + margin];
        self.extent.is_none_or(|extent| meet(&grown, &extent))
    }
}

/// A zone as a part of a job's name.
fn zone_part(site: &Site, zone: Option<&str>) -> String {
    zone.map(|zone| format!(".{}", site.zone_name(zone))).unwrap_or_default()
}

/// A source, in a zone of a profile or outside of all.
struct Over<'o> {
    profile: usize,
    source: usize,
    zone: Option<&'o str>,
}

impl Over<'_> {
    /// Levels above the tiles of a survey, where they are too much for a first look, and the jobs that
    /// stand over everything.
    fn tiles(&self, site: &Site, near: &[Option<Extent>]) -> (Vec<Job>, Vec<String>) {
        let source = &site.sources[self.source];
        let ids: Vec<String> =
            (0..source.names.len()).map(|piece| tile_id(site, self.profile, source, piece)).collect();
        let levels =
            if needs_levels(source) { self.levels(site, &ids, near, ABOVE_WAVE) } else { Vec::new() };
        let tops = match levels.last() {
            Some(root) => vec![root.id.clone()],
            None => ids.into_iter().zip(near).filter(|(_, near)| near.is_some()).map(|(id, _)| id).collect(),
        };
        (levels, tops)
    }

    /// Levels above what stands side by side.
    fn levels(&self, site: &Site, ids: &[String], extents: &[Option<Extent>], wave: u32) -> Vec<Job> {
        let (source, profile) = (&site.sources[self.source].plan.id, &site.profiles[self.profile].id);
        let group = format!("above.{profile}.{source}{}", zone_part(site, self.zone));
        levels_above(&group, ids.to_vec(), extents, wave, |height| Work::Above {
            profile: self.profile,
            group: source.clone(),
            zone: self.zone.map(str::to_owned),
            height,
            cell: None,
        })
    }
}

/// Name of the job that splits a mesh.
pub(super) fn cells_id(source: &str, file: &str) -> String {
    format!("{CELLS}{source}.{file}")
}

/// Whether a job of that name splits a mesh.
pub(super) fn is_cells(id: &str) -> bool {
    id.starts_with(CELLS)
}

/// Whether a job of that name makes an overview.
pub(super) fn is_overview(id: &str) -> bool {
    id.starts_with(OVERVIEW)
}

pub(super) fn relief_id(source: &Source, piece: &str) -> String {
    format!("relief.{}.{piece}", source.plan.id)
}

fn tile_id(site: &Site, profile: usize, source: &Source, piece: usize) -> String {
    format!("tile.{}.{}.{}", site.profiles[profile].id, source.plan.id, source.names[piece])
}

/// Hash of all that a plan depends on.
pub(super) fn key(site: &Site) -> String {
    digest(&(&site.key, &site.profiles, site.division(), site.outlines(), site.roots()))
}

/// Whether the coarsest contents of a source together are too much for a first look.
fn needs_levels(source: &Source) -> bool {
    if !source.is_survey() {
        return source.cells.len() > TILES_WITHOUT_LEVELS;
    }
    let tiles = &source.survey.tiles;
    let bytes: u64 =
        tiles.iter().filter_map(|tile| std::fs::metadata(&tile.root).ok()).map(|meta| meta.len()).sum();
    tiles.len() > 1 && (tiles.len() > TILES_WITHOUT_LEVELS || bytes > ROOT_BYTES)
}

/// Jobs for the levels above others, from the lowest to the root.
pub(super) fn levels_above(
    group: &str,
    ids: Vec<String>,
    extents: &[Option<Extent>],
    wave: u32,
    work: impl Fn(u32) -> Work,
) -> Vec<Job> {
    let (items, extents): (Vec<String>, Vec<Extent>) =
        ids.into_iter().zip(extents).filter_map(|(id, extent)| Some((id, (*extent)?))).unzip();
    let nodes = nodes_above(&extents);
    let name = |height: u32, [x, y]: [i64; 2]| format!("{group}.{height}.{x}.{y}");
    nodes
        .iter()
        .map(|node| {
            let needs = node.children.iter().map(|child| match child {
                Child::Item(item) => items[*item].clone(),
                Child::Node(below) => name(nodes[*below].height, nodes[*below].square),
            });
            let id = name(node.height, node.square);
            Job::new(id, wave + node.height, needs.collect(), Vec::new(), work(node.height))
        })
        .collect()
}
