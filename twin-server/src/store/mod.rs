//! What outlives the process: devices, readings and statuses. Called by the ingest writer (all
//! changes) and by the API (history).
//!
//! One trait an aggregate, each in its own file, and one folder an engine with the same file names;
//! `conformance` holds the tests that every engine runs. A future is boxed because the server keeps its store
//! behind `dyn`: which engine it is, is a matter of configuration.

mod alarms;
mod audit;
#[cfg(test)]
mod conformance;
mod devices;
mod keys;
mod model;
mod people;
mod readings;
mod sensorthings;
mod sessions;
mod sqlite;
mod upkeep;
mod webhooks;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;

pub use alarms::{AlarmCount, AlarmQuery, AlarmStore, Edit};
pub use audit::{AuditQuery, AuditStore};
pub use devices::{DeviceStore, Registered};
pub use keys::KeyStore;
pub use model::{ModelBlock, ModelImport, ModelStore, ModelVersion};
pub use people::{Entrance, Invitation, Naming, PeopleStore, UserChange, UserEdit};
pub use readings::{
    AggregateQuery, End, HistoryQuery, Purge, ReadingStore, ReadingsToStore, SeriesTip, StatusRow,
    StoredReading,
};
pub use sensorthings::{ObservationNote, SensorThingsStore, StaChange, StaEntities, StaRow};
pub use sessions::{Session, SessionStore};
pub use sqlite::SqliteStore;
pub use upkeep::{Migration, Shape, Upkeep};
pub use webhooks::{StoredWebhook, WebhookStore};

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
    /// The database cannot be read.
    #[error("database `{path}` cannot be read: {reason}")]
    Read {
        /// File of the database.
        path: String,
        /// What the engine said.
        reason: String,
    },
    /// Another program has the database open.
    #[error("database `{0}` is in use\nhint: stop the server that serves it")]
    InUse(String),
    /// The engine refused a statement.
    #[error("database: {0}")]
    Sql(#[from] sqlx::Error),
    /// A row holds what this version never writes.
    #[error("database: {0}")]
    Content(String),
}

/// A whole store.
pub trait Store:
    AlarmStore
    + AuditStore
    + DeviceStore
    + KeyStore
    + ModelStore
    + PeopleStore
    + ReadingStore
    + SensorThingsStore
    + SessionStore
    + Upkeep
    + WebhookStore
{
    /// Whether another process wrote to the database since this was last asked.
    fn changed_elsewhere(&self) -> Answer<'_, bool>;

    /// Brings everything into the database file and closes it.
    fn close(&self) -> Answer<'_, ()>;
}

/// Opens the store that an address names, makes it if it is missing and brings it to the present shape.
///
/// # Errors
/// If the address is not understood or the store cannot be written.
pub async fn open(address: &str) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(SqliteStore::open(address).await?))
}

/// What a database lacks of the shape that this server needs; nothing is changed.
///
/// # Errors
/// If the address is not understood or the database cannot be read.
pub async fn shape(address: &str) -> Result<Shape, StoreError> {
    sqlite::shape(address).await
}

/// Writes the database of one moment to a new file, while a server may write on.
///
/// # Errors
/// If the database cannot be read or the file cannot be written.
pub async fn snapshot(address: &str, to: &Path) -> Result<(), StoreError> {
    sqlite::snapshot(address, to).await
}

/// Whether the engine finds a file that [`snapshot`] wrote whole.
///
/// # Errors
/// With what is wrong.
pub async fn check_whole(path: &Path) -> Result<(), StoreError> {
    sqlite::check_whole(path).await
}

/// Puts a file that [`snapshot`] wrote in the place of a database. An old one is kept beside it, under
/// the name that is given back.
///
/// # Errors
/// If a program has the old one open, or the files cannot be moved.
pub async fn replace(address: &str, from: &Path) -> Result<Option<PathBuf>, StoreError> {
    sqlite::replace(address, from).await
}

/// The file that an address names.
///
/// # Errors
/// If it names none.
pub fn file_of(address: &str) -> Result<PathBuf, StoreError> {
    sqlite::file_of(address)
}
