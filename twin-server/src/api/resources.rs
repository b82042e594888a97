//! `/api/v1/resources`: what there is to renew with (更新资源).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use time::Date;
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalBox;
use twin_schemas::programming::{
    Amount, OperationMode, Resource, ResourceDeed, ResourceEntry, ResourceKind, ResourcePlan,
};
use twin_schemas::projects::{ProjectPlace, day};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Path, Query};
use super::lists::{says, states, words};
use super::programming::{Page, Region, TRAIL_LIMIT};
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::cycle::Word as _;
use crate::domain::programming::{Drawn, Lists, RESOURCE_COURSE, may_plan, possible};
use crate::programming::{bounds_of, parties_of};
use crate::spatial::Snapshot;

/// Which resources are meant; all conditions must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ResourcesQuery {
    /// States with commas between them, or `open`: all that can be drawn on.
    #[param(example = "available,committed")]
    state: Option<String>,
    /// What it is.
    #[param(inline)]
    kind: Option<ResourceKind>,
    /// Who may use it.
    #[param(inline)]
    used_by: Option<OperationMode>,
    /// Words that name, text or owner hold; case does not matter.
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
    /// A day on which it can be used, `2026-05-04`.
    #[serde(default, with = "day::option")]
    #[param(value_type = Option<String>, format = Date)]
    on: Option<Date>,
    /// Only resources with a lower number: the `next` of the page before.
    #[param(minimum = 0)]
    before: Option<i64>,
    /// Resources on a page, 1 to 1,000, default 100.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<usize>,
}

impl ResourcesQuery {
    /// The question for resources of some sort.
    pub(super) fn of(state: Option<String>, kind: Option<ResourceKind>, zone: Option<String>) -> Self {
        Self { state, kind, zone, ..Self::default() }
    }
}

/// A page of resources.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResourcePage {
    /// The resources, newest first.
    resources: Vec<ResourceRow>,
    /// How many there are on all pages.
    total: usize,
    /// What to ask for as `before` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// A resource with what is drawn of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResourceRow {
    /// The resource.
    resource: Resource,
    /// How much of it the tasks draw that are adopted, in a project or done; absent if it is not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    drawn: Option<Amount>,
    /// Numbers of the tasks that draw on it, dropped ones left out.
    tasks: Vec<u64>,
    /// The box around its places, in local metres; absent if it has none that are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<LocalBox>,
}

/// A resource with its trail, and what whoever asks may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResourceDetail {
    /// The resource, with what is drawn of it.
    row: ResourceRow,
    /// What happened to it, newest first; the newest 1,000 entries.
    trail: Vec<ResourceEntry>,
    /// What one may do with it now.
    possible: Vec<ResourceDeed>,
    /// Whether one may change what is said of it now.
    may_plan: bool,
}

/// What of a resource is changed; what is absent stays, `null` takes out what may be absent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "null is not absent")]
pub(crate) struct ResourcePatch {
    /// Name in both languages.
    name: Option<LocalizedText>,
    /// What it is.
    kind: Option<ResourceKind>,
    /// More about it.
    text: Option<String>,
    /// How much of it there is.
    #[serde(default, deserialize_with = "super::extract::given")]
    amount: Option<Option<Amount>>,
    /// Who owns it.
    owner: Option<String>,
    /// Who may use it.
    used_by: Option<OperationMode>,
    /// Ids of zones beside those that the places lie in.
    zones: Option<Vec<String>>,
    /// Where it is.
    places: Option<Vec<ProjectPlace>>,
    /// The first day on which it can be used.
    #[serde(default, deserialize_with = "given_day")]
    #[schema(value_type = Option<String>, format = Date)]
    from: Option<Option<Date>>,
    /// The last day.
    #[serde(default, deserialize_with = "given_day")]
    #[schema(value_type = Option<String>, format = Date)]
    to: Option<Option<Date>>,
    /// The `version` that it must still have.
    version: Option<u32>,
}

#[expect(clippy::option_option, reason = "null is not absent")]
fn given_day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Date>>, D::Error> {
    day::option::deserialize(deserializer).map(Some)
}

