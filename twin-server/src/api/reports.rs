//! `/api/v1/reports`: what residents report, what becomes of it, and what everyone who works on it does.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::geometry::LocalPoint;
use twin_schemas::reports::{
    Report, ReportBody, ReportDeed, ReportEntry, ReportKind, ReportLine, ReportPlace, ReportRating,
    ReportState, ReportUrge,
};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Path, Query};
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::bounds::LocalRect;
use crate::domain::cycle::Word;
use crate::domain::permission::{Actor, Who};
use crate::domain::registration::DISTANCE_LIMIT_M;
use crate::domain::report::{
    Asker, Main, NewReport, PHOTOS_LIMIT, Party, Refusal, Request, TEXT_LIMIT, is_involved, is_of, may_read,
    parties_of, possible, shown_to_all,
};
use crate::reports::{Doing, ReportFault};
use crate::spatial::Kind;
use crate::store::StoredReport;

/// Reports on a page if no limit is asked for.
const PAGE_DEFAULT: usize = 100;
/// Most reports on a page.
const PAGE_LIMIT: usize = 1_000;
/// Longest address in words, in characters.
const ADDRESS_LIMIT: usize = 200;
/// Most reports that are offered as telling of the same.
const SIMILAR_LIMIT: usize = 10;

/// The kinds of report, in the order in which people read them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportKindList {
    /// The kinds.
    kinds: Vec<ReportKind>,
}

/// Which reports are meant; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportsQuery {
    /// Problems or suggestions.
    line: Option<ReportLine>,
    /// Id of a kind.
    kind: Option<String>,
    /// States with commas between them, or `open`: all in which something is owed to the reporter.
    #[param(example = "accepted,dispatched")]
    state: Option<String>,
    /// The body that is responsible.
    body: Option<ReportBody>,
    /// Id of a zone, such as `zone/z1`.
    zone: Option<String>,
    /// `min_e,min_n,max_e,max_n` in local metres.
    bbox: Option<String>,
    /// Only those whose step is over its limit.
    #[serde(default)]
    late: bool,
    /// Only one's own.
    #[serde(default)]
    mine: bool,
    /// Only those that one can do something with now.
    #[serde(default)]
    todo: bool,
    /// Only reports with a lower number: the `next` of the page before.
    #[param(minimum = 0)]
    before: Option<i64>,
    /// Reports on a page, 1 to 1,000, default 100.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<usize>,
}

/// A page of reports.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportPage {
    /// The reports, newest first.
    reports: Vec<Report>,
    /// How many there are on all pages.
    total: usize,
    /// What to ask for as `before` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// What is reported.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportDraft {
    /// Problem or suggestion.
    line: ReportLine,
    /// Id of the kind.
    kind: String,
    /// What was seen, or is suggested; up to 2,000 characters.
    text: String,
    /// Ids of photographs that were sent to `/api/v1/photos`, at most 6.
    #[serde(default)]
    photos: Vec<String>,
    /// Where. Absent: the community as a whole.
    #[serde(default)]
    place: ReportPlace,
    /// Whether everyone may read it once it is taken up.
    #[serde(default = "yes")]
    open: bool,
    /// Whether it is reported for another (代提交).
    #[serde(default)]
    on_behalf: bool,
}

const fn yes() -> bool {
    true
}

/// A report with its trail, and what whoever asks may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportDetail {
    /// The report.
    report: Report,
    /// What happened to it, in order, as far as it is for whoever asks.
    trail: Vec<ReportEntry>,
    /// Whether it is one's own.
    own: bool,
    /// What one may do with it now.
    possible: Vec<ReportDeed>,
    /// Whether one may say something to the other side.
    may_say: bool,
}

/// What is done with a report, and what is said with it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportAction {
    /// What.
    deed: ReportDeed,
    /// The body that is to handle it: with `dispatch`.
    #[serde(default)]
    body: Option<ReportBody>,
    /// The answer (`answer`, `decline`), the reason (`return`, `fail`, `reopen`, `part`), or a remark.
    #[serde(default)]
    text: Option<String>,
    /// With `confirm`.
    #[serde(default)]
    rating: Option<ReportRating>,
    /// Number of the report that it is joined to: with `merge`.
    #[serde(default)]
    main: Option<u64>,
    /// Id of the project or task that it enters: with `programme`.
    #[serde(default)]
    project: Option<String>,
    /// Ids of photographs that were sent to `/api/v1/photos`, at most 6.
    #[serde(default)]
    photos: Vec<String>,
    /// The `version` that the report must still have.
    #[serde(default)]
    version: Option<u32>,
}

