//! What is loaded into memory when a database is opened: series, what is newest in each, and the readings
//! of the log.

use std::collections::HashSet;

use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection, Row};

use super::log;
use crate::store::StoreError;
use crate::store::history::hot::Hot;
use crate::store::history::recent::Tip;
use crate::store::history::{SeriesId, log as packed};

/// A log that can be written.
pub(super) struct OpenLog {
    pub(super) generation: i64,
    pub(super) hot: Hot,
}

/// Loads what the store keeps in memory and makes room in the log.
pub(super) async fn open_log(connection: &mut PgConnection) -> Result<OpenLog, StoreError> {
    let hot = load(connection).await?;
    let generation = log::current(connection).await?;
    let mut transaction = connection.begin().await?;
    log::make_room(&mut transaction, &[generation, generation + 1]).await?;
    transaction.commit().await?;
    log::drop_closed(connection).await?;
    Ok(OpenLog { generation, hot })
}

/// Loads what the store keeps in memory, as of one moment.
pub(super) async fn load(connection: &mut PgConnection) -> Result<Hot, StoreError> {
    let mut transaction = connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let mut hot = Hot::default();
    // A row at a time, here and below: a row takes many times what is kept of it.
    let mut rows = sqlx::query("SELECT id, device, stream FROM series").fetch(&mut *transaction);
    while let Some(row) = rows.try_next().await? {
        hot.learn(row.try_get(1)?, row.try_get(2)?, row.try_get(0)?);
    }
    drop(rows);
    let known: HashSet<SeriesId> = hot.ids().collect();
    let tips = sqlx::query("SELECT series, newest_us, latest_us, latest FROM series_tip");
    let mut rows = tips.fetch(&mut *transaction);
    while let Some(row) = rows.try_next().await? {
        hot.recent.load_tip(row.try_get(0)?, tip_of(&row)?);
    }
    drop(rows);
    let closed = log::closed(&mut transaction).await?;
    let rows = "SELECT seq, data FROM reading_log WHERE generation > $1 ORDER BY generation, seq";
    let mut rows = sqlx::query(rows).bind(closed).fetch(&mut *transaction);
    while let Some(row) = rows.try_next().await? {
        if let Some(readings) = packed::decode(row.try_get(1)?) {
            hot.replay(&known, readings);
        } else {
            // It stays for whoever may rescue it, until its generation is closed.
            let seq: i64 = row.try_get(0)?;
            tracing::error!(seq, "a row of the log of readings is damaged and is left out");
        }
    }
    drop(rows);
    transaction.commit().await?;
    Ok(hot)
}

fn tip_of(row: &PgRow) -> Result<Tip, StoreError> {
    let latest = match (row.try_get::<Option<i64>, _>(2)?, row.try_get::<Option<f64>, _>(3)?) {
        (Some(time_us), Some(value)) => Some((time_us, value)),
        _ => None,
    };
    Ok(Tip { newest_us: row.try_get(1)?, latest })
}
