//! What the broker is told: states and alarms, taken from the hub as a viewer takes them. A broker that takes
//! slowly, or is away, is told less often and of newer states; each new connection begins with everything.
//!
//! | topic | payload | kept by the broker |
//! |---|---|---|
//! | `<prefix>/devices/{id}/state` | the device, as the API shows it | yes; empty once it is removed |
//! | `<prefix>/alarms/{id}` | the alarm, as the API shows it | until it is over |
//! | `v1.1/Datastreams('{device}:{stream}')/Observations` | an Observation (OGC 18-088 §14) | no |
//!
//! Its connection is another than that of readings: it takes nothing, and needs no session.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::watch;
use twin_schemas::alarm::{Alarm, AlarmChangedEvent, AlarmState};
use twin_schemas::live::{DeviceEvent, DeviceRemovedEvent, DeviceView, SnapshotEvent};

use super::address::Address;
use super::connection::{PAUSE_FIRST, PAUSE_LAST, jittered};
use super::link::{Event, Link, Teller};
use super::message::STATE;
use super::options::MqttConfig;
use super::stopped;
use crate::live::{DeviceFilter, Hub, LiveEvent, Subscription};
use crate::metrics::MQTT_TOLD;

/// A connection that held so long was a good one; the next attempt may come soon.
const GOOD: Duration = Duration::from_secs(10);

/// A message to the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) topic: String,
    pub(super) payload: String,
    /// Whether the broker keeps it for whoever comes later.
    pub(super) kept: bool,
}

/// Tells the broker until the server stops.
pub(super) async fn tell(
    config: MqttConfig,
    broker: Address,
    ca: Option<Vec<u8>>,
    hub: Arc<Hub>,
    mut stop: watch::Receiver<bool>,
) {
    let mut pause = PAUSE_FIRST;
    loop {
        let started = Instant::now();
        let reason = match Link::telling(&config, &broker, ca.as_deref()) {
            Err(reason) => reason,
            Ok(link) => match follow(link, &config.prefix, &hub, &stop).await {
                Some(reason) => reason,
                None => return,
            },
        };
        if started.elapsed() >= GOOD {
            pause = PAUSE_FIRST;
        }
        tracing::warn!(reason, "the broker is not told of states and alarms");
        tokio::select! {
            () = stopped(&mut stop) => return,
            () = tokio::time::sleep(jittered(pause)) => {}
        }
        pause = (pause * 2).min(PAUSE_LAST);
    }
}

/// Tells over one connection. Why it ended; nothing if the server stops.
async fn follow(
    mut link: Link,
    prefix: &str,
    hub: &Arc<Hub>,
    stop: &watch::Receiver<bool>,
) -> Option<String> {
    let teller = link.teller();
    let (connected, mut is_connected) = watch::channel(false);
    let telling = async {
        is_connected.wait_for(|connected| *connected).await.ok()?;
        let mut news = News::new(prefix);
        let mut subscription =
            Subscription::new(Arc::clone(hub), DeviceFilter::default(), None, stop.clone());
        while let Some((_, event)) = subscription.next().await {
            if let Err(reason) = send(&teller, news.of(&event)).await {
                return Some(reason);
            }
        }
        None
    };
    let polling = async {
        loop {
            match link.next().await {
                Ok(Event::Connected(_)) => drop(connected.send_replace(true)),
                Ok(_) => {}
                Err(reason) => return Some(reason),
            }
        }
    };
    let mut stop = stop.clone();
    tokio::select! {
        reason = telling => reason,
        reason = polling => reason,
        () = stopped(&mut stop) => None,
    }
}

async fn send(teller: &Teller, messages: Vec<Told>) -> Result<(), String> {
    for message in messages {
        teller.tell(message).await?;
        MQTT_TOLD.add(1);
    }
    Ok(())
}

/// What is new in an event, for a broker.
struct News<'a> {
    prefix: &'a str,
    /// Of each device, the instants of the observations that were told last, by stream.
    told: HashMap<String, HashMap<String, OffsetDateTime>>,
    /// Whether observations are told: those of the first snapshot are as old as they are.
    follows: bool,
}

impl<'a> News<'a> {
    fn new(prefix: &'a str) -> Self {
        Self { prefix, told: HashMap::new(), follows: false }
    }

    fn of(&mut self, event: &LiveEvent) -> Vec<Told> {
        let mut messages = Vec::new();
        // The events are our own: one that cannot be read is one that this file has not heard of.
        match event.name {
            "snapshot" => {
                let Ok(snapshot) = serde_json::from_str::<SnapshotEvent>(&event.data) else {
                    return messages;
                };
                for device in &snapshot.devices {
                    self.device(device, &mut messages);
                }
                for alarm in &snapshot.alarms {
                    self.alarm(alarm, &mut messages);
                }
                self.follows = true;
            }
            "device" => {
                if let Ok(DeviceEvent { device }) = serde_json::from_str(&event.data) {
                    self.device(&device, &mut messages);
                }
            }
            "device-removed" => {
                if let Ok(DeviceRemovedEvent { id }) = serde_json::from_str(&event.data) {
                    self.told.remove(&id);
                    messages.push(self.kept(&format!("devices/{id}/{STATE}"), String::new()));
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

    fn kept(&self, topic: &str, payload: String) -> Told {
        Told { topic: format!("{}/{topic}", self.prefix), payload, kept: true }
    }

    fn device(&mut self, view: &DeviceView, messages: &mut Vec<Told>) {
        let id = &view.device.id;
        messages.push(self.kept(&format!("devices/{id}/{STATE}"), json_of(view)));
        let told = self.told.entry(id.clone()).or_default();
        for (stream, latest) in &view.latest {
            let before = told.insert(stream.clone(), latest.time);
            if self.follows && before != Some(latest.time) {
                messages.push(observation(id, stream, latest.value, latest.time));
            }
        }
    }

    fn alarm(&self, alarm: &Alarm, messages: &mut Vec<Told>) {
        let topic = format!("alarms/{}", alarm.id);
        let told = self.kept(&topic, json_of(alarm));
        if alarm.state == AlarmState::Cleared {
            messages.push(Told { kept: false, ..told });
            messages.push(self.kept(&topic, String::new()));
        } else {
            messages.push(told);
        }
    }
}

/// An Observation in the topic of its Datastream, with the ids that the SensorThings interface gives them.
fn observation(device: &str, stream: &str, value: f64, time: OffsetDateTime) -> Told {
    let instant = time.format(&Rfc3339).unwrap_or_default();
    let datastream = format!("{device}:{stream}");
    let id = format!("{datastream}:{}", time.unix_timestamp_nanos() / 1_000);
    let payload = json!({
        "@iot.id": id, "phenomenonTime": instant, "resultTime": instant, "result": value,
    });
    let topic = format!("v1.1/Datastreams('{datastream}')/Observations");
    Told { topic, payload: payload.to_string(), kept: false }
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
    fn check(news: &mut News<'_>, event: &LiveEvent, expected: &[(&str, bool, bool)]) {
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
}
