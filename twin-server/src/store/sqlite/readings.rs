//! Readings and statuses in SQLite.
//!
//! Rows go in by statements of many rows: each statement is a trip to SQLite's thread, and trips
//! are what single rows cost most.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::de::value::{Error as WordError, StrDeserializer};
use serde::{Deserialize, de::IntoDeserializer};
use sqlx::sqlite::SqliteArguments;
use sqlx::{Connection, Row, SqliteConnection};
use twin_schemas::live::DeviceStatus;

use super::{SqliteStore, from_us, to_us};
use crate::domain::reading::CheckedReading;
use crate::store::{
    Answer, HistoryQuery, ReadingStore, ReadingsToStore, SeriesTip, StatusRow, StoreError, StoredReading,
};

/// Rows in one statement, most first: a large post and a group of single ones. 4 values a row stay
/// far below SQLite's limit of 32,766.
static INSERTS: LazyLock<[(usize, String); 3]> = LazyLock::new(|| {
    [256, 16, 1].map(|rows| {
        let values = vec!["(?, ?, ?, ?)"; rows].join(", ");
        let head = "INSERT OR IGNORE INTO reading (series, time_us, value, plausible) VALUES";
        (rows, format!("{head} {values}"))
    })
});

impl ReadingStore for SqliteStore {
    fn append<'a>(&'a self, batch: &'a ReadingsToStore) -> Answer<'a, Vec<bool>> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let side = guard.side()?;
            let mut transaction = side.connection.begin_with("BEGIN IMMEDIATE").await?;
            let written = write(&mut transaction, &mut side.series, batch).await;
            let written = match written {
                Ok(written) => transaction.commit().await.map(|()| written).map_err(StoreError::from),
                Err(error) => Err(error),
            };
            if written.is_err() {
                // Series made in a transaction that failed do not exist.
                side.series.clear();
            }
            written
        })
    }

    fn history(&self, query: HistoryQuery) -> Answer<'_, Vec<StoredReading>> {
        Box::pin(async move {
            let rows = sqlx::query(
                "SELECT time_us, value, plausible FROM reading \
                 WHERE series = (SELECT id FROM series WHERE device = ?1 AND stream = ?2) \
                 AND time_us >= ?3 AND time_us <= ?4 ORDER BY time_us DESC LIMIT ?5",
            )
            .bind(query.device)
            .bind(query.stream)
            .bind(query.from.map_or(i64::MIN, to_us))
            .bind(query.to.map_or(i64::MAX, to_us))
            .bind(query.limit)
            .fetch_all(self.reader())
            .await?;
            rows.iter()
                .rev()
                .map(|row| {
                    Ok(StoredReading {
                        time: from_us(row.try_get(0)?)?,
                        value: row.try_get(1)?,
                        plausible: row.try_get::<i64, _>(2)? != 0,
                    })
                })
                .collect()
        })
    }

    fn tips(&self) -> Answer<'_, Vec<SeriesTip>> {
        Box::pin(async move {
            let rows = sqlx::query(
                "SELECT s.device, s.stream, \
                 (SELECT max(time_us) FROM reading WHERE series = s.id), r.time_us, r.value \
                 FROM series s LEFT JOIN reading r ON r.series = s.id AND r.time_us = \
                 (SELECT time_us FROM reading WHERE series = s.id AND plausible = 1 ORDER BY time_us DESC LIMIT 1)",
            )
            .fetch_all(self.reader())
            .await?;
            let mut tips = Vec::with_capacity(rows.len());
            for row in &rows {
                // A series without readings is what a rolled-back or foreign write may leave.
                let Some(newest_us) = row.try_get::<Option<i64>, _>(2)? else { continue };
                let latest = match (row.try_get::<Option<i64>, _>(3)?, row.try_get::<Option<f64>, _>(4)?) {
                    (Some(time_us), Some(value)) => Some((value, from_us(time_us)?)),
                    _ => None,
                };
                tips.push(SeriesTip {
                    device: row.try_get(0)?,
                    stream: row.try_get(1)?,
                    newest: from_us(newest_us)?,
                    latest,
                });
            }
            Ok(tips)
        })
    }

    fn statuses(&self) -> Answer<'_, Vec<StatusRow>> {
        Box::pin(async move {
            let rows = sqlx::query("SELECT device, status, since_us FROM device_status")
                .fetch_all(self.reader())
                .await?;
            rows.iter()
                .map(|row| {
                    Ok(StatusRow {
                        device: row.try_get(0)?,
                        status: status_of(row.try_get(1)?)?,
                        since: from_us(row.try_get(2)?)?,
                    })
                })
                .collect()
        })
    }
}

