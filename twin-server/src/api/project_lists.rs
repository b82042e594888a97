//! `/api/v1/projects`: which projects there are, for whoever asks, and how many and how much of each sort.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalBox;
use twin_schemas::projects::{
    Project, ProjectDeadline, ProjectKind, ProjectLevel, ProjectNotice, ProjectPlan, ProjectState,
    ProjectVoices, day,
};
use twin_schemas::reports::ReportUrge;
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use super::lists::{from_zero, page_limit, says, states, words};
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::cycle::Word;
use crate::domain::permission::{Action, Actor};
use crate::domain::project::{COURSE, may_read, parties_of, possible};
use crate::spatial::{PlacedProject, Snapshot};

/// Projects on a page if no limit is asked for.
const PAGE_DEFAULT: usize = 100;
/// Most projects on a page.
const PAGE_LIMIT: usize = 1_000;

/// Which projects are meant; all conditions must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProjectsQuery {
    /// States with commas between them, `open`: all that are at no end, or `library`: all from the confirmation on.
    #[param(example = "notice,works")]
    state: Option<String>,
    /// One of the five kinds of task.
    kind: Option<ProjectKind>,
    /// A level.
    level: Option<ProjectLevel>,
    /// Id of a zone, such as `zone/z1`.
    zone: Option<String>,
    /// Projects that are to cost at least this much, in fen.
    #[param(minimum = 0)]
    min_fen: Option<i64>,
    /// Projects that are to cost at most this much, in fen.
    #[param(minimum = 0)]
    max_fen: Option<i64>,
    /// Words that name, summary, or the name of someone who takes part hold; case does not matter.
    text: Option<String>,
    /// Number of a report that entered it.
    #[param(minimum = 0)]
    report: Option<i64>,
    /// Number of a check-up some problem of which it comes from.
    #[param(minimum = 0)]
    check_up: Option<i64>,
    /// With `check_up`: number of the problem.
    #[param(minimum = 0)]
    problem: Option<i64>,
    /// Number of a task of the programming that it comes from.
    #[param(minimum = 0)]
    task: Option<i64>,
    /// Only those whose step is over its limit.
    #[serde(default)]
    late: bool,
    /// Only those that one can do something with now.
    #[serde(default)]
    todo: bool,
    /// Only projects with a lower number: the `next` of the page before.
    #[param(minimum = 0)]
    before: Option<i64>,
    /// Projects on a page, 1 to 1,000, default 100.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<usize>,
}

impl ProjectsQuery {
    /// The question for projects of some sort.
    pub(super) fn of(
        state: Option<String>,
        kind: Option<ProjectKind>,
        level: Option<ProjectLevel>,
        zone: Option<String>,
    ) -> Self {
        Self { state, kind, level, zone, ..Self::default() }
    }
}

/// A page of projects.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectPage {
    /// The projects, newest first.
    projects: Vec<ProjectSummary>,
    /// How many there are on all pages.
    total: usize,
    /// What to ask for as `before` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// What a list tells of a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectSummary {
    /// Its number.
    id: u64,
    /// Name in both languages.
    name: LocalizedText,
    /// Which of the five kinds of task.
    kind: ProjectKind,
    /// Its level.
    level: ProjectLevel,
    /// Ids of the zones that it lies in.
    zones: Vec<String>,
    /// The box around its places, in local metres; absent if it has none that are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<LocalBox>,
    /// Where it is on its way.
    state: ProjectState,
    /// The step that it is in, and when that should be over.
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<ProjectDeadline>,
    /// How far the lateness of the step has been told.
    urge: ReportUrge,
    /// What it is to cost, in fen.
    planned_fen: u64,
    /// What was spent, in fen.
    spent_fen: u64,
    /// How much of it is built, 0 to 100.
    progress_percent: u8,
    /// The first day of its phases; absent before there are any.
    #[serde(skip_serializing_if = "Option::is_none", with = "day::option")]
    from: Option<Date>,
    /// The last day of its phases.
    #[serde(skip_serializing_if = "Option::is_none", with = "day::option")]
    to: Option<Date>,
    /// The last public notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<ProjectNotice>,
    /// Opinions and complaints, counted.
    voices: ProjectVoices,
    /// When something was done with it last.
    #[serde(with = "time::serde::rfc3339")]
    changed_at: OffsetDateTime,
    /// Raised by each change.
    version: u32,
}

