//! Deleting readings: on request, exactly; by age, with the chunks that they lie in.
//!
//! Deleted pages of the file are used again and not given back to the disk.

use std::time::Duration;

use sqlx::{Connection, Row, SqliteConnection};
use time::OffsetDateTime;

use super::closing::{set_tip, write_chunks};
use super::history::chunk::{self, summary_of};
use super::history::recent::Tip;
use super::history::{Sample, SeriesId};
use super::stretch::Stretch;
use super::{SqliteStore, to_us};
use crate::domain::summary::Summary;
use crate::store::{Purge, StoreError};

/// Series whose old readings are deleted in one transaction.
const SLICE: usize = 64;
/// Pause between two such transactions, in which posts have their turn.
const PAUSE: Duration = Duration::from_millis(2);

impl SqliteStore {
    /// Deletes the readings of a device within a stretch of time.
    pub(super) async fn purge_readings(&self, purge: Purge) -> Result<u64, StoreError> {
        // What lies in memory and in the log lies in chunks afterwards, and the log is empty.
        self.close_readings(0).await?;
        let streams: Vec<SeriesId> = self
            .hot()
            .series
            .get(&purge.device)
            .into_iter()
            .flatten()
            .filter(|(stream, _)| purge.stream.as_ref().is_none_or(|only| **only == **stream))
            .map(|(_, series)| *series)
            .collect();
        let mut deleted = 0;
        for series in streams {
            let stretch = Stretch::of(series, purge.from, purge.to);
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            deleted += purge_series(&mut transaction, stretch).await?;
            let tip = tip_of_chunks(&mut transaction, series).await?;
            set_tip(&mut transaction, series, tip).await?;
            transaction.commit().await?;
            self.hot_mut().recent.chunks_changed(series, tip);
        }
        self.purge_notes(&purge).await?;
        Ok(deleted)
    }

    /// Deletes chunks that hold nothing but readings from before what is to be kept.
    pub(super) async fn expire_readings(
        &self,
        keep_from: &(dyn Fn(&str, &str) -> Option<OffsetDateTime> + Send + Sync),
    ) -> Result<u64, StoreError> {
        let mut old: Vec<(SeriesId, i64)> = Vec::new();
        for (device, streams) in &self.hot().series {
            for (stream, series) in streams {
                old.extend(keep_from(device, stream).map(|keep_from| (*series, to_us(keep_from))));
            }
        }
        old.sort_unstable();
        let mut deleted = 0;
        for slice in old.chunks(SLICE) {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            for (series, keep_from_us) in slice {
                deleted += delete_whole(&mut transaction, *series, i64::MIN, keep_from_us - 1).await?;
            }
            transaction.commit().await?;
            {
                let mut hot = self.hot_mut();
                for (series, keep_from_us) in slice {
                    deleted += hot.recent.forget_before(*series, *keep_from_us);
                }
            }
            drop(guard);
            tokio::time::sleep(PAUSE).await;
        }
        self.expire_notes(keep_from).await?;
        Ok(deleted)
    }
}

/// Deletes what a stretch holds; chunks that reach beyond it keep the rest.
async fn purge_series(connection: &mut SqliteConnection, stretch: Stretch) -> Result<u64, StoreError> {
    let Stretch { series, from_us, to_us } = stretch;
    let mut deleted = delete_whole(connection, series, from_us, to_us).await?;
    let rows = sqlx::query(
        "DELETE FROM reading_chunk WHERE series = ?1 AND first_us <= ?3 AND last_us >= ?2 RETURNING data",
    )
    .bind(series)
    .bind(from_us)
    .bind(to_us)
    .fetch_all(&mut *connection)
    .await?;
    for row in rows {
        // One that cannot be opened goes whole: what was asked to be deleted may be in it.
        let samples = chunk::decode(row.try_get(0)?).unwrap_or_default();
        let outside = |sample: &&Sample| !(from_us..=to_us).contains(&sample.time_us);
        let kept: Vec<Sample> = samples.iter().filter(outside).copied().collect();
        deleted += (samples.len() - kept.len()) as u64;
        // The two sides of a hole do not share a chunk, or another purge in between would find no hole.
        let (before, behind) = kept.split_at(kept.partition_point(|sample| sample.time_us < from_us));
        for side in [before, behind].into_iter().filter(|side| !side.is_empty()) {
            write_chunks(connection, series, side).await?;
        }
    }
    sqlx::query("DELETE FROM reading_chunk_damaged WHERE series = ?1 AND first_us <= ?3 AND last_us >= ?2")
        .bind(series)
        .bind(from_us)
        .bind(to_us)
        .execute(connection)
        .await?;
    Ok(deleted)
}

/// Deletes the chunks that lie whole within a stretch.
async fn delete_whole(
    connection: &mut SqliteConnection,
    series: SeriesId,
    from_us: i64,
    to_us: i64,
) -> Result<u64, StoreError> {
    let rows = sqlx::query(
        "DELETE FROM reading_chunk WHERE series = ?1 AND first_us BETWEEN ?2 AND ?3 AND last_us <= ?3 \
         RETURNING readings",
    )
    .bind(series)
    .bind(from_us)
    .bind(to_us)
    .fetch_all(connection)
    .await?;
    let counts = rows.iter().map(|row| Ok(row.try_get::<i64, _>(0)?.unsigned_abs()));
    counts.sum::<Result<u64, sqlx::Error>>().map_err(StoreError::from)
}

/// What is newest in the chunks of a series.
async fn tip_of_chunks(
    connection: &mut SqliteConnection,
    series: SeriesId,
) -> Result<Option<Tip>, StoreError> {
    let newest = sqlx::query("SELECT max(last_us) FROM reading_chunk WHERE series = ?1").bind(series);
    let Some(newest_us) = newest.fetch_one(&mut *connection).await?.try_get::<Option<i64>, _>(0)? else {
        return Ok(None);
    };
    let last = sqlx::query(
        "SELECT first_us, last_us, readings, plausible, least, most, total, first, last, data FROM reading_chunk \
         WHERE series = ?1 AND plausible > 0 ORDER BY first_us DESC LIMIT 1",
    );
    let Some(row) = last.bind(series).fetch_optional(connection).await? else {
        return Ok(Some(Tip { newest_us, latest: None }));
    };
    let Summary { values: Some(values), last_us, .. } = summary_of(&row)? else {
        return Ok(Some(Tip { newest_us, latest: None }));
    };
    let samples = chunk::decode(row.try_get(9)?).unwrap_or_default();
    let time_us = samples.iter().rev().find(|sample| sample.plausible).map_or(last_us, |last| last.time_us);
    Ok(Some(Tip { newest_us, latest: Some((time_us, values.last)) }))
}
