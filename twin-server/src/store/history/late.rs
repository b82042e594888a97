//! Late readings: of those that may be stored already, which are not.

use std::collections::HashSet;

use super::hot::Hot;
use super::table::ChunkTable;
use super::{Sample, SeriesId, chunk};
use crate::domain::reading::CheckedReading;
use crate::store::StoreError;
use crate::store::codec::to_us;

/// A reading as it is packed.
pub(in crate::store) fn sample(reading: &CheckedReading) -> Sample {
    Sample { time_us: to_us(reading.time), value: reading.value, plausible: reading.plausible }
}

/// Late readings as far as memory knows them.
pub(in crate::store) struct Late {
    /// Of each, whether it is new.
    new: Vec<bool>,
    /// Places of those that a chunk may hold.
    in_doubt: Vec<usize>,
}

/// Of late readings, those that are neither in this transaction nor in memory; `fresh` are the others of it.
pub(in crate::store) fn new_to_memory(
    hot: &Hot,
    fresh: &[(SeriesId, Sample)],
    late: &[(SeriesId, Sample)],
) -> Late {
    if late.is_empty() {
        return Late { new: Vec::new(), in_doubt: Vec::new() };
    }
    let mut seen: HashSet<(SeriesId, i64)> =
        fresh.iter().map(|(series, sample)| (*series, sample.time_us)).collect();
    let is_new = |(series, sample): &(SeriesId, Sample)| {
        seen.insert((*series, sample.time_us)) && !hot.recent.holds(*series, sample.time_us)
    };
    let new: Vec<bool> = late.iter().map(is_new).collect();
    let may_be = |(series, sample): &(SeriesId, Sample)| hot.recent.may_be_closed(*series, sample.time_us);
    let doubted = late.iter().zip(&new).enumerate().filter(|(_, (late, new))| **new && may_be(late));
    let in_doubt = doubted.map(|(place, _)| place).collect();
    Late { new, in_doubt }
}

/// Of late readings, which are new: neither known to memory nor in a chunk.
pub(in crate::store) async fn find_in_chunks<T: ChunkTable>(
    table: &mut T,
    late: &[(SeriesId, Sample)],
    Late { mut new, in_doubt }: Late,
) -> Result<Vec<bool>, StoreError> {
    let mut open = OpenChunk::default();
    let known = |place: usize| late.get(place).map(|(series, sample)| (*series, sample.time_us, place));
    let mut order: Vec<(SeriesId, i64, usize)> = in_doubt.into_iter().filter_map(known).collect();
    // In the order of series and time, so that a chunk is opened once.
    order.sort_unstable();
    for (series, time_us, place) in order {
        let is_stored = open.holds(table, series, time_us).await?;
        if let Some(new) = new.get_mut(place) {
            *new = !is_stored;
        }
    }
    Ok(new)
}

/// The chunk that was opened last.
#[derive(Default)]
struct OpenChunk {
    series: SeriesId,
    last_us: i64,
    samples: Vec<Sample>,
}

impl OpenChunk {
    /// Whether a chunk of the series holds an instant. Instants of a series come in the order of time.
    async fn holds<T: ChunkTable>(
        &mut self,
        table: &mut T,
        series: SeriesId,
        time_us: i64,
    ) -> Result<bool, StoreError> {
        if self.samples.is_empty() || self.series != series || self.last_us < time_us {
            let Some(stored) = table.chunk_before(series, time_us).await? else { return Ok(false) };
            (self.series, self.last_us) = (series, stored.last_us);
            // One that is damaged holds nothing; it is told when it is closed anew or read.
            self.samples = if self.last_us < time_us {
                Vec::new()
            } else {
                chunk::decode(&stored.data).unwrap_or_default()
            };
        }
        Ok(self.samples.binary_search_by_key(&time_us, |sample| sample.time_us).is_ok())
    }
}
