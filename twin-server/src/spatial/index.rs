//! The one place where the community is kept for questions: readers take the snapshot of the moment without
//! waiting, whoever changes something puts another in its place.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use super::Snapshot;

/// The community as it is now.
#[derive(Debug, Default)]
pub struct SpatialIndex {
    now: ArcSwap<Snapshot>,
    changing: Mutex<()>,
}

impl SpatialIndex {
    /// An index that starts with a snapshot.
    #[must_use]
    pub fn new(snapshot: Snapshot) -> Self {
        Self { now: ArcSwap::from_pointee(snapshot), changing: Mutex::new(()) }
    }

    /// The community at this moment. Never waits.
    #[must_use]
    pub fn now(&self) -> Arc<Snapshot> {
        self.now.load_full()
    }

    /// Makes a change, which readers see whole or not at all. Others who change wait for it.
    pub fn change(&self, change: impl FnOnce(&mut Snapshot)) {
        // Nothing is left half changed by a holder that panicked: the snapshot is replaced at the end.
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut snapshot = Snapshot::clone(&self.now.load());
        change(&mut snapshot);
        self.now.store(Arc::new(snapshot));
    }
}
