//! What is new in an event, for a broker: events of the live stream come in, messages go out. Called by
//! `telling`; knows no connection, and remembers over all of them what was told.
//!
//! | topic | payload | kept by the broker |
//! |---|---|---|
//! | `<prefix>/devices/{id}/state` | the device, as the API shows it | yes; empty once it is removed |
//! | `<prefix>/alarms/{id}` | the alarm, as the API shows it | until it is over |
//! | `v1.1/Datastreams('{device}:{stream}')/Observations` | an Observation (OGC 18-088 §14) | no |

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use twin_schemas::alarm::{Alarm, AlarmChangedEvent, AlarmState};
use twin_schemas::live::{DeviceEvent, DeviceRemovedEvent, DeviceView, SnapshotEvent};

use super::kept::Kept;
use crate::live::LiveEvent;

/// A message to the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Announcement {
    pub(super) topic: String,
    /// Empty takes back what was kept.
    pub(super) payload: String,
    /// Whether the broker keeps it for whoever comes later.
    pub(super) kept: bool,
}

/// What was told, and what is to be told of the next event.
pub(super) struct News {
    prefix: String,
    /// Of each device that was told and not taken back, the instants of its last observations, by stream.
    devices: BTreeMap<String, HashMap<String, OffsetDateTime>>,
    /// The alarms that were told and not taken back.
    alarms: BTreeSet<u64>,
    /// Whether observations are told: those of the first snapshot are as old as they are.
    follows: bool,
}

impl News {
    /// Nothing was told yet.
    pub(super) fn new(prefix: &str) -> Self {
        let (devices, alarms) = (BTreeMap::new(), BTreeSet::new());
        Self { prefix: prefix.to_owned(), devices, alarms, follows: false }
    }

    /// What topics begin with.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Another connection: the next event is its first.
    pub(super) fn begin(&mut self) {
        self.follows = false;
    }

    /// Whether this was told and not taken back.
    pub(super) fn has(&self, kept: &Kept) -> bool {
        match kept {
            Kept::State(device) => self.devices.contains_key(device),
            Kept::Alarm(number) => self.alarms.contains(number),
        }
    }

    /// The message that has the broker keep something no longer.
    pub(super) fn taken_back(&self, kept: &Kept) -> Announcement {
        self.kept(kept, String::new())
    }

    /// The messages that an event is worth.
    pub(super) fn of(&mut self, event: &LiveEvent) -> Vec<Announcement> {
        let mut messages = Vec::new();
        // The events are our own: one that cannot be read is one that this file has not heard of.
        match event.name {
            "snapshot" => {
                if let Ok(snapshot) = serde_json::from_str(&event.data) {
                    self.snapshot(&snapshot, &mut messages);
                }
            }
            "device" => {
                if let Ok(DeviceEvent { device }) = serde_json::from_str(&event.data) {
                    self.device(&device, &mut messages);
                }
            }
            "device-removed" => {
                if let Ok(DeviceRemovedEvent { id }) = serde_json::from_str(&event.data) {
                    self.devices.remove(&id);
                    messages.push(self.taken_back(&Kept::State(id)));
                }
            }
            "alarm" => {
                if let Ok(AlarmChangedEvent { alarm }) = serde_json::from_str(&event.data) {
                    self.alarm(&alarm, &mut messages);
                }
            }
            _ => {}
        }
        messages
    }

    /// Everything there is. What was told and is not in it has ended unheard, and is taken back.
    fn snapshot(&mut self, snapshot: &SnapshotEvent, messages: &mut Vec<Announcement>) {
        let devices: BTreeSet<&str> = snapshot.devices.iter().map(|view| &*view.device.id).collect();
        let alarms: BTreeSet<u64> = snapshot.alarms.iter().map(|alarm| alarm.id).collect();
        let ended = self.devices.keys().filter(|id| !devices.contains(&***id));
        let ended: Vec<Kept> = ended
            .map(|id| Kept::State(id.clone()))
            .chain(self.alarms.difference(&alarms).map(|number| Kept::Alarm(*number)))
            .collect();
        messages.extend(ended.iter().map(|kept| self.taken_back(kept)));
        self.devices.retain(|id, _| devices.contains(&**id));
        self.alarms.retain(|number| alarms.contains(number));
        for device in &snapshot.devices {
            self.device(device, messages);
        }
        for alarm in &snapshot.alarms {
            self.alarm(alarm, messages);
        }
        self.follows = true;
    }

    fn kept(&self, kept: &Kept, payload: String) -> Announcement {
        Announcement { topic: format!("{}/{kept}", self.prefix), payload, kept: true }
    }

