//! The three lists of programming in `PostgreSQL`.

use serde::de::DeserializeOwned;
use sqlx::Row as _;
use twin_schemas::programming::{NeedEntry, ResourceEntry, TaskEntry};

use super::audit::append;
use super::{PostgresStore, answer};
use crate::domain::audit::AuditDraft;
use crate::domain::programming::{List, Lists};
use crate::store::programming::{Row, entry_of, put};
use crate::store::{Answer, ProgrammingChange, ProgrammingStore, StoreError};

impl ProgrammingStore for PostgresStore {
    fn programming(&self) -> Answer<'_, Lists> {
        answer(async move {
            let rows = sqlx::query("SELECT list, data::text FROM programming_item ORDER BY list, id");
            let mut lists = Lists::default();
            for row in rows.fetch_all(&self.pool).await? {
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
        answer(async move {
            let mut transaction = self.change().await?;
            for ProgrammingChange { step, actor } in changes {
                let Row { list, id, version, item, entry } = Row::of(step)?;
                let version = i64::from(version);
                let query = if version == 1 {
                    "INSERT INTO programming_item (list, id, version, data) VALUES ($1, $2, $3, $4::json) \
                     ON CONFLICT (list, id) DO NOTHING"
                } else {
                    "UPDATE programming_item SET version = $3, data = $4::json \
                     WHERE list = $1 AND id = $2 AND version = $3 - 1"
                };
                let query = sqlx::query(query).bind(list).bind(id).bind(version).bind(item);
                if query.execute(&mut *transaction).await?.rows_affected() == 0 {
                    return Ok(false);
                }
                let query = "INSERT INTO programming_entry (list, id, version, actor, data) \
                             VALUES ($1, $2, $3, $4, $5::json)";
                let query = sqlx::query(query).bind(list).bind(id).bind(version).bind(actor).bind(entry);
                query.execute(&mut *transaction).await?;
            }
            append(&mut transaction, audit).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }

    fn resource_trail(&self, id: u64, before: u32, limit: u32) -> Answer<'_, Vec<ResourceEntry>> {
        answer(trail(self, List::Resources, id, before, limit))
    }

    fn need_trail(&self, id: u64, before: u32, limit: u32) -> Answer<'_, Vec<NeedEntry>> {
        answer(trail(self, List::Needs, id, before, limit))
    }

    fn task_trail(&self, id: u64, before: u32, limit: u32) -> Answer<'_, Vec<TaskEntry>> {
        answer(trail(self, List::Tasks, id, before, limit))
    }
}

async fn trail<E: DeserializeOwned>(
    store: &PostgresStore,
    list: List,
    id: u64,
    before: u32,
    limit: u32,
) -> Result<Vec<E>, StoreError> {
    let rows = sqlx::query(
        "SELECT data::text FROM programming_entry WHERE list = $1 AND id = $2 AND version < $3 \
         ORDER BY version DESC LIMIT $4",
    );
    let rows = rows.bind(list.one()).bind(id as i64).bind(i64::from(before)).bind(i64::from(limit));
    rows.fetch_all(&store.pool).await?.iter().map(|row| entry_of(row.try_get(0)?)).collect()
}
