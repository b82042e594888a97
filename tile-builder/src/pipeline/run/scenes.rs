//! What is made anew: light scenes from the finest there is, and levels over the results of others.

use std::collections::BTreeMap;

use geo::BoundingRect as _;
use twin_schemas::plan::SceneKind;

use super::super::BuildError;
use super::super::above::{self, AboveRule, Below};
use super::super::content::{Maker, Tally, damaged, textures_px};
use super::super::jobs::{Job, Work, is_overview};
use super::super::light;
use super::super::mesh::cells_rule;
use super::super::oblique::{self, Wanted};
use super::super::record::{Handed, InputFile, Reading, Record};
use super::Workshop;
use crate::geometry::{Aabb, Outlines};
use crate::partition;
use crate::partition::clip::clip;
use crate::partition::streets::squares;
use crate::scene::Mesh;
use crate::tileset::Tile;

/// Levels over survey tiles: they are looked at from kilometres.
const SURVEY_RULE: AboveRule<'_> = AboveRule { sides: None, triangles: 12_000, atlas_px: 512 };
/// Light scenes are made from a level whose geometric error is below this: details of 5 cm.
const LIGHT_ERROR_M: f64 = 0.8;
/// What simplifying and baking take of memory for a vertex, and for a pixel of a texture.
const MEMORY_PER_VERTEX: u64 = 400;
const MEMORY_PER_PIXEL: u64 = 6;
/// What the same take for a byte of the files: no file says more in fewer.
const MEMORY_PER_FILE_BYTE: u64 = 32;
/// What they take for a face of a cell.
const MEMORY_PER_FACE: u64 = 600;
/// What reading, simplifying and baking take of memory for each byte of the contents below.
const MEMORY_PER_CONTENT_BYTE: u64 = 96;

/// The finest meshes of a square, and what was read for them.
#[derive(Default)]
struct Gathered {
    meshes: Vec<Mesh>,
    read: Record,
}

impl Gathered {
    /// What simplifying and baking them take of memory.
    fn memory_bytes(&self) -> u64 {
        let vertices: u64 = self.meshes.iter().map(|mesh| mesh.positions.len() as u64).sum();
        textures_px(&self.meshes) * MEMORY_PER_PIXEL + vertices * MEMORY_PER_VERTEX
    }
}

