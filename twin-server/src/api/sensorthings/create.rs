//! Making entities, with what they bring along (deep insert, OGC 18-088, clause 10.2).

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value};
use twin_schemas::live::DeviceKind;

use super::catalogue::{Document, Refs};
use super::changes::Changes;
use super::draft::{Draft, bad, check_new_id, check_place, reference};
use super::entity::Entity;
use super::observe::Pending;
use super::world::World;
use super::{adopt, features, own};
use crate::api::Problem;
use crate::domain::permission::Action;
use crate::live::Entry;
use crate::sensorthings::model::Set;
use crate::sensorthings::when::{When, text_of};

impl Changes<'_> {
    /// Makes an entity; `parent` is the one below whose relation it was posted. Gives its id.
    pub(super) fn add(&mut self, mut draft: Draft, parent: Option<&Entity>) -> Result<String, Problem> {
        if let Some(parent) = parent {
            link_to_parent(&mut draft, parent)?;
        }
        match draft.set {
            Set::Thing => self.add_thing(draft),
            Set::Location => self.add_location(draft),
            Set::HistoricalLocation => self.add_historical_location(draft),
            Set::Datastream => self.add_datastream(draft, None),
            Set::Sensor | Set::ObservedProperty => self.add_with_datastreams(draft),
            Set::FeatureOfInterest => {
                check_place(&draft.body, "feature")?;
                self.add_document(draft, Refs::default())
            }
            Set::Observation => self.add_observation(draft),
        }
    }

    /// The entity that is linked, or the new one that is brought along. Gives its id.
    pub(super) fn link(&mut self, set: Set, value: Value) -> Result<String, Problem> {
        if let Some(id) = self.linked_id(set, &value)? {
            return Ok(id);
        }
        // The address spoke of something else, so this was not asked yet.
        self.world.permit.also(Action::RegisterDevices)?;
        let draft = Draft::read(set, value, true)?;
        self.add(draft, None)
    }

    /// The id of an entity that is there already; nothing if the value is a new one.
    fn linked_id(&self, set: Set, value: &Value) -> Result<Option<String>, Problem> {
        let Some(id) = reference(value)? else { return Ok(None) };
        if self.find(set, &id)?.is_some() {
            return Ok(Some(id));
        }
        // An id alone, or with addresses, names what should be there.
        if value.as_object().is_some_and(|object| object.keys().all(|name| name.contains('@'))) {
            let id: String = id.chars().take(64).collect();
            let detail = format!("there is no {} `{id}` to link to", set.singular());
            return Err(bad("unknown_reference", detail));
        }
        Ok(None)
    }

    /// The feature that an observation names, or the new one that it brings along as a part of itself.
    fn link_feature(&mut self, value: Value) -> Result<String, Problem> {
        let set = Set::FeatureOfInterest;
        if let Some(id) = self.linked_id(set, &value)? {
            return Ok(id);
        }
        let draft = Draft::read(set, value, true)?;
        check_place(&draft.body, "feature")?;
        let document = self.document(draft, Refs::default())?;
        let id = document.id.clone();
        self.keep(document)?;
        Ok(id)
    }

    fn add_document(&mut self, draft: Draft, refs: Refs) -> Result<String, Problem> {
        let document = self.document(draft, refs)?;
        let id = document.id.clone();
        self.put(document)?;
        Ok(id)
    }

    fn document(&mut self, draft: Draft, refs: Refs) -> Result<Document, Problem> {
        let set = draft.set;
        let id = match draft.id {
            Some(id) => {
                check_new_id(&id)?;
                if self.find(set, &id)?.is_some() {
                    let detail = format!("there is a {} `{id}` already", set.singular());
                    return Err(Problem::new(StatusCode::CONFLICT, "entity_exists", detail));
                }
                id
            }
            None => self.new_id(set)?,
        };
        Ok(Document { set, id, body: draft.body, refs })
    }

    fn add_thing(&mut self, mut draft: Draft) -> Result<String, Problem> {
        let locations = draft.take_links("Locations");
        let datastreams = draft.take_links("Datastreams");
        let world = self.world;
        let adopted = adopt::device(world, &draft, &locations, |start| self.new_id_after(Set::Thing, start))?;
        let (id, kind) = if let Some((device, kind)) = adopted {
            if self.find(Set::Thing, &device.id)?.is_some() {
                let detail = format!("there is a Thing `{}` already", device.id);
                return Err(Problem::new(StatusCode::CONFLICT, "entity_exists", detail));
            }
            let id = device.id.clone();
            self.register(device, Arc::clone(&kind));
            (id, Some(kind))
        } else {
            let mut refs = Refs::default();
            for location in locations {
                refs.locations.push(self.link(Set::Location, location)?);
            }
            let moved_to = refs.locations.clone();
            let id = self.add_document(draft, refs)?;
            self.add_history(&id, moved_to)?;
            (id, None)
        };
        for datastream in datastreams {
            let draft = Draft::read(Set::Datastream, datastream, true)?;
            self.add_datastream(draft, Some((id.clone(), kind.clone())))?;
        }
        Ok(id)
    }

    /// Notes where a thing is from now on.
    pub(super) fn add_history(&mut self, thing: &str, locations: Vec<String>) -> Result<(), Problem> {
        if locations.is_empty() {
            return Ok(());
        }
        let set = Set::HistoricalLocation;
        let time = Value::from(text_of(When::at(self.world.now)));
        let body = Map::from_iter([("time".to_owned(), time)]);
        let refs = Refs { thing: Some(thing.to_owned()), locations, ..Refs::default() };
        let id = self.new_id(set)?;
        self.put(Document { set, id, body, refs })
    }

    fn add_location(&mut self, mut draft: Draft) -> Result<String, Problem> {
        check_place(&draft.body, "location")?;
        let things = draft.take_links("Things");
        let mut moved = None;
        let mut free = Vec::new();
        for thing in things {
            let id = self.link(Set::Thing, thing)?;
            match self.find(Set::Thing, &id)? {
                Some(Entity::Device(_, entry)) => {
                    self.move_device(&entry, draft.body.clone())?;
                    moved = Some(id);
                }
                Some(Entity::Free(document)) => free.push(document),
                _ => {}
            }
        }
        // A device has its one location, which is where it stands now.
        if let (Some(device), true) = (moved, free.is_empty()) {
            return Ok(device);
        }
        let encoding = draft.body.get("encodingType").cloned();
        let id = self.add_document(draft, Refs::default())?;
        for document in free {
            self.move_thing(&document, &id, encoding.as_ref())?;
        }
        Ok(id)
    }

    /// Moves a device to a location. The device has one location, which moves with it; where it came to, and
    /// when, is kept as a location of its own.
    pub(super) fn move_device(
        &mut self,
        entry: &Entry,
        mut place: Map<String, Value>,
    ) -> Result<(), Problem> {
        let to = place.get("location").unwrap_or(&Value::Null);
        self.register(adopt::moved(self.world, &entry.device, to)?, Arc::clone(&entry.kind));
        for (name, text) in
            [("name", own::name_of(entry)), ("description", ""), ("encodingType", own::GEOJSON)]
        {
            place.entry(name).or_insert_with(|| text.into());
        }
        let set = Set::Location;
        let id = self.new_id(set)?;
        self.put(Document { set, id: id.clone(), body: place, refs: Refs::default() })?;
        self.add_history(&entry.device.id, vec![id])
    }

    /// Gives a thing another location; one of the same encoding goes (clause 8.2.2).
    fn move_thing(&mut self, thing: &Document, to: &str, encoding: Option<&Value>) -> Result<(), Problem> {
        let mut thing = thing.clone();
        let mut kept = Vec::new();
        for id in std::mem::take(&mut thing.refs.locations) {
            let other = match self.find(Set::Location, &id)? {
                Some(Entity::Free(location)) => location.body.get("encodingType") != encoding,
                _ => false,
            };
            if other {
                kept.push(id);
            }
        }
        kept.push(to.to_owned());
        thing.refs.locations.clone_from(&kept);
        let id = thing.id.clone();
        self.put(thing)?;
        self.add_history(&id, kept)
    }

    fn add_historical_location(&mut self, mut draft: Draft) -> Result<String, Problem> {
        let thing = self.linked(&mut draft, Set::Thing)?;
        let mut locations = Vec::new();
        for location in draft.take_links("Locations") {
            locations.push(self.link(Set::Location, location)?);
        }
        if locations.is_empty() {
            return Err(bad("missing_property", "a HistoricalLocation needs `Locations`"));
        }
        self.add_document(draft, Refs { thing: Some(thing), locations, ..Refs::default() })
    }

    fn linked(&mut self, draft: &mut Draft, set: Set) -> Result<String, Problem> {
        let value = draft.take_link(set.singular()).ok_or_else(|| {
            let detail = format!("a {} needs `{}`", draft.set.singular(), set.singular());
            bad("missing_property", detail).with_hint("link to one by its `@iot.id`, or bring one along")
        })?;
        self.link(set, value)
    }

    /// `thing` is the id of the thing and, of a device, its kind, where that is known already.
    fn add_datastream(
        &mut self,
        mut draft: Draft,
        thing: Option<(String, Option<Arc<DeviceKind>>)>,
    ) -> Result<String, Problem> {
        let (thing, kind) = if let Some(known) = thing {
            known
        } else {
            let id = self.linked(&mut draft, Set::Thing)?;
            let kind = match self.find(Set::Thing, &id)? {
                Some(Entity::Device(_, entry)) => Some(Arc::clone(&entry.kind)),
                _ => None,
            };
            (id, kind)
        };
        let observations = draft.take_links("Observations");
        // What is known of a datastream's times follows from its observations.
        draft.body.remove("phenomenonTime");
        draft.body.remove("resultTime");
        let observed = draft.take_link("ObservedProperty");
        let fitting = kind.as_ref().and_then(|kind| adopt::stream(kind, &draft, observed.as_ref()));
        let id = if let Some(stream) = fitting {
            format!("{thing}:{stream}")
        } else {
            let sensor = Some(self.linked(&mut draft, Set::Sensor)?);
            let observed =
                observed.ok_or_else(|| bad("missing_property", "a Datastream needs `ObservedProperty`"))?;
            let observed_property = Some(self.link(Set::ObservedProperty, observed)?);
            let feature = kind.is_some().then(|| thing.clone());
            let refs = Refs { thing: Some(thing), sensor, observed_property, feature, locations: Vec::new() };
            self.add_document(draft, refs)?
        };
        for observation in observations {
            let mut draft = Draft::read(Set::Observation, observation, true)?;
            // What it belongs to is known; what the client says of it is not asked.
            draft.take_link("Datastream");
            self.observe(draft, &id)?;
        }
        Ok(id)
    }

    fn add_with_datastreams(&mut self, mut draft: Draft) -> Result<String, Problem> {
        let set = draft.set;
        let datastreams = draft.take_links("Datastreams");
        let id = self.add_document(draft, Refs::default())?;
        for datastream in datastreams {
            let mut datastream = datastream;
            if let Some(members) = datastream.as_object_mut() {
                members.insert(set.singular().into(), serde_json::json!({ "@iot.id": id }));
            }
            let draft = Draft::read(Set::Datastream, datastream, true)?;
            self.add_datastream(draft, None)?;
        }
        Ok(id)
    }

    fn add_observation(&mut self, mut draft: Draft) -> Result<String, Problem> {
        let datastream = self.linked(&mut draft, Set::Datastream)?;
        self.observe(draft, &datastream)
    }

    /// Takes an observation of a datastream. Gives its id.
    pub(super) fn observe(&mut self, mut draft: Draft, datastream: &str) -> Result<String, Problem> {
        let feature = draft.take_link("FeatureOfInterest");
        let entity = self.datastream(datastream)?;
        let (device, _) = entity.series().ok_or_else(World::nothing)?;
        self.world.may_at(Action::WriteReadings, &device)?;
        let named = match feature {
            Some(feature) => Some(self.link_feature(feature)?),
            None => features::for_observation(self, &entity)?,
        };
        let mut pending = Pending::read(self.world, &entity, draft)?;
        // A datastream of its own knows what its observations are about; only others must say so.
        let default = match self.datastream(datastream)? {
            Entity::Free(document) => document.refs.feature.clone(),
            Entity::Stream(entry, _) => Some(entry.device.id.clone()),
            _ => None,
        };
        pending.feature = named.filter(|named| Some(named) != default.as_ref());
        let id = pending.id();
        self.observations.push(pending);
        Ok(id)
    }

    fn datastream(&self, id: &str) -> Result<Entity, Problem> {
        if let Some(found) = self.find(Set::Datastream, id)? {
            return Ok(found);
        }
        // Of a device that is only being registered.
        if let Some((device, stream)) = id.split_once(':')
            && let Some(Entity::Device(_, entry)) = self.find(Set::Thing, device)?
        {
            return Ok(Entity::Stream(entry, stream.to_owned()));
        }
        Err(World::nothing())
    }
}

/// Links a draft to the entity below whose relation it was posted.
fn link_to_parent(draft: &mut Draft, parent: &Entity) -> Result<(), Problem> {
    let back = draft.set.navigations().iter().find(|back| back.to == parent.set());
    let Some(back) = back else {
        return Err(Problem::of_status(StatusCode::METHOD_NOT_ALLOWED));
    };
    if !back.many {
        // The address says it; what the body says of the same is not asked.
        draft.take_links(back.name);
    }
    draft.push_link(back, serde_json::json!({ "@iot.id": parent.id() }));
    Ok(())
}
