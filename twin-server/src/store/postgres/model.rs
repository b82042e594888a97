//! The community model in `PostgreSQL`.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::postgres::PgRow;

use super::{PostgresStore, answer, text};
use crate::domain::edit::Edit;
use crate::store::codec::{self, from_us, json, to_us};
use crate::store::{Answer, ModelBlock, ModelImport, ModelStore, ModelVersion, StoreError};

impl ModelStore for PostgresStore {
    fn model_versions(&self, limit: u32) -> Answer<'_, Vec<ModelVersion>> {
        answer(async move {
            let rows = sqlx::query(
                "SELECT publication, imported_us, added, changed, removed, unchanged FROM model_version \
                 ORDER BY id DESC LIMIT $1",
            )
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await?;
            rows.iter().map(version_of).collect()
        })
    }

    fn model_digests(&self) -> Answer<'_, BTreeMap<String, Vec<u8>>> {
        answer(async move {
            let rows = sqlx::query("SELECT first, digest FROM model_block").fetch_all(&self.pool).await?;
            rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
        })
    }

    fn model_blocks(&self) -> Answer<'_, Vec<ModelBlock>> {
        answer(async move {
            let rows = sqlx::query("SELECT first, digest, data FROM model_block ORDER BY first")
                .fetch_all(&self.pool)
                .await?;
            let block = |row: &PgRow| {
                Ok(ModelBlock { first: row.try_get(0)?, digest: row.try_get(1)?, data: row.try_get(2)? })
            };
            rows.iter().map(block).collect()
        })
    }

    fn import_model<'a>(&'a self, import: &'a ModelImport) -> Answer<'a, ()> {
        answer(async move {
            let mut transaction = self.change().await?;
            for first in &import.remove {
                sqlx::query("DELETE FROM model_block WHERE first = $1")
                    .bind(text(first))
                    .execute(&mut *transaction)
                    .await?;
            }
            for block in &import.put {
                sqlx::query(
                    "INSERT INTO model_block (first, digest, data) VALUES ($1, $2, $3) \
                     ON CONFLICT (first) DO UPDATE SET digest = excluded.digest, data = excluded.data",
                )
                .bind(text(&block.first))
                .bind(&block.digest)
                .bind(&block.data)
                .execute(&mut *transaction)
                .await?;
            }
            let version = &import.version;
            sqlx::query(
                "INSERT INTO model_version (publication, imported_us, added, changed, removed, unchanged) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(&version.publication)
            .bind(to_us(version.imported))
            .bind(version.added as i64)
            .bind(version.changed as i64)
            .bind(version.removed as i64)
            .bind(version.unchanged as i64)
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(())
        })
    }

    fn add_edit<'a>(&'a self, edit: &'a Edit) -> Answer<'a, ()> {
        answer(async move {
            let (before, after) = (edit.before.as_ref().map(json), edit.after.as_ref().map(json));
            sqlx::query(
                "INSERT INTO model_edit (object, number, time_us, actor, action, state_before, state_after) \
                 VALUES ($1, $2, $3, $4, $5::json, $6::json, $7::json)",
            )
            .bind(text(&edit.object))
            .bind(i64::from(edit.number))
            .bind(to_us(edit.time))
            .bind(text(&edit.actor))
            .bind(json(&edit.action)?)
            .bind(before.transpose()?)
            .bind(after.transpose()?)
            .execute(&self.pool)
            .await?;
            Ok(())
        })
    }

    fn newest_edits(&self) -> Answer<'_, Vec<Edit>> {
        answer(async move {
            let rows = sqlx::query(
                "SELECT DISTINCT ON (object) object, number, time_us, actor, action::text, state_before::text, \
                 state_after::text FROM model_edit ORDER BY object, number DESC",
            )
            .fetch_all(&self.pool)
            .await?;
            rows.iter().map(edit_of).collect()
        })
    }

    fn edits<'a>(&'a self, object: &'a str, below: u32, limit: u32) -> Answer<'a, Vec<Edit>> {
        answer(async move {
            let rows = sqlx::query(
                "SELECT object, number, time_us, actor, action::text, state_before::text, state_after::text FROM model_edit \
                 WHERE object = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
            )
            .bind(text(object))
            .bind(i64::from(below))
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await?;
            rows.iter().map(edit_of).collect()
        })
    }
}

fn version_of(row: &PgRow) -> Result<ModelVersion, StoreError> {
    let count = |column: usize| row.try_get::<i64, _>(column).map(|count| count.max(0) as u64);
    Ok(ModelVersion {
        publication: row.try_get(0)?,
        imported: from_us(row.try_get(1)?)?,
        added: count(2)?,
        changed: count(3)?,
        removed: count(4)?,
        unchanged: count(5)?,
    })
}

fn edit_of(row: &PgRow) -> Result<Edit, StoreError> {
    let state = |column: usize| row.try_get::<Option<String>, _>(column);
    Ok(Edit {
        object: row.try_get(0)?,
        number: u32::try_from(row.try_get::<i64, _>(1)?)
            .map_err(|_| StoreError::Content("the number of an edit is out of range".into()))?,
        time: from_us(row.try_get(2)?)?,
        actor: row.try_get(3)?,
        action: parsed(row.try_get(4)?)?,
        before: state(5)?.as_deref().map(parsed).transpose()?,
        after: state(6)?.as_deref().map(parsed).transpose()?,
    })
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    codec::parsed("an edit of the model", text)
}
