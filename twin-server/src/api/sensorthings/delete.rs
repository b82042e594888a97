//! Removing entities, with what cannot be without them (OGC 18-088, table 34).

use axum::http::StatusCode;

use super::catalogue::Document;
use super::changes::Changes;
use super::entity::{Entity, Observation, observation_id};
use super::update::derived;
use super::world::World;
use super::{ROOT, Reply};
use crate::api::Problem;
use crate::domain::audit::Outcome;
use crate::domain::permission::Action;
use crate::sensorthings::model::Set;
use crate::store::Purge;

/// Removes an entity.
pub(super) fn delete(world: &World, found: &Entity) -> Result<Reply, Problem> {
    let mut changes = Changes::new(world);
    match found {
        Entity::Device(Set::Thing, entry) => {
            let id = &entry.device.id;
            remove_parts(&mut changes, id);
            changes.remove_device(id);
        }
        Entity::Free(document) => remove_document(&mut changes, document)?,
        Entity::Observation(observation) => return purge(world, observation),
        _ => return Err(derived(found.set())),
    }
    changes.commit()?;
    Ok(Reply::empty(StatusCode::OK))
}

/// Removes an observation. The history forgets, but the audit log does not.
fn purge(world: &World, observation: &Observation) -> Result<Reply, Problem> {
    let datastream = &observation.datastream;
    let (device, stream) = datastream.series().ok_or_else(World::nothing)?;
    world.may_at(Action::PurgeReadings, &device)?;
    let id = observation_id(&datastream.id(), observation.time);
    let object = format!("{ROOT}/{}('{id}')", Set::Observation.plural());
    let begun = world.wait(world.permit.begin(world.permit.entry(Action::PurgeReadings.id(), object)))?;
    let at = Some(observation.time);
    let purged = world.wait(world.app.store.purge(Purge { device, stream: Some(stream), from: at, to: at }));
    world.wait(begun.end(if purged.is_ok() { Outcome::Done } else { Outcome::Failed }, ""));
    purged?;
    // What memory holds of the datastream may be what is gone; from now on the history is asked.
    world.app.sensorthings.note(datastream.id().into_owned(), None);
    Ok(Reply::empty(StatusCode::OK))
}

fn remove_document(changes: &mut Changes<'_>, document: &Document) -> Result<(), Problem> {
    let (set, id) = (document.set, document.id.as_str());
    let catalogue = &changes.world.app.sensorthings;
    match set {
        Set::Thing => remove_parts(changes, id),
        Set::Sensor | Set::ObservedProperty => {
            for datastream in catalogue.referring(set, id, Set::Datastream) {
                changes.remove(Set::Datastream, &datastream.id);
            }
        }
        Set::Location => {
            for from in [Set::Thing, Set::HistoricalLocation] {
                for referring in catalogue.referring(set, id, from) {
                    let mut referring = Document::clone(&referring);
                    referring.refs.locations.retain(|location| location != id);
                    if from == Set::HistoricalLocation && referring.refs.locations.is_empty() {
                        changes.remove(from, &referring.id);
                    } else {
                        changes.put(referring)?;
                    }
                }
            }
        }
        Set::FeatureOfInterest => {
            let used = !catalogue.referring(set, id, Set::Datastream).is_empty()
                || !catalogue.datastreams_naming(id).is_empty();
            if used {
                let detail = "there are observations of this feature";
                let problem = Problem::new(StatusCode::CONFLICT, "feature_in_use", detail);
                return Err(problem.with_hint("delete the Datastreams of these observations first"));
            }
        }
        Set::HistoricalLocation | Set::Datastream | Set::Observation => {}
    }
    changes.remove(set, id);
    Ok(())
}

/// Removes the datastreams and historical locations of a thing.
fn remove_parts(changes: &mut Changes<'_>, thing: &str) {
    let catalogue = &changes.world.app.sensorthings;
    for from in [Set::Datastream, Set::HistoricalLocation] {
        for part in catalogue.referring(Set::Thing, thing, from) {
            changes.remove(from, &part.id);
        }
    }
}
