//! What the rules of history ask of an engine: the table of chunks, within one transaction. Implemented by the
//! connection of each engine; a slice of series is asked for at once, so that an engine beyond a network
//! answers in few round trips.

use std::collections::{HashMap, HashSet};
use std::future::Future;

use time::OffsetDateTime;

use super::SeriesId;
use super::recent::Tip;
use crate::domain::summary::Summary;
use crate::store::codec::to_us;
use crate::store::{End, StoreError};

/// A stretch of a series, both ends included.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Stretch {
    pub(in crate::store) series: SeriesId,
    pub(in crate::store) from_us: i64,
    pub(in crate::store) to_us: i64,
}

impl Stretch {
    /// From an instant to another; from the first or to the last where there is none.
    pub(in crate::store) fn of(
        series: SeriesId,
        from: Option<OffsetDateTime>,
        to: Option<OffsetDateTime>,
    ) -> Self {
        Self { series, from_us: from.map_or(i64::MIN, to_us), to_us: to.map_or(i64::MAX, to_us) }
    }

    /// Whether an instant lies in it.
    pub(in crate::store) fn holds(&self, time_us: i64) -> bool {
        (self.from_us..=self.to_us).contains(&time_us)
    }
}

/// A chunk as it is stored.
#[derive(Debug)]
pub(in crate::store) struct StoredChunk {
    pub(in crate::store) first_us: i64,
    pub(in crate::store) last_us: i64,
    pub(in crate::store) data: Vec<u8>,
}

/// A chunk without what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Outline {
    pub(in crate::store) id: i64,
    pub(in crate::store) series: SeriesId,
    pub(in crate::store) first_us: i64,
    pub(in crate::store) last_us: i64,
    pub(in crate::store) readings: usize,
}

/// The chunk of a series that was the last at an instant.
#[derive(Debug)]
pub(in crate::store) struct LastChunk {
    pub(in crate::store) summary: Summary,
    /// What is in it; nothing where the summary says all: it ends by then, and all its values are plausible.
    pub(in crate::store) data: Option<Vec<u8>>,
}

/// A chunk to be stored.
#[derive(Debug)]
pub(in crate::store) struct NewChunk {
    pub(in crate::store) series: SeriesId,
    pub(in crate::store) summary: Summary,
    pub(in crate::store) data: Vec<u8>,
}

type Found<T> = Result<T, StoreError>;

/// The chunks of an engine, and what is newest in them. Those of one series never overlap.
pub(in crate::store) trait ChunkTable: Send {
    /// Of some series, those that there are.
    fn existing(&mut self, series: &[SeriesId]) -> impl Future<Output = Found<HashSet<SeriesId>>> + Send;

    /// The chunks that touch stretches of different series, and the one before each; of a series in the order of
    /// time.
    fn outlines(&mut self, stretches: &[Stretch]) -> impl Future<Output = Found<Vec<Outline>>> + Send;

    /// What is in chunks, by their ids.
    fn data_of(&mut self, ids: &[i64]) -> impl Future<Output = Found<HashMap<i64, Vec<u8>>>> + Send;

    /// Copies chunks to where damaged ones are kept.
    fn put_apart(&mut self, ids: &[i64]) -> impl Future<Output = Found<()>> + Send;

    /// Deletes chunks.
    fn delete(&mut self, ids: &[i64]) -> impl Future<Output = Found<()>> + Send;

    /// Stores chunks.
    fn insert(&mut self, chunks: &[NewChunk]) -> impl Future<Output = Found<()>> + Send;

    /// Says what is newest in series, where that is newer than what stands there.
    fn raise_tips(&mut self, tips: &[(SeriesId, Tip)]) -> impl Future<Output = Found<()>> + Send;

    /// Forgets what is newest in a series.
    fn drop_tip(&mut self, series: SeriesId) -> impl Future<Output = Found<()>> + Send;

    /// The next chunks that touch a stretch, from one end.
    fn chunks(
        &mut self,
        stretch: Stretch,
        end: End,
        limit: i64,
    ) -> impl Future<Output = Found<Vec<StoredChunk>>> + Send;

    /// The summaries of the next chunks that touch a stretch, oldest first.
    fn summaries(&mut self, stretch: Stretch, limit: i64)
    -> impl Future<Output = Found<Vec<Summary>>> + Send;

    /// How many readings the chunks of each series hold, of all series that have chunks.
    fn counts(&mut self) -> impl Future<Output = Found<HashMap<SeriesId, u64>>> + Send;

    /// Of each series the last chunk that begins at an instant or before, in the order of the question; only of those
    /// that hold plausible values if that is asked for.
    fn last_chunks(
        &mut self,
        wanted: &[(SeriesId, i64)],
        with_values: bool,
    ) -> impl Future<Output = Found<Vec<Option<LastChunk>>>> + Send;

    /// The bytes of the chunk that begins at an instant.
    fn chunk_at(&mut self, series: SeriesId, first_us: i64) -> impl Future<Output = Found<Vec<u8>>> + Send;

    /// The last chunk that begins at an instant or before.
    fn chunk_before(
        &mut self,
        series: SeriesId,
        time_us: i64,
    ) -> impl Future<Output = Found<Option<StoredChunk>>> + Send;

    /// Deletes the chunks that lie whole within a stretch; gives their readings.
    fn delete_within(&mut self, stretch: Stretch) -> impl Future<Output = Found<u64>> + Send;

    /// Deletes the chunks that touch a stretch and gives their bytes.
    fn take_touched(&mut self, stretch: Stretch) -> impl Future<Output = Found<Vec<Vec<u8>>>> + Send;

    /// Deletes damaged chunks that touch a stretch.
    fn delete_damaged(&mut self, stretch: Stretch) -> impl Future<Output = Found<()>> + Send;

    /// The newest instant in the chunks of a series.
    fn newest(&mut self, series: SeriesId) -> impl Future<Output = Found<Option<i64>>> + Send;

    /// The newest chunk of a series that holds a plausible value.
    fn last_plausible(
        &mut self,
        series: SeriesId,
    ) -> impl Future<Output = Found<Option<(Summary, Vec<u8>)>>> + Send;
}