type SeriesIds = HashMap<String, HashMap<String, i64>>;

async fn write(
    connection: &mut SqliteConnection,
    series: &mut SeriesIds,
    batch: &ReadingsToStore,
) -> Result<Vec<bool>, StoreError> {
    let mut fresh = batch.fresh.as_slice();
    for (rows, _) in INSERTS.iter() {
        let (chunks, rest) = fresh.split_at(fresh.len() - fresh.len() % rows);
        for chunk in chunks.chunks(*rows) {
            insert(connection, series, chunk).await?;
        }
        fresh = rest;
    }
    let mut stored = Vec::with_capacity(batch.late.len());
    for reading in batch.late.chunks(1) {
        stored.push(insert(connection, series, reading).await? > 0);
    }
    for row in &batch.statuses {
        sqlx::query("INSERT OR REPLACE INTO device_status (device, status, since_us) VALUES (?1, ?2, ?3)")
            .bind(&row.device)
            .bind(word_of(row.status))
            .bind(to_us(row.since))
            .execute(&mut *connection)
            .await?;
    }
    Ok(stored)
}

/// Inserts as many rows as one of [`INSERTS`] takes; gives how many were not there yet.
async fn insert(
    connection: &mut SqliteConnection,
    series: &mut SeriesIds,
    readings: &[CheckedReading],
) -> Result<u64, StoreError> {
    let statement = INSERTS.iter().find(|(rows, _)| *rows == readings.len());
    let (_, statement) = statement.ok_or_else(|| StoreError::Content("no statement of this size".into()))?;
    let mut arguments = SqliteArguments::default();
    for reading in readings {
        let id = series_id(connection, series, reading).await?;
        let bind = |result: Result<(), sqlx::error::BoxDynError>| result.map_err(sqlx::Error::Encode);
        bind(sqlx::Arguments::add(&mut arguments, id))?;
        bind(sqlx::Arguments::add(&mut arguments, to_us(reading.time)))?;
        bind(sqlx::Arguments::add(&mut arguments, reading.value))?;
        bind(sqlx::Arguments::add(&mut arguments, i64::from(reading.plausible)))?;
    }
    Ok(sqlx::query_with(statement.as_str(), arguments).execute(connection).await?.rows_affected())
}

async fn series_id(
    connection: &mut SqliteConnection,
    series: &mut SeriesIds,
    reading: &CheckedReading,
) -> Result<i64, StoreError> {
    if let Some(id) = series.get(&reading.device).and_then(|streams| streams.get(&reading.stream)) {
        return Ok(*id);
    }
    sqlx::query("INSERT OR IGNORE INTO series (device, stream) VALUES (?1, ?2)")
        .bind(&reading.device)
        .bind(&reading.stream)
        .execute(&mut *connection)
        .await?;
    let id: i64 = sqlx::query("SELECT id FROM series WHERE device = ?1 AND stream = ?2")
        .bind(&reading.device)
        .bind(&reading.stream)
        .fetch_one(connection)
        .await?
        .try_get(0)?;
    series.entry(reading.device.clone()).or_default().insert(reading.stream.clone(), id);
    Ok(id)
}

fn word_of(status: DeviceStatus) -> &'static str {
    match status {
        DeviceStatus::Normal => "normal",
        DeviceStatus::Notice => "notice",
        DeviceStatus::Offline => "offline",
        DeviceStatus::Warning => "warning",
        DeviceStatus::Alarm => "alarm",
    }
}

fn status_of(word: &str) -> Result<DeviceStatus, StoreError> {
    let deserializer: StrDeserializer<'_, WordError> = word.into_deserializer();
    DeviceStatus::deserialize(deserializer)
        .map_err(|_| StoreError::Content(format!("status `{word}` is unknown")))
}