/// How many projects there are of each sort, of those that one may read.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ProjectFigures {
    /// All.
    total: ProjectFigure,
    /// By state.
    states: BTreeMap<String, ProjectFigure>,
    /// By kind of task.
    kinds: BTreeMap<String, ProjectFigure>,
    /// By level.
    levels: BTreeMap<String, ProjectFigure>,
    /// By zone; a project that lies in several counts in each.
    zones: BTreeMap<String, ProjectFigure>,
    /// How many are over the limit of their step.
    late: u64,
    /// How many opinions and complaints have no answer yet.
    voices_open: u64,
}

/// Projects of one sort.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub(crate) struct ProjectFigure {
    /// How many.
    projects: u64,
    /// What they are to cost, in fen.
    planned_fen: u64,
    /// What was spent, in fen.
    spent_fen: u64,
}

/// Lists projects, newest first: those that are public, and those that one works on.
#[utoipa::path(
    get, path = "/api/v1/projects", tag = "projects", params(ProjectsQuery),
    responses((status = 200, body = ProjectPage), (status = 400, body = ProblemBody))
)]
pub(crate) async fn list_projects(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(query): Query<ProjectsQuery>,
) -> Result<Response, Problem> {
    let limit = page_limit(query.limit, PAGE_DEFAULT, PAGE_LIMIT)?;
    let wanted = Wanted::of(&query)?;
    let before = from_zero("before", query.before)?;
    // Whoever may not read a report, a check-up or a task does not learn what came from it.
    let is_hidden = |report| app.reports.readable(report, permit.actor()).is_err();
    let is_hidden = wanted.report.is_some_and(is_hidden)
        || (wanted.check_up.is_some() && permit.somewhere(Action::ReadCheckUps).is_err())
        || (wanted.task.is_some() && permit.somewhere(Action::ReadProgramming).is_err());
    let found = app.projects.newest(|project| !is_hidden && wanted.accepts(project, permit.actor()));
    let now = app.model.now();
    let mut page: Vec<&Arc<Project>> = found
        .iter()
        .filter(|project| before.is_none_or(|before| project.id < before))
        .take(limit + 1)
        .collect();
    let is_more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().map(|project| project.id).filter(|_| is_more);
    let projects = page.into_iter().map(|project| summary(project, &now)).collect();
    Ok(no_store(JsonAnswer(ProjectPage { projects, total: found.len(), next }).into_response()))
}

/// Counts projects and their money by state, kind, level and zone.
#[utoipa::path(
    get, path = "/api/v1/projects/figures", tag = "projects",
    responses((status = 200, body = ProjectFigures))
)]
pub(crate) async fn get_project_figures(State(app): State<Arc<App>>, permit: Permit) -> Response {
    let mut figures = ProjectFigures::default();
    for project in app.projects.newest(|project| may_read(permit.actor(), project)) {
        let plan = &project.plan;
        figures.total.add(&project);
        figures.states.entry(project.state.id().to_owned()).or_default().add(&project);
        figures.kinds.entry(plan.kind.id().to_owned()).or_default().add(&project);
        figures.levels.entry(plan.level.id().to_owned()).or_default().add(&project);
        for zone in &project.zones {
            figures.zones.entry(zone.clone()).or_default().add(&project);
        }
        figures.late += u64::from(project.urge >= ReportUrge::Overdue);
        let voices = project.voices;
        figures.voices_open += u64::from(voices.opinions_open) + u64::from(voices.complaints_open);
    }
    no_store(JsonAnswer(figures).into_response())
}

impl ProjectFigure {
    fn add(&mut self, project: &Project) {
        self.projects += 1;
        self.planned_fen = self.planned_fen.saturating_add(project.plan.budget.planned_fen);
        self.spent_fen = self.spent_fen.saturating_add(project.spent_fen);
    }
}