impl ResourcePatch {
    fn apply(self, plan: &mut ResourcePlan) {
        let Self { name, kind, text, amount, owner, used_by, zones, places, from, to, version: _ } = self;
        super::extract::put(name, &mut plan.name);
        super::extract::put(kind, &mut plan.kind);
        super::extract::put(text, &mut plan.text);
        super::extract::put(amount, &mut plan.amount);
        super::extract::put(owner, &mut plan.owner);
        super::extract::put(used_by, &mut plan.used_by);
        super::extract::put(zones, &mut plan.zones);
        super::extract::put(places, &mut plan.places);
        super::extract::put(from, &mut plan.from);
        super::extract::put(to, &mut plan.to);
    }
}

/// What is done with a resource, and what is said with it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceAction {
    /// What: `use_up`, `withdraw` or `restore`; the others follow from tasks.
    deed: ResourceDeed,
    /// For what (`use_up`), or why (`withdraw`, `restore`).
    #[serde(default)]
    text: Option<String>,
    /// The `version` that it must still have.
    #[serde(default)]
    version: Option<u32>,
}

/// How many resources there are of each sort.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ResourceFigures {
    /// All.
    total: ResourceFigure,
    /// By state.
    states: BTreeMap<String, ResourceFigure>,
    /// By what they are.
    kinds: BTreeMap<String, ResourceFigure>,
}

/// Resources of one sort.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub(crate) struct ResourceFigure {
    /// How many.
    resources: u64,
    /// Money of them, in fen.
    fen: u64,
    /// Of that, drawn by tasks that are adopted, in a project or done.
    drawn_fen: u64,
}

impl ResourceFigure {
    fn add(&mut self, fen: u64, drawn_fen: u64) {
        self.resources += 1;
        self.fen += fen;
        self.drawn_fen += drawn_fen;
    }
}

/// Lists resources, newest first.
#[utoipa::path(
    get, path = "/api/v1/resources", tag = "programming", params(ResourcesQuery),
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, body = ResourcePage), (status = 400, body = ProblemBody))
)]
pub(crate) async fn list_resources(
    State(app): State<Arc<App>>,
    Query(query): Query<ResourcesQuery>,
) -> Result<Response, Problem> {
    let (lists, now) = (app.programming.now(), app.model.now());
    let found = found(&lists, &now, &query)?;
    let Page { members, total, next } = Page::of(&found, query.before, query.limit)?;
    let resources = members.iter().map(|resource| row(resource, &lists, &now)).collect();
    Ok(no_store(JsonAnswer(ResourcePage { resources, total, next }).into_response()))
}

/// The resources that a question accepts, newest first.
pub(super) fn found(
    lists: &Lists,
    now: &Snapshot,
    query: &ResourcesQuery,
) -> Result<Vec<Arc<Resource>>, Problem> {
    let region =
        Region::of(query.zone.as_deref(), query.bbox.as_deref(), query.near.as_deref(), query.within_m)?;
    let (states, text) = (
        query.state.as_deref().map(|text| states(&RESOURCE_COURSE, "resource", &[], text)).transpose()?,
        words(query.text.as_deref())?,
    );
    let accepts = |resource: &Resource| {
        let plan = &resource.plan;
        states.as_ref().is_none_or(|states| states.contains(&resource.state))
            && query.kind.is_none_or(|kind| kind == plan.kind)
            && query.used_by.is_none_or(|mode| mode == plan.used_by)
            && query.on.is_none_or(|day| {
                plan.from.is_none_or(|from| from <= day) && plan.to.is_none_or(|to| day <= to)
            })
            && text
                .as_ref()
                .is_none_or(|text| says(&plan.name, [plan.text.as_str(), plan.owner.as_str()], text))
            && region.holds(&resource.zones, &plan.places, now)
    };
    Ok(lists.resources.values().rev().filter(|resource| accepts(resource)).cloned().collect())
}

pub(super) fn row(resource: &Resource, lists: &Lists, now: &Snapshot) -> ResourceRow {
    let drawn = Drawn::of(lists, resource.id);
    let is_there = |task: &&Arc<twin_schemas::programming::Task>| {
        task.state != twin_schemas::programming::TaskState::Dropped
    };
    ResourceRow {
        drawn: resource.plan.amount.as_ref().map(|amount| drawn.committed_as(amount)),
        tasks: lists.tasks_of_resource(resource.id).filter(is_there).map(|task| task.id).collect(),
        bounds: bounds_of(&resource.plan.places, now),
        resource: resource.clone(),
    }
}

