//! What the SensorThings interface adds to devices and readings: entities of clients, and what observations
//! say beside their results.

use time::OffsetDateTime;

use super::{Answer, HistoryQuery};

/// An entity that a client made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaRow {
    /// Name of its kind, such as `Thing`.
    pub kind: String,
    /// Its id, unique among its kind.
    pub id: String,
    /// Its properties and the ids that it refers to, as JSON.
    pub data: String,
}

/// All entities of clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaEntities {
    /// The number that the next entity may be called by.
    pub next_id: u64,
    /// The entities, in no particular order.
    pub rows: Vec<StaRow>,
}

/// A change of the entities of clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaChange {
    /// Adds an entity, or replaces it.
    Put(StaRow),
    /// Removes an entity; nothing happens if there is none.
    Remove {
        /// Name of its kind.
        kind: String,
        /// Its id.
        id: String,
    },
}

/// What an observation says beside its result and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservationNote {
    /// Id of the device.
    pub device: String,
    /// Id of the stream.
    pub stream: String,
    /// Instant of the measurement.
    pub time: OffsetDateTime,
    /// Id of the feature that it is about, if it names one.
    pub feature: Option<String>,
    /// The rest, as JSON.
    pub data: String,
}

/// What the SensorThings interface keeps. Notes go with their readings: when those are deleted, when they
/// expire, and with their device.
pub trait SensorThingsStore: Send + Sync {
    /// All entities of clients.
    fn sta_entities(&self) -> Answer<'_, StaEntities>;

    /// Makes changes, all or none, and remembers the number of the next entity.
    fn change_sta<'a>(&'a self, next_id: u64, changes: &'a [StaChange]) -> Answer<'a, ()>;

    /// Keeps notes of observations, all or none. A note that is there already stays, unless `replace`.
    fn note_observations<'a>(&'a self, notes: &'a [ObservationNote], replace: bool) -> Answer<'a, ()>;

    /// Notes of a stretch of a stream, in the order of time, at most `limit`: the oldest ones, whatever end the
    /// query names.
    fn observation_notes(&self, query: HistoryQuery) -> Answer<'_, Vec<ObservationNote>>;

    /// Streams that have notes, with the features that they name: device, stream, feature.
    fn noted_streams(&self) -> Answer<'_, Vec<(String, String, Option<String>)>>;
}