impl Workshop<'_> {
    /// Light scenes of a square of a zone.
    pub(super) fn light(
        &self,
        job: &Job,
        profile: usize,
        zone: usize,
        [column, row]: [u32; 2],
        pieces: &[(usize, usize)],
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
        let area = Outlines::new(std::slice::from_ref(&square.area));
        let Some(bounds) = square.area.bounding_rect() else { return Ok(self.made(trees, tally)) };
        let (low, high) = (bounds.min(), bounds.max());
        let within = Aabb::in_plan([low.x, low.y, high.x, high.y]);
        // An estimate first; where more turns out to be needed, once more with as much.
        let mut need = self.light_bytes(pieces)?;
        let (_room, gathered) = loop {
            let room = self.gate.limit_bytes().min(need);
            let pass = self.enter(&job.id, room)?;
            let gathered = self.gather(&maker, pieces, within, &area)?;
            need = gathered.memory_bytes();
            if need <= room {
                break (pass, gathered);
            }
            drop((pass, gathered));
            // What will never fit ends here, with both numbers.
            drop(self.enter(&job.id, need)?);
        };
        let name = job.id.trim_start_matches("light.");
        trees[zone] = light::zone(&maker, gathered.meshes, zone, axis_deg, name, &mut tally)?;
        let Record { inputs, absent, made: read, .. } = gathered.read;
        let mut record = Record { inputs, absent, ..self.made(trees, tally) };
        record.made.readings = read.readings;
        Ok(record)
    }

    /// Memory that light scenes of some pieces will hardly exceed.
    fn light_bytes(&self, pieces: &[(usize, usize)]) -> Result<u64, BuildError> {
        let size = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
        let mut bytes = 0;
        let mut meshes: Vec<(usize, usize)> = Vec::new();
        for &(source, piece) in pieces {
            let of = &self.site.sources[source];
            let files = of.files_of(piece);
            bytes += files.iter().map(|path| size(path)).sum::<u64>() * MEMORY_PER_FILE_BYTE;
            let Some(&(file, id)) = of.cells.get(piece) else { continue };
            let cells = self.mesh_cells(source, file)?;
            bytes += cells.index.part(id).map(|cell| cell.faces).sum::<u64>() * MEMORY_PER_FACE;
            if !meshes.contains(&(source, file)) {
                meshes.push((source, file));
                let images =
                    cells.materials.iter().filter_map(|material| material.texture.as_ref()?.0.file());
                bytes += images.map(size).sum::<u64>() * MEMORY_PER_FILE_BYTE;
            }
        }
        Ok(bytes)
    }

    /// The meshes of some pieces inside an area.
    fn gather(
        &self,
        maker: &Maker<'_>,
        pieces: &[(usize, usize)],
        within: Aabb,
        area: &Outlines,
    ) -> Result<Gathered, BuildError> {
        let (places, wanted) = (self.site.places()?, Wanted { error_m: LIGHT_ERROR_M, within });
        let mut all = Gathered::default();
        let mut readings: BTreeMap<usize, Reading> = BTreeMap::new();
        for &(source, piece) in pieces {
            let of = &self.site.sources[source];
            let reading = readings.entry(source).or_insert(Reading { source, ..Reading::default() });
            if of.is_survey() {
                let oblique = self.oblique(maker, places, source, None);
                let mut built = oblique::gather(&oblique, &of.survey.tiles[piece], wanted, &mut |found| {
                    all.meshes.extend(clip(found, area, Some(0)));
                })?;
                all.read.inputs.append(&mut built.inputs);
                all.read.absent.append(&mut built.absent);
                reading.messages.append(&mut built.tally.messages);
                reading.missing.append(&mut built.missing);
                continue;
            }
            let (mesh, id) = self.mesh_job(source, piece)?;
            for cell in mesh.cells.index.part(id) {
                match mesh.read(cell, true) {
                    Ok(found) => all.meshes.extend(clip(found, area, Some(0))),
                    Err(reason) => {
                        let name = of.title(piece);
                        let text = format!("`{name}`: {reason}");
                        reading.messages.push(damaged(&name, text, "check the file, or export it again"));
                    }
                }
            }
            all.read.inputs.extend(mesh.images().into_iter().map(|(_, file): (&str, InputFile)| file));
        }
        all.read.inputs.sort();
        all.read.inputs.dedup();
        all.read.made.readings = readings.into_values().collect();
        Ok(all)
    }

    /// A level over what the job needs: in one zone, or over all that is there for an overview.
    pub(super) fn above(&self, job: &Job, profile: usize, zone: Option<&str>) -> Result<Record, BuildError> {
        let below = self.below(job, zone)?;
        let mut trees = vec![None; self.site.zones.len() + 1];
        let mut tally = Tally::default();
        if below.len() < 2 {
            // One thing alone needs no level above it.
            return Ok(handing(below, self.made(trees, tally)));
        }
        let names: Vec<String> = below.iter().flat_map(|one| one.names.iter().cloned()).collect();
        let error_m = below.iter().map(|one| one.error_m).fold(0.0, f64::max);
        let size =
            |name: &String| std::fs::metadata(self.publication.root().join(name)).map_or(0, |m| m.len());
        let bytes: u64 = names.iter().map(size).sum();
        let failed = |reason: String| BuildError::Job { id: job.id.clone(), reason };
        let _room = self.enter(&job.id, bytes.saturating_mul(MEMORY_PER_CONTENT_BYTE))?;
        let maker = self.maker(Some(profile))?;
        let meshes = above::read_contents(&maker, &names, &self.site.limits)
            .map_err(|reason| failed(format!("cannot read what it stands over: {reason}")))?;
        let part = self.site.zones.iter().position(|known| Some(known.id.as_str()) == zone);
        let part = part.unwrap_or(self.site.zones.len());
        let level = if self.site.profiles[profile].scenes == SceneKind::Light {
            light::overview(&maker, &meshes, error_m, part, &job.id, &mut tally)?
        } else {
            let sides = match job.work {
                Work::Above { cell: Some((source, file, id)), .. } => {
                    Some(self.mesh_of(source, file)?.sides(id).map_err(failed)?)
                }
                _ => None,
            };
            let rule = sides.as_ref().map_or(SURVEY_RULE, cells_rule);
            above::make(&maker, &Below { meshes, error_m }, &rule, part, &job.id, &mut tally)?
        };
        trees[part] = level.and_then(|level| Some(Tile::level(level.stored?, level.error_m)));
        let made = trees[part].is_some();
        let record = self.made(trees, tally);
        Ok(if made { record } else { handing(below, record) })
    }

    /// What a level stands over: the coarsest contents that its needs made, or hand on.
    fn below(&self, job: &Job, zone: Option<&str>) -> Result<Vec<Handed>, BuildError> {
        // An overview stands over the zones that it names, and over other overviews.
        let counts = |need: &str, of: Option<&str>| match (&job.work, of) {
            (Work::Overview { .. }, _) if is_overview(need) => true,
            (Work::Overview { zones, .. }, Some(of)) => zones.iter().any(|zone| zone == of),
            (Work::Overview { .. }, None) => false,
            _ => of == zone,
        };
        let mut below = Vec::new();
        for need in &job.needs {
            let made = self.record(&job.id, need)?.made;
            let parts = made.parts.into_iter().map(|part| Handed {
                names: part.tree.coarsest().into_iter().map(str::to_owned).collect(),
                error_m: part.tree.geometric_error_m,
                zone: part.zone,
            });
            below.extend(parts.chain(made.handed).filter(|one| counts(need, one.zone.as_deref())));
        }
        Ok(below)
    }
}

/// A record that hands on what a level would have stood over: without it, the levels further up would
/// show a hole.
fn handing(below: Vec<Handed>, mut record: Record) -> Record {
    record.made.handed = below;
    record
}
