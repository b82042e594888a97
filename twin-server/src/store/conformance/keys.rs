//! Keys and their use.

use time::Duration;
use time::macros::date;

use super::people::entry;
use super::{NOON, on_every_store};
use crate::domain::keys::{ApiKey, KeyQuota, KeyUse};
use crate::domain::permission::{Action, Grant, Role, Scope};
use crate::store::Store;

fn key(id: &str, byte: u8) -> ApiKey {
    ApiKey {
        id: id.into(),
        name: "网关 1".into(),
        digest: [byte; 32],
        grant: Grant { role: Role::Device, zones: Some(["zone/z1".to_owned()].into()) },
        scope: Scope {
            actions: Some([Action::WriteReadings].into()),
            devices: Some(["lamp-*".to_owned()].into()),
        },
        quota: KeyQuota { per_minute: Some(60), per_day: None },
        issuer: "user:a".into(),
        created: NOON,
        expires: Some(NOON + Duration::days(1)),
        revoked: None,
    }
}

async fn keys_come_back_as_they_were_issued_until_revoked_once(store: &dyn Store) {
    let free = ApiKey {
        grant: Grant::whole(Role::Administrator),
        scope: Scope::default(),
        quota: KeyQuota::default(),
        expires: None,
        created: NOON + Duration::SECOND,
        ..key("a", 1)
    };
    for each in [&free, &key("b", 2)] {
        store.add_key(each, &entry("key.issue")).await.unwrap();
    }
    assert_eq!(store.keys().await.unwrap(), [key("b", 2), free.clone()]);
    let before = store.people_revision().await.unwrap();
    let later = NOON + Duration::MINUTE;
    assert!(store.revoke_key("a", later, &entry("key.revoke")).await.unwrap());
    assert!(!store.revoke_key("a", later, &entry("key.revoke")).await.unwrap());
    assert!(!store.revoke_key("c", later, &entry("key.revoke")).await.unwrap());
    assert!(store.people_revision().await.unwrap() > before);
    assert_eq!(store.keys().await.unwrap()[1], ApiKey { revoked: Some(later), ..free });
}

async fn two_keys_cannot_have_one_secret(store: &dyn Store) {
    store.add_key(&key("a", 1), &entry("key.issue")).await.unwrap();
    assert!(store.add_key(&key("b", 1), &entry("key.issue")).await.is_err());
}

async fn the_use_of_a_day_adds_up(store: &dyn Store) {
    store.add_key(&key("a", 1), &entry("key.issue")).await.unwrap();
    let used = |day, requests, seconds| KeyUse {
        key: "a".into(),
        day,
        requests,
        refused: 1,
        last: NOON + Duration::seconds(seconds),
    };
    let (first, second) = (date!(2026 - 05 - 01), date!(2026 - 05 - 02));
    store.add_key_uses(&[used(first, 3, 9)]).await.unwrap();
    store.add_key_uses(&[used(first, 4, 5), used(second, 1, 90_000)]).await.unwrap();
    let total = KeyUse { refused: 2, ..used(first, 7, 9) };
    assert_eq!(store.key_uses(first).await.unwrap(), [total, used(second, 1, 90_000)]);
    assert_eq!(store.key_uses(second).await.unwrap().len(), 1);
}

on_every_store!(
    keys_come_back_as_they_were_issued_until_revoked_once,
    two_keys_cannot_have_one_secret,
    the_use_of_a_day_adds_up,
);
