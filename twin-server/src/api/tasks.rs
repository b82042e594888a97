//! `/api/v1/tasks`: what is to be done (更新任务).

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
    ResourceMatch, Task, TaskDeed, TaskDraw, TaskEntry, TaskPlan, TaskSize, TaskState,
};
use twin_schemas::projects::{ProjectKind, ProjectLevel, ProjectPlace, ProjectProblem};
use utoipa::ToSchema;

use super::extract::{Json, Path, Query, given, put};
use super::needs::keep_hidden;
use super::programming::{Page, TRAIL_LIMIT, check_reports, readable};
use super::project_plans::check_problems;
use super::session::no_store;
use super::task_lists::{TasksQuery, found};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::cycle::Word as _;
use crate::domain::permission::Action;
use crate::domain::programming::{Lists, REACH_M, Site, days_of, may_plan, possible, suiting};
use crate::domain::project::{day_of, may_read};
use crate::programming::{bounds_of, offers, parties_of};
use crate::spatial::Snapshot;

/// A page of tasks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskPage {
    /// The tasks, newest first.
    tasks: Vec<TaskRow>,
    /// How many there are on all pages.
    total: usize,
    /// What to ask for as `before` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// A task with the projects that come from it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskRow {
    /// The task, with those of its reports that one may read.
    task: Task,
    /// Numbers of the projects that come from it, as far as one may read them.
    projects: Vec<u64>,
    /// The box around its places, in local metres; absent if it has none that are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<LocalBox>,
}

/// A task with its trail, and what whoever asks may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskDetail {
    /// The task, with the projects that come from it.
    row: TaskRow,
    /// What happened to it, newest first; the newest 1,000 entries.
    trail: Vec<TaskEntry>,
    /// What one may do with it now.
    possible: Vec<TaskDeed>,
    /// Whether one may change what is said of it now.
    may_plan: bool,
    /// Resources that suit it and that it does not draw on yet, the best first; while it is proposed or adopted.
    suiting: Vec<ResourceMatch>,
    /// Numbers of the tasks that come after it.
    later: Vec<u64>,
}

/// What of a task is changed; what is absent stays, `null` takes out what may be absent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "null is not absent")]
pub(crate) struct TaskPatch {
    /// Name in both languages.
    name: Option<LocalizedText>,
    /// Which of the five kinds of task.
    kind: Option<ProjectKind>,
    /// Its level.
    level: Option<ProjectLevel>,
    /// How urgent it is.
    urgency: Option<Urgency>,
    /// What is to be done.
    text: Option<String>,
    /// How large it is.
    #[serde(default, deserialize_with = "given")]
    size: Option<Option<TaskSize>>,
    /// The quarter or month in which it begins: `2027-Q1` or `2027-03`.
    #[serde(default, deserialize_with = "given")]
    first: Option<Option<String>>,
    /// The quarter or month in which it ends.
    #[serde(default, deserialize_with = "given")]
    last: Option<Option<String>>,
    /// Numbers of the tasks that it comes after.
    after: Option<Vec<u64>>,
    /// The problems of check-ups that it is to solve.
    problems: Option<Vec<ProjectProblem>>,
    /// Numbers of the needs that it is to meet.
    needs: Option<Vec<u64>>,
    /// Numbers of residents' reports that it comes from. Those that one may not read stay.
    reports: Option<Vec<u64>>,
    /// The resources that it draws on.
    resources: Option<Vec<TaskDraw>>,
    /// Ids of zones beside those that the places lie in.
    zones: Option<Vec<String>>,
    /// Where it is.
    places: Option<Vec<ProjectPlace>>,
    /// The `version` that it must still have.
    version: Option<u32>,
}

impl TaskPatch {
    fn apply(self, plan: &mut TaskPlan) {
        put(self.name, &mut plan.name);
        put(self.kind, &mut plan.kind);
        put(self.level, &mut plan.level);
        put(self.urgency, &mut plan.urgency);
        put(self.text, &mut plan.text);
        put(self.size, &mut plan.size);
        put(self.first, &mut plan.first);
        put(self.last, &mut plan.last);
        put(self.after, &mut plan.after);
        put(self.problems, &mut plan.problems);
        put(self.needs, &mut plan.needs);
        put(self.reports, &mut plan.reports);
        put(self.resources, &mut plan.resources);
        put(self.zones, &mut plan.zones);
        put(self.places, &mut plan.places);
    }
}

