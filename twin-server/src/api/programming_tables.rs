//! `/api/v1/exports/{resources,needs,tasks}.csv`: the three lists of programming as tables for spreadsheets.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use twin_schemas::LocalizedText;
use twin_schemas::indicators::Urgency;
use twin_schemas::programming::{Amount, Need, NeedKind, Resource, ResourceKind, Task, TaskSize, TaskState};
use twin_schemas::projects::{ProjectKind, ProjectLevel};
use utoipa::IntoParams;

use super::extract::Query;
use super::need_lists::{self, NeedsQuery};
use super::programming::readable;
use super::project_table::{table, yuan};
use super::resources::{self, ResourcesQuery};
use super::task_lists::{self, TasksQuery};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::cycle::Word as _;
use crate::domain::permission::Action;
use crate::domain::programming::{Drawn, Lists};

/// Which resources to export; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ResourceTableQuery {
    /// States with commas between them, or `open`.
    state: Option<String>,
    /// What it is.
    #[param(inline)]
    kind: Option<ResourceKind>,
    /// Id of a zone.
    zone: Option<String>,
    /// Begin with a byte order mark, by which spreadsheets know Chinese text in UTF-8.
    #[serde(default)]
    bom: bool,
}

/// Which needs to export; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NeedTableQuery {
    /// States with commas between them.
    state: Option<String>,
    /// What it is about.
    #[param(inline)]
    kind: Option<NeedKind>,
    /// How urgent it is.
    #[param(inline)]
    urgency: Option<Urgency>,
    /// Id of a zone.
    zone: Option<String>,
    /// Begin with a byte order mark, by which spreadsheets know Chinese text in UTF-8.
    #[serde(default)]
    bom: bool,
}

/// Which tasks to export; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TaskTableQuery {
    /// States with commas between them, or `open`.
    state: Option<String>,
    /// One of the five kinds of task.
    kind: Option<ProjectKind>,
    /// A level.
    level: Option<ProjectLevel>,
    /// How urgent it is.
    #[param(inline)]
    urgency: Option<Urgency>,
    /// Id of a zone.
    zone: Option<String>,
    /// Begin with a byte order mark, by which spreadsheets know Chinese text in UTF-8.
    #[serde(default)]
    bom: bool,
}

const RESOURCE_COLUMNS: [&str; 16] = [
    "id",
    "name_zh",
    "name_en",
    "kind",
    "state",
    "text",
    "amount",
    "unit",
    "drawn",
    "owner",
    "used_by",
    "zones",
    "from",
    "to",
    "tasks",
    "changed_at",
];
const NEED_COLUMNS: [&str; 15] = [
    "id",
    "name_zh",
    "name_en",
    "kind",
    "state",
    "urgency",
    "text",
    "groups",
    "people",
    "source",
    "source_text",
    "zones",
    "reports",
    "tasks",
    "changed_at",
];
const TASK_COLUMNS: [&str; 19] = [
    "id",
    "name_zh",
    "name_en",
    "kind",
    "level",
    "state",
    "urgency",
    "text",
    "size",
    "unit",
    "first",
    "last",
    "after",
    "problems",
    "needs",
    "reports",
    "resources",
    "zones",
    "changed_at",
];

/// Exports resources as a table (CSV, RFC 4180), newest first; money in yuan.
#[utoipa::path(
    get, path = "/api/v1/exports/resources.csv", tag = "programming", params(ResourceTableQuery),
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, content_type = "text/csv", body = String), (status = 400, body = ProblemBody))
)]
pub(crate) async fn export_resources(
    State(app): State<Arc<App>>,
    Query(ResourceTableQuery { state, kind, zone, bom }): Query<ResourceTableQuery>,
) -> Result<Response, Problem> {
    let (lists, now) = (app.programming.now(), app.model.now());
    let query = ResourcesQuery::of(state, kind, zone);
    let found = resources::found(&lists, &now, &query)?;
    let rows = found.iter().map(|resource| resource_row(resource, &lists));
    Ok(table("resources.csv", &RESOURCE_COLUMNS, rows, bom))
}

fn resource_row(resource: &Resource, lists: &Lists) -> Vec<String> {
    let plan = &resource.plan;
    let drawn = plan.amount.as_ref().map(|amount| Drawn::of(lists, resource.id).committed_as(amount));
    let (amount, unit) = measured(plan.amount.as_ref());
    let tasks = lists.tasks_of_resource(resource.id).filter(|task| task.state != TaskState::Dropped);
    let day = |day: Option<time::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let [zh, en] = both(&plan.name);
    vec![
        resource.id.to_string(),
        zh,
        en,
        plan.kind.id().to_owned(),
        resource.state.id().to_owned(),
        plan.text.clone(),
        amount,
        unit,
        measured(drawn.as_ref()).0,
        plan.owner.clone(),
        plan.used_by.id().to_owned(),
        resource.zones.join(" "),
        day(plan.from),
        day(plan.to),
        numbers(tasks.map(|task| task.id)),
        instant(resource.changed_at),
    ]
}

