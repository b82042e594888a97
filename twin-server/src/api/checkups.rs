//! `/api/v1/check-ups`: the check-ups (体检) of the community, and what is done with them.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use twin_schemas::LocalizedText;
use twin_schemas::checkups::{CheckUp, CheckUpDeed, CheckUpEntry, CheckUpState, ProblemState};
use twin_schemas::indicators::Urgency;
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Path, Query};
use super::lists::page_limit;
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::checkups::{CheckUpFault, Counts, Ground, parties_of};
use crate::domain::checkup::{INDICATORS_LIMIT, NewCheckUp, Refusal, Request, ZONES_LIMIT, possible};
use crate::domain::cycle::Word as _;
use crate::domain::refusal::{InChinese as _, NotPossible};

/// Check-ups on a page if no limit is asked for.
const PAGE_DEFAULT: usize = 100;
/// Most check-ups on a page.
const PAGE_LIMIT: usize = 1_000;

/// Which check-ups are meant; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CheckUpsQuery {
    /// A state.
    #[param(inline)]
    state: Option<CheckUpState>,
    /// The year that they are of.
    year: Option<u16>,
    /// Id of a zone that they look at: those that are limited to others are left out.
    zone: Option<String>,
    /// Only check-ups with a lower number: the `next` of the page before.
    #[param(minimum = 0)]
    before: Option<i64>,
    /// Check-ups on a page, 1 to 1,000, default 100.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<usize>,
}

/// A page of check-ups.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckUpPage {
    /// The check-ups, newest first.
    check_ups: Vec<CheckUp>,
    /// How many there are on all pages.
    total: usize,
    /// What to ask for as `before` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// What a check-up is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckUpDraft {
    /// Its name, up to 200 characters in a language.
    name: LocalizedText,
    /// The year that it is of.
    #[schema(minimum = 1949, maximum = 2200)]
    year: u16,
    /// Which one of its year, from 1. Default 1.
    #[serde(default = "one")]
    #[schema(minimum = 1)]
    cycle: u8,
    /// Ids of the zones that it is limited to; none: the whole community.
    #[serde(default)]
    zones: Vec<String>,
    /// Begin of the period that figures of the running system are of; with `to`. Absent: the year, at +08:00.
    #[serde(default, with = "time::serde::rfc3339::option")]
    from: Option<OffsetDateTime>,
    /// End of that period, not included.
    #[serde(default, with = "time::serde::rfc3339::option")]
    to: Option<OffsetDateTime>,
    /// Codes of its indicators; none: all of the catalogue in force.
    #[serde(default)]
    indicators: Vec<String>,
    /// Number of the concluded check-up before it: what that found and is overdue now is more urgent.
    #[serde(default)]
    follows: Option<u64>,
}

const fn one() -> u8 {
    1
}

/// A check-up with its trail, its figures, and what whoever asks may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckUpDetail {
    /// The check-up.
    check_up: CheckUp,
    /// What happened to it, in order.
    trail: Vec<CheckUpEntry>,
    /// What one may do with it now.
    possible: Vec<CheckUpDeed>,
    /// How far each of its indicators is assessed, in the order of its catalogue.
    progress: Vec<IndicatorProgress>,
    /// How many problems there are, by urgency and state.
    problems: Vec<ProblemFigure>,
}

/// How far an indicator is assessed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IndicatorProgress {
    /// Code of the indicator.
    indicator: String,
    /// Values that it has.
    values: u64,
    /// Objects at which it can be assessed.
    objects: u64,
}

/// How many problems of an urgency are in a state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemFigure {
    /// The urgency.
    urgency: Urgency,
    /// The state.
    state: ProblemState,
    /// How many.
    problems: u64,
}

/// What is done with a check-up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckUpAction {
    /// What.
    deed: CheckUpDeed,
    /// The reason (`reopen`, `cancel`), or a remark.
    #[serde(default)]
    text: Option<String>,
    /// The `version` that the check-up must still have.
    #[serde(default)]
    version: Option<u32>,
}

