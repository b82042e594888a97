//! Rules with their versions, alarms with their events, windows, bands, and what watches know.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};
use twin_schemas::LocalizedText;
use twin_schemas::alarm::{
    AdaptiveBand, Alarm, AlarmEventKind, AlarmEventRecord, AlarmLevel, AlarmRule, AlarmState,
    MaintenanceWindow, UsualHour,
};
use twin_schemas::geometry::LocalPoint;

use super::{NOON, history, lamp, late, on_every_store, reading};
use crate::domain::alarm::{AlarmChanges, Hold};
use crate::store::{AlarmCount, AlarmQuery, Edit, ReadingsToStore, Store};

fn at(seconds: i64) -> OffsetDateTime {
    NOON + Duration::seconds(seconds)
}

fn rule(id: &str, enabled: bool) -> AlarmRule {
    let condition =
        serde_json::json!({ "type": "silence", "levels": [{ "level": "notice", "after_s": 60 }] });
    serde_json::from_value(serde_json::json!({
        "id": id, "name": { "en": "Rule" }, "enabled": enabled, "scope": {}, "condition": condition,
    }))
    .unwrap()
}

fn edit(seconds: i64) -> Edit {
    Edit { at: at(seconds), by: Some("li".into()) }
}

fn alarm(id: u64, device: &str, level: AlarmLevel, state: AlarmState) -> Alarm {
    let over = (state == AlarmState::Cleared).then(|| at(id as i64 + 60));
    Alarm {
        id,
        rule: "r".into(),
        rule_version: 1,
        name: LocalizedText::new("离线", "Silent"),
        advice: LocalizedText::default(),
        device: device.into(),
        kind: "street_lamp".into(),
        device_name: LocalizedText::default(),
        position: LocalPoint { east_m: id as f64 * 10.0, north_m: 0.0, up_m: 0.0 },
        object: None,
        zone: (device == "a").then(|| "zone/z1".into()),
        stream: None,
        value: Some(0.1 + 0.2),
        level,
        peak_level: level,
        state,
        role: None,
        opened_at: at(id as i64),
        changed_at: at(id as i64),
        waiting_since: None,
        acknowledged_at: None,
        acknowledged_by: None,
        ended_at: over,
        cleared_at: over,
        cleared_by: None,
        suppressed_by: None,
        escalations: 0,
        reopened: 0,
    }
}

fn changes(alarms: &[Alarm]) -> AlarmChanges {
    let alarms: BTreeMap<u64, Alarm> = alarms.iter().map(|alarm| (alarm.id, alarm.clone())).collect();
    AlarmChanges { alarms, ..AlarmChanges::default() }
}

async fn store_alarms(store: &dyn Store, changes: AlarmChanges) {
    store.append(&ReadingsToStore { alarms: changes, ..ReadingsToStore::default() }).await.unwrap();
}

/// Four alarms: two of device `a` and two of `b`.
async fn four(store: &dyn Store) -> [Alarm; 4] {
    let four = [
        alarm(1, "a", AlarmLevel::Notice, AlarmState::Cleared),
        alarm(2, "b", AlarmLevel::Alarm, AlarmState::Open),
        alarm(3, "a", AlarmLevel::Warning, AlarmState::Acknowledged),
        alarm(4, "b", AlarmLevel::Warning, AlarmState::Suppressed),
    ];
    store_alarms(store, changes(&four)).await;
    four
}

async fn a_rule_keeps_its_versions_and_comes_back_after_its_removal(store: &dyn Store) {
    assert_eq!(store.put_alarm_rule(&rule("r", true), &edit(1)).await.unwrap(), 1);
    assert_eq!(store.put_alarm_rule(&rule("r", false), &edit(2)).await.unwrap(), 2);
    store.put_alarm_rule(&rule("a", true), &edit(3)).await.unwrap();
    let rules = store.alarm_rules().await.unwrap();
    let ids: Vec<_> =
        rules.iter().map(|view| (view.rule.id.as_str(), view.version, view.rule.enabled)).collect();
    assert_eq!(ids, [("a", 1, true), ("r", 2, false)]);
    assert!(store.remove_alarm_rule("r", &edit(4)).await.unwrap());
    assert!(!store.remove_alarm_rule("r", &edit(5)).await.unwrap());
    assert!(!store.remove_alarm_rule("nothing", &edit(5)).await.unwrap());
    assert_eq!(store.alarm_rules().await.unwrap().len(), 1);
    assert_eq!(store.put_alarm_rule(&rule("r", true), &edit(6)).await.unwrap(), 4);
    let versions = store.alarm_rule_versions("r").await.unwrap();
    let told: Vec<_> = versions.iter().map(|v| (v.version, v.changed_at, v.deleted)).collect();
    assert_eq!(told, [(4, at(6), false), (3, at(4), true), (2, at(2), false), (1, at(1), false)]);
    assert_eq!((versions[0].changed_by.as_deref(), &versions[0].rule), (Some("li"), &rule("r", true)));
    assert_eq!(store.alarm_rules().await.unwrap().len(), 2);
}

