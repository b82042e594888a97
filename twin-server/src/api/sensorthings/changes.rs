//! Changes that belong together: decided one by one against the world and each other, then stored in one
//! transaction and made known. Nobody else decides in between.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::MutexGuard;
use twin_schemas::live::{Device, DeviceKind};

use super::catalogue::{Document, ENTITIES_MOST, put, remove};
use super::entity::{Entity, free_device};
use super::observe::{self, Pending};
use super::world::World;
use super::{ROOT, streams};
use crate::api::Problem;
use crate::domain::audit::Outcome;
use crate::domain::permission::Action;
use crate::domain::state::DeviceState;
use crate::live::Entry;
use crate::sensorthings::model::Set;

/// Entities that one request may make.
const MADE_MOST: usize = 2_000;
/// Changes that an entry of the audit log names; of more it only says that there are.
const NOTED_MOST: usize = 8;

/// Changes while they are decided.
pub(super) struct Changes<'w> {
    pub(super) world: &'w World,
    next: MutexGuard<'w, u64>,
    put: Vec<Document>,
    removed: Vec<(Set, String)>,
    devices: Vec<(Device, Arc<DeviceKind>)>,
    /// Devices, and streams of datastreams, whose readings go with them.
    removed_devices: Vec<String>,
    pub(super) observations: Vec<Pending>,
    /// What the audit log is to hear of.
    noted: Vec<Noted>,
}

/// A change as the audit log names it.
#[derive(PartialEq)]
struct Noted {
    removed: bool,
    /// None: a device.
    set: Option<Set>,
    id: String,
}

impl<'w> Changes<'w> {
    /// Waits until nobody else decides.
    pub(super) fn new(world: &'w World) -> Self {
        let next = world.wait(world.app.sensorthings.changing.lock());
        Self {
            world,
            next,
            put: Vec::new(),
            removed: Vec::new(),
            devices: Vec::new(),
            removed_devices: Vec::new(),
            observations: Vec::new(),
            noted: Vec::new(),
        }
    }

    /// An id that no entity of the set has.
    pub(super) fn new_id(&mut self, set: Set) -> Result<String, Problem> {
        self.new_id_after(set, "")
    }

    /// An id with this beginning that no entity of the set has. Numbers are stored with documents alone, so
    /// after a restart some may be taken.
    pub(super) fn new_id_after(&mut self, set: Set, start: &str) -> Result<String, Problem> {
        loop {
            let id = format!("{start}{}", *self.next);
            *self.next += 1;
            if self.find(set, &id)?.is_none() {
                return Ok(id);
            }
        }
    }

    /// An entity, as it will be.
    pub(super) fn find(&self, set: Set, id: &str) -> Result<Option<Entity>, Problem> {
        if let Some(document) =
            self.put.iter().rev().find(|document| document.set == set && document.id == id)
        {
            return Ok(Some(Entity::Free(Arc::new(document.clone()))));
        }
        if self.removed.iter().any(|(removed, of)| *removed == set && of == id) {
            return Ok(None);
        }
        let as_device = matches!(set, Set::Thing | Set::Location | Set::FeatureOfInterest);
        if let Some((device, kind)) = self.devices.iter().find(|(device, _)| as_device && device.id == id) {
            let (device, kind) = (device.clone(), Arc::clone(kind));
            return Ok(Some(Entity::Device(
                set,
                Arc::new(Entry { device: Arc::new(device), kind, state: DeviceState::default() }),
            )));
        }
        self.world.get(set, id)
    }

    /// Adds an entity, or replaces it.
    pub(super) fn put(&mut self, document: Document) -> Result<(), Problem> {
        self.note(false, Some(document.set), &document.id);
        self.keep(document)
    }

    /// Adds or replaces an entity for an observation, which is a record itself.
    pub(super) fn keep(&mut self, document: Document) -> Result<(), Problem> {
        self.put.retain(|before| (before.set, &before.id) != (document.set, &document.id));
        self.put.push(document);
        if self.put.len() > MADE_MOST || self.world.app.sensorthings.is_full(self.put.len()) {
            let detail = format!(
                "a request makes at most {MADE_MOST} entities, and the server keeps at most {ENTITIES_MOST}"
            );
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_many_entities", detail));
        }
        Ok(())
    }

