//! Time limits of projects: a project and an instant come in, what time has brought goes out.
//!
//! A step is reminded of when four fifths of it have gone by, told as overdue when its limit has passed, and told to
//! the upper unit when as long has passed again, as with reports. The notice's end is a deed of the clock.
//!
//! How long the steps are is for the city to set ([`Terms`]).

use time::{Duration, OffsetDateTime};
use twin_schemas::projects::{
    Project, ProjectDeadline, ProjectDeed, ProjectEntry, ProjectEvent, ProjectState, ProjectStep,
};
use twin_schemas::reports::ReportUrge;

use super::course::{Party, step_of};
use super::notice::end_of;
use super::{Change, Request, Terms, done};
use crate::domain::cycle::Word as _;

/// The step that a project begins now.
pub(super) fn deadline(project: &Project, terms: &Terms, now: OffsetDateTime) -> Option<ProjectDeadline> {
    let step = step_of(project.state)?;
    let days = |days: u32| now + Duration::days(days.into());
    let due = match step {
        ProjectStep::Screen => days(terms.screen_days),
        ProjectStep::Publish => days(terms.publish_days),
        ProjectStep::Confirm => days(terms.confirm_days),
        ProjectStep::Assess => days(terms.assess_days),
        ProjectStep::Verify => days(terms.verify_days),
        ProjectStep::Resume => days(terms.resume_days),
        ProjectStep::Evaluate => days(terms.evaluate_days),
        ProjectStep::Notice => project.notice.as_ref().map_or(now, |notice| notice.ends_at),
        // As planned, but never over before it has begun.
        ProjectStep::Start => planned(project, false).max(days(30)),
        ProjectStep::Build => planned(project, true).max(days(1)),
    };
    Some(ProjectDeadline { step, since: now, due })
}

/// When the first phase should have begun, or the last should be done.
fn planned(project: &Project, is_end: bool) -> OffsetDateTime {
    let phases = &project.plan.phases;
    let day = if is_end { phases.iter().map(|p| p.to).max() } else { phases.iter().map(|p| p.from).min() };
    day.map_or(OffsetDateTime::UNIX_EPOCH, end_of)
}

/// The next instant at which time alone changes a project.
#[must_use]
pub fn next_at(project: &Project) -> Option<OffsetDateTime> {
    let deadline = project.deadline?;
    if deadline.step == ProjectStep::Notice {
        return Some(deadline.due);
    }
    let length = deadline.due - deadline.since;
    match project.urge {
        ReportUrge::None => Some(deadline.since + length * 4 / 5),
        ReportUrge::Reminded => Some(deadline.due),
        ReportUrge::Overdue => deadline.due.checked_add(length),
        ReportUrge::Escalated => None,
    }
}

/// What time has brought by an instant: one change; ask again until there is none.
#[must_use]
pub fn pass_time(project: &Project, terms: &Terms, now: OffsetDateTime) -> Option<Change> {
    let at = next_at(project).filter(|at| *at <= now)?;
    if project.state == ProjectState::Notice {
        let end = Request::plain(ProjectDeed::EndNotice);
        return Some(done(project, &end, (ProjectState::Noticed, Party::Clock), terms, at));
    }
    let urge = match project.urge {
        ReportUrge::None => ReportUrge::Reminded,
        ReportUrge::Reminded => ReportUrge::Overdue,
        ReportUrge::Overdue | ReportUrge::Escalated => ReportUrge::Escalated,
    };
    let after = Project { urge, version: project.version + 1, ..project.clone() };
    let entry = ProjectEntry {
        at: at.max(project.changed_at),
        event: ProjectEvent::Urged { urge },
        party: Party::Clock.id().to_owned(),
        state: project.state,
        version: after.version,
        text: None,
        photos: Vec::new(),
    };
    Some(Change { after, entry, opinion: None })
}
