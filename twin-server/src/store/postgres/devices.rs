//! Registered devices in `PostgreSQL`.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalPoint;
use twin_schemas::live::Device;

use super::{PostgresStore, answer, column, connect, maybe, text};
use crate::store::{Answer, DeviceStore, Registered, StoreError};

impl DeviceStore for PostgresStore {
    fn devices(&self) -> Answer<'_, BTreeMap<String, Device>> {
        answer(async move {
            let rows =
                sqlx::query("SELECT id, kind, name_zh, name_en, east_m, north_m, up_m, object FROM device");
            let rows = rows.fetch_all(&self.pool).await?;
            rows.iter().map(|row| device_of(row).map(|device| (device.id.clone(), device))).collect()
        })
    }

    fn register<'a>(&'a self, devices: &'a [Device]) -> Answer<'a, Vec<Registered>> {
        answer(async move {
            let mut transaction = self.change().await?;
            let mut known = known(&mut transaction, devices).await?;
            let (mut answers, mut changed) = (Vec::with_capacity(devices.len()), BTreeMap::new());
            for device in devices {
                let before = known.insert(device.id.clone(), device.clone());
                answers.push(match before {
                    None => Registered::Added,
                    Some(before) if before == *device => Registered::Unchanged,
                    Some(_) => Registered::Updated,
                });
                if answers.last() != Some(&Registered::Unchanged) {
                    changed.insert(device.id.as_str(), device);
                }
            }
            if changed.is_empty() {
                return Ok(answers);
            }
            write(&mut transaction, &changed.into_values().collect::<Vec<_>>()).await?;
            let revision = raise_revision(&mut transaction).await?;
            transaction.commit().await?;
            self.know(revision);
            Ok(answers)
        })
    }

    fn remove<'a>(&'a self, id: &'a str) -> Answer<'a, bool> {
        answer(async move {
            let mut turn = self.turn().await?;
            let connection = turn.connection()?;
            connect::queue_up(connection).await?;
            let removed = sqlx::query("DELETE FROM device WHERE id = $1")
                .bind(text(id))
                .execute(&mut *connection)
                .await?;
            for statement in [
                "DELETE FROM reading_chunk WHERE series IN (SELECT id FROM series WHERE device = $1)",
                "DELETE FROM reading_chunk_damaged WHERE series IN (SELECT id FROM series WHERE device = $1)",
                "DELETE FROM series_tip WHERE series IN (SELECT id FROM series WHERE device = $1)",
                "DELETE FROM series WHERE device = $1",
                "DELETE FROM device_status WHERE device = $1",
                "DELETE FROM alarm_band WHERE device = $1",
                "DELETE FROM sta_observation WHERE device = $1",
            ] {
                sqlx::query(statement).bind(text(id)).execute(&mut *connection).await?;
            }
            let revision = raise_revision(connection).await?;
            let _held = turn.commit().await?;
            self.know(revision);
            // What the log still holds of its series goes when it is written anew, and is skipped if it is read
            // before.
            self.hot_mut().remove(id);
            Ok(removed.rows_affected() > 0)
        })
    }
}

impl PostgresStore {
    /// Notes a change of our own, unless another came before it that is not known yet.
    fn know(&self, revision: i64) {
        let _ =
            self.devices_known.compare_exchange(revision - 1, revision, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// Those of some devices that are registered, as they are.
async fn known(
    connection: &mut PgConnection,
    devices: &[Device],
) -> Result<BTreeMap<String, Device>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, kind, name_zh, name_en, east_m, north_m, up_m, object FROM device WHERE id = ANY($1)",
    );
    let rows = rows.bind(column(devices, |device| text(&device.id))).fetch_all(connection).await?;
    rows.iter().map(|row| device_of(row).map(|device| (device.id.clone(), device))).collect()
}

async fn write(connection: &mut PgConnection, devices: &[&Device]) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO device (id, kind, name_zh, name_en, east_m, north_m, up_m, object) \
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], \
         $7::float8[], $8::text[]) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, \
         name_zh = excluded.name_zh, name_en = excluded.name_en, east_m = excluded.east_m, \
         north_m = excluded.north_m, up_m = excluded.up_m, object = excluded.object",
    )
    .bind(column(devices, |device| text(&device.id)))
    .bind(column(devices, |device| text(&device.kind)))
    .bind(column(devices, |device| maybe(device.name.zh.as_ref())))
    .bind(column(devices, |device| maybe(device.name.en.as_ref())))
    .bind(column(devices, |device| device.position.east_m))
    .bind(column(devices, |device| device.position.north_m))
    .bind(column(devices, |device| device.position.up_m))
    .bind(column(devices, |device| maybe(device.object.as_ref())))
    .execute(connection)
    .await?;
    Ok(())
}

async fn raise_revision(connection: &mut PgConnection) -> Result<i64, StoreError> {
    let raised = sqlx::query("UPDATE device_revision SET revision = revision + 1 RETURNING revision");
    Ok(raised.fetch_one(connection).await?.try_get(0)?)
}

fn device_of(row: &PgRow) -> Result<Device, StoreError> {
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
