//! All devices with their states in memory, and the log of what changed.
//!
//! The log is compacted: it knows of every device only the sequence number of its last change, so
//! it is as long as there are devices, however fast readings come. A subscriber keeps nothing but
//! the number that it has seen; asking for everything above it gives each changed device once, as
//! it is now. A slow subscriber gets fewer, newer events, and none needs a queue of its own.
//! Removed devices and changed objects of the model stay in the log as marks; when the oldest marks are
//! dropped, a subscriber from before them must start with a snapshot (`horizon`), and ask for objects anew.
//!
//! Alarms are in the same log; those that are over stay in it as marks, like removed devices.
//!
//! Only the ingest writer changes devices and alarms, and only the model tells of objects, after the store has
//! committed.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::Bound;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use time::OffsetDateTime;
use tokio::sync::watch;
use twin_schemas::alarm::{Alarm, AlarmState};
use twin_schemas::live::{
    Device, DeviceKind, DeviceRemovedEvent, DeviceStatus, DeviceView, ObjectRemovedEvent, PublicationEvent,
};
use twin_schemas::model::ModelObject;

use super::DeviceFilter;
use super::alarms::AlarmBoard;
use crate::domain::bounds::LocalRect;
use crate::domain::state::DeviceState;
use crate::spatial::query::{At, Filter, Place, Query, ask};
use crate::spatial::{Kind, Snapshot, SpatialIndex, Thing};

/// Marks of removed devices, cleared alarms and changed objects that the log keeps.
const REMOVED_LIMIT: usize = 1024;

/// A device in the hub.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its registration.
    pub device: Device,
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
    /// The event as JSON.
    pub data: String,
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

#[derive(Debug)]
struct State {
    devices: BTreeMap<String, Slot>,
    /// Streams without a device: readings find them, viewers do not.
    streams: BTreeMap<String, Entry>,
    alarms: AlarmBoard,
    publication: String,
    log: BTreeMap<u64, Change>,
    /// Last changes of objects, by id.
    objects: HashMap<String, u64>,
    removed: VecDeque<u64>,
    seq: u64,
    horizon: u64,
    publication_seq: u64,
}

#[derive(Debug)]
struct Slot {
    entry: Entry,
    /// The registration as the index has it.
    placed: Arc<Device>,
    changed_seq: u64,
    /// Last change of kind or place: what filters look at.
    placed_seq: u64,
    /// The view as JSON, made when first asked for after a change and shared by all viewers.
    json: OnceLock<Arc<str>>,
}

#[derive(Debug)]
enum Change {
    Device(String),
    Removed(String),
    /// An object of the model: its id, and as JSON what it is now; nothing if it is gone.
    Object(String, Option<Box<str>>),
    Alarm(u64),
    Publication,
}

