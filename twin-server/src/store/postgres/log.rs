//! The log of readings: one row a transaction, one partition a generation.
//!
//! A closing ends a generation: what comes meanwhile is written into the next, so that the old one can be
//! dropped as a whole. Deleting its rows would leave pages of dead ones, several times the live log, for
//! `VACUUM` to clean after each closing. Partitions are made ahead and attached, which waits for no reader.
//! Dropping one needs the table alone for a moment: while `pg_dump` reads, it is put off, and a number says
//! meanwhile that it does not count.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row, raw_sql};

use crate::store::StoreError;
use crate::store::history::{Sample, SeriesId, log};

/// Adds a row to the log.
pub(super) async fn insert(
    connection: &mut PgConnection,
    generation: i64,
    readings: &[(SeriesId, Sample)],
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO reading_log (generation, data) VALUES ($1, $2)")
        .bind(generation)
        .bind(log::encode(readings))
        .execute(connection)
        .await?;
    Ok(())
}

/// The last generation that lies in chunks.
pub(super) async fn closed(connection: &mut PgConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query("SELECT closed FROM reading_log_state").fetch_one(connection).await?.try_get(0)?)
}

/// Says that all generations up to one lie in chunks.
pub(super) async fn set_closed(connection: &mut PgConnection, generation: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE reading_log_state SET closed = $1").bind(generation).execute(connection).await?;
    Ok(())
}

/// The generation that is written: the last that has rows, or the first that is not closed.
pub(super) async fn current(connection: &mut PgConnection) -> Result<i64, StoreError> {
    let closed = closed(connection).await?;
    let row = sqlx::query("SELECT max(generation) FROM reading_log WHERE generation > $1").bind(closed);
    let last: Option<i64> = row.fetch_one(connection).await?.try_get(0)?;
    Ok(last.unwrap_or(closed + 1))
}

/// The generations that have a partition, in order.
async fn partitions(connection: &mut PgConnection) -> Result<Vec<i64>, StoreError> {
    let rows = sqlx::query(
        "SELECT substring(relname FROM '[0-9]+$')::bigint AS generation \
         FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid \
         WHERE inhparent = 'reading_log'::regclass ORDER BY generation",
    );
    rows.fetch_all(connection).await?.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Makes partitions for generations that have none.
pub(super) async fn make_room(connection: &mut PgConnection, generations: &[i64]) -> Result<(), StoreError> {
    let there = partitions(connection).await?;
    for generation in generations.iter().filter(|generation| !there.contains(generation)) {
        // Made and then attached: making it as a partition would wait for whoever reads the log.
        let statements = format!(
            "CREATE TABLE reading_log_{generation} (LIKE reading_log INCLUDING DEFAULTS INCLUDING STORAGE); \
             ALTER TABLE reading_log ATTACH PARTITION reading_log_{generation} FOR VALUES IN ({generation})"
        );
        raw_sql(AssertSqlSafe(statements)).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Drops partitions of closed generations, unless somebody reads the log; then they are dropped another time.
/// Not within a transaction.
pub(super) async fn drop_closed(connection: &mut PgConnection) -> Result<(), StoreError> {
    let closed = closed(connection).await?;
    for generation in partitions(connection).await?.into_iter().filter(|generation| *generation <= closed) {
        let statements =
            format!("BEGIN; SET LOCAL lock_timeout = '100ms'; DROP TABLE reading_log_{generation}; COMMIT");
        if let Err(error) = raw_sql(AssertSqlSafe(statements)).execute(&mut *connection).await {
            raw_sql("ROLLBACK").execute(&mut *connection).await?;
            tracing::debug!(generation, %error, "a closed part of the log is in use and is dropped later");
            break;
        }
    }
    Ok(())
}
