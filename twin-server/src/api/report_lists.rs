//! `/api/v1/reports`: which reports there are, for whoever asks; `/api/v1/report-kinds`: what can be reported.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::reports::{
    Report, ReportBody, ReportDeed, ReportKind, ReportLine, ReportState, ReportUrge,
};
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use super::lists::{page_limit, states};
use super::reports::unknown_kind;
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::bounds::LocalRect;
use crate::domain::permission::Actor;
use crate::domain::report::{COURSE, may_read, parties_of, possible};
use crate::store::StoredReport;

/// Reports on a page if no limit is asked for.
const PAGE_DEFAULT: usize = 100;
/// Most reports on a page.
const PAGE_LIMIT: usize = 1_000;
/// Most reports that are offered as telling of the same.
const SIMILAR_LIMIT: usize = 10;

/// The kinds of report, in the order in which people read them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportKindList {
    /// The kinds; behind them those that reports have and nobody chooses any more (`former`).
    kinds: Vec<ReportKind>,
}

/// Which reports are meant; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[expect(clippy::struct_excessive_bools, reason = "each is a parameter of the address by its own name")]
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
    /// Also tells what one can do with each now.
    #[serde(default)]
    deeds: bool,
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
    /// What one can do with each of them now, in the order of `reports`: where it was asked for by `deeds`.
    #[serde(skip_serializing_if = "Option::is_none")]
    possible: Option<Vec<Vec<ReportDeed>>>,
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
    let kinds = app.reports.kinds().list().iter().map(|kind| ReportKind::clone(kind));
    let kinds = kinds.chain(app.reports.former_kinds().iter().cloned()).collect();
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
    let limit = page_limit(query.limit, PAGE_DEFAULT, PAGE_LIMIT)?;
    let before = query.before.map(u64::try_from).transpose();
    let before = before.map_err(|_| Problem::bad_request("bad_query", "`before` is a number from 0"))?;
    let wanted = Wanted::of(&query)?;
    let actor = permit.actor();
    let found = app.reports.newest(|kept| wanted.accepts(kept, actor));
    let total = found.len();
    let is_behind = |kept: &&Arc<StoredReport>| before.is_none_or(|before| kept.report.id < before);
    let page: Vec<&StoredReport> = found.iter().filter(is_behind).take(limit + 1).map(Arc::as_ref).collect();
    let next = if page.len() > limit { page.get(limit - 1).map(|kept| kept.report.id) } else { None };
    let page = page.get(..limit).unwrap_or(&page);
    let possible = query.deeds.then(|| page.iter().map(|kept| possible_for(kept, actor)).collect());
    let reports = page.iter().map(|kept| kept.report.clone()).collect();
    Ok(no_store(JsonAnswer(ReportPage { reports, total, next, possible }).into_response()))
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
            && may_read(kept.asked_by(permit.actor()), &kept.report)
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

/// A question, looked through once.
struct Wanted<'a> {
    query: &'a ReportsQuery,
    states: Option<Vec<ReportState>>,
    bounds: Option<LocalRect>,
}

impl<'a> Wanted<'a> {
    fn of(query: &'a ReportsQuery) -> Result<Self, Problem> {
        let states = query.state.as_deref().map(|text| states(&COURSE, "report", &[], text)).transpose()?;
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
            && (!query.mine || kept.asked_by(actor).is_reporter())
            && may_read(kept.asked_by(actor), report)
            && (!query.todo || !possible_for(kept, actor).is_empty())
    }
}

/// What someone can do with a report now.
fn possible_for(kept: &StoredReport, actor: &Actor) -> Vec<ReportDeed> {
    possible(&kept.report, &parties_of(kept.asked_by(actor), &kept.report))
}