    fn device(&mut self, view: &DeviceView, messages: &mut Vec<Announcement>) {
        let id = &view.device.id;
        messages.push(self.kept(&Kept::State(id.clone()), json_of(view)));
        let told = self.devices.entry(id.clone()).or_default();
        for (stream, latest) in &view.latest {
            let before = told.insert(stream.clone(), latest.time);
            if self.follows && before != Some(latest.time) {
                messages.push(observation(id, stream, latest.value, latest.time));
            }
        }
    }

    fn alarm(&mut self, alarm: &Alarm, messages: &mut Vec<Announcement>) {
        let kept = Kept::Alarm(alarm.id);
        let told = self.kept(&kept, json_of(alarm));
        if alarm.state == AlarmState::Cleared {
            self.alarms.remove(&alarm.id);
            messages.push(Announcement { kept: false, ..told });
            messages.push(self.taken_back(&kept));
        } else {
            self.alarms.insert(alarm.id);
            messages.push(told);
        }
    }
}

/// An Observation in the topic of its Datastream, with the ids that the SensorThings interface gives them.
fn observation(device: &str, stream: &str, value: f64, time: OffsetDateTime) -> Announcement {
    let instant = time.format(&Rfc3339).unwrap_or_default();
    let datastream = format!("{device}:{stream}");
    let id = format!("{datastream}:{}", time.unix_timestamp_nanos() / 1_000);
    let payload = json!({
        "@iot.id": id, "phenomenonTime": instant, "resultTime": instant, "result": value,
    });
    let topic = format!("v1.1/Datastreams('{datastream}')/Observations");
    Announcement { topic, payload: payload.to_string(), kept: false }
}

/// Our own types have string keys and finite numbers: writing them cannot fail.
fn json_of<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &'static str, data: &serde_json::Value) -> LiveEvent {
        LiveEvent { seq: 1, name, data: data.to_string().into() }
    }

    fn device(value: f64, time: &str) -> serde_json::Value {
        json!({
            "id": "b", "kind": "waste_bin", "name": { "zh": "", "en": "" },
            "position": { "east_m": 0.0, "north_m": 0.0, "up_m": 0.0 }, "status": "normal",
            "latest": { "fill_pct": { "value": value, "time": time } },
        })
    }

    /// Topics, and whether they are kept and say something.
    fn check(news: &mut News, event: &LiveEvent, expected: &[(&str, bool, bool)]) {
        let told = news.of(event);
        let found: Vec<_> =
            told.iter().map(|told| (&*told.topic, told.kept, !told.payload.is_empty())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_state_is_kept_and_each_new_observation_told_once() {
        let mut news = News::new("twin");
        let state = ("twin/devices/b/state", true, true);
        let observation = ("v1.1/Datastreams('b:fill_pct')/Observations", false, true);
        let first = device(1.0, "2026-05-01T12:00:00Z");
        let snapshot = json!({ "publication": "v1", "devices": [first], "alarms": [] });
        check(&mut news, &event("snapshot", &snapshot), &[state]);
        check(&mut news, &event("device", &json!({ "device": first })), &[state]);
        let next = json!({ "device": device(2.0, "2026-05-01T12:00:01Z") });
        check(&mut news, &event("device", &next), &[state, observation]);
        let gone = event("device-removed", &json!({ "id": "b" }));
        check(&mut news, &gone, &[("twin/devices/b/state", true, false)]);
        check(&mut news, &event("publication", &json!({ "publication": "v2" })), &[]);
    }

    #[test]
    fn what_ended_unheard_is_taken_back_with_the_next_snapshot() {
        let mut news = News::new("twin");
        let snapshot = |devices: &[&serde_json::Value]| {
            event("snapshot", &json!({ "publication": "v1", "devices": devices, "alarms": [] }))
        };
        let lamp = device(1.0, "2026-05-01T12:00:00Z");
        let mut bin = lamp.clone();
        bin["id"] = "c".into();
        let (b, c) = ("twin/devices/b/state", "twin/devices/c/state");
        check(&mut news, &snapshot(&[&lamp, &bin]), &[(b, true, true), (c, true, true)]);
        news.alarms.insert(7);
        // The connection is lost, and with it whatever came meanwhile.
        news.begin();
        let taken_back = [(c, true, false), ("twin/alarms/7", true, false)];
        check(&mut news, &snapshot(&[&lamp]), &[&taken_back[..], &[(b, true, true)]].concat());
        assert!(news.has(&Kept::State("b".into())));
        assert!(!news.has(&Kept::State("c".into())) && !news.has(&Kept::Alarm(7)));
        check(&mut news, &snapshot(&[&lamp]), &[(b, true, true)]);
    }
}
