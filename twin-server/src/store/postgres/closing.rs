//! Closing in `PostgreSQL`: what is taken from memory, slice by slice into chunks, and the log's generation
//! dropped.

use super::{PostgresStore, log};
use crate::store::StoreError;
use crate::store::history::closing::{LOG_ROW, SLICE, close_slice, order};
use crate::store::history::recent::BySeries;
use crate::store::history::{Sample, SeriesId};

impl PostgresStore {
    /// Closes all readings but `keep`; gives how many.
    pub(super) async fn close_readings(&self, keep: usize) -> Result<usize, StoreError> {
        let _closing = self.closing.lock().await;
        // Nothing is added between what is frozen and the generation that ends.
        let (taken, ended) = {
            let mut turn = self.turn().await?;
            let ended = turn.generation();
            log::make_room(turn.connection()?, &[ended + 1]).await?;
            turn.commit_and_stay().await?;
            let Some(taken) = self.hot_mut().recent.freeze(keep) else { return Ok(0) };
            turn.set_generation(ended + 1);
            (taken, ended)
        };
        let closed = self.close_taken(&taken, ended).await;
        let mut hot = self.hot_mut();
        match closed {
            Ok(()) => hot.recent.closed(),
            Err(_) => hot.recent.reopen(),
        }
        drop(hot);
        closed.map(|()| taken.values().map(Vec::len).sum())
    }

    async fn close_taken(&self, taken: &BySeries, ended: i64) -> Result<(), StoreError> {
        for slice in order(taken).chunks(SLICE) {
            let mut turn = self.turn().await?;
            close_slice(turn.connection()?, slice, taken).await?;
            turn.commit().await?;
        }
        self.end_generation(ended).await
    }

    /// Writes what is still open into the present generation, and drops those up to the one that ended.
    async fn end_generation(&self, ended: i64) -> Result<(), StoreError> {
        let mut turn = self.turn().await?;
        let generation = turn.generation();
        if generation <= ended {
            // The session was lost meanwhile and took the old generation up again; so does the next closing.
            return Err(StoreError::Content("the session was lost while readings were packed".into()));
        }
        // What came since is open, too, and then stands in the log twice, which changes nothing.
        let open: Vec<(SeriesId, Sample)> = self.hot().recent.open().collect();
        let connection = turn.connection()?;
        for row in open.chunks(LOG_ROW) {
            log::insert(connection, generation, row).await?;
        }
        log::set_closed(connection, ended).await?;
        turn.commit_and_stay().await?;
        log::drop_closed(turn.connection()?).await
    }
}