/// Exports needs as a table (CSV, RFC 4180), newest first.
#[utoipa::path(
    get, path = "/api/v1/exports/needs.csv", tag = "programming", params(NeedTableQuery),
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, content_type = "text/csv", body = String), (status = 400, body = ProblemBody))
)]
pub(crate) async fn export_needs(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(NeedTableQuery { state, kind, urgency, zone, bom }): Query<NeedTableQuery>,
) -> Result<Response, Problem> {
    let (lists, now) = (app.programming.now(), app.model.now());
    let query = NeedsQuery::of(state, kind, urgency, zone);
    let found = need_lists::found(&app, &permit, (&lists, &now), &query)?;
    let rows = found.iter().map(|need| need_row(&app, &permit, need, &lists));
    Ok(table("needs.csv", &NEED_COLUMNS, rows, bom))
}

fn need_row(app: &App, permit: &Permit, need: &Need, lists: &Lists) -> Vec<String> {
    let plan = &need.plan;
    let groups: Vec<&str> = plan.groups.iter().map(|group| group.id()).collect();
    let tasks = lists.tasks_of_need(need.id).filter(|task| task.state != TaskState::Dropped);
    let [zh, en] = both(&plan.name);
    vec![
        need.id.to_string(),
        zh,
        en,
        plan.kind.id().to_owned(),
        need.state.id().to_owned(),
        plan.urgency.id().to_owned(),
        plan.text.clone(),
        groups.join(" "),
        plan.people.map(|people| people.to_string()).unwrap_or_default(),
        plan.source.id().to_owned(),
        plan.source_text.clone().unwrap_or_default(),
        need.zones.join(" "),
        numbers(readable(app, permit, &plan.reports)),
        numbers(tasks.map(|task| task.id)),
        instant(need.changed_at),
    ]
}

/// Exports tasks as a table (CSV, RFC 4180), newest first. A problem is written `check-up/problem`.
#[utoipa::path(
    get, path = "/api/v1/exports/tasks.csv", tag = "programming", params(TaskTableQuery),
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, content_type = "text/csv", body = String), (status = 400, body = ProblemBody))
)]
pub(crate) async fn export_tasks(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(TaskTableQuery { state, kind, level, urgency, zone, bom }): Query<TaskTableQuery>,
) -> Result<Response, Problem> {
    let (lists, now) = (app.programming.now(), app.model.now());
    let query = TasksQuery::of(state, (kind, level), urgency, zone);
    let found = task_lists::found(&app, &permit, (&lists, &now), &query)?;
    let rows = found.iter().map(|task| task_row(&app, &permit, task));
    Ok(table("tasks.csv", &TASK_COLUMNS, rows, bom))
}

fn task_row(app: &App, permit: &Permit, task: &Task) -> Vec<String> {
    let plan = &task.plan;
    let (size, unit) = match &plan.size {
        None => (String::new(), String::new()),
        Some(TaskSize::Measure { value, unit }) => (value.to_string(), unit.clone()),
        Some(TaskSize::Words { text }) => (text.zh_or_en().to_owned(), String::new()),
    };
    let problems = plan.problems.iter().map(|of| format!("{}/{}", of.check_up, of.problem));
    let problems: Vec<String> = problems.filter(|_| permit.somewhere(Action::ReadCheckUps).is_ok()).collect();
    let [zh, en] = both(&plan.name);
    vec![
        task.id.to_string(),
        zh,
        en,
        plan.kind.id().to_owned(),
        plan.level.id().to_owned(),
        task.state.id().to_owned(),
        plan.urgency.id().to_owned(),
        plan.text.clone(),
        size,
        unit,
        plan.first.clone().unwrap_or_default(),
        plan.last.clone().unwrap_or_default(),
        numbers(plan.after.iter().copied()),
        problems.join(" "),
        numbers(plan.needs.iter().copied()),
        numbers(readable(app, permit, &plan.reports)),
        numbers(plan.resources.iter().map(|draw| draw.resource)),
        task.zones.join(" "),
        instant(task.changed_at),
    ]
}

fn both(name: &LocalizedText) -> [String; 2] {
    [&name.zh, &name.en].map(|name| name.clone().unwrap_or_default())
}

/// An amount with its unit: money in yuan.
fn measured(amount: Option<&Amount>) -> (String, String) {
    match amount {
        None => (String::new(), String::new()),
        Some(Amount::Money { fen }) => (yuan(*fen), "元".to_owned()),
        Some(Amount::Measure { value, unit }) => (value.to_string(), unit.clone()),
    }
}

fn numbers(numbers: impl IntoIterator<Item = u64>) -> String {
    numbers.into_iter().map(|number| number.to_string()).collect::<Vec<_>>().join(" ")
}

fn instant(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}