/// Lists check-ups, newest first.
#[utoipa::path(
    get, path = "/api/v1/check-ups", tag = "check-ups", params(CheckUpsQuery),
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, body = CheckUpPage), (status = 400, body = ProblemBody))
)]
pub(crate) async fn list_check_ups(
    State(app): State<Arc<App>>,
    Query(query): Query<CheckUpsQuery>,
) -> Result<Response, Problem> {
    let limit = page_limit(query.limit, PAGE_DEFAULT, PAGE_LIMIT)?;
    let before = query.before.map(u64::try_from).transpose();
    let before = before.map_err(|_| Problem::bad_request("bad_query", "`before` is a number from 0"))?;
    let looks_at =
        |check_up: &CheckUp, zone: &String| check_up.zones.is_empty() || check_up.zones.contains(zone);
    let found = app.check_ups.newest(|check_up| {
        query.state.is_none_or(|state| state == check_up.state)
            && query.year.is_none_or(|year| year == check_up.year)
            && query.zone.as_ref().is_none_or(|zone| looks_at(check_up, zone))
    });
    let total = found.len();
    let behind = found.iter().filter(|check_up| before.is_none_or(|before| check_up.id < before));
    let page: Vec<CheckUp> = behind.take(limit + 1).map(|check_up| (**check_up).clone()).collect();
    let next = if page.len() > limit { page.get(limit - 1).map(|check_up| check_up.id) } else { None };
    let check_ups = page.into_iter().take(limit).collect();
    Ok(no_store(JsonAnswer(CheckUpPage { check_ups, total, next }).into_response()))
}

/// Plans a check-up with the catalogue that is in force.
#[utoipa::path(
    post, path = "/api/v1/check-ups", tag = "check-ups", request_body = CheckUpDraft,
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 201, body = CheckUp), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn post_check_up(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(draft): Json<CheckUpDraft>,
) -> Result<Response, Problem> {
    let CheckUpDraft { name, year, cycle, zones, from, to, indicators, follows } = draft;
    for (list, count, limit) in
        [("zones", zones.len(), ZONES_LIMIT), ("indicators", indicators.len(), INDICATORS_LIMIT)]
    {
        if count > limit {
            let detail = format!("`{list}` names {count}, limit {limit}");
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many", detail));
        }
    }
    let period = match (from, to) {
        (Some(from), Some(to)) => Some((from, to)),
        (None, None) => None,
        _ => {
            let detail = "`from` and `to` are given together, or neither is";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_period", detail));
        }
    };
    let new = NewCheckUp { name, year, cycle, zones, period, indicators, follows };
    let entry = permit.entry("check_up.plan", "check-up");
    let planned = app.check_ups.plan(new, ground(&app), permit.actor().clone(), entry).await?;
    Ok(no_store((StatusCode::CREATED, JsonAnswer(CheckUp::clone(&planned))).into_response()))
}

/// Gives a check-up with what happened to it, how far it is, and what one may do with it.
#[utoipa::path(
    get, path = "/api/v1/check-ups/{id}", tag = "check-ups",
    params(("id" = u64, Path, description = "Number of the check-up")),
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, body = CheckUpDetail), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub(crate) async fn get_check_up(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    let check_up = app.check_ups.get(id)?;
    detail(&app, &permit, &check_up).await
}

/// Does something with a check-up. `review` ends the collecting and finds the problems; `conclude` needs every problem
/// decided.
#[utoipa::path(
    post, path = "/api/v1/check-ups/{id}/deeds", tag = "check-ups",
    params(("id" = u64, Path, description = "Number of the check-up")),
    request_body = CheckUpAction, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = CheckUpDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn act_on_check_up(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(CheckUpAction { deed, text, version }): Json<CheckUpAction>,
) -> Result<Response, Problem> {
    let entry = permit.entry(&format!("check_up.{}", deed.id()), "check-up");
    let (request, actor) = (Request { deed, text }, permit.actor().clone());
    let check_up = app.check_ups.act(id, request, version, ground(&app), actor, entry).await?;
    detail(&app, &permit, &check_up).await
}

async fn detail(app: &App, permit: &Permit, check_up: &Arc<CheckUp>) -> Result<Response, Problem> {
    let trail = app.store.check_up_trail(check_up.id).await?;
    let counts = app.check_ups.counts_of(check_up.id).await?;
    let problems = counts.problems.iter().map(|count| ProblemFigure {
        urgency: count.urgency,
        state: count.state,
        problems: count.problems,
    });
    let detail = CheckUpDetail {
        trail,
        possible: possible(check_up, &parties_of(permit.actor(), check_up)),
        progress: progress(app, check_up, &counts)?,
        problems: problems.collect(),
        check_up: CheckUp::clone(check_up),
    };
    Ok(no_store(JsonAnswer(detail).into_response()))
}

