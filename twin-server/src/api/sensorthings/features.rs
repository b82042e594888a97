//! What observations are about when they do not say so: the place where the thing is (OGC 18-088, clause
//! 8.2.8). The first observation of a datastream makes the feature; after the thing has moved, others are
//! made, and the observations of before keep theirs.

use serde_json::{Map, Value};

use super::catalogue::{Document, Refs};
use super::changes::Changes;
use super::entity::Entity;
use crate::api::Problem;
use crate::sensorthings::model::Set;

/// Whether an observation of this datastream may need a feature that is not there yet.
pub(super) fn may_be_missing(world: &super::world::World, datastream: &Entity) -> Result<bool, Problem> {
    let Entity::Free(document) = datastream else { return Ok(false) };
    let Some(place) = place(|set, id| world.get(set, id), document)? else { return Ok(false) };
    let Some(feature) = &document.refs.feature else { return Ok(true) };
    Ok(match world.get(Set::FeatureOfInterest, feature)? {
        Some(Entity::Free(feature)) => feature.body.get("feature") != place.get("location"),
        _ => false,
    })
}

/// The feature of an observation that names none. Makes it if it is missing.
pub(super) fn for_observation(
    changes: &mut Changes<'_>,
    datastream: &Entity,
) -> Result<Option<String>, Problem> {
    let document = match datastream {
        Entity::Stream(entry, _) => return Ok(Some(entry.device.id.clone())),
        Entity::Free(document) => document,
        _ => return Ok(None),
    };
    let found = place(|set, id| changes.find(set, id), document)?;
    let Some(place) = found else { return Ok(document.refs.feature.clone()) };
    let thing = document.refs.thing.clone().unwrap_or_default();
    let siblings = changes.world.app.sensorthings.referring(Set::Thing, &thing, Set::Datastream);
    let mut known = Vec::new();
    for sibling in siblings.iter().map(|sibling| &**sibling).chain([&**document]) {
        known.extend(sibling.refs.feature.clone());
        known.extend(changes.world.app.sensorthings.newest_feature(&sibling.id));
    }
    for id in known {
        if let Some(Entity::Free(feature)) = changes.find(Set::FeatureOfInterest, &id)?
            && feature.body.get("feature") == place.get("location")
        {
            return keep_default(changes, document, id);
        }
    }
    let set = Set::FeatureOfInterest;
    let id = changes.new_id(set)?;
    changes.keep(Document { set, id: id.clone(), body: feature_of(&place), refs: Refs::default() })?;
    keep_default(changes, document, id)
}

/// The first feature of a datastream is what its observations are about unless they say otherwise.
fn keep_default(
    changes: &mut Changes<'_>,
    document: &Document,
    id: String,
) -> Result<Option<String>, Problem> {
    if document.refs.feature.is_none() {
        let mut document = document.clone();
        document.refs.feature = Some(id.clone());
        changes.keep(document)?;
    }
    Ok(Some(id))
}

/// The location of the thing of a datastream, if a client made both.
fn place(
    find: impl Fn(Set, &str) -> Result<Option<Entity>, Problem>,
    datastream: &Document,
) -> Result<Option<Map<String, Value>>, Problem> {
    let Some(thing) = &datastream.refs.thing else { return Ok(None) };
    let Some(Entity::Free(thing)) = find(Set::Thing, thing)? else { return Ok(None) };
    let Some(location) = thing.refs.locations.first() else { return Ok(None) };
    Ok(match find(Set::Location, location)? {
        Some(Entity::Free(location)) => Some(location.body.clone()),
        _ => None,
    })
}

fn feature_of(location: &Map<String, Value>) -> Map<String, Value> {
    let mut feature = Map::new();
    for (from, to) in [
        ("name", "name"),
        ("description", "description"),
        ("encodingType", "encodingType"),
        ("location", "feature"),
    ] {
        if let Some(value) = location.get(from) {
            feature.insert(to.to_owned(), value.clone());
        }
    }
    feature
}
