//! The database as a whole.

use super::{late, on_every_store, reading};
use crate::store::Store;

async fn a_working_store_takes_writes_and_loses_nothing_by_it(store: &dyn Store) {
    store.append(&late(vec![reading("a", 0, 1.0)])).await.unwrap();
    store.check_writable().await.unwrap();
    assert_eq!(store.tips().await.unwrap().len(), 1);
    // To other processes it is no change of ours to look for.
    assert!(!store.changed_elsewhere().await.unwrap());
}

async fn a_closed_store_takes_no_writes(store: &dyn Store) {
    store.close().await.unwrap();
    assert!(store.check_writable().await.is_err());
}

async fn a_store_grows_with_what_it_holds(store: &dyn Store) {
    let before = store.size_bytes().await.unwrap();
    assert!(before > 0);
    let readings: Vec<_> = (0..20_000).map(|second| reading("a", second, second as f64 * 0.37)).collect();
    store.append(&late(readings)).await.unwrap();
    assert!(store.size_bytes().await.unwrap() > before);
}

on_every_store!(
    a_working_store_takes_writes_and_loses_nothing_by_it,
    a_closed_store_takes_no_writes,
    a_store_grows_with_what_it_holds,
);
