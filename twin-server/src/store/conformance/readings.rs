//! History, tips and statuses.

use time::Duration;
use twin_schemas::live::DeviceStatus;

use super::{NOON, history, lamp, late, on_every_store, reading};
use crate::store::{HistoryQuery, ReadingsToStore, StatusRow, Store};

async fn values(store: &dyn Store, query: HistoryQuery) -> Vec<f64> {
    store.history(query).await.unwrap().iter().map(|reading| reading.value).collect()
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

async fn packing_changes_no_answer(store: &dyn Store) {
    let fresh = (0..5000).map(|s| reading("a", s * 2, f64::from(s as i32))).collect();
    store.append(&ReadingsToStore { fresh, ..ReadingsToStore::default() }).await.unwrap();
    store.append(&late(vec![reading("b", 5, 1.0)])).await.unwrap();
    store.append(&late(vec![reading("a", 3, 0.5), reading("a", 100_000, 500.0)])).await.unwrap();
    let query = HistoryQuery { from: Some(NOON), to: Some(NOON + Duration::seconds(9)), ..history("a", 100) };
    let (stretch, newest, mut tips) = (
        values(store, query.clone()).await,
        values(store, history("a", 2500)).await,
        store.tips().await.unwrap(),
    );
    assert_eq!(stretch, [0.0, 1.0, 0.5, 2.0, 3.0, 4.0]);
    for _ in 0..2 {
        store.close_all().await.unwrap();
        assert_eq!(values(store, query.clone()).await, stretch);
        assert_eq!(values(store, history("a", 2500)).await, newest);
        assert_eq!(values(store, history("a", 10_000)).await.len(), 5002);
        let mut now = store.tips().await.unwrap();
        for tips in [&mut tips, &mut now] {
            tips.sort_by(|a, b| a.device.cmp(&b.device));
        }
        assert_eq!(now, tips);
        // Known instants are known, whether they are packed or not; new ones among them find their place.
        let again = late(vec![reading("a", 4, 9.0), reading("a", 3, 9.0), reading("b", 5, 9.0)]);
        assert_eq!(store.append(&again).await.unwrap(), [false; 3]);
    }
    let between = late(vec![reading("a", 5, 0.25), reading("a", 5, 9.0), reading("a", 7, 0.75)]);
    assert_eq!(store.append(&between).await.unwrap(), [true, false, true]);
    let found = [0.0, 1.0, 0.5, 2.0, 0.25, 3.0, 0.75, 4.0];
    assert_eq!(values(store, query.clone()).await, found);
    store.close_all().await.unwrap();
    assert_eq!(values(store, query).await, found);
}

async fn a_removed_device_leaves_nothing_behind_when_it_was_packed(store: &dyn Store) {
    store.register(&[lamp("a")]).await.unwrap();
    store.append(&late(vec![reading("a", 0, 1.0)])).await.unwrap();
    store.close_all().await.unwrap();
    store.append(&late(vec![reading("a", 1, 2.0)])).await.unwrap();
    assert!(store.remove("a").await.unwrap());
    store.close_all().await.unwrap();
    assert!(store.tips().await.unwrap().is_empty());
    store.append(&late(vec![reading("a", 0, 7.0)])).await.unwrap();
    assert_eq!(values(store, history("a", 10)).await, [7.0]);
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

on_every_store!(
    the_same_device_stream_and_time_is_stored_once,
    history_is_the_newest_stretch_in_the_order_of_time,
    the_tip_skips_implausible_values_but_knows_their_time,
    packing_changes_no_answer,
    a_removed_device_leaves_nothing_behind_when_it_was_packed,
    the_last_status_is_kept,
    a_removed_device_takes_its_readings_and_status_with_it,
);