fn progress(app: &App, check_up: &CheckUp, counted: &Counts) -> Result<Vec<IndicatorProgress>, Problem> {
    let counts: std::collections::BTreeMap<&str, u64> =
        counted.values.iter().map(|(code, count)| (code.as_str(), *count)).collect();
    let ground = ground(app);
    let mut objects = std::collections::BTreeMap::new();
    let indicators = app.check_ups.indicators(check_up)?;
    let progress = indicators.iter().map(|indicator| {
        let mut of = |level| *objects.entry(level).or_insert_with(|| ground.count(check_up, level));
        IndicatorProgress {
            indicator: indicator.code.clone(),
            values: counts.get(indicator.code.as_str()).copied().unwrap_or_default(),
            objects: indicator.levels.iter().map(|level| of(*level)).sum(),
        }
    });
    Ok(progress.collect())
}

/// The community as it is now.
pub(super) fn ground(app: &App) -> Ground {
    let served = app.publications.served();
    let community = &served.catalog.community;
    Ground::new(app.model.now(), &community.id, community.name.clone())
        .without_models_beside(&served.catalog.scenes)
}

impl From<CheckUpFault> for Problem {
    fn from(fault: CheckUpFault) -> Self {
        let detail = fault.to_string();
        let unprocessable = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail.clone());
        let conflict = |code| Self::new(StatusCode::CONFLICT, code, detail.clone());
        let zh = fault.zh();
        let problem = match fault {
            CheckUpFault::Unknown(_) => Self::not_found("unknown_check_up", detail)
                .with_hint("`/api/v1/check-ups` lists those that there are"),
            CheckUpFault::UnknownProblem(..) => Self::not_found("unknown_problem", detail),
            CheckUpFault::UnknownCatalogue(_) => Self::not_found("unknown_catalogue", detail),
            CheckUpFault::UnknownZone(_) => unprocessable("unknown_zone"),
            CheckUpFault::UnknownIndicator(_) => unprocessable("unknown_indicator")
                .with_hint("`/api/v1/indicators` lists those that there are"),
            CheckUpFault::NotConcluded(_) => conflict("not_concluded"),
            CheckUpFault::NotYours(_) => Self::new(StatusCode::FORBIDDEN, "not_your_place", detail)
                .with_hint("name in `zones` those that you run check-ups in"),
            CheckUpFault::NotCollecting(_) => {
                conflict("not_collecting").with_hint("begin the check-up, or reopen it with a reason")
            }
            CheckUpFault::NotInReview(_) => {
                conflict("not_in_review").with_hint("end the collecting with the deed `review`")
            }
            CheckUpFault::Stale => Self::new(StatusCode::PRECONDITION_FAILED, "stale_check_up", detail)
                .with_hint("read it again, look at what happened, and decide anew"),
            CheckUpFault::UnknownPhoto => {
                unprocessable("unknown_photo").with_hint("send it to `/api/v1/photos` again")
            }
            CheckUpFault::Refused(refusal) => {
                let (status, code) = match refusal {
                    Refusal::Course(NotPossible::State { .. }) => (StatusCode::CONFLICT, "not_in_this_state"),
                    Refusal::NoValues => (StatusCode::CONFLICT, "no_values"),
                    Refusal::Undecided(_) => (StatusCode::CONFLICT, "undecided_problems"),
                    Refusal::Course(NotPossible::Party { .. }) => (StatusCode::FORBIDDEN, "not_your_part"),
                    Refusal::Course(NotPossible::Missing { .. }) => {
                        (StatusCode::UNPROCESSABLE_ENTITY, "something_missing")
                    }
                    Refusal::TooLong(_) | Refusal::NameTooLong(_) => {
                        (StatusCode::UNPROCESSABLE_ENTITY, "text_too_long")
                    }
                    Refusal::NoName => (StatusCode::UNPROCESSABLE_ENTITY, "no_name"),
                    Refusal::Year(_) => (StatusCode::UNPROCESSABLE_ENTITY, "bad_year"),
                    Refusal::Cycle(_) => (StatusCode::UNPROCESSABLE_ENTITY, "bad_cycle"),
                    Refusal::Period => (StatusCode::UNPROCESSABLE_ENTITY, "bad_period"),
                    Refusal::TooManyZones(_) => (StatusCode::UNPROCESSABLE_ENTITY, "too_many"),
                };
                Self::worded(status, code, &refusal.to_string())
            }
            CheckUpFault::Catalogue(_) => unprocessable("bad_list"),
            CheckUpFault::Store(error) => error.into(),
            CheckUpFault::Stopping => Self::unavailable("stopping", detail),
        };
        problem.in_chinese(zh)
    }
}
