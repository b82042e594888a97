//! Readings and statuses in `PostgreSQL`: what is committed, and how it is asked for.

use std::collections::{BTreeMap, HashMap};

use sqlx::Row;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;

use super::alarms::write_alarms;
use super::webhooks::write_outgoing;
use super::{PostgresStore, answer, column, log};
use crate::domain::reading::CheckedReading;
use crate::domain::summary::Bucket;
use crate::store::codec::{from_us, status_of, to_us};
use crate::store::history::counts::Counted;
use crate::store::history::hot::{OPEN_KEPT, OPEN_MOST};
use crate::store::history::late::{find_in_chunks, new_to_memory, sample};
use crate::store::history::past::Past;
use crate::store::history::stretch::{Known, answered, buckets, buckets_of, samples, stretch_of};
use crate::store::history::table::{ChunkTable as _, Stretch};
use crate::store::history::{Sample, SeriesId};
use crate::store::{
    AggregateQuery, Answer, End, HistoryQuery, Purge, ReadingStore, ReadingsToStore, SeriesTip, StatusRow,
    StoreError, StoredReading,
};

/// One moment of the database, for questions of several statements.
const ONE_MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

impl ReadingStore for PostgresStore {
    fn append<'a>(&'a self, batch: &'a ReadingsToStore) -> Answer<'a, Vec<bool>> {
        answer(async move {
            let mut turn = self.turn().await?;
            let generation = turn.generation();
            let connection = turn.connection()?;
            let made = self.make_series(connection, batch).await?;
            let mut rows = self.rows(&made, &batch.fresh)?;
            let late = self.rows(&made, &batch.late)?;
            let unseen = new_to_memory(&self.hot(), &rows, &late);
            let stored = find_in_chunks(connection, &late, unseen).await?;
            rows.extend(late.iter().zip(&stored).filter(|(_, stored)| **stored).map(|(row, _)| *row));
            if !rows.is_empty() {
                log::insert(connection, generation, &rows).await?;
            }
            write_statuses(connection, &batch.statuses).await?;
            write_alarms(connection, &batch.alarms).await?;
            write_outgoing(connection, &batch.outgoing).await?;
            let _held = turn.commit().await?;
            let mut hot = self.hot_mut();
            for ((device, stream), id) in made {
                hot.learn(device, stream, id);
            }
            for (series, sample) in rows {
                hot.recent.add(series, sample);
            }
            Ok(stored)
        })
    }

    fn close_old(&self) -> Answer<'_, usize> {
        Box::pin(async move {
            if !self.hot().recent.needs_closing(OPEN_MOST) {
                return Ok(0);
            }
            self.close_readings(OPEN_KEPT).await
        })
    }

    fn close_all(&self) -> Answer<'_, usize> {
        Box::pin(self.close_readings(0))
    }

    fn history(&self, query: HistoryQuery) -> Answer<'_, Vec<StoredReading>> {
        answer(async move {
            let Some(series) = self.hot().id(&query.device, &query.stream) else { return Ok(Vec::new()) };
            let stretch = Stretch::of(series, query.from, query.to);
            let limit = query.limit as usize;
            let known = Known::of(&self.hot().recent, stretch, query.end, limit);
            if known.is_enough(query.end, limit) {
                return answered(known.open);
            }
            let mut transaction = self.pool.begin_with(ONE_MOMENT).await?;
            answered(samples(&mut *transaction, &known.open, stretch, query.end, limit).await?)
        })
    }

    fn aggregate(&self, query: AggregateQuery) -> Answer<'_, Vec<Bucket>> {
        answer(async move {
            let Some(series) = self.hot().id(&query.device, &query.stream) else { return Ok(Vec::new()) };
            let stretch = stretch_of(series, query.grid);
            let known = Known::of(&self.hot().recent, stretch, End::Oldest, usize::MAX);
            if known.is_all() {
                return Ok(buckets_of(&known.open, query.grid));
            }
            let mut transaction = self.pool.begin_with(ONE_MOMENT).await?;
            buckets(&mut *transaction, known.open, stretch, query.grid).await
        })
    }

    fn counts<'a>(&'a self, streams: &'a [(String, String)]) -> Answer<'a, Option<Vec<u64>>> {
        answer(async move {
            let counted = Counted::of(&self.hot(), streams);
            let chunks = if counted.has_chunks {
                self.pool.begin_with(ONE_MOMENT).await?.counts().await?
            } else {
                HashMap::new()
            };
            Ok(counted.with(&self.hot(), &chunks))
        })
    }

    fn purge(&self, purge: Purge) -> Answer<'_, u64> {
        Box::pin(self.purge_readings(purge))
    }

    fn expire<'a>(
        &'a self,
        keep_from: &'a (dyn Fn(&str, &str) -> Option<OffsetDateTime> + Send + Sync),
    ) -> Answer<'a, u64> {
        Box::pin(self.expire_readings(keep_from))
    }

    fn tips(&self) -> Answer<'_, Vec<SeriesTip>> {
        Box::pin(async move { self.hot().tips() })
    }

    fn tips_at<'a>(
        &'a self,
        at: OffsetDateTime,
        is_meant: &'a (dyn Fn(&str) -> bool + Send + Sync),
    ) -> Answer<'a, Vec<SeriesTip>> {
        answer(async move {
            let known = Past::of(&self.hot(), to_us(at), is_meant);
            if known.is_all() {
                return known.tips();
            }
            let mut transaction = self.pool.begin_with(ONE_MOMENT).await?;
            known.with_chunks(&mut *transaction).await?.tips()
        })
    }

    fn statuses(&self) -> Answer<'_, Vec<StatusRow>> {
        answer(async move {
            let rows = sqlx::query("SELECT device, status, since_us FROM device_status");
            let row = |row: &sqlx::postgres::PgRow| {
                Ok(StatusRow {
                    device: row.try_get(0)?,
                    status: status_of(row.try_get(1)?)?,
                    since: from_us(row.try_get(2)?)?,
                })
            };
            rows.fetch_all(&self.pool).await?.iter().map(row).collect()
        })
    }
}

