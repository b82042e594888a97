//! Registrations, and changes by other processes.

use twin_schemas::LocalizedText;
use twin_schemas::live::Device;

use super::{lamp, on_every_store};
use crate::store::{DeviceStore, Registered, SqliteStore, Store};

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

async fn own_writes_are_no_change_from_elsewhere(store: &dyn Store) {
    store.register(&[lamp("a")]).await.unwrap();
    assert!(!store.changed_elsewhere().await.unwrap());
}

on_every_store!(registering_twice_changes_nothing_and_then_updates, own_writes_are_no_change_from_elsewhere,);

#[tokio::test]
async fn what_another_process_registers_is_noticed_once() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}/twin.db", folder.path().display());
    let (server, import) =
        (SqliteStore::open(&address).await.unwrap(), SqliteStore::open(&address).await.unwrap());
    server.changed_elsewhere().await.unwrap();
    import.register(&[lamp("a")]).await.unwrap();
    assert!(server.changed_elsewhere().await.unwrap());
    assert!(!server.changed_elsewhere().await.unwrap());
    assert_eq!(server.devices().await.unwrap().len(), 1);
}