/// A word to the other side.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportMessage {
    /// The word, up to 2,000 characters.
    text: String,
}

/// What may be told of already.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SimilarQuery {
    /// Id of the kind.
    kind: String,
    /// Metres east of the community's origin.
    east_m: f64,
    /// Metres north of the community's origin.
    north_m: f64,
}

/// Reports that may tell of the same, the nearest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimilarReports {
    /// At most 10.
    similar: Vec<SimilarReport>,
}

/// A report that may tell of the same.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimilarReport {
    /// The report.
    report: Report,
    /// How far away it is, in metres.
    distance_m: f64,
}

/// Lists the kinds of report.
#[utoipa::path(
    get, path = "/api/v1/report-kinds", tag = "reports",
    responses((status = 200, body = ReportKindList))
)]
pub(crate) async fn list_report_kinds(State(app): State<Arc<App>>) -> JsonAnswer<ReportKindList> {
    let kinds = app.reports.kinds().list().iter().map(|kind| ReportKind::clone(kind)).collect();
    JsonAnswer(ReportKindList { kinds })
}

/// Lists reports, newest first: those that everyone may read, one's own, and those that one works on.
#[utoipa::path(
    get, path = "/api/v1/reports", tag = "reports", params(ReportsQuery),
    responses((status = 200, body = ReportPage), (status = 400, body = ProblemBody))
)]
pub(crate) async fn list_reports(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(query): Query<ReportsQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_LIMIT).contains(&limit) {
        let detail = format!("`limit` is {limit}, 1 to {PAGE_LIMIT} are given");
        return Err(Problem::bad_request("bad_limit", detail));
    }
    let before = query.before.map(u64::try_from).transpose();
    let before = before.map_err(|_| Problem::bad_request("bad_query", "`before` is a number from 0"))?;
    let wanted = Wanted::of(&query)?;
    let actor = permit.actor();
    let found = app.reports.newest(|kept| wanted.accepts(kept, actor));
    let total = found.len();
    let page: Vec<Report> = found
        .iter()
        .map(|kept| &kept.report)
        .filter(|report| before.is_none_or(|before| report.id < before))
        .take(limit + 1)
        .cloned()
        .collect();
    let next = if page.len() > limit { page.get(limit - 1).map(|report| report.id) } else { None };
    let reports = page.into_iter().take(limit).collect();
    Ok(no_store(JsonAnswer(ReportPage { reports, total, next }).into_response()))
}

/// Lists reports near a place that may tell of the same: of the same kind, and not at an end.
#[utoipa::path(
    get, path = "/api/v1/reports/similar", tag = "reports", params(SimilarQuery),
    responses((status = 200, body = SimilarReports), (status = 400, body = ProblemBody), (status = 422, body = ProblemBody))
)]
pub(crate) async fn list_similar_reports(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(query): Query<SimilarQuery>,
) -> Result<Response, Problem> {
    let kind = app.reports.kinds().get(&query.kind).ok_or_else(|| unknown_kind(&query.kind))?;
    let distance = |report: &Report| {
        let at = report.place.position?;
        Some((at.east_m - query.east_m).hypot(at.north_m - query.north_m))
    };
    let is_near = |report: &Report| distance(report).is_some_and(|m| m <= kind.same_within_m);
    let found = app.reports.newest(|kept| {
        kept.report.kind == kind.id
            && kept.report.ended_at.is_none()
            && kept.report.state != ReportState::Merged
            && is_near(&kept.report)
            && may_read(asker(permit.actor(), kept), &kept.report)
    });
    let mut similar: Vec<SimilarReport> = found
        .iter()
        .filter_map(|kept| Some((distance(&kept.report)?, kept)))
        .map(|(distance_m, kept)| SimilarReport { report: kept.report.clone(), distance_m })
        .collect();
    similar.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m));
    similar.truncate(SIMILAR_LIMIT);
    Ok(no_store(JsonAnswer(SimilarReports { similar }).into_response()))
}

