//! A build from beginning to end. Read this file first.
//!
//! site (plan, surveys, areas) → plan of jobs → each job, in parallel: read → georef → lod → encode
//! → contents and a record; then merge: tilesets, the model, the catalogue, the report, and the
//! switch to the new version. Called by `main`; the only place that knows every stage.
//!
//! A job whose record is still true is not done again, which makes a build incremental, and one that
//! was killed goes on where it was. `plan`, `run` and `merge` are the same steps one by one, for many
//! machines.

mod above;
mod cells;
mod content;
mod gate;
mod jobs;
mod light;
mod merge;
mod mesh;
mod models;
mod oblique;
mod record;
mod roots;
mod run;
mod site;
mod zones;

use std::path::PathBuf;

use rayon::prelude::*;
use twin_schemas::report::{BuildReport, Message};

use self::gate::Gate;
pub use self::jobs::{Job, JobPlan};
pub use self::models::parts_of;
use self::run::{Done, Workshop};
use self::site::Site;
use crate::georef::{PlacementError, SrsError};
use crate::publish::{Publication, PublishError};
use crate::read::Limits;
use crate::read::areas::AreaError;
use crate::read::ifc::IfcError;
use crate::read::plan::{PlanError, ResolvedPlan};
use crate::read::soup::MeshFolderError;
use crate::read::survey::SurveyError;

/// Memory that a build keeps below if nothing else is said.
pub const DEFAULT_MEMORY_BYTES: u64 = 4 << 30;

/// What to build, and where to.
#[derive(Debug, Clone)]
pub struct BuildRequest {
    /// A plan, a survey folder, or one OSGB file.
    pub input: PathBuf,
    /// The publication to write.
    pub out: PathBuf,
    /// The one profile to build; default: those of the plan, or `full`.
    pub profile: Option<String>,
    /// Memory that the build keeps below, in bytes.
    pub memory_bytes: u64,
    /// Limits of the readers.
    pub limits: Limits,
    /// The `tile-builder` program, to read IFC files in a process of its own, so that what takes too
    /// long can be stopped. Without it they are read in this process.
    pub worker: Option<PathBuf>,
}

impl BuildRequest {
    /// A build with the usual bounds.
    #[must_use]
    pub fn new(input: impl Into<PathBuf>, out: impl Into<PathBuf>) -> Self {
        Self {
            input: input.into(),
            out: out.into(),
            profile: None,
            memory_bytes: DEFAULT_MEMORY_BYTES,
            limits: Limits::default(),
            worker: None,
        }
    }
}

/// What a build made.
#[derive(Debug, Clone)]
pub struct BuildOutcome {
    /// Id of the published version.
    pub version: String,
    /// The report, as published.
    pub report: BuildReport,
    /// Contents that this build wrote; the others were there already.
    pub contents_written: u64,
    /// Whether anything was new; if not, the version is that of an earlier build.
    pub changed: bool,
}

/// Told how a build gets on. Called from many threads.
pub trait Progress: Sync {
    /// The plan is known; `assumed` if there was no plan file.
    fn plan(&self, plan: &ResolvedPlan);
    /// A stage begins that will take `steps` steps.
    fn stage(&self, name: &str, steps: u64);
    /// A step of the current stage is done.
    fn step(&self, what: &str);
    /// A message as soon as it is known.
    fn message(&self, message: &Message);
}

