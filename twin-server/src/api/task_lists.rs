//! Which tasks are meant: for the list of tasks and its table.

use std::sync::Arc;

use serde::Deserialize;
use twin_schemas::indicators::Urgency;
use twin_schemas::programming::Task;
use twin_schemas::projects::{ProjectKind, ProjectLevel};
use utoipa::IntoParams;

use super::Problem;
use super::lists::{from_zero, says, states, words};
use super::programming::Region;
use crate::app::App;
use crate::auth::Permit;
use crate::domain::permission::Action;
use crate::domain::programming::{Lists, TASK_COURSE};
use crate::domain::project::may_read;
use crate::spatial::Snapshot;

/// Which tasks are meant; all conditions must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TasksQuery {
    /// States with commas between them, or `open`: all that go on.
    #[param(example = "proposed,adopted")]
    state: Option<String>,
    /// One of the five kinds of task.
    kind: Option<ProjectKind>,
    /// A level.
    level: Option<ProjectLevel>,
    /// How urgent it is.
    #[param(inline)]
    urgency: Option<Urgency>,
    /// Words that name or text hold; case does not matter.
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
    /// Number of a report that it, or a need of it, comes from.
    #[param(minimum = 0)]
    report: Option<i64>,
    /// Number of a check-up some problem of which it solves.
    #[param(minimum = 0)]
    check_up: Option<i64>,
    /// With `check_up`: number of the problem.
    #[param(minimum = 0)]
    problem: Option<i64>,
    /// Number of a need that it meets.
    #[param(minimum = 0)]
    need: Option<i64>,
    /// Number of a resource that it draws on.
    #[param(minimum = 0)]
    resource: Option<i64>,
    /// Number of a project that comes from it.
    #[param(minimum = 0)]
    project: Option<i64>,
    /// Only tasks with a lower number: the `next` of the page before.
    #[param(minimum = 0)]
    pub(super) before: Option<i64>,
    /// Tasks on a page, 1 to 1,000, default 100.
    #[param(minimum = 1, maximum = 1_000)]
    pub(super) limit: Option<usize>,
}

impl TasksQuery {
    /// The question for tasks of some sort.
    pub(super) fn of(
        state: Option<String>,
        (kind, level): (Option<ProjectKind>, Option<ProjectLevel>),
        urgency: Option<Urgency>,
        zone: Option<String>,
    ) -> Self {
        Self { state, kind, level, urgency, zone, ..Self::default() }
    }
}

/// Numbers of what a task may name.
#[derive(Clone, Copy, Default)]
struct Named {
    report: Option<u64>,
    check_up: Option<u64>,
    problem: Option<u64>,
    need: Option<u64>,
    resource: Option<u64>,
}

impl Named {
    fn of(query: &TasksQuery) -> Result<Self, Problem> {
        if query.problem.is_some() && query.check_up.is_none() {
            return Err(Problem::bad_request("bad_query", "`problem` is a number within a check-up")
                .with_hint("say which one with `check_up`"));
        }
        Ok(Self {
            report: from_zero("report", query.report)?,
            check_up: from_zero("check_up", query.check_up)?,
            problem: from_zero("problem", query.problem)?,
            need: from_zero("need", query.need)?,
            resource: from_zero("resource", query.resource)?,
        })
    }

    fn are_of(&self, task: &Task, lists: &Lists) -> bool {
        let plan = &task.plan;
        let is_solved = |check_up: u64| {
            let mut of = plan.problems.iter();
            of.any(|of| of.check_up == check_up && self.problem.is_none_or(|problem| problem == of.problem))
        };
        let comes_from = |report: u64| {
            let mut needs = lists.needs_of_report(report);
            plan.reports.contains(&report) || needs.any(|need| plan.needs.contains(&need.id))
        };
        self.report.is_none_or(comes_from)
            && self.check_up.is_none_or(is_solved)
            && self.need.is_none_or(|need| plan.needs.contains(&need))
            && self
                .resource
                .is_none_or(|resource| plan.resources.iter().any(|draw| draw.resource == resource))
    }
}

/// The tasks that a question accepts, newest first.
pub(super) fn found(
    app: &App,
    permit: &Permit,
    (lists, now): (&Lists, &Snapshot),
    query: &TasksQuery,
) -> Result<Vec<Arc<Task>>, Problem> {
    let region =
        Region::of(query.zone.as_deref(), query.bbox.as_deref(), query.near.as_deref(), query.within_m)?;
    let (states, text) = (
        query.state.as_deref().map(|text| states(&TASK_COURSE, "task", &[], text)).transpose()?,
        words(query.text.as_deref())?,
    );
    let named = Named::of(query)?;
    let project: Option<u64> = from_zero("project", query.project)?;
    let project = project.map(|id| app.projects.get(id).filter(|project| may_read(permit.actor(), project)));
    // Whoever may not read a report, a check-up or a project does not learn what belongs to it.
    let is_hidden = named.report.is_some_and(|report| app.reports.readable(report, permit.actor()).is_err())
        || (named.check_up.is_some() && permit.somewhere(Action::ReadCheckUps).is_err())
        || matches!(project, Some(None));
    if is_hidden {
        return Ok(Vec::new());
    }
    let project = project.flatten();
    let accepts = |task: &Task| {
        let plan = &task.plan;
        states.as_ref().is_none_or(|states| states.contains(&task.state))
            && query.kind.is_none_or(|kind| kind == plan.kind)
            && query.level.is_none_or(|level| level == plan.level)
            && query.urgency.is_none_or(|urgency| urgency == plan.urgency)
            && project.as_ref().is_none_or(|project| project.plan.tasks.contains(&task.id))
            && named.are_of(task, lists)
            && text.as_ref().is_none_or(|text| says(&plan.name, [plan.text.as_str()], text))
            && region.holds(&task.zones, &plan.places, now)
    };
    Ok(lists.tasks.values().rev().filter(|task| accepts(task)).cloned().collect())
}
