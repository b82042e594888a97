//! `/api/v1/exports/renewal.gpkg`: projects, reports, problems, resources, needs and tasks that whoever asks may read, as
//! layers of one `GeoPackage`, for geographic systems on a desk.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tempfile::{NamedTempFile, TempPath};
use tokio::fs::File;
use tokio::sync::{Semaphore, SemaphorePermit};
use twin_schemas::projects::{ProjectKind, ProjectLevel};
use utoipa::IntoParams;

use super::extract::Query;
use super::features::source;
use super::imports::Language;
use super::project_lists::{ProjectsQuery, Wanted};
use super::publication::pieces;
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::permission::Action;
use crate::domain::report::may_read;
use crate::features::Layer;
use crate::geopackage::{self, GeoPackageError};

/// Largest file: a hundred thousand reports take some 60 MB.
const LIMIT_BYTES: u64 = 512 << 20;
/// Files that are written at once; others wait.
static WRITING: Semaphore = Semaphore::const_new(2);
/// Files that there are at once, written and not yet sent to the end: a slow client keeps its own for long.
static KEPT: Semaphore = Semaphore::const_new(8);

/// The layers, in the order of the file, and what reading each needs.
const LAYERS: [(&str, Action); 6] = [
    ("projects", Action::ReadProjects),
    ("reports", Action::ReadReports),
    ("problems", Action::ReadCheckUps),
    ("resources", Action::ReadProgramming),
    ("needs", Action::ReadProgramming),
    ("tasks", Action::ReadProgramming),
];

/// What to take away.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GeoPackageQuery {
    /// Some of `projects`, `reports`, `problems`, `resources`, `needs` and `tasks`, with commas between them; absent: all
    /// that one may read.
    #[param(example = "projects,problems")]
    layers: Option<String>,
    /// Id of a zone: only what lies in it.
    zone: Option<String>,
    /// Of projects: states with commas between them, `open`, or `library`.
    state: Option<String>,
    /// Of projects: one of the five kinds of task.
    kind: Option<ProjectKind>,
    /// Of projects: a level.
    level: Option<ProjectLevel>,
    /// `zh` (default) or `en`, for the names of the layers.
    #[serde(default)]
    #[param(inline)]
    lang: Language,
}

/// Gives what renewal keeps, as far as one may read it, as layers of a `GeoPackage`: by the properties of the collections at
/// `/ogc`, and with what has no place too.
#[utoipa::path(
    get, path = "/api/v1/exports/renewal.gpkg", tag = "projects", params(GeoPackageQuery),
    responses(
        (status = 200, content_type = "application/geopackage+sqlite3", body = Vec<u8>),
        (status = 400, body = ProblemBody), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody),
        (status = 507, body = ProblemBody),
    )
)]
pub(crate) async fn export_geopackage(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(query): Query<GeoPackageQuery>,
) -> Result<Response, Problem> {
    // The outlines of objects are of the model.
    permit.also(Action::ReadModel)?;
    let names = named(&permit, query.layers.as_deref())?;
    let frame = source(&app).frame().ok_or_else(|| {
        let detail = "the community has no place on the Earth";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "no_place", detail)
            .with_hint("give the build plan an `origin`, or a source with a coordinate system")
    })?;
    let chinese = query.lang == Language::Zh;
    let stopping = |_| Problem::unavailable("stopping", "the server is stopping");
    let kept = KEPT.try_acquire().map_err(|_| {
        Problem::unavailable("busy", "as many files as there may be at once are being sent")
            .with_hint("try again in a few minutes")
    })?;
    let _room = WRITING.acquire().await.map_err(stopping)?;
    let layers = layers(&app, &permit, &names, query)?;
    let path = NamedTempFile::with_prefix("twin-export-").map_err(|error| failed(&error))?.into_temp_path();
    geopackage::write(&path, layers, &frame, chinese, LIMIT_BYTES).await.map_err(|error| match error {
        GeoPackageError::TooLarge(_) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_large", error.to_string())
                .with_hint("ask for fewer `layers`, or for one `zone`")
        }
        GeoPackageError::Full => {
            tracing::error!(%error, "a GeoPackage cannot be written");
            Problem::new(StatusCode::INSUFFICIENT_STORAGE, "storage_full", error.to_string()).with_hint(
                "free room where the server keeps temporary files (`TMPDIR`), or ask for fewer `layers`",
            )
        }
        GeoPackageError::Sql(error) => failed(&error),
    })?;
    sent(path, kept).await.map_err(|error| failed(&error))
}

