//! Readings and statuses in SQLite: what is committed, and how it is asked for.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use sqlx::{Connection, Row, SqliteConnection};
use time::OffsetDateTime;

use super::SqliteStore;
use super::alarms::write_alarms;
use super::closing::insert_log;
use super::webhooks::write_outgoing;
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

impl ReadingStore for SqliteStore {
    fn append<'a>(&'a self, batch: &'a ReadingsToStore) -> Answer<'a, Vec<bool>> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let mut made = Made::default();
            let mut rows = Vec::with_capacity(batch.fresh.len() + batch.late.len());
            for (id, reading) in
                self.ids(&mut transaction, &mut made, &batch.fresh).await?.iter().zip(&batch.fresh)
            {
                rows.push((*id, sample(reading)));
            }
            let late = self.ids(&mut transaction, &mut made, &batch.late).await?;
            let late: Vec<(SeriesId, Sample)> = late.into_iter().zip(batch.late.iter().map(sample)).collect();
            let unseen = new_to_memory(&self.hot(), &rows, &late);
            let stored = find_in_chunks(&mut *transaction, &late, unseen).await?;
            rows.extend(late.iter().zip(&stored).filter(|(_, stored)| **stored).map(|(row, _)| *row));
            if !rows.is_empty() {
                insert_log(&mut transaction, &rows).await?;
            }
            write_statuses(&mut transaction, &batch.statuses).await?;
            write_alarms(&mut transaction, &batch.alarms).await?;
            write_outgoing(&mut transaction, &batch.outgoing).await?;
            transaction.commit().await?;
            let mut hot = self.hot_mut();
            for ((device, stream), id) in made.0 {
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
        Box::pin(async move {
            let Some(series) = self.hot().id(&query.device, &query.stream) else { return Ok(Vec::new()) };
            let stretch = Stretch::of(series, query.from, query.to);
            let limit = query.limit as usize;
            let known = Known::of(&self.hot().recent, stretch, query.end, limit);
            if known.is_enough(query.end, limit) {
                return answered(known.open);
            }
            let mut transaction = self.reader().begin().await?;
            answered(samples(&mut *transaction, &known.open, stretch, query.end, limit).await?)
        })
    }

    fn aggregate(&self, query: AggregateQuery) -> Answer<'_, Vec<Bucket>> {
        Box::pin(async move {
            let Some(series) = self.hot().id(&query.device, &query.stream) else { return Ok(Vec::new()) };
            let stretch = stretch_of(series, query.grid);
            let known = Known::of(&self.hot().recent, stretch, End::Oldest, usize::MAX);
            if known.is_all() {
                return Ok(buckets_of(&known.open, query.grid));
            }
            let mut transaction = self.reader().begin().await?;
            buckets(&mut *transaction, known.open, stretch, query.grid).await
        })
    }

    fn counts<'a>(&'a self, streams: &'a [(String, String)]) -> Answer<'a, Option<Vec<u64>>> {
        Box::pin(async move {
            let counted = Counted::of(&self.hot(), streams);
            let chunks = if counted.has_chunks {
                self.reader().begin().await?.counts().await?
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
        Box::pin(async move {
            let known = Past::of(&self.hot(), to_us(at), is_meant);
            if known.is_all() {
                return known.tips();
            }
            let mut transaction = self.reader().begin().await?;
            known.with_chunks(&mut *transaction).await?.tips()
        })
    }

    fn statuses(&self) -> Answer<'_, Vec<StatusRow>> {
        Box::pin(async move {
            let mut rows =
                sqlx::query("SELECT device, status, since_us FROM device_status").fetch(self.reader());
            let mut statuses = Vec::new();
            while let Some(row) = rows.try_next().await? {
                statuses.push(StatusRow {
                    device: row.try_get(0)?,
                    status: status_of(row.try_get(1)?)?,
                    since: from_us(row.try_get(2)?)?,
                });
            }
            Ok(statuses)
        })
    }
}

/// Series that a transaction makes; known to all once it is committed.
#[derive(Default)]
struct Made(HashMap<(String, String), SeriesId>);

impl SqliteStore {
    /// The series of readings; makes those that are missing.
    async fn ids(
        &self,
        connection: &mut SqliteConnection,
        made: &mut Made,
        readings: &[CheckedReading],
    ) -> Result<Vec<SeriesId>, StoreError> {
        let known: Vec<Option<SeriesId>> = {
            let hot = self.hot();
            readings.iter().map(|reading| hot.id(&reading.device, &reading.stream)).collect()
        };
        let mut ids = Vec::with_capacity(readings.len());
        for (known, reading) in known.into_iter().zip(readings) {
            ids.push(match known {
                Some(id) => id,
                None => made.id(connection, reading).await?,
            });
        }
        Ok(ids)
    }
}

impl Made {
    async fn id(
        &mut self,
        connection: &mut SqliteConnection,
        reading: &CheckedReading,
    ) -> Result<SeriesId, StoreError> {
        let key = (reading.device.clone(), reading.stream.clone());
        if let Some(id) = self.0.get(&key) {
            return Ok(*id);
        }
        sqlx::query("INSERT OR IGNORE INTO series (device, stream) VALUES (?1, ?2)")
            .bind(&reading.device)
            .bind(&reading.stream)
            .execute(&mut *connection)
            .await?;
        let row = sqlx::query("SELECT id FROM series WHERE device = ?1 AND stream = ?2")
            .bind(&reading.device)
            .bind(&reading.stream)
            .fetch_one(connection)
            .await?;
        let id = row.try_get(0)?;
        self.0.insert(key, id);
        Ok(id)
    }
}

async fn write_statuses(connection: &mut SqliteConnection, rows: &[StatusRow]) -> Result<(), StoreError> {
    for row in rows {
        sqlx::query("INSERT OR REPLACE INTO device_status (device, status, since_us) VALUES (?1, ?2, ?3)")
            .bind(&row.device)
            .bind(row.status.word())
            .bind(to_us(row.since))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
