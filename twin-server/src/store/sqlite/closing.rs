//! Closing: readings of memory and log become chunks.
//!
//! In: the store. Out: chunks, tips, a log without what they hold. Slices of short transactions, so that a
//! post never waits long. If the program dies between two, the log still has everything, and closing it
//! again changes nothing: of one series and instant the first reading stays.

use sqlx::{Connection, Row, SqliteConnection};

use super::SqliteStore;
use super::history::chunk::{self, CHUNK_MOST};
use super::history::recent::{BySeries, Tip};
use super::history::{Sample, SeriesId, log, merged};
use crate::store::StoreError;

/// Series that are closed in one transaction.
const SLICE: usize = 32;
/// A chunk is filled up to here before another is begun, so that slow series do not end in many small ones.
const FULL: usize = CHUNK_MOST / 4;
/// Readings in one row of the log that replaces those before.
const LOG_ROW: usize = 20_000;

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
        let mut order: Vec<SeriesId> = taken.keys().copied().collect();
        order.sort_unstable();
        for slice in order.chunks(SLICE) {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            for series in slice {
                // A device that was removed meanwhile has no series any more.
                let known = sqlx::query("SELECT 1 FROM series WHERE id = ?1").bind(series);
                if known.fetch_optional(&mut *transaction).await?.is_some() {
                    let samples = taken.get(series).map(Vec::as_slice).unwrap_or_default();
                    close_series(&mut transaction, *series, samples).await?;
                }
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

/// Puts samples of one series, in the order of time, into its chunks.
pub(super) async fn close_series(
    connection: &mut SqliteConnection,
    series: SeriesId,
    samples: &[Sample],
) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return Ok(()) };
    // Chunks that the samples lie in, and the one before if it has room.
    let rows = sqlx::query(
        "SELECT id, first_us, last_us, readings, data FROM reading_chunk WHERE series = ?1 AND first_us <= ?3 \
         AND (last_us >= ?2 OR (readings < ?4 AND first_us = \
         (SELECT max(first_us) FROM reading_chunk WHERE series = ?1 AND first_us < ?2)))",
    )
    .bind(series)
    .bind(first.time_us)
    .bind(last.time_us)
    .bind(FULL as i64)
    .fetch_all(&mut *connection)
    .await?;
    let mut all = samples.to_vec();
    for row in &rows {
        match chunk::decode(row.try_get(4)?) {
            Ok(stored) => all = merged(&stored, &all),
            Err(error) => {
                let first_us: i64 = row.try_get(1)?;
                tracing::error!(series, first_us, %error, "a chunk of readings is damaged and put apart");
                let keep = "INSERT INTO reading_chunk_damaged (series, first_us, last_us, data) \
                     SELECT series, first_us, last_us, data FROM reading_chunk WHERE id = ?1";
                sqlx::query(keep).bind(row.try_get::<i64, _>(0)?).execute(&mut *connection).await?;
            }
        }
        let delete = sqlx::query("DELETE FROM reading_chunk WHERE id = ?1");
        delete.bind(row.try_get::<i64, _>(0)?).execute(&mut *connection).await?;
    }
    write_chunks(connection, series, &all).await?;
    raise_tip(connection, series, samples).await
}

/// Writes samples as chunks of about even size.
pub(super) async fn write_chunks(
    connection: &mut SqliteConnection,
    series: SeriesId,
    samples: &[Sample],
) -> Result<(), StoreError> {
    let pieces = samples.len().div_ceil(CHUNK_MOST / 2).max(1);
    for piece in samples.chunks(samples.len().div_ceil(pieces).max(1)) {
        let Some(summary) = chunk::summary(piece) else { continue };
        let data = chunk::encode(piece).map_err(|error| StoreError::Content(error.to_string()))?;
        let values = summary.values;
        sqlx::query(
            "INSERT INTO reading_chunk \
             (series, first_us, last_us, readings, plausible, least, most, total, first, last, data) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )
        .bind(series)
        .bind(summary.first_us)
        .bind(summary.last_us)
        .bind(summary.readings as i64)
        .bind(values.map_or(0, |values| values.count as i64))
        .bind(values.map(|values| values.least))
        .bind(values.map(|values| values.most))
        .bind(values.map(|values| values.total))
        .bind(values.map(|values| values.first))
        .bind(values.map(|values| values.last))
        .bind(data)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn raise_tip(
    connection: &mut SqliteConnection,
    series: SeriesId,
    samples: &[Sample],
) -> Result<(), StoreError> {
    let mut tip = None;
    for sample in samples {
        Tip::take(&mut tip, sample);
    }
    match tip {
        Some(tip) => write_tip(connection, series, tip).await,
        None => Ok(()),
    }
}

/// Writes what is newest in the chunks of a series, if it is newer than what stands there.
async fn write_tip(connection: &mut SqliteConnection, series: SeriesId, tip: Tip) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO series_tip (series, newest_us, latest_us, latest) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (series) DO UPDATE SET newest_us = max(newest_us, excluded.newest_us), \
         latest = CASE WHEN excluded.latest_us > coalesce(latest_us, excluded.latest_us - 1) \
         THEN excluded.latest ELSE latest END, \
         latest_us = CASE WHEN excluded.latest_us > coalesce(latest_us, excluded.latest_us - 1) \
         THEN excluded.latest_us ELSE latest_us END",
    )
    .bind(series)
    .bind(tip.newest_us)
    .bind(tip.latest.map(|(time_us, _)| time_us))
    .bind(tip.latest.map(|(_, value)| value))
    .execute(connection)
    .await?;
    Ok(())
}

/// Replaces what is newest in the chunks of a series.
pub(super) async fn set_tip(
    connection: &mut SqliteConnection,
    series: SeriesId,
    tip: Option<Tip>,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM series_tip WHERE series = ?1").bind(series).execute(&mut *connection).await?;
    match tip {
        Some(tip) => write_tip(connection, series, tip).await,
        None => Ok(()),
    }
}
