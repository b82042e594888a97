//! What is loaded into memory when a database is opened: series, what is newest in each, and the readings
//! of the log. Takes over the readings of an older layout.

use futures_util::TryStreamExt as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};

use crate::store::StoreError;
use crate::store::history::closing::close_series;
use crate::store::history::hot::Hot;
use crate::store::history::recent::Tip;
use crate::store::history::{Sample, SeriesId, log};

/// Readings of an older layout that are moved in one transaction.
const MOVED_AT_ONCE: i64 = 50_000;

/// Loads what the store keeps in memory.
pub(super) async fn load(connection: &mut SqliteConnection) -> Result<Hot, StoreError> {
    take_over_rows(connection).await?;
    let mut hot = Hot::default();
    // A row at a time, here and below: a row takes many times what is kept of it.
    let mut rows = sqlx::query("SELECT id, device, stream FROM series").fetch(&mut *connection);
    while let Some(row) = rows.try_next().await? {
        hot.learn(row.try_get(1)?, row.try_get(2)?, row.try_get(0)?);
    }
    drop(rows);
    let known: std::collections::HashSet<SeriesId> = hot.ids().collect();
    let tips = sqlx::query("SELECT series, newest_us, latest_us, latest FROM series_tip");
    let mut rows = tips.fetch(&mut *connection);
    while let Some(row) = rows.try_next().await? {
        hot.recent.load_tip(row.try_get(0)?, tip_of(&row)?);
    }
    drop(rows);
    let mut after = 0_i64;
    while let Some(row) = sqlx::query("SELECT seq, data FROM reading_log WHERE seq > ?1 ORDER BY seq LIMIT 1")
        .bind(after)
        .fetch_optional(&mut *connection)
        .await?
    {
        after = row.try_get(0)?;
        let Some(readings) = log::decode(row.try_get(1)?) else {
            // A damaged page does not make the rest unreadable; the row stays for whoever may rescue it.
            tracing::error!(seq = after, "a row of the log of readings is damaged and is left out");
            continue;
        };
        hot.replay(&known, readings);
    }
    Ok(hot)
}

fn tip_of(row: &SqliteRow) -> Result<Tip, StoreError> {
    let latest = match (row.try_get::<Option<i64>, _>(2)?, row.try_get::<Option<f64>, _>(3)?) {
        (Some(time_us), Some(value)) => Some((time_us, value)),
        _ => None,
    };
    Ok(Tip { newest_us: row.try_get(1)?, latest })
}

/// Moves the readings of the first layout, one row each, into chunks; ends with the table. What was moved
/// before a program was killed is not moved again.
async fn take_over_rows(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let there = sqlx::query("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'reading'");
    if there.fetch_optional(&mut *connection).await?.is_none() {
        return Ok(());
    }
    let mut moved = 0;
    loop {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let next = sqlx::query("SELECT min(series) FROM reading").fetch_one(&mut *transaction).await?;
        let Some(series) = next.try_get::<Option<SeriesId>, _>(0)? else {
            sqlx::query("DROP TABLE reading").execute(&mut *transaction).await?;
            transaction.commit().await?;
            break;
        };
        let rows = sqlx::query(
            "SELECT time_us, value, plausible FROM reading WHERE series = ?1 ORDER BY time_us LIMIT ?2",
        )
        .bind(series)
        .bind(MOVED_AT_ONCE)
        .fetch_all(&mut *transaction)
        .await?;
        let samples = rows.iter().map(|row| {
            let plausible = row.try_get::<i64, _>(2)? != 0;
            Ok(Sample { time_us: row.try_get(0)?, value: row.try_get(1)?, plausible })
        });
        let samples: Vec<Sample> = samples.collect::<Result<_, sqlx::Error>>()?;
        close_series(&mut *transaction, &[(series, samples.as_slice())]).await?;
        sqlx::query("DELETE FROM reading WHERE series = ?1 AND time_us <= ?2")
            .bind(series)
            .bind(samples.last().map_or(i64::MIN, |sample| sample.time_us))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        moved += samples.len();
    }
    if moved > 0 {
        tracing::info!(readings = moved, "readings of an older layout taken over");
    }
    Ok(())
}
