//! One job: its key, the record that may already be there, or the work itself.
//!
//! A job reads source files and the records of the jobs that it needs, writes contents, and leaves a
//! record. Doing it twice, or on another machine, changes nothing. Called by `build` and by the
//! command `run`.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use geo::{BoundingRect as _, MultiPolygon};
use twin_schemas::plan::{ProfilePlan, SceneKind, TextureCodec};

use super::BuildError;
use super::above::{self, AboveRule, Below};
use super::content::{Maker, Tally};
use super::gate::Gate;
use super::jobs::{GROUND, Job, Work};
use super::light;
use super::mesh::{self, MeshFailure, MeshJob};
use super::oblique::{self, Built, ObliqueJob, Wanted};
use super::record::{BuildingNote, InputFile, Made, Part, Record, data_path, digest};
use super::site::{Places, Site};
use crate::geometry::{Aabb, Outlines};
use crate::partition::buildings::{Buildings, IdentityRule};
use crate::partition::clip::clip;
use crate::partition::relief::Relief;
use crate::partition::streets::squares;
use crate::partition::{self, quadtree::Extent};
use crate::publish::Publication;
use crate::scene::{Mesh, Texture};
use crate::texture::{Codec, TextureRule};
use crate::tileset::Tile;

/// Quality of lossy codecs if the profile says none: WebP of a survey's photographs then keeps more than
/// 37 dB in three fifths of their bytes.
const TEXTURE_QUALITY: u8 = 83;
/// Most triangles of a level over survey tiles: it is looked at from kilometres.
const SURVEY_TRIANGLES: usize = 12_000;
/// Longest edge of such a level's atlas.
const SURVEY_ATLAS_PX: u32 = 512;
/// A level whose geometric error is below this shows heights to half a metre.
const RELIEF_ERROR_M: f64 = 8.0;
/// Light scenes are made from a level whose geometric error is below this: details of 5 cm.
const LIGHT_ERROR_M: f64 = 0.8;
/// What simplifying and baking take of memory for a vertex.
const MEMORY_PER_VERTEX: u64 = 400;
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
            Work::Mesh { profile, source, tile } => self.mesh(job, *profile, *source, *tile)?,
            Work::Above { profile, zone, .. } => self.above(job, *profile, zone.as_deref())?,
            Work::Light { profile, zone, column, row, tiles } => {
                self.light(job, *profile, *zone, [*column, *row], tiles)?
            }
            Work::Overview { profile, .. } => self.above(job, *profile, None)?,
        };
        record.key = key;
        record.digest = digest(&record.made);
        record.save(self.publication, &job.id)?;
        Ok(Done::Now)
    }

    /// Refuses a job whose result is missing or does not hold any more.
    pub(super) fn require(&self, job: &Job) -> Result<(), BuildError> {
        let reason = if Record::load(self.publication, &job.id).is_none() {
            "has no result; run it first"
        } else if Record::fresh(self.publication, &job.id, &self.key(job)?).is_none() {
            "has a result of other inputs; run it again"
        } else {
            return Ok(());
        };
        Err(BuildError::Job { id: job.id.clone(), reason: reason.to_owned() })
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
        let listed = matches!(job.work, Work::Mesh { .. }).then_some(&job.inputs);
        let zones: Vec<String> = self.site.zones.iter().map(|zone| format!("{zone:?}")).collect();
        Ok(digest(&(&self.site.key, &job.work, profile, zones, found, listed)))
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
            zones: if profile.is_some_and(|at| self.site.divides(at)) { self.zones()? } else { None },
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
        let (mut relief, mut bounds) = (Relief::default(), Aabb::EMPTY);
        let wanted = Wanted { error_m: RELIEF_ERROR_M, within: Aabb::EVERYWHERE };
        let tile = &self.site.sources[source].survey.tiles[tile];
        let built = oblique::gather(&job, tile, wanted, &mut |meshes| {
            bounds.merge(&Aabb::around_all(meshes.iter().map(|mesh| &mesh.positions)));
            for mesh in &meshes {
                relief.add(mesh);
            }
        });
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

    fn mesh(&self, job: &Job, profile: usize, source: usize, tile: usize) -> Result<Record, BuildError> {
        let (places, maker) = (self.site.places()?, self.maker(Some(profile))?);
        let of = &self.site.sources[source];
        let inputs = job.inputs.iter().filter_map(|path| InputFile::for_reading(path)).collect();
        let mesh = MeshJob {
            path: &of.survey.tiles[tile].root,
            root: &of.folder,
            spool: self.publication.root().join("work/spool"),
            up: of.plan.up,
            placement: &places.placements[source],
            frame: places.frame.as_ref(),
            maker: &maker,
            gate: &self.gate,
            limits: &self.site.limits,
        };
        let mut tally = Tally::default();
        let roots = match mesh::build(&mesh, &mut tally) {
            Ok(roots) => roots,
            Err(MeshFailure::Publish(error)) => return Err(error.into()),
            Err(MeshFailure::Input(reason)) => {
                let file = &of.survey.tiles[tile].root;
                let name = file.strip_prefix(&of.folder).unwrap_or(file).to_string_lossy();
                // What a report says must not depend on the machine.
                let reason = reason.replace(&*file.to_string_lossy(), &name);
                tally.damage(&name, reason, "check the file, or export it again");
                Vec::new()
            }
        };
        let trees = roots.into_iter().map(Tile::root_of).collect();
        Ok(Record { inputs, ..self.made(trees, tally) })
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

    /// Light scenes of a square of a zone.
    fn light(
        &self,
        job: &Job,
        profile: usize,
        zone: usize,
        [column, row]: [u32; 2],
        tiles: &[(usize, usize)],
    ) -> Result<Record, BuildError> {
        let (places, axis_deg) = (self.site.places()?, self.site.axis_deg()?);
        let shapes = places.origin.map(|at| partition::shapes(&at, &self.site.zones)).unwrap_or_default();
        let squares = shapes.get(zone).map(|shape| squares(shape, axis_deg, self.site.edge_m()));
        let square = squares.into_iter().flatten().find(|part| (part.column, part.row) == (column, row));
        let mut trees = vec![None; self.site.zones.len() + 1];
        let mut tally = Tally::default();
        let (Some(square), maker) = (square, self.maker(Some(profile))?) else {
            return Ok(self.made(trees, tally));
        };
        let Some(bounds) = square.area.bounding_rect() else { return Ok(self.made(trees, tally)) };
        let (low, high) = (bounds.min(), bounds.max());
        let wanted = Wanted { error_m: LIGHT_ERROR_M, within: Aabb::in_plan([low.x, low.y, high.x, high.y]) };
        let area = Outlines::new(&[square.area]);
        let (mut meshes, mut inputs, mut absent) = (Vec::new(), Vec::new(), Vec::new());
        for &(source, tile) in tiles {
            let oblique = self.oblique(&maker, places, source);
            let tile = &self.site.sources[source].survey.tiles[tile];
            let mut built = oblique::gather(&oblique, tile, wanted, &mut |found| {
                meshes.extend(clip(found, &area, Some(0)));
            });
            inputs.append(&mut built.inputs);
            absent.append(&mut built.absent);
        }
        inputs.sort();
        inputs.dedup();
        let name = job.id.trim_start_matches("light.");
        let decoded: u64 = textures_px(&meshes) * 6;
        let vertices: u64 = meshes.iter().map(|mesh| mesh.positions.len() as u64).sum();
        let failed = |reason: String| BuildError::Job { id: job.id.clone(), reason };
        let _room = self.gate.enter(decoded + vertices * MEMORY_PER_VERTEX).map_err(failed)?;
        trees[zone] = light::zone(&maker, meshes, zone, axis_deg, name, &mut tally)?;
        Ok(Record { inputs, absent, ..self.made(trees, tally) })
    }

    /// A level over what the job needs: in one zone, or over all that is there for an overview.
    fn above(&self, job: &Job, profile: usize, zone: Option<&str>) -> Result<Record, BuildError> {
        let overview = matches!(job.work, Work::Overview { .. });
        let (mut names, mut error_m, mut below, mut bytes) = (Vec::new(), 0.0_f64, 0, 0);
        for need in &job.needs {
            let record = self.record(job, need)?;
            for part in &record.made.parts {
                if overview || part.zone.as_deref() == zone {
                    names.extend(part.tree.coarsest().into_iter().map(str::to_owned));
                    error_m = error_m.max(part.tree.geometric_error_m);
                    below += 1;
                }
            }
            bytes += record.contents.values().max().copied().unwrap_or_default();
        }
        let mut trees = vec![None; self.site.zones.len() + 1];
        let mut tally = Tally::default();
        if below < 2 {
            // One thing alone needs no level above it; it is handed further up.
            return Ok(self.made(trees, tally));
        }
        let failed = |reason: String| BuildError::Job { id: job.id.clone(), reason };
        let _room = self.gate.enter(bytes.saturating_mul(MEMORY_PER_CONTENT_BYTE)).map_err(failed)?;
        let maker = self.maker(Some(profile))?;
        let meshes = above::read_contents(&maker, &names, &self.site.limits)
            .map_err(|reason| failed(format!("cannot read what it stands over: {reason}")))?;
        let part = self.site.zones.iter().position(|known| Some(known.id.as_str()) == zone);
        let part = part.unwrap_or(self.site.zones.len());
        let level = if self.site.profiles[profile].scenes == SceneKind::Light {
            light::overview(&maker, &meshes, error_m, part, &job.id, &mut tally)?
        } else {
            let rule =
                AboveRule { shared_borders: false, triangles: SURVEY_TRIANGLES, atlas_px: SURVEY_ATLAS_PX };
            let below = Below { meshes, error_m };
            above::make(&maker, &below, &rule, part, &job.id, &mut tally)?
        };
        trees[part] = level.and_then(|level| Some(Tile::level(level.stored?, level.error_m)));
        Ok(self.made(trees, tally))
    }
}

/// Pixels of all textures, each counted once.
fn textures_px(meshes: &[Mesh]) -> u64 {
    let mut seen: Vec<*const Texture> = Vec::new();
    let textures = meshes.iter().filter_map(|mesh| mesh.material.texture.as_ref());
    let fresh = textures.filter(|texture| {
        let new = !seen.contains(&Arc::as_ptr(texture));
        if new {
            seen.push(Arc::as_ptr(texture));
        }
        new
    });
    fresh.map(|texture| u64::from(texture.width) * u64::from(texture.height)).sum()
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
