//! `/api/v1/projects/timetable`: what projects have planned and told for some days: phases, notices, effects on residents.
//! Calendars and the strip of time in the scene ask for it.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use time::Date;
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalBox;
use twin_schemas::projects::{
    Project, ProjectEffect, ProjectNotice, ProjectPhase, ProjectPlace, ProjectState, day,
};
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::project::{day_of, full_days, is_public, may_read};
use crate::spatial::{PlacedProject, Snapshot};

/// Most days that are looked at.
const DAYS_LIMIT: i64 = 3_660;
/// Most projects that are given.
const LIMIT: usize = 1_000;

/// Which days are looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimetableQuery {
    /// The first day, of the community (UTC+8).
    #[serde(with = "day")]
    #[param(value_type = String, format = Date, example = "2026-05-01")]
    from: Date,
    /// The last day; at most 3,660 days are looked at.
    #[serde(with = "day")]
    #[param(value_type = String, format = Date, example = "2026-12-31")]
    to: Date,
    /// Id of a zone, such as `zone/z1`.
    zone: Option<String>,
}

/// What is planned and told for some days.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectTimetable {
    /// Projects with something on these days, by number; at most 1,000.
    projects: Vec<TimedProject>,
    /// Whether there are more than are given.
    cut: bool,
}

/// What a project has on these days. What was rejected or withdrawn has nothing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimedProject {
    /// Its number.
    id: u64,
    /// Name in both languages.
    name: LocalizedText,
    /// Where it is on its way.
    state: ProjectState,
    /// Ids of the zones that it lies in.
    zones: Vec<String>,
    /// Ids of the objects of the model that it names as its places.
    objects: Vec<String>,
    /// The box around its places, in local metres; absent if it has none that are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<LocalBox>,
    /// Phases that fall on these days, in their order.
    phases: Vec<TimedPhase>,
    /// What affects residents on these days.
    effects: Vec<ProjectEffect>,
    /// Its last public notice, if it is out on these days; one that was taken back was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<ProjectNotice>,
}

/// A phase with what was told of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimedPhase {
    /// As it is planned.
    #[serde(flatten)]
    phase: ProjectPhase,
    /// The day on which it was told that it is done.
    #[serde(skip_serializing_if = "Option::is_none", with = "day::option")]
    #[schema(value_type = Option<Date>)]
    done_on: Option<Date>,
}

/// Gives the phases, notices and effects on residents of projects on some days, of projects that one may read.
#[utoipa::path(
    get, path = "/api/v1/projects/timetable", tag = "projects", params(TimetableQuery),
    responses((status = 200, body = ProjectTimetable), (status = 400, body = ProblemBody))
)]
pub(crate) async fn get_project_timetable(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(query): Query<TimetableQuery>,
) -> Result<Response, Problem> {
    let days = full_days(query.from, query.to);
    if !(1..=DAYS_LIMIT).contains(&days) {
        let detail = format!(
            "from `{}` to `{}` are {days} days, 1 to {DAYS_LIMIT} are looked at",
            query.from, query.to
        );
        return Err(Problem::bad_request("bad_days", detail));
    }
    let is_meant = |project: &Project| {
        let has_zone = query.zone.as_ref().is_none_or(|zone| project.zones.contains(zone));
        has_zone && may_read(permit.actor(), project)
    };
    let now = app.model.now();
    let mut projects: Vec<TimedProject> = app
        .projects
        .newest(is_meant)
        .iter()
        .rev()
        .filter_map(|project| timed(project, &query, &now))
        .collect();
    let cut = projects.len() > LIMIT;
    projects.truncate(LIMIT);
    Ok(no_store(JsonAnswer(ProjectTimetable { projects, cut }).into_response()))
}

/// What a project has on the days that are asked for; nothing if there is nothing.
fn timed(project: &Arc<Project>, query: &TimetableQuery, now: &Snapshot) -> Option<TimedProject> {
    if matches!(project.state, ProjectState::Rejected | ProjectState::Withdrawn) {
        return None;
    }
    let falls = |from: Date, to: Date| from <= query.to && query.from <= to;
    let plan = &project.plan;
    let phases: Vec<TimedPhase> = plan
        .phases
        .iter()
        .filter(|phase| falls(phase.from, phase.to))
        .map(|phase| TimedPhase::of(phase, project))
        .collect();
    let felt = project.effects.iter().filter(|effect| falls(day_of(effect.from), day_of(effect.to)));
    let effects: Vec<ProjectEffect> = felt.cloned().collect();
    let is_out = |notice: &ProjectNotice| falls(notice.from, notice.to) && !was_taken_back(project, notice);
    let notice = project.notice.clone().filter(is_out);
    if phases.is_empty() && effects.is_empty() && notice.is_none() {
        return None;
    }
    let object = |place: &ProjectPlace| match place {
        ProjectPlace::Object { object } => Some(object.clone()),
        _ => None,
    };
    Some(TimedProject {
        id: project.id,
        name: plan.name.clone(),
        state: project.state,
        zones: project.zones.clone(),
        objects: plan.places.iter().filter_map(object).collect(),
        bounds: PlacedProject::of(Arc::clone(project), now).map(|placed| placed.bounds()),
        phases,
        effects,
        notice,
    })
}

/// Whether a project left its notice before that was over.
fn was_taken_back(project: &Project, notice: &ProjectNotice) -> bool {
    let goes_on = is_public(project) && project.state != ProjectState::Verified;
    !goes_on && project.changed_at < notice.ends_at
}

impl TimedPhase {
    fn of(phase: &ProjectPhase, project: &Project) -> Self {
        let done = project.phases_done.iter().find(|done| done.phase == phase.id);
        Self { phase: phase.clone(), done_on: done.map(|done| done.on) }
    }
}
