//! `/api/v1/projects/{id}/…`: what departments and residents say of a project, how it is answered, and how the works go.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::projects::{DepartmentStance, ProjectEffect, ProjectEntry, ProjectOpinion};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Path, Query};
use super::lists::from_zero;
use super::projects::{ProjectDetail, acted, trail_of};
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::project::{Heard, Progress};
use crate::projects::Doing;

/// Entries and opinions on a page if no limit is asked for.
const PAGE_DEFAULT: u32 = 100;
/// Most entries and opinions on a page.
const PAGE_LIMIT: u32 = 1_000;

/// An opinion or a complaint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpinionDraft {
    /// What is said, up to 2,000 characters.
    text: String,
}

/// An answer to an opinion or a complaint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpinionAnswer {
    /// The answer, up to 2,000 characters.
    text: String,
}

/// Departments that are asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DepartmentsAsked {
    /// Their names, each up to 100 characters; a project has at most 50.
    departments: Vec<String>,
}

/// The written opinion of a department.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DepartmentWord {
    /// Name of the department, which must be asked first.
    department: String,
    /// What it thinks.
    stance: DepartmentStance,
    /// What it writes, up to 2,000 characters.
    text: String,
}

/// How the works go; what is absent is as before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProgressDraft {
    /// What was done, up to 2,000 characters.
    #[serde(default)]
    text: Option<String>,
    /// Ids of photographs that were sent to `/api/v1/photos`, at most 6.
    #[serde(default)]
    photos: Vec<String>,
    /// How much is built, 0 to 100, not less than before.
    #[serde(default)]
    percent: Option<u8>,
    /// All that was spent until now, in fen, not more than the budget.
    #[serde(default)]
    spent_fen: Option<u64>,
    /// Id of a phase that is done.
    #[serde(default)]
    phase: Option<String>,
    /// What affects residents from now on; an empty list: nothing.
    #[serde(default)]
    effects: Option<Vec<ProjectEffect>>,
    /// The `version` that the project must still have.
    #[serde(default)]
    version: Option<u32>,
}

/// A page of opinions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OpinionsQuery {
    /// Only opinions with a higher number: the `next` of the page before.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Opinions on a page, 1 to 1,000, default 100.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<u32>,
}

/// A page of a trail.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TrailQuery {
    /// Only entries of a lower version: the `next` of the page before.
    #[param(minimum = 0)]
    before: Option<i64>,
    /// Entries on a page, 1 to 1,000, default 100.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<u32>,
}

/// Opinions and complaints in the order in which they came.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpinionPage {
    /// The opinions; who spoke is told to nobody.
    opinions: Vec<OpinionShown>,
    /// What to ask for as `after` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u32>,
}

/// An opinion as it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpinionShown {
    /// The opinion.
    #[serde(flatten)]
    opinion: ProjectOpinion,
    /// Whether it is one's own.
    own: bool,
}

/// A part of a trail, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrailPage {
    /// The entries, as far as they are for whoever asks; a page may be empty though there are older ones.
    trail: Vec<ProjectEntry>,
    /// What to ask for as `before` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u32>,
}

/// Lists what was said of a project, with the answers.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/opinions", tag = "projects",
    params(("id" = u64, Path, description = "Number of the project"), OpinionsQuery),
    responses((status = 200, body = OpinionPage), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub(crate) async fn list_opinions(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Query(query): Query<OpinionsQuery>,
) -> Result<Response, Problem> {
    let limit = page(query.limit)?;
    app.projects.readable(id, permit.actor())?;
    let after = from_zero("after", query.after)?.map_or(0, number);
    let mut found = app.projects.opinions(id, after, limit + 1).await?;
    let is_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().map(|stored| stored.opinion.id).filter(|_| is_more);
    let asker = permit.actor().id();
    let opinions = found.into_iter().map(|stored| OpinionShown {
        own: stored.author.as_deref() == Some(&asker),
        opinion: stored.opinion,
    });
    let opinions = opinions.collect();
    Ok(no_store(JsonAnswer(OpinionPage { opinions, next }).into_response()))
}

/// Gives an opinion while a project is on notice, or complains of one that is in the library, being built, or built.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/opinions", tag = "projects",
    params(("id" = u64, Path, description = "Number of the project")),
    request_body = OpinionDraft, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = ProjectDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn post_opinion(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(OpinionDraft { text }): Json<OpinionDraft>,
) -> Result<Response, Problem> {
    acted(&app, &permit, id, Doing::Voice(text), None).await
}

/// Answers an opinion or a complaint; everyone may read the answer. A second answer takes the place of the first.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/opinions/{number}/answer", tag = "projects",
    params(("id" = u64, Path, description = "Number of the project"),
           ("number" = u32, Path, description = "Number of the opinion within the project")),
    request_body = OpinionAnswer, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = ProjectDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn answer_opinion(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path((id, number)): Path<(u64, u32)>,
    Json(OpinionAnswer { text }): Json<OpinionAnswer>,
) -> Result<Response, Problem> {
    acted(&app, &permit, id, Doing::Answer(number, text), None).await
}

/// Asks departments for their written opinions, before the verification has ended.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/departments", tag = "projects",
    params(("id" = u64, Path, description = "Number of the project")),
    request_body = DepartmentsAsked, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = ProjectDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn ask_departments(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(DepartmentsAsked { departments }): Json<DepartmentsAsked>,
) -> Result<Response, Problem> {
    acted(&app, &permit, id, Doing::Ask(departments), None).await
}

/// Records the written opinion of a department; a later one takes the place of the one before.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/department-opinions", tag = "projects",
    params(("id" = u64, Path, description = "Number of the project")),
    request_body = DepartmentWord, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = ProjectDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn hear_department(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(DepartmentWord { department, stance, text }): Json<DepartmentWord>,
) -> Result<Response, Problem> {
    acted(&app, &permit, id, Doing::Hear(Heard { department, stance, text }), None).await
}

/// Tells how the works go, what was spent, and what affects residents; all of it is public.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/progress", tag = "projects",
    params(("id" = u64, Path, description = "Number of the project")),
    request_body = ProgressDraft, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = ProjectDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn post_progress(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(draft): Json<ProgressDraft>,
) -> Result<Response, Problem> {
    let ProgressDraft { text, photos, percent, spent_fen, phase, effects, version } = draft;
    let told = Progress { text, photos, percent, spent_fen, phase, effects };
    acted(&app, &permit, id, Doing::Progress(told), version).await
}

/// Gives what happened to a project, newest first.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/trail", tag = "projects",
    params(("id" = u64, Path, description = "Number of the project"), TrailQuery),
    responses((status = 200, body = TrailPage), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub(crate) async fn get_project_trail(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Query(query): Query<TrailQuery>,
) -> Result<Response, Problem> {
    let limit = page(query.limit)?;
    let project = app.projects.readable(id, permit.actor())?;
    let before = from_zero("before", query.before)?.map_or(u32::MAX, number);
    let (trail, next) = trail_of(&app, &permit, &project, before, limit).await?;
    Ok(no_store(JsonAnswer(TrailPage { trail, next }).into_response()))
}

/// The largest number stands for all that is larger: there is nothing behind it.
fn number(given: u64) -> u32 {
    u32::try_from(given).unwrap_or(u32::MAX)
}

fn page(limit: Option<u32>) -> Result<u32, Problem> {
    let limit = limit.unwrap_or(PAGE_DEFAULT);
    if (1..=PAGE_LIMIT).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::bad_request("bad_limit", format!("`limit` is {limit}, 1 to {PAGE_LIMIT} are given")))
}