/// Reports a problem or makes a suggestion.
#[utoipa::path(
    post, path = "/api/v1/reports", tag = "reports", request_body = ReportDraft,
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 201, body = Report), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn post_report(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(draft): Json<ReportDraft>,
) -> Result<Response, Problem> {
    let kind = app.reports.kinds().get(&draft.kind).cloned().ok_or_else(|| unknown_kind(&draft.kind))?;
    if !is_of(&kind, draft.line) {
        let detail = format!("`{}` is no kind of this line", kind.id);
        return Err(unprocessable("bad_line", detail));
    }
    let text = checked_text(&draft.text)?;
    if draft.photos.len() > PHOTOS_LIMIT {
        return Err(Problem::from(ReportFault::Refused(Refusal::TooManyPhotos(draft.photos.len()))));
    }
    let (place, zone) = placed(&app, draft.place)?;
    let new = NewReport {
        line: draft.line,
        text,
        photos: draft.photos,
        place,
        zone,
        on_behalf: draft.on_behalf,
        open: draft.open,
    };
    let reporter = match permit.actor().who() {
        Who::User(id) => Some(id.clone()),
        _ => None,
    };
    let entry = permit.entry("report.submit", "report");
    let kept = app.reports.submit(new, kind, reporter, entry).await?;
    Ok(no_store((StatusCode::CREATED, JsonAnswer(kept.report.clone())).into_response()))
}