fn failed(error: &dyn std::error::Error) -> Problem {
    tracing::error!(%error, "a GeoPackage cannot be written");
    Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The layers that are asked for, in the order of the file. What is asked for by name must be readable.
fn named(permit: &Permit, layers: Option<&str>) -> Result<Vec<&'static str>, Problem> {
    let Some(layers) = layers else {
        let readable = LAYERS.iter().filter(|(_, action)| permit.also(*action).is_ok());
        return Ok(readable.map(|(name, _)| *name).collect());
    };
    let asked: Vec<&str> = layers.split(',').map(str::trim).collect();
    if let Some(unknown) = asked.iter().find(|asked| !LAYERS.iter().any(|(name, _)| name == *asked)) {
        let (short, known) = (unknown.chars().take(60).collect::<String>(), LAYERS.map(|(name, _)| name));
        return Err(Problem::bad_request("bad_query", format!("there is no layer `{short}`"))
            .with_hint(format!("use some of {}", known.join(", "))));
    }
    let wanted = LAYERS.iter().filter(|(name, _)| asked.contains(name));
    wanted.map(|(name, action)| permit.also(*action).map(|()| *name)).collect()
}

fn layers(app: &App, permit: &Permit, names: &[&str], query: GeoPackageQuery) -> Result<Vec<Layer>, Problem> {
    let (actor, features, now) = (permit.actor(), &app.features, app.model.now());
    let GeoPackageQuery { zone, state, kind, level, .. } = query;
    let here = |zones: &[String]| zone.as_ref().is_none_or(|zone| zones.contains(zone));
    let asked = ProjectsQuery::of(state, kind, level, zone.clone());
    let wanted = Wanted::of(&asked)?;
    let lists = app.programming.now();
    let layer = |name: &&str| match *name {
        "projects" => {
            let mut found = app.projects.newest(|project| wanted.accepts(project, actor));
            found.reverse();
            features.layer_of_projects(found, &now)
        }
        "reports" => {
            let mut found = app.reports.newest(|kept| {
                may_read(kept.asked_by(actor), &kept.report) && (zone.is_none() || zone == kept.report.zone)
            });
            found.reverse();
            features.layer_of_reports(found)
        }
        "problems" => {
            let confirmed = app.check_ups.confirmed();
            let here = confirmed.behind(0, 0).filter(|problem| zone.is_none() || zone == problem.zone);
            features.layer_of_problems(here.cloned().collect(), &now)
        }
        "resources" => {
            let here = lists.resources.values().filter(|resource| here(&resource.zones));
            features.layer_of_resources(here.cloned().collect(), &now)
        }
        "needs" => {
            let here = lists.needs.values().filter(|need| here(&need.zones));
            features.layer_of_needs(here.cloned().collect(), &now)
        }
        _ => {
            let here = lists.tasks.values().filter(|task| here(&task.zones));
            features.layer_of_tasks(here.cloned().collect(), &now)
        }
    };
    Ok(names.iter().map(layer).collect())
}

/// The file piece by piece. It has no name any more, so that nothing is left of it however its sending ends.
async fn sent(path: TempPath, kept: SemaphorePermit<'static>) -> std::io::Result<Response> {
    let file = File::open(&path).await?;
    path.close()?;
    let bytes = file.metadata().await?.len();
    let headers = [
        (header::CONTENT_TYPE, "application/geopackage+sqlite3".to_owned()),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"renewal.gpkg\"".to_owned()),
        (header::CONTENT_LENGTH, bytes.to_string()),
    ];
    Ok(no_store((headers, pieces(file, bytes, kept)).into_response()))
}
