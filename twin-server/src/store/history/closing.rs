//! Closing: readings of memory and log become chunks. Called by the engines, slice by slice of short
//! transactions, so that a post never waits long. If the program dies between two, the log still has
//! everything, and closing it again changes nothing: of one series and instant the first reading stays.

use std::collections::HashMap;

use super::chunk::{self, CHUNK_MOST};
use super::recent::{BySeries, Tip};
use super::table::{ChunkTable, NewChunk, StoredChunk, Stretch};
use super::{Sample, SeriesId, merged};
use crate::store::StoreError;

/// Series that are closed in one transaction.
pub(in crate::store) const SLICE: usize = 32;
/// A chunk is filled up to here before another is begun, so that slow series do not end in many small ones.
const FULL: usize = CHUNK_MOST / 4;
/// Readings in one row of the log that replaces those before.
pub(in crate::store) const LOG_ROW: usize = 20_000;

/// The series of what is to be closed, in order.
pub(in crate::store) fn order(taken: &BySeries) -> Vec<SeriesId> {
    let mut order: Vec<SeriesId> = taken.keys().copied().collect();
    order.sort_unstable();
    order
}

/// Closes what was taken of some series.
pub(in crate::store) async fn close_slice<T: ChunkTable>(
    table: &mut T,
    slice: &[SeriesId],
    taken: &BySeries,
) -> Result<(), StoreError> {
    // A device that was removed meanwhile has no series any more.
    let existing = table.existing(slice).await?;
    let lists: Vec<(SeriesId, &[Sample])> = slice
        .iter()
        .filter(|series| existing.contains(series))
        .filter_map(|series| Some((*series, taken.get(series)?.as_slice())))
        .collect();
    close_series(table, &lists).await
}

/// Puts samples of some series, each list in the order of time, into their chunks.
pub(in crate::store) async fn close_series<T: ChunkTable>(
    table: &mut T,
    lists: &[(SeriesId, &[Sample])],
) -> Result<(), StoreError> {
    let stretches: Vec<Stretch> = lists
        .iter()
        .filter_map(|(series, samples)| {
            let (first, last) = (samples.first()?, samples.last()?);
            Some(Stretch { series: *series, from_us: first.time_us, to_us: last.time_us })
        })
        .collect();
    let mut stored: HashMap<SeriesId, Vec<StoredChunk>> = HashMap::new();
    for chunk in table.touched(&stretches, FULL).await? {
        stored.entry(chunk.series).or_default().push(chunk);
    }
    let (mut old, mut damaged, mut new, mut tips) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (series, samples) in lists {
        let mut all = samples.to_vec();
        for StoredChunk { id, first_us, data, .. } in stored.remove(series).unwrap_or_default() {
            match chunk::decode(&data) {
                Ok(stored) => all = merged(&stored, &all),
                Err(error) => {
                    tracing::error!(series, first_us, %error, "a chunk of readings is damaged and put apart");
                    damaged.push(id);
                }
            }
            old.push(id);
        }
        new.extend(packed(*series, &all)?);
        tips.extend(tip_of(samples).map(|tip| (*series, tip)));
    }
    table.put_apart(&damaged).await?;
    table.delete(&old).await?;
    table.insert(&new).await?;
    table.raise_tips(&tips).await
}

/// Packs samples of one series as chunks of about even size.
pub(super) fn packed(series: SeriesId, samples: &[Sample]) -> Result<Vec<NewChunk>, StoreError> {
    let pieces = samples.len().div_ceil(CHUNK_MOST / 2).max(1);
    let mut chunks = Vec::with_capacity(pieces);
    for piece in samples.chunks(samples.len().div_ceil(pieces).max(1)) {
        let Some(summary) = chunk::summary(piece) else { continue };
        let data = chunk::encode(piece).map_err(|error| StoreError::Content(error.to_string()))?;
        chunks.push(NewChunk { series, summary, data });
    }
    Ok(chunks)
}

fn tip_of(samples: &[Sample]) -> Option<Tip> {
    let mut tip = None;
    for sample in samples {
        Tip::take(&mut tip, sample);
    }
    tip
}
