//! What is told of a project to open viewers and other systems: enough to place a symbol. Called by the book of projects.

use twin_schemas::geometry::LocalBox;
use twin_schemas::projects::{Project, ProjectChangedEvent};

/// What is told of a project with the box around its places, if it has some that are known.
#[must_use]
pub fn told(project: &Project, bounds: Option<LocalBox>) -> ProjectChangedEvent {
    ProjectChangedEvent {
        id: project.id,
        version: project.version,
        name: project.plan.name.clone(),
        state: project.state,
        kind: project.plan.kind,
        level: project.plan.level,
        bounds,
        zones: project.zones.clone(),
        urge: project.urge,
        deadline: project.deadline,
        progress_percent: project.progress_percent,
        voices: project.voices,
    }
}
