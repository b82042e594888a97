//! One job: its key, the record that may already be there, or the work itself.
//!
//! A job reads source files and the records of the jobs that it needs, writes contents, and leaves a
//! record. Doing it twice, or on another machine, changes nothing. Called by `build` and by the
//! command `run`.

use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;

use geo::MultiPolygon;
use twin_schemas::plan::{ProfilePlan, SceneKind, TextureCodec};

use super::BuildError;
use super::above::{self, AboveRule, Below};
use super::content::{Maker, Tally};
use super::gate::Gate;
use super::jobs::{GROUND, Job, Work};
use super::oblique::{self, Built, ObliqueJob};
use super::record::{BuildingNote, Made, Part, Record, data_path, digest};
use super::site::{Places, Site};
use crate::geometry::Outlines;
use crate::partition::buildings::{Buildings, IdentityRule};
use crate::partition::relief::Relief;
use crate::partition::{self, quadtree::Extent};
use crate::publish::Publication;
use crate::texture::{Codec, TextureRule};
use crate::tileset::Tile;

/// Quality of lossy codecs if the profile says none.
const TEXTURE_QUALITY: u8 = 80;
/// Most triangles of a level over survey tiles: it is looked at from kilometres.
const SURVEY_TRIANGLES: usize = 12_000;
/// Longest edge of such a level's atlas.
const SURVEY_ATLAS_PX: u32 = 512;
/// What reading, simplifying and baking take of memory for each byte of the contents below.
const MEMORY_PER_CONTENT_BYTE: u64 = 96;

/// What jobs run in.
pub(super) struct Workshop<'w> {
    pub(super) site: &'w Site,
    pub(super) publication: &'w Publication,
    pub(super) gate: Gate,
    buildings: OnceLock<Option<Buildings>>,
    zones: OnceLock<Option<Outlines>>,
}

/// Whether a job had to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// Its record was there and true.
    Before,
    /// It was done now.
    Now,
}

impl<'w> Workshop<'w> {
    /// A workshop that keeps below so many bytes of memory.
    pub(super) fn new(site: &'w Site, publication: &'w Publication, memory_bytes: u64) -> Self {
        let gate = Gate::new(memory_bytes);
        Self { site, publication, gate, buildings: OnceLock::new(), zones: OnceLock::new() }
    }

    /// Does a job, unless its record is fresh.
    pub(super) fn run(&self, job: &Job) -> Result<Done, BuildError> {
        let key = self.key(job)?;
        if Record::fresh(self.publication, &job.id, &key).is_some() {
            return Ok(Done::Before);
        }
        let mut record = match &job.work {
            Work::Relief { source, tile } => self.relief(&job.id, *source, *tile)?,
            Work::Ground => self.ground(job)?,
            Work::Tile { profile, source, tile } => self.tile(*profile, *source, *tile)?,
            Work::Above { profile, zone, .. } => self.above(job, *profile, zone.as_deref())?,
        };
        record.key = key;
        record.digest = digest(&record.made);
        record.save(self.publication, &job.id)?;
        Ok(Done::Now)
    }

    /// Hash of everything that a job's result depends on, but for files.
    fn key(&self, job: &Job) -> Result<String, BuildError> {
        let profile = job.work.profile().map(|profile| &self.site.profiles[profile]);
        let mut needs = Vec::new();
        for need in &job.needs {
            needs.push(self.record(job, need)?);
        }
        let found: Vec<String> = match &job.work {
            // Of the heights, those of the buildings that the tile may hold matter, and no others.
            Work::Tile { .. } if needs.len() == 2 => near(&needs[1].made.buildings, needs[0].made.extent),
            _ => needs.iter().map(|record| record.digest.clone()).collect(),
        };
        let zones: Vec<String> = self.site.zones.iter().map(|zone| format!("{zone:?}")).collect();
        Ok(digest(&(&self.site.key, &job.work, profile, zones, found)))
    }

    fn record(&self, job: &Job, need: &str) -> Result<Record, BuildError> {
        Record::load(self.publication, need).ok_or_else(|| BuildError::Job {
            id: job.id.clone(),
            reason: format!("needs `{need}`, which has no result yet"),
        })
    }

