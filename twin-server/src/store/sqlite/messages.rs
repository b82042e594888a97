//! Messages to residents in SQLite, and what follows from a change.

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};
use time::OffsetDateTime;

use super::SqliteStore;
use super::audit::append;
use super::webhooks::write_outgoing;
use crate::domain::audit::AuditDraft;
use crate::domain::cycle::Word;
use crate::domain::message::{MessageChoice, MessageProgress, NewMessage};
use crate::store::codec::{json, parsed, to_us};
use crate::store::{Answer, MessageState, MessageStore, StoreError, StoredMessage, Tidings};

impl MessageStore for SqliteStore {
    fn message_choice<'a>(&'a self, user: &'a str) -> Answer<'a, Option<MessageChoice>> {
        Box::pin(async move {
            let row = sqlx::query(
                "SELECT data FROM message_choice JOIN app_user ON id = user_id \
                 WHERE user_id = ?1 AND NOT disabled",
            )
            .bind(user);
            let row = row.fetch_optional(self.reader()).await?;
            row.map(|row| parsed("choice of messages", row.try_get(0)?)).transpose()
        })
    }

    fn put_message_choice<'a>(
        &'a self,
        user: &'a str,
        choice: Option<MessageChoice>,
        audit: &'a AuditDraft,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            if let Some(choice) = choice {
                let query = "INSERT INTO message_choice (user_id, data) VALUES (?1, ?2) \
                         ON CONFLICT (user_id) DO UPDATE SET data = excluded.data";
                sqlx::query(query).bind(user).bind(json(&choice)?).execute(&mut *transaction).await?;
            } else {
                let query = sqlx::query("DELETE FROM message_choice WHERE user_id = ?1").bind(user);
                query.execute(&mut *transaction).await?;
            }
            append(&mut transaction, std::slice::from_ref(audit)).await?;
            transaction.commit().await?;
            Ok(())
        })
    }

    fn due_messages(&self, now: OffsetDateTime, limit: u32) -> Answer<'_, Vec<StoredMessage>> {
        Box::pin(async move {
            let rows = sqlx::query(
                "SELECT id, data, progress FROM (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY due_us, id) \
                 AS turn FROM message WHERE due_us <= ?1) ORDER BY turn, due_us, id LIMIT ?2",
            );
            let rows = rows.bind(to_us(now)).bind(limit).fetch_all(self.reader()).await?;
            rows.iter().map(stored_of).collect()
        })
    }

    fn messages_sent<'a>(&'a self, user: &'a str, after: OffsetDateTime) -> Answer<'a, u64> {
        Box::pin(async move {
            let row = sqlx::query(
                "SELECT count(*) FROM message WHERE user_id = ?1 AND ended = 'sent' AND ended_us > ?2",
            );
            let row = row.bind(user).bind(to_us(after)).fetch_one(self.reader()).await?;
            Ok(row.try_get::<i64, _>(0)? as u64)
        })
    }

    fn note_message<'a>(&'a self, id: u64, progress: &'a MessageProgress) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let query =
                "UPDATE message SET progress = ?2, due_us = ?3, ended = ?4, ended_us = ?5 WHERE id = ?1";
            let query = sqlx::query(query)
                .bind(id as i64)
                .bind(json(progress)?)
                .bind(progress.next_try.map(to_us))
                .bind(progress.end.map(Word::id))
                .bind(progress.ended_at.map(to_us));
            query.execute(&mut guard.side()?.connection).await?;
            Ok(())
        })
    }

    fn messages(
        &self,
        state: Option<MessageState>,
        before: Option<u64>,
        limit: u32,
    ) -> Answer<'_, Vec<StoredMessage>> {
        Box::pin(async move {
            let (any, ended) = MessageState::split(state);
            let rows = sqlx::query(
                "SELECT id, data, progress FROM message WHERE (?1 OR ended IS ?2) AND id < ?3 \
                 ORDER BY id DESC LIMIT ?4",
            );
            let before = before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
            let rows = rows.bind(any).bind(ended).bind(before).bind(limit);
            rows.fetch_all(self.reader()).await?.iter().map(stored_of).collect()
        })
    }

    fn drop_messages(&self, before: OffsetDateTime) -> Answer<'_, u64> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let query = sqlx::query("DELETE FROM message WHERE ended_us < ?1").bind(to_us(before));
            Ok(query.execute(&mut guard.side()?.connection).await?.rows_affected())
        })
    }
}

/// Writes what follows from a change, in its transaction.
pub(super) async fn tell(
    connection: &mut SqliteConnection,
    Tidings { events, messages }: &Tidings,
) -> Result<(), StoreError> {
    for message in messages {
        let NewMessage { user, at, .. } = message;
        let query = "INSERT INTO message (user_id, data, progress, due_us) SELECT user_id, ?2, ?3, ?4 \
             FROM message_choice WHERE user_id = ?1";
        let query = sqlx::query(query).bind(user).bind(json(message)?);
        let query = query.bind(json(&MessageProgress::default())?).bind(to_us(*at));
        query.execute(&mut *connection).await?;
    }
    write_outgoing(connection, events).await
}

/// Deletes the messages to a user.
pub(super) async fn drop_of(connection: &mut SqliteConnection, user: &str) -> Result<(), StoreError> {
    let query = sqlx::query("DELETE FROM message WHERE user_id = ?1").bind(user);
    query.execute(connection).await?;
    Ok(())
}

fn stored_of(row: &SqliteRow) -> Result<StoredMessage, StoreError> {
    Ok(StoredMessage {
        id: row.try_get::<i64, _>(0)? as u64,
        message: parsed("message", row.try_get(1)?)?,
        progress: parsed("message", row.try_get(2)?)?,
    })
}
