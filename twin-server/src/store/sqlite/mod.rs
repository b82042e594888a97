//! The SQLite engine: one file, one connection that writes, a few that read.
//!
//! Write-ahead log with `synchronous=FULL`: a committed transaction survives a power cut, not only
//! a killed process (<https://www.sqlite.org/pragma.html#pragma_synchronous>). Readers never wait
//! for the writer nor it for them. The ingest writer shares one transaction between concurrent
//! posts, so that the sync costs little. `store/history` says how readings lie on disk.

mod alarms;
mod attachments;
mod audit;
mod checkups;
mod chunks;
mod closing;
mod contacts;
mod devices;
mod displays;
mod keys;
mod messages;
mod model;
mod opening;
#[cfg(test)]
#[path = "tests.rs"]
mod own_tests;
mod people;
mod programming;
mod projects;
mod purging;
mod readings;
mod reports;
mod sensorthings;
mod sessions;
mod upkeep;
mod webhooks;

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};
use tokio::sync::{Mutex, MutexGuard};

use super::history::hot::Hot;
use super::migrations::{self, migration_files};
use super::{Answer, Store, StoreError};

pub(super) use self::upkeep::{check_whole, replace, shape, snapshot};

/// Every step of the layout, in order.
pub(super) const MIGRATION_FILES: &[migrations::File] = migration_files![
    "sqlite":
    "0001_devices_and_readings.sql",
    "0002_history.sql",
    "0003_model.sql",
    "0004_alarms.sql",
    "0005_people.sql",
    "0006_sensorthings.sql",
    "0007_webhooks.sql",
    "0008_identity_provider.sql",
    "0009_displays.sql",
    "0010_reports.sql",
    "0011_projects.sql",
    "0012_check_ups.sql",
    "0013_programming.sql",
    "0014_contacts.sql",
    "0015_messages.sql",
    "0017_voices.sql",
];

static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| migrations::migrator(MIGRATION_FILES));

/// How long a connection waits for another process that writes, such as an import.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// History is read by few at a time; more connections than cores gain nothing.
const READERS: u32 = 4;

/// A store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    write: Mutex<Option<WriteSide>>,
    options: SqliteConnectOptions,
    read: SqlitePool,
    /// Held by the one closing that may run at a time.
    closing: Mutex<()>,
    /// Held for moments only, never while the database is asked.
    hot: RwLock<Hot>,
}

/// The connection that writes, and what it remembers.
#[derive(Debug)]
pub(super) struct WriteSide {
    pub(super) connection: SqliteConnection,
    data_version: i64,
    /// Locked for as long as a server serves the database.
    _lock: Option<File>,
}

impl SqliteStore {
    /// Opens `sqlite:<file>`, makes the file if it is missing and brings it to the present shape.
    ///
    /// # Errors
    /// If the address is not understood or the file cannot be written.
    pub async fn open(address: &str) -> Result<Self, StoreError> {
        Self::open_holding(file_of(address)?, None).await
    }

    /// As [`Self::open`], for the one server that serves the database. The system takes the lock back when the
    /// process ends, however it does.
    ///
    /// # Errors
    /// As [`Self::open`], and if another server serves it.
    pub async fn serve(address: &str) -> Result<Self, StoreError> {
        let path = file_of(address)?;
        let lock = File::create(upkeep::beside(&path, ".lock"))
            .and_then(|lock| lock.try_lock().map(|()| lock).map_err(Into::into));
        let lock = lock.map_err(|error| match error.kind() {
            ErrorKind::WouldBlock => StoreError::InUse(path.display().to_string()),
            _ => StoreError::Open { path: path.display().to_string(), reason: error.to_string() },
        })?;
        Self::open_holding(path, Some(lock)).await
    }

    async fn open_holding(path: PathBuf, lock: Option<File>) -> Result<Self, StoreError> {
        let open_error = |reason: String| StoreError::Open { path: path.display().to_string(), reason };
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            // What is deleted is overwritten with zeros and not left in free pages: whoever has a voice deleted means the
            // sound. `FAST` would not do, for it leaves the pages that become free as they are.
            .pragma("secure_delete", "ON")
            .disable_statement_logging();
        let mut connection =
            SqliteConnection::connect_with(&options).await.map_err(|e| open_error(e.to_string()))?;
        MIGRATIONS.run(&mut connection).await.map_err(|e| open_error(e.to_string()))?;
        // A file on a read-only mount opens without complaint; writing to it does not.
        sqlx::query("BEGIN IMMEDIATE")
            .execute(&mut connection)
            .await
            .map_err(|e| open_error(e.to_string()))?;
        sqlx::query("ROLLBACK").execute(&mut connection).await?;
        let hot = opening::load(&mut connection).await?;
        let data_version = data_version(&mut connection).await?;
        let read = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_lazy_with(options.clone().read_only(true));
        let write = WriteSide { connection, data_version, _lock: lock };
        Ok(Self {
            write: Mutex::new(Some(write)),
            options,
            read,
            closing: Mutex::new(()),
            hot: RwLock::new(hot),
        })
    }

