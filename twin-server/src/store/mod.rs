//! What outlives the process: devices, readings and statuses. Called by the ingest writer (all
//! changes) and by the API (history).
//!
//! One trait an aggregate, each in its own file, and one folder an engine with the same file names;
//! `conformance` holds the tests that every engine runs. A future is boxed because the server keeps its store
//! behind `dyn`: which engine it is, is a matter of configuration.

mod alarms;
mod attachments;
mod audit;
mod checkups;
mod codec;
#[cfg(test)]
mod conformance;
mod contacts;
mod devices;
mod displays;
mod history;
mod keys;
mod messages;
mod migrations;
mod model;
mod people;
mod postgres;
mod programming;
mod projects;
mod readings;
mod reports;
mod sensorthings;
mod sessions;
mod sqlite;
mod upkeep;
mod webhooks;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;

pub use alarms::{AlarmCount, AlarmQuery, AlarmStore, Edit};
pub use attachments::{AttachmentFacts, AttachmentStore, FileSize, Media, NewAttachment};
pub use audit::{AuditQuery, AuditStore};
pub use checkups::{
    CheckUpChange, CheckUpStore, CheckUpStored, ProblemCount, ProblemQuery, ProblemStep, StoredCatalogue,
    ValueChange, ValueCounts, ValueKey, ValueQuery,
};
pub use contacts::{ContactStore, NewCode, Resealed};
pub use devices::{DeviceStore, Registered};
pub use displays::{DisplayMarks, DisplayStore};
pub use keys::KeyStore;
pub use messages::{MessageState, MessageStore, StoredMessage, Tidings};
pub use model::{ModelBlock, ModelImport, ModelStore, ModelVersion};
pub use people::{Entrance, Invitation, Naming, Numbering, PeopleStore, UserChange, UserEdit};
pub use postgres::PostgresStore;
pub use programming::{ProgrammingChange, ProgrammingStore};
pub use projects::{ProjectChange, ProjectStore, StoredOpinion, StoredProjectEntry};
pub use readings::{
    AggregateQuery, End, HistoryQuery, Purge, ReadingStore, ReadingsToStore, SeriesTip, StatusRow,
    StoredReading,
};
pub use reports::{ReportChange, ReportStore, ReportStored, StoredEntry, StoredReport};
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
    #[error(
        "database `{0}` is not understood\nhint: write `sqlite:<file>`, such as `sqlite:twin.db`, or `postgres://<user>:<password>@<host>/<database>`"
    )]
    Address(String),
    /// There is no such file, where one must be.
    #[error("database `{0}` does not exist\nhint: check `--database`")]
    Missing(String),
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
    /// There is no such database, or it does not let us in.
    #[error(
        "database `{address}` cannot be reached: {reason}\nhint: check that PostgreSQL runs there, that the database exists (`createdb`), and user and password; TWIN_DATABASE and PGPASSWORD keep the password off the command line"
    )]
    Unreachable {
        /// The address without its password.
        address: String,
        /// What the system or the server said.
        reason: String,
    },
    /// The database is of a server that lacks what we need.
    #[error("database `{address}` is of PostgreSQL {version}\nhint: use PostgreSQL 14 or later")]
    TooOld {
        /// The address without its password.
        address: String,
        /// Version of the database server.
        version: String,
    },
    /// The database cannot hold every text.
    #[error(
        "database `{address}` is encoded in {encoding}\nhint: make one with `createdb --encoding=UTF8 --template=template0`"
    )]
    Encoding {
        /// The address without its password.
        address: String,
        /// Its encoding.
        encoding: String,
    },
    /// The database was used by a later server.
    #[error(
        "database `{address}` has migration {number}, which this server does not know\nhint: update twin-server"
    )]
    Newer {
        /// The address without its password.
        address: String,
        /// Number of the migration.
        number: i64,
    },
    /// Another server served the database since this one did.
    #[error(
        "database `{0}` was served by another server meanwhile\nhint: start this one anew, once the other has ended"
    )]
    Overtaken(String),
    /// Readings are written by the server that serves the database, by nobody else.
    #[error("database: readings are written by the server that serves it alone")]
    NotServing,
    /// The database took too long.
    #[error("database: no answer within {limit_s} s")]
    Slow {
        /// How long it was waited for.
        limit_s: u64,
    },
    /// The database is no file.
    #[error(
        "database `{0}` is no file of ours to copy or replace; PostgreSQL has tools of its own, which also work while the server runs\nhint: back it up with `pg_dump --format=custom --file=twin.dump <address>`; to restore, stop the server and run `pg_restore --clean --if-exists --single-transaction --dbname=<address> twin.dump`"
    )]
    NoFile(String),
    /// The engine refused a statement.
    #[error("database: {0}")]
    Sql(#[from] sqlx::Error),
    /// A row holds what this version never writes.
    #[error("database: {0}")]
    Content(String),
}

