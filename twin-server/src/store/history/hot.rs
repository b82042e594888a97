//! What an engine keeps in memory of the readings. Follows the database: changed after each commit.

use rustc_hash::FxHashMap;
use time::OffsetDateTime;

use super::recent::{Recent, Tip};
use super::{Sample, SeriesId};
use crate::store::codec::{from_us, to_us};
use crate::store::{SeriesTip, StoreError};

/// Readings that may be open before some are closed, and how many then stay: those of slow series, which
/// would make many small chunks.
pub(in crate::store) const OPEN_MOST: usize = 400_000;
/// See [`OPEN_MOST`].
pub(in crate::store) const OPEN_KEPT: usize = 100_000;

/// Series and what is open of them.
#[derive(Debug, Default)]
pub(in crate::store) struct Hot {
    /// Ids of series by device: of each of its few streams.
    series: FxHashMap<String, Vec<(Box<str>, SeriesId)>>,
    pub(in crate::store) recent: Recent,
}

impl Hot {
    /// The series of a stream.
    pub(in crate::store) fn id(&self, device: &str, stream: &str) -> Option<SeriesId> {
        let streams = self.series.get(device)?;
        streams.iter().find(|(known, _)| **known == *stream).map(|(_, id)| *id)
    }

    /// Learns of a series.
    pub(in crate::store) fn learn(&mut self, device: String, stream: String, id: SeriesId) {
        let streams = self.series.entry(device).or_default();
        // Few, and of a hundred thousand devices.
        streams.reserve_exact(1);
        streams.push((stream.into(), id));
    }

    /// Takes in the readings of a row of the log; those of series that are no more are skipped.
    pub(in crate::store) fn replay(
        &mut self,
        known: &std::collections::HashSet<SeriesId>,
        readings: Vec<(SeriesId, Sample)>,
    ) {
        for (series, sample) in readings {
            if known.contains(&series) {
                self.recent.add(series, sample);
            } else {
                self.recent.found_stale_log();
            }
        }
    }

    /// All series.
    pub(in crate::store) fn ids(&self) -> impl Iterator<Item = SeriesId> + '_ {
        self.series.values().flat_map(|streams| streams.iter().map(|(_, id)| *id))
    }

    /// The streams of the devices that are meant, with their series.
    pub(in crate::store) fn streams_of(
        &self,
        is_meant: &(dyn Fn(&str) -> bool + Send + Sync),
    ) -> impl Iterator<Item = (&str, &str, SeriesId)> {
        let meant = self.series.iter().filter(move |(device, _)| is_meant(device));
        meant
            .flat_map(|(device, streams)| streams.iter().map(move |(stream, id)| (&**device, &**stream, *id)))
    }

    /// The series of a device, or of one stream of it.
    pub(in crate::store) fn of_device(&self, device: &str, stream: Option<&str>) -> Vec<SeriesId> {
        let streams = self.series.get(device).into_iter().flatten();
        streams.filter(|(name, _)| stream.is_none_or(|only| *only == **name)).map(|(_, id)| *id).collect()
    }

    /// Forgets a device.
    pub(in crate::store) fn remove(&mut self, device: &str) {
        for (_, series) in self.series.remove(device).unwrap_or_default() {
            self.recent.remove(series);
        }
    }

    /// The series that need not be kept whole, with the oldest instant to keep, by id.
    pub(in crate::store) fn expiring(
        &self,
        keep_from: &(dyn Fn(&str, &str) -> Option<OffsetDateTime> + Send + Sync),
    ) -> Vec<(SeriesId, i64)> {
        let mut old: Vec<(SeriesId, i64)> = Vec::new();
        for (device, streams) in &self.series {
            for (stream, series) in streams {
                old.extend(keep_from(device, stream).map(|keep_from| (*series, to_us(keep_from))));
            }
        }
        old.sort_unstable();
        old
    }

    /// What is stored of every stream.
    pub(in crate::store) fn tips(&self) -> Result<Vec<SeriesTip>, StoreError> {
        let mut tips = Vec::new();
        for (device, streams) in &self.series {
            for (stream, id) in streams {
                let Some(tip) = self.recent.tip(*id) else { continue };
                tips.push(told(device.clone(), stream.to_string(), tip)?);
            }
        }
        Ok(tips)
    }
}

/// What is newest in a stream, as it is told outside.
pub(in crate::store) fn told(device: String, stream: String, tip: Tip) -> Result<SeriesTip, StoreError> {
    let latest = tip.latest.map(|(time_us, value)| Ok::<_, StoreError>((value, from_us(time_us)?)));
    Ok(SeriesTip { device, stream, newest: from_us(tip.newest_us)?, latest: latest.transpose()? })
}
