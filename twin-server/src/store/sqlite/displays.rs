//! Displays of command centres in SQLite.

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row};
use twin_schemas::displays::Display;

use super::SqliteStore;
use super::audit::append;
use crate::domain::audit::AuditDraft;
use crate::domain::display::Kept;
use crate::store::codec::{from_us, json, parsed, to_us};
use crate::store::{Answer, DisplayMarks, DisplayStore, StoreError};

impl DisplayStore for SqliteStore {
    fn displays(&self) -> Answer<'_, Vec<Kept>> {
        Box::pin(async move {
            let rows = sqlx::query(
                "SELECT id, version, data, state, changed_us, changed_by FROM display ORDER BY id",
            );
            rows.fetch_all(self.reader()).await?.iter().map(kept_of).collect()
        })
    }

    fn display_marks(&self) -> Answer<'_, DisplayMarks> {
        Box::pin(async move {
            let rows = sqlx::query("SELECT id, version, changed_us FROM display");
            let mark = |row: &SqliteRow| Ok((row.try_get(0)?, (row.try_get(1)?, from_us(row.try_get(2)?)?)));
            rows.fetch_all(self.reader()).await?.iter().map(mark).collect()
        })
    }

    fn put_display<'a>(&'a self, kept: &'a Kept, audit: &'a AuditDraft) -> Answer<'a, bool> {
        Box::pin(async move {
            let Display { id, content, state, version, changed_at, changed_by } = kept.for_store();
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let query = sqlx::query(match version {
                1 => {
                    "INSERT INTO display (id, version, data, state, changed_us, changed_by) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING"
                }
                _ => {
                    "UPDATE display SET version = ?2, data = ?3, state = ?4, changed_us = ?5, changed_by = ?6 \
                     WHERE id = ?1 AND version = ?2 - 1"
                }
            })
            .bind(id)
            .bind(version)
            .bind(json(content)?)
            .bind(json(state)?)
            .bind(to_us(*changed_at))
            .bind(changed_by);
            if query.execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(false);
            }
            append(&mut transaction, std::slice::from_ref(audit)).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }

    fn remove_display<'a>(&'a self, kept: &'a Kept, audit: &'a AuditDraft) -> Answer<'a, bool> {
        Box::pin(async move {
            let (version, changed_at) = kept.mark();
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let query = sqlx::query("DELETE FROM display WHERE id = ?1 AND version = ?2 AND changed_us = ?3")
                .bind(kept.id())
                .bind(version)
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

fn kept_of(row: &SqliteRow) -> Result<Kept, StoreError> {
    Ok(Kept::stored(Display {
        id: row.try_get("id")?,
        content: parsed("display", row.try_get("data")?)?,
        state: parsed("state of a display", row.try_get("state")?)?,
        version: row.try_get("version")?,
        changed_at: from_us(row.try_get("changed_us")?)?,
        changed_by: row.try_get("changed_by")?,
    }))
}
