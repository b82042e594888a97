//! Versions of alarm rules.

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use twin_schemas::alarm::{AlarmRule, AlarmRuleView};

use super::super::{PostgresStore, maybe, text};
use super::{data_of, version_of};
use crate::store::codec::{from_us, json, to_us};
use crate::store::{Edit, StoreError};

pub(super) async fn all(store: &PostgresStore) -> Result<Vec<AlarmRuleView>, StoreError> {
    let rows = sqlx::query(
        "SELECT version, data::text, changed_us, changed_by, deleted FROM (SELECT DISTINCT ON (id) * \
         FROM alarm_rule ORDER BY id, version DESC) AS newest WHERE NOT deleted ORDER BY id",
    );
    rows.fetch_all(&store.pool).await?.iter().map(view_of).collect()
}

pub(super) async fn versions(store: &PostgresStore, id: &str) -> Result<Vec<AlarmRuleView>, StoreError> {
    let rows = sqlx::query(
        "SELECT version, data::text, changed_us, changed_by, deleted FROM alarm_rule WHERE id = $1 \
         ORDER BY version DESC",
    );
    rows.bind(text(id)).fetch_all(&store.pool).await?.iter().map(view_of).collect()
}

pub(super) async fn put(store: &PostgresStore, rule: &AlarmRule, edit: &Edit) -> Result<u32, StoreError> {
    let mut transaction = store.change().await?;
    let version = insert(&mut transaction, rule, edit, false).await?;
    transaction.commit().await?;
    Ok(version)
}

pub(super) async fn remove(store: &PostgresStore, id: &str, edit: &Edit) -> Result<bool, StoreError> {
    let mut transaction = store.change().await?;
    let last =
        sqlx::query("SELECT data::text, deleted FROM alarm_rule WHERE id = $1 ORDER BY version DESC LIMIT 1")
            .bind(text(id))
            .fetch_optional(&mut *transaction)
            .await?;
    let Some(last) = last.filter(|row| matches!(row.try_get("deleted"), Ok(false))) else {
        return Ok(false);
    };
    insert(&mut transaction, &data_of(&last)?, edit, true).await?;
    transaction.commit().await?;
    Ok(true)
}

pub(super) async fn seed(
    store: &PostgresStore,
    rules: &[AlarmRule],
    edit: &Edit,
) -> Result<bool, StoreError> {
    let mut transaction = store.change().await?;
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
    connection: &mut PgConnection,
    rule: &AlarmRule,
    edit: &Edit,
    deleted: bool,
) -> Result<u32, StoreError> {
    let last = sqlx::query("SELECT max(version) FROM alarm_rule WHERE id = $1").bind(text(&rule.id));
    let last: Option<i64> = last.fetch_one(&mut *connection).await?.try_get(0)?;
    let version = last.unwrap_or(0) + 1;
    sqlx::query(
        "INSERT INTO alarm_rule (id, version, data, changed_us, changed_by, deleted) \
         VALUES ($1, $2, $3::json, $4, $5, $6)",
    )
    .bind(text(&rule.id))
    .bind(version)
    .bind(json(rule)?)
    .bind(to_us(edit.at))
    .bind(maybe(edit.by.as_ref()))
    .bind(deleted)
    .execute(connection)
    .await?;
    version_of(version)
}

fn view_of(row: &PgRow) -> Result<AlarmRuleView, StoreError> {
    Ok(AlarmRuleView {
        rule: data_of(row)?,
        version: version_of(row.try_get("version")?)?,
        changed_at: from_us(row.try_get("changed_us")?)?,
        changed_by: row.try_get("changed_by")?,
        deleted: row.try_get("deleted")?,
    })
}