fn summary(project: &Arc<Project>, now: &Snapshot) -> ProjectSummary {
    let plan = &project.plan;
    ProjectSummary {
        id: project.id,
        name: plan.name.clone(),
        kind: plan.kind,
        level: plan.level,
        zones: project.zones.clone(),
        bounds: PlacedProject::of(Arc::clone(project), now).map(|placed| placed.bounds()),
        state: project.state,
        deadline: project.deadline,
        urge: project.urge,
        planned_fen: plan.budget.planned_fen,
        spent_fen: project.spent_fen,
        progress_percent: project.progress_percent,
        from: plan.phases.iter().map(|phase| phase.from).min(),
        to: plan.phases.iter().map(|phase| phase.to).max(),
        notice: project.notice.clone(),
        voices: project.voices,
        changed_at: project.changed_at,
        version: project.version,
    }
}

/// A question, looked through once.
pub(super) struct Wanted<'a> {
    query: &'a ProjectsQuery,
    states: Option<Vec<ProjectState>>,
    min_fen: Option<u64>,
    max_fen: Option<u64>,
    report: Option<u64>,
    check_up: Option<u64>,
    problem: Option<u64>,
    task: Option<u64>,
    text: Option<String>,
}

impl<'a> Wanted<'a> {
    pub(super) fn of(query: &'a ProjectsQuery) -> Result<Self, Problem> {
        let states = query.state.as_deref().map(states_of).transpose()?;
        if query.problem.is_some() && query.check_up.is_none() {
            return Err(Problem::bad_request("bad_query", "`problem` is a number within a check-up")
                .with_hint("say which one with `check_up`"));
        }
        Ok(Self {
            query,
            states,
            min_fen: from_zero("min_fen", query.min_fen)?,
            max_fen: from_zero("max_fen", query.max_fen)?,
            report: from_zero("report", query.report)?,
            check_up: from_zero("check_up", query.check_up)?,
            problem: from_zero("problem", query.problem)?,
            task: from_zero("task", query.task)?,
            text: words(query.text.as_deref())?,
        })
    }

    pub(super) fn accepts(&self, project: &Project, actor: &Actor) -> bool {
        let (query, plan) = (self.query, &project.plan);
        let planned_fen = plan.budget.planned_fen;
        self.states.as_ref().is_none_or(|states| states.contains(&project.state))
            && query.kind.is_none_or(|kind| kind == plan.kind)
            && query.level.is_none_or(|level| level == plan.level)
            && query.zone.as_ref().is_none_or(|zone| project.zones.contains(zone))
            && self.min_fen.is_none_or(|least| planned_fen >= least)
            && self.max_fen.is_none_or(|most| planned_fen <= most)
            && self.report.is_none_or(|report| plan.reports.contains(&report))
            && self.check_up.is_none_or(|check_up| self.comes_from(plan, check_up))
            && self.task.is_none_or(|task| plan.tasks.contains(&task))
            && (!query.late || project.urge >= ReportUrge::Overdue)
            && may_read(actor, project)
            && self.text.as_ref().is_none_or(|text| is_said(project, text))
            && (!query.todo || !possible(project, &parties_of(actor, project)).is_empty())
    }

    fn comes_from(&self, plan: &ProjectPlan, check_up: u64) -> bool {
        plan.problems
            .iter()
            .any(|of| of.check_up == check_up && self.problem.is_none_or(|one| one == of.problem))
    }
}

/// Whether a project says something, which is in lower case.
fn is_said(project: &Project, text: &str) -> bool {
    let plan = &project.plan;
    let parties = plan.parties.iter().map(|party| party.name.as_str());
    says(&plan.name, parties.chain([plan.summary.as_str()]), text)
}

/// `library`: all from the confirmation on; or as everywhere.
fn states_of(text: &str) -> Result<Vec<ProjectState>, Problem> {
    use ProjectState as State;
    match text {
        "library" => {
            Ok(vec![State::Approved, State::Works, State::Suspended, State::Completed, State::Evaluated])
        }
        text => states(&COURSE, "project", &["library"], text),
    }
}
