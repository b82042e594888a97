//! Projects as viewers are told that they changed. Made by the book of projects, for the hub's board.
//!
//! What is told is enough to place a symbol and to know that there is something to ask for; plans, opinions and trails
//! are asked for, by whoever may.

use twin_schemas::projects::{Project, ProjectChangedEvent};

use super::DeviceFilter;
use super::board::Told;
use crate::domain::permission::Actor;
use crate::domain::project::ProjectSight;

/// A project as viewers are told of it, with what decides who is.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldProject {
    event: ProjectChangedEvent,
    sight: ProjectSight,
}

impl ToldProject {
    /// A project with what is told of it.
    #[must_use]
    pub fn new(project: &Project, event: ProjectChangedEvent) -> Self {
        Self { event, sight: ProjectSight::of(project) }
    }
}

impl Told for ToldProject {
    type Event = ProjectChangedEvent;
    const NAMES: [&'static str; 2] = ["project", "project-removed"];

    fn id(&self) -> u64 {
        self.event.id
    }

    fn reader(filter: &DeviceFilter) -> Option<&Actor> {
        filter.readers.projects.as_deref()
    }

    fn is_for(&self, reader: &Actor, filter: &DeviceFilter) -> bool {
        let is_inside =
            filter.bounds.is_none_or(|rect| self.event.bounds.is_some_and(|bounds| rect.meets(&bounds)))
                && filter.zone.as_ref().is_none_or(|zone| self.event.zones.contains(&zone.id));
        is_inside && self.sight.is_open_to(reader)
    }

    fn event(&self) -> ProjectChangedEvent {
        self.event.clone()
    }

    /// It is as small as what decides.
    fn bare(self) -> Self {
        self
    }
}
