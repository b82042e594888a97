//! What the hub holds under its lock: devices, and the log of what changed, as `hub` explains it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, OnceLock};

use twin_schemas::live::{Device, DeviceRemovedEvent, ObjectRemovedEvent, PublicationEvent};

use super::alarms::AlarmBoard;
use super::board::Board;
use super::displays::DisplayBoard;
use super::hub::Entry;
use super::projects::ToldProject;
use super::reports::ToldReport;
use super::{DeviceFilter, Topic};

/// Marks of removed devices, cleared alarms, changed objects, reports and projects that the log keeps.
pub(super) const REMOVED_LIMIT: usize = 1024;

/// What stands around a view in an event.
const EVENT_HEAD: &str = r#"{"device":"#;
const EVENT_END: &str = "}";

#[derive(Debug)]
pub(super) struct State {
    pub(super) devices: BTreeMap<String, Slot>,
    /// Streams without a device: readings find them, viewers do not.
    pub(super) streams: BTreeMap<String, Entry>,
    pub(super) alarms: AlarmBoard,
    pub(super) displays: DisplayBoard,
    pub(super) reports: Board<ToldReport>,
    pub(super) projects: Board<ToldProject>,
    pub(super) publication: String,
    pub(super) log: BTreeMap<u64, Change>,
    /// Last changes of objects, by id.
    pub(super) objects: HashMap<String, u64>,
    pub(super) removed: VecDeque<u64>,
    pub(super) seq: u64,
    pub(super) horizon: u64,
    pub(super) publication_seq: u64,
}

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) entry: Entry,
    pub(super) changed_seq: u64,
    /// Last change of kind or place: what filters look at.
    pub(super) placed_seq: u64,
    /// The event that tells of it as JSON, made when first asked for after a change and shared by all viewers.
    event: OnceLock<Arc<str>>,
}

#[derive(Debug)]
pub(super) enum Change {
    Device(Arc<Device>),
    Removed(Box<str>),
    /// An object of the model: its id, and as JSON what it is now; nothing if it is gone.
    Object(Box<(String, Option<String>)>),
    Alarm(u64),
    /// A display of a command centre: the event as JSON.
    Display(Arc<str>),
    /// A report of a resident: its number.
    Report(u64),
    /// A project: its number.
    Project(u64),
    Publication,
}

impl Change {
    fn topic(&self) -> Topic {
        match self {
            Self::Device(_) | Self::Removed(_) => Topic::Devices,
            Self::Object(_) => Topic::Objects,
            Self::Alarm(_) => Topic::Alarms,
            Self::Display(_) => Topic::Displays,
            Self::Report(_) => Topic::Reports,
            Self::Project(_) => Topic::Projects,
            Self::Publication => Topic::Publication,
        }
    }
}

impl State {
    pub(super) fn next_seq(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }

    /// Keeps what is gone, or an object's change, as a mark in the log; the oldest mark makes room. Of an
    /// alarm that was opened again, or an object that changed again, the old mark is no longer in the log.
    pub(super) fn mark(&mut self, seq: u64) {
        self.removed.push_back(seq);
        if self.removed.len() <= REMOVED_LIMIT {
            return;
        }
        let Some(oldest) = self.removed.pop_front() else { return };
        if let Some(change) = self.log.remove(&oldest) {
            self.horizon = oldest;
            match change {
                Change::Alarm(id) => self.alarms.forget(id),
                Change::Report(id) => self.reports.forget(id),
                Change::Project(id) => self.projects.forget(id),
                Change::Object(object) => drop(self.objects.remove(&object.0)),
                Change::Device(_) | Change::Removed(_) | Change::Display(_) | Change::Publication => {}
            }
        }
    }

    pub(super) fn note_device(&mut self, id: &str, placed: bool) {
        let Self { devices, log, seq, .. } = self;
        if let Some(slot) = devices.get_mut(id) {
            slot.note(log, seq, placed);
        }
    }

    pub(super) fn list(&self, filter: &DeviceFilter) -> String {
        let mut list = String::from("[");
        for slot in self.devices.values() {
            let by_status = filter.status.is_none_or(|status| slot.entry.state.status().0 == status);
            if by_status && filter.covers(&slot.entry.device) {
                if list.len() > 1 {
                    list.push(',');
                }
                list.push_str(slot.view());
            }
        }
        list.push(']');
        list
    }

    /// Name and data of an event for a subscriber that has seen everything up to `seen`; nothing if
    /// the change is outside its filter.
    pub(super) fn tell(
        &self,
        change: &Change,
        seen: u64,
        filter: &DeviceFilter,
    ) -> Option<(&'static str, Arc<str>)> {
        if !filter.is_about(change.topic()) {
            return None;
        }
        match change {
            Change::Device(device) => {
                let id = &device.id;
                let slot = self.devices.get(id)?;
                if filter.covers(&slot.entry.device) {
                    return Some(("device", Arc::clone(slot.event())));
                }
                // It may have been covered where it stood before.
                (slot.placed_seq > seen).then(|| removed(id))
            }
            Change::Removed(id) => Some(removed(id)),
            Change::Alarm(id) => {
                let alarm = self.alarms.covered(*id, filter)?;
                Some(("alarm", format!(r#"{{"alarm":{alarm}}}"#).into()))
            }
            Change::Display(event) => Some(("display", Arc::clone(event))),
            Change::Report(id) => self.reports.tell(*id, seen, filter),
            Change::Project(id) => self.projects.tell(*id, seen, filter),
            Change::Object(object) => Some(match &**object {
                (_, Some(object)) => ("object", format!(r#"{{"object":{object}}}"#).into()),
                (id, None) => ("object-removed", json(&ObjectRemovedEvent { id: id.clone() }).into()),
            }),
            Change::Publication => {
                let event = PublicationEvent { publication: self.publication.clone() };
                Some(("publication", json(&event).into()))
            }
        }
    }
}

impl Slot {
    pub(super) fn new(entry: Entry, seq: u64) -> Self {
        Self { entry, changed_seq: seq, placed_seq: seq, event: OnceLock::new() }
    }

    /// Writes into the log that the device changed.
    pub(super) fn note(&mut self, log: &mut BTreeMap<u64, Change>, seq: &mut u64, placed: bool) {
        *seq += 1;
        log.remove(&self.changed_seq);
        self.changed_seq = *seq;
        if placed {
            self.placed_seq = *seq;
        }
        self.event = OnceLock::new();
        log.insert(*seq, Change::Device(Arc::clone(&self.entry.device)));
    }

    fn event(&self) -> &Arc<str> {
        self.event.get_or_init(|| {
            let view = json(&self.entry.state.view(&self.entry.device));
            [EVENT_HEAD, &view, EVENT_END].concat().into()
        })
    }

    /// The view as JSON, which the event wraps.
    fn view(&self) -> &str {
        let event = self.event();
        event.get(EVENT_HEAD.len()..event.len() - EVENT_END.len()).unwrap_or_default()
    }
}

fn removed(id: &str) -> (&'static str, Arc<str>) {
    ("device-removed", json(&DeviceRemovedEvent { id: id.to_owned() }).into())
}

/// Our own types have string keys and finite numbers: writing them cannot fail.
pub(super) fn json<T: serde::Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
