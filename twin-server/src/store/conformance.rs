//! What every store must do, as functions over the traits. An engine's module at the end runs them
//! all on a private database each.

use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalPoint;
use twin_schemas::live::{Device, DeviceStatus};

use super::{HistoryQuery, ReadingsToStore, Registered, StatusRow, Store};
use crate::domain::reading::CheckedReading;

const NOON: OffsetDateTime = datetime!(2026-05-01 12:00 UTC);

fn lamp(id: &str) -> Device {
    Device {
        id: id.into(),
        kind: "street_lamp".into(),
        name: LocalizedText::new("灯", "Lamp"),
        position: LocalPoint { east_m: 1.5, north_m: -2.0, up_m: 0.1 },
        object: Some("building/b07".into()),
    }
}

fn reading(device: &str, seconds: i64, value: f64) -> CheckedReading {
    CheckedReading {
        device: device.into(),
        stream: "power_w".into(),
        value,
        time: NOON + Duration::seconds(seconds),
        plausible: value < 400.0,
    }
}

fn late(readings: Vec<CheckedReading>) -> ReadingsToStore {
    ReadingsToStore { late: readings, ..ReadingsToStore::default() }
}

fn history(device: &str, limit: u32) -> HistoryQuery {
    HistoryQuery { device: device.into(), stream: "power_w".into(), from: None, to: None, limit }
}

async fn values(store: &dyn Store, query: HistoryQuery) -> Vec<f64> {
    store.history(query).await.unwrap().iter().map(|reading| reading.value).collect()
}

async fn registering_twice_changes_nothing_and_then_updates(store: &dyn Store) {
    let two = [lamp("a"), lamp("b")];
    assert_eq!(store.register(&two).await.unwrap(), [Registered::Added; 2]);
    assert_eq!(store.register(&two).await.unwrap(), [Registered::Unchanged; 2]);
    let moved = Device { object: None, name: LocalizedText::default(), ..lamp("b") };
    assert_eq!(
        store.register(&[lamp("a"), moved.clone()]).await.unwrap(),
        [Registered::Unchanged, Registered::Updated]
    );
    let devices = store.devices().await.unwrap();
    assert_eq!(devices.values().cloned().collect::<Vec<_>>(), [lamp("a"), moved]);
}

async fn the_same_device_stream_and_time_is_stored_once(store: &dyn Store) {
    let batch = late(vec![reading("a", 0, 1.0), reading("a", 1, 2.0), reading("a", 0, 9.0)]);
    assert_eq!(store.append(&batch).await.unwrap(), [true, true, false]);
    assert_eq!(store.append(&batch).await.unwrap(), [false, false, false]);
    assert_eq!(values(store, history("a", 10)).await, [1.0, 2.0]);
}

async fn history_is_the_newest_stretch_in_the_order_of_time(store: &dyn Store) {
    let fresh = (0..1000).map(|s| reading("a", s, f64::from(s as i32) / 3.0)).collect();
    store.append(&ReadingsToStore { fresh, ..ReadingsToStore::default() }).await.unwrap();
    assert_eq!(values(store, history("a", 2)).await, [998.0 / 3.0, 999.0 / 3.0]);
    let between = HistoryQuery {
        from: Some(NOON + Duration::seconds(3)),
        to: Some(NOON + Duration::seconds(5)),
        ..history("a", 100)
    };
    assert_eq!(values(store, between).await, [1.0, 4.0 / 3.0, 5.0 / 3.0]);
    assert_eq!(values(store, history("a", 10_000)).await.len(), 1000);
    assert!(values(store, history("nobody", 10)).await.is_empty());
}

async fn the_tip_skips_implausible_values_but_knows_their_time(store: &dyn Store) {
    store.append(&late(vec![reading("a", 0, 5.0), reading("a", 60, 999.0)])).await.unwrap();
    let tips = store.tips().await.unwrap();
    assert_eq!(tips.len(), 1);
    assert_eq!(tips[0].newest, NOON + Duration::seconds(60));
    assert_eq!(tips[0].latest, Some((5.0, NOON)));
}

async fn the_last_status_is_kept(store: &dyn Store) {
    let row =
        |status, seconds| StatusRow { device: "a".into(), status, since: NOON + Duration::seconds(seconds) };
    let statuses = vec![row(DeviceStatus::Alarm, 1), row(DeviceStatus::Notice, 2)];
    store.append(&ReadingsToStore { statuses, ..ReadingsToStore::default() }).await.unwrap();
    assert_eq!(store.statuses().await.unwrap(), [row(DeviceStatus::Notice, 2)]);
}

async fn a_removed_device_takes_its_readings_and_status_with_it(store: &dyn Store) {
    store.register(&[lamp("a"), lamp("b")]).await.unwrap();
    let statuses = vec![StatusRow { device: "a".into(), status: DeviceStatus::Normal, since: NOON }];
    let fresh = vec![reading("a", 0, 1.0), reading("b", 0, 2.0)];
    store.append(&ReadingsToStore { fresh, statuses, late: Vec::new() }).await.unwrap();
    assert!(store.remove("a").await.unwrap());
    assert!(!store.remove("a").await.unwrap());
    assert!(store.statuses().await.unwrap().is_empty());
    assert!(values(store, history("a", 10)).await.is_empty());
    assert_eq!(values(store, history("b", 10)).await, [2.0]);
    // The same id may come back and starts anew.
    store.register(&[lamp("a")]).await.unwrap();
    assert_eq!(store.append(&late(vec![reading("a", 0, 7.0)])).await.unwrap(), [true]);
    assert_eq!(values(store, history("a", 10)).await, [7.0]);
}

async fn own_writes_are_no_change_from_elsewhere(store: &dyn Store) {
    store.register(&[lamp("a")]).await.unwrap();
    assert!(!store.changed_elsewhere().await.unwrap());
}

mod sqlite {
    use super::super::{DeviceStore, SqliteStore, Store};

    macro_rules! on_sqlite {
        ($($case:ident),* $(,)?) => {$(
            #[tokio::test]
            async fn $case() {
                let folder = tempfile::tempdir().unwrap();
                let address = format!("sqlite:{}/twin.db", folder.path().display());
                super::$case(&SqliteStore::open(&address).await.unwrap()).await;
            }
        )*};
    }

    on_sqlite!(
        registering_twice_changes_nothing_and_then_updates,
        the_same_device_stream_and_time_is_stored_once,
        history_is_the_newest_stretch_in_the_order_of_time,
        the_tip_skips_implausible_values_but_knows_their_time,
        the_last_status_is_kept,
        a_removed_device_takes_its_readings_and_status_with_it,
        own_writes_are_no_change_from_elsewhere,
    );

    #[tokio::test]
    async fn what_another_process_registers_is_noticed_once() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}/twin.db", folder.path().display());
        let (server, import) =
            (SqliteStore::open(&address).await.unwrap(), SqliteStore::open(&address).await.unwrap());
        server.changed_elsewhere().await.unwrap();
        import.register(&[super::lamp("a")]).await.unwrap();
        assert!(server.changed_elsewhere().await.unwrap());
        assert!(!server.changed_elsewhere().await.unwrap());
        assert_eq!(server.devices().await.unwrap().len(), 1);
    }
}
