//! The audit log in SQLite. The place and digest of the last entry are read in the transaction that
//! appends, so that several processes write one chain.

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, QueryBuilder, Row, Sqlite, SqliteConnection};

use super::SqliteStore;
use crate::domain::audit::{AuditDraft, AuditEntry, Chain, Digest};
use crate::store::codec::{self, from_us, outcome_of, to_us};
use crate::store::{Answer, AuditQuery, AuditStore, StoreError};

impl AuditStore for SqliteStore {
    fn audit<'a>(&'a self, drafts: &'a [AuditDraft]) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            append(&mut transaction, drafts).await?;
            transaction.commit().await?;
            Ok(())
        })
    }

    fn audit_before<'a>(&'a self, before: i64, query: &'a AuditQuery) -> Answer<'a, Vec<AuditEntry>> {
        Box::pin(self.entries("seq < ", before, query, " ORDER BY seq DESC"))
    }

    fn audit_after<'a>(&'a self, after: i64, query: &'a AuditQuery) -> Answer<'a, Vec<AuditEntry>> {
        Box::pin(self.entries("seq > ", after, query, " ORDER BY seq"))
    }
}

impl SqliteStore {
    async fn entries(
        &self,
        beyond: &str,
        seq: i64,
        query: &AuditQuery,
        order: &str,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let mut statement = statement(beyond, seq, query, order);
        let rows = statement.build().fetch_all(self.reader()).await?;
        rows.iter().map(entry_of).collect()
    }
}

/// The question for entries. It says only what is given: SQLite uses no index for `? IS NULL OR actor = ?`.
fn statement(beyond: &str, seq: i64, query: &AuditQuery, order: &str) -> QueryBuilder<Sqlite> {
    let mut statement = QueryBuilder::new(
        "SELECT seq, at_us, actor, action, object, outcome, detail, request, previous, digest FROM audit WHERE ",
    );
    statement.push(beyond).push_bind(seq);
    let texts = [
        (" AND actor = ", &query.actor),
        (" AND action = ", &query.action),
        (" AND object = ", &query.object),
    ];
    for (condition, text) in texts {
        if let Some(text) = text {
            statement.push(condition).push_bind(text.clone());
        }
    }
    for (condition, at) in [(" AND at_us >= ", query.from), (" AND at_us <= ", query.to)] {
        if let Some(at) = at {
            statement.push(condition).push_bind(to_us(at));
        }
    }
    statement.push(order).push(" LIMIT ").push_bind(query.limit);
    statement
}

/// Appends within a transaction, which makes the entries one with the change that they tell of.
pub(super) async fn append(
    connection: &mut SqliteConnection,
    drafts: &[AuditDraft],
) -> Result<(), StoreError> {
    let last = sqlx::query("SELECT seq, digest FROM audit ORDER BY seq DESC LIMIT 1")
        .fetch_optional(&mut *connection)
        .await?;
    let mut chain = match last {
        Some(row) => Chain { seq: row.try_get("seq")?, head: digest_of(&row, "digest")? },
        None => Chain::default(),
    };
    for draft in drafts {
        let entry = chain.append(draft.clone());
        sqlx::query(
            "INSERT INTO audit (seq, at_us, actor, action, object, outcome, detail, request, previous, digest) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )
        .bind(entry.seq)
        .bind(to_us(entry.what.at))
        .bind(&entry.what.actor)
        .bind(&entry.what.action)
        .bind(&entry.what.object)
        .bind(entry.what.outcome.id())
        .bind(&entry.what.detail)
        .bind(&entry.what.request)
        .bind(&entry.previous[..])
        .bind(&entry.digest[..])
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

fn entry_of(row: &SqliteRow) -> Result<AuditEntry, StoreError> {
    let what = AuditDraft {
        at: from_us(row.try_get("at_us")?)?,
        actor: row.try_get("actor")?,
        action: row.try_get("action")?,
        object: row.try_get("object")?,
        outcome: outcome_of(row.try_get("outcome")?)?,
        detail: row.try_get("detail")?,
        request: row.try_get("request")?,
    };
    Ok(AuditEntry {
        seq: row.try_get("seq")?,
        what,
        previous: digest_of(row, "previous")?,
        digest: digest_of(row, "digest")?,
    })
}

/// A stored digest.
pub(super) fn digest_of(row: &SqliteRow, column: &str) -> Result<Digest, StoreError> {
    codec::digest_of(column, row.try_get(column)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_entries_of_an_actor_and_of_an_object_are_found_by_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let file = format!("sqlite:{}/twin.db", folder.path().display());
        let store = SqliteStore::open(&file).await.unwrap();
        for (actor, object, index) in [(Some("a"), None, "audit_actor"), (None, Some("o"), "audit_object")] {
            let text = |text: Option<&str>| text.map(str::to_owned);
            let query =
                AuditQuery { actor: text(actor), object: text(object), limit: 5, ..AuditQuery::default() };
            let asked = statement("seq < ", i64::MAX, &query, " ORDER BY seq DESC").into_sql();
            let rows = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", asked.as_str())))
                .fetch_all(store.reader())
                .await
                .unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
            assert!(plan[0].contains(index), "{plan:?}");
        }
    }
}
