//! Entities of SensorThings clients and notes of observations, in `SQLite`.

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row};
use time::{Duration, OffsetDateTime};

use super::SqliteStore;
use crate::store::codec::{from_us, to_us};
use crate::store::{
    Answer, HistoryQuery, ObservationNote, Purge, SensorThingsStore, StaChange, StaEntities, StaRow,
    StoreError,
};

impl SensorThingsStore for SqliteStore {
    fn sta_entities(&self) -> Answer<'_, StaEntities> {
        Box::pin(async move {
            let next = sqlx::query("SELECT next FROM sta_counter").fetch_one(self.reader()).await?;
            let next: i64 = next.try_get(0)?;
            let rows = sqlx::query("SELECT kind, id, data FROM sta_entity").fetch_all(self.reader()).await?;
            let row = |row: &SqliteRow| {
                Ok(StaRow { kind: row.try_get(0)?, id: row.try_get(1)?, data: row.try_get(2)? })
            };
            let rows = rows.iter().map(row).collect::<Result<_, StoreError>>()?;
            Ok(StaEntities { next_id: next.max(1) as u64, rows })
        })
    }

    fn change_sta<'a>(&'a self, next_id: u64, changes: &'a [StaChange]) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            for change in changes {
                let query = match change {
                    StaChange::Put(row) => {
                        sqlx::query("INSERT OR REPLACE INTO sta_entity (kind, id, data) VALUES (?1, ?2, ?3)")
                            .bind(&row.kind)
                            .bind(&row.id)
                            .bind(&row.data)
                    }
                    StaChange::Remove { kind, id } => {
                        sqlx::query("DELETE FROM sta_entity WHERE kind = ?1 AND id = ?2").bind(kind).bind(id)
                    }
                };
                query.execute(&mut *transaction).await?;
            }
            sqlx::query("UPDATE sta_counter SET next = MAX(next, ?1)")
                .bind(next_id as i64)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok(())
        })
    }

    fn note_observations<'a>(&'a self, notes: &'a [ObservationNote], replace: bool) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            for note in notes {
                let query = if replace {
                    sqlx::query(
                        "INSERT OR REPLACE INTO sta_observation (device, stream, time_us, feature, data) \
                         VALUES (?1, ?2, ?3, ?4, ?5)",
                    )
                } else {
                    sqlx::query(
                        "INSERT OR IGNORE INTO sta_observation (device, stream, time_us, feature, data) \
                         VALUES (?1, ?2, ?3, ?4, ?5)",
                    )
                };
                query
                    .bind(&note.device)
                    .bind(&note.stream)
                    .bind(to_us(note.time))
                    .bind(&note.feature)
                    .bind(&note.data)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
            Ok(())
        })
    }

    fn observation_notes(&self, query: HistoryQuery) -> Answer<'_, Vec<ObservationNote>> {
        Box::pin(async move {
            let (from, to) = range(&query);
            let rows = sqlx::query(
                "SELECT time_us, feature, data FROM sta_observation \
                 WHERE device = ?1 AND stream = ?2 AND time_us BETWEEN ?3 AND ?4 ORDER BY time_us LIMIT ?5",
            )
            .bind(&query.device)
            .bind(&query.stream)
            .bind(from)
            .bind(to)
            .bind(query.limit)
            .fetch_all(self.reader())
            .await?;
            let note = |row: &SqliteRow| {
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
        Box::pin(async move {
            let rows = sqlx::query("SELECT DISTINCT device, stream, feature FROM sta_observation")
                .fetch_all(self.reader())
                .await?;
            rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
        })
    }
}

impl SqliteStore {
    /// Deletes the notes of readings that are deleted.
    pub(super) async fn purge_notes(&self, purge: &Purge) -> Result<(), StoreError> {
        let mut guard = self.writer().await?;
        sqlx::query(
            "DELETE FROM sta_observation WHERE device = ?1 AND stream = coalesce(?2, stream) \
             AND time_us BETWEEN ?3 AND ?4",
        )
        .bind(&purge.device)
        .bind(&purge.stream)
        .bind(purge.from.map_or(i64::MIN, to_us))
        .bind(purge.to.map_or(i64::MAX, to_us))
        .execute(&mut guard.side()?.connection)
        .await?;
        Ok(())
    }

    /// Deletes the notes of readings that are older than what is to be kept.
    pub(super) async fn expire_notes(
        &self,
        keep_from: &(dyn Fn(&str, &str) -> Option<OffsetDateTime> + Send + Sync),
    ) -> Result<(), StoreError> {
        let rows = sqlx::query("SELECT DISTINCT device, stream FROM sta_observation")
            .fetch_all(self.reader())
            .await?;
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