async fn first_rules_are_given_once(store: &dyn Store) {
    assert!(store.seed_alarm_rules(&[rule("a", true), rule("b", true)], &edit(0)).await.unwrap());
    store.remove_alarm_rule("a", &edit(1)).await.unwrap();
    store.remove_alarm_rule("b", &edit(1)).await.unwrap();
    assert!(!store.seed_alarm_rules(&[rule("a", true)], &edit(2)).await.unwrap());
    assert!(store.alarm_rules().await.unwrap().is_empty());
}

async fn alarms_are_stored_with_the_readings_that_caused_them(store: &dyn Store) {
    let event = |kind, note: &str| AlarmEventRecord {
        alarm: 7,
        at: at(0),
        kind,
        level: AlarmLevel::Alarm,
        value: Some(0.1),
        by: None,
        note: Some(note.into()),
    };
    let mut changes = changes(&[alarm(7, "a", AlarmLevel::Alarm, AlarmState::Open)]);
    changes.events = vec![event(AlarmEventKind::Opened, "one"), event(AlarmEventKind::Raised, "two")];
    let batch = ReadingsToStore { alarms: changes, ..late(vec![reading("a", 0, 1.0)]) };
    assert_eq!(store.append(&batch).await.unwrap(), [true]);
    assert_eq!(store.history(history("a", 10)).await.unwrap().len(), 1);
    assert_eq!(store.alarm(7).await.unwrap(), Some(alarm(7, "a", AlarmLevel::Alarm, AlarmState::Open)));
    assert_eq!(store.alarm_events(7).await.unwrap(), batch.alarms.events);
    assert_eq!(store.last_alarm().await.unwrap(), 7);
    assert_eq!(store.alarm(8).await.unwrap(), None);
    assert_eq!(store.alarm(u64::MAX).await.unwrap(), None);
}

async fn alarms_are_listed_newest_first_by_every_condition_and_in_pages(store: &dyn Store) {
    assert_eq!(store.last_alarm().await.unwrap(), 0);
    four(store).await;
    let all = AlarmQuery { limit: 10, ..AlarmQuery::default() };
    let active = vec![AlarmState::Open, AlarmState::Acknowledged];
    let text = |text: &str| Some(text.to_owned());
    for (query, expected) in [
        (all.clone(), vec![4, 3, 2, 1]),
        (AlarmQuery { states: active.clone(), ..all.clone() }, vec![3, 2]),
        (AlarmQuery { states: vec![AlarmState::Cleared], ..all.clone() }, vec![1]),
        (AlarmQuery { level: Some(AlarmLevel::Warning), ..all.clone() }, vec![4, 3]),
        (AlarmQuery { device: text("b"), ..all.clone() }, vec![4, 2]),
        (AlarmQuery { device: text("b"), states: active, ..all.clone() }, vec![2]),
        (AlarmQuery { zone: text("zone/z1"), ..all.clone() }, vec![3, 1]),
        (AlarmQuery { rule: text("other"), ..all.clone() }, vec![]),
        (AlarmQuery { kind: text("street_lamp"), before: Some(3), ..all.clone() }, vec![2, 1]),
        (AlarmQuery { bounds: Some("15,-1,30,1".parse().unwrap()), ..all.clone() }, vec![3, 2]),
        (AlarmQuery { from: Some(at(2)), to: Some(at(3)), ..all.clone() }, vec![3, 2]),
        (AlarmQuery { limit: 2, ..all.clone() }, vec![4, 3]),
    ] {
        let ids: Vec<u64> = store.alarms(query.clone()).await.unwrap().iter().map(|alarm| alarm.id).collect();
        assert_eq!(ids, expected, "{query:?}");
    }
    let counted =
        store.count_alarms(AlarmQuery { device: text("b"), ..AlarmQuery::default() }).await.unwrap();
    let count = |level, state| AlarmCount { level, state, alarms: 1 };
    assert_eq!(
        counted,
        [count(AlarmLevel::Alarm, AlarmState::Open), count(AlarmLevel::Warning, AlarmState::Suppressed)]
    );
}

