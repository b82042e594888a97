//! Changing entities: PATCH merges, PUT replaces, a JSON patch (RFC 6902) changes step by step (OGC 18-088,
//! clause 10.3).

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::catalogue::Document;
use super::changes::Changes;
use super::draft::{Draft, check_place, missing};
use super::entity::{Entity, Note, Observation};
use super::json_patch;
use super::read;
use super::world::World;
use super::{Asked, Reply, adopt, write};
use crate::api::Problem;
use crate::domain::permission::Action;
use crate::sensorthings::model::Set;
use crate::store::ObservationNote;

/// Changes an entity as the body asks.
pub(super) fn update(world: &World, found: &Entity, asked: &Asked) -> Result<Reply, Problem> {
    let set = found.set();
    let body = write::json(asked)?;
    let replaces = asked.method == Method::PUT;
    let patched = asked.media_type.contains("json-patch");
    let body = if patched { json_patch::apply(current(world, found)?, &body)? } else { body };
    let whole = replaces || patched;
    let draft = Draft::read(set, body, whole)?;
    match found {
        Entity::Free(document) => update_document(world, document, draft, whole)?,
        Entity::Device(Set::Thing, entry) => {
            let device = adopt::changed(world, &entry.device, &draft)?;
            let kind = world.app.kinds.get(&device.kind).unwrap_or(&entry.kind).clone();
            let mut changes = Changes::new(world);
            changes.register(device, kind);
            changes.commit()?;
        }
        Entity::Device(Set::Location, entry) => {
            let mut changes = Changes::new(world);
            changes.move_device(entry, draft.body)?;
            changes.commit()?;
        }
        Entity::Observation(observation) => update_observation(world, observation, &draft)?,
        Entity::Stream(..) | Entity::Kind(_) | Entity::Property(..) | Entity::Device(..) => {
            return Err(derived(set));
        }
    }
    read::read(world, &format!("{}('{}')", set.plural(), found.id()), "")
}

/// What follows from a device or its kind is not changed here.
pub(super) fn derived(set: Set) -> Problem {
    let detail = format!("this {} follows from a device or its kind", set.singular());
    Problem::new(StatusCode::CONFLICT, "derived_entity", detail)
        .with_hint("change the device's Thing or Location instead")
}

/// The properties of an entity as they are now.
fn current(world: &World, entity: &Entity) -> Result<Value, Problem> {
    let mut body = Map::new();
    for name in entity.set().properties() {
        let mut json = String::new();
        if entity.push(world, name, &mut json)? {
            body.insert((*name).to_owned(), serde_json::from_str(&json).unwrap_or_default());
        }
    }
    Ok(Value::Object(body))
}

fn update_document(
    world: &World,
    before: &Arc<Document>,
    mut draft: Draft,
    whole: bool,
) -> Result<(), Problem> {
    let mut changes = Changes::new(world);
    let mut document = match changes.find(before.set, &before.id)? {
        Some(Entity::Free(document)) => Document::clone(&document),
        _ => return Err(World::nothing()),
    };
    let replaced = if whole { Map::new() } else { document.body };
    document.body = replaced;
    for name in &draft.cleared {
        document.body.remove(*name);
    }
    document.body.extend(std::mem::take(&mut draft.body));
    if document.set == Set::Datastream {
        document.body.remove("phenomenonTime");
        document.body.remove("resultTime");
    }
    missing(document.set, &document.body)?;
    check_place(&document.body, if document.set == Set::Location { "location" } else { "feature" })?;
    for (set, slot) in [
        (Set::Thing, &mut document.refs.thing),
        (Set::Sensor, &mut document.refs.sensor),
        (Set::ObservedProperty, &mut document.refs.observed_property),
    ] {
        if let Some(link) = draft.take_link(set.singular()) {
            *slot = Some(changes.link(set, link)?);
        }
    }
    let mut moved_to = Vec::new();
    for location in draft.take_links("Locations") {
        moved_to.push(changes.link(Set::Location, location)?);
    }
    if !moved_to.is_empty() {
        document.refs.locations.clone_from(&moved_to);
    }
    let (set, id) = (document.set, document.id.clone());
    changes.put(document)?;
    if set == Set::Thing {
        changes.add_history(&id, moved_to)?;
    }
    changes.commit()
}

/// A measurement stays what it was; what is said about it may change.
fn update_observation(world: &World, before: &Observation, draft: &Draft) -> Result<(), Problem> {
    let entity = Entity::Observation(Box::new(before.clone()));
    let now = current(world, &entity)?;
    let same_time = draft.text("phenomenonTime").and_then(crate::sensorthings::when::When::parse);
    let moved = same_time.is_some_and(|time| time != before.phenomenon_time());
    let same_number = |result: &Value| result == &now["result"] || result.as_f64() == now["result"].as_f64();
    if moved || draft.body.get("result").is_some_and(|result| !same_number(result)) {
        let detail = "`result` and `phenomenonTime` of an observation stay what they were";
        return Err(Problem::new(StatusCode::CONFLICT, "immutable_observation", detail)
            .with_hint("`resultQuality`, `validTime`, `parameters` and `resultTime` can be changed"));
    }
    let mut note = before.note.as_deref().cloned().unwrap_or_else(Note::default);
    for name in &draft.cleared {
        note.body.remove(*name);
    }
    for name in ["resultTime", "resultQuality", "validTime", "parameters"] {
        if let Some(value) = draft.body.get(name) {
            note.body.insert(name.to_owned(), value.clone());
        }
    }
    let (device, stream) = before.datastream.series().ok_or_else(World::nothing)?;
    world.may_at(Action::WriteReadings, &device)?;
    let data = json!(note.body).to_string();
    let note = ObservationNote { device, stream, time: before.time, feature: note.feature, data };
    world.wait(world.app.store.note_observations(std::slice::from_ref(&note), true))?;
    world.app.sensorthings.note(before.datastream.id().into_owned(), note.feature);
    Ok(())
}
