//! Webhooks and the events that wait for them in SQLite.

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};

use super::SqliteStore;
use crate::domain::webhook::{Failure, Outgoing, Progress};
use crate::store::codec::{json, parsed};
use crate::store::webhooks::FAILURES_KEPT;
use crate::store::{Answer, StoreError, StoredWebhook, WebhookStore};

impl WebhookStore for SqliteStore {
    fn webhooks(&self) -> Answer<'_, Vec<StoredWebhook>> {
        Box::pin(async move {
            let rows = sqlx::query("SELECT data, state, secret, cursor FROM webhook ORDER BY id");
            rows.fetch_all(self.reader()).await?.iter().map(stored).collect()
        })
    }

    fn put_webhook<'a>(&'a self, stored: &'a StoredWebhook) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            sqlx::query(
                "INSERT INTO webhook (id, data, state, secret, cursor) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT (id) DO UPDATE SET data = excluded.data, state = excluded.state, \
                 secret = excluded.secret, cursor = excluded.cursor",
            )
            .bind(&stored.hook.id)
            .bind(json(&stored.hook)?)
            .bind(json(&stored.progress)?)
            .bind(&stored.secret)
            .bind(stored.cursor as i64)
            .execute(&mut guard.side()?.connection)
            .await?;
            Ok(())
        })
    }

    fn remove_webhook<'a>(&'a self, id: &'a str) -> Answer<'a, bool> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let removed = sqlx::query("DELETE FROM webhook WHERE id = ?1");
            let removed = removed.bind(id).execute(&mut *transaction).await?.rows_affected() > 0;
            let failures = sqlx::query("DELETE FROM webhook_failure WHERE webhook = ?1");
            failures.bind(id).execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(removed)
        })
    }

    fn note_delivery<'a>(
        &'a self,
        id: &'a str,
        cursor: u64,
        progress: &'a Progress,
        failure: Option<&'a Failure>,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let changed = sqlx::query("UPDATE webhook SET state = ?2, cursor = ?3 WHERE id = ?1")
                .bind(id)
                .bind(json(progress)?)
                .bind(cursor as i64)
                .execute(&mut *transaction)
                .await?;
            if let (Some(failure), true) = (failure, changed.rows_affected() > 0) {
                add_failure(&mut transaction, id, failure).await?;
            }
            transaction.commit().await?;
            Ok(())
        })
    }

    fn webhook_failures<'a>(&'a self, id: &'a str, limit: u32) -> Answer<'a, Vec<Failure>> {
        Box::pin(async move {
            let rows = sqlx::query(
                "SELECT data FROM webhook_failure WHERE webhook = ?1 ORDER BY event DESC LIMIT ?2",
            );
            let rows = rows.bind(id).bind(limit).fetch_all(self.reader()).await?;
            rows.iter().map(|row| parsed("failure of a webhook", row.try_get(0)?)).collect()
        })
    }

    fn add_outgoing<'a>(&'a self, events: &'a [Outgoing]) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            write_outgoing(&mut transaction, events).await?;
            transaction.commit().await?;
            Ok(())
        })
    }

    fn outgoing(&self, after: u64, limit: u32) -> Answer<'_, Vec<(u64, Outgoing)>> {
        Box::pin(async move {
            let rows = sqlx::query("SELECT id, data FROM outgoing_event WHERE id > ?1 ORDER BY id LIMIT ?2");
            let rows = rows.bind(after as i64).bind(limit).fetch_all(self.reader()).await?;
            let event =
                |row: &SqliteRow| Ok((row.try_get::<i64, _>(0)? as u64, parsed("event", row.try_get(1)?)?));
            rows.iter().map(event).collect()
        })
    }

    fn last_outgoing(&self) -> Answer<'_, u64> {
        Box::pin(async move {
            // The counter, for the events themselves may be gone.
            let row = sqlx::query("SELECT max(seq) FROM sqlite_sequence WHERE name = 'outgoing_event'");
            let row = row.fetch_one(self.reader()).await?;
            Ok(row.try_get::<Option<i64>, _>(0)?.unwrap_or(0) as u64)
        })
    }

    fn forget_outgoing(&self, up_to: u64) -> Answer<'_, u64> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let query = sqlx::query("DELETE FROM outgoing_event WHERE id <= ?1").bind(up_to as i64);
            Ok(query.execute(&mut guard.side()?.connection).await?.rows_affected())
        })
    }
}

/// Writes events in the transaction of what they tell of.
pub(super) async fn write_outgoing(
    connection: &mut SqliteConnection,
    events: &[Outgoing],
) -> Result<(), StoreError> {
    for event in events {
        let query = sqlx::query("INSERT INTO outgoing_event (data) VALUES (?1)").bind(json(event)?);
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn add_failure(
    connection: &mut SqliteConnection,
    id: &str,
    failure: &Failure,
) -> Result<(), StoreError> {
    sqlx::query("INSERT OR REPLACE INTO webhook_failure (webhook, event, data) VALUES (?1, ?2, ?3)")
        .bind(id)
        .bind(failure.event as i64)
        .bind(json(failure)?)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "DELETE FROM webhook_failure WHERE webhook = ?1 AND event NOT IN \
         (SELECT event FROM webhook_failure WHERE webhook = ?1 ORDER BY event DESC LIMIT ?2)",
    )
    .bind(id)
    .bind(FAILURES_KEPT)
    .execute(connection)
    .await?;
    Ok(())
}

fn stored(row: &SqliteRow) -> Result<StoredWebhook, StoreError> {
    Ok(StoredWebhook {
        hook: parsed("webhook", row.try_get(0)?)?,
        progress: parsed("webhook", row.try_get(1)?)?,
        secret: row.try_get(2)?,
        cursor: row.try_get::<i64, _>(3)? as u64,
    })
}
