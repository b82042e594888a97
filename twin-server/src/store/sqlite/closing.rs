//! Closing in SQLite: what is taken from memory, slice by slice into chunks, and the log without it.

use sqlx::{Connection, Row, SqliteConnection};

use super::SqliteStore;
use crate::store::StoreError;
use crate::store::history::closing::{LOG_ROW, Packed, SLICE, close_slice, order};
use crate::store::history::recent::BySeries;
use crate::store::history::{Sample, SeriesId, log};

impl SqliteStore {
    /// Closes all readings but `keep`; gives how many.
    pub(super) async fn close_readings(&self, keep: usize) -> Result<usize, StoreError> {
        let _turn = self.closing.lock().await;
        // Nothing is added between what is frozen and the number that the log has reached.
        let (taken, reached) = {
            let mut guard = self.writer().await?;
            let connection = &mut guard.side()?.connection;
            let row =
                sqlx::query("SELECT coalesce(max(seq), 0) FROM reading_log").fetch_one(connection).await?;
            let Some(taken) = self.hot_mut().recent.freeze(keep) else { return Ok(0) };
            (taken, row.try_get::<i64, _>(0)?)
        };
        let closed = self.close_taken(&taken, reached).await;
        let mut hot = self.hot_mut();
        match closed {
            Ok(()) => hot.recent.closed(),
            Err(_) => hot.recent.reopen(),
        }
        drop(hot);
        closed.map(|()| taken.values().map(Vec::len).sum())
    }

    async fn close_taken(&self, taken: &BySeries, reached: i64) -> Result<(), StoreError> {
        for slice in order(taken).chunks(SLICE) {
            // Posts need not wait while chunks are packed.
            let mut reader = self.reader().begin().await?;
            let packed = Packed::slice(&mut *reader, slice, taken).await?;
            drop(reader);
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            if packed.fits(&mut *transaction).await? {
                packed.store(&mut *transaction).await?;
            } else {
                close_slice(&mut *transaction, slice, taken).await?;
            }
            transaction.commit().await?;
        }
        self.shorten_log(reached).await
    }

    /// Replaces the log up to a row by what is still open.
    async fn shorten_log(&self, reached: i64) -> Result<(), StoreError> {
        let mut guard = self.writer().await?;
        let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
        // What came since `reached` is open, too, and then stands in the log twice, which changes nothing.
        let open: Vec<(SeriesId, Sample)> = self.hot().recent.open().collect();
        for row in open.chunks(LOG_ROW) {
            insert_log(&mut transaction, row).await?;
        }
        sqlx::query("DELETE FROM reading_log WHERE seq <= ?1")
            .bind(reached)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Adds a row to the log.
pub(super) async fn insert_log(
    connection: &mut SqliteConnection,
    readings: &[(SeriesId, Sample)],
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO reading_log (data) VALUES (?1)")
        .bind(log::encode(readings))
        .execute(connection)
        .await?;
    Ok(())
}