    /// Registers a device, or changes it.
    pub(super) fn register(&mut self, device: Device, kind: Arc<DeviceKind>) {
        self.note(false, None, &device.id);
        self.devices.retain(|(before, _)| before.id != device.id);
        self.devices.push((device, kind));
    }

    /// Removes an entity that a client made; of a datastream with its observations.
    pub(super) fn remove(&mut self, set: Set, id: &str) {
        self.note(true, Some(set), id);
        self.put.retain(|document| (document.set, document.id.as_str()) != (set, id));
        self.removed.push((set, id.to_owned()));
        if set == Set::Datastream {
            self.removed_devices.push(free_device(id));
        }
    }

    /// Removes a device with its readings.
    pub(super) fn remove_device(&mut self, id: &str) {
        self.note(true, None, id);
        self.removed_devices.push(id.to_owned());
    }

    fn note(&mut self, removed: bool, set: Option<Set>, id: &str) {
        let noted = Noted { removed, set, id: id.to_owned() };
        if self.noted.len() <= NOTED_MOST && !self.noted.contains(&noted) {
            self.noted.push(noted);
        }
    }

    /// Stores everything and makes it known. What is registered, changed or removed stands between two entries
    /// of the audit log.
    pub(super) fn commit(mut self) -> Result<(), Problem> {
        let world = self.world;
        observe::check(world, &self.observations)?;
        if let Some(object) = object(&self.noted) {
            let words = words(&self.noted);
            let entry = world.permit.entry(Action::RegisterDevices.id(), object).with_detail(&*words);
            let begun = world.wait(world.permit.begin(entry))?;
            let stored = self.store();
            world.wait(begun.end(if stored.is_ok() { Outcome::Done } else { Outcome::Failed }, words));
            stored?;
        } else {
            self.store()?;
        }
        // Observations need what they belong to, and nobody waits for them.
        drop(self.next);
        for told in observe::ingest(world, &self.observations)? {
            told?;
        }
        Ok(())
    }

    /// Stores entities and makes them known.
    fn store(&mut self) -> Result<(), Problem> {
        let (world, app) = (self.world, &self.world.app);
        for (device, _) in self.devices.drain(..) {
            world.wait(app.writer.register(device))?;
        }
        let mut changes: Vec<_> = self.removed.iter().map(|(set, id)| remove(*set, id)).collect();
        changes.extend(self.put.iter().map(put));
        if !changes.is_empty() {
            world.wait(app.store.change_sta(*self.next, &changes))?;
        }
        for document in self.put.iter().filter(|document| document.set == Set::Datastream) {
            let device = free_device(&document.id);
            if app.hub.entry(&device).is_none() {
                app.hub.put_stream(streams::entry(&device, None));
            }
        }
        app.sensorthings.apply(std::mem::take(&mut self.put), &self.removed);
        for id in self.removed_devices.drain(..) {
            world.wait(app.writer.remove(id))?;
        }
        Ok(())
    }
}

/// What an entry of the audit log is about: the device, if there is one.
fn object(noted: &[Noted]) -> Option<String> {
    let first = noted.iter().find(|noted| noted.set.is_none()).or(noted.first())?;
    Some(match first.set {
        None => format!("/api/v1/devices/{}", first.id),
        Some(set) => format!("{ROOT}/{}('{}')", set.plural(), first.id),
    })
}

/// The first changes in words.
fn words(noted: &[Noted]) -> String {
    let word = |Noted { removed, set, id }: &Noted| {
        let done = if *removed { "removed" } else { "put" };
        format!("{done} {} {id}", set.map_or("device", Set::singular))
    };
    let mut words = noted.iter().take(NOTED_MOST).map(word).collect::<Vec<_>>().join(", ");
    if noted.len() > NOTED_MOST {
        words.push_str(" and more");
    }
    words
}
