//! How many readings a second the alarm engine judges, on one core: five thousand detectors of three
//! streams under the built-in rules, all quiet; a tenth of the readings crossing a limit; and the same under
//! bare thresholds, one rule.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench fails like a test; criterion's macros document nothing"
)]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use twin_schemas::LocalizedText;
use twin_schemas::alarm::AlarmRule;
use twin_schemas::geometry::LocalPoint;
use twin_schemas::live::Device;
use twin_server::domain::alarm::{
    AlarmChanges, DeviceFacts, Engine, Handle, Known, Observation, Plan, built_in_rules,
};
use twin_server::domain::kinds::DeviceKinds;

const DEVICES: usize = 5_000;
const ROUND: usize = DEVICES * 3;
const STREAMS: [&str; 3] = ["battery_pct", "smoke_db_m", "temperature_c"];
const START_US: i64 = 1_800_000_000_000_000;

/// An engine with its detectors.
fn engine(kinds: &DeviceKinds, rules: Vec<AlarmRule>) -> (Engine, Vec<Handle>) {
    let mut engine = Engine::new(1, 0);
    for rule in rules {
        engine.load_rule(Arc::new(Plan::new(rule, 1)));
    }
    let kind = kinds.get("smoke_detector").unwrap();
    for number in 0..DEVICES {
        let device = Device {
            id: format!("detector-{number}"),
            kind: kind.id.clone(),
            name: LocalizedText::default(),
            position: LocalPoint::default(),
            object: None,
        };
        let facts = DeviceFacts { device: device.into(), kind: Arc::clone(kind), zone: None };
        engine.load_device(facts, &Known::default());
    }
    let handles = (0..DEVICES).map(|number| engine.handle(&format!("detector-{number}")).unwrap());
    let handles = handles.collect();
    (engine, handles)
}

/// One reading of each stream of each detector; every `alarming`th detector has smoke by turns.
fn round(engine: &mut Engine, handles: &[Handle], turn: i64, alarming: usize) -> AlarmChanges {
    let mut changes = AlarmChanges::default();
    let time_us = START_US + turn * 1_000_000;
    engine.tick(time_us, &mut changes);
    for (number, handle) in handles.iter().enumerate() {
        let smoke = if number % alarming == 0 && turn % 2 == 0 { 1.0 } else { 0.0 };
        for (stream, value) in STREAMS.iter().zip([80.0, smoke, 20.0 + (turn % 7) as f64]) {
            let reading = Observation { stream, value, time_us, plausible: true };
            engine.observe(*handle, reading, time_us, &mut changes);
        }
    }
    changes
}

fn alarms(criterion: &mut Criterion) {
    let kinds = DeviceKinds::built_in().unwrap();
    let all = built_in_rules(&kinds).unwrap();
    let one = all.iter().filter(|rule| rule.id == "smoke_detector-smoke").cloned().collect::<Vec<_>>();
    let mut group = criterion.benchmark_group("alarms");
    group.throughput(Throughput::Elements(ROUND as u64));
    for (name, rules, alarming) in [
        ("built_in_rules_quiet", all.clone(), usize::MAX),
        ("built_in_rules_one_in_ten_alarming", all, 10),
        ("one_threshold_quiet", one, usize::MAX),
    ] {
        let (mut engine, handles) = engine(&kinds, rules);
        let mut turn = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                turn += 1;
                black_box(round(&mut engine, &handles, turn, alarming))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, alarms);
criterion_main!(benches);
