//! Webhooks and the events that wait for them in `PostgreSQL`.

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::{PostgresStore, answer, connect, text};
use crate::domain::webhook::{Failure, Outgoing, Progress};
use crate::store::codec::{json, parsed};
use crate::store::webhooks::FAILURES_KEPT;
use crate::store::{Answer, StoreError, StoredWebhook, WebhookStore};

impl WebhookStore for PostgresStore {
    fn webhooks(&self) -> Answer<'_, Vec<StoredWebhook>> {
        answer(async move {
            let rows = sqlx::query("SELECT data::text, state::text, secret, cursor FROM webhook ORDER BY id");
            rows.fetch_all(&self.pool).await?.iter().map(stored).collect()
        })
    }

    fn put_webhook<'a>(&'a self, stored: &'a StoredWebhook) -> Answer<'a, ()> {
        answer(async move {
            sqlx::query(
                "INSERT INTO webhook (id, data, state, secret, cursor) \
                 VALUES ($1, $2::json, $3::json, $4, $5) \
                 ON CONFLICT (id) DO UPDATE SET data = excluded.data, state = excluded.state, \
                 secret = excluded.secret, cursor = excluded.cursor",
            )
            .bind(text(&stored.hook.id))
            .bind(json(&stored.hook)?)
            .bind(json(&stored.progress)?)
            .bind(text(&stored.secret))
            .bind(stored.cursor as i64)
            .execute(&self.pool)
            .await?;
            Ok(())
        })
    }

    fn remove_webhook<'a>(&'a self, id: &'a str) -> Answer<'a, bool> {
        answer(async move {
            let mut transaction = self.change().await?;
            let removed = sqlx::query("DELETE FROM webhook WHERE id = $1").bind(text(id));
            let removed = removed.execute(&mut *transaction).await?.rows_affected() > 0;
            let failures = sqlx::query("DELETE FROM webhook_failure WHERE webhook = $1").bind(text(id));
            failures.execute(&mut *transaction).await?;
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
        answer(async move {
            let mut transaction = self.change().await?;
            let changed = sqlx::query("UPDATE webhook SET state = $2::json, cursor = $3 WHERE id = $1")
                .bind(text(id))
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
        answer(async move {
            let rows = sqlx::query(
                "SELECT data::text FROM webhook_failure WHERE webhook = $1 ORDER BY event DESC LIMIT $2",
            );
            let rows = rows.bind(text(id)).bind(i64::from(limit)).fetch_all(&self.pool).await?;
            rows.iter().map(|row| parsed("failure of a webhook", row.try_get(0)?)).collect()
        })
    }

    fn add_outgoing<'a>(&'a self, events: &'a [Outgoing]) -> Answer<'a, ()> {
        answer(async move {
            let mut turn = self.turn().await?;
            write_outgoing(turn.connection()?, events).await?;
            turn.commit().await.map(drop)
        })
    }

    fn outgoing(&self, after: u64, limit: u32) -> Answer<'_, Vec<(u64, Outgoing)>> {
        answer(async move {
            let rows =
                sqlx::query("SELECT id, data::text FROM outgoing_event WHERE id > $1 ORDER BY id LIMIT $2");
            let rows = rows.bind(after as i64).bind(i64::from(limit)).fetch_all(&self.pool).await?;
            let event =
                |row: &PgRow| Ok((row.try_get::<i64, _>(0)? as u64, parsed("event", row.try_get(1)?)?));
            rows.iter().map(event).collect()
        })
    }

    fn last_outgoing(&self) -> Answer<'_, u64> {
        answer(async move {
            // The counter, for the events themselves may be gone.
            let counter = sqlx::query(
                "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM outgoing_event_id_seq",
            );
            let row = counter.fetch_one(&self.pool).await?;
            Ok(row.try_get::<i64, _>(0)? as u64)
        })
    }

    fn forget_outgoing(&self, up_to: u64) -> Answer<'_, u64> {
        answer(async move {
            let query = sqlx::query("DELETE FROM outgoing_event WHERE id <= $1").bind(up_to as i64);
            Ok(query.execute(&self.pool).await?.rows_affected())
        })
    }
}

/// Writes events in the transaction of what they tell of, last of all: numbers are given here, and whoever comes next waits
/// until this transaction is over. Otherwise a webhook could see a later number before an earlier one, and never go back.
pub(super) async fn write_outgoing(
    connection: &mut PgConnection,
    events: &[Outgoing],
) -> Result<(), StoreError> {
    if !events.is_empty() {
        connect::line_up_events(connection).await?;
    }
    for event in events {
        let query = sqlx::query("INSERT INTO outgoing_event (data) VALUES ($1::json)").bind(json(event)?);
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn add_failure(connection: &mut PgConnection, id: &str, failure: &Failure) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO webhook_failure (webhook, event, data) VALUES ($1, $2, $3::json) \
         ON CONFLICT (webhook, event) DO UPDATE SET data = excluded.data",
    )
    .bind(text(id))
    .bind(failure.event as i64)
    .bind(json(failure)?)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM webhook_failure WHERE webhook = $1 AND event NOT IN \
         (SELECT event FROM webhook_failure WHERE webhook = $1 ORDER BY event DESC LIMIT $2)",
    )
    .bind(text(id))
    .bind(FAILURES_KEPT)
    .execute(connection)
    .await?;
    Ok(())
}

fn stored(row: &PgRow) -> Result<StoredWebhook, StoreError> {
    Ok(StoredWebhook {
        hook: parsed("webhook", row.try_get(0)?)?,
        progress: parsed("webhook", row.try_get(1)?)?,
        secret: row.try_get(2)?,
        cursor: row.try_get::<i64, _>(3)? as u64,
    })
}
