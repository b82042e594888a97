//! The three lists of programming in SQLite.

use serde::de::DeserializeOwned;
use sqlx::{Connection, Row as _};
use twin_schemas::programming::{NeedEntry, ResourceEntry, TaskEntry};

use super::SqliteStore;
use super::audit::append;
use crate::domain::audit::AuditDraft;
use crate::domain::programming::{List, Lists};
use crate::store::programming::{Row, entry_of, put};
use crate::store::{Answer, ProgrammingChange, ProgrammingStore, StoreError};

impl ProgrammingStore for SqliteStore {
    fn programming(&self) -> Answer<'_, Lists> {
        Box::pin(async move {
            let rows = sqlx::query("SELECT list, data FROM programming_item ORDER BY list, id");
            let mut lists = Lists::default();
            for row in rows.fetch_all(self.reader()).await? {
                put(&mut lists, row.try_get(0)?, row.try_get(1)?)?;
            }
            Ok(lists)
        })
    }

    fn change_programming<'a>(
        &'a self,
        changes: &'a [ProgrammingChange],
        audit: &'a [AuditDraft],
    ) -> Answer<'a, bool> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            for ProgrammingChange { step, actor } in changes {
                let Row { list, id, version, item, entry } = Row::of(step)?;
                let query = if version == 1 {
                    "INSERT INTO programming_item (list, id, version, data) VALUES (?1, ?2, ?3, ?4) \
                     ON CONFLICT (list, id) DO NOTHING"
                } else {
                    "UPDATE programming_item SET version = ?3, data = ?4 \
                     WHERE list = ?1 AND id = ?2 AND version = ?3 - 1"
                };
                let query = sqlx::query(query).bind(list).bind(id).bind(version).bind(item);
                if query.execute(&mut *transaction).await?.rows_affected() == 0 {
                    return Ok(false);
                }
                let query = "INSERT INTO programming_entry (list, id, version, actor, data) \
                             VALUES (?1, ?2, ?3, ?4, ?5)";
                let query = sqlx::query(query).bind(list).bind(id).bind(version).bind(actor).bind(entry);
                query.execute(&mut *transaction).await?;
            }
            append(&mut transaction, audit).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }

    fn resource_trail(&self, id: u64, before: u32, limit: u32) -> Answer<'_, Vec<ResourceEntry>> {
        Box::pin(trail(self, List::Resources, id, before, limit))
    }

    fn need_trail(&self, id: u64, before: u32, limit: u32) -> Answer<'_, Vec<NeedEntry>> {
        Box::pin(trail(self, List::Needs, id, before, limit))
    }

    fn task_trail(&self, id: u64, before: u32, limit: u32) -> Answer<'_, Vec<TaskEntry>> {
        Box::pin(trail(self, List::Tasks, id, before, limit))
    }
}

async fn trail<E: DeserializeOwned>(
    store: &SqliteStore,
    list: List,
    id: u64,
    before: u32,
    limit: u32,
) -> Result<Vec<E>, StoreError> {
    let rows = sqlx::query(
        "SELECT data FROM programming_entry WHERE list = ?1 AND id = ?2 AND version < ?3 \
         ORDER BY version DESC LIMIT ?4",
    );
    let rows = rows.bind(list.one()).bind(id as i64).bind(before).bind(limit);
    rows.fetch_all(store.reader()).await?.iter().map(|row| entry_of(row.try_get(0)?)).collect()
}