/// Gives a report with what happened to it and what one may do with it.
#[utoipa::path(
    get, path = "/api/v1/reports/{id}", tag = "reports",
    params(("id" = u64, Path, description = "Number of the report")),
    responses((status = 200, body = ReportDetail), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub(crate) async fn get_report(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    let kept = readable(&app, &permit, id)?;
    detail(&app, &permit, &kept).await
}

/// Does something with a report. What is possible depends on its state, on who asks, and on what is said.
#[utoipa::path(
    post, path = "/api/v1/reports/{id}/deeds", tag = "reports",
    params(("id" = u64, Path, description = "Number of the report")),
    request_body = ReportAction, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = ReportDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn act_on_report(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(action): Json<ReportAction>,
) -> Result<Response, Problem> {
    let kept = readable(&app, &permit, id)?;
    let parties = parties_of(asker(permit.actor(), &kept), &kept.report);
    let ReportAction { deed, body, text, rating, main, project, photos, version } = action;
    if let Some(chars) = project.as_deref().map(|id| id.chars().count()).filter(|n| *n > ADDRESS_LIMIT) {
        return Err(too_long("project", chars, ADDRESS_LIMIT));
    }
    if let Some(words) = rating.as_ref().and_then(|rating| rating.text.as_deref()) {
        checked_text(words)?;
    }
    // The state is read in the report's turn.
    let main = main.map(|id| Main { id, state: ReportState::Accepted });
    let request = Request { deed, body, text, rating, main, project, photos };
    let entry = permit.entry(&format!("report.{}", deed.id()), "report");
    let kept = app.reports.act(id, Doing::Deed { request, parties }, version, entry).await?;
    detail(&app, &permit, &kept).await
}

/// Says something to the other side: the reporter to those who work on the report, or they to the reporter.
#[utoipa::path(
    post, path = "/api/v1/reports/{id}/messages", tag = "reports",
    params(("id" = u64, Path, description = "Number of the report")),
    request_body = ReportMessage, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = ReportDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 413, body = ProblemBody),
        (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn post_report_message(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(ReportMessage { text }): Json<ReportMessage>,
) -> Result<Response, Problem> {
    let kept = readable(&app, &permit, id)?;
    let party = speaks_as(permit.actor(), &kept).ok_or_else(|| {
        let detail = "only the reporter and those who work on the report talk about it";
        Problem::new(StatusCode::FORBIDDEN, "not_involved", detail)
    })?;
    let entry = permit.entry("report.say", "report");
    let kept = app.reports.act(id, Doing::Say { text, party }, None, entry).await?;
    detail(&app, &permit, &kept).await
}

fn asker<'a>(actor: &'a Actor, kept: &'a StoredReport) -> Asker<'a> {
    Asker { actor, reporter: kept.reporter.as_deref() }
}

/// As which party someone speaks.
fn speaks_as(actor: &Actor, kept: &StoredReport) -> Option<Party> {
    let parties = parties_of(asker(actor, kept), &kept.report);
    let order = [Party::Reporter, Party::Handler, Party::Desk, Party::Checker, Party::Planner];
    order.into_iter().find(|party| parties.contains(party))
}

/// A report that whoever asks may read; others do not learn whether there is one.
fn readable(app: &App, permit: &Permit, id: u64) -> Result<Arc<StoredReport>, Problem> {
    let kept = app.reports.get(id).filter(|kept| may_read(asker(permit.actor(), kept), &kept.report));
    kept.ok_or_else(|| unknown_report(id))
}

async fn detail(app: &App, permit: &Permit, kept: &StoredReport) -> Result<Response, Problem> {
    let asker = asker(permit.actor(), kept);
    let trail = app.reports.trail(kept.report.id).await?;
    let is_involved = is_involved(asker, &kept.report);
    let trail = if is_involved { trail } else { trail.iter().filter_map(shown_to_all).collect() };
    let parties = parties_of(asker, &kept.report);
    let detail = ReportDetail {
        possible: possible(&kept.report, &parties),
        own: asker.is_reporter(),
        may_say: speaks_as(permit.actor(), kept).is_some(),
        trail,
        report: kept.report.clone(),
    };
    Ok(no_store(JsonAnswer(detail).into_response()))
}

/// A place that was looked up, and the zone that it lies in.
fn placed(app: &App, mut place: ReportPlace) -> Result<(ReportPlace, Option<String>), Problem> {
    place.address = place.address.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty());
    let chars = place.address.as_deref().map_or(0, |words| words.chars().count());
    if chars > ADDRESS_LIMIT {
        return Err(too_long("address", chars, ADDRESS_LIMIT));
    }
    let model = app.model.now();
    let mut zone = None;
    if let Some(id) = &place.device {
        let entry = app
            .hub
            .entry(id)
            .ok_or_else(|| unprocessable("unknown_device", format!("there is no device `{id}`")))?;
        place.position = place.position.or(Some(entry.device.position));
        place.object = place.object.or_else(|| entry.device.object.clone());
    }
    if let Some(id) = &place.object {
        let object = model
            .get(id)
            .ok_or_else(|| unprocessable("unknown_object", format!("there is no object `{id}`")))?;
        zone.clone_from(&object.zone);
        let (min, max) = (object.bounds.min, object.bounds.max);
        let foot = LocalPoint {
            east_m: f64::midpoint(min.east_m, max.east_m),
            north_m: f64::midpoint(min.north_m, max.north_m),
            up_m: min.up_m,
        };
        place.position = place.position.or(Some(foot));
    }
    if let Some(at) = place.position {
        if ![at.east_m, at.north_m, at.up_m].iter().all(|m| m.abs() <= DISTANCE_LIMIT_M) {
            let detail = format!("the place is not within {DISTANCE_LIMIT_M} m of the community's origin");
            return Err(unprocessable("bad_position", detail));
        }
        zone = model.at(Kind::Zone, at.east_m, at.north_m).map(|zone| zone.id.clone()).or(zone);
    }
    Ok((place, zone))
}

fn checked_text(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(unprocessable("no_text", "`text` says nothing".into())),
        chars if chars > TEXT_LIMIT => Err(too_long("text", chars, TEXT_LIMIT)),
        _ => Ok(text.to_owned()),
    }
}

/// A question, looked through once.
struct Wanted<'a> {
    query: &'a ReportsQuery,
    states: Option<Vec<ReportState>>,
    bounds: Option<LocalRect>,
}

