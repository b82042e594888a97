//! Deleting readings in `PostgreSQL`.

use time::OffsetDateTime;

use super::PostgresStore;
use crate::store::history::purging::{PAUSE, SLICE, expire_slice, purge_series};
use crate::store::history::table::Stretch;
use crate::store::{Purge, StoreError};

impl PostgresStore {
    /// Deletes the readings of a device within a stretch of time.
    pub(super) async fn purge_readings(&self, purge: Purge) -> Result<u64, StoreError> {
        // What lies in memory and in the log lies in chunks afterwards, and the log is empty.
        self.close_readings(0).await?;
        let streams = self.hot().of_device(&purge.device, purge.stream.as_deref());
        let mut deleted = 0;
        for series in streams {
            let stretch = Stretch::of(series, purge.from, purge.to);
            let mut turn = self.turn().await?;
            let (readings, tip) = purge_series(turn.connection()?, stretch).await?;
            let _held = turn.commit().await?;
            self.hot_mut().recent.chunks_changed(series, tip);
            deleted += readings;
        }
        self.purge_notes(&purge).await?;
        Ok(deleted)
    }

    /// Deletes chunks that hold nothing but readings from before what is to be kept.
    pub(super) async fn expire_readings(
        &self,
        keep_from: &(dyn Fn(&str, &str) -> Option<OffsetDateTime> + Send + Sync),
    ) -> Result<u64, StoreError> {
        let old = self.hot().expiring(keep_from);
        let mut deleted = 0;
        for slice in old.chunks(SLICE) {
            let mut turn = self.turn().await?;
            deleted += expire_slice(turn.connection()?, slice).await?;
            let held = turn.commit().await?;
            {
                let mut hot = self.hot_mut();
                for (series, keep_from_us) in slice {
                    deleted += hot.recent.forget_before(*series, *keep_from_us);
                }
            }
            drop(held);
            tokio::time::sleep(PAUSE).await;
        }
        self.expire_notes(keep_from).await?;
        Ok(deleted)
    }
}
