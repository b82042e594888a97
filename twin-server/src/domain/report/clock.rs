//! Time limits of reports: a report, its kind and an instant come in, what time has brought goes out.
//!
//! Whoever is responsible is reminded when four fifths of a step have gone by, the community is told when its
//! limit has passed, the upper unit when as long has passed again. One that was opened again was late once
//! already: the upper unit is told as soon as its limit has passed. The resident's own step ends by itself.

use time::{Duration, OffsetDateTime};
use twin_schemas::reports::{
    Report, ReportDeadline, ReportDeed, ReportEntry, ReportEvent, ReportKind, ReportLimits, ReportState,
    ReportStep, ReportUrge,
};

use super::course::{Party, step_of};
use super::{Change, Request, done};
use crate::domain::cycle::Word as _;

/// The step that begins in a state now.
pub(super) fn deadline(state: ReportState, kind: &ReportKind, now: OffsetDateTime) -> Option<ReportDeadline> {
    let step = step_of(state)?;
    Some(ReportDeadline { step, since: now, due: now + Duration::hours(hours(kind.limits, step).into()) })
}

fn hours(limits: ReportLimits, step: ReportStep) -> u32 {
    match step {
        ReportStep::Accept => limits.accept_h,
        ReportStep::Dispatch => limits.dispatch_h,
        ReportStep::Handle => limits.handle_h,
        ReportStep::Check => limits.check_h,
        ReportStep::Confirm => limits.confirm_h,
    }
}

/// The next instant at which time alone changes a report.
#[must_use]
pub fn next_at(report: &Report) -> Option<OffsetDateTime> {
    let deadline = report.deadline?;
    let length = deadline.due - deadline.since;
    let reminded_at = deadline.since + length * 4 / 5;
    match report.urge {
        ReportUrge::None => Some(reminded_at),
        ReportUrge::Reminded => Some(deadline.due),
        ReportUrge::Overdue => Some(deadline.due + length),
        ReportUrge::Escalated => None,
    }
}

/// What time has brought by an instant: one change; ask again until there is none.
#[must_use]
pub fn pass_time(report: &Report, kind: &ReportKind, now: OffsetDateTime) -> Option<Change> {
    let at = next_at(report).filter(|at| *at <= now)?;
    let deadline = report.deadline?;
    if deadline.step == ReportStep::Confirm && report.urge == ReportUrge::Reminded {
        let lapse = Request::plain(ReportDeed::Lapse);
        return Some(done(report, &lapse, (ReportState::Closed, Party::Clock), kind, now));
    }
    let urge = match report.urge {
        ReportUrge::None => ReportUrge::Reminded,
        ReportUrge::Reminded if report.reopened == 0 => ReportUrge::Overdue,
        ReportUrge::Reminded | ReportUrge::Overdue | ReportUrge::Escalated => ReportUrge::Escalated,
    };
    let mut after = report.clone();
    after.urge = urge;
    after.version += 1;
    let entry = ReportEntry {
        at: at.max(report.changed_at),
        event: ReportEvent::Urged { urge },
        party: Party::Clock.id().to_owned(),
        state: report.state,
        body: None,
        text: None,
        photos: Vec::new(),
        voice: None,
    };
    Some(Change { after, entry })
}
