//! The `PostgreSQL` engine: one session that serves, a pool for everything else.
//!
//! The serving session holds the lock that makes this server the only one (`connect`), and writes readings and
//! what follows from them, turn by turn (`serving`). Commands beside a server have no such session and cannot
//! write readings. Other changes go through the pool and queue up behind an advisory lock, so that processes
//! decide one after the other, as they do on a SQLite file. Commits are synchronous: what is acknowledged
//! survives a power cut of the database. `store/history` says how readings lie on disk, `log` how the log is
//! partitioned.

mod address;
mod alarms;
mod attachments;
mod audit;
mod checkups;
mod chunks;
mod closing;
mod connect;
mod contacts;
mod devices;
mod displays;
mod keys;
mod log;
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
mod serving;
mod sessions;
mod upkeep;
mod webhooks;

use std::borrow::Cow;
use std::future::Future;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{Postgres, Row, Transaction};
use tokio::sync::Mutex;

use self::address::Place;
use self::serving::Serving;
use super::history::hot::Hot;
use super::migrations::{self, migration_files};
use super::{Answer, Store, StoreError};

pub(super) use self::address::{is_ours, without_password};
pub(super) use self::upkeep::shape;

/// Every step of the layout, in order.
pub(super) const MIGRATION_FILES: &[migrations::File] = migration_files![
    "postgres":
    "0001_store.sql",
    "0002_webhooks.sql",
    "0003_identity_provider.sql",
    "0004_displays.sql",
    "0005_reports.sql",
    "0006_projects.sql",
    "0007_check_ups.sql",
    "0008_programming.sql",
    "0009_contacts.sql",
    "0010_messages.sql",
    "0012_voices.sql",
];

static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| migrations::migrator(MIGRATION_FILES));

/// Sessions beside the one that serves: questions and changes of people.
const SESSIONS: u32 = 8;
/// How long a question waits for a session.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long anything short may take. A network that swallows packets would otherwise hold the writer for ever.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// A store in a `PostgreSQL` database.
#[derive(Debug)]
pub struct PostgresStore {
    place: Place,
    pool: PgPool,
    /// Absent in commands beside a server.
    serving: Option<Arc<Mutex<Serving>>>,
    /// Held by the one closing that may run at a time.
    closing: Mutex<()>,
    /// Held for moments only, never while the database is asked.
    hot: RwLock<Hot>,
    /// The revision of the registrations that this process knows.
    devices_known: AtomicI64,
}

impl PostgresStore {
    /// Opens a database to look and to change it, beside the server that serves it or without one; makes what
    /// it lacks. Readings cannot be written.
    ///
    /// # Errors
    /// If the address is not understood, or the database cannot be reached or is not one that we can use.
    pub async fn open(address: &str) -> Result<Self, StoreError> {
        let place = Place::of(address)?;
        let mut connection = connect::connect(&place).await?;
        connect::migrate(&place, &mut connection).await?;
        let hot = opening::load(&mut connection).await?;
        connect::close(connection).await;
        Self::with(place, None, hot).await
    }

    /// Opens a database to serve it.
    ///
    /// # Errors
    /// As [`Self::open`], and if another server serves it.
    pub async fn serve(address: &str) -> Result<Self, StoreError> {
        let place = Place::of(address)?;
        let mut connection = connect::connect(&place).await?;
        connect::lock(&place, &mut connection).await?;
        connect::migrate(&place, &mut connection).await?;
        let run = connect::new_run()?;
        connect::begin_run(&mut connection, &run).await?;
        let opened = opening::open_log(&mut connection).await?;
        let serving = serving::shared(connection, opened.generation, run);
        Self::with(place, Some(serving), opened.hot).await
    }

    async fn with(place: Place, serving: Option<Arc<Mutex<Serving>>>, hot: Hot) -> Result<Self, StoreError> {
        let pool = PgPoolOptions::new()
            .max_connections(SESSIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|connection, _| Box::pin(connect::prepare(connection)))
            .connect_lazy_with(place.options.clone());
        let (closing, hot, devices_known) = (Mutex::new(()), RwLock::new(hot), AtomicI64::new(0));
        let store = Self { place, pool, serving, closing, hot, devices_known };
        store.devices_known.store(store.devices_revision().await?, Ordering::Relaxed);
        Ok(store)
    }

    /// Begins a change of something other than readings. Changes of all processes come one after the other.
    async fn change(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        connect::queue_up(&mut transaction).await?;
        Ok(transaction)
    }

    // A lock is poisoned if a holder panicked; what it holds is whole between statements, so go on.
    fn hot(&self) -> RwLockReadGuard<'_, Hot> {
        self.hot.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn hot_mut(&self) -> RwLockWriteGuard<'_, Hot> {
        self.hot.write().unwrap_or_else(PoisonError::into_inner)
    }

    async fn devices_revision(&self) -> Result<i64, StoreError> {
        let row = sqlx::query("SELECT revision FROM device_revision").fetch_one(&self.pool).await?;
        Ok(row.try_get(0)?)
    }
}

impl Store for PostgresStore {
    fn changed_elsewhere(&self) -> Answer<'_, bool> {
        answer(async move {
            let revision = self.devices_revision().await?;
            Ok(self.devices_known.swap(revision, Ordering::Relaxed) != revision)
        })
    }

    fn close(&self) -> Answer<'_, ()> {
        answer(async move {
            if let Some(serving) = &self.serving {
                let mut serving = serving.lock().await;
                serving.closed = true;
                if let Some(connection) = serving.connection.take() {
                    connect::close(connection).await;
                }
            }
            self.pool.close().await;
            Ok(())
        })
    }
}

/// An answer that comes within a time, or none.
fn answer<'a, T>(work: impl Future<Output = Result<T, StoreError>> + Send + 'a) -> Answer<'a, T> {
    Box::pin(async move {
        let done = tokio::time::timeout(ANSWER_TIMEOUT, work).await;
        done.unwrap_or(Err(StoreError::Slow { limit_s: ANSWER_TIMEOUT.as_secs() }))
    })
}

/// A text as `PostgreSQL` can hold it: without the character U+0000, which it has no place for.
fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

/// As [`text`], of what may be absent.
fn maybe(text_or_none: Option<&String>) -> Option<Cow<'_, str>> {
    text_or_none.map(|value| text(value))
}

/// One column of rows that are written together.
fn column<'r, T, U>(rows: &'r [T], of: impl Fn(&'r T) -> U) -> Vec<U> {
    rows.iter().map(of).collect()
}
