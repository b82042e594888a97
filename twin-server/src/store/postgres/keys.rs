//! Keys in `PostgreSQL`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::{Date, OffsetDateTime};

use super::audit::digest_of;
use super::people::finish;
use super::{PostgresStore, answer, text};
use crate::domain::audit::AuditDraft;
use crate::domain::keys::{ApiKey, KeyQuota, KeyUse};
use crate::domain::permission::{Grant, Scope};
use crate::store::codec::{day_of, days, from_us, json, parsed, role_of, to_us};
use crate::store::{Answer, KeyStore, StoreError};

impl KeyStore for PostgresStore {
    fn keys(&self) -> Answer<'_, Vec<ApiKey>> {
        answer(async move {
            let rows = sqlx::query(
                "SELECT id, name, digest, role, zones::text, actions::text, devices::text, per_minute, per_day, \
                 issuer, created_us, expires_us, revoked_us FROM api_key ORDER BY created_us, id",
            )
            .fetch_all(&self.pool)
            .await?;
            // A key that cannot be read is not taken; the others must be.
            Ok(rows.iter().filter_map(|row| key_of(row).inspect_err(left_out).ok()).collect())
        })
    }

    fn add_key<'a>(&'a self, key: &'a ApiKey, audit: &'a AuditDraft) -> Answer<'a, ()> {
        answer(async move {
            let mut transaction = self.change().await?;
            sqlx::query(
                "INSERT INTO api_key (id, name, digest, role, zones, actions, devices, per_minute, per_day, \
                 issuer, created_us, expires_us, revoked_us) \
                 VALUES ($1, $2, $3, $4, $5::json, $6::json, $7::json, $8, $9, $10, $11, $12, $13)",
            )
            .bind(text(&key.id))
            .bind(text(&key.name))
            .bind(&key.digest[..])
            .bind(key.grant.role.id())
            .bind(list(key.grant.zones.as_ref())?)
            .bind(list(key.scope.actions.as_ref())?)
            .bind(list(key.scope.devices.as_ref())?)
            .bind(key.quota.per_minute.map(i64::from))
            .bind(key.quota.per_day.map(i64::from))
            .bind(text(&key.issuer))
            .bind(to_us(key.created))
            .bind(key.expires.map(to_us))
            .bind(key.revoked.map(to_us))
            .execute(&mut *transaction)
            .await?;
            finish(&mut transaction, audit).await?;
            transaction.commit().await?;
            Ok(())
        })
    }

    fn revoke_key<'a>(&'a self, id: &'a str, at: OffsetDateTime, audit: &'a AuditDraft) -> Answer<'a, bool> {
        answer(async move {
            let mut transaction = self.change().await?;
            let revoked =
                sqlx::query("UPDATE api_key SET revoked_us = $2 WHERE id = $1 AND revoked_us IS NULL")
                    .bind(text(id))
                    .bind(to_us(at))
                    .execute(&mut *transaction)
                    .await?;
            if revoked.rows_affected() == 0 {
                return Ok(false);
            }
            finish(&mut transaction, audit).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }

    fn add_key_uses<'a>(&'a self, uses: &'a [KeyUse]) -> Answer<'a, ()> {
        answer(async move {
            let mut transaction = self.change().await?;
            for each in uses {
                sqlx::query(
                    "INSERT INTO api_key_use AS used (key_id, day, requests, refused, last_us) VALUES ($1, $2, $3, $4, $5) \
                     ON CONFLICT (key_id, day) DO UPDATE SET requests = used.requests + excluded.requests, \
                     refused = used.refused + excluded.refused, last_us = greatest(used.last_us, excluded.last_us)",
                )
                .bind(&each.key)
                .bind(days(each.day))
                .bind(each.requests as i64)
                .bind(each.refused as i64)
                .bind(to_us(each.last))
                .execute(&mut *transaction)
                .await?;
            }
            transaction.commit().await?;
            Ok(())
        })
    }

    fn key_uses(&self, since: Date) -> Answer<'_, Vec<KeyUse>> {
        answer(async move {
            let rows = sqlx::query(
                "SELECT key_id, day, requests, refused, last_us FROM api_key_use WHERE day >= $1 \
                 ORDER BY key_id, day",
            )
            .bind(days(since))
            .fetch_all(&self.pool)
            .await?;
            rows.iter().map(use_of).collect()
        })
    }
}

fn key_of(row: &PgRow) -> Result<ApiKey, StoreError> {
    let role: String = row.try_get("role")?;
    let instant =
        |column| row.try_get::<Option<i64>, _>(column).map_err(StoreError::from)?.map(from_us).transpose();
    // A limit that cannot be read must not become none.
    let quota = |column| {
        let number = row.try_get::<Option<i64>, _>(column)?.map(u32::try_from).transpose();
        number.map_err(|_| StoreError::Content(format!("`{column}` of a key is out of range")))
    };
    Ok(ApiKey {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        digest: digest_of(row, "digest")?,
        grant: Grant {
            role: role_of(&role).ok_or_else(|| StoreError::Content(format!("role `{role}` of a key")))?,
            zones: read_list(row, "zones")?,
        },
        scope: Scope { actions: read_list(row, "actions")?, devices: read_list(row, "devices")? },
        quota: KeyQuota { per_minute: quota("per_minute")?, per_day: quota("per_day")? },
        issuer: row.try_get("issuer")?,
        created: from_us(row.try_get("created_us")?)?,
        expires: instant("expires_us")?,
        revoked: instant("revoked_us")?,
    })
}

fn left_out(error: &StoreError) {
    tracing::error!(%error, "a key cannot be read and is not taken");
}

fn use_of(row: &PgRow) -> Result<KeyUse, StoreError> {
    Ok(KeyUse {
        key: row.try_get("key_id")?,
        day: day_of(row.try_get("day")?)?,
        requests: row.try_get::<i64, _>("requests")? as u64,
        refused: row.try_get::<i64, _>("refused")? as u64,
        last: from_us(row.try_get("last_us")?)?,
    })
}

fn list<T: Serialize>(list: Option<&T>) -> Result<Option<String>, StoreError> {
    list.map(json).transpose()
}

fn read_list<T: DeserializeOwned>(row: &PgRow, column: &str) -> Result<Option<T>, StoreError> {
    let text: Option<String> = row.try_get(column)?;
    // A limit that cannot be read must not become none.
    text.map(|text| parsed(&format!("`{column}` of a key"), &text)).transpose()
}
