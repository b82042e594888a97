//! `/api/v1/needs`: what people need (更新需求).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalBox;
use twin_schemas::indicators::Urgency;
use twin_schemas::programming::{
    Need, NeedDeed, NeedEntry, NeedGroup, NeedKind, NeedPlan, NeedSource, TaskState,
};
use twin_schemas::projects::ProjectPlace;
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Path, Query, given, put};
use super::programming::{Page, Region, TRAIL_LIMIT, check_reports, readable, says, states, words};
use super::project_lists::from_zero;
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::cycle::Word as _;
use crate::domain::programming::{Lists, NEED_COURSE, may_plan, possible};
use crate::programming::{bounds_of, parties_of};
use crate::spatial::Snapshot;

/// Places that a need takes over from its reports.
const PLACES_OF_REPORTS: usize = 50;

/// Which needs are meant; all conditions must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NeedsQuery {
    /// States with commas between them.
    #[param(example = "open,in_task")]
    state: Option<String>,
    /// What it is about.
    #[param(inline)]
    kind: Option<NeedKind>,
    /// Whose need it is.
    #[param(inline)]
    group: Option<NeedGroup>,
    /// How urgent it is.
    #[param(inline)]
    urgency: Option<Urgency>,
    /// From whom it is known.
    #[param(inline)]
    source: Option<NeedSource>,
    /// Words that name, text or source hold; case does not matter.
    text: Option<String>,
    /// Id of a zone, such as `zone/z1`.
    zone: Option<String>,
    /// `min_e,min_n,max_e,max_n` in local metres.
    bbox: Option<String>,
    /// `east,north` in local metres: only what lies around there.
    near: Option<String>,
    /// How far around `near`, in metres, 0 to 5,000, default 100.
    #[param(minimum = 0, maximum = 5_000)]
    within_m: Option<f64>,
    /// Number of a report that it comes from.
    #[param(minimum = 0)]
    report: Option<i64>,
    /// Only needs with a lower number: the `next` of the page before.
    #[param(minimum = 0)]
    before: Option<i64>,
    /// Needs on a page, 1 to 1,000, default 100.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<usize>,
}

impl NeedsQuery {
    /// The question for needs of some sort.
    pub(super) fn of(
        state: Option<String>,
        kind: Option<NeedKind>,
        urgency: Option<Urgency>,
        zone: Option<String>,
    ) -> Self {
        Self { state, kind, urgency, zone, ..Self::default() }
    }
}

/// A page of needs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NeedPage {
    /// The needs, newest first.
    needs: Vec<NeedRow>,
    /// How many there are on all pages.
    total: usize,
    /// What to ask for as `before` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// A need with the tasks that take it up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NeedRow {
    /// The need, with those of its reports that one may read.
    need: Need,
    /// Numbers of the tasks that take it up or took it up, dropped ones left out.
    tasks: Vec<u64>,
    /// The box around its places, in local metres; absent if it has none that are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<LocalBox>,
}

/// A need with its trail, and what whoever asks may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NeedDetail {
    /// The need, with the tasks that take it up.
    row: NeedRow,
    /// What happened to it, newest first; the newest 1,000 entries.
    trail: Vec<NeedEntry>,
    /// What one may do with it now.
    possible: Vec<NeedDeed>,
    /// Whether one may change what is said of it now.
    may_plan: bool,
}

/// What of a need is changed; what is absent stays, `null` takes out what may be absent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "null is not absent")]
pub(crate) struct NeedPatch {
    /// Name in both languages.
    name: Option<LocalizedText>,
    /// What it is about.
    kind: Option<NeedKind>,
    /// What is needed, and why.
    text: Option<String>,
    /// Whose need it is.
    groups: Option<Vec<NeedGroup>>,
    /// How many people need it.
    #[serde(default, deserialize_with = "given")]
    people: Option<Option<u32>>,
    /// How urgent it is.
    urgency: Option<Urgency>,
    /// From whom it is known.
    source: Option<NeedSource>,
    /// Which survey or meeting, and when.
    #[serde(default, deserialize_with = "given")]
    source_text: Option<Option<String>>,
    /// Numbers of the residents' reports that it comes from. Those that one may not read stay.
    reports: Option<Vec<u64>>,
    /// Ids of zones beside those that the places lie in.
    zones: Option<Vec<String>>,
    /// Where it is.
    places: Option<Vec<ProjectPlace>>,
    /// The `version` that it must still have.
    version: Option<u32>,
}

