//! Where a project lies: what its plan names of the model is looked up, its zones are found.

use std::collections::BTreeSet;
use std::sync::Arc;

use time::OffsetDateTime;
use twin_schemas::projects::{Project, ProjectPlace, ProjectPlan};

use super::ProjectFault;
use crate::domain::permission::{Action, Actor};
use crate::domain::project::{self, is_public, may_in};
use crate::spatial::{Kind, PlacedProject, Snapshot, Thing};

/// As it lies in the index, if everyone may read it and it has a place.
pub(super) fn placed(project: &Arc<Project>, now: &Snapshot) -> Option<Arc<PlacedProject>> {
    Some(project)
        .filter(|project| is_public(project))
        .and_then(|project| PlacedProject::of(Arc::clone(project), now).map(Arc::new))
}

/// The zones that a plan lies in, by its word and by its places. What it says anew must be there; what it has said
/// before may have gone with a version of the model.
pub(super) fn located(
    plan: &ProjectPlan,
    before: Option<&Project>,
    now: &Snapshot,
) -> Result<Vec<String>, ProjectFault> {
    let known = before.map(|project| &project.plan);
    for place in &plan.places {
        let ProjectPlace::Object { object } = place else { continue };
        let is_new = known.is_none_or(|known| !known.places.contains(place));
        if is_new && now.get(object).is_none() {
            return Err(ProjectFault::UnknownObject(object.clone()));
        }
    }
    for zone in plan.zones.iter().filter(|zone| known.is_none_or(|known| !known.zones.contains(*zone))) {
        if now.get(zone).is_none_or(|object| Kind::from(object.class) != Kind::Zone) {
            return Err(ProjectFault::UnknownZone(zone.clone()));
        }
    }
    // Another version of the model moves no project by itself.
    if let Some(before) = before.filter(|b| b.plan.places == plan.places && b.plan.zones == plan.zones) {
        return Ok(before.zones.clone());
    }
    let mut zones: BTreeSet<String> = plan.zones.iter().cloned().collect();
    let draft = project::created(0, plan.clone(), Vec::new(), OffsetDateTime::UNIX_EPOCH).after;
    if let Some(placed) = PlacedProject::of(Arc::new(draft), now) {
        zones.extend(now.met_by(Kind::Zone, &Thing::Project(Arc::new(placed))));
    }
    Ok(zones.into_iter().collect())
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