    /// Sole use of the writing side.
    pub(super) async fn writer(&self) -> Result<WriteGuard<'_>, StoreError> {
        let mut guard = self.write.lock().await;
        let Some(side) = guard.as_mut() else { return Err(StoreError::Sql(sqlx::Error::PoolClosed)) };
        if side.connection.is_in_transaction() {
            self.set_free(side).await?;
        }
        Ok(WriteGuard(guard))
    }

    /// Nobody holds the writing side, so nothing is open there. SQLite itself undoes a transaction that meets
    /// a full disk (<https://www.sqlite.org/lang_transaction.html>, § 2.3); `sqlx` then fails to undo it, and
    /// takes it for open as long as the connection lasts.
    async fn set_free(&self, side: &mut WriteSide) -> Result<(), StoreError> {
        // What was dropped a moment ago may be about to be undone.
        side.connection.ping().await?;
        if side.connection.is_in_transaction() {
            tracing::warn!("a transaction was undone by the database; its connection is opened anew");
            side.connection = SqliteConnection::connect_with(&self.options).await?;
            // Counted anew for each connection: look once for what others may have written.
            side.data_version = -1;
        }
        Ok(())
    }

    // A lock is poisoned if a holder panicked; what it holds is whole between statements, so go on.
    fn hot(&self) -> RwLockReadGuard<'_, Hot> {
        self.hot.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn hot_mut(&self) -> RwLockWriteGuard<'_, Hot> {
        self.hot.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connections that read.
    pub(super) fn reader(&self) -> &SqlitePool {
        &self.read
    }
}

/// The writing side while it is held; it is open.
pub(super) struct WriteGuard<'a>(MutexGuard<'a, Option<WriteSide>>);

impl WriteGuard<'_> {
    /// The writing side.
    pub(super) fn side(&mut self) -> Result<&mut WriteSide, StoreError> {
        self.0.as_mut().ok_or(StoreError::Sql(sqlx::Error::PoolClosed))
    }
}

impl Store for SqliteStore {
    fn changed_elsewhere(&self) -> Answer<'_, bool> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let side = guard.side()?;
            // Counts the commits of other connections only, so our own do not wake us.
            let version = data_version(&mut side.connection).await?;
            let changed = version != side.data_version;
            side.data_version = version;
            Ok(changed)
        })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.read.close().await;
            let Some(mut side) = self.write.lock().await.take() else { return Ok(()) };
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut side.connection).await?;
            side.connection.close().await?;
            Ok(())
        })
    }
}

async fn data_version(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query("PRAGMA data_version").fetch_one(connection).await?.try_get(0)?)
}

pub(super) fn file_of(address: &str) -> Result<PathBuf, StoreError> {
    let error = || StoreError::Address(super::shown(address));
    let path = address.strip_prefix("sqlite:").ok_or_else(error)?;
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.starts_with(':') || path.contains('?') {
        return Err(error());
    }
    Ok(Path::new(path).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_file() {
        assert_eq!(file_of("sqlite:twin.db").unwrap(), Path::new("twin.db"));
        assert_eq!(file_of("sqlite:///srv/twin.db").unwrap(), Path::new("/srv/twin.db"));
        for bad in ["twin.db", "postgres://x", "sqlite:", "sqlite::memory:", "sqlite:a?mode=ro"] {
            assert!(file_of(bad).is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_database_in_a_missing_folder_is_refused_with_a_hint() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}/missing/twin.db", folder.path().display());
        let message = SqliteStore::open(&address).await.unwrap_err().to_string();
        assert!(message.contains("missing/twin.db") && message.contains("hint:"), "{message}");
    }

    #[tokio::test]
    async fn a_second_server_is_refused_until_the_first_has_closed_and_commands_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}/twin.db", folder.path().display());
        let first = SqliteStore::serve(&address).await.unwrap();
        let message = SqliteStore::serve(&address).await.unwrap_err().to_string();
        assert!(message.contains("is in use") && message.contains("hint: stop the server"), "{message}");
        SqliteStore::open(&address).await.unwrap().close().await.unwrap();
        first.close().await.unwrap();
        SqliteStore::serve(&address).await.unwrap();
    }

    #[tokio::test]
    async fn a_closed_store_leaves_one_file_and_answers_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&format!("sqlite:{}/twin.db", folder.path().display())).await.unwrap();
        store.close().await.unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(store.changed_elsewhere().await.is_err());
    }
}
