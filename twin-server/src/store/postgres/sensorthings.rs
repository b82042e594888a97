//! Entities of SensorThings clients and notes of observations, in `PostgreSQL`.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::postgres::PgRow;
use time::{Duration, OffsetDateTime};

use super::{PostgresStore, answer, column, maybe, text};
use crate::store::codec::{from_us, to_us};
use crate::store::{
    Answer, HistoryQuery, ObservationNote, Purge, SensorThingsStore, StaChange, StaEntities, StaRow,
    StoreError,
};

const KEEP_NOTES: &str = "INSERT INTO sta_observation (device, stream, time_us, feature, data) \
     SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[]) ON CONFLICT DO NOTHING";
const REPLACE_NOTES: &str = "INSERT INTO sta_observation (device, stream, time_us, feature, data) \
     SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[]) \
     ON CONFLICT (device, stream, time_us) DO UPDATE SET feature = excluded.feature, data = excluded.data";

impl SensorThingsStore for PostgresStore {
    fn sta_entities(&self) -> Answer<'_, StaEntities> {
        answer(async move {
            let next = sqlx::query("SELECT next FROM sta_counter").fetch_one(&self.pool).await?;
            let next: i64 = next.try_get(0)?;
            let rows = sqlx::query("SELECT kind, id, data FROM sta_entity").fetch_all(&self.pool).await?;
            let row = |row: &PgRow| {
                Ok(StaRow { kind: row.try_get(0)?, id: row.try_get(1)?, data: row.try_get(2)? })
            };
            let rows = rows.iter().map(row).collect::<Result<_, StoreError>>()?;
            Ok(StaEntities { next_id: next.max(1) as u64, rows })
        })
    }

    fn change_sta<'a>(&'a self, next_id: u64, changes: &'a [StaChange]) -> Answer<'a, ()> {
        answer(async move {
            let mut transaction = self.change().await?;
            for change in changes {
                let query = match change {
                    StaChange::Put(row) => sqlx::query(
                        "INSERT INTO sta_entity (kind, id, data) VALUES ($1, $2, $3) \
                             ON CONFLICT (kind, id) DO UPDATE SET data = excluded.data",
                    )
                    .bind(text(&row.kind))
                    .bind(text(&row.id))
                    .bind(text(&row.data)),
                    StaChange::Remove { kind, id } => {
                        sqlx::query("DELETE FROM sta_entity WHERE kind = $1 AND id = $2")
                            .bind(text(kind))
                            .bind(text(id))
                    }
                };
                query.execute(&mut *transaction).await?;
            }
            sqlx::query("UPDATE sta_counter SET next = greatest(next, $1)")
                .bind(next_id as i64)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok(())
        })
    }

    fn note_observations<'a>(&'a self, notes: &'a [ObservationNote], replace: bool) -> Answer<'a, ()> {
        answer(async move {
            let mut transaction = self.change().await?;
            // A statement may not touch a row twice: of one instant the first note stays, or the last.
            let mut rows: BTreeMap<(&str, &str, i64), &ObservationNote> = BTreeMap::new();
            for note in notes {
                let key = (note.device.as_str(), note.stream.as_str(), to_us(note.time));
                if replace {
                    rows.insert(key, note);
                } else {
                    rows.entry(key).or_insert(note);
                }
            }
            let rows: Vec<&ObservationNote> = rows.into_values().collect();
            let statement = if replace { REPLACE_NOTES } else { KEEP_NOTES };
            sqlx::query(statement)
                .bind(column(&rows, |note| text(&note.device)))
                .bind(column(&rows, |note| text(&note.stream)))
                .bind(column(&rows, |note| to_us(note.time)))
                .bind(column(&rows, |note| maybe(note.feature.as_ref())))
                .bind(column(&rows, |note| text(&note.data)))
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok(())
        })
    }

    fn observation_notes(&self, query: HistoryQuery) -> Answer<'_, Vec<ObservationNote>> {
        answer(async move {
            let (from, to) = range(&query);
            let rows = sqlx::query(
                "SELECT time_us, feature, data FROM sta_observation \
                 WHERE device = $1 AND stream = $2 AND time_us BETWEEN $3 AND $4 ORDER BY time_us LIMIT $5",
            )
            .bind(text(&query.device))
            .bind(text(&query.stream))
            .bind(from)
            .bind(to)
            .bind(i64::from(query.limit))
            .fetch_all(&self.pool)
            .await?;
            let note = |row: &PgRow| {
                Ok(ObservationNote {
                    device: query.device.clone(),
                    stream: query.stream.clone(),
                    time: from_us(row.try_get(0)?)?,
                    feature: row.try_get(1)?,
                    data: row.try_get(2)?,
                })
            };
            rows.iter().map(note).collect()
        })
    }

    fn noted_streams(&self) -> Answer<'_, Vec<(String, String, Option<String>)>> {
        answer(async move {
            let rows = sqlx::query("SELECT DISTINCT device, stream, feature FROM sta_observation")
                .fetch_all(&self.pool)
                .await?;
            rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
        })
    }
}

impl PostgresStore {
    /// Deletes the notes of readings that are deleted.
    pub(super) async fn purge_notes(&self, purge: &Purge) -> Result<(), StoreError> {
        let mut transaction = self.change().await?;
        sqlx::query(
            "DELETE FROM sta_observation WHERE device = $1 AND stream = coalesce($2, stream) \
             AND time_us BETWEEN $3 AND $4",
        )
        .bind(text(&purge.device))
        .bind(maybe(purge.stream.as_ref()))
        .bind(purge.from.map_or(i64::MIN, to_us))
        .bind(purge.to.map_or(i64::MAX, to_us))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Deletes the notes of readings that are older than what is to be kept.
    pub(super) async fn expire_notes(
        &self,
        keep_from: &(dyn Fn(&str, &str) -> Option<OffsetDateTime> + Send + Sync),
    ) -> Result<(), StoreError> {
        let rows =
            sqlx::query("SELECT DISTINCT device, stream FROM sta_observation").fetch_all(&self.pool).await?;
        for row in &rows {
            let (device, stream): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let Some(before) = keep_from(&device, &stream) else { continue };
            let to = Some(before - Duration::microseconds(1));
            self.purge_notes(&Purge { device, stream: Some(stream), from: None, to }).await?;
        }
        Ok(())
    }
}

fn range(query: &HistoryQuery) -> (i64, i64) {
    (query.from.map_or(i64::MIN, to_us), query.to.map_or(i64::MAX, to_us))
}
