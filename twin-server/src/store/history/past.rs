//! What was newest in many series at an instant: what memory knows of it, and what chunks say.
//!
//! A series needs one look at its chunks, by the index of where they begin: they never overlap, so the last that
//! begins by then holds what was newest. Only where nothing of it is plausible the one before is looked at. As for
//! every question, memory is asked first, and what is closed in between shows in both.

use super::SeriesId;
use super::hot::{Hot, told};
use super::recent::Tip;
use super::stretch::opened;
use super::table::{ChunkTable, LastChunk, Stretch};
use crate::store::{SeriesTip, StoreError};

/// Series whose chunks are asked for at a time: a chunk has up to some 30 KB.
const SLICE: usize = 128;

/// Streams as they were at an instant, as far as they are known.
#[derive(Debug)]
pub(in crate::store) struct Past {
    at_us: i64,
    streams: Vec<Stream>,
}

#[derive(Debug)]
struct Stream {
    device: String,
    name: String,
    series: SeriesId,
    tip: Option<Tip>,
    /// Up to where chunks may hold something newer; nothing if they cannot.
    chunks_to_us: Option<i64>,
}

impl Past {
    /// What memory knows of the devices that are meant, as of one moment.
    pub(in crate::store) fn of(
        hot: &Hot,
        at_us: i64,
        is_meant: &(dyn Fn(&str) -> bool + Send + Sync),
    ) -> Self {
        let stream = |(device, name, series): (&str, &str, SeriesId)| {
            let tip = hot.recent.tip_at(series, at_us);
            let newer = |to_us: &i64| latest_us(tip).is_none_or(|latest_us| latest_us < *to_us);
            let chunks_to_us = hot.recent.chunks_to_us(series).map(|to_us| to_us.min(at_us)).filter(newer);
            Stream { device: device.to_owned(), name: name.to_owned(), series, tip, chunks_to_us }
        };
        Self { at_us, streams: hot.streams_of(is_meant).map(stream).collect() }
    }

    /// Whether chunks can add nothing.
    pub(in crate::store) fn is_all(&self) -> bool {
        self.streams.iter().all(|stream| stream.chunks_to_us.is_none())
    }

    /// With what chunks hold.
    pub(in crate::store) async fn with_chunks<T: ChunkTable>(
        mut self,
        table: &mut T,
    ) -> Result<Self, StoreError> {
        let mut with_values = false;
        loop {
            let mut open: Vec<&mut Stream> =
                self.streams.iter_mut().filter(|stream| stream.chunks_to_us.is_some()).collect();
            if open.is_empty() {
                return Ok(self);
            }
            for slice in open.chunks_mut(SLICE) {
                let wanted = slice.iter().filter_map(|stream| Some((stream.series, stream.chunks_to_us?)));
                let found = table.last_chunks(&wanted.collect::<Vec<_>>(), with_values).await?;
                for (stream, chunk) in slice.iter_mut().zip(found) {
                    stream.take(chunk, self.at_us);
                }
            }
            with_values = true;
        }
    }

    /// As it is told: of each stream that had readings by then.
    pub(in crate::store) fn tips(self) -> Result<Vec<SeriesTip>, StoreError> {
        let known = self
            .streams
            .into_iter()
            .filter_map(|Stream { device, name, tip, .. }| tip.map(|tip| told(device, name, tip)));
        known.collect()
    }
}

impl Stream {
    /// Takes in the chunk that was asked for. Where nothing in it is plausible, one before it may hold more.
    fn take(&mut self, chunk: Option<LastChunk>, at_us: i64) {
        self.chunks_to_us = None;
        let Some(chunk) = chunk else { return };
        let first_us = chunk.summary.first_us;
        let tip = tip_of(&chunk, Stretch { series: self.series, from_us: i64::MIN, to_us: at_us });
        let is_settled =
            latest_us(tip).or(latest_us(self.tip)).is_some_and(|latest_us| latest_us >= first_us);
        self.tip = Tip::joined(self.tip, tip);
        if !is_settled {
            self.chunks_to_us = first_us.checked_sub(1);
        }
    }
}

fn latest_us(tip: Option<Tip>) -> Option<i64> {
    tip?.latest.map(|(time_us, _)| time_us)
}

/// What was newest in a chunk.
fn tip_of(LastChunk { summary, data }: &LastChunk, until: Stretch) -> Option<Tip> {
    match data {
        Some(data) => Tip::of(&opened(until, summary.first_us, data)),
        None => Some(Tip {
            newest_us: summary.last_us,
            latest: summary.values.map(|values| (summary.last_us, values.last)),
        }),
    }
}
