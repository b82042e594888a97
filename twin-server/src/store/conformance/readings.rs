//! History, tips and statuses.

use time::{Duration, OffsetDateTime};
use twin_schemas::live::DeviceStatus;

use super::{NOON, history, lamp, late, on_every_store, reading};
use crate::domain::reading::CheckedReading;
use crate::domain::summary::{Bucket, Grid};
use crate::store::{AggregateQuery, End, HistoryQuery, Purge, ReadingsToStore, SeriesTip, StatusRow, Store};

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

async fn long_histories_are_read_from_the_oldest_on(store: &dyn Store) {
    let fresh = (0..9000).map(|s| reading("a", s, f64::from(s as i32) / 100.0)).collect();
    store.append(&ReadingsToStore { fresh, ..ReadingsToStore::default() }).await.unwrap();
    store.close_all().await.unwrap();
    store.append(&late(vec![reading("a", 9000, 90.0), reading("a", -1, -0.01)])).await.unwrap();
    let mut query = HistoryQuery { end: End::Oldest, ..history("a", 700) };
    let (mut all, mut pages) = (Vec::new(), 0);
    loop {
        let page = store.history(query.clone()).await.unwrap();
        let Some(last) = page.last() else { break };
        query.from = Some(last.time + Duration::microseconds(1));
        all.extend(page.iter().map(|reading| reading.value));
        pages += 1;
    }
    let expected: Vec<f64> = (-1..=9000).map(|s| f64::from(s) / 100.0).collect();
    assert_eq!((all, pages), (expected, 13));
}

/// The steps as (start in seconds after noon, readings, least, most, total, first, last).
async fn steps(store: &dyn Store, from: i64, to: i64, step: i64) -> Vec<(i64, u64, f64, f64, f64, f64, f64)> {
    let us = |seconds: i64| NOON.unix_timestamp() * 1_000_000 + seconds * 1_000_000;
    let grid = Grid::new(us(from), us(to), step * 1_000_000, us(0)).unwrap();
    let query = AggregateQuery { device: "a".into(), stream: "power_w".into(), grid };
    let buckets = store.aggregate(query).await.unwrap();
    let of = |bucket: &Bucket| {
        let values = bucket.summary.values.unwrap();
        let begin = (bucket.begin_us - us(0)) / 1_000_000;
        (begin, bucket.summary.readings, values.least, values.most, values.total, values.first, values.last)
    };
    buckets.iter().map(of).collect()
}

async fn aggregates_say_the_same_whether_readings_are_packed_or_not(store: &dyn Store) {
    // Whole numbers, so that sums are exact in any order.
    let fresh: Vec<_> = (0..10_000).map(|s| reading("a", s, f64::from(s as i32 * 7 % 301))).collect();
    store.append(&ReadingsToStore { fresh, ..ReadingsToStore::default() }).await.unwrap();
    let questions = [(0, 9999, 3600), (-500, 20_000, 100_000), (17, 5017, 250), (4000, 4000, 1)];
    let mut before = Vec::new();
    for (from, to, step) in questions {
        before.push(steps(store, from, to, step).await);
    }
    assert_eq!(before[0].len(), 3);
    assert_eq!(before[1].iter().map(|step| step.1).sum::<u64>(), 10_000);
    assert_eq!(before[2][0], (0, 233, 0.0, 294.0, before[2][0].4, 119.0, before[2][0].6));
    assert_eq!(before[3], [(4000, 1, 7.0, 7.0, 7.0, 7.0, 7.0)]);
    store.close_all().await.unwrap();
    for ((from, to, step), expected) in questions.into_iter().zip(&before) {
        assert_eq!(steps(store, from, to, step).await, *expected);
    }
    // A late reading within a packed stretch, before it is packed and after.
    let added = Duration::milliseconds(500);
    let mut one = reading("a", 5000, 399.0);
    one.time += added;
    store.append(&late(vec![one])).await.unwrap();
    for _ in 0..2 {
        let whole = steps(store, -500, 20_000, 100_000).await;
        assert_eq!((whole[0].1, whole[0].3), (10_001, 399.0));
        store.close_all().await.unwrap();
    }
}