impl NeedPatch {
    fn apply(self, plan: &mut NeedPlan) {
        let Self {
            name,
            kind,
            text,
            groups,
            people,
            urgency,
            source,
            source_text,
            reports,
            zones,
            places,
            version: _,
        } = self;
        put(name, &mut plan.name);
        put(kind, &mut plan.kind);
        put(text, &mut plan.text);
        put(groups, &mut plan.groups);
        put(people, &mut plan.people);
        put(urgency, &mut plan.urgency);
        put(source, &mut plan.source);
        put(source_text, &mut plan.source_text);
        put(reports, &mut plan.reports);
        put(zones, &mut plan.zones);
        put(places, &mut plan.places);
    }
}

/// What is done with a need, and what is said with it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NeedAction {
    /// What: `meet`, `dismiss` or `reopen`; the others follow from tasks.
    deed: NeedDeed,
    /// By what it is met (`meet`), or why (`dismiss`, `reopen`).
    #[serde(default)]
    text: Option<String>,
    /// The `version` that it must still have.
    #[serde(default)]
    version: Option<u32>,
}

/// How many needs there are of each sort.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct NeedFigures {
    /// All.
    total: NeedFigure,
    /// By state.
    states: BTreeMap<String, NeedFigure>,
    /// By what they are about.
    kinds: BTreeMap<String, NeedFigure>,
    /// By urgency.
    urgencies: BTreeMap<String, NeedFigure>,
}

/// Needs of one sort.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub(crate) struct NeedFigure {
    /// How many.
    needs: u64,
    /// How many people they are of, as far as that is known; someone may have several.
    people: u64,
}

impl NeedFigure {
    fn add(&mut self, plan: &NeedPlan) {
        self.needs += 1;
        self.people += u64::from(plan.people.unwrap_or_default());
    }
}

/// Lists needs, newest first.
#[utoipa::path(
    get, path = "/api/v1/needs", tag = "programming", params(NeedsQuery),
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, body = NeedPage), (status = 400, body = ProblemBody))
)]
pub(crate) async fn list_needs(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(query): Query<NeedsQuery>,
) -> Result<Response, Problem> {
    let (lists, now) = (app.programming.now(), app.model.now());
    let found = found(&app, &permit, (&lists, &now), &query)?;
    let Page { members, total, next } = Page::of(&found, query.before, query.limit)?;
    let needs = members.iter().map(|need| row(&app, &permit, need, &lists, &now)).collect();
    Ok(no_store(JsonAnswer(NeedPage { needs, total, next }).into_response()))
}

/// The needs that a question accepts, newest first.
pub(super) fn found(
    app: &App,
    permit: &Permit,
    (lists, now): (&Lists, &Snapshot),
    query: &NeedsQuery,
) -> Result<Vec<Arc<Need>>, Problem> {
    let region =
        Region::of(query.zone.as_deref(), query.bbox.as_deref(), query.near.as_deref(), query.within_m)?;
    let (states, text) = (states(&NEED_COURSE, query.state.as_deref())?, words(query.text.as_deref())?);
    let report: Option<u64> = from_zero("report", query.report)?;
    // Whoever may not read a report does not learn what came from it.
    if report.is_some_and(|report| app.reports.readable(report, permit.actor()).is_err()) {
        return Ok(Vec::new());
    }
    let accepts = |need: &Need| {
        let plan = &need.plan;
        let source = plan.source_text.as_deref().unwrap_or_default();
        states.as_ref().is_none_or(|states| states.contains(&need.state))
            && query.kind.is_none_or(|kind| kind == plan.kind)
            && query.group.is_none_or(|group| plan.groups.contains(&group))
            && query.urgency.is_none_or(|urgency| urgency == plan.urgency)
            && query.source.is_none_or(|source| source == plan.source)
            && report.is_none_or(|report| plan.reports.contains(&report))
            && text.as_ref().is_none_or(|text| says(&plan.name, [plan.text.as_str(), source], text))
            && region.holds(&need.zones, &plan.places, now)
    };
    Ok(lists.needs.values().rev().filter(|need| accepts(need)).cloned().collect())
}

fn row(app: &App, permit: &Permit, need: &Need, lists: &Lists, now: &Snapshot) -> NeedRow {
    let mut shown = need.clone();
    shown.plan.reports = readable(app, permit, &need.plan.reports);
    let tasks = lists.tasks_of_need(need.id).filter(|task| task.state != TaskState::Dropped);
    NeedRow {
        tasks: tasks.map(|task| task.id).collect(),
        bounds: bounds_of(&need.plan.places, now),
        need: shown,
    }
}

