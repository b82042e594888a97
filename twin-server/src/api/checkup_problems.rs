//! `/api/v1/check-ups/{id}/problems`: what a check-up found, and what the planner makes of it; `/compare`: two check-ups
//! side by side.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::checkups::{CheckUpProblem, ProblemDeed, ProblemEntry, ProblemState, ValueComparison};
use twin_schemas::indicators::{IndicatorDirection, Urgency};
use twin_schemas::projects::Project;
use utoipa::{IntoParams, ToSchema};

use super::checkup_values::{place_of, written};
use super::extract::{Json, Path, Query};
use super::lists::page_limit;
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::checkups::{CheckUpFault, parties_at};
use crate::domain::checkup::{Part, ProblemRequest, compare, possible_with_problem, takes_decisions};
use crate::domain::cycle::Word as _;
use crate::domain::project::may_read;
use crate::store::{ProblemQuery, ValueKey, ValueQuery};

/// Rows on a page if no limit is asked for.
const PAGE_DEFAULT: usize = 100;
/// Most rows on a page.
const PAGE_LIMIT: usize = 1_000;
/// Most problems that are decided at once.
const AT_ONCE: usize = 1_000;

/// Which problems are meant; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProblemsQuery {
    /// Code of an indicator.
    indicator: Option<String>,
    /// Id of an object.
    object: Option<String>,
    /// Id of a zone.
    zone: Option<String>,
    /// An urgency.
    #[param(inline)]
    urgency: Option<Urgency>,
    /// A state.
    #[param(inline)]
    state: Option<ProblemState>,
    /// Only problems with a higher number: the `next` of the page before.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Problems on a page, 1 to 1,000, default 100.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<usize>,
}

/// A page of problems.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemPage {
    /// The problems, by number.
    problems: Vec<CheckUpProblem>,
    /// The projects that came from problems of this page, as far as one may read them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    projects: Vec<ProblemProjects>,
    /// What to ask for as `after` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// What is done about a problem.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemProjects {
    /// Number of the problem.
    problem: u64,
    /// Numbers of the projects that come from it.
    projects: Vec<u64>,
}

/// A problem with its trail, and what whoever asks may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckUpProblemDetail {
    /// The problem.
    problem: CheckUpProblem,
    /// What happened to it, in order.
    trail: Vec<ProblemEntry>,
    /// What one may do with it now.
    possible: Vec<ProblemDeed>,
    /// Numbers of the projects that come from it, as far as one may read them.
    projects: Vec<u64>,
}

/// What is done with problems.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProblemAction {
    /// Numbers of the problems, 1 to 1,000.
    problems: Vec<u64>,
    /// What.
    deed: ProblemDeed,
    /// How urgent they are instead: with `change`.
    #[serde(default)]
    urgency: Option<Urgency>,
    /// The reason (`change`, `dismiss`), or a remark.
    #[serde(default)]
    text: Option<String>,
    /// The `version` that each must still have.
    #[serde(default)]
    version: Option<u32>,
}

/// Problems as they are after something was done with them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecidedProblems {
    /// The problems, by number.
    problems: Vec<CheckUpProblem>,
}

/// Lists the problems of a check-up.
#[utoipa::path(
    get, path = "/api/v1/check-ups/{id}/problems", tag = "check-ups",
    params(("id" = u64, Path, description = "Number of the check-up"), ProblemsQuery),
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, body = ProblemPage), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub(crate) async fn list_problems(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Query(query): Query<ProblemsQuery>,
) -> Result<Response, Problem> {
    app.check_ups.get(id)?;
    let limit = page_limit(query.limit, PAGE_DEFAULT, PAGE_LIMIT)?;
    let after = u64::try_from(query.after.unwrap_or_default())
        .map_err(|_| Problem::bad_request("bad_query", "`after` is a number from 0"))?;
    let asked = ProblemQuery {
        check_up: id,
        ids: Vec::new(),
        indicator: query.indicator,
        object: query.object,
        zone: query.zone,
        urgency: query.urgency,
        states: query.state.into_iter().collect(),
        after,
        limit: limit as u32 + 1,
    };
    let mut problems = app.store.problems(asked).await?;
    let is_cut = problems.len() > limit;
    problems.truncate(limit);
    let next = problems.last().filter(|_| is_cut).map(|last| last.id);
    let by_problem = projects_of(&app, &permit, id);
    let of = |problem: &CheckUpProblem| {
        by_problem
            .get(&problem.id)
            .map(|projects| ProblemProjects { problem: problem.id, projects: projects.clone() })
    };
    let projects = problems.iter().filter_map(of).collect();
    Ok(no_store(JsonAnswer(ProblemPage { problems, projects, next }).into_response()))
}

/// The projects that come from problems of a check-up, by problem, as far as one may read them.
fn projects_of(app: &App, permit: &Permit, check_up: u64) -> BTreeMap<u64, Vec<u64>> {
    let mut by_problem: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    let comes_from = |project: &Project| {
        project.plan.problems.iter().any(|of| of.check_up == check_up) && may_read(permit.actor(), project)
    };
    for project in app.projects.newest(comes_from) {
        for of in project.plan.problems.iter().filter(|of| of.check_up == check_up) {
            by_problem.entry(of.problem).or_default().push(project.id);
        }
    }
    by_problem
}

