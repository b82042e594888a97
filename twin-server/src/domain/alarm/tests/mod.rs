//! What alarms do, told as scripts: readings, instants and people in, a line for each event out.

mod lives;
mod properties;
mod restarts;
mod rules;

use std::sync::Arc;

use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use twin_schemas::LocalizedText;
use twin_schemas::alarm::{Alarm, AlarmEventRecord, AlarmRule, MaintenanceWindow};
use twin_schemas::geometry::LocalPoint;
use twin_schemas::live::Device;

use super::*;
use crate::domain::kinds::DeviceKinds;

const NOON: OffsetDateTime = datetime!(2026-05-01 12:00 UTC);

/// The instant so many seconds after noon, in microseconds.
fn at(seconds: i64) -> i64 {
    to_us(NOON + Duration::seconds(seconds))
}

fn detector(id: &str) -> DeviceFacts {
    let kind = DeviceKinds::built_in().unwrap().get("smoke_detector").unwrap().clone();
    let device = Device {
        id: id.into(),
        kind: kind.id.clone(),
        name: LocalizedText::new("烟感", "Detector"),
        position: LocalPoint { east_m: 1.0, north_m: 2.0, up_m: 3.0 },
        object: Some("building/b1".into()),
    };
    DeviceFacts { device: device.into(), kind, zone: Some("zone/z1".into()) }
}

/// A rule for smoke detectors with these fields beside id and name.
#[expect(clippy::needless_pass_by_value, reason = "scripts write their values in place")]
fn rule(condition: Value, more: Value) -> AlarmRule {
    let mut rule = json!({ "id": "r", "name": { "en": "Rule" }, "scope": { "kind": "smoke_detector" },
        "condition": condition, "role": "property" });
    rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let rule: AlarmRule = serde_json::from_value(rule).unwrap();
    check_rule(&rule, &DeviceKinds::built_in().unwrap()).unwrap();
    rule
}

/// Heat from 50 with hysteresis 5 after so many seconds.
fn heat(for_s: u32) -> Value {
    json!({ "type": "threshold", "stream": "temperature_c",
        "levels": [{ "level": "warning", "from": 50, "hysteresis": 5, "for_s": for_s }] })
}

/// One detector, `d`, under rules.
struct Scene {
    engine: Engine,
    changes: AlarmChanges,
    told: usize,
}

impl Scene {
    fn new(rules: Vec<AlarmRule>) -> Self {
        let mut scene =
            Self { engine: Engine::new(1, at(-100_000)), changes: AlarmChanges::default(), told: 0 };
        for rule in rules {
            scene.engine.load_rule(Arc::new(Plan::new(rule, 1)));
        }
        scene.engine.load_device(detector("d"), &Known::default());
        scene
    }

    fn one(condition: Value, more: Value) -> Self {
        Self::new(vec![rule(condition, more)])
    }

    /// A temperature, measured and received at this second.
    fn heat(&mut self, second: i64, value: f64) -> &mut Self {
        self.late(second, second, "temperature_c", value)
    }

    fn smoke(&mut self, second: i64, value: f64) -> &mut Self {
        self.late(second, second, "smoke_db_m", value)
    }

    /// A reading that was received at another second than it was measured.
    fn late(&mut self, second: i64, received: i64, stream: &str, value: f64) -> &mut Self {
        let reading = Observation { stream, value, time_us: at(second), plausible: value < 900.0 };
        let handle = self.engine.handle("d").unwrap();
        self.engine.observe(handle, reading, at(received), &mut self.changes);
        self
    }

    fn tick(&mut self, second: i64) -> &mut Self {
        self.engine.tick(at(second), &mut self.changes);
        self
    }

    fn window(&mut self, second: i64, when: Option<Value>) -> &mut Self {
        let window = when.map(|when| {
            json!({ "id": "w", "name": { "en": "Works" }, "scope": { "zone": "zone/z1" }, "when": when })
        });
        let windows: Vec<MaintenanceWindow> =
            window.into_iter().map(|window| serde_json::from_value(window).unwrap()).collect();
        self.engine.put_windows(windows, at(second), &mut self.changes);
        self
    }

    /// The alarm with the highest number.
    fn last(&self) -> Alarm {
        self.changes.alarms.values().next_back().unwrap().clone()
    }

    fn act(&mut self, second: i64, what: Deed) -> Result<Alarm, ActError> {
        let action = Action { what, by: Some("li".into()), note: None };
        self.engine.act(self.last(), action, at(second), &mut self.changes)
    }

    /// What was told since the last time: second, alarm, event, level.
    fn check(&mut self, expected: &[&str]) -> &mut Self {
        let lines: Vec<String> = self.changes.events[self.told..].iter().map(line).collect();
        assert_eq!(lines, expected);
        self.told = self.changes.events.len();
        self
    }
}

fn line(event: &AlarmEventRecord) -> String {
    let word = |text: String| text.trim_matches('"').to_owned();
    let second = (event.at - NOON).as_seconds_f64();
    let kind = word(serde_json::to_string(&event.kind).unwrap());
    let level = word(serde_json::to_string(&event.level).unwrap());
    format!("{second} #{} {kind} {level}", event.alarm)
}
