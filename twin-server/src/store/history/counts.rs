//! How many readings series have: what memory holds and what the summaries of chunks say, of many series at
//! once and without opening a chunk.

use std::collections::HashMap;

use super::SeriesId;
use super::hot::Hot;

/// What memory knows of some series, as of one moment.
#[derive(Debug)]
pub(in crate::store) struct Counted {
    /// Of each series that is asked for; nothing of those that are not known.
    series: Vec<Option<(SeriesId, u64)>>,
    /// Whether any of them has chunks.
    pub(in crate::store) has_chunks: bool,
    turn: Option<u64>,
}

impl Counted {
    /// The streams of devices, by their names.
    pub(in crate::store) fn of(hot: &Hot, streams: &[(String, String)]) -> Self {
        let count = |(device, stream): &(String, String)| {
            let series = hot.id(device, stream)?;
            Some((series, hot.recent.open_count(series)))
        };
        let series: Vec<_> = streams.iter().map(count).collect();
        let has_chunks =
            series.iter().flatten().any(|(series, _)| hot.recent.chunks_to_us(*series).is_some());
        Self { series, has_chunks, turn: hot.recent.turn() }
    }

    /// With what the chunks hold, by series, that were looked at since; nothing if readings may have gone from
    /// memory into chunks meanwhile and would count twice.
    pub(in crate::store) fn with(&self, hot: &Hot, chunks: &HashMap<SeriesId, u64>) -> Option<Vec<u64>> {
        if self.turn.is_none() || self.turn != hot.recent.turn() {
            return None;
        }
        let whole = |known: &Option<(SeriesId, u64)>| {
            known.map_or(0, |(series, open)| open + chunks.get(&series).copied().unwrap_or_default())
        };
        Some(self.series.iter().map(whole).collect())
    }
}