/// Series that a transaction makes; known to all once it is committed.
type Made = HashMap<(String, String), SeriesId>;

impl PostgresStore {
    /// Makes the series that readings lack.
    async fn make_series(
        &self,
        connection: &mut PgConnection,
        batch: &ReadingsToStore,
    ) -> Result<Made, StoreError> {
        let mut missing: Vec<(&str, &str)> = {
            let hot = self.hot();
            let unknown = |reading: &&CheckedReading| hot.id(&reading.device, &reading.stream).is_none();
            let readings = batch.fresh.iter().chain(&batch.late).filter(unknown);
            readings.map(|reading| (reading.device.as_str(), reading.stream.as_str())).collect()
        };
        if missing.is_empty() {
            return Ok(Made::new());
        }
        missing.sort_unstable();
        missing.dedup();
        let devices = column(&missing, |(device, _)| *device);
        let streams = column(&missing, |(_, stream)| *stream);
        sqlx::query(
            "INSERT INTO series (device, stream) SELECT * FROM unnest($1::text[], $2::text[]) \
             ON CONFLICT DO NOTHING",
        )
        .bind(&devices)
        .bind(&streams)
        .execute(&mut *connection)
        .await?;
        let rows = sqlx::query(
            "SELECT device, stream, id FROM series JOIN unnest($1::text[], $2::text[]) AS want (device, stream) \
             USING (device, stream)",
        );
        let rows = rows.bind(&devices).bind(&streams).fetch_all(connection).await?;
        rows.iter().map(|row| Ok(((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?))).collect()
    }

    /// Readings as rows of the log.
    fn rows(&self, made: &Made, readings: &[CheckedReading]) -> Result<Vec<(SeriesId, Sample)>, StoreError> {
        let hot = self.hot();
        let row = |reading: &CheckedReading| {
            let known = hot.id(&reading.device, &reading.stream);
            let id = known.or_else(|| made.get(&(reading.device.clone(), reading.stream.clone())).copied());
            let missing = || StoreError::Content(format!("no series for device `{}`", reading.device));
            Ok((id.ok_or_else(missing)?, sample(reading)))
        };
        readings.iter().map(row).collect()
    }
}

async fn write_statuses(connection: &mut PgConnection, rows: &[StatusRow]) -> Result<(), StoreError> {
    // Of one device the last holds; a statement may not touch a row twice.
    let last: BTreeMap<&str, &StatusRow> = rows.iter().map(|row| (row.device.as_str(), row)).collect();
    if last.is_empty() {
        return Ok(());
    }
    let rows: Vec<&StatusRow> = last.into_values().collect();
    sqlx::query(
        "INSERT INTO device_status (device, status, since_us) \
         SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) \
         ON CONFLICT (device) DO UPDATE SET status = excluded.status, since_us = excluded.since_us",
    )
    .bind(column(&rows, |row| row.device.as_str()))
    .bind(column(&rows, |row| row.status.word()))
    .bind(column(&rows, |row| to_us(row.since)))
    .execute(connection)
    .await?;
    Ok(())
}
