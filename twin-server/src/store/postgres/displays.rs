//! Displays of command centres in `PostgreSQL`.

use sqlx::Row;
use sqlx::postgres::PgRow;
use twin_schemas::displays::Display;

use super::audit::append;
use super::{PostgresStore, answer, text};
use crate::domain::audit::AuditDraft;
use crate::domain::display::Kept;
use crate::store::codec::{from_us, json, parsed, to_us};
use crate::store::{Answer, DisplayMarks, DisplayStore, StoreError};

impl DisplayStore for PostgresStore {
    fn displays(&self) -> Answer<'_, Vec<Kept>> {
        answer(async move {
            let rows = sqlx::query(
                "SELECT id, version, data::text, state::text, changed_us, changed_by FROM display ORDER BY id",
            );
            rows.fetch_all(&self.pool).await?.iter().map(kept_of).collect()
        })
    }

    fn display_marks(&self) -> Answer<'_, DisplayMarks> {
        answer(async move {
            let rows = sqlx::query("SELECT id, version, changed_us FROM display");
            let mark = |row: &PgRow| Ok((row.try_get(0)?, (version_of(row)?, from_us(row.try_get(2)?)?)));
            rows.fetch_all(&self.pool).await?.iter().map(mark).collect()
        })
    }

    fn put_display<'a>(&'a self, kept: &'a Kept, audit: &'a AuditDraft) -> Answer<'a, bool> {
        answer(async move {
            let Display { id, content, state, version, changed_at, changed_by } = kept.for_store();
            let mut transaction = self.change().await?;
            let query = sqlx::query(match version {
                1 => {
                    "INSERT INTO display (id, version, data, state, changed_us, changed_by) \
                     VALUES ($1, $2, $3::json, $4::json, $5, $6) ON CONFLICT (id) DO NOTHING"
                }
                _ => {
                    "UPDATE display SET version = $2, data = $3::json, state = $4::json, changed_us = $5, \
                     changed_by = $6 WHERE id = $1 AND version = $2 - 1"
                }
            })
            .bind(text(id))
            .bind(i64::from(*version))
            .bind(json(content)?)
            .bind(json(state)?)
            .bind(to_us(*changed_at))
            .bind(text(changed_by));
            if query.execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(false);
            }
            append(&mut transaction, std::slice::from_ref(audit)).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }

    fn remove_display<'a>(&'a self, kept: &'a Kept, audit: &'a AuditDraft) -> Answer<'a, bool> {
        answer(async move {
            let (version, changed_at) = kept.mark();
            let mut transaction = self.change().await?;
            let query = sqlx::query("DELETE FROM display WHERE id = $1 AND version = $2 AND changed_us = $3")
                .bind(text(kept.id()))
                .bind(i64::from(version))
                .bind(to_us(changed_at));
            if query.execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(false);
            }
            append(&mut transaction, std::slice::from_ref(audit)).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }
}

fn kept_of(row: &PgRow) -> Result<Kept, StoreError> {
    Ok(Kept::stored(Display {
        id: row.try_get("id")?,
        content: parsed("display", row.try_get("data")?)?,
        state: parsed("state of a display", row.try_get("state")?)?,
        version: version_of(row)?,
        changed_at: from_us(row.try_get("changed_us")?)?,
        changed_by: row.try_get("changed_by")?,
    }))
}

fn version_of(row: &PgRow) -> Result<u32, StoreError> {
    let version: i64 = row.try_get("version")?;
    u32::try_from(version).map_err(|_| StoreError::Content(format!("version {version} of a display")))
}