    /// The buildings with their ground and tops, as far as footprints are known and have a place.
    ///
    /// # Errors
    /// If a source cannot be placed, or the heights are not there or damaged.
    pub(super) fn buildings(&self) -> Result<Option<&Buildings>, BuildError> {
        if let Some(buildings) = self.buildings.get() {
            return Ok(buildings.as_ref());
        }
        let (footprints, origin) = (&self.site.footprints, self.site.places()?.origin);
        let made = match origin.filter(|_| !footprints.is_empty()) {
            None => None,
            Some(origin) => {
                let relief = self.read_relief(GROUND)?;
                Some(Buildings::new(footprints, &origin, &relief, self.identity_rule()))
            }
        };
        Ok(self.buildings.get_or_init(|| made).as_ref())
    }

    fn identity_rule(&self) -> IdentityRule {
        let standard = IdentityRule::default();
        let margin_m = self.site.resolved.plan.partition.building_margin_m.unwrap_or(standard.margin_m);
        IdentityRule { margin_m, ..standard }
    }

    fn zones(&self) -> Result<Option<&Outlines>, BuildError> {
        let origin = self.site.places()?.origin;
        let make = || {
            let shapes: Vec<MultiPolygon> = partition::shapes(&origin?, &self.site.zones);
            (!shapes.is_empty()).then(|| Outlines::new(&shapes))
        };
        Ok(self.zones.get_or_init(make).as_ref())
    }