async fn what_is_not_over_or_may_come_back_is_found_at_a_start(store: &dyn Store) {
    let mut alarms = four(store).await.to_vec();
    // Closed by a person while its condition holds, long ago.
    let mut closed = alarm(5, "a", AlarmLevel::Notice, AlarmState::Cleared);
    closed.ended_at = None;
    closed.cleared_at = Some(at(-1_000_000));
    store_alarms(store, changes(std::slice::from_ref(&closed))).await;
    alarms.push(closed);
    assert_eq!(store.unfinished_alarms(at(61)).await.unwrap(), alarms);
    assert_eq!(store.unfinished_alarms(at(62)).await.unwrap(), alarms[1..]);
}

async fn what_watches_know_is_kept_until_they_know_nothing(store: &dyn Store) {
    let hold = |device: &str, steps: &[(i64, i64)]| Hold {
        rule: "r".into(),
        device: device.into(),
        version: 3,
        steps: steps.to_vec(),
    };
    let keep = |holds: &[Hold]| {
        let holds = holds.iter().map(|h| ((h.rule.clone(), h.device.clone()), h.clone())).collect();
        AlarmChanges { holds, ..AlarmChanges::default() }
    };
    store_alarms(store, keep(&[hold("a", &[(i64::MIN, i64::MIN), (5, 6)]), hold("b", &[(1, 2)])])).await;
    store_alarms(store, keep(&[hold("a", &[(7, 8)]), hold("b", &[])])).await;
    assert_eq!(store.alarm_holds().await.unwrap(), [hold("a", &[(7, 8)])]);
}

async fn windows_are_put_changed_and_removed(store: &dyn Store) {
    let window = |start: u32| -> MaintenanceWindow {
        let when = serde_json::json!({ "type": "weekly", "days": [1], "start_min": start, "length_min": 60 });
        serde_json::from_value(serde_json::json!({ "id": "w", "name": {}, "scope": {}, "when": when }))
            .unwrap()
    };
    assert!(store.put_maintenance_window(&window(1)).await.unwrap());
    assert!(!store.put_maintenance_window(&window(2)).await.unwrap());
    assert_eq!(store.maintenance_windows().await.unwrap(), [window(2)]);
    assert!(store.remove_maintenance_window("w").await.unwrap());
    assert!(!store.remove_maintenance_window("w").await.unwrap());
}

async fn a_band_is_replaced_and_goes_with_its_device(store: &dyn Store) {
    store.register(&[lamp("a")]).await.unwrap();
    let band = |mean: f64| AdaptiveBand {
        device: "a".into(),
        stream: "power_w".into(),
        computed_at: at(0),
        utc_offset_min: 480,
        readings: 9,
        hours: vec![UsualHour { mean, deviation: 0.1, readings: 9 }; 168],
    };
    store.put_alarm_band(&band(1.0)).await.unwrap();
    store.put_alarm_band(&band(0.1 + 0.2)).await.unwrap();
    assert_eq!(store.alarm_band("a", "power_w").await.unwrap(), Some(band(0.1 + 0.2)));
    assert_eq!(store.alarm_bands().await.unwrap().len(), 1);
    assert_eq!(store.alarm_band("a", "voltage_v").await.unwrap(), None);
    store.remove("a").await.unwrap();
    assert!(store.alarm_bands().await.unwrap().is_empty());
}

on_every_store!(
    a_rule_keeps_its_versions_and_comes_back_after_its_removal,
    first_rules_are_given_once,
    alarms_are_stored_with_the_readings_that_caused_them,
    alarms_are_listed_newest_first_by_every_condition_and_in_pages,
    what_is_not_over_or_may_come_back_is_found_at_a_start,
    what_watches_know_is_kept_until_they_know_nothing,
    windows_are_put_changed_and_removed,
    a_band_is_replaced_and_goes_with_its_device,
);