/// What is done with a task, and what is said with it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskAction {
    /// What: `adopt` or `drop`; the others follow from projects.
    deed: TaskDeed,
    /// Why (`drop`), or a remark.
    #[serde(default)]
    text: Option<String>,
    /// The `version` that it must still have.
    #[serde(default)]
    version: Option<u32>,
}

/// How many tasks there are of each sort.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct TaskFigures {
    /// All.
    total: u64,
    /// By state.
    states: BTreeMap<String, u64>,
    /// By kind.
    kinds: BTreeMap<String, u64>,
    /// By level.
    levels: BTreeMap<String, u64>,
    /// By urgency.
    urgencies: BTreeMap<String, u64>,
}

/// Lists tasks, newest first.
#[utoipa::path(
    get, path = "/api/v1/tasks", tag = "programming", params(TasksQuery),
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, body = TaskPage), (status = 400, body = ProblemBody))
)]
pub(crate) async fn list_tasks(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(query): Query<TasksQuery>,
) -> Result<Response, Problem> {
    let (lists, now) = (app.programming.now(), app.model.now());
    let found = found(&app, &permit, (&lists, &now), &query)?;
    let Page { members, total, next } = Page::of(&found, query.before, query.limit)?;
    let by_task = projects_of(&app, &permit);
    let tasks = members.iter().map(|task| row(&app, &permit, task, &by_task, &now)).collect();
    Ok(no_store(JsonAnswer(TaskPage { tasks, total, next }).into_response()))
}

/// The projects that come from tasks, by task, as far as one may read them.
fn projects_of(app: &App, permit: &Permit) -> BTreeMap<u64, Vec<u64>> {
    let mut by_task: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for project in
        app.projects.newest(|project| !project.plan.tasks.is_empty() && may_read(permit.actor(), project))
    {
        for task in &project.plan.tasks {
            by_task.entry(*task).or_default().push(project.id);
        }
    }
    by_task
}

fn row(
    app: &App,
    permit: &Permit,
    task: &Task,
    by_task: &BTreeMap<u64, Vec<u64>>,
    now: &Snapshot,
) -> TaskRow {
    TaskRow {
        task: shown(app, permit, task),
        projects: by_task.get(&task.id).cloned().unwrap_or_default(),
        bounds: bounds_of(&task.plan.places, now),
    }
}

/// A task as whoever asks may see it: without the reports and check-ups that they may not read.
fn shown(app: &App, permit: &Permit, task: &Task) -> Task {
    let mut shown = task.clone();
    shown.plan.reports = readable(app, permit, &task.plan.reports);
    if permit.somewhere(Action::ReadCheckUps).is_err() {
        shown.plan.problems.clear();
    }
    shown
}

/// Counts tasks by state, kind, level and urgency.
#[utoipa::path(
    get, path = "/api/v1/tasks/figures", tag = "programming",
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, body = TaskFigures))
)]
pub(crate) async fn get_task_figures(State(app): State<Arc<App>>) -> Response {
    let mut figures = TaskFigures::default();
    let add = |by: &mut BTreeMap<String, u64>, word: &str| *by.entry(word.to_owned()).or_default() += 1;
    for task in app.programming.now().tasks.values() {
        figures.total += 1;
        add(&mut figures.states, task.state.id());
        add(&mut figures.kinds, task.plan.kind.id());
        add(&mut figures.levels, task.plan.level.id());
        add(&mut figures.urgencies, task.plan.urgency.id());
    }
    no_store(JsonAnswer(figures).into_response())
}