/// What engines say when there is no room left: SQLite's `SQLITE_FULL` and `SQLITE_IOERR_SHMSIZE`
/// (<https://www.sqlite.org/rescode.html>), `disk_full` of `PostgreSQL`.
const FULL: [&str; 3] = ["13", "4874", "53100"];

impl StoreError {
    /// Whether there is no room left where the database lies. What was to be stored is not, and can be sent
    /// again once there is room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let Self::Sql(sqlx::Error::Database(error)) = self else { return false };
        error.code().is_some_and(|code| FULL.contains(&&*code))
    }
}

/// A whole store.
pub trait Store:
    AlarmStore
    + AttachmentStore
    + AuditStore
    + CheckUpStore
    + ContactStore
    + DeviceStore
    + DisplayStore
    + KeyStore
    + MessageStore
    + ModelStore
    + PeopleStore
    + ProgrammingStore
    + ProjectStore
    + ReadingStore
    + ReportStore
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

/// Opens the store that an address names, makes it if it is missing and brings it to the present shape. For
/// commands, also beside a server: on `PostgreSQL`, readings cannot be written.
///
/// # Errors
/// If the address is not understood or the store cannot be written.
pub async fn open(address: &str) -> Result<Arc<dyn Store>, StoreError> {
    if postgres::is_ours(address) {
        return Ok(Arc::new(PostgresStore::open(address).await?));
    }
    Ok(Arc::new(SqliteStore::open(address).await?))
}

/// As [`open`], of a database that must be there: a mistyped name would make an empty one and look like success.
///
/// # Errors
/// As [`open`], and if the address names a file that does not exist.
pub async fn open_existing(address: &str) -> Result<Arc<dyn Store>, StoreError> {
    check_exists(address)?;
    open(address).await
}

/// Whether the file that an address names is there. A database of `PostgreSQL` is asked for by opening it.
///
/// # Errors
/// If it is not.
pub fn check_exists(address: &str) -> Result<(), StoreError> {
    if postgres::is_ours(address) {
        return Ok(());
    }
    let path = sqlite::file_of(address)?;
    if path.exists() { Ok(()) } else { Err(StoreError::Missing(path.display().to_string())) }
}

/// As [`open`], for the server that serves the database.
///
/// # Errors
/// As [`open`], and if another server serves it.
pub async fn serve(address: &str) -> Result<Arc<dyn Store>, StoreError> {
    if postgres::is_ours(address) {
        return Ok(Arc::new(PostgresStore::serve(address).await?));
    }
    Ok(Arc::new(SqliteStore::serve(address).await?))
}

/// What a database lacks of the shape that this server needs; nothing is changed.
///
/// # Errors
/// If the address is not understood or the database cannot be read.
pub async fn shape(address: &str) -> Result<Shape, StoreError> {
    if postgres::is_ours(address) { postgres::shape(address).await } else { sqlite::shape(address).await }
}

/// An address as it may be shown: without its password.
#[must_use]
pub fn shown(address: &str) -> String {
    postgres::without_password(address)
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
    if postgres::is_ours(address) {
        return Err(StoreError::NoFile(shown(address)));
    }
    sqlite::file_of(address)
}
