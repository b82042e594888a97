//! The audit log in `PostgreSQL`. The place and digest of the last entry are read in the transaction that
//! appends, so that several processes write one chain.

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::{PostgresStore, answer, maybe, text};
use crate::domain::audit::{AuditDraft, AuditEntry, Chain, Digest};
use crate::store::codec::{self, from_us, outcome_of, to_us};
use crate::store::{Answer, AuditQuery, AuditStore, StoreError};

impl AuditStore for PostgresStore {
    fn audit<'a>(&'a self, drafts: &'a [AuditDraft]) -> Answer<'a, ()> {
        answer(async move {
            let mut transaction = self.change().await?;
            append(&mut transaction, drafts).await?;
            transaction.commit().await?;
            Ok(())
        })
    }

    fn audit_before<'a>(&'a self, before: i64, query: &'a AuditQuery) -> Answer<'a, Vec<AuditEntry>> {
        answer(async move {
            let rows = sqlx::query(
                "SELECT seq, at_us, actor, action, object, outcome, detail, request, previous, digest FROM audit \
                 WHERE seq < $1 AND ($2 IS NULL OR actor = $2) AND ($3 IS NULL OR action = $3) \
                 AND ($4 IS NULL OR object = $4) AND ($5 IS NULL OR at_us >= $5) AND ($6 IS NULL OR at_us <= $6) \
                 ORDER BY seq DESC LIMIT $7",
            )
            .bind(before)
            .bind(maybe(query.actor.as_ref()))
            .bind(maybe(query.action.as_ref()))
            .bind(maybe(query.object.as_ref()))
            .bind(query.from.map(to_us))
            .bind(query.to.map(to_us))
            .bind(i64::from(query.limit))
            .fetch_all(&self.pool)
            .await?;
            rows.iter().map(entry_of).collect()
        })
    }

    fn audit_after<'a>(&'a self, after: i64, query: &'a AuditQuery) -> Answer<'a, Vec<AuditEntry>> {
        answer(async move {
            let rows = sqlx::query(
                "SELECT seq, at_us, actor, action, object, outcome, detail, request, previous, digest FROM audit \
                 WHERE seq > $1 AND ($2 IS NULL OR actor = $2) AND ($3 IS NULL OR action = $3) \
                 AND ($4 IS NULL OR object = $4) AND ($5 IS NULL OR at_us >= $5) AND ($6 IS NULL OR at_us <= $6) \
                 ORDER BY seq LIMIT $7",
            )
            .bind(after)
            .bind(maybe(query.actor.as_ref()))
            .bind(maybe(query.action.as_ref()))
            .bind(maybe(query.object.as_ref()))
            .bind(query.from.map(to_us))
            .bind(query.to.map(to_us))
            .bind(i64::from(query.limit))
            .fetch_all(&self.pool)
            .await?;
            rows.iter().map(entry_of).collect()
        })
    }
}

/// Appends within a transaction, which makes the entries one with the change that they tell of.
pub(super) async fn append(connection: &mut PgConnection, drafts: &[AuditDraft]) -> Result<(), StoreError> {
    let last = sqlx::query("SELECT seq, digest FROM audit ORDER BY seq DESC LIMIT 1")
        .fetch_optional(&mut *connection)
        .await?;
    let mut chain = match last {
        Some(row) => Chain { seq: row.try_get("seq")?, head: digest_of(&row, "digest")? },
        None => Chain::default(),
    };
    for draft in drafts {
        let entry = chain.append(storable(draft));
        sqlx::query(
            "INSERT INTO audit (seq, at_us, actor, action, object, outcome, detail, request, previous, digest) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
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

/// An entry that comes back as it is digested.
fn storable(draft: &AuditDraft) -> AuditDraft {
    AuditDraft {
        actor: text(&draft.actor).into_owned(),
        action: text(&draft.action).into_owned(),
        object: text(&draft.object).into_owned(),
        detail: text(&draft.detail).into_owned(),
        request: text(&draft.request).into_owned(),
        ..draft.clone()
    }
}

fn entry_of(row: &PgRow) -> Result<AuditEntry, StoreError> {
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
pub(super) fn digest_of(row: &PgRow, column: &str) -> Result<Digest, StoreError> {
    codec::digest_of(column, row.try_get(column)?)
}