/// A build that made nothing.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A survey folder.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// A folder of meshes.
    #[error(transparent)]
    Meshes(#[from] MeshFolderError),
    /// A folder of building models.
    #[error(transparent)]
    Models(#[from] IfcError),
    /// A reference system.
    #[error(transparent)]
    Srs(#[from] SrsError),
    /// A placement.
    #[error(transparent)]
    Placement(#[from] PlacementError),
    /// Zones or footprints.
    #[error(transparent)]
    Area(#[from] AreaError),
    /// The publication.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// No profile of that name.
    #[error("there is no profile `{wanted}`; the plan and the builder know `{known}`")]
    Profile {
        /// The name that was asked for.
        wanted: String,
        /// The names there are.
        known: String,
    },
    /// A job cannot be done.
    #[error("job `{id}` {reason}")]
    Job {
        /// The job.
        id: String,
        /// Why.
        reason: String,
    },
    /// Something will never fit into the memory that the build may use.
    #[error("`{what}` {reason}")]
    Memory {
        /// A file, or a job.
        what: String,
        /// How much it needs, and the limit.
        reason: String,
    },
    /// The stored plan of jobs.
    #[error("`{path}` {reason}")]
    Planned {
        /// The plan.
        path: String,
        /// What is wrong, and what to do.
        reason: &'static str,
    },
    /// Nothing could be built.
    #[error("nothing could be built from {sources} source(s); the messages above say why")]
    Nothing {
        /// Number of sources.
        sources: usize,
    },
    /// A document could not be written as JSON.
    #[error("`{name}` could not be written: {reason}")]
    Document {
        /// The document.
        name: String,
        /// Why.
        reason: String,
    },
}

/// Builds a publication.
///
/// # Errors
/// If the plan, a survey's metadata or an area file cannot be used, if not one tile could be
/// built, or if the publication cannot be written. A version served so far stays as it is.
pub fn build(request: &BuildRequest, progress: &dyn Progress) -> Result<BuildOutcome, BuildError> {
    let mut site = open(request)?;
    progress.plan(&site.resolved);
    let publication = Publication::open(&request.out)?;
    let gate = Gate::new(request.memory_bytes);
    complete(&mut site, &publication, &gate, Some(progress))?;
    let shop = Workshop::new(&site, &publication, &gate);
    let plan = jobs::plan(&site, &publication)?;
    for wave in plan.waves() {
        progress.stage(wave[0].work.name(), wave.len() as u64);
        wave.par_iter().try_for_each(|job| {
            shop.run(job)?;
            progress.step(&job.id);
            Ok::<(), BuildError>(())
        })?;
    }
    merge::merge(&shop, &plan, progress)
}

/// Plans a build without doing it, for `run` and `merge` on this machine or on others.
///
/// # Errors
/// As [`build`], for the inputs and the publication.
pub fn plan(request: &BuildRequest, progress: &dyn Progress) -> Result<JobPlan, BuildError> {
    let mut site = open(request)?;
    progress.plan(&site.resolved);
    let publication = Publication::open(&request.out)?;
    complete(&mut site, &publication, &Gate::new(request.memory_bytes), Some(progress))?;
    jobs::plan(&site, &publication)
}

/// Does one job of a planned build; `false` if its result was there already. Any number of jobs may
/// run at once, as long as each has what it needs.
///
/// # Errors
/// If there is no such job, or it lacks a result that it needs, or as [`build`].
pub fn run(request: &BuildRequest, id: &str) -> Result<bool, BuildError> {
    let mut site = open(request)?;
    let publication = Publication::join(&request.out)?;
    let gate = Gate::new(request.memory_bytes);
    complete(&mut site, &publication, &gate, None)?;
    let shop = Workshop::new(&site, &publication, &gate);
    let plan = planned(&shop)?;
    let unknown = || BuildError::Job { id: id.to_owned(), reason: "is not in the plan".to_owned() };
    Ok(shop.run(plan.job(id).ok_or_else(unknown)?)? == Done::Now)
}

/// Joins the results of all jobs of a planned build, and publishes them.
///
/// # Errors
/// If a job has no result, or one that does not hold any more, or as [`build`].
pub fn merge(request: &BuildRequest, progress: &dyn Progress) -> Result<BuildOutcome, BuildError> {
    let mut site = open(request)?;
    let publication = Publication::open(&request.out)?;
    let gate = Gate::new(request.memory_bytes);
    complete(&mut site, &publication, &gate, None)?;
    let shop = Workshop::new(&site, &publication, &gate);
    let plan = planned(&shop)?;
    // `build` has just seen to it; here a job may have failed over a result of an older survey.
    let required: Vec<_> = plan.jobs.par_iter().map(|job| shop.require(job)).collect();
    required.into_iter().collect::<Result<(), _>>()?;
    merge::merge(&shop, &plan, progress)
}

fn open(request: &BuildRequest) -> Result<Site, BuildError> {
    let mut site = Site::open(&request.input, request.profile.as_deref(), &request.limits)?;
    site.worker.clone_from(&request.worker);
    Ok(site)
}

/// Finds out what the plan of jobs must know: the cells of meshes, and zones where there are none.
fn complete(
    site: &mut Site,
    publication: &Publication,
    gate: &Gate,
    progress: Option<&dyn Progress>,
) -> Result<(), BuildError> {
    models::claims::complete(site, publication)?;
    cells::complete(site, publication, gate, progress)?;
    zones::complete(site, publication)
}

/// The stored plan, if it is that of these inputs.
fn planned(shop: &Workshop<'_>) -> Result<JobPlan, BuildError> {
    let reason = match JobPlan::load(shop.publication) {
        Some(plan) if plan.key == jobs::key(shop.site) => return Ok(plan),
        Some(_) => "is of other inputs or options; run `tile-builder plan` again",
        None => "is not there; run `tile-builder plan` first",
    };
    let path = shop.publication.root().join(jobs::PLAN).display().to_string();
    Err(BuildError::Planned { path, reason })
}
