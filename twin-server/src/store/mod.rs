//! What outlives the process: devices, readings and statuses. Called by the ingest writer (all
//! changes) and by the API (history).
//!
//! One trait an aggregate, so that a second engine can stand beside SQLite; `conformance` holds the
//! tests that every implementation runs. A future is boxed because the server keeps its store
//! behind `dyn`: which engine it is, is a matter of configuration.

#[cfg(test)]
mod conformance;
mod devices;
mod readings;
mod sqlite;

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;
use time::OffsetDateTime;
use twin_schemas::live::{Device, DeviceStatus};

use crate::domain::reading::CheckedReading;
pub use sqlite::SqliteStore;

/// What a store answers, in time.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// Why a store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address is not one that the server can open.
    #[error("database `{0}` is not understood\nhint: write `sqlite:<file>`, such as `sqlite:twin.db`")]
    Address(String),
    /// The database cannot be opened or brought to the present shape.
    #[error(
        "database `{path}` cannot be opened for writing: {reason}\nhint: check that the folder exists, that this user may write there and that the disk has room"
    )]
    Open {
        /// File of the database.
        path: String,
        /// What the engine said.
        reason: String,
    },
    /// The engine refused a statement.
    #[error("database: {0}")]
    Sql(#[from] sqlx::Error),
    /// A row holds what this version never writes.
    #[error("database: {0}")]
    Content(String),
}

/// What registering a device changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// The device is new.
    Added,
    /// It was there and is different now.
    Updated,
    /// It was there just so.
    Unchanged,
}

/// Readings and statuses that are stored in one transaction.
#[derive(Debug, Default)]
pub struct ReadingsToStore {
    /// Readings newer than all that their series hold: they cannot be there already.
    pub fresh: Vec<CheckedReading>,
    /// Readings that may be there already; these stay as they are.
    pub late: Vec<CheckedReading>,
    /// Statuses that changed, with the instant from which they hold.
    pub statuses: Vec<StatusRow>,
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
    /// At most this many, the newest ones.
    pub limit: u32,
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

/// The registered devices.
pub trait DeviceStore: Send + Sync {
    /// All devices, by id.
    fn devices(&self) -> Answer<'_, BTreeMap<String, Device>>;

    /// Registers devices, all or none; one answer a device, in their order.
    fn register<'a>(&'a self, devices: &'a [Device]) -> Answer<'a, Vec<Registered>>;

    /// Removes a device with its readings and status. False if there was none.
    fn remove<'a>(&'a self, id: &'a str) -> Answer<'a, bool>;
}

/// The measurements and what followed from them.
pub trait ReadingStore: Send + Sync {
    /// Stores readings and statuses, all or none; they are on disk when this answers. One answer a
    /// `late` reading, in their order: true if it was stored, false if it was there already.
    fn append<'a>(&'a self, batch: &'a ReadingsToStore) -> Answer<'a, Vec<bool>>;

    /// A stretch of history in the order of time.
    fn history(&self, query: HistoryQuery) -> Answer<'_, Vec<StoredReading>>;

    /// What is stored of every stream, in no particular order.
    fn tips(&self) -> Answer<'_, Vec<SeriesTip>>;

    /// The statuses that were last stored.
    fn statuses(&self) -> Answer<'_, Vec<StatusRow>>;
}

/// A whole store.
pub trait Store: DeviceStore + ReadingStore {
    /// Whether another process wrote to the database since this was last asked.
    fn changed_elsewhere(&self) -> Answer<'_, bool>;

    /// Brings everything into the database file and closes it.
    fn close(&self) -> Answer<'_, ()>;
}
