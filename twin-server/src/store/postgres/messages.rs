//! Messages to residents in `PostgreSQL`, and what follows from a change.

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use time::OffsetDateTime;

use super::audit::append;
use super::webhooks::write_outgoing;
use super::{PostgresStore, answer, text};
use crate::domain::audit::AuditDraft;
use crate::domain::cycle::Word;
use crate::domain::message::{MessageChoice, MessageProgress, NewMessage};
use crate::store::codec::{json, parsed, to_us};
use crate::store::{Answer, MessageState, MessageStore, StoreError, StoredMessage, Tidings};

impl MessageStore for PostgresStore {
    fn message_choice<'a>(&'a self, user: &'a str) -> Answer<'a, Option<MessageChoice>> {
        answer(async move {
            let row = sqlx::query(
                "SELECT data::text FROM message_choice JOIN app_user ON id = user_id \
                 WHERE user_id = $1 AND NOT disabled",
            );
            let row = row.bind(text(user));
            let row = row.fetch_optional(&self.pool).await?;
            row.map(|row| parsed("choice of messages", row.try_get(0)?)).transpose()
        })
    }

    fn put_message_choice<'a>(
        &'a self,
        user: &'a str,
        choice: Option<MessageChoice>,
        audit: &'a AuditDraft,
    ) -> Answer<'a, ()> {
        answer(async move {
            let mut transaction = self.change().await?;
            if let Some(choice) = choice {
                let query = "INSERT INTO message_choice (user_id, data) VALUES ($1, $2::json) \
                         ON CONFLICT (user_id) DO UPDATE SET data = excluded.data";
                sqlx::query(query).bind(text(user)).bind(json(&choice)?).execute(&mut *transaction).await?;
            } else {
                let query = sqlx::query("DELETE FROM message_choice WHERE user_id = $1").bind(text(user));
                query.execute(&mut *transaction).await?;
            }
            append(&mut transaction, std::slice::from_ref(audit)).await?;
            transaction.commit().await?;
            Ok(())
        })
    }

    fn due_messages(&self, now: OffsetDateTime, limit: u32) -> Answer<'_, Vec<StoredMessage>> {
        answer(async move {
            let rows = sqlx::query(
                "SELECT id, data::text, progress::text FROM (SELECT *, row_number() OVER (PARTITION BY user_id \
                 ORDER BY due_us, id) AS turn FROM message WHERE due_us <= $1) AS due ORDER BY turn, due_us, id LIMIT $2",
            );
            let rows = rows.bind(to_us(now)).bind(i64::from(limit)).fetch_all(&self.pool).await?;
            rows.iter().map(stored_of).collect()
        })
    }

    fn messages_sent<'a>(&'a self, user: &'a str, after: OffsetDateTime) -> Answer<'a, u64> {
        answer(async move {
            let row = sqlx::query(
                "SELECT count(*) FROM message WHERE user_id = $1 AND ended = 'sent' AND ended_us > $2",
            );
            let row = row.bind(text(user)).bind(to_us(after)).fetch_one(&self.pool).await?;
            Ok(row.try_get::<i64, _>(0)? as u64)
        })
    }

    fn note_message<'a>(&'a self, id: u64, progress: &'a MessageProgress) -> Answer<'a, ()> {
        answer(async move {
            let query = "UPDATE message SET progress = $2::json, due_us = $3, ended = $4, ended_us = $5 WHERE id = $1";
            let query = sqlx::query(query)
                .bind(id as i64)
                .bind(json(progress)?)
                .bind(progress.next_try.map(to_us))
                .bind(progress.end.map(Word::id))
                .bind(progress.ended_at.map(to_us));
            query.execute(&self.pool).await?;
            Ok(())
        })
    }

    fn messages(
        &self,
        state: Option<MessageState>,
        before: Option<u64>,
        limit: u32,
    ) -> Answer<'_, Vec<StoredMessage>> {
        answer(async move {
            let (any, ended) = MessageState::split(state);
            let rows = sqlx::query(
                "SELECT id, data::text, progress::text FROM message WHERE ($1 OR ended IS NOT DISTINCT FROM $2) AND id < $3 \
                 ORDER BY id DESC LIMIT $4",
            );
            let before = before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
            let rows = rows.bind(any).bind(ended).bind(before).bind(i64::from(limit));
            rows.fetch_all(&self.pool).await?.iter().map(stored_of).collect()
        })
    }

    fn drop_messages(&self, before: OffsetDateTime) -> Answer<'_, u64> {
        answer(async move {
            let query = sqlx::query("DELETE FROM message WHERE ended_us < $1").bind(to_us(before));
            Ok(query.execute(&self.pool).await?.rows_affected())
        })
    }
}

/// Writes what follows from a change, in its transaction.
pub(super) async fn tell(
    connection: &mut PgConnection,
    Tidings { events, messages }: &Tidings,
) -> Result<(), StoreError> {
    for message in messages {
        let NewMessage { user, at, .. } = message;
        let query = "INSERT INTO message (user_id, data, progress, due_us) SELECT user_id, $2::json, $3::json, $4 \
             FROM message_choice WHERE user_id = $1";
        let query = sqlx::query(query).bind(text(user)).bind(json(message)?);
        let query = query.bind(json(&MessageProgress::default())?).bind(to_us(*at));
        query.execute(&mut *connection).await?;
    }
    write_outgoing(connection, events).await
}

/// Deletes the messages to a user.
pub(super) async fn drop_of(connection: &mut PgConnection, user: &str) -> Result<(), StoreError> {
    let query = sqlx::query("DELETE FROM message WHERE user_id = $1").bind(text(user));
    query.execute(connection).await?;
    Ok(())
}

fn stored_of(row: &PgRow) -> Result<StoredMessage, StoreError> {
    Ok(StoredMessage {
        id: row.try_get::<i64, _>(0)? as u64,
        message: parsed("message", row.try_get(1)?)?,
        progress: parsed("message", row.try_get(2)?)?,
    })
}
