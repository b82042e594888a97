//! Readings and statuses in SQLite: what is committed, and how it is asked for.

use std::collections::{HashMap, HashSet};

use sqlx::{Connection, Row, SqliteConnection};
use time::OffsetDateTime;
use twin_schemas::live::DeviceStatus;

use super::alarms::write_alarms;
use super::closing::insert_log;
use super::history::{Sample, SeriesId, chunk};
use super::stretch::Stretch;
use super::webhooks::write_outgoing;
use super::{SqliteStore, from_us, to_us};
use crate::domain::reading::CheckedReading;
use crate::domain::summary::Bucket;
use crate::store::{
    AggregateQuery, Answer, HistoryQuery, Purge, ReadingStore, ReadingsToStore, SeriesTip, StatusRow,
    StoreError, StoredReading,
};

/// Readings that may be open before some are closed, and how many then stay: those of slow series, which
/// would make many small chunks.
const OPEN_MOST: usize = 400_000;
const OPEN_KEPT: usize = 100_000;

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
            let stored = self.new_ones(&mut transaction, &rows, &late).await?;
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
                hot.series.entry(device).or_default().insert(stream, id);
            }
            for (series, sample) in rows {
                hot.recent.add(series, sample);
            }
            Ok(stored)
        })
    }

    fn close_old(&self) -> Answer<'_, usize> {
        Box::pin(async move {
            if self.hot().recent.count() < OPEN_MOST {
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
            let samples = self.samples(stretch, query.end, query.limit as usize).await?;
            let stored = samples.into_iter().map(|Sample { time_us, value, plausible }| {
                Ok(StoredReading { time: from_us(time_us)?, value, plausible })
            });
            stored.collect()
        })
    }

    fn aggregate(&self, query: AggregateQuery) -> Answer<'_, Vec<Bucket>> {
        Box::pin(async move {
            let Some(series) = self.hot().id(&query.device, &query.stream) else { return Ok(Vec::new()) };
            self.buckets(series, query.grid).await
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
        Box::pin(async move {
            let hot = self.hot();
            let mut tips = Vec::new();
            for (device, streams) in &hot.series {
                for (stream, id) in streams {
                    let Some(tip) = hot.recent.tip(*id) else { continue };
                    tips.push(SeriesTip {
                        device: device.clone(),
                        stream: stream.clone(),
                        newest: from_us(tip.newest_us)?,
                        latest: match tip.latest {
                            Some((time_us, value)) => Some((value, from_us(time_us)?)),
                            None => None,
                        },
                    });
                }
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

    /// Of readings that may be there already, which are not: neither in this transaction, nor in memory,
    /// nor in a chunk.
    async fn new_ones(
        &self,
        connection: &mut SqliteConnection,
        fresh: &[(SeriesId, Sample)],
        late: &[(SeriesId, Sample)],
    ) -> Result<Vec<bool>, StoreError> {
        let mut new = vec![true; late.len()];
        if late.is_empty() {
            return Ok(new);
        }
        let mut seen: HashSet<(SeriesId, i64)> =
            fresh.iter().map(|(series, sample)| (*series, sample.time_us)).collect();
        {
            let hot = self.hot();
            for (new, (series, sample)) in new.iter_mut().zip(late) {
                *new = seen.insert((*series, sample.time_us)) && !hot.recent.holds(*series, sample.time_us);
            }
        }
        // In the order of series and time, so that a chunk is opened once.
        let mut order: Vec<usize> = (0..late.len()).filter(|at| new[*at]).collect();
        order.sort_unstable_by_key(|at| (late[*at].0, late[*at].1.time_us));
        let mut open = OpenChunk::default();
        for at in order {
            let (series, sample) = late[at];
            new[at] = !open.holds(connection, series, sample.time_us).await?;
        }
        Ok(new)
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

/// The chunk that was opened last.
#[derive(Default)]
struct OpenChunk {
    series: SeriesId,
    last_us: i64,
    samples: Vec<Sample>,
}

impl OpenChunk {
    /// Whether a chunk of the series holds an instant. Instants of a series come in the order of time.
    async fn holds(
        &mut self,
        connection: &mut SqliteConnection,
        series: SeriesId,
        time_us: i64,
    ) -> Result<bool, StoreError> {
        if self.samples.is_empty() || self.series != series || self.last_us < time_us {
            let row = sqlx::query(
                "SELECT last_us, data FROM reading_chunk WHERE series = ?1 AND first_us <= ?2 \
                 ORDER BY first_us DESC LIMIT 1",
            )
            .bind(series)
            .bind(time_us)
            .fetch_optional(connection)
            .await?;
            let Some(row) = row else { return Ok(false) };
            (self.series, self.last_us) = (series, row.try_get(0)?);
            // One that is damaged holds nothing; it is told when it is closed anew or read.
            self.samples = if self.last_us < time_us {
                Vec::new()
            } else {
                chunk::decode(row.try_get(1)?).unwrap_or_default()
            };
        }
        Ok(self.samples.binary_search_by_key(&time_us, |sample| sample.time_us).is_ok())
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

fn sample(reading: &CheckedReading) -> Sample {
    Sample { time_us: to_us(reading.time), value: reading.value, plausible: reading.plausible }
}

fn status_of(word: &str) -> Result<DeviceStatus, StoreError> {
    DeviceStatus::of_word(word).ok_or_else(|| StoreError::Content(format!("status `{word}` is unknown")))
}
