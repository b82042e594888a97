//! Registered devices in SQLite.

use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalPoint;
use twin_schemas::live::Device;

use super::SqliteStore;
use crate::store::{Answer, DeviceStore, Registered, StoreError};

impl DeviceStore for SqliteStore {
    fn devices(&self) -> Answer<'_, BTreeMap<String, Device>> {
        Box::pin(async move {
            let mut rows =
                sqlx::query("SELECT id, kind, name_zh, name_en, east_m, north_m, up_m, object FROM device")
                    .fetch(self.reader());
            let mut devices = BTreeMap::new();
            while let Some(row) = rows.try_next().await? {
                let device = device_of(&row)?;
                devices.insert(device.id.clone(), device);
            }
            Ok(devices)
        })
    }

    fn register<'a>(&'a self, devices: &'a [Device]) -> Answer<'a, Vec<Registered>> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let mut answers = Vec::with_capacity(devices.len());
            for device in devices {
                answers.push(register_one(&mut transaction, device).await?);
            }
            transaction.commit().await?;
            Ok(answers)
        })
    }

    fn remove<'a>(&'a self, id: &'a str) -> Answer<'a, bool> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let side = guard.side()?;
            let mut transaction = side.connection.begin_with("BEGIN IMMEDIATE").await?;
            let removed =
                sqlx::query("DELETE FROM device WHERE id = ?1").bind(id).execute(&mut *transaction).await?;
            for statement in [
                "DELETE FROM reading_chunk WHERE series IN (SELECT id FROM series WHERE device = ?1)",
                "DELETE FROM reading_chunk_damaged WHERE series IN (SELECT id FROM series WHERE device = ?1)",
                "DELETE FROM series_tip WHERE series IN (SELECT id FROM series WHERE device = ?1)",
                "DELETE FROM series WHERE device = ?1",
                "DELETE FROM device_status WHERE device = ?1",
                "DELETE FROM alarm_band WHERE device = ?1",
                "DELETE FROM sta_observation WHERE device = ?1",
            ] {
                sqlx::query(statement).bind(id).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            // What the log still holds of its series goes when it is written anew, and is skipped if it is read
            // before.
            self.hot_mut().remove(id);
            Ok(removed.rows_affected() > 0)
        })
    }
}

async fn register_one(connection: &mut SqliteConnection, device: &Device) -> Result<Registered, StoreError> {
    let row = sqlx::query(
        "SELECT id, kind, name_zh, name_en, east_m, north_m, up_m, object FROM device WHERE id = ?1",
    )
    .bind(&device.id)
    .fetch_optional(&mut *connection)
    .await?;
    let before = row.as_ref().map(device_of).transpose()?;
    if before.as_ref() == Some(device) {
        return Ok(Registered::Unchanged);
    }
    sqlx::query(
        "INSERT OR REPLACE INTO device (id, kind, name_zh, name_en, east_m, north_m, up_m, object) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(&device.id)
    .bind(&device.kind)
    .bind(&device.name.zh)
    .bind(&device.name.en)
    .bind(device.position.east_m)
    .bind(device.position.north_m)
    .bind(device.position.up_m)
    .bind(&device.object)
    .execute(connection)
    .await?;
    Ok(if before.is_some() { Registered::Updated } else { Registered::Added })
}

fn device_of(row: &SqliteRow) -> Result<Device, StoreError> {
    Ok(Device {
        id: row.try_get("id")?,
        kind: row.try_get("kind")?,
        name: LocalizedText { zh: row.try_get("name_zh")?, en: row.try_get("name_en")? },
        position: LocalPoint {
            east_m: row.try_get("east_m")?,
            north_m: row.try_get("north_m")?,
            up_m: row.try_get("up_m")?,
        },
        object: row.try_get("object")?,
    })
}
