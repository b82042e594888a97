//! What outlives the process: devices, readings and statuses. Called by the ingest writer (all
//! changes) and by the API (history).
//!
//! One trait an aggregate, each in its own file, and one folder an engine with the same file names;
//! `conformance` holds the tests that every engine runs. A future is boxed because the server keeps its store
//! behind `dyn`: which engine it is, is a matter of configuration.

#[cfg(test)]
mod conformance;
mod devices;
mod model;
mod readings;
mod sqlite;

use std::sync::Arc;

use futures_util::future::BoxFuture;

pub use devices::{DeviceStore, Registered};
pub use model::{ModelBlock, ModelImport, ModelStore, ModelVersion};
pub use readings::{
    AggregateQuery, End, HistoryQuery, Purge, ReadingStore, ReadingsToStore, SeriesTip, StatusRow,
    StoredReading,
};
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

/// A whole store.
pub trait Store: DeviceStore + ModelStore + ReadingStore {
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
