//! Questions about a stretch of one series: what lies in memory and what lies in chunks, joined.
//!
//! Memory is asked first: what is closed in between then shows in both, and counts once. Chunks are looked
//! at in one transaction that reads, or a closing could write them anew between two looks.

use std::collections::VecDeque;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use time::OffsetDateTime;

use super::history::chunk::summary_of;
use super::history::{Sample, SeriesId, chunk, merged};
use super::{SqliteStore, to_us};
use crate::domain::summary::{Bucket, Buckets, Grid, Summary};
use crate::store::{End, StoreError};

/// Chunks that are fetched at a time.
const AT_ONCE: i64 = 8;
/// Summaries that are fetched at a time.
const SUMMARIES: i64 = 512;

/// A stretch of a series, both ends included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) series: SeriesId,
    pub(super) from_us: i64,
    pub(super) to_us: i64,
}

impl Stretch {
    /// From an instant to another; from the first or to the last where there is none.
    pub(super) fn of(series: SeriesId, from: Option<OffsetDateTime>, to: Option<OffsetDateTime>) -> Self {
        Self { series, from_us: from.map_or(i64::MIN, to_us), to_us: to.map_or(i64::MAX, to_us) }
    }
}

impl SqliteStore {
    /// Up to `limit` samples from one end of a stretch, in the order of time.
    pub(super) async fn samples(
        &self,
        stretch: Stretch,
        end: End,
        limit: usize,
    ) -> Result<Vec<Sample>, StoreError> {
        let memory = self.hot().recent.between(stretch.series, stretch.from_us, stretch.to_us);
        let mut transaction = self.reader().begin().await?;
        let mut packed: VecDeque<Sample> = VecDeque::new();
        let mut left = Some(stretch);
        loop {
            // All samples of the stretch but those of `left` are in memory or packed.
            let outside = |sample: &&Sample| {
                left.is_none_or(|left| !(left.from_us..=left.to_us).contains(&sample.time_us))
            };
            if left.is_none() || packed.len() + memory.iter().filter(outside).count() >= limit {
                let mut all = merged(packed.make_contiguous(), &memory);
                let whole = all.iter().filter(outside).count();
                if left.is_none() || whole >= limit {
                    cut(&mut all, end, limit);
                    return Ok(all);
                }
            }
            let Some(open) = left else { continue };
            let rows = chunks(&mut transaction, open, end).await?;
            for row in &rows {
                let samples = opened(stretch, row.try_get(0)?, row.try_get(2)?);
                match end {
                    End::Newest => samples.into_iter().rev().for_each(|sample| packed.push_front(sample)),
                    End::Oldest => packed.extend(samples),
                }
            }
            left = match rows.last() {
                Some(row) if rows.len() == AT_ONCE as usize => beyond(open, end, row)?,
                _ => None,
            };
        }
    }

    /// Sums up the steps of a grid.
    pub(super) async fn buckets(&self, series: SeriesId, grid: Grid) -> Result<Vec<Bucket>, StoreError> {
        let stretch = Stretch { series, from_us: grid.from_us(), to_us: grid.to_us() };
        let mut memory: VecDeque<Sample> =
            self.hot().recent.between(series, stretch.from_us, stretch.to_us).into();
        let mut transaction = self.reader().begin().await?;
        let mut buckets = Buckets::new(grid);
        let mut left = Some(stretch);
        while let Some(open) = left {
            let rows = summaries(&mut transaction, open).await?;
            for row in &rows {
                let summary = summary_of(row)?;
                let before = memory.partition_point(|sample| sample.time_us < summary.first_us);
                for sample in memory.drain(..before) {
                    take(&mut buckets, &sample);
                }
                let none_between = memory.front().is_none_or(|sample| sample.time_us > summary.last_us);
                if none_between && buckets.takes_whole(summary.first_us, summary.last_us) {
                    buckets.take(&summary);
                    continue;
                }
                let until = memory.partition_point(|sample| sample.time_us <= summary.last_us);
                let between: Vec<Sample> = memory.drain(..until).collect();
                let samples = opened(
                    open,
                    summary.first_us,
                    &chunk_at(&mut transaction, series, summary.first_us).await?,
                );
                for sample in merged(&samples, &between) {
                    take(&mut buckets, &sample);
                }
            }
            left = match rows.last() {
                Some(row) if rows.len() == SUMMARIES as usize => beyond(open, End::Oldest, row)?,
                _ => None,
            };
        }
        for sample in &memory {
            take(&mut buckets, sample);
        }
        Ok(buckets.done())
    }
}