/// Counts needs and the people who have them by state, kind and urgency.
#[utoipa::path(
    get, path = "/api/v1/needs/figures", tag = "programming",
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, body = NeedFigures))
)]
pub(crate) async fn get_need_figures(State(app): State<Arc<App>>) -> Response {
    let mut figures = NeedFigures::default();
    for need in app.programming.now().needs.values() {
        let plan = &need.plan;
        figures.total.add(plan);
        figures.states.entry(need.state.id().to_owned()).or_default().add(plan);
        figures.kinds.entry(plan.kind.id().to_owned()).or_default().add(plan);
        figures.urgencies.entry(plan.urgency.id().to_owned()).or_default().add(plan);
    }
    no_store(JsonAnswer(figures).into_response())
}

/// Enters a need. One that comes from reports and says no place is where these are.
#[utoipa::path(
    post, path = "/api/v1/needs", tag = "programming", request_body = NeedPlan,
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 201, body = Need), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn post_need(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(mut plan): Json<NeedPlan>,
) -> Result<Response, Problem> {
    check_reports(&app, &permit, &plan.reports, &[])?;
    if plan.places.is_empty() {
        plan.places = places_of(&app, &plan.reports);
    }
    let entry = permit.entry("need.create", "need");
    let begun = app.programming.begin::<Need>(vec![plan], permit.actor().clone(), entry).await?;
    let begun: Option<Need> = begun.first().map(|need| Need::clone(need));
    Ok(no_store((StatusCode::CREATED, JsonAnswer(begun)).into_response()))
}

/// Where reports are, each place once.
fn places_of(app: &App, reports: &[u64]) -> Vec<ProjectPlace> {
    let mut places: Vec<ProjectPlace> = Vec::new();
    let positions = reports.iter().filter_map(|report| app.reports.get(*report)?.report.place.position);
    for position in positions {
        let place = ProjectPlace::Point { position };
        if places.len() < PLACES_OF_REPORTS && !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// Gives a need with what happened to it and what one may do with it.
#[utoipa::path(
    get, path = "/api/v1/needs/{id}", tag = "programming",
    params(("id" = u64, Path, description = "Number of the need")),
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, body = NeedDetail), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub(crate) async fn get_need(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    detail(&app, &permit, &*app.programming.get::<Need>(id)?).await
}

/// Changes what is said of a need.
#[utoipa::path(
    patch, path = "/api/v1/needs/{id}", tag = "programming",
    params(("id" = u64, Path, description = "Number of the need")),
    request_body = NeedPatch, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = NeedDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn patch_need(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(mut patch): Json<NeedPatch>,
) -> Result<Response, Problem> {
    if let Some(named) = &mut patch.reports {
        let known = app.programming.get::<Need>(id)?;
        check_reports(&app, &permit, named, &known.plan.reports)?;
        keep_hidden(&app, &permit, named, &known.plan.reports);
    }
    let (version, entry) = (patch.version, permit.entry("need.plan", "need"));
    let edit = Box::new(move |plan: &mut NeedPlan| patch.apply(plan));
    let after = app.programming.plan_anew::<Need>(id, edit, permit.actor().clone(), version, entry).await?;
    detail(&app, &permit, &after).await
}

/// Reports that whoever changes a list of them was not shown stay in it.
pub(super) fn keep_hidden(app: &App, permit: &Permit, named: &mut Vec<u64>, known: &[u64]) {
    let shown = readable(app, permit, known);
    named.extend(known.iter().filter(|report| !shown.contains(report)));
}

/// Does something with a need.
#[utoipa::path(
    post, path = "/api/v1/needs/{id}/deeds", tag = "programming",
    params(("id" = u64, Path, description = "Number of the need")),
    request_body = NeedAction, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = NeedDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn act_on_need(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(NeedAction { deed, text, version }): Json<NeedAction>,
) -> Result<Response, Problem> {
    let entry = permit.entry(&format!("need.{}", deed.id()), "need");
    let actor = permit.actor().clone();
    let after = app.programming.act::<Need>(id, (deed, text), actor, version, entry).await?;
    detail(&app, &permit, &after).await
}

async fn detail(app: &App, permit: &Permit, need: &Need) -> Result<Response, Problem> {
    let parties = parties_of(permit.actor(), need);
    let detail = NeedDetail {
        row: row(app, permit, need, &app.programming.now(), &app.model.now()),
        trail: app.programming.trail::<Need>(need.id, u32::MAX, TRAIL_LIMIT).await?,
        possible: possible(need, &parties),
        may_plan: may_plan(need, &parties),
    };
    Ok(no_store(JsonAnswer(detail).into_response()))
}
