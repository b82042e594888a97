//! Questions about a stretch of one series: what lies in memory and what lies in chunks, joined.
//!
//! Memory is asked first: what is closed in between then shows in both, and counts once. Most questions are for
//! what is new, and memory knows whether it has all of that: then no transaction is begun. Chunks are looked
//! at in one transaction that reads, or a closing could write them anew between two looks.

use std::collections::VecDeque;

use super::recent::{Recent, at_end};
use super::table::{ChunkTable, StoredChunk, Stretch};
use super::{Sample, chunk, merged};
use crate::domain::summary::{Bucket, Buckets, Grid, Summary};
use crate::store::codec::from_us;
use crate::store::{End, StoreError, StoredReading};

/// Chunks that are fetched at a time.
const AT_ONCE: i64 = 8;
/// Summaries that are fetched at a time.
const SUMMARIES: i64 = 512;

/// What memory has of a stretch, as of one moment.
#[derive(Debug)]
pub(in crate::store) struct Known {
    /// The samples that are not closed; of one end as many as were asked for.
    pub(in crate::store) open: Vec<Sample>,
    /// Up to which instant chunks may have more; nothing if they have none.
    chunks_to_us: Option<i64>,
}

impl Known {
    /// Up to `limit` samples of one end.
    pub(in crate::store) fn of(recent: &Recent, stretch: Stretch, end: End, limit: usize) -> Self {
        let chunks_to_us = recent.chunks_to_us(stretch.series).filter(|to_us| *to_us >= stretch.from_us);
        Self { open: recent.at_end(stretch, end, limit), chunks_to_us }
    }

    /// Whether chunks have nothing of the stretch.
    pub(in crate::store) fn is_all(&self) -> bool {
        self.chunks_to_us.is_none()
    }

    /// Whether chunks have nothing of the `limit` samples of that end.
    pub(in crate::store) fn is_enough(&self, end: End, limit: usize) -> bool {
        let newer = |to_us| self.open.iter().rev().take_while(|sample| sample.time_us > to_us).count();
        self.chunks_to_us.is_none_or(|to_us| end == End::Newest && newer(to_us) >= limit)
    }
}

/// Up to `limit` samples from one end of a stretch, in the order of time; `memory` are those of it that are
/// not closed, as many of that end.
pub(in crate::store) async fn samples<T: ChunkTable>(
    table: &mut T,
    memory: &[Sample],
    stretch: Stretch,
    end: End,
    limit: usize,
) -> Result<Vec<Sample>, StoreError> {
    let mut packed: VecDeque<Sample> = VecDeque::new();
    let mut left = Some(stretch);
    loop {
        // All samples of the stretch but those of `left` are in memory or packed.
        let outside = |sample: &&Sample| left.is_none_or(|left| !left.holds(sample.time_us));
        if left.is_none() || packed.len() + memory.iter().filter(outside).count() >= limit {
            let all = merged(packed.make_contiguous(), memory);
            let whole = all.iter().filter(outside).count();
            if left.is_none() || whole >= limit {
                return Ok(at_end(&all, end, limit).to_vec());
            }
        }
        let Some(open) = left else { continue };
        let chunks = table.chunks(open, end, AT_ONCE).await?;
        for StoredChunk { first_us, data, .. } in &chunks {
            let samples = opened(stretch, *first_us, data);
            match end {
                End::Newest => samples.into_iter().rev().for_each(|sample| packed.push_front(sample)),
                End::Oldest => packed.extend(samples),
            }
        }
        left = match chunks.last() {
            Some(last) if chunks.len() == AT_ONCE as usize => beyond(open, end, last.first_us, last.last_us),
            _ => None,
        };
    }
}

/// Samples as they are answered.
pub(in crate::store) fn answered(samples: Vec<Sample>) -> Result<Vec<StoredReading>, StoreError> {
    let stored = samples.into_iter().map(|Sample { time_us, value, plausible }| {
        Ok(StoredReading { time: from_us(time_us)?, value, plausible })
    });
    stored.collect()
}

/// Sums up the steps of a grid of samples that are all there are.
pub(in crate::store) fn buckets_of(samples: &[Sample], grid: Grid) -> Vec<Bucket> {
    let mut buckets = Buckets::new(grid);
    for sample in samples {
        take(&mut buckets, sample);
    }
    buckets.done()
}

/// Sums up the steps of a grid; `memory` are the samples of its stretch that are not closed.
pub(in crate::store) async fn buckets<T: ChunkTable>(
    table: &mut T,
    memory: Vec<Sample>,
    stretch: Stretch,
    grid: Grid,
) -> Result<Vec<Bucket>, StoreError> {
    let mut memory: VecDeque<Sample> = memory.into();
    let mut buckets = Buckets::new(grid);
    let mut left = Some(stretch);
    while let Some(open) = left {
        let summaries = table.summaries(open, SUMMARIES).await?;
        for summary in &summaries {
            let before = memory.partition_point(|sample| sample.time_us < summary.first_us);
            for sample in memory.drain(..before) {
                take(&mut buckets, &sample);
            }
            let none_between = memory.front().is_none_or(|sample| sample.time_us > summary.last_us);
            if none_between && buckets.takes_whole(summary.first_us, summary.last_us) {
                buckets.take(summary);
                continue;
            }
            let until = memory.partition_point(|sample| sample.time_us <= summary.last_us);
            let between: Vec<Sample> = memory.drain(..until).collect();
            let data = table.chunk_at(stretch.series, summary.first_us).await?;
            for sample in merged(&opened(open, summary.first_us, &data), &between) {
                take(&mut buckets, &sample);
            }
        }
        left = match summaries.last() {
            Some(last) if summaries.len() == SUMMARIES as usize => {
                beyond(open, End::Oldest, last.first_us, last.last_us)
            }
            _ => None,
        };
    }
    for sample in &memory {
        take(&mut buckets, sample);
    }
    Ok(buckets.done())
}

/// The stretch of a grid.
pub(in crate::store) fn stretch_of(series: super::SeriesId, grid: Grid) -> Stretch {
    Stretch { series, from_us: grid.from_us(), to_us: grid.to_us() }
}

/// What is left of a stretch behind a chunk that was looked at last.
fn beyond(stretch: Stretch, end: End, first_us: i64, last_us: i64) -> Option<Stretch> {
    let rest = match end {
        End::Newest => first_us.checked_sub(1).map(|to_us| Stretch { to_us, ..stretch }),
        End::Oldest => last_us.checked_add(1).map(|from_us| Stretch { from_us, ..stretch }),
    };
    rest.filter(|rest| rest.from_us <= rest.to_us)
}

fn take(buckets: &mut Buckets, sample: &Sample) {
    buckets.take(&Summary::of_one(sample.time_us, sample.value, sample.plausible));
}

/// The samples of a chunk within a stretch. One that is damaged is told and left out, so that the rest of
/// the history can be read.
pub(super) fn opened(stretch: Stretch, first_us: i64, data: &[u8]) -> Vec<Sample> {
    match chunk::decode(data) {
        Ok(mut samples) => {
            samples.retain(|sample| stretch.holds(sample.time_us));
            samples
        }
        Err(error) => {
            let series = stretch.series;
            tracing::error!(series, first_us, %error, "a chunk of readings is damaged and left out");
            Vec::new()
        }
    }
}