    fn maker(&self, profile: Option<usize>) -> Result<Maker<'_>, BuildError> {
        Ok(Maker {
            publication: self.publication,
            parts: self.site.zones.len() + 1,
            zones: self.zones()?,
            buildings: if profile.is_some() { self.buildings()? } else { None },
            textures: profile.map_or_else(TextureRule::default, |at| texture_rule(&self.site.profiles[at])),
            texture_limit_px: self.site.limits.texture_px,
        })
    }

    fn oblique<'j>(&'j self, maker: &'j Maker<'j>, places: &'j Places, source: usize) -> ObliqueJob<'j> {
        ObliqueJob {
            survey: &self.site.sources[source].folder,
            placement: &places.placements[source],
            frame: places.frame.as_ref(),
            maker,
            gate: &self.gate,
            limits: &self.site.limits,
            files: AtomicUsize::new(0),
        }
    }

    fn relief(&self, id: &str, source: usize, tile: usize) -> Result<Record, BuildError> {
        let maker = self.maker(None)?;
        let job = self.oblique(&maker, self.site.places()?, source);
        let (relief, bounds, built) = oblique::relief(&job, &self.site.sources[source].survey.tiles[tile]);
        let mut record = self.keep_relief(id, &relief)?;
        record.made.extent =
            (!bounds.is_empty()).then_some([bounds.min[0], bounds.min[1], bounds.max[0], bounds.max[1]]);
        (record.inputs, record.absent) = (built.inputs, built.absent);
        Ok(record)
    }

    fn ground(&self, job: &Job) -> Result<Record, BuildError> {
        let mut all = Relief::default();
        let shapes = self.site.places()?.origin.map(|at| partition::shapes(&at, &self.site.footprints));
        let areas = Outlines::new(&shapes.unwrap_or_default());
        for need in &job.needs {
            let mut relief = self.read_relief(need)?;
            relief.keep_near(&areas, Buildings::relief_reach_m());
            all.merge(&relief);
        }
        let mut record = self.keep_relief(&job.id, &all)?;
        if let Some(origin) = self.site.places()?.origin {
            let rule = self.identity_rule();
            let buildings = Buildings::new(&self.site.footprints, &origin, &all, rule);
            let extents = (0..buildings.list().len()).map(|at| buildings.extent(at));
            let notes = buildings.list().iter().zip(extents).filter_map(|(building, extent)| {
                Some(BuildingNote { extent: extent?, digest: digest(&format!("{building:?} {rule:?}")) })
            });
            record.made.buildings = notes.collect();
        }
        Ok(record)
    }

    fn keep_relief(&self, id: &str, relief: &Relief) -> Result<Record, BuildError> {
        let (name, bytes) = (data_path(id), relief.to_bytes());
        self.publication.put_beside(&name, &bytes)?;
        let mut record = Record::default();
        record.contents.insert(name, bytes.len() as u64);
        record.made.data = blake3::hash(&bytes).to_hex().to_string();
        Ok(record)
    }

    fn read_relief(&self, id: &str) -> Result<Relief, BuildError> {
        let bytes = self.publication.content(&data_path(id))?;
        let failed = |error: crate::partition::relief::ReliefError| BuildError::Job {
            id: id.to_owned(),
            reason: format!("left a damaged result: {error}; remove `{}`", data_path(id)),
        };
        Relief::from_bytes(&bytes).map_err(failed)
    }

    fn tile(&self, profile: usize, source: usize, tile: usize) -> Result<Record, BuildError> {
        let maker = self.maker(Some(profile))?;
        let job = self.oblique(&maker, self.site.places()?, source);
        let Built { tiles, tally, mut inputs, absent, missing } =
            oblique::build_tile(&job, &self.site.sources[source].survey.tiles[tile])?;
        inputs.sort();
        inputs.dedup();
        let trees = tiles.into_iter().map(Tile::root_of);
        let mut record = self.made(trees.collect(), tally);
        (record.inputs, record.absent, record.made.missing) = (inputs, absent, missing);
        Ok(record)
    }

    /// A record of the trees of all parts.
    fn made(&self, trees: Vec<Option<Tile>>, tally: Tally) -> Record {
        let written = |part: usize| tally.written.get(&part).copied().unwrap_or_default();
        let parts = trees.into_iter().enumerate().filter_map(|(part, tree)| {
            let zone = self.site.zones.get(part).map(|zone| zone.id.clone());
            Some(Part { zone, tree: tree?, figures: written(part) })
        });
        let made = Made {
            parts: parts.collect(),
            figures: tally.total(),
            messages: tally.messages,
            residual_m: tally.residual_m,
            textures: tally.textures,
            ..Made::default()
        };
        Record { contents: tally.contents, made, ..Record::default() }
    }

    fn above(&self, job: &Job, profile: usize, zone: Option<&str>) -> Result<Record, BuildError> {
        let (mut names, mut error_m, mut below, mut bytes) = (Vec::new(), 0.0_f64, 0, 0);
        for need in &job.needs {
            let record = self.record(job, need)?;
            for part in record.made.parts.iter().filter(|part| part.zone.as_deref() == zone) {
                names.extend(part.tree.coarsest().into_iter().map(str::to_owned));
                error_m = error_m.max(part.tree.geometric_error_m);
                below += 1;
            }
            bytes += names.iter().filter_map(|name| record.contents.get(name)).sum::<u64>();
        }
        let mut trees = vec![None; self.site.zones.len() + 1];
        let mut tally = Tally::default();
        if below < 2 {
            // One thing alone needs no level above it; it is handed further up.
            return Ok(self.made(trees, tally));
        }
        let failed = |reason: String| BuildError::Job { id: job.id.clone(), reason };
        let _pass = self.gate.enter(bytes.saturating_mul(MEMORY_PER_CONTENT_BYTE)).map_err(failed)?;
        let maker = self.maker(Some(profile))?;
        let meshes = above::read_contents(&maker, &names, &self.site.limits)
            .map_err(|reason| failed(format!("cannot read what it stands over: {reason}")))?;
        let rule = AboveRule {
            shared_borders: false,
            triangles: SURVEY_TRIANGLES,
            atlas_px: SURVEY_ATLAS_PX,
        };
        let part = self.site.zones.iter().position(|known| Some(known.id.as_str()) == zone);
        let part = part.unwrap_or(self.site.zones.len());
        let below = Below { meshes, error_m };
        if let Some(level) = above::make(&maker, &below, &rule, part, &job.id, &mut tally)? {
            trees[part] = level.stored.map(|(path, bounds)| Tile::level((path, bounds), level.error_m));
        }
        Ok(self.made(trees, tally))
    }
}

/// Hashes of the buildings that a tile may hold.
fn near(buildings: &[BuildingNote], extent: Option<Extent>) -> Vec<String> {
    let Some([west, south, east, north]) = extent else { return Vec::new() };
    let touches = |note: &&BuildingNote| {
        let [w, s, e, n] = note.extent;
        w <= east && e >= west && s <= north && n >= south
    };
    buildings.iter().filter(touches).map(|note| note.digest.clone()).collect()
}

fn texture_rule(profile: &ProfilePlan) -> TextureRule {
    let codec = match (profile.textures, profile.scenes) {
        (Some(TextureCodec::Keep), _) | (None, SceneKind::Complete) => Codec::Keep,
        (Some(TextureCodec::Jpeg), _) => Codec::Jpeg,
        (Some(TextureCodec::Webp), _) | (None, SceneKind::Light) => Codec::WebP,
        (Some(TextureCodec::Etc1s), _) => Codec::Etc1s,
        (Some(TextureCodec::Uastc), _) => Codec::Uastc,
    };
    TextureRule {
        codec,
        quality: profile.texture_quality.unwrap_or(TEXTURE_QUALITY),
        longest_edge_px: profile.texture_edge_px,
    }
}