async fn streams_are_counted_together_wherever_their_readings_lie(store: &dyn Store) {
    let of = |device: &str| (device.to_owned(), "power_w".to_owned());
    let streams = [of("a"), of("nobody"), of("b"), of("a")];
    let counts = async || store.counts(&streams).await.unwrap();
    store.append(&late((0..5000).map(|s| reading("a", s, 1.0)).collect())).await.unwrap();
    assert_eq!(counts().await, Some(vec![5000, 0, 0, 5000]));
    store.close_all().await.unwrap();
    assert_eq!(counts().await, Some(vec![5000, 0, 0, 5000]));
    // One that is there, one among those that are packed, one behind them, and one of another.
    let mut between = reading("a", 7, 2.0);
    between.time += Duration::milliseconds(1);
    let more = late(vec![reading("a", 7, 9.0), between, reading("a", 5000, 1.0), reading("b", 0, 1.0)]);
    assert_eq!(store.append(&more).await.unwrap(), [false, true, true, true]);
    assert_eq!(counts().await, Some(vec![5002, 0, 1, 5002]));
    store.close_all().await.unwrap();
    assert_eq!(counts().await, Some(vec![5002, 0, 1, 5002]));
    let purge = Purge { device: "a".into(), stream: None, from: None, to: Some(NOON + Duration::seconds(9)) };
    assert_eq!(store.purge(purge).await.unwrap(), 11);
    assert_eq!(counts().await, Some(vec![4991, 0, 1, 4991]));
}

async fn what_is_new_is_found_beside_what_is_packed(store: &dyn Store) {
    store.append(&late((0..50).map(|s| reading("a", s, f64::from(s as i32))).collect())).await.unwrap();
    store.close_all().await.unwrap();
    store
        .append(&late(vec![reading("a", 51, 51.0), reading("a", 52, 52.0), reading("a", -1, -1.0)]))
        .await
        .unwrap();
    for (limit, expected) in [(1, &[52.0][..]), (2, &[51.0, 52.0]), (3, &[49.0, 51.0, 52.0]), (0, &[])] {
        assert_eq!(values(store, history("a", limit)).await, expected);
    }
    let oldest = |limit| HistoryQuery { end: End::Oldest, ..history("a", limit) };
    assert_eq!(values(store, oldest(1)).await, [-1.0]);
    assert_eq!(values(store, oldest(3)).await, [-1.0, 0.0, 1.0]);
    let from = |seconds| Some(NOON + Duration::seconds(seconds));
    assert_eq!(values(store, HistoryQuery { from: from(51), ..oldest(9) }).await, [51.0, 52.0]);
    assert_eq!(values(store, HistoryQuery { from: from(49), ..oldest(2) }).await, [49.0, 51.0]);
    assert_eq!(values(store, HistoryQuery { to: from(50), ..history("a", 1) }).await, [49.0]);
    assert_eq!(steps(store, 50, 99, 10).await, [(50, 2, 51.0, 52.0, 103.0, 51.0, 52.0)]);
}

/// What was newest of one stream by an instant, found by a look at every reading.
fn newest_by(readings: &[CheckedReading], at: OffsetDateTime) -> Vec<SeriesTip> {
    let by = |reading: &&CheckedReading| reading.time <= at;
    let newest = readings.iter().filter(by).max_by_key(|reading| reading.time);
    let latest = readings.iter().filter(by).filter(|r| r.plausible).max_by_key(|reading| reading.time);
    let tip = |newest: &CheckedReading| SeriesTip {
        device: newest.device.clone(),
        stream: newest.stream.clone(),
        newest: newest.time,
        latest: latest.map(|reading| (reading.value, reading.time)),
    };
    newest.map(tip).into_iter().collect()
}

async fn what_was_newest_at_an_instant_is_found_wherever_it_lies(store: &dyn Store) {
    // From 5,000 s on nothing is plausible, for longer than a chunk.
    let value = |s: i64| if s < 5000 { (s % 300) as f64 } else { 500.0 };
    let mut readings: Vec<_> = (0..10_000).map(|s| reading("a", s, value(s))).collect();
    let check = async |readings: &[CheckedReading]| {
        for s in [-9, -5, -1, 0, 1, 100, 101, 4095, 4096, 4999, 5000, 8191, 8192, 9500, 9999, 10_001, 90_000]
        {
            let at = NOON + Duration::seconds(s);
            let tips = store.tips_at(at, &|device: &str| device == "a").await.unwrap();
            assert_eq!(tips, newest_by(readings, at), "at {s} s");
        }
    };
    store.append(&late(vec![reading("b", 0, 1.0)])).await.unwrap();
    store.append(&ReadingsToStore { fresh: readings.clone(), ..ReadingsToStore::default() }).await.unwrap();
    check(&readings).await;
    store.close_all().await.unwrap();
    check(&readings).await;
    // One before everything, one among what is packed, one behind it.
    let mut between = reading("a", 100, 7.5);
    between.time += Duration::milliseconds(500);
    let more = [reading("a", -5, 3.5), between, reading("a", 10_001, 8.5)];
    assert_eq!(store.append(&late(more.to_vec())).await.unwrap(), [true; 3]);
    readings.extend(more);
    check(&readings).await;
    store.close_all().await.unwrap();
    check(&readings).await;
    assert_eq!(store.tips_at(NOON, &|_: &str| true).await.unwrap().len(), 2);
}