impl Hub {
    /// A hub of devices as they were stored. `epoch` names this run: numbers of another run mean
    /// nothing here.
    #[must_use]
    pub fn new(epoch: String, publication: String, entries: Vec<Entry>) -> Self {
        let devices: BTreeMap<_, _> =
            entries.into_iter().map(|entry| (entry.device.id.clone(), Slot::new(entry, 0))).collect();
        let index = Snapshot::of_devices(devices.values().map(|slot| Arc::clone(&slot.placed)));
        let state = State {
            devices,
            streams: BTreeMap::new(),
            alarms: AlarmBoard::default(),
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

    /// The rectangle around all devices, if there are any.
    #[must_use]
    pub fn extent(&self) -> Option<LocalRect> {
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
            filter: Filter { kinds: [Kind::Device].into_iter().collect(), class: None, zone: None },
            place: Place::Nearest { at: At { east_m, north_m, up_m: None }, within_m: radius_m },
            company: None,
            limit: count,
        };
        let Ok(found) = ask(&self.index.now(), &query) else { return Vec::new() };
        let state = self.read();
        let view = |thing: &Thing| state.devices.get(thing.id()).map(|s| s.entry.state.view(&s.entry.device));
        found.hits.iter().filter_map(|hit| Some((view(&hit.thing)?, hit.distance_m?))).collect()
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
        for (id, new, visible) in states {
            let Some(slot) = state.devices.get_mut(&id) else {
                if let Some(entry) = state.streams.get_mut(&id) {
                    entry.state = new;
                }
                continue;
            };
            slot.entry.state = new;
            if visible {
                state.note_device(&id, false);
            }
        }
        self.announce(state);
    }

    /// Adds a device, or replaces it.
    pub fn put(&self, entry: Entry) {
        let mut state = self.write();
        let id = entry.device.id.clone();
        let slot = Slot::new(entry, 0);
        let placed = Arc::clone(&slot.placed);
        let before = state.devices.insert(id.clone(), slot);
        if let Some(before) = &before {
            state.log.remove(&before.changed_seq);
        }
        self.index.change(|now| now.put_device(placed, before.as_ref().map(|slot| &slot.placed)));
        state.note_device(&id, true);
        self.announce(state);
    }

    /// Removes a device, or a stream without one.
    pub fn remove(&self, id: &str) {
        let mut state = self.write();
        state.streams.remove(id);
        let Some(slot) = state.devices.remove(id) else { return };
        self.index.change(|now| now.remove_device(&slot.placed));
        state.log.remove(&slot.changed_seq);
        let seq = state.next_seq();
        state.log.insert(seq, Change::Removed(id.to_owned()));
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
        state.log.insert(seq, Change::Object(id.to_owned(), object.map(|object| json(object).into())));
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
        let (devices, alarms) = (state.list(filter), state.alarms.list(filter));
        let data = format!(r#"{{"publication":{publication},"devices":{devices},"alarms":{alarms}}}"#);
        Delivery { events: vec![LiveEvent { seq: state.seq, name: "snapshot", data }], seen: state.seq }
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

impl State {
    fn next_seq(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }

    /// Keeps what is gone, or an object's change, as a mark in the log; the oldest mark makes room. Of an
    /// alarm that was opened again, or an object that changed again, the old mark is no longer in the log.
    fn mark(&mut self, seq: u64) {
        self.removed.push_back(seq);
        if self.removed.len() <= REMOVED_LIMIT {
            return;
        }
        let Some(oldest) = self.removed.pop_front() else { return };
        if let Some(change) = self.log.remove(&oldest) {
            self.horizon = oldest;
            match change {
                Change::Alarm(id) => self.alarms.forget(id),
                Change::Object(id, _) => drop(self.objects.remove(&id)),
                Change::Device(_) | Change::Removed(_) | Change::Publication => {}
            }
        }
    }

    fn note_device(&mut self, id: &str, placed: bool) {
        let seq = self.next_seq();
        let Some(slot) = self.devices.get_mut(id) else { return };
        self.log.remove(&slot.changed_seq);
        slot.changed_seq = seq;
        if placed {
            slot.placed_seq = seq;
        }
        slot.json = OnceLock::new();
        self.log.insert(seq, Change::Device(id.to_owned()));
    }

    fn list(&self, filter: &DeviceFilter) -> String {
        let mut list = String::from("[");
        for slot in self.devices.values() {
            let by_status = filter.status.is_none_or(|status| slot.entry.state.status().0 == status);
            if by_status && filter.covers(&slot.entry.device) {
                if list.len() > 1 {
                    list.push(',');
                }
                list.push_str(slot.json());
            }
        }
        list.push(']');
        list
    }

    /// Name and data of an event for a subscriber that has seen everything up to `seen`; nothing if
    /// the change is outside its filter.
    fn tell(&self, change: &Change, seen: u64, filter: &DeviceFilter) -> Option<(&'static str, String)> {
        match change {
            Change::Device(id) => {
                let slot = self.devices.get(id)?;
                if filter.covers(&slot.entry.device) {
                    return Some(("device", format!(r#"{{"device":{}}}"#, slot.json())));
                }
                // It may have been covered where it stood before.
                (slot.placed_seq > seen).then(|| removed(id))
            }
            Change::Removed(id) => Some(removed(id)),
            Change::Alarm(id) => {
                let alarm = self.alarms.covered(*id, filter)?;
                Some(("alarm", format!(r#"{{"alarm":{alarm}}}"#)))
            }
            Change::Object(_, Some(object)) => Some(("object", format!(r#"{{"object":{object}}}"#))),
            Change::Object(id, None) => {
                Some(("object-removed", json(&ObjectRemovedEvent { id: id.clone() })))
            }
            Change::Publication => {
                let event = PublicationEvent { publication: self.publication.clone() };
                Some(("publication", json(&event)))
            }
        }
    }
}

impl Slot {
    fn new(entry: Entry, seq: u64) -> Self {
        let placed = Arc::new(entry.device.clone());
        Self { entry, placed, changed_seq: seq, placed_seq: seq, json: OnceLock::new() }
    }

    fn json(&self) -> &str {
        self.json.get_or_init(|| json(&self.entry.state.view(&self.entry.device)).into())
    }
}

fn removed(id: &str) -> (&'static str, String) {
    ("device-removed", json(&DeviceRemovedEvent { id: id.to_owned() }))
}

/// Our own types have string keys and finite numbers: writing them cannot fail.
fn json<T: serde::Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use twin_schemas::LocalizedText;
    use twin_schemas::geometry::LocalPoint;
    use twin_schemas::live::SnapshotEvent;

    use super::*;
    use crate::domain::kinds::DeviceKinds;

    fn lamp(id: &str, east_m: f64) -> Entry {
        let position = LocalPoint { east_m, north_m: 0.0, up_m: 0.0 };
        let kind = DeviceKinds::built_in().unwrap().get("street_lamp").unwrap().clone();
        let device = Device {
            id: id.into(),
            kind: kind.id.clone(),
            name: LocalizedText::default(),
            position,
            object: None,
        };
        Entry { device, kind, state: DeviceState::default() }
    }

    fn hub() -> Hub {
        Hub::new("e".into(), "v1".into(), vec![lamp("a", 0.0), lamp("b", 50.0)])
    }

    /// Number, name and device of every change above `seen`.
    fn check(hub: &Hub, seen: u64, filter: &DeviceFilter, expected: &[(u64, &str, &str)]) {
        let events = hub.changes(seen, filter, 100).unwrap().events;
        assert_eq!(events.len(), expected.len(), "{events:?}");
        for (event, (seq, name, id)) in events.iter().zip(expected) {
            assert_eq!((event.seq, event.name), (*seq, *name));
            assert!(event.data.contains(&format!("\"{id}\"")), "{}", event.data);
        }
    }

    #[test]
    fn a_device_that_changed_often_is_told_once_as_it_is_now() {
        let hub = hub();
        for _ in 0..3 {
            hub.update(vec![("a".into(), DeviceState::default(), true)]);
        }
        hub.update(vec![("b".into(), DeviceState::default(), true)]);
        hub.update(vec![("b".into(), DeviceState::default(), false)]);
        check(&hub, 0, &DeviceFilter::default(), &[(3, "device", "a"), (4, "device", "b")]);
        check(&hub, 3, &DeviceFilter::default(), &[(4, "device", "b")]);
        check(&hub, 4, &DeviceFilter::default(), &[]);
    }

    #[test]
    fn a_device_that_leaves_the_filter_is_told_as_removed() {
        let hub = hub();
        let west = DeviceFilter { bounds: Some("-10,-10,10,10".parse().unwrap()), ..DeviceFilter::default() };
        hub.put(lamp("a", 90.0));
        check(&hub, 0, &west, &[(1, "device-removed", "a")]);
        hub.update(vec![("a".into(), DeviceState::default(), true)]);
        check(&hub, 1, &west, &[]);
        assert_eq!(hub.nearest(90.0, 1.0, 30.0, 5).len(), 1);
    }

    #[test]
    fn a_snapshot_and_the_changes_after_it_leave_no_gap() {
        let hub = hub();
        hub.remove("b");
        let snapshot = hub.snapshot(&DeviceFilter::default());
        let event: SnapshotEvent = serde_json::from_str(&snapshot.events[0].data).unwrap();
        assert_eq!((event.publication.as_str(), event.devices.len()), ("v1", 1));
        hub.publish("v2");
        hub.publish("v3");
        check(&hub, snapshot.seen, &DeviceFilter::default(), &[(3, "publication", "v3")]);
    }

    #[test]
    fn removals_are_forgotten_in_order_and_then_a_snapshot_is_due() {
        let hub = hub();
        for _ in 0..=REMOVED_LIMIT {
            hub.put(lamp("c", 0.0));
            hub.remove("c");
        }
        assert!(hub.changes(0, &DeviceFilter::default(), 10).is_none());
        assert!(hub.changes(2, &DeviceFilter::default(), 10).is_some());
        assert!(hub.changes(999_999, &DeviceFilter::default(), 10).is_none());
    }

    #[test]
    fn an_object_that_changed_often_is_told_once_and_does_not_move_the_horizon() {
        let hub = hub();
        let object: ModelObject = serde_json::from_str(
            r#"{"id":"zone/z1","class":"zone","bounds":{"min":{"east_m":0,"north_m":0,"up_m":0},"max":{"east_m":1,"north_m":1,"up_m":1}}}"#,
        )
        .unwrap();
        for _ in 0..2 * REMOVED_LIMIT as u64 {
            hub.tell_object("zone/z1", Some(&object));
        }
        hub.tell_object("zone/z2", Some(&object));
        hub.tell_object("zone/z2", None);
        let last = 2 * REMOVED_LIMIT as u64;
        let expected = [(last, "object", "zone/z1"), (last + 2, "object-removed", "zone/z2")];
        check(&hub, 0, &DeviceFilter::default(), &expected);
    }

    #[test]
    fn a_delivery_that_was_cut_short_goes_on_where_it_stopped() {
        let hub = hub();
        for id in ["c", "d", "e"] {
            hub.put(lamp(id, 0.0));
        }
        let first = hub.changes(0, &DeviceFilter::default(), 2).unwrap();
        assert_eq!((first.events.len(), first.seen), (2, 2));
        let rest = hub.changes(first.seen, &DeviceFilter::default(), 2).unwrap();
        assert_eq!((rest.events.len(), rest.seen), (1, 3));
    }
}