/// Gives a problem with what happened to it and what one may do with it.
#[utoipa::path(
    get, path = "/api/v1/check-ups/{id}/problems/{problem}", tag = "check-ups",
    params(("id" = u64, Path, description = "Number of the check-up"), ("problem" = u64, Path, description = "Number of the problem")),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = CheckUpProblemDetail), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn get_problem(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path((id, number)): Path<(u64, u64)>,
) -> Result<Response, Problem> {
    let check_up = app.check_ups.get(id)?;
    let asked = ProblemQuery { check_up: id, ids: vec![number], limit: 1, ..ProblemQuery::default() };
    let problem = app.store.problems(asked).await?.into_iter().next();
    let problem = problem.ok_or(CheckUpFault::UnknownProblem(id, number))?;
    let trail = app.store.problem_trail(id, number).await?;
    let possible = if takes_decisions(&check_up) {
        possible_with_problem(problem.state, &parties_at(permit.actor(), &problem))
    } else {
        Vec::new()
    };
    let projects = projects_of(&app, &permit, id).remove(&number).unwrap_or_default();
    Ok(no_store(JsonAnswer(CheckUpProblemDetail { problem, trail, possible, projects }).into_response()))
}

/// Confirms, changes or dismisses problems while their check-up is in review, all or none.
#[utoipa::path(
    post, path = "/api/v1/check-ups/{id}/problems/deeds", tag = "check-ups",
    params(("id" = u64, Path, description = "Number of the check-up")),
    request_body = ProblemAction, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = DecidedProblems), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn act_on_problems(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(action): Json<ProblemAction>,
) -> Result<Response, Problem> {
    let ProblemAction { mut problems, deed, urgency, text, version } = action;
    problems.sort_unstable();
    problems.dedup();
    if !(1..=AT_ONCE).contains(&problems.len()) {
        let detail = format!("`problems` names {}, 1 to {AT_ONCE} are decided at once", problems.len());
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many", detail));
    }
    let entry = permit.entry(&format!("problem.{}", deed.id()), "check-up");
    let request = ProblemRequest { deed, urgency, text };
    let problems = app.check_ups.decide(id, problems, &request, version, permit.actor(), entry).await?;
    Ok(no_store(JsonAnswer(DecidedProblems { problems }).into_response()))
}

/// With which check-up one is compared.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CompareQuery {
    /// Number of the check-up before.
    with: u64,
    /// Code of an indicator.
    indicator: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Rows that are read of each for a page, 1 to 1,000, default 100.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<usize>,
}

/// Two check-ups side by side.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckUpComparison {
    /// What became of each indicator, counted; on the first page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    figures: Vec<ChangeFigures>,
    /// What became of each indicator and object, in their order.
    values: Vec<ValueComparison>,
    /// What to ask for as `after` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// At how many objects an indicator is better, worse, and so on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeFigures {
    /// Code of the indicator.
    indicator: String,
    /// Objects where it is better.
    better: u64,
    /// Objects where it is worse.
    worse: u64,
    /// Objects where it is the same.
    same: u64,
    /// Objects where it was not assessed before.
    new: u64,
    /// Objects where it is not assessed any more.
    gone: u64,
}

/// Compares a check-up with one before, by indicator and object. Which way is better is said by the catalogue of the
/// later one.
#[utoipa::path(
    get, path = "/api/v1/check-ups/{id}/compare", tag = "check-ups",
    params(("id" = u64, Path, description = "Number of the check-up"), CompareQuery),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = CheckUpComparison), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn compare_check_ups(
    State(app): State<Arc<App>>,
    Path(id): Path<u64>,
    Query(query): Query<CompareQuery>,
) -> Result<Response, Problem> {
    let limit = page_limit(query.limit, PAGE_DEFAULT, PAGE_LIMIT)?;
    let (check_up, before) = (app.check_ups.get(id)?, app.check_ups.get(query.with)?);
    let catalogue = app.check_ups.catalogue(check_up.catalogue)?.catalogue;
    let older = app.check_ups.catalogue(before.catalogue)?.catalogue;
    let direction = |code: &str| -> Option<IndicatorDirection> {
        catalogue.get(code).or_else(|| older.get(code)).map(|indicator| indicator.direction)
    };
    let after = query.after.as_deref().map(place_of).transpose()?;
    let mut figures = Vec::new();
    if after.is_none() {
        let compared = app.check_ups.compared(&before, &check_up, query.indicator.as_deref()).await?;
        for counts in compared.iter() {
            let Some(direction) = direction(&counts.indicator) else { continue };
            let (better, worse) = match direction {
                IndicatorDirection::MoreIsBetter => (counts.greater, counts.lesser),
                IndicatorDirection::LessIsBetter => (counts.lesser, counts.greater),
            };
            let (same, new, gone) = (counts.same, counts.new, counts.gone);
            figures.push(ChangeFigures {
                indicator: counts.indicator.clone(),
                better,
                worse,
                same,
                new,
                gone,
            });
        }
    }
    let before = part(&app, query.with, query.indicator.clone(), after.clone(), limit).await?;
    let now = part(&app, id, query.indicator, after, limit).await?;
    let (values, next) = compare(before, now, direction);
    let next = next.as_ref().map(written);
    Ok(no_store(JsonAnswer(CheckUpComparison { figures, values, next }).into_response()))
}

async fn part(
    app: &App,
    check_up: u64,
    indicator: Option<String>,
    after: Option<ValueKey>,
    limit: usize,
) -> Result<Part, Problem> {
    let asked = ValueQuery { check_up, indicator, object: None, after, limit: limit as u32 + 1 };
    let mut values = app.store.values(asked).await?;
    let more = values.len() > limit;
    values.truncate(limit);
    let values = values.into_iter().map(|value| (value.indicator, value.object, value.value)).collect();
    Ok(Part { values, more })
}
