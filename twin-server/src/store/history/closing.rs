//! Closing: readings of memory and log become chunks. Called by the engines, slice by slice of short
//! transactions, so that a post never waits long. If the program dies between two, the log still has
//! everything, and closing it again changes nothing: of one series and instant the first reading stays.

use std::collections::HashMap;

use super::chunk::{self, CHUNK_MOST};
use super::recent::{BySeries, Tip};
use super::table::{ChunkTable, NewChunk, Outline, Stretch};
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
    let packed = Packed::slice(table, slice, taken).await?;
    packed.store(table).await
}

/// Puts samples of some series, each list in the order of time, into their chunks.
pub(in crate::store) async fn close_series<T: ChunkTable>(
    table: &mut T,
    lists: &[(SeriesId, &[Sample])],
) -> Result<(), StoreError> {
    let packed = Packed::lists(table, lists).await?;
    packed.store(table).await
}

/// Chunks to be stored in place of others. Packing is most of the work, and needs no turn to write: an engine may
/// pack by a connection that only reads, and store what still fits.
#[derive(Debug)]
pub(in crate::store) struct Packed {
    series: Vec<SeriesId>,
    stretches: Vec<Stretch>,
    /// The chunks that it was made by.
    seen: Vec<Outline>,
    damaged: Vec<i64>,
    old: Vec<i64>,
    new: Vec<NewChunk>,
    tips: Vec<(SeriesId, Tip)>,
}

impl Packed {
    /// Packs what was taken of some series.
    pub(in crate::store) async fn slice<T: ChunkTable>(
        table: &mut T,
        slice: &[SeriesId],
        taken: &BySeries,
    ) -> Result<Self, StoreError> {
        // A device that was removed meanwhile has no series any more.
        let existing = table.existing(slice).await?;
        let lists: Vec<(SeriesId, &[Sample])> = slice
            .iter()
            .filter(|series| existing.contains(series))
            .filter_map(|series| Some((*series, taken.get(series)?.as_slice())))
            .collect();
        Self::lists(table, &lists).await
    }

    async fn lists<T: ChunkTable>(
        table: &mut T,
        lists: &[(SeriesId, &[Sample])],
    ) -> Result<Self, StoreError> {
        let stretches: Vec<Stretch> = lists
            .iter()
            .filter_map(|(series, samples)| {
                let (first, last) = (samples.first()?, samples.last()?);
                Some(Stretch { series: *series, from_us: first.time_us, to_us: last.time_us })
            })
            .collect();
        let seen = table.outlines(&stretches).await?;
        let mut outlines: HashMap<SeriesId, Vec<Outline>> = HashMap::new();
        for outline in &seen {
            outlines.entry(outline.series).or_default().push(*outline);
        }
        let known = |series: &SeriesId| outlines.get(series).map(Vec::as_slice).unwrap_or_default();
        let parts: Vec<Part<'_>> =
            lists.iter().flat_map(|(series, samples)| parts(*series, samples, known(series))).collect();
        let old: Vec<i64> = parts.iter().filter_map(|part| part.chunk).collect();
        let mut stored = table.data_of(&old).await?;
        let (mut damaged, mut new) = (Vec::new(), Vec::new());
        for Part { series, chunk, samples } in &parts {
            let before = match chunk.and_then(|id| Some((id, stored.remove(&id)?))) {
                None => Vec::new(),
                Some((id, data)) => chunk::decode(&data).unwrap_or_else(|error| {
                    tracing::error!(series, chunk = id, %error, "a chunk of readings is damaged and put apart");
                    damaged.push(id);
                    Vec::new()
                }),
            };
            new.extend(packed(*series, &merged(&before, samples))?);
        }
        let series = lists.iter().map(|(series, _)| *series).collect();
        let tips = lists.iter().filter_map(|(series, samples)| Some((*series, tip_of(samples)?))).collect();
        Ok(Self { series, stretches, seen, damaged, old, new, tips })
    }

    /// Whether the table is as it was when this was packed.
    pub(in crate::store) async fn fits<T: ChunkTable>(&self, table: &mut T) -> Result<bool, StoreError> {
        let existing = table.existing(&self.series).await?;
        Ok(existing.len() == self.series.len() && table.outlines(&self.stretches).await? == self.seen)
    }

    /// Stores the chunks in place of those before.
    pub(in crate::store) async fn store<T: ChunkTable>(self, table: &mut T) -> Result<(), StoreError> {
        table.put_apart(&self.damaged).await?;
        table.delete(&self.old).await?;
        table.insert(&self.new).await?;
        table.raise_tips(&self.tips).await
    }
}

/// Samples that are packed together, and the chunk that they are put into.
#[derive(Debug, PartialEq)]
struct Part<'s> {
    series: SeriesId,
    chunk: Option<i64>,
    samples: &'s [Sample],
}

/// Shares samples out among the chunks of their series, both in the order of time: those that lie in a chunk or
/// behind it go into it, if it is opened anyway or has room; no other chunk is touched, however far apart they
/// lie.
fn parts<'s>(series: SeriesId, samples: &'s [Sample], outlines: &[Outline]) -> Vec<Part<'s>> {
    let until = |place: usize| outlines.get(place).map_or(i64::MAX, |outline| outline.first_us);
    let (first, mut rest) = samples.split_at(samples.partition_point(|sample| sample.time_us < until(0)));
    let mut parts = vec![Part { series, chunk: None, samples: first }];
    for (place, outline) in outlines.iter().enumerate() {
        let (samples, behind) =
            rest.split_at(rest.partition_point(|sample| sample.time_us < until(place + 1)));
        rest = behind;
        let lies_in = samples.first().is_some_and(|sample| sample.time_us <= outline.last_us);
        let chunk = (lies_in || outline.readings < FULL).then_some(outline.id);
        parts.push(Part { series, chunk, samples });
    }
    parts.retain(|part| !part.samples.is_empty());
    parts
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

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(id: i64, first_us: i64, last_us: i64, readings: usize) -> Outline {
        Outline { id, series: 7, first_us, last_us, readings }
    }

    /// The chunks, and the instants that go into them.
    fn shared(times: &[i64], outlines: &[Outline]) -> Vec<(Option<i64>, Vec<i64>)> {
        let samples: Vec<Sample> =
            times.iter().map(|time_us| Sample { time_us: *time_us, value: 0.0, plausible: true }).collect();
        let parts = parts(7, &samples, outlines);
        parts.iter().map(|part| (part.chunk, part.samples.iter().map(|s| s.time_us).collect())).collect()
    }

    #[test]
    fn only_chunks_that_a_sample_lies_in_or_that_have_room_are_opened() {
        let full = FULL + 1;
        let chunks = [
            outline(1, 100, 199, full),
            outline(2, 200, 299, full),
            outline(3, 300, 399, 5),
            outline(4, 900, 999, full),
        ];
        assert_eq!(shared(&[], &chunks), []);
        assert_eq!(shared(&[150], &chunks), [(Some(1), vec![150])]);
        // One long before all, one in a chunk, one behind it, and what came just now.
        let expected =
            [(None, vec![5]), (Some(2), vec![200, 299]), (Some(3), vec![500, 899]), (None, vec![1000, 1001])];
        assert_eq!(shared(&[5, 200, 299, 500, 899, 1000, 1001], &chunks), expected);
        assert_eq!(shared(&[1, 2], &[]), [(None, vec![1, 2])]);
        assert_eq!(shared(&[i64::MAX - 1], &[outline(1, 0, 9, 1)]), [(Some(1), vec![i64::MAX - 1])]);
    }
}
