//! Connections: how they are made, what is asked of the server first, and whose the database is.
//!
//! One server serves a database. It holds an advisory lock in a session of its own for as long as it runs
//! (<https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS>); the lock goes with the
//! session, so that a killed server leaves none behind. Its run is noted in the database: a server that lost
//! its session and finds another run there has been overtaken and must not go on.

use std::time::{Duration, Instant};

use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions, Connection, Row, raw_sql};

use super::MIGRATIONS;
use super::address::Place;
use crate::store::{Migration, Shape, StoreError};

/// How long a server may take to let us in.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a lock is waited for: a server that is ending, or our own lost session, gives it back soon.
const LOCK_PATIENCE: Duration = Duration::from_secs(3);
const LOCK_AGAIN: Duration = Duration::from_millis(50);
/// Native partitions with all that we use of them.
const OLDEST: i32 = 140_000;
/// Names our advisory locks, `twin` in letters; the second half is the schema's.
const SERVES: i32 = 0x7477_696e;
/// What every session is set to, whatever the database or the role say.
const SESSION: &str = "SET synchronous_commit = on; SET lock_timeout = '10s'; SET jit = off; \
     SET statement_timeout = 0; SET default_transaction_isolation = 'read committed'; \
     SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3";

/// Prepares a session.
pub(super) async fn prepare(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    raw_sql(SESSION).execute(connection).await.map(|_| ())
}

/// A session in a database that we can use.
pub(super) async fn connect(place: &Place) -> Result<PgConnection, StoreError> {
    let unreachable = |reason: String| StoreError::Unreachable { address: place.name.clone(), reason };
    let connecting = async {
        let mut connection = place.options.connect().await?;
        prepare(&mut connection).await?;
        Ok::<_, sqlx::Error>(connection)
    };
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, connecting).await;
    let mut connection = connected
        .map_err(|_| unreachable(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs())))?
        .map_err(|error| unreachable(error.to_string()))?;
    check_server(place, &mut connection).await?;
    Ok(connection)
}

async fn check_server(place: &Place, connection: &mut PgConnection) -> Result<(), StoreError> {
    let row = sqlx::query(
        "SELECT current_setting('server_version_num')::int, current_setting('server_version'), \
         current_setting('server_encoding'), current_setting('fsync')",
    )
    .fetch_one(connection)
    .await?;
    if row.try_get::<i32, _>(0)? < OLDEST {
        return Err(StoreError::TooOld { address: place.name.clone(), version: row.try_get(1)? });
    }
    let encoding: String = row.try_get(2)?;
    if encoding != "UTF8" {
        return Err(StoreError::Encoding { address: place.name.clone(), encoding });
    }
    if row.try_get::<&str, _>(3)? != "on" {
        tracing::warn!("`fsync` of the database is off: a power cut loses what was acknowledged");
    }
    Ok(())
}

/// Brings a database to the present shape.
pub(super) async fn migrate(place: &Place, connection: &mut PgConnection) -> Result<(), StoreError> {
    if let Some(number) = shape(connection).await?.unknown.first() {
        return Err(StoreError::Newer { address: place.name.clone(), number: *number });
    }
    let refused = |error: sqlx::migrate::MigrateError| StoreError::Unreachable {
        address: place.name.clone(),
        reason: format!("its tables cannot be made: {error}"),
    };
    MIGRATIONS.run(connection).await.map_err(refused)
}

/// What a database lacks of the present shape.
pub(super) async fn shape(connection: &mut PgConnection) -> Result<Shape, StoreError> {
    let there = sqlx::query("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(&mut *connection);
    let mut done: Vec<i64> = Vec::new();
    if there.await?.try_get(0)? {
        let rows = sqlx::query("SELECT version FROM _sqlx_migrations WHERE success ORDER BY version");
        for row in rows.fetch_all(connection).await? {
            done.push(row.try_get(0)?);
        }
    }
    let known =
        || MIGRATIONS.iter().map(|m| Migration { number: m.version, about: m.description.to_string() });
    Ok(Shape {
        done: known().filter(|migration| done.contains(&migration.number)).collect(),
        missing: known().filter(|migration| !done.contains(&migration.number)).collect(),
        unknown: done.into_iter().filter(|number| !MIGRATIONS.version_exists(*number)).collect(),
    })
}

/// Takes the lock of the server that serves the database, for the life of the session.
pub(super) async fn lock(place: &Place, connection: &mut PgConnection) -> Result<(), StoreError> {
    let started = Instant::now();
    loop {
        let row = sqlx::query("SELECT pg_try_advisory_lock($1, hashtext(current_schema()::text))")
            .bind(SERVES)
            .fetch_one(&mut *connection)
            .await?;
        if row.try_get(0)? {
            return Ok(());
        }
        if started.elapsed() > LOCK_PATIENCE {
            return Err(StoreError::InUse(place.name.clone()));
        }
        tokio::time::sleep(LOCK_AGAIN).await;
    }
}

/// Makes changes of all processes come one after the other, until the transaction ends.
pub(super) async fn queue_up(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext(current_schema()::text))")
        .bind(SERVES + 1)
        .execute(connection)
        .await?;
    Ok(())
}

/// Waits until no other transaction writes events for webhooks; they are written one transaction after the other.
pub(super) async fn line_up_events(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext(current_schema()::text))")
        .bind(SERVES + 2)
        .execute(connection)
        .await?;
    Ok(())
}

/// A name for a run of the server that no other has.
pub(super) fn new_run() -> Result<String, StoreError> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)
        .map_err(|error| StoreError::Content(format!("no random numbers: {error}")))?;
    Ok(format!("{:016x}", u64::from_le_bytes(bytes)))
}

/// Notes that a run of the server begins.
pub(super) async fn begin_run(connection: &mut PgConnection, run: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE server_run SET run = $1").bind(run).execute(connection).await?;
    Ok(())
}

/// Makes sure that no other run began since ours did.
pub(super) async fn check_run(
    place: &Place,
    connection: &mut PgConnection,
    run: &str,
) -> Result<(), StoreError> {
    let row = sqlx::query("SELECT run FROM server_run").fetch_one(connection).await?;
    if row.try_get::<&str, _>(0)? == run {
        return Ok(());
    }
    Err(StoreError::Overtaken(place.name.clone()))
}

/// Ends a session in good order.
pub(super) async fn close(connection: PgConnection) {
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "a session of the database did not end in good order");
    }
}
