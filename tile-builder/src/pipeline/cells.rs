//! Textured meshes, OBJ, PLY or glTF, of any size, as cells: what a survey's tiles are to a survey.
//!
//! In: mesh files. Out: before the plan, where the cells of each file are, from a first pass over it;
//! then, as a job, the cells themselves, each in a file of `work/cells/`, from a second pass. All else
//! reads the cells alone, so that no job needs more memory than a cell takes. Called by `pipeline` and
//! `run`.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use twin_schemas::plan::UpAxis;
use twin_schemas::report::{Message, Severity};

use super::content::Tally;
use super::gate::Gate;
use super::jobs::{cells_id, files_of_mesh};
use super::record::{InputFile, data_path, digest};
use super::site::{Site, Source};
use super::{BuildError, Progress};
use crate::geometry::Aabb;
use crate::partition::cells::{Cell, CellError, CellId, CellPlan, Census, Splitter};
use crate::publish::{Publication, PublishError};
use crate::read::Limits;
use crate::read::soup::{self, KeptMaterials, MeshErrorKind, SoupSummary, StreamError, StreamOptions, Up};

/// Most triangles of a cell.
const CELL_FACES: u64 = 30_000;
/// Heights of a mesh are rounded to so many metres, so that one that grows a little is placed as before.
const HEIGHT_STEP_M: f64 = 64.0;
/// Name of the list of a mesh's cells, beside them.
const INDEX: &str = "index.json";

/// The cells of a mesh as the first pass found them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MeshPlan {
    cells: CellPlan,
    /// Box around the cells, wide enough for a mesh that grows a little.
    pub(super) room: Aabb,
    /// Box around the mesh as it is.
    bounds: Aabb,
}

impl MeshPlan {
    /// Cells, and the box around each in the source's coordinates.
    pub(super) fn cells(&self) -> impl Iterator<Item = (CellId, Aabb)> {
        self.cells.leaves.iter().map(|id| {
            let [low, high] = self.square(*id);
            let [from, to] = [self.bounds.min, self.bounds.max];
            // A cell reaches over the end of the mesh; nothing is there.
            let min = [low[0].max(from[0]), low[1].max(from[1]), from[2]];
            (*id, Aabb { min, max: [high[0].min(to[0]), high[1].min(to[1]), to[2]] })
        })
    }

    /// The square of a cell in the source's coordinates.
    pub(super) fn square(&self, id: CellId) -> [[f64; 2]; 2] {
        self.cells.root.square(id)
    }
}

/// What is kept of a first pass.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    plan: Option<MeshPlan>,
}

/// Gives the meshes of a site their cells. A file that cannot be read gets none; its job will say why.
///
/// # Errors
/// If memory is too small, or what was found cannot be stored.
pub(super) fn complete(
    site: &mut Site,
    publication: &Publication,
    gate: &Gate,
    progress: Option<&dyn Progress>,
) -> Result<(), BuildError> {
    let limits = site.limits;
    for source in site.sources.iter_mut().filter(|source| !source.is_survey()) {
        let kept: Vec<(String, String, Option<Kept>)> = source
            .survey
            .tiles
            .iter()
            .zip(&source.files)
            .map(|(file, name)| {
                let stored = data_path(&format!("{}.json", cells_id(&source.plan.id, name)));
                let key = key(source, &file.root, &limits);
                let kept = kept(publication, &stored).filter(|kept| kept.key == key);
                (stored, key, kept)
            })
            .collect();
        let missing = kept.iter().filter(|(.., kept)| kept.is_none()).count() as u64;
        if let Some(progress) = progress.filter(|_| missing > 0) {
            progress.stage("first look", missing);
        }
        let spool = (missing > 0).then(|| publication.spool()).transpose()?;
        let spool = spool.as_ref().map(tempfile::TempDir::path);
        let plans: Vec<Result<Option<MeshPlan>, BuildError>> = kept
            .into_par_iter()
            .zip(&source.survey.tiles)
            .map(|((stored, key, kept), file)| {
                if let Some(kept) = kept {
                    return Ok(kept.plan);
                }
                let stream = Stream { path: &file.root, source, gate, limits: &limits, spool };
                let plan = match stream.census() {
                    Err(error @ BuildError::Memory { .. }) => return Err(error),
                    found => found.ok(),
                };
                let kept = Kept { key, plan };
                publication.put_beside(&stored, &json(&stored, &kept)?)?;
                if let Some(progress) = progress {
                    progress.step(&file.name);
                }
                Ok(kept.plan)
            })
            .collect();
        let plans = plans.into_iter().collect::<Result<_, _>>()?;
        source.set_meshes(plans);
    }
    Ok(())
}

/// Hash of what a first pass depends on: options, the file, and buffers beside it.
fn key(source: &Source, file: &Path, limits: &Limits) -> String {
    let geometry = |path: &PathBuf| path == file || path.extension().is_some_and(|kind| kind == "bin");
    let files: Vec<_> =
        files_of_mesh(file).into_iter().filter(geometry).map(|path| InputFile::look(&path)).collect();
    digest(&(CELL_FACES, format!("{limits:?}"), source.plan.up, files))
}