/// Counts resources and their money by state and kind.
#[utoipa::path(
    get, path = "/api/v1/resources/figures", tag = "programming",
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, body = ResourceFigures))
)]
pub(crate) async fn get_resource_figures(State(app): State<Arc<App>>) -> Response {
    let (mut figures, lists) = (ResourceFigures::default(), app.programming.now());
    for resource in lists.resources.values() {
        let (mut fen, mut drawn_fen) = (0, 0);
        if let Some(amount @ Amount::Money { fen: all }) = &resource.plan.amount {
            fen = *all;
            if let Amount::Money { fen } = Drawn::of(&lists, resource.id).committed_as(amount) {
                drawn_fen = fen;
            }
        }
        figures.total.add(fen, drawn_fen);
        figures.states.entry(resource.state.id().to_owned()).or_default().add(fen, drawn_fen);
        figures.kinds.entry(resource.plan.kind.id().to_owned()).or_default().add(fen, drawn_fen);
    }
    no_store(JsonAnswer(figures).into_response())
}

/// Enters a resource.
#[utoipa::path(
    post, path = "/api/v1/resources", tag = "programming", request_body = ResourcePlan,
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 201, body = Resource), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody),
        (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn post_resource(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(plan): Json<ResourcePlan>,
) -> Result<Response, Problem> {
    let entry = permit.entry("resource.create", "resource");
    let begun = app.programming.begin::<Resource>(vec![plan], permit.actor().clone(), entry).await?;
    let begun: Option<Resource> = begun.first().map(|resource| Resource::clone(resource));
    Ok(no_store((StatusCode::CREATED, JsonAnswer(begun)).into_response()))
}

/// Gives a resource with what happened to it and what one may do with it.
#[utoipa::path(
    get, path = "/api/v1/resources/{id}", tag = "programming",
    params(("id" = u64, Path, description = "Number of the resource")),
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, body = ResourceDetail), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub(crate) async fn get_resource(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    detail(&app, &permit, &*app.programming.get::<Resource>(id)?).await
}

/// Changes what is said of a resource. It cannot become less than what its tasks draw.
#[utoipa::path(
    patch, path = "/api/v1/resources/{id}", tag = "programming",
    params(("id" = u64, Path, description = "Number of the resource")),
    request_body = ResourcePatch, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = ResourceDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn patch_resource(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(patch): Json<ResourcePatch>,
) -> Result<Response, Problem> {
    let (version, entry) = (patch.version, permit.entry("resource.plan", "resource"));
    let edit = Box::new(move |plan: &mut ResourcePlan| patch.apply(plan));
    let after =
        app.programming.plan_anew::<Resource>(id, edit, permit.actor().clone(), version, entry).await?;
    detail(&app, &permit, &after).await
}

/// Does something with a resource.
#[utoipa::path(
    post, path = "/api/v1/resources/{id}/deeds", tag = "programming",
    params(("id" = u64, Path, description = "Number of the resource")),
    request_body = ResourceAction, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = ResourceDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn act_on_resource(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(ResourceAction { deed, text, version }): Json<ResourceAction>,
) -> Result<Response, Problem> {
    let entry = permit.entry(&format!("resource.{}", deed.id()), "resource");
    let actor = permit.actor().clone();
    let after = app.programming.act::<Resource>(id, (deed, text), actor, version, entry).await?;
    detail(&app, &permit, &after).await
}

async fn detail(app: &App, permit: &Permit, resource: &Resource) -> Result<Response, Problem> {
    let parties = parties_of(permit.actor(), resource);
    let detail = ResourceDetail {
        row: row(resource, &app.programming.now(), &app.model.now()),
        trail: app.programming.trail::<Resource>(resource.id, u32::MAX, TRAIL_LIMIT).await?,
        possible: possible(resource, &parties),
        may_plan: may_plan(resource, &parties),
    };
    Ok(no_store(JsonAnswer(detail).into_response()))
}
