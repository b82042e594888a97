//! One job: its key, the record that may already be there, or the work itself.
//!
//! A job reads source files and the records of the jobs that it needs, writes contents, and leaves a
//! record. Doing it twice, or on another machine, changes nothing. Called by `build` and by the
//! command `run`.

mod heights;
mod models;
mod scenes;
mod tiles;

use std::sync::OnceLock;

use geo::MultiPolygon;
use twin_schemas::plan::{ProfilePlan, SceneKind, TextureCodec};

use super::BuildError;
use super::cells::{self, CellIndex};
use super::content::{Maker, Tally};
use super::gate::{Gate, Pass};
use super::jobs::{GROUND, Job, Work, cells_id, is_cells, relief_id};
use super::mesh::MeshCells;
use super::record::{BuildingNote, Made, Part, Record, digest};
use super::site::Site;
use crate::geometry::Outlines;
use crate::partition::buildings::Buildings;
use crate::partition::{self, quadtree::Extent};
use crate::publish::Publication;
use crate::texture::{Codec, TextureRule};
use crate::tileset::Tile;

/// Quality of lossy codecs if the profile says none: WebP of a survey's photographs then keeps more than
/// 37 dB in three fifths of their bytes.
const TEXTURE_QUALITY: u8 = 83;

/// What jobs run in.
pub(super) struct Workshop<'w> {
    pub(super) site: &'w Site,
    pub(super) publication: &'w Publication,
    pub(super) gate: &'w Gate,
    buildings: OnceLock<Option<Buildings>>,
    zones: OnceLock<Option<Outlines>>,
    /// What the ground knows of each building.
    notes: OnceLock<Vec<BuildingNote>>,
    /// The cells of each mesh of each source, once they are there.
    cells: Vec<Vec<OnceLock<MeshCells>>>,
    division: String,
    outlines: String,
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
    /// A workshop that keeps below the bound of a gate.
    pub(super) fn new(site: &'w Site, publication: &'w Publication, gate: &'w Gate) -> Self {
        let cells = site.sources.iter().map(|source| source.meshes.iter().map(|_| OnceLock::new()).collect());
        Self {
            site,
            publication,
            gate,
            buildings: OnceLock::new(),
            zones: OnceLock::new(),
            notes: OnceLock::new(),
            cells: cells.collect(),
            division: site.division(),
            outlines: site.outlines(),
        }
    }

    /// Does a job, unless its record is fresh.
    pub(super) fn run(&self, job: &Job) -> Result<Done, BuildError> {
        let key = self.key(job)?;
        if Record::fresh(self.publication, &job.id, &key).is_some() {
            return Ok(Done::Before);
        }
        let mut record = match &job.work {
            Work::Cells { source, file } => self.split(job, *source, *file)?,
            Work::Model { source, file } => self.model(job, *source, *file)?,
            Work::Relief { source, piece } => self.relief(&job.id, *source, *piece)?,
            Work::Ground => self.ground(job)?,
            Work::Tile { profile, source, piece } => self.tile(*profile, *source, *piece)?,
            Work::Above { profile, zone, .. } => self.above(job, *profile, zone.as_deref())?,
            Work::Light { profile, zone, column, row, pieces } => {
                self.light(job, *profile, *zone, [*column, *row], pieces)?
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
        let at = job.work.profile();
        let profile = at.map(|at| &self.site.profiles[at]);
        let division = at.filter(|at| self.site.divides(*at)).map(|_| &self.division);
        let outlines = matches!(job.work, Work::Ground).then_some(&self.outlines);
        let listed = matches!(job.work, Work::Cells { .. }).then_some(&job.inputs);
        let found = self.found(job)?;
        Ok(digest(&(&self.site.key, &job.work, profile, division, outlines, listed, found)))
    }

    /// Hashes of what a job takes from the results of others.
    fn found(&self, job: &Job) -> Result<Vec<String>, BuildError> {
        let mut found = Vec::new();
        match &job.work {
            Work::Cells { source, file } => found.push(digest(&self.site.sources[*source].meshes[*file])),
            Work::Model { source, file } => {
                let claims = &self.site.sources[*source].models[*file].claims;
                let community = &self.site.resolved.plan.community.id;
                found.push(digest(&(&self.site.profiles, community, claims)));
            }
            Work::Relief { source, piece } => found.extend(self.cell_digest(*source, *piece)?),
            Work::Tile { source, piece, .. } => {
                found.extend(self.cell_digest(*source, *piece)?);
                if !self.site.footprints.is_empty() {
                    // Of the heights, those of the buildings that the piece may hold matter, and no others.
                    let of = &self.site.sources[*source];
                    let relief = self.record(&job.id, &relief_id(of, &of.names[*piece]))?;
                    found.extend(near(self.notes(&job.id)?, relief.made.extent));
                }
            }
            Work::Light { pieces, .. } => {
                for (source, piece) in pieces {
                    found.extend(self.cell_digest(*source, *piece)?);
                }
                // What else a mesh has in its other cells does not matter.
                for need in job.needs.iter().filter(|need| !is_cells(need)) {
                    found.push(self.record(&job.id, need)?.digest);
                }
            }
            Work::Ground | Work::Above { .. } | Work::Overview { .. } => {
                if let Work::Above { cell: Some((source, file, _)), .. } = job.work {
                    let room = self.site.sources[source].meshes[file].as_ref().map(|mesh| mesh.room);
                    found.push(digest(&(room, self.mesh_cells(source, file)?.index.overhang)));
                }
                for need in &job.needs {
                    found.push(self.record(&job.id, need)?.digest);
                }
            }
        }
        Ok(found)
    }

    /// Hash of a cell; none for a survey's tile.
    fn cell_digest(&self, source: usize, piece: usize) -> Result<Option<String>, BuildError> {
        let Some((file, id)) = self.site.sources[source].cells.get(piece) else { return Ok(None) };
        let room = self.site.sources[source].meshes[*file].as_ref().map(|mesh| mesh.room);
        Ok(Some(digest(&(room, self.mesh_cells(source, *file)?.index.digest(*id)))))
    }

    /// The cells of a mesh, as its job left them.
    fn mesh_cells(&self, source: usize, file: usize) -> Result<&MeshCells, BuildError> {
        let slot = &self.cells[source][file];
        if let Some(cells) = slot.get() {
            return Ok(cells);
        }
        let of = &self.site.sources[source];
        let job = cells_id(&of.plan.id, &of.files[file]);
        let index = CellIndex::load(self.publication, &job)?;
        let folder = self.publication.root().join(cells::folder(&job));
        Ok(slot.get_or_init(|| MeshCells::new(folder, index)))
    }

    fn notes(&self, job: &str) -> Result<&[BuildingNote], BuildError> {
        if let Some(notes) = self.notes.get() {
            return Ok(notes);
        }
        let ground = self.record(job, GROUND)?;
        Ok(self.notes.get_or_init(|| ground.made.buildings))
    }

    fn record(&self, job: &str, need: &str) -> Result<Record, BuildError> {
        Record::load(self.publication, need).ok_or_else(|| BuildError::Job {
            id: job.to_owned(),
            reason: format!("needs `{need}`, which has no result yet"),
        })
    }

    /// Waits for room in memory.
    fn enter(&self, job: &str, bytes: u64) -> Result<Pass<'_>, BuildError> {
        let memory = |reason: super::gate::NoRoom| BuildError::Memory {
            what: job.to_owned(),
            reason: reason.to_string(),
        };
        self.gate.enter(bytes).map_err(memory)
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