fn kept(publication: &Publication, name: &str) -> Option<Kept> {
    serde_json::from_slice(&publication.content(name).ok()?).ok()
}

fn json(name: &str, value: &impl Serialize) -> Result<Vec<u8>, BuildError> {
    serde_json::to_vec(value)
        .map_err(|error| BuildError::Document { name: name.to_owned(), reason: error.to_string() })
}

/// One pass over a mesh file.
pub(super) struct Stream<'s> {
    pub(super) path: &'s Path,
    pub(super) source: &'s Source,
    pub(super) gate: &'s Gate,
    pub(super) limits: &'s Limits,
    /// Where vertices stand that do not fit into memory.
    pub(super) spool: Option<&'s Path>,
}

/// Why a mesh gave no cells.
enum Fault {
    /// The file, in words that name it.
    Input(String),
    /// What another run may mend.
    Run(BuildError),
}

impl Stream<'_> {
    /// Where the cells are.
    fn census(&self) -> Result<MeshPlan, BuildError> {
        let job = |reason| BuildError::Job { id: self.path.display().to_string(), reason };
        self.look().map_err(|fault| match fault {
            Fault::Input(reason) => job(reason),
            Fault::Run(error) => error,
        })
    }

    fn look(&self) -> Result<MeshPlan, Fault> {
        let mut census = Census::default();
        let summary = self.faces(&mut |face| {
            census.add(face);
            Ok::<(), Infallible>(())
        });
        let summary = summary.map_err(|fault| self.fault(fault, |never| match never {}))?;
        let cells = census.plan(CELL_FACES).ok_or_else(|| Fault::Input("has no face".to_owned()))?;
        let [low, high] = cells.root.square(CellId::ROOT);
        let bottom = (summary.bounds.min[2] / HEIGHT_STEP_M).floor() * HEIGHT_STEP_M;
        let top = (summary.bounds.max[2] / HEIGHT_STEP_M).ceil() * HEIGHT_STEP_M;
        let room = Aabb { min: [low[0], low[1], bottom], max: [high[0], high[1], top.max(bottom + 1.0)] };
        Ok(MeshPlan { cells, room, bounds: summary.bounds })
    }

    fn faces<E>(
        &self,
        each: &mut dyn FnMut(&soup::Face) -> Result<(), E>,
    ) -> Result<SoupSummary, Result<StreamError<E>, BuildError>> {
        let size = fs::metadata(self.path).map_or(0, |meta| meta.len());
        let memory_bytes = (size * 2 + (64 << 20)).min(self.gate.limit_bytes() / 2);
        let memory = |reason: super::gate::NoRoom| BuildError::Memory {
            what: self.path.display().to_string(),
            reason: reason.to_string(),
        };
        let _room = self.gate.enter(memory_bytes).map_err(|reason| Err(memory(reason)))?;
        let options = StreamOptions {
            up: if self.source.plan.up == Some(UpAxis::Y) { Up::Y } else { Up::Z },
            memory_bytes,
            spool: self.spool.map(Path::to_owned),
            root: Some(self.source.folder.clone()),
        };
        soup::stream(self.path, &options, self.limits, each).map_err(Ok)
    }

    fn fault<E>(&self, fault: Result<StreamError<E>, BuildError>, each: impl Fn(E) -> Fault) -> Fault {
        match fault {
            Err(error) => Fault::Run(error),
            Ok(StreamError::Each(error)) => each(error),
            Ok(StreamError::Mesh(error)) if matches!(error.kind, MeshErrorKind::Spool(_)) => {
                Fault::Run(BuildError::Job { id: self.path.display().to_string(), reason: error.to_string() })
            }
            Ok(StreamError::Mesh(error)) => Fault::Input(error.to_string()),
        }
    }

    /// Writes the cells of a plan into a folder.
    fn split(&self, plan: &MeshPlan, folder: &Path) -> Result<(Vec<Cell>, SoupSummary), Fault> {
        let mut splitter = Splitter::new(folder, &plan.cells);
        let summary = self
            .faces(&mut |face| splitter.add(face))
            .map_err(|fault| self.fault(fault, |error| Fault::Run(disk(error).into())))?;
        let cells = splitter.finish().map_err(|error| Fault::Run(disk(error).into()))?;
        Ok((cells, summary))
    }
}

/// The folder of cells could not be written.
fn disk(error: CellError) -> PublishError {
    match error {
        CellError::Io { path, source, .. } => PublishError { path, source },
        other => PublishError { path: String::new(), source: std::io::Error::other(other) },
    }
}

/// A cell in its file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeptCell {
    pub(super) id: CellId,
    /// Its file, beside the index.
    pub(super) file: String,
    pub(super) faces: u64,
    size_bytes: u64,
    hash: String,
}

/// The cells of a mesh as they stand on disk.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct CellIndex {
    pub(super) cells: Vec<KeptCell>,
    /// How far vertices stand out of the squares of their cells at most, in units of the source.
    pub(super) overhang: f64,
    pub(super) materials: KeptMaterials,
}

