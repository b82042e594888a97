//! `/api/v1/tasks/generate`: the tasks that follow from problems and needs; `/api/v1/task-themes`: what belongs together in
//! one.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::programming::{LeftOut, TaskProposal, TaskTheme};
use twin_schemas::projects::ProjectKind;
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Query};
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::permission::Action;
use crate::domain::programming::{REACH_LIMIT_M, REACH_M, WITHIN_LIMIT_M, WITHIN_M};
use crate::programming::{Asked, Proposed};

/// Most check-ups that are looked at at once.
const CHECK_UPS_LIMIT: usize = 100;

/// How tasks are generated.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GenerateQuery {
    /// Only show the tasks; nothing is stored.
    #[serde(default)]
    dry_run: bool,
}

/// From what tasks are to follow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskQuestion {
    /// Numbers of concluded check-ups, at most 100; none: the concluded ones that no other concluded one follows.
    #[serde(default)]
    check_ups: Vec<u64>,
    /// Only problems and needs of the zone with this id.
    #[serde(default)]
    zone: Option<String>,
    /// Only tasks of this kind.
    #[serde(default)]
    kind: Option<ProjectKind>,
    /// How near to each other is what becomes one task, in metres, 0 to 5,000, default 150.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 5_000)]
    within_m: Option<f64>,
    /// How far a resource of another zone may be, in metres, 0 to 5,000, default 500.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 5_000)]
    reach_m: Option<f64>,
}

/// The tasks that follow.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GeneratedTasks {
    /// Whether nothing was stored.
    dry_run: bool,
    /// Numbers of the check-ups that were looked at.
    check_ups: Vec<u64>,
    /// The tasks, the most urgent first. Each problem and each need is in exactly one.
    proposals: Vec<TaskProposal>,
    /// What was not looked at.
    left_out: LeftOut,
}

/// What belongs together in one task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskThemeList {
    /// The themes, in the order in which people read them.
    themes: Vec<TaskTheme>,
}

/// Finds the tasks that follow from confirmed problems of concluded check-ups and from open needs that are in no task yet,
/// where one plans tasks. They are stored as proposed, all or none, unless it is a dry run. The same lists give the same
/// tasks.
#[utoipa::path(
    post, path = "/api/v1/tasks/generate", tag = "programming", params(GenerateQuery),
    request_body = TaskQuestion, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = GeneratedTasks), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn generate_tasks(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(GenerateQuery { dry_run }): Query<GenerateQuery>,
    Json(question): Json<TaskQuestion>,
) -> Result<Response, Problem> {
    permit.somewhere(Action::ReadCheckUps)?;
    let TaskQuestion { check_ups, zone, kind, within_m, reach_m } = question;
    if check_ups.len() > CHECK_UPS_LIMIT {
        let detail = format!("`check_ups` names {}, limit {CHECK_UPS_LIMIT}", check_ups.len());
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many", detail));
    }
    let within_m = metres("within_m", within_m, WITHIN_M, WITHIN_LIMIT_M)?;
    let reach_m = metres("reach_m", reach_m, REACH_M, REACH_LIMIT_M)?;
    let asked = Asked { check_ups, zone, kind, within_m, reach_m, dry_run };
    let (actor, entry) = (permit.actor().clone(), permit.entry("task.generate", "task"));
    let Proposed { check_ups, proposals, left_out } =
        app.programming.propose(asked, &app.check_ups, actor, entry).await?;
    Ok(no_store(JsonAnswer(GeneratedTasks { dry_run, check_ups, proposals, left_out }).into_response()))
}

fn metres(field: &str, given: Option<f64>, default: f64, most: f64) -> Result<f64, Problem> {
    let metres = given.unwrap_or(default);
    if (0.0..=most).contains(&metres) {
        return Ok(metres);
    }
    let detail = format!("`{field}` is {metres}, from 0 to {most} is possible");
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_distance", detail))
}

/// Lists the themes by which problems and needs become tasks.
#[utoipa::path(
    get, path = "/api/v1/task-themes", tag = "programming",
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, body = TaskThemeList))
)]
pub(crate) async fn list_task_themes(State(app): State<Arc<App>>) -> JsonAnswer<TaskThemeList> {
    JsonAnswer(TaskThemeList { themes: app.programming.themes().list().to_vec() })
}
