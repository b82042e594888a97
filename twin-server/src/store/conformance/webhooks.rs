//! Webhooks and the events that wait for them.

use std::collections::BTreeSet;

use super::{NOON, on_every_store};
use crate::domain::webhook::{Failure, Outgoing, Progress, Webhook, of_publication};
use crate::store::{ReadingsToStore, Store, StoredWebhook};

fn stored(id: &str) -> StoredWebhook {
    let hook = Webhook {
        id: id.into(),
        name: "值班室".into(),
        url: "https://example.org/hook".into(),
        types: BTreeSet::new(),
        least_level: None,
        kinds: ["lift".to_owned()].into(),
        zones: BTreeSet::new(),
        owner: Some("user:u-1".into()),
        enabled: true,
        created: NOON,
    };
    StoredWebhook { hook, secret: "whsec_x".into(), progress: Progress::default(), cursor: 3 }
}

fn event(version: &str) -> Outgoing {
    of_publication(version, NOON)
}

async fn webhooks_come_back_as_they_were_put_until_removed(store: &dyn Store) {
    for id in ["b", "a"] {
        store.put_webhook(&stored(id)).await.unwrap();
    }
    let changed = StoredWebhook { secret: "whsec_y".into(), cursor: 9, ..stored("a") };
    store.put_webhook(&changed).await.unwrap();
    assert_eq!(store.webhooks().await.unwrap(), [changed, stored("b")]);
    assert!(store.remove_webhook("a").await.unwrap());
    assert!(!store.remove_webhook("a").await.unwrap());
    assert_eq!(store.webhooks().await.unwrap(), [stored("b")]);
}

async fn what_is_noted_stays_and_nothing_is_noted_of_a_removed_one(store: &dyn Store) {
    store.put_webhook(&stored("a")).await.unwrap();
    let progress = Progress { given_up: 2, last_error: Some("HTTP 500".into()), ..Progress::default() };
    let failure = |event| Failure {
        event,
        r#type: "twin.alarm.opened".into(),
        subject: "alarms/1".into(),
        at: NOON,
        reason: "HTTP 500".into(),
    };
    for event in [5, 6] {
        store.note_delivery("a", event, &progress, Some(&failure(event))).await.unwrap();
    }
    store.note_delivery("b", 6, &progress, Some(&failure(6))).await.unwrap();
    assert_eq!(store.webhook_failures("a", 9).await.unwrap(), [failure(6), failure(5)]);
    assert_eq!(store.webhook_failures("a", 1).await.unwrap(), [failure(6)]);
    assert_eq!(store.webhook_failures("b", 9).await.unwrap(), []);
    assert_eq!(store.webhooks().await.unwrap(), [StoredWebhook { progress, cursor: 6, ..stored("a") }]);
}

async fn events_keep_their_order_and_their_numbers_are_not_used_twice(store: &dyn Store) {
    assert_eq!(store.last_outgoing().await.unwrap(), 0);
    store.add_outgoing(&[event("v1"), event("v2")]).await.unwrap();
    let batch = ReadingsToStore { outgoing: vec![event("v3")], ..ReadingsToStore::default() };
    store.append(&batch).await.unwrap();
    let all = store.outgoing(0, 9).await.unwrap();
    assert_eq!(all.iter().map(|(_, event)| event.clone()).collect::<Vec<_>>(), ["v1", "v2", "v3"].map(event));
    let last = store.last_outgoing().await.unwrap();
    assert_eq!(all.last().map(|(number, _)| *number), Some(last));
    assert_eq!(store.outgoing(all[0].0, 1).await.unwrap(), all[1..2]);
    assert_eq!(store.forget_outgoing(last).await.unwrap(), 3);
    assert_eq!(store.last_outgoing().await.unwrap(), last);
    store.add_outgoing(&[event("v4")]).await.unwrap();
    assert!(store.outgoing(last, 9).await.unwrap()[0].0 > last);
}

on_every_store!(
    webhooks_come_back_as_they_were_put_until_removed,
    what_is_noted_stays_and_nothing_is_noted_of_a_removed_one,
    events_keep_their_order_and_their_numbers_are_not_used_twice,
);
