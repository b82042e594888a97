//! Whether a webhook may be told of something that not everyone may read: what decides it lies beside the event, as it was
//! when it happened; who asks is looked up when it is delivered.

use serde::{Deserialize, Serialize};

use crate::domain::permission::{Action, Actor, Decision, Place, may};
use crate::domain::project::ProjectSight;
use crate::domain::report::ReportSight;

/// What decides who may be told of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// It is of a resident's report.
    Report(ReportSight),
    /// It is of a project.
    Project(ProjectSight),
}

impl Sight {
    /// Whether someone may read what the event is of. Whose report it is does not count: a webhook is nobody's telephone.
    #[must_use]
    pub fn is_open_to(&self, actor: &Actor) -> bool {
        let holds = |action| may(actor, action, Place::Any) == Decision::Allowed;
        match self {
            Self::Report(sight) => holds(Action::ReadReports) && sight.is_open_to(actor),
            Self::Project(sight) => holds(Action::ReadProjects) && sight.is_open_to(actor),
        }
    }
}
