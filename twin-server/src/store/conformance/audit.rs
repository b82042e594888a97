//! The audit log: one chain, whoever writes.

use time::Duration;

use super::{NOON, on_every_store};
use crate::domain::audit::{AuditDraft, Chain, Outcome};
use crate::store::{AuditQuery, AuditStore, SqliteStore, Store};

fn draft(n: i64, actor: &str) -> AuditDraft {
    AuditDraft::new(NOON + Duration::seconds(n), actor.into(), "user.add", format!("user:{n}"))
        .ending(Outcome::ALL[n as usize % 4])
        .with_detail("resident")
        .of_request(format!("r{n}"))
}

fn all() -> AuditQuery {
    AuditQuery { limit: 1000, ..AuditQuery::default() }
}

async fn entries_come_back_as_they_were_written_and_hold_together(store: &dyn Store) {
    let drafts: Vec<AuditDraft> = (0..5).map(|n| draft(n, "user:a")).collect();
    store.audit(&drafts[..2]).await.unwrap();
    store.audit(&drafts[2..]).await.unwrap();
    let entries = store.audit_after(0, &all()).await.unwrap();
    let mut chain = Chain::default();
    for entry in &entries {
        chain.follow(entry).unwrap();
    }
    assert_eq!(entries.into_iter().map(|entry| entry.what).collect::<Vec<_>>(), drafts);
}

async fn pages_meet_without_gap(store: &dyn Store) {
    let drafts: Vec<AuditDraft> =
        (0..10).map(|n| draft(n, if n % 2 == 0 { "user:a" } else { "key:k" })).collect();
    store.audit(&drafts).await.unwrap();
    let two = AuditQuery { actor: Some("key:k".into()), limit: 2, ..AuditQuery::default() };
    let mut seen = Vec::new();
    let mut before = i64::MAX;
    loop {
        let page = store.audit_before(before, &two).await.unwrap();
        let Some(last) = page.last() else { break };
        before = last.seq;
        seen.extend(page.iter().map(|entry| entry.seq));
    }
    assert_eq!(seen, [10, 8, 6, 4, 2]);
}

async fn entries_are_found_by_actor_action_object_and_time(store: &dyn Store) {
    store.audit(&(0..6).map(|n| draft(n, "user:a")).collect::<Vec<_>>()).await.unwrap();
    let count = async |query: AuditQuery| store.audit_after(0, &query).await.unwrap().len();
    assert_eq!(count(AuditQuery { object: Some("user:3".into()), ..all() }).await, 1);
    assert_eq!(count(AuditQuery { action: Some("user.change".into()), ..all() }).await, 0);
    let (from, to) = (Some(NOON + Duration::seconds(2)), Some(NOON + Duration::seconds(4)));
    assert_eq!(count(AuditQuery { from, to, ..all() }).await, 3);
    assert_eq!(count(AuditQuery { limit: 4, ..all() }).await, 4);
}

on_every_store!(
    entries_come_back_as_they_were_written_and_hold_together,
    pages_meet_without_gap,
    entries_are_found_by_actor_action_object_and_time,
);

#[tokio::test]
async fn two_processes_write_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}/twin.db", folder.path().display());
    let one = SqliteStore::open(&address).await.unwrap();
    let other = SqliteStore::open(&address).await.unwrap();
    for n in 0..6 {
        let store = if n % 2 == 0 { &one } else { &other };
        store.audit(&[draft(n, "user:a")]).await.unwrap();
    }
    let mut chain = Chain::default();
    for entry in one.audit_after(0, &all()).await.unwrap() {
        chain.follow(&entry).unwrap();
    }
    assert_eq!(chain.seq, 6);
}