/// Enters a task, as proposed.
#[utoipa::path(
    post, path = "/api/v1/tasks", tag = "programming", request_body = TaskPlan,
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 201, body = Task), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn post_task(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(plan): Json<TaskPlan>,
) -> Result<Response, Problem> {
    check_reports(&app, &permit, &plan.reports, &[])?;
    check_problems(&app, &permit, &plan.problems, &[]).await?;
    let entry = permit.entry("task.create", "task");
    let begun = app.programming.begin::<Task>(vec![plan], permit.actor().clone(), entry).await?;
    let begun: Option<Task> = begun.first().map(|task| Task::clone(task));
    Ok(no_store((StatusCode::CREATED, JsonAnswer(begun)).into_response()))
}

/// Gives a task with what happened to it and what one may do with it.
#[utoipa::path(
    get, path = "/api/v1/tasks/{id}", tag = "programming",
    params(("id" = u64, Path, description = "Number of the task")),
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, body = TaskDetail), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub(crate) async fn get_task(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    detail(&app, &permit, &*app.programming.get::<Task>(id)?).await
}

/// Changes what is said of a task. Once it is adopted, its resources must leave as much as it would draw.
#[utoipa::path(
    patch, path = "/api/v1/tasks/{id}", tag = "programming",
    params(("id" = u64, Path, description = "Number of the task")),
    request_body = TaskPatch, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = TaskDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn patch_task(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(mut patch): Json<TaskPatch>,
) -> Result<Response, Problem> {
    let known = app.programming.get::<Task>(id)?;
    if let Some(named) = &mut patch.reports {
        check_reports(&app, &permit, named, &known.plan.reports)?;
        keep_hidden(&app, &permit, named, &known.plan.reports);
    }
    if let Some(named) = &patch.problems {
        check_problems(&app, &permit, named, &known.plan.problems).await?;
    }
    let (version, entry) = (patch.version, permit.entry("task.plan", "task"));
    let edit = Box::new(move |plan: &mut TaskPlan| patch.apply(plan));
    let after = app.programming.plan_anew::<Task>(id, edit, permit.actor().clone(), version, entry).await?;
    detail(&app, &permit, &after).await
}

/// Does something with a task. Adopting it commits its resources; dropping it gives back what it names.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/deeds", tag = "programming",
    params(("id" = u64, Path, description = "Number of the task")),
    request_body = TaskAction, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = TaskDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn act_on_task(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(TaskAction { deed, text, version }): Json<TaskAction>,
) -> Result<Response, Problem> {
    let entry = permit.entry(&format!("task.{}", deed.id()), "task");
    let actor = permit.actor().clone();
    let after = app.programming.act::<Task>(id, (deed, text), actor, version, entry).await?;
    detail(&app, &permit, &after).await
}

async fn detail(app: &App, permit: &Permit, task: &Task) -> Result<Response, Problem> {
    let (lists, now) = (app.programming.now(), app.model.now());
    let parties = parties_of(permit.actor(), task);
    let detail = TaskDetail {
        row: row(app, permit, task, &projects_of(app, permit), &now),
        trail: app.programming.trail::<Task>(task.id, u32::MAX, TRAIL_LIMIT).await?,
        possible: possible(task, &parties),
        may_plan: may_plan(task, &parties),
        suiting: suiting_resources(app, task, &lists, &now),
        later: lists.tasks.values().filter(|t| t.plan.after.contains(&task.id)).map(|t| t.id).collect(),
    };
    Ok(no_store(JsonAnswer(detail).into_response()))
}

fn suiting_resources(app: &App, task: &Task, lists: &Lists, now: &Snapshot) -> Vec<ResourceMatch> {
    if !matches!(task.state, TaskState::Proposed | TaskState::Adopted) {
        return Vec::new();
    }
    let plan = &task.plan;
    let days = |text: &Option<String>| text.as_deref().and_then(days_of);
    let site = Site {
        zones: &task.zones,
        bounds: bounds_of(&plan.places, now),
        from: days(&plan.first).map_or_else(|| day_of(time::OffsetDateTime::now_utc()), |(from, _)| from),
        to: days(&plan.last).map(|(_, to)| to),
    };
    let kinds = app.programming.themes().resources_of(plan.kind);
    let mut found = suiting(&offers(lists, now), &kinds, &site, REACH_M);
    found.retain(|found| !plan.resources.iter().any(|draw| draw.resource == found.resource));
    found
}
