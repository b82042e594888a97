//! `/api/v1/projects`: projects of renewal as they are begun, planned, reviewed, built and looked at.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use twin_schemas::projects::{
    Project, ProjectDeed, ProjectEntry, ProjectEvent, ProjectPart, ProjectPlan, day,
};
use twin_schemas::reports::ReportBody;
use utoipa::ToSchema;

use super::extract::{Json, Path};
use super::project_plans::{ProjectPatch, check_links, check_problems, check_tasks};
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::permission::Action;
use crate::domain::project::{
    Finding, Refusal, Request, is_for_all, is_involved, may_voice, parties_of, parts, possible,
};
use crate::domain::reading::whole_microseconds;
use crate::domain::refusal::{InChinese as _, NotPossible};
use crate::projects::{Doing, ProjectFault};

/// Entries of a trail that come with the project.
const TRAIL_FIRST: u32 = 100;

/// A project with the newest of its trail, and what whoever asks may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectDetail {
    /// The project.
    project: Project,
    /// What happened to it, newest first, as far as it is for whoever asks; the newest 100 entries.
    trail: Vec<ProjectEntry>,
    /// What to ask `trail` for as `before` to get older entries; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    trail_next: Option<u32>,
    /// Numbers of the reports that entered it and that their reporters still wait for, as far as one may read them.
    reports_waiting: Vec<u64>,
    /// What one may do with it now.
    possible: Vec<ProjectDeed>,
    /// What one may do with it now beside that.
    may: Vec<ProjectPart>,
    /// Fewest full days of a notice.
    notice_days: u32,
}

/// Something that an evaluation found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FindingDraft {
    /// What was found, up to 2,000 characters.
    text: String,
    /// Who sees to it.
    body: ReportBody,
    /// Until when, a day that is not over.
    #[serde(with = "day")]
    due: Date,
}

/// What is done with a project, and what is said with it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProjectAction {
    /// What.
    deed: ProjectDeed,
    /// The text of the notice (`publish`), the reason (`extend`, `return`, `reject`, `withdraw`, `suspend`), the account
    /// (`complete`, `evaluate`), or a remark.
    #[serde(default)]
    text: Option<String>,
    /// The last day of the notice. With `publish`: at least ten full days, or as many as the server's configuration says;
    /// the day on which it is put up does not count. With `extend`: a later one than before.
    #[serde(default, with = "day::option")]
    last_day: Option<Date>,
    /// What was found: with `evaluate`.
    #[serde(default)]
    findings: Vec<FindingDraft>,
    /// Numbers of earlier findings that are mended: with `evaluate`.
    #[serde(default)]
    mended: Vec<u32>,
    /// The `version` that the project must still have.
    #[serde(default)]
    version: Option<u32>,
}

