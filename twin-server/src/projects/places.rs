//! Where a project lies: what its plan names of the model is looked up, its zones are found.

use std::sync::Arc;

use twin_schemas::projects::{Project, ProjectPlan};

use super::ProjectFault;
use crate::domain::permission::{Action, Actor};
use crate::domain::project::{is_public, may_in};
use crate::spatial::{self, PlacedProject, Snapshot, Unlocated, Where};

/// As it lies in the index, if everyone may read it and it has a place.
pub(super) fn placed(project: &Arc<Project>, now: &Snapshot) -> Option<Arc<PlacedProject>> {
    Some(project)
        .filter(|project| is_public(project))
        .and_then(|project| PlacedProject::of(Arc::clone(project), now).map(Arc::new))
}

/// The zones that a plan lies in, by its word and by its places.
pub(super) fn located(
    plan: &ProjectPlan,
    before: Option<&Project>,
    now: &Snapshot,
) -> Result<Vec<String>, ProjectFault> {
    let said = Where { zones: &plan.zones, places: &plan.places };
    let before = before.map(|before| {
        let said = Where { zones: &before.plan.zones, places: &before.plan.places };
        (said, before.zones.as_slice())
    });
    spatial::located(said, before, now).map_err(|error| match error {
        Unlocated::Object(object) => ProjectFault::UnknownObject(object),
        Unlocated::Zone(zone) => ProjectFault::UnknownZone(zone),
    })
}

pub(super) fn may_plan(actor: &Actor, zones: &[String]) -> Result<(), ProjectFault> {
    if may_in(actor, Action::PlanProjects, zones) {
        return Ok(());
    }
    let zones = if zones.is_empty() { "the community".to_owned() } else { zones.join(", ") };
    Err(ProjectFault::Zones(zones))
}

/// Whether someone plans in one of the zones of a project: what a report of theirs is about may be done in another.
pub(super) fn may_plan_in_part(actor: &Actor, zones: &[String]) -> Result<(), ProjectFault> {
    let may_here = |zone: &String| may_in(actor, Action::PlanProjects, std::slice::from_ref(zone));
    if zones.iter().any(may_here) { Ok(()) } else { may_plan(actor, zones) }
}