impl CellIndex {
    /// The cells of a planned cell: itself, or its parts where it has more faces than counts could tell.
    pub(super) fn part(&self, id: CellId) -> impl Iterator<Item = &KeptCell> {
        self.cells.iter().filter(move |cell| id.holds(cell.id))
    }

    /// Hash of all that a planned cell holds, but for images.
    pub(super) fn digest(&self, id: CellId) -> String {
        let cells: Vec<(CellId, &str)> = self.part(id).map(|cell| (cell.id, cell.hash.as_str())).collect();
        digest(&(cells, &self.materials))
    }

    /// The index that a job left behind.
    pub(super) fn load(publication: &Publication, job: &str) -> Result<Self, BuildError> {
        let failed = |reason: String| BuildError::Job { id: job.to_owned(), reason };
        let bytes = publication.content(&format!("{}/{INDEX}", folder(job)))?;
        serde_json::from_slice(&bytes).map_err(|error| failed(format!("left a damaged result: {error}")))
    }
}

/// Where the cells of a job stand, below the publication.
pub(super) fn folder(job: &str) -> String {
    format!("work/cells/{job}")
}

/// What came of splitting a mesh.
#[derive(Default)]
pub(super) struct Split {
    pub(super) tally: Tally,
    /// Files by name below the publication, with their length.
    pub(super) files: BTreeMap<String, u64>,
    /// Hash of the index.
    pub(super) data: String,
}

/// Splits a mesh into its cells, all of them or, after a message, none.
pub(super) fn split(
    stream: &Stream<'_>,
    plan: Option<&MeshPlan>,
    publication: &Publication,
    id: &str,
) -> Result<Split, BuildError> {
    let failed = |path: &Path, source| PublishError { path: path.display().to_string(), source };
    let staging = publication.spool()?;
    let stream = Stream { spool: Some(staging.path()), ..*stream };
    let mut split = Split::default();
    let made = match plan {
        Some(plan) => stream.split(plan, staging.path()),
        None => stream.look().and(Err(Fault::Input("has changed since it was planned".to_owned()))),
    };
    let index = match made {
        Ok((cells, summary)) => {
            tell(&stream, &summary, &mut split.tally);
            index(&cells, plan, &summary, staging.path()).map_err(|source| failed(staging.path(), source))?
        }
        Err(Fault::Run(error)) => return Err(error),
        Err(Fault::Input(reason)) => {
            let name = stream.name();
            // What a report says must not depend on the machine.
            let reason = reason.replace(&*stream.path.to_string_lossy(), &name);
            split.tally.damage(&name, reason, "check the file, or export it again");
            CellIndex::default()
        }
    };
    let bytes = json(INDEX, &index)?;
    fs::write(staging.path().join(INDEX), &bytes).map_err(|source| failed(staging.path(), source))?;
    split.data = blake3::hash(&bytes).to_hex().to_string();
    split.files.insert(format!("{}/{INDEX}", folder(id)), bytes.len() as u64);
    for cell in &index.cells {
        split.files.insert(format!("{}/{}", folder(id), cell.file), cell.size_bytes);
    }
    for file in index.materials.own_files() {
        let size = fs::metadata(staging.path().join(file)).map_or(0, |meta| meta.len());
        split.files.insert(format!("{}/{file}", folder(id)), size);
    }
    publication.put_folder_beside(&folder(id), &staging)?;
    Ok(split)
}

fn index(
    cells: &[Cell],
    plan: Option<&MeshPlan>,
    summary: &SoupSummary,
    folder: &Path,
) -> std::io::Result<CellIndex> {
    let kept = |cell: &Cell| {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(fs::File::open(&cell.path)?)?;
        Ok(KeptCell {
            id: cell.id,
            file: cell.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            faces: cell.faces,
            size_bytes: fs::metadata(&cell.path)?.len(),
            hash: hasher.finalize().to_hex().to_string(),
        })
    };
    let overhang = |cell: &Cell| {
        let [low, high] = plan.map_or([[0.0; 2]; 2], |plan| plan.square(cell.id));
        let out = |axis: usize| (low[axis] - cell.bounds.min[axis]).max(cell.bounds.max[axis] - high[axis]);
        out(0).max(out(1))
    };
    let overhang = cells.iter().map(overhang).fold(0.0, f64::max);
    let cells = cells.iter().map(kept).collect::<std::io::Result<_>>()?;
    Ok(CellIndex { cells, overhang, materials: KeptMaterials::keep(&summary.materials, folder)? })
}

impl Stream<'_> {
    fn name(&self) -> String {
        let below = self.path.strip_prefix(&self.source.folder).unwrap_or(self.path);
        below.to_string_lossy().into_owned()
    }
}

/// Takes what reading found into the report.
fn tell(stream: &Stream<'_>, summary: &SoupSummary, tally: &mut Tally) {
    tally.figures.files_read += 1;
    tally.figures.bytes_read += fs::metadata(stream.path).map_or(0, |meta| meta.len());
    tally.messages.extend(summary.warnings.iter().map(|warning| Message {
        severity: Severity::Warning,
        code: warning.code.to_owned(),
        text: warning.text.clone(),
        hint: None,
        subject: Some(stream.name()),
    }));
}
