//! Measurements and what followed from them: what a store can be asked of them.

use time::OffsetDateTime;
use twin_schemas::live::DeviceStatus;

use super::Answer;
use crate::domain::alarm::AlarmChanges;
use crate::domain::reading::CheckedReading;
use crate::domain::summary::{Bucket, Grid};
use crate::domain::webhook::Outgoing;

/// Readings and statuses that are stored in one transaction.
#[derive(Debug, Default)]
pub struct ReadingsToStore {
    /// Readings newer than all that their series hold: they cannot be there already.
    pub fresh: Vec<CheckedReading>,
    /// Readings that may be there already; these stay as they are.
    pub late: Vec<CheckedReading>,
    /// Statuses that changed, with the instant from which they hold.
    pub statuses: Vec<StatusRow>,
    /// What the readings, or the time that passed, did to alarms.
    pub alarms: AlarmChanges,
    /// What webhooks are told of all that.
    pub outgoing: Vec<Outgoing>,
}

/// The status of a device as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusRow {
    /// Id of the device.
    pub device: String,
    /// Its status.
    pub status: DeviceStatus,
    /// Instant from which it holds.
    pub since: OffsetDateTime,
}

/// What the store holds of one stream.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesTip {
    /// Id of the device.
    pub device: String,
    /// Id of the stream.
    pub stream: String,
    /// Newest instant stored, implausible readings included.
    pub newest: OffsetDateTime,
    /// Latest plausible value and its instant.
    pub latest: Option<(f64, OffsetDateTime)>,
}

/// Which part of a stream's history to read.
#[derive(Debug, Clone)]
pub struct HistoryQuery {
    /// Id of the device.
    pub device: String,
    /// Id of the stream.
    pub stream: String,
    /// Earliest instant, included.
    pub from: Option<OffsetDateTime>,
    /// Latest instant, included.
    pub to: Option<OffsetDateTime>,
    /// At most this many.
    pub limit: u32,
    /// Which ones, if there are more.
    pub end: End,
}

/// An end of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum End {
    /// The newest readings.
    #[default]
    Newest,
    /// The oldest ones: to go through a long history, ask again from the last one on.
    Oldest,
}

/// Which stretch of a stream's history to sum up, in which steps.
#[derive(Debug, Clone)]
pub struct AggregateQuery {
    /// Id of the device.
    pub device: String,
    /// Id of the stream.
    pub stream: String,
    /// Stretch and steps.
    pub grid: Grid,
}

/// Which readings to delete.
#[derive(Debug, Clone)]
pub struct Purge {
    /// Id of the device.
    pub device: String,
    /// Only of this stream; of all if none.
    pub stream: Option<String>,
    /// Earliest instant, included.
    pub from: Option<OffsetDateTime>,
    /// Latest instant, included.
    pub to: Option<OffsetDateTime>,
}

/// One stored measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoredReading {
    /// Instant of the measurement.
    pub time: OffsetDateTime,
    /// Value in the stream's unit.
    pub value: f64,
    /// Whether the sensor can report such a value.
    pub plausible: bool,
}

/// The measurements and what followed from them.
pub trait ReadingStore: Send + Sync {
    /// Stores readings and statuses, all or none; they are on disk when this answers. One answer a
    /// `late` reading, in their order: true if it was stored, false if it was there already.
    fn append<'a>(&'a self, batch: &'a ReadingsToStore) -> Answer<'a, Vec<bool>>;

    /// Packs readings that have lain long enough, if there are many; gives how many it packed. To be called
    /// every few seconds; posts do not wait for it.
    fn close_old(&self) -> Answer<'_, usize>;

    /// Packs all readings; gives how many.
    fn close_all(&self) -> Answer<'_, usize>;

    /// A stretch of history in the order of time.
    fn history(&self, query: HistoryQuery) -> Answer<'_, Vec<StoredReading>>;

    /// The steps of a stretch of history that hold readings, in the order of time.
    fn aggregate(&self, query: AggregateQuery) -> Answer<'_, Vec<Bucket>>;

    /// How many readings each of some streams has, by device and stream; nothing if a closing came between, and
    /// each must be summed up by itself. Cheap for many streams.
    fn counts<'a>(&'a self, streams: &'a [(String, String)]) -> Answer<'a, Option<Vec<u64>>>;

    /// Deletes readings; gives how many. Those of other streams and times stay as they are.
    fn purge(&self, purge: Purge) -> Answer<'_, u64>;

    /// Deletes readings that are older than the oldest instant to keep, which is asked for each device and
    /// stream (none: all are kept). Gives how many. Some older ones may stay until those packed with them
    /// are old, too.
    fn expire<'a>(
        &'a self,
        keep_from: &'a (dyn Fn(&str, &str) -> Option<OffsetDateTime> + Send + Sync),
    ) -> Answer<'a, u64>;

    /// What is stored of every stream, in no particular order.
    fn tips(&self) -> Answer<'_, Vec<SeriesTip>>;

    /// What the store held of every stream at an instant, of devices that are meant: streams without readings by then
    /// are left out. One look at the chunks a stream, however long its history is.
    fn tips_at<'a>(
        &'a self,
        at: OffsetDateTime,
        is_meant: &'a (dyn Fn(&str) -> bool + Send + Sync),
    ) -> Answer<'a, Vec<SeriesTip>>;

    /// The statuses that were last stored.
    fn statuses(&self) -> Answer<'_, Vec<StatusRow>>;
}
