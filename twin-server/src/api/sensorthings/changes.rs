//! Changes that belong together: decided one by one against the world and each other, then stored in one
//! transaction and made known. Nobody else decides in between.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::MutexGuard;
use twin_schemas::live::{Device, DeviceKind};

use super::catalogue::{Document, ENTITIES_MOST, put, remove};
use super::entity::{Entity, free_device};
use super::observe::{self, Pending};
use super::streams;
use super::world::World;
use crate::api::Problem;
use crate::domain::state::DeviceState;
use crate::live::Entry;
use crate::sensorthings::model::Set;

/// Entities that one request may make.
const MADE_MOST: usize = 2_000;

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
        }
    }

    /// An id that no entity of the set has.
    pub(super) fn new_id(&mut self, set: Set) -> Result<String, Problem> {
        loop {
            let id = self.next.to_string();
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
        self.devices.retain(|(before, _)| before.id != device.id);
        self.devices.push((device, kind));
    }

    /// Removes an entity that a client made; of a datastream with its observations.
    pub(super) fn remove(&mut self, set: Set, id: &str) {
        self.put.retain(|document| (document.set, document.id.as_str()) != (set, id));
        self.removed.push((set, id.to_owned()));
        if set == Set::Datastream {
            self.removed_devices.push(free_device(id));
        }
    }

    /// Removes a device with its readings.
    pub(super) fn remove_device(&mut self, id: &str) {
        self.removed_devices.push(id.to_owned());
    }

    /// Stores everything and makes it known.
    pub(super) fn commit(self) -> Result<(), Problem> {
        let (world, app) = (self.world, &self.world.app);
        for pending in &self.observations {
            pending.check(world.now)?;
        }
        for (device, _) in self.devices {
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
        app.sensorthings.apply(self.put, &self.removed);
        for id in self.removed_devices {
            world.wait(app.writer.remove(id))?;
        }
        // Observations need what they belong to, and nobody waits for them.
        drop(self.next);
        for told in observe::ingest(world, &self.observations)? {
            told?;
        }
        Ok(())
    }
}
