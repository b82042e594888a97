//! Versions of alarm rules.

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};
use twin_schemas::alarm::{AlarmRule, AlarmRuleView};

use super::super::SqliteStore;
use super::data_of;
use crate::store::codec::{from_us, json, to_us};
use crate::store::{Edit, StoreError};

pub(super) async fn all(store: &SqliteStore) -> Result<Vec<AlarmRuleView>, StoreError> {
    // With `max`, the other columns are those of its row (SQLite, "bare columns in an aggregate query").
    let rows = sqlx::query(
        "SELECT max(version) AS version, data, changed_us, changed_by, deleted FROM alarm_rule \
         GROUP BY id HAVING deleted = 0 ORDER BY id",
    );
    rows.fetch_all(store.reader()).await?.iter().map(view_of).collect()
}

pub(super) async fn versions(store: &SqliteStore, id: &str) -> Result<Vec<AlarmRuleView>, StoreError> {
    let rows = sqlx::query(
        "SELECT version, data, changed_us, changed_by, deleted FROM alarm_rule WHERE id = ?1 \
         ORDER BY version DESC",
    );
    rows.bind(id).fetch_all(store.reader()).await?.iter().map(view_of).collect()
}

pub(super) async fn put(store: &SqliteStore, rule: &AlarmRule, edit: &Edit) -> Result<u32, StoreError> {
    let mut guard = store.writer().await?;
    let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
    let version = insert(&mut transaction, rule, edit, false).await?;
    transaction.commit().await?;
    Ok(version)
}

pub(super) async fn remove(store: &SqliteStore, id: &str, edit: &Edit) -> Result<bool, StoreError> {
    let mut guard = store.writer().await?;
    let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
    let last =
        sqlx::query("SELECT data, deleted FROM alarm_rule WHERE id = ?1 ORDER BY version DESC LIMIT 1")
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await?;
    let Some(last) = last.filter(|row| matches!(row.try_get::<i64, _>("deleted"), Ok(0))) else {
        return Ok(false);
    };
    insert(&mut transaction, &data_of(&last)?, edit, true).await?;
    transaction.commit().await?;
    Ok(true)
}

pub(super) async fn seed(store: &SqliteStore, rules: &[AlarmRule], edit: &Edit) -> Result<bool, StoreError> {
    let mut guard = store.writer().await?;
    let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
    let any = sqlx::query("SELECT 1 FROM alarm_rule LIMIT 1").fetch_optional(&mut *transaction).await?;
    if any.is_some() {
        return Ok(false);
    }
    for rule in rules {
        insert(&mut transaction, rule, edit, false).await?;
    }
    transaction.commit().await?;
    Ok(true)
}

async fn insert(
    connection: &mut SqliteConnection,
    rule: &AlarmRule,
    edit: &Edit,
    deleted: bool,
) -> Result<u32, StoreError> {
    let last = sqlx::query("SELECT max(version) FROM alarm_rule WHERE id = ?1").bind(&rule.id);
    let last: Option<u32> = last.fetch_one(&mut *connection).await?.try_get(0)?;
    let version = last.unwrap_or(0) + 1;
    sqlx::query(
        "INSERT INTO alarm_rule (id, version, data, changed_us, changed_by, deleted) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(&rule.id)
    .bind(version)
    .bind(json(rule)?)
    .bind(to_us(edit.at))
    .bind(&edit.by)
    .bind(deleted)
    .execute(connection)
    .await?;
    Ok(version)
}

fn view_of(row: &SqliteRow) -> Result<AlarmRuleView, StoreError> {
    Ok(AlarmRuleView {
        rule: data_of(row)?,
        version: row.try_get("version")?,
        changed_at: from_us(row.try_get("changed_us")?)?,
        changed_by: row.try_get("changed_by")?,
        deleted: row.try_get("deleted")?,
    })
}
