//! Which parties someone is of a project, and what they may see of it. Called before it is asked what may be done; the
//! table of permissions decides, this file says which of its rows belongs to which party.
//!
//! A project may lie in several zones: whoever is limited to some must hold all of its.

use serde::{Deserialize, Serialize};
use twin_schemas::projects::{Project, ProjectDeed, ProjectEntry, ProjectEvent, ProjectState};

use super::Party;
use crate::domain::permission::{Action, Actor, Decision, Place, may};

/// Whether an action is allowed wherever something lies.
#[must_use]
pub fn may_in(actor: &Actor, action: Action, zones: &[String]) -> bool {
    let may_at = |zone: Option<&str>| may(actor, action, Place::Zone(zone)) == Decision::Allowed;
    if zones.is_empty() { may_at(None) } else { zones.iter().all(|zone| may_at(Some(zone))) }
}

/// The parties that someone is of; none for who may only look.
#[must_use]
pub fn parties_of(actor: &Actor, project: &Project) -> Vec<Party> {
    [
        (Party::Planner, Action::PlanProjects),
        (Party::Reviewer, Action::ReviewProjects),
        (Party::Community, Action::HostProjects),
        (Party::Builder, Action::BuildProjects),
    ]
    .into_iter()
    .filter(|(_, action)| may_in(actor, *action, &project.zones))
    .map(|(party, _)| party)
    .collect()
}

/// Whether someone may speak about projects.
#[must_use]
pub fn may_voice(actor: &Actor) -> bool {
    may(actor, Action::SpeakOnProjects, Place::Any) == Decision::Allowed
}

/// Whether everyone may read it: from its notice on, but not while it is corrected after that.
#[must_use]
pub fn is_public(project: &Project) -> bool {
    use ProjectState as State;
    match project.state {
        State::Notice
        | State::Noticed
        | State::Approved
        | State::Works
        | State::Suspended
        | State::Completed
        | State::Evaluated => true,
        // What was on notice is being changed.
        State::Verified => project.notice.is_some(),
        // Everyone hears how it ended, unless it was changed behind the scenes meanwhile.
        State::Rejected | State::Withdrawn => {
            project.notice.as_ref().is_some_and(|notice| notice.plan_number == project.plan_number)
        }
        State::Draft | State::Declared | State::Screened | State::Assessed => false,
    }
}

/// Whether someone works on a project before it is public. Whoever reviews is not shown what was not declared yet.
#[must_use]
pub fn is_involved(actor: &Actor, project: &Project) -> bool {
    works_on(actor, &project.zones, project.state)
}

fn works_on(actor: &Actor, zones: &[String], state: ProjectState) -> bool {
    let holds = |action| may_in(actor, action, zones);
    holds(Action::PlanProjects)
        || holds(Action::HostProjects)
        || (state != ProjectState::Draft && holds(Action::ReviewProjects))
}

/// Whether someone may read a project.
#[must_use]
pub fn may_read(actor: &Actor, project: &Project) -> bool {
    is_public(project) || is_involved(actor, project)
}

/// What decides who may read a project, without the project: for what is told of it later, or of what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectSight {
    is_public: bool,
    state: ProjectState,
    zones: Vec<String>,
}

impl ProjectSight {
    /// What decides it of a project as it is.
    #[must_use]
    pub fn of(project: &Project) -> Self {
        Self { is_public: is_public(project), state: project.state, zones: project.zones.clone() }
    }

    /// Whether someone may read what it is of; the same as [`may_read`].
    #[must_use]
    pub fn is_open_to(&self, actor: &Actor) -> bool {
        self.is_public || works_on(actor, &self.zones, self.state)
    }
}

/// Whether an entry of the trail of a public project is for everyone: what happened from its notice on, without the
/// reviews.
#[must_use]
pub fn is_for_all(entry: &ProjectEntry) -> bool {
    use ProjectState as State;
    match entry.state {
        State::Draft | State::Declared | State::Screened | State::Assessed => false,
        State::Verified => entry.event == ProjectEvent::Done { deed: ProjectDeed::Revise },
        _ => true,
    }
}
