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

/// Of late readings, those that are neither in this transaction nor in memory; `fresh` are the others of it.
pub(in crate::store) fn new_to_memory(
    hot: &Hot,
    fresh: &[(SeriesId, Sample)],
    late: &[(SeriesId, Sample)],
) -> Vec<bool> {
    if late.is_empty() {
        return Vec::new();
    }
    let mut seen: HashSet<(SeriesId, i64)> =
        fresh.iter().map(|(series, sample)| (*series, sample.time_us)).collect();
    let is_new = |(series, sample): &(SeriesId, Sample)| {
        seen.insert((*series, sample.time_us)) && !hot.recent.holds(*series, sample.time_us)
    };
    late.iter().map(is_new).collect()
}

/// Takes those out of `new` that a chunk holds.
pub(in crate::store) async fn find_in_chunks<T: ChunkTable>(
    table: &mut T,
    late: &[(SeriesId, Sample)],
    new: &mut [bool],
) -> Result<(), StoreError> {
    let mut open = OpenChunk::default();
    let mut order: Vec<(SeriesId, i64, &mut bool)> = late
        .iter()
        .zip(new)
        .filter(|(_, new)| **new)
        .map(|((series, sample), new)| (*series, sample.time_us, new))
        .collect();
    // In the order of series and time, so that a chunk is opened once.
    order.sort_unstable_by_key(|(series, time_us, _)| (*series, *time_us));
    for (series, time_us, new) in order {
        *new = !open.holds(table, series, time_us).await?;
    }
    Ok(())
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
