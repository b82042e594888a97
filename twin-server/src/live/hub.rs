//! All devices with their states in memory, and the log of what changed.
//!
//! The log is compacted: it knows of every device only the sequence number of its last change, so
//! it is as long as there are devices, however fast readings come. A subscriber keeps nothing but
//! the number that it has seen; asking for everything above it gives each changed device once, as
//! it is now. A slow subscriber gets fewer, newer events, and none needs a queue of its own.
//! Removed devices and changed objects of the model stay in the log as marks; when the oldest marks are
//! dropped, a subscriber from before them must start with a snapshot (`horizon`), and ask for objects anew.
//!
//! Alarms are in the same log; those that are over stay in it as marks, like removed devices. So are changes of
//! residents' reports and of projects, which are no part of a snapshot: who begins with one asks for them anew.
//!
//! Only the ingest writer changes devices and alarms, only the model tells of objects, and only the books of reports and
//! of projects of these, after the store has committed.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use time::OffsetDateTime;
use tokio::sync::watch;
use twin_schemas::alarm::{Alarm, AlarmState};
use twin_schemas::displays::DisplayEvent;
use twin_schemas::geometry::LocalBox;
use twin_schemas::live::{Device, DeviceKind, DeviceStatus, DeviceView};
use twin_schemas::model::ModelObject;

use super::alarms::AlarmBoard;
use super::board::{Board, Told};
use super::displays::DisplayBoard;
use super::log::{Change, Slot, State, json};
use super::projects::ToldProject;
use super::reports::ToldReport;
use super::{DeviceFilter, Topic};
use crate::domain::state::DeviceState;
use crate::spatial::query::{At, Filter, Place, Query, ask};
use crate::spatial::{Kind, Snapshot, SpatialIndex, Thing};

/// A device in the hub.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its registration.
    pub device: Arc<Device>,
    /// Its kind.
    pub kind: Arc<DeviceKind>,
    /// Its state.
    pub state: DeviceState,
}

/// Something that viewers are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveEvent {
    /// Sequence number of the change, within the epoch of this process.
    pub seq: u64,
    /// Name of the event.
    pub name: &'static str,
    /// The event as JSON, one line.
    pub data: Arc<str>,
}

/// What a subscriber gets for its number.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) events: Vec<LiveEvent>,
    /// The number to ask with next.
    pub(super) seen: u64,
}

/// Devices, their states and the log.
#[derive(Debug)]
pub struct Hub {
    state: RwLock<State>,
    index: Arc<SpatialIndex>,
    latest: watch::Sender<u64>,
    epoch: String,
}

impl Hub {
    /// A hub of devices as they were stored. `epoch` names this run: numbers of another run mean
    /// nothing here.
    #[must_use]
    pub fn new(epoch: String, publication: String, entries: Vec<Entry>) -> Self {
        let devices: BTreeMap<_, _> =
            entries.into_iter().map(|entry| (entry.device.id.clone(), Slot::new(entry, 0))).collect();
        let index = Snapshot::of_devices(devices.values().map(|slot| Arc::clone(&slot.entry.device)));
        let state = State {
            devices,
            streams: BTreeMap::new(),
            alarms: AlarmBoard::default(),
            displays: DisplayBoard::default(),
            reports: Board::default(),
            projects: Board::default(),
            publication,
            log: BTreeMap::new(),
            objects: HashMap::new(),
            removed: VecDeque::new(),
            seq: 0,
            horizon: 0,
            publication_seq: 0,
        };
        let index = Arc::new(SpatialIndex::new(index));
        Self { state: RwLock::new(state), index, latest: watch::Sender::new(0), epoch }
    }

    /// Where things are. The hub keeps the devices in it, the model the objects.
    #[must_use]
    pub fn index(&self) -> &Arc<SpatialIndex> {
        &self.index
    }

    /// Name of this run.
    #[must_use]
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Number of devices.
    #[must_use]
    pub fn count(&self) -> usize {
        self.read().devices.len()
    }

    /// Number of devices of each status that some device has.
    #[must_use]
    pub fn count_by_status(&self) -> BTreeMap<DeviceStatus, usize> {
        let mut counts = BTreeMap::new();
        for slot in self.read().devices.values() {
            *counts.entry(slot.entry.state.status().0).or_default() += 1;
        }
        counts
    }

    /// Devices whose clock is off by more than it may.
    #[must_use]
    pub fn count_clocks_off(&self) -> usize {
        self.read()
            .devices
            .values()
            .filter(|slot| slot.entry.state.clock().is_some_and(|clock| clock.is_off))
            .count()
    }

