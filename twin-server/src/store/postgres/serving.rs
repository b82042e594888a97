//! Turns at the session that serves the database: the one that holds the lock and writes readings.
//!
//! A turn is a transaction. If it ends without a commit, it is rolled back before the next; if that fails, or
//! nobody knows whether a commit arrived, the session is given up. The next turn makes a new one, takes the
//! lock again and loads anew what is kept in memory, which then is what the database says.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::raw_sql;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{PostgresStore, connect, opening};
use crate::store::StoreError;

/// How long a session may take to roll back before it is given up.
const ROLLBACK_TIMEOUT: Duration = Duration::from_secs(5);

/// The session, while there is one.
#[derive(Debug)]
pub(super) struct Serving {
    pub(super) connection: Option<PgConnection>,
    /// The generation of the log that is written.
    pub(super) generation: i64,
    /// Names this run of the server.
    pub(super) run: String,
    /// Whether a transaction may be open.
    pub(super) unfinished: bool,
    /// Whether it is unknown if a commit arrived.
    pub(super) doubtful: bool,
    pub(super) closed: bool,
}

impl Serving {
    /// Ends what a turn has left open.
    async fn settle(&mut self) {
        if self.doubtful {
            self.connection = None;
        }
        if let (true, Some(connection)) = (self.unfinished, &mut self.connection) {
            let done = tokio::time::timeout(ROLLBACK_TIMEOUT, raw_sql("ROLLBACK").execute(connection)).await;
            if !matches!(done, Ok(Ok(_))) {
                self.connection = None;
            }
        }
        (self.unfinished, self.doubtful) = (false, false);
    }
}

/// A transaction at the serving session. Dropped without a commit, it changes nothing.
pub(super) struct Turn {
    serving: Option<OwnedMutexGuard<Serving>>,
}

impl PostgresStore {
    /// Waits for a turn.
    pub(super) async fn turn(&self) -> Result<Turn, StoreError> {
        let serving = self.serving.as_ref().ok_or(StoreError::NotServing)?;
        let mut serving = Arc::clone(serving).lock_owned().await;
        if serving.closed {
            return Err(StoreError::Sql(sqlx::Error::PoolClosed));
        }
        serving.settle().await;
        // A session that went while nobody used it is made anew at once, and nobody notices.
        let had_one = serving.connection.is_some();
        match self.begin(&mut serving).await {
            Err(_) if had_one => {
                serving.connection = None;
                self.begin(&mut serving).await?;
            }
            begun => begun?,
        }
        Ok(Turn { serving: Some(serving) })
    }

    async fn begin(&self, serving: &mut Serving) -> Result<(), StoreError> {
        if serving.connection.is_none() {
            let mut connection = connect::connect(&self.place).await?;
            connect::lock(&self.place, &mut connection).await?;
            connect::check_run(&self.place, &mut connection, &serving.run).await?;
            let opened = opening::open_log(&mut connection).await?;
            serving.generation = opened.generation;
            *self.hot_mut() = opened.hot;
            serving.connection = Some(connection);
            tracing::info!(database = self.place.name, "connected to the database again");
        }
        let Some(connection) = &mut serving.connection else { return Err(closed()) };
        serving.unfinished = true;
        raw_sql("BEGIN").execute(connection).await?;
        Ok(())
    }
}

impl Turn {
    /// The session in its transaction.
    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        self.serving.as_mut().and_then(|serving| serving.connection.as_mut()).ok_or_else(closed)
    }

    /// The generation of the log that is written.
    pub(super) fn generation(&self) -> i64 {
        self.serving.as_ref().map_or(0, |serving| serving.generation)
    }

    /// Has the log written in another generation from now on.
    pub(super) fn set_generation(&mut self, generation: i64) {
        if let Some(serving) = &mut self.serving {
            serving.generation = generation;
        }
    }

    /// Commits and keeps the turn: nothing comes between this and what follows.
    pub(super) async fn commit_and_stay(&mut self) -> Result<(), StoreError> {
        let serving = &mut **self.serving.as_mut().ok_or_else(closed)?;
        serving.doubtful = true;
        let connection = serving.connection.as_mut().ok_or_else(closed)?;
        raw_sql("COMMIT").execute(connection).await?;
        (serving.doubtful, serving.unfinished) = (false, false);
        Ok(())
    }

    /// Commits. Gives the turn's place back to be held while memory follows.
    pub(super) async fn commit(mut self) -> Result<Held, StoreError> {
        self.commit_and_stay().await?;
        Ok(Held { _serving: self.serving.take() })
    }
}

/// The place of a turn that is over; the next begins when this is dropped.
pub(super) struct Held {
    _serving: Option<OwnedMutexGuard<Serving>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(mut serving) = self.serving.take() else { return };
        // Rolled back at once, so that no lock is held until somebody wants the next turn.
        if (serving.unfinished || serving.doubtful)
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(async move { serving.settle().await });
        }
    }
}

/// A session that is shared by turns.
pub(super) fn shared(connection: PgConnection, generation: i64, run: String) -> Arc<Mutex<Serving>> {
    let connection = Some(connection);
    Arc::new(Mutex::new(Serving {
        connection,
        generation,
        run,
        unfinished: false,
        doubtful: false,
        closed: false,
    }))
}

fn closed() -> StoreError {
    StoreError::Sql(sqlx::Error::PoolClosed)
}
