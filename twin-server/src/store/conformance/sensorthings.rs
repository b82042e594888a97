//! Entities of SensorThings clients, and notes of observations.

use time::Duration;

use super::{NOON, history, lamp, on_every_store};
use crate::store::{ObservationNote, Purge, StaChange, StaRow, Store};

fn thing(id: &str, data: &str) -> StaRow {
    StaRow { kind: "Thing".into(), id: id.into(), data: data.into() }
}

fn note(device: &str, seconds: i64, data: &str) -> ObservationNote {
    ObservationNote {
        device: device.into(),
        stream: "power_w".into(),
        time: NOON + Duration::seconds(seconds),
        feature: (data == "b").then(|| "f1".into()),
        data: data.into(),
    }
}

async fn entities_are_put_replaced_and_removed_together(store: &dyn Store) {
    assert_eq!(store.sta_entities().await.unwrap().next_id, 1);
    let put = |id, data| StaChange::Put(thing(id, data));
    store.change_sta(3, &[put("1", "a"), put("2", "b"), put("1", "c")]).await.unwrap();
    let remove = StaChange::Remove { kind: "Thing".into(), id: "2".into() };
    // A number that was given once is not given again.
    store.change_sta(2, &[remove.clone(), remove]).await.unwrap();
    let entities = store.sta_entities().await.unwrap();
    assert_eq!((entities.next_id, entities.rows), (3, vec![thing("1", "c")]));
}

async fn notes_stay_unless_they_are_replaced_and_go_with_their_device(store: &dyn Store) {
    store.register(&[lamp("a")]).await.unwrap();
    store.note_observations(&[note("a", 0, "a"), note("a", 5, "b"), note("c", 0, "c")], false).await.unwrap();
    store.note_observations(&[note("a", 0, "x")], false).await.unwrap();
    let all = store.observation_notes(history("a", 9)).await.unwrap();
    assert_eq!(all, [note("a", 0, "a"), note("a", 5, "b")]);
    store.note_observations(&[note("a", 0, "x")], true).await.unwrap();
    assert_eq!(store.observation_notes(history("a", 1)).await.unwrap(), [note("a", 0, "x")]);
    let mut streams = store.noted_streams().await.unwrap();
    streams.sort();
    let of = |device: &str, feature: Option<&str>| (device.into(), "power_w".into(), feature.map(Into::into));
    assert_eq!(streams, [of("a", None), of("a", Some("f1")), of("c", None)]);
    store.remove("a").await.unwrap();
    assert_eq!(store.noted_streams().await.unwrap(), [of("c", None)]);
}

async fn notes_go_with_readings_that_are_deleted_or_expire(store: &dyn Store) {
    let notes = [note("a", 0, "a"), note("a", 5, "a"), note("a", 9, "a"), note("c", 0, "c")];
    store.note_observations(&notes, false).await.unwrap();
    let at = Some(NOON + Duration::seconds(5));
    store
        .purge(Purge { device: "a".into(), stream: Some("power_w".into()), from: at, to: at })
        .await
        .unwrap();
    store.expire(&|device, _| (device == "a").then_some(NOON + Duration::seconds(9))).await.unwrap();
    assert_eq!(store.observation_notes(history("a", 9)).await.unwrap(), [note("a", 9, "a")]);
    assert_eq!(store.observation_notes(history("c", 9)).await.unwrap(), [note("c", 0, "c")]);
    store.purge(Purge { device: "a".into(), stream: None, from: None, to: None }).await.unwrap();
    assert!(store.observation_notes(history("a", 9)).await.unwrap().is_empty());
}

on_every_store!(
    entities_are_put_replaced_and_removed_together,
    notes_stay_unless_they_are_replaced_and_go_with_their_device,
    notes_go_with_readings_that_are_deleted_or_expire,
);