/// Begins a project, as a draft.
#[utoipa::path(
    post, path = "/api/v1/projects", tag = "projects", request_body = ProjectPlan,
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 201, body = Project), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 413, body = ProblemBody),
        (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn post_project(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(plan): Json<ProjectPlan>,
) -> Result<Response, Problem> {
    check_links(&app, &permit, Some(&plan.alternatives), Some(&plan.reports))?;
    check_problems(&app, &permit, &plan.problems, &[]).await?;
    check_tasks(&app, &permit, &plan.tasks, &[])?;
    let entry = permit.entry("project.create", "project");
    let project = app.projects.create(plan, permit.actor().clone(), entry).await?;
    follow(&app, !project.plan.tasks.is_empty()).await;
    Ok(no_store((StatusCode::CREATED, JsonAnswer(Project::clone(&project))).into_response()))
}

/// Gives a project with what happened to it and what one may do with it.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}", tag = "projects",
    params(("id" = u64, Path, description = "Number of the project")),
    responses((status = 200, body = ProjectDetail), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub(crate) async fn get_project(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    let project = app.projects.readable(id, permit.actor())?;
    detail(&app, &permit, &project).await
}

/// Changes the plan of a project. Where residents have spoken about the one before, another one of its places, zones,
/// kind, level, budget or alternatives needs a reason and another notice.
#[utoipa::path(
    patch, path = "/api/v1/projects/{id}", tag = "projects",
    params(("id" = u64, Path, description = "Number of the project")),
    request_body = ProjectPatch, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = ProjectDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn patch_project(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(patch): Json<ProjectPatch>,
) -> Result<Response, Problem> {
    check_links(&app, &permit, patch.alternatives.as_deref(), patch.reports.as_deref())?;
    if let Some(named) = &patch.problems {
        let project = app.projects.readable(id, permit.actor())?;
        check_problems(&app, &permit, named, &project.plan.problems).await?;
    }
    if let Some(named) = &patch.tasks {
        let project = app.projects.readable(id, permit.actor())?;
        check_tasks(&app, &permit, named, &project.plan.tasks)?;
    }
    let (version, reason) = (patch.version, patch.reason.clone());
    let doing = Doing::Plan(Box::new(move |plan| patch.apply(plan)), reason);
    acted(&app, &permit, id, doing, version).await
}

/// Does something with a project. What is possible depends on its state, on who asks, and on what is said.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/deeds", tag = "projects",
    params(("id" = u64, Path, description = "Number of the project")),
    request_body = ProjectAction, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = ProjectDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn act_on_project(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(action): Json<ProjectAction>,
) -> Result<Response, Problem> {
    let ProjectAction { deed, text, last_day, findings, mended, version } = action;
    let finding = |FindingDraft { text, body, due }| Finding { text, body, due };
    let findings = findings.into_iter().map(finding).collect();
    let request = Request { text, last_day, findings, mended, ..Request::plain(deed) };
    acted(&app, &permit, id, Doing::Deed(request), version).await
}

/// Does something with a project and gives it as it is then.
pub(super) async fn acted(
    app: &App,
    permit: &Permit,
    id: u64,
    doing: Doing,
    version: Option<u32>,
) -> Result<Response, Problem> {
    let entry = permit.entry(&format!("project.{}", doing.word()), "project");
    let had_tasks = app.projects.get(id).is_some_and(|project| !project.plan.tasks.is_empty());
    let project = app.projects.act(id, doing, permit.actor().clone(), version, entry).await?;
    follow(app, had_tasks || !project.plan.tasks.is_empty()).await;
    detail(app, permit, &project).await
}

/// Brings the tasks that projects come from in line with them. What cannot be stored now is tried again by `jobs`.
async fn follow(app: &App, has_tasks: bool) {
    if !has_tasks {
        return;
    }
    let now = whole_microseconds(OffsetDateTime::now_utc());
    if let Err(error) = app.programming.follow(|| app.projects.pursued(), now).await {
        tracing::error!(%error, "what a project brings to its tasks could not be stored");
    }
}

async fn detail(app: &App, permit: &Permit, project: &Project) -> Result<Response, Problem> {
    let actor = permit.actor();
    let parties = parties_of(actor, project);
    let (trail, trail_next) = trail_of(app, permit, project, u32::MAX, TRAIL_FIRST).await?;
    let project = shown(app, permit, project);
    let detail = ProjectDetail {
        reports_waiting: waiting(app, &project),
        possible: possible(&project, &parties),
        may: parts(&project, &parties, may_voice(actor)),
        notice_days: app.projects.terms().notice_days,
        trail,
        trail_next,
        project,
    };
    Ok(no_store(JsonAnswer(detail).into_response()))
}

/// The entries before a version that whoever asks may read, newest first, and where older ones begin.
pub(super) async fn trail_of(
    app: &App,
    permit: &Permit,
    project: &Project,
    before: u32,
    limit: u32,
) -> Result<(Vec<ProjectEntry>, Option<u32>), Problem> {
    let mut trail = app.projects.trail(project.id, before, limit).await?;
    let oldest = trail.last().map(|entry| entry.version).filter(|version| *version > 1);
    if !is_involved(permit.actor(), project) {
        trail.retain(is_for_all);
    }
    // Whoever may not read a report does not learn that there is one.
    trail.retain(|entry| match entry.event {
        ProjectEvent::Programmed { report } => app.reports.readable(report, permit.actor()).is_ok(),
        _ => true,
    });
    Ok((trail, oldest))
}

/// A project as whoever asks may see it: without the reports, check-ups and tasks that they may not read.
pub(super) fn shown(app: &App, permit: &Permit, project: &Project) -> Project {
    let mut shown = project.clone();
    shown.plan.reports.retain(|report| app.reports.readable(*report, permit.actor()).is_ok());
    if permit.somewhere(Action::ReadCheckUps).is_err() {
        shown.plan.problems.clear();
    }
    if permit.somewhere(Action::ReadProgramming).is_err() {
        shown.plan.tasks.clear();
    }
    shown
}

/// What is built closes nothing by itself: each reporter is answered.
fn waiting(app: &App, shown: &Project) -> Vec<u64> {
    let reports = shown.plan.reports.iter().copied();
    reports.filter(|id| app.reports.get(*id).is_some_and(|kept| kept.report.ended_at.is_none())).collect()
}

impl From<ProjectFault> for Problem {
    fn from(fault: ProjectFault) -> Self {
        let unprocessable = |code| Self::worded(StatusCode::UNPROCESSABLE_ENTITY, code, &fault.to_string());
        let zh = fault.zh();
        let problem = match fault {
            ProjectFault::Unknown(_) => Self::not_found("unknown_project", fault.to_string()),
            ProjectFault::UnknownOpinion(_) => Self::not_found("unknown_opinion", fault.to_string()),
            ProjectFault::NoNumber(_) => unprocessable("unknown_project"),
            ProjectFault::UnknownObject(_) => unprocessable("unknown_object"),
            ProjectFault::UnknownZone(_) => unprocessable("unknown_zone"),
            ProjectFault::Zones(_) => Self::new(StatusCode::FORBIDDEN, "zone_denied", fault.to_string())
                .with_hint("your roles are limited to other zones; `/api/v1/session` names them"),
            ProjectFault::Voices => Self::new(StatusCode::CONFLICT, "too_many_opinions", fault.to_string()),
            ProjectFault::Stale => {
                Self::new(StatusCode::PRECONDITION_FAILED, "stale_project", fault.to_string())
                    .with_hint("read it again, look at what happened, and decide anew")
            }
            ProjectFault::UnknownPhoto => {
                unprocessable("unknown_photo").with_hint("send it to `/api/v1/photos` again")
            }
            ProjectFault::Refused(refusal) => refused(&refusal),
            ProjectFault::Store(error) => error.into(),
            ProjectFault::Stopping => Self::unavailable("stopping", fault.to_string()),
        };
        problem.in_chinese(zh)
    }
}

fn refused(refusal: &Refusal) -> Problem {
    let (conflict, unprocessable) = (StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, code) = match refusal {
        Refusal::Course(NotPossible::State { .. }) => (conflict, "not_in_this_state"),
        Refusal::UnderWorks(_) => (conflict, "under_works"),
        Refusal::DepartmentsOpen(_) => (conflict, "departments_open"),
        Refusal::OpinionsOpen(_) => (conflict, "opinions_open"),
        Refusal::PhasesOpen(_) => (conflict, "phases_open"),
        Refusal::Already(_) => (conflict, "already"),
        Refusal::Course(NotPossible::Party { .. }) => (StatusCode::FORBIDDEN, "not_your_part"),
        Refusal::Course(NotPossible::Missing { .. }) => (unprocessable, "something_missing"),
        Refusal::Incomplete(_) => (unprocessable, "plan_incomplete"),
        Refusal::TooLong(_) => (unprocessable, "text_too_long"),
        Refusal::TooManyPhotos(_) => (unprocessable, "too_many_photos"),
        Refusal::Plan(_) => (unprocessable, "bad_plan"),
        Refusal::NoticeDays { .. } | Refusal::NoExtension { .. } => (unprocessable, "bad_notice"),
        Refusal::Overspent { .. } => (unprocessable, "overspent"),
        Refusal::Number { .. } => (unprocessable, "bad_number"),
        Refusal::Unknown(_) => (unprocessable, "unknown_part"),
        Refusal::TooMany { .. } => (unprocessable, "too_many"),
        Refusal::Unchanged => (unprocessable, "unchanged"),
    };
    Problem::worded(status, code, &refusal.to_string())
}