impl<'a> Wanted<'a> {
    fn of(query: &'a ReportsQuery) -> Result<Self, Problem> {
        let states = query.state.as_deref().map(states).transpose()?;
        let bounds = query.bbox.as_deref().map(str::parse::<LocalRect>).transpose();
        let bounds = bounds.map_err(|error| Problem::bad_request("bad_bbox", error.to_string()))?;
        Ok(Self { query, states, bounds })
    }

    fn accepts(&self, kept: &StoredReport, actor: &Actor) -> bool {
        let (query, report) = (self.query, &kept.report);
        let is =
            |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        let is_inside = |bounds: &LocalRect| report.place.position.is_some_and(|at| bounds.contains(&at));
        query.line.is_none_or(|line| line == report.line)
            && is(&query.kind, &report.kind)
            && self.states.as_ref().is_none_or(|states| states.contains(&report.state))
            && query.body.is_none_or(|body| report.body == Some(body))
            && (query.zone.is_none() || query.zone == report.zone)
            && self.bounds.as_ref().is_none_or(is_inside)
            && (!query.late || report.urge >= ReportUrge::Overdue)
            && (!query.mine || asker(actor, kept).is_reporter())
            && may_read(asker(actor, kept), report)
            && (!query.todo || !possible(report, &parties_of(asker(actor, kept), report)).is_empty())
    }
}

/// `open`, or words of states.
fn states(text: &str) -> Result<Vec<ReportState>, Problem> {
    if text == "open" {
        let is_open = |state: &ReportState| !crate::domain::report::COURSE.is_end(*state);
        return Ok(ReportState::ALL.iter().copied().filter(is_open).collect());
    }
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty()).take(ReportState::ALL.len());
    words
        .map(|word| {
            ReportState::ALL.iter().copied().find(|state| state.id() == word).ok_or_else(|| {
                let known: Vec<&str> = ReportState::ALL.iter().map(|state| state.id()).collect();
                Problem::bad_request("bad_state", format!("`{word}` is no state of a report"))
                    .with_hint(format!("use `open`, or some of {}", known.join(", ")))
            })
        })
        .collect()
}

fn unprocessable(code: &'static str, detail: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}

fn too_long(field: &str, chars: usize, limit: usize) -> Problem {
    unprocessable("text_too_long", format!("`{field}` has {chars} characters, limit {limit}"))
}

fn unknown_kind(id: &str) -> Problem {
    unprocessable("unknown_kind", format!("there is no kind of report `{id}`"))
        .with_hint("`/api/v1/report-kinds` lists them")
}

fn unknown_report(id: u64) -> Problem {
    Problem::not_found("unknown_report", format!("there is no report {id} that you may read"))
}

impl From<ReportFault> for Problem {
    fn from(fault: ReportFault) -> Self {
        match fault {
            ReportFault::Unknown(id) => unknown_report(id),
            ReportFault::Stale => {
                Self::new(StatusCode::PRECONDITION_FAILED, "stale_report", fault.to_string())
                    .with_hint("read it again, look at what happened, and decide anew")
            }
            ReportFault::UnknownPhoto => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_photo", fault.to_string())
                    .with_hint("send it to `/api/v1/photos` again")
            }
            ReportFault::Refused(refusal) => {
                let (status, code) = match refusal {
                    Refusal::State { .. } => (StatusCode::CONFLICT, "not_in_this_state"),
                    Refusal::Party { .. } => (StatusCode::FORBIDDEN, "not_your_part"),
                    Refusal::Missing { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "something_missing"),
                    Refusal::TooLong(_) => (StatusCode::UNPROCESSABLE_ENTITY, "text_too_long"),
                    Refusal::TooManyPhotos(_) => (StatusCode::UNPROCESSABLE_ENTITY, "too_many_photos"),
                    Refusal::Stars(_) => (StatusCode::UNPROCESSABLE_ENTITY, "bad_rating"),
                    Refusal::Main(..) => (StatusCode::UNPROCESSABLE_ENTITY, "bad_main"),
                    Refusal::TooLate => (StatusCode::CONFLICT, "too_late"),
                };
                Self::new(status, code, refusal.to_string())
            }
            ReportFault::Store(error) => error.into(),
            ReportFault::Stopping => Self::unavailable("stopping", fault.to_string()),
        }
    }
}
