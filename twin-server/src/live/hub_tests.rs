//! What viewers are told of, and what the log forgets.

use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalPoint;
use twin_schemas::live::SnapshotEvent;

use super::super::log::REMOVED_LIMIT;
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
    Entry { device: device.into(), kind, state: DeviceState::default() }
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
