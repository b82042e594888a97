//! Where events begin their way: whatever is stored of alarms and statuses comes by here, and takes with it, in the
//! same transaction, what webhooks will be told of it. The books of reports and projects ask here whether anyone wants
//! such events, write them with their changes, and ring.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use time::OffsetDateTime;
use tokio::sync::Notify;
use twin_schemas::live::{Device, DeviceStatus};

use crate::domain::webhook::{self, Outgoing};
use crate::live::Hub;
use crate::store::{ReadingsToStore, Store, StoreError};

/// Finds the zone that a device stands in.
pub type ZoneOf = Arc<dyn Fn(&Device) -> Option<String> + Send + Sync>;

/// By which others hear what happens.
#[derive(Clone)]
pub struct Lines {
    /// Tells open viewers.
    pub hub: Arc<Hub>,
    /// Knows whether other systems want to hear.
    pub outbox: Arc<Outbox>,
}

/// The way into the store for what webhooks may hear of.
pub struct Outbox {
    hub: Arc<Hub>,
    store: Arc<dyn Store>,
    zone_of: ZoneOf,
    /// Whether there is a webhook; nothing is written for nobody.
    wanted: AtomicBool,
    bell: Notify,
}

impl Outbox {
    /// An outbox; nobody wants anything yet.
    #[must_use]
    pub fn new(hub: Arc<Hub>, store: Arc<dyn Store>, zone_of: ZoneOf) -> Self {
        Self { hub, store, zone_of, wanted: AtomicBool::new(false), bell: Notify::new() }
    }

    /// Looks whether there is a webhook.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn look(&self) -> Result<(), StoreError> {
        let wanted = self.store.webhooks().await?.iter().any(|stored| stored.hook.enabled);
        self.want(wanted);
        Ok(())
    }

    /// Where devices stand.
    #[must_use]
    pub fn zones(&self) -> ZoneOf {
        Arc::clone(&self.zone_of)
    }

    /// Whether there is anyone to write events for.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Acquire)
    }

    /// Events are written from now on, or no longer.
    pub(crate) fn want(&self, wanted: bool) {
        self.wanted.store(wanted, Ordering::Release);
    }

    /// Stores a batch with what is to be told of it; gives which late readings were new. The statuses that devices
    /// had before are those of the hub, which is told after the store.
    ///
    /// # Errors
    /// If the store refuses; then nothing is stored.
    pub async fn append(&self, batch: &mut ReadingsToStore) -> Result<Vec<bool>, StoreError> {
        if self.is_wanted() {
            batch.outgoing = webhook::of_alarms(&batch.alarms);
            batch.outgoing.extend(self.statuses(batch));
        }
        let stored = self.store.append(batch).await?;
        if !batch.outgoing.is_empty() {
            self.ring();
        }
        Ok(stored)
    }

    /// Tells that another version is served.
    pub async fn tell_publication(&self, version: &str) {
        if !self.is_wanted() {
            return;
        }
        let event = webhook::of_publication(version, OffsetDateTime::now_utc());
        match self.store.add_outgoing(&[event]).await {
            Ok(()) => self.ring(),
            Err(error) => tracing::error!(%error, version, "webhooks will not hear of a version"),
        }
    }

    /// Has it looked now whether there is something to deliver, if anyone wants to hear.
    pub fn ring(&self) {
        if self.is_wanted() {
            self.bell.notify_one();
        }
    }

    /// Comes when there may be something to deliver.
    pub(super) async fn rung(&self) {
        self.bell.notified().await;
    }

    fn statuses(&self, batch: &ReadingsToStore) -> Vec<Outgoing> {
        let mut before: HashMap<&str, DeviceStatus> = HashMap::new();
        let told = batch.statuses.iter().filter_map(|row| {
            let entry = self.hub.entry(&row.device)?;
            let was = before.insert(&row.device, row.status).unwrap_or(entry.state.status().0);
            let zone = (self.zone_of)(&entry.device);
            (was != row.status).then(|| webhook::of_status(&entry.device, zone, (was, row.status), row.since))
        });
        told.collect()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn nothing_is_looked_for_while_nobody_wants_to_hear() {
        let folder = tempfile::tempdir().unwrap();
        let store = crate::store::open(&format!("sqlite:{}/twin.db", folder.path().display())).await.unwrap();
        let hub = Arc::new(Hub::new("run".into(), "v1".into(), Vec::new()));
        let outbox = Outbox::new(hub, store, Arc::new(|_| None));
        outbox.ring();
        assert_eq!(outbox.rung().now_or_never(), None);
        outbox.want(true);
        outbox.ring();
        assert_eq!(outbox.rung().now_or_never(), Some(()));
    }
}