/// The next chunks of a stretch from one end: first and last instant, and the bytes.
async fn chunks(
    connection: &mut SqliteConnection,
    stretch: Stretch,
    end: End,
) -> Result<Vec<SqliteRow>, StoreError> {
    let query = match end {
        End::Newest => sqlx::query(
            "SELECT first_us, last_us, data FROM reading_chunk WHERE series = ?1 AND first_us >= \
             coalesce((SELECT max(first_us) FROM reading_chunk WHERE series = ?1 AND first_us <= ?2), ?2) \
             AND first_us <= ?3 AND last_us >= ?2 ORDER BY first_us DESC LIMIT ?4",
        ),
        End::Oldest => sqlx::query(
            "SELECT first_us, last_us, data FROM reading_chunk WHERE series = ?1 AND first_us >= \
             coalesce((SELECT max(first_us) FROM reading_chunk WHERE series = ?1 AND first_us <= ?2), ?2) \
             AND first_us <= ?3 AND last_us >= ?2 ORDER BY first_us LIMIT ?4",
        ),
    };
    let query = query.bind(stretch.series).bind(stretch.from_us).bind(stretch.to_us).bind(AT_ONCE);
    Ok(query.fetch_all(connection).await?)
}

/// The summaries of the next chunks of a stretch, oldest first.
async fn summaries(
    connection: &mut SqliteConnection,
    stretch: Stretch,
) -> Result<Vec<SqliteRow>, StoreError> {
    let query = sqlx::query(
        "SELECT first_us, last_us, readings, plausible, least, most, total, first, last FROM reading_chunk \
         WHERE series = ?1 AND first_us >= \
         coalesce((SELECT max(first_us) FROM reading_chunk WHERE series = ?1 AND first_us <= ?2), ?2) \
         AND first_us <= ?3 AND last_us >= ?2 ORDER BY first_us LIMIT ?4",
    );
    let query = query.bind(stretch.series).bind(stretch.from_us).bind(stretch.to_us).bind(SUMMARIES);
    Ok(query.fetch_all(connection).await?)
}

/// The bytes of the chunk that begins at an instant.
async fn chunk_at(
    connection: &mut SqliteConnection,
    series: SeriesId,
    first_us: i64,
) -> Result<Vec<u8>, StoreError> {
    let query = sqlx::query("SELECT data FROM reading_chunk WHERE series = ?1 AND first_us = ?2");
    Ok(query.bind(series).bind(first_us).fetch_one(connection).await?.try_get(0)?)
}

/// What is left of a stretch behind a chunk that was looked at last.
fn beyond(stretch: Stretch, end: End, row: &SqliteRow) -> Result<Option<Stretch>, StoreError> {
    let (first_us, last_us): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    let rest = match end {
        End::Newest => first_us.checked_sub(1).map(|to_us| Stretch { to_us, ..stretch }),
        End::Oldest => last_us.checked_add(1).map(|from_us| Stretch { from_us, ..stretch }),
    };
    Ok(rest.filter(|rest| rest.from_us <= rest.to_us))
}

/// Keeps `limit` samples of one end.
fn cut(samples: &mut Vec<Sample>, end: End, limit: usize) {
    match end {
        End::Newest => drop(samples.drain(..samples.len().saturating_sub(limit))),
        End::Oldest => samples.truncate(limit),
    }
}

fn take(buckets: &mut Buckets, sample: &Sample) {
    buckets.take(&Summary::of_one(sample.time_us, sample.value, sample.plausible));
}

/// The samples of a chunk within a stretch. One that is damaged is told and left out, so that the rest of
/// the history can be read.
fn opened(stretch: Stretch, first_us: i64, data: &[u8]) -> Vec<Sample> {
    match chunk::decode(data) {
        Ok(mut samples) => {
            samples.retain(|sample| (stretch.from_us..=stretch.to_us).contains(&sample.time_us));
            samples
        }
        Err(error) => {
            let series = stretch.series;
            tracing::error!(series, first_us, %error, "a chunk of readings is damaged and left out");
            Vec::new()
        }
    }
}
