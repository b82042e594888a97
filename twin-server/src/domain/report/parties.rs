//! Which parties someone is of a report. Called by the API before it asks what may be done; the table of
//! permissions decides, this file says which of its rows belongs to which party.

use serde::{Deserialize, Serialize};
use twin_schemas::reports::{Report, ReportBody, ReportDeed, ReportEntry, ReportEvent, ReportUrge};

use super::{COURSE, Party, is_public};
use crate::domain::permission::{Action, Actor, Decision, Place, Role, Who, may};

/// Someone who wants to see or to do something with a report.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// Who they are and what they hold.
    pub actor: &'a Actor,
    /// The user whose report it is, if it is known.
    pub reporter: Option<&'a str>,
}

impl Asker<'_> {
    /// Whether it is their own report.
    #[must_use]
    pub fn is_reporter(&self) -> bool {
        matches!(self.actor.who(), Who::User(id) if Some(id.as_str()) == self.reporter)
    }
}

/// The parties that someone is of; none for who may only look.
#[must_use]
pub fn parties_of(asker: Asker<'_>, report: &Report) -> Vec<Party> {
    parties_at(asker, report.zone.as_deref(), report.body)
}

fn parties_at(asker: Asker<'_>, zone: Option<&str>, body: Option<ReportBody>) -> Vec<Party> {
    let place = Place::Zone(zone);
    let may_here = |action| may(asker.actor, action, place) == Decision::Allowed;
    let mut parties = Vec::new();
    if asker.is_reporter() && may_here(Action::SubmitReports) {
        parties.push(Party::Reporter);
    }
    if may_here(Action::DispatchReports) {
        parties.push(Party::Desk);
    }
    if may_here(Action::HandleReports) && body.is_some_and(|body| asker.actor.holds(role_of(body), place)) {
        parties.push(Party::Handler);
    }
    // Whoever did the work does not check it.
    if may_here(Action::CheckReports) && !parties.contains(&Party::Handler) {
        parties.push(Party::Checker);
    }
    if may_here(Action::ProgrammeReports) {
        parties.push(Party::Planner);
    }
    parties
}

/// Whether someone may read a report: it is for everyone, or their own, or they work on it, or they are of the upper
/// unit and it was escalated.
#[must_use]
pub fn may_read(asker: Asker<'_>, report: &Report) -> bool {
    is_public(report) || is_involved(asker, report)
}

/// Whether someone may read what is said between the reporter and those who work on a report.
#[must_use]
pub fn is_involved(asker: Asker<'_>, report: &Report) -> bool {
    works_on(asker, report.zone.as_deref(), report.body, report.urge)
}

fn works_on(asker: Asker<'_>, zone: Option<&str>, body: Option<ReportBody>, urge: ReportUrge) -> bool {
    let place = Place::Zone(zone);
    let is_overseen = urge == ReportUrge::Escalated
        && asker.actor.holds(Role::UpperUnit, place)
        && may(asker.actor, Action::HandleReports, place) == Decision::Allowed;
    asker.is_reporter() || is_overseen || !parties_at(asker, zone, body).is_empty()
}

/// What decides who may read a report, without the report and without whose it is: for what other systems are told of it
/// later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportSight {
    is_public: bool,
    zone: Option<String>,
    body: Option<ReportBody>,
    urge: ReportUrge,
}

impl ReportSight {
    /// What decides it of a report as it is.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        Self { is_public: is_public(report), zone: report.zone.clone(), body: report.body, urge: report.urge }
    }

    /// Whether someone whose own it is not may read what it is of; the same as [`may_read`].
    #[must_use]
    pub fn is_open_to(&self, actor: &Actor) -> bool {
        let asker = Asker { actor, reporter: None };
        self.is_public || works_on(asker, self.zone.as_deref(), self.body, self.urge)
    }
}

/// Whether someone must be able to call whom a report was made for: the desk, and the body that it was sent to, while
/// something is owed. A report that ended and is opened again is one to call about again.
#[must_use]
pub fn may_call(asker: Asker<'_>, report: &Report) -> bool {
    let place = Place::Zone(report.zone.as_deref());
    let parties = parties_of(asker, report);
    !COURSE.is_end(report.state)
        && may(asker.actor, Action::ReadContacts, place) == Decision::Allowed
        && (parties.contains(&Party::Desk) || parties.contains(&Party::Handler))
}

/// Whether someone may have the contact of a report deleted: the desk, and whoever gave it.
#[must_use]
pub fn may_drop_contact(asker: Asker<'_>, report: &Report) -> bool {
    asker.is_reporter() || parties_of(asker, report).contains(&Party::Desk)
}

/// An entry of a trail as someone sees it who is not involved: what was said on the way stays between those who are, and
/// so do voices, by which people are known; the answer is for all.
#[must_use]
pub fn shown_to_all(entry: &ReportEntry) -> Option<ReportEntry> {
    let is_answer = matches!(
        entry.event,
        ReportEvent::Done { deed: ReportDeed::Answer | ReportDeed::Decline | ReportDeed::Follow }
    );
    match entry.event {
        ReportEvent::Said => None,
        ReportEvent::Submitted | ReportEvent::Urged { .. } => {
            Some(ReportEntry { voice: None, ..entry.clone() })
        }
        ReportEvent::Done { .. } if is_answer => Some(ReportEntry { voice: None, ..entry.clone() }),
        ReportEvent::Done { .. } => {
            Some(ReportEntry { text: None, photos: Vec::new(), voice: None, ..entry.clone() })
        }
    }
}

/// As which party someone speaks who is of some.
#[must_use]
pub fn speaks_as(parties: &[Party]) -> Option<Party> {
    let order = [Party::Reporter, Party::Handler, Party::Desk, Party::Checker, Party::Planner];
    order.into_iter().find(|party| parties.contains(party))
}

/// The role of those who belong to a body.
const fn role_of(body: ReportBody) -> Role {
    match body {
        ReportBody::Community => Role::Community,
        ReportBody::Property => Role::Property,
        ReportBody::CommunityPlanner => Role::CommunityPlanner,
        ReportBody::Company => Role::Company,
        ReportBody::UpperUnit => Role::UpperUnit,
    }
}