async fn implausible_readings_do_not_move_aggregates(store: &dyn Store) {
    store
        .append(&late(vec![reading("a", 0, 5.0), reading("a", 1, 999.0), reading("a", 2, 7.0)]))
        .await
        .unwrap();
    for _ in 0..2 {
        assert_eq!(steps(store, 0, 59, 60).await, [(0, 3, 5.0, 7.0, 12.0, 5.0, 7.0)]);
        store.close_all().await.unwrap();
    }
}

async fn a_purge_deletes_what_it_names_and_nothing_else(store: &dyn Store) {
    let both = |s: i64| [reading("a", s, 1.0), reading("b", s, 2.0)];
    store.append(&late((0..5000).flat_map(both).collect())).await.unwrap();
    let purge = |from: Option<i64>, to: Option<i64>| Purge {
        device: "a".into(),
        stream: Some("power_w".into()),
        from: from.map(|s| NOON + Duration::seconds(s)),
        to: to.map(|s| NOON + Duration::seconds(s)),
    };
    assert_eq!(store.purge(purge(Some(1000), Some(1999))).await.unwrap(), 1000);
    let left = store.history(history("a", 10_000)).await.unwrap();
    assert_eq!(left.len(), 4000);
    assert!(left.iter().all(|reading| !(1000..2000).contains(&(reading.time - NOON).whole_seconds())));
    // The newest go, and the tip with them.
    assert_eq!(store.purge(purge(Some(4000), None)).await.unwrap(), 1000);
    let tip = store.tips().await.unwrap().into_iter().find(|tip| tip.device == "a").unwrap();
    assert_eq!(
        (tip.newest, tip.latest),
        (NOON + Duration::seconds(3999), Some((1.0, NOON + Duration::seconds(3999))))
    );
    // What was deleted may come again.
    assert_eq!(
        store.append(&late(vec![reading("a", 1500, 3.0), reading("a", 5, 3.0)])).await.unwrap(),
        [true, false]
    );
    assert_eq!(store.purge(Purge { stream: None, ..purge(None, None) }).await.unwrap(), 3001);
    assert!(store.history(history("a", 10)).await.unwrap().is_empty());
    assert_eq!(store.history(history("b", 10_000)).await.unwrap().len(), 5000);
    assert_eq!(store.purge(Purge { device: "nobody".into(), ..purge(None, None) }).await.unwrap(), 0);
}

async fn old_readings_expire_by_device_and_leave_the_state(store: &dyn Store) {
    let both = |s: i64| [reading("a", s, 1.0), reading("b", s, 2.0)];
    store.append(&late((0..3000).flat_map(both).collect())).await.unwrap();
    store.close_all().await.unwrap();
    store.append(&late(vec![reading("a", 3000, 1.0)])).await.unwrap();
    let keep = |device: &str, stream: &str| {
        assert_eq!(stream, "power_w");
        (device == "a").then_some(NOON + Duration::days(1))
    };
    assert_eq!(store.expire(&keep).await.unwrap(), 3001);
    assert_eq!(store.expire(&keep).await.unwrap(), 0);
    assert!(values(store, history("a", 10)).await.is_empty());
    assert_eq!(values(store, history("b", 10_000)).await.len(), 3000);
    let tip = store.tips().await.unwrap().into_iter().find(|tip| tip.device == "a").unwrap();
    assert_eq!(tip.newest, NOON + Duration::seconds(3000));
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
    store.append(&ReadingsToStore { fresh, statuses, ..ReadingsToStore::default() }).await.unwrap();
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
    long_histories_are_read_from_the_oldest_on,
    streams_are_counted_together_wherever_their_readings_lie,
    what_is_new_is_found_beside_what_is_packed,
    what_was_newest_at_an_instant_is_found_wherever_it_lies,
    aggregates_say_the_same_whether_readings_are_packed_or_not,
    implausible_readings_do_not_move_aggregates,
    a_purge_deletes_what_it_names_and_nothing_else,
    old_readings_expire_by_device_and_leave_the_state,
    the_last_status_is_kept,
    a_removed_device_takes_its_readings_and_status_with_it,
);