    /// Number of the last change: another one whenever viewers are told something.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.read().seq
    }

    /// Up to `count` devices that are kept, in the order of their ids, behind the id `after`.
    #[must_use]
    pub fn page(&self, after: Option<&str>, count: usize, keep: impl Fn(&Device) -> bool) -> Vec<Entry> {
        let state = self.read();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let behind = state.devices.range::<str, _>((from, Bound::Unbounded)).map(|(_, slot)| &slot.entry);
        behind.filter(|entry| keep(&entry.device)).take(count).cloned().collect()
    }

    /// The box around all devices, if there are any.
    #[must_use]
    pub fn extent(&self) -> Option<LocalBox> {
        self.index.now().extent(Kind::Device)
    }

    /// A device, or a stream without one, as it is now.
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<Entry> {
        let state = self.read();
        state.devices.get(id).map(|slot| &slot.entry).or_else(|| state.streams.get(id)).cloned()
    }

    /// Up to `limit` devices after an id, by id.
    #[must_use]
    pub fn entries_after(&self, after: Option<&str>, limit: usize) -> Vec<Entry> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let state = self.read();
        state
            .devices
            .range::<str, _>((from, Bound::Unbounded))
            .take(limit)
            .map(|(_, slot)| slot.entry.clone())
            .collect()
    }

    /// Adds a stream without a device, or replaces it. Its id must be none that a device can have.
    pub fn put_stream(&self, entry: Entry) {
        self.write().streams.insert(entry.device.id.clone(), entry);
    }

    /// Kind and state of a device: what a reading is judged by.
    #[must_use]
    pub fn standing(&self, id: &str) -> Option<(Arc<DeviceKind>, DeviceState)> {
        let state = self.read();
        let entry = state.devices.get(id).map(|slot| &slot.entry).or_else(|| state.streams.get(id))?;
        Some((Arc::clone(&entry.kind), entry.state.clone()))
    }

    /// What viewers see of a device.
    #[must_use]
    pub fn view(&self, id: &str) -> Option<DeviceView> {
        self.read().devices.get(id).map(|slot| slot.entry.state.view(&slot.entry.device))
    }

    /// The views of the covered devices, by id, as a JSON array.
    #[must_use]
    pub fn list(&self, filter: &DeviceFilter) -> String {
        self.read().list(filter)
    }

    /// Up to `count` devices within `radius_m` of a place, nearest first, with their distances.
    #[must_use]
    pub fn nearest(&self, east_m: f64, north_m: f64, radius_m: f64, count: usize) -> Vec<(DeviceView, f64)> {
        let query = Query {
            filter: Filter::of([Kind::Device]),
            place: Place::Nearest { at: At { east_m, north_m, up_m: None }, within_m: radius_m },
            company: None,
            limit: count,
        };
        let now = self.index.now();
        let Ok(found) = ask(&now, &query) else { return Vec::new() };
        let state = self.read();
        let view = |thing: &Thing| state.devices.get(thing.id()).map(|s| s.entry.state.view(&s.entry.device));
        found.hits.iter().filter_map(|hit| Some((view(hit.thing)?, hit.distance_m?))).collect()
    }

    /// The devices whose status is another one by now, although no reading came.
    #[must_use]
    pub fn overdue(&self, now: OffsetDateTime) -> Vec<Entry> {
        let due = |slot: &&Slot| slot.entry.state.is_due(&slot.entry.kind, now);
        self.read().devices.values().filter(due).map(|slot| slot.entry.clone()).collect()
    }

    /// The kind of each device.
    #[must_use]
    pub fn kinds(&self) -> HashMap<String, Arc<DeviceKind>> {
        let state = self.read();
        state.devices.iter().map(|(id, slot)| (id.clone(), Arc::clone(&slot.entry.kind))).collect()
    }

    /// All devices, by id.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.read().devices.values().map(|slot| slot.entry.clone()).collect()
    }

    /// Takes over new states; `visible` ones are told to viewers.
    pub fn update(&self, states: Vec<(String, DeviceState, bool)>) {
        let mut state = self.write();
        let State { devices, streams, log, seq, .. } = &mut *state;
        for (id, new, visible) in states {
            if let Some(slot) = devices.get_mut(&id) {
                slot.entry.state = new;
                if visible {
                    slot.note(log, seq, false);
                }
            } else if let Some(entry) = streams.get_mut(&id) {
                entry.state = new;
            }
        }
        self.announce(state);
    }

    /// Adds a device, or replaces it.
    pub fn put(&self, entry: Entry) {
        let mut state = self.write();
        let id = entry.device.id.clone();
        let slot = Slot::new(entry, 0);
        let device = Arc::clone(&slot.entry.device);
        let before = state.devices.insert(id.clone(), slot);
        if let Some(before) = &before {
            state.log.remove(&before.changed_seq);
        }
        self.index.change(|now| now.put_device(device, before.as_ref().map(|slot| &slot.entry.device)));
        state.note_device(&id, true);
        self.announce(state);
    }

    /// Removes a device, or a stream without one.
    pub fn remove(&self, id: &str) {
        let mut state = self.write();
        state.streams.remove(id);
        let Some(slot) = state.devices.remove(id) else { return };
        self.index.change(|now| now.remove_device(&slot.entry.device));
        state.log.remove(&slot.changed_seq);
        let seq = state.next_seq();
        state.log.insert(seq, Change::Removed(id.into()));
        state.mark(seq);
        self.announce(state);
    }

    /// Tells viewers what an object of the model is now, or that it is gone.
    pub fn tell_object(&self, id: &str, object: Option<&ModelObject>) {
        let mut state = self.write();
        let seq = state.next_seq();
        if let Some(before) = state.objects.insert(id.to_owned(), seq) {
            state.log.remove(&before);
        }
        state.log.insert(seq, Change::Object(Box::new((id.to_owned(), object.map(json)))));
        state.mark(seq);
        self.announce(state);
    }

    /// Tells viewers of alarms as they are now.
    pub fn raise(&self, alarms: impl IntoIterator<Item = Alarm>) {
        let mut state = self.write();
        for alarm in alarms {
            if !state.alarms.concerns(&alarm) {
                continue;
            }
            let seq = state.next_seq();
            let (id, over) = (alarm.id, alarm.state == AlarmState::Cleared);
            let text = json(&alarm).into();
            if let Some(before) = state.alarms.post(alarm, text, seq) {
                state.log.remove(&before);
            }
            state.log.insert(seq, Change::Alarm(id));
            if over {
                state.mark(seq);
            }
        }
        self.announce(state);
    }

    /// Tells viewers of a display as it is now, or that it is gone.
    pub fn tell_display(&self, event: &DisplayEvent) {
        let mut state = self.write();
        let seq = state.next_seq();
        let (text, before) = state.displays.post(event, seq);
        if let Some(before) = before {
            state.log.remove(&before);
        }
        state.log.insert(seq, Change::Display(text));
        if event.state.is_none() {
            state.mark(seq);
        }
        self.announce(state);
    }

    /// Tells viewers of a report as it is now: those who may read it what it is, those who could that they may not.
    pub fn tell_report(&self, before: Option<ToldReport>, now: ToldReport) {
        self.tell_told(|state| &mut state.reports, Change::Report, before, now);
    }

    /// Tells viewers of a project as it is now, in the same manner.
    pub fn tell_project(&self, before: Option<ToldProject>, now: ToldProject) {
        self.tell_told(|state| &mut state.projects, Change::Project, before, now);
    }

    fn tell_told<T: Told>(
        &self,
        board: fn(&mut State) -> &mut Board<T>,
        change: fn(u64) -> Change,
        before: Option<T>,
        now: T,
    ) {
        let mut state = self.write();
        let (seq, id) = (state.next_seq(), now.id());
        if let Some(last) = board(&mut state).post(before, now, seq) {
            state.log.remove(&last);
        }
        state.log.insert(seq, change(id));
        state.mark(seq);
        self.announce(state);
    }

    /// Tells viewers that another version is served.
    pub fn publish(&self, publication: &str) {
        let mut state = self.write();
        publication.clone_into(&mut state.publication);
        let before = state.publication_seq;
        state.log.remove(&before);
        state.publication_seq = state.next_seq();
        let seq = state.publication_seq;
        state.log.insert(seq, Change::Publication);
        self.announce(state);
    }

    /// Wakes when something changed.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.latest.subscribe()
    }

    /// Everything, and the number up to which it is everything.
    pub(super) fn snapshot(&self, filter: &DeviceFilter) -> Delivery {
        let state = self.read();
        let publication = json(&state.publication);
        let part = |topic, list: &dyn Fn() -> String| {
            if filter.is_about(topic) { list() } else { "[]".to_owned() }
        };
        let devices = part(Topic::Devices, &|| state.list(filter));
        let alarms = part(Topic::Alarms, &|| state.alarms.list(filter));
        let displays = part(Topic::Displays, &|| state.displays.list());
        let data = format!(
            r#"{{"publication":{publication},"devices":{devices},"alarms":{alarms},"displays":{displays}}}"#
        );
        let event = LiveEvent { seq: state.seq, name: "snapshot", data: data.into() };
        Delivery { events: vec![event], seen: state.seq }
    }

    /// Up to `limit` changes above `seen`; none if the log does not reach back so far, or `seen`
    /// is not a number of this run.
    pub(super) fn changes(&self, seen: u64, filter: &DeviceFilter, limit: usize) -> Option<Delivery> {
        let state = self.read();
        if seen < state.horizon || seen > state.seq {
            return None;
        }
        let mut delivery = Delivery { events: Vec::new(), seen: state.seq };
        for (seq, change) in state.log.range(seen + 1..) {
            if delivery.events.len() == limit {
                delivery.seen = seq - 1;
                break;
            }
            if let Some((name, data)) = state.tell(change, seen, filter) {
                delivery.events.push(LiveEvent { seq: *seq, name, data });
            }
        }
        Some(delivery)
    }

    fn announce(&self, state: RwLockWriteGuard<'_, State>) {
        let seq = state.seq;
        drop(state);
        self.latest.send_if_modified(|latest| std::mem::replace(latest, seq) != seq);
    }

    // A lock is poisoned if a holder panicked; the maps are whole between statements, so go on.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "hub_tests.rs"]
mod tests;
