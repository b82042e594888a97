//! Sessions in `PostgreSQL`.

use sqlx::Row;
use time::OffsetDateTime;

use super::audit::digest_of;
use super::people::finish;
use super::{PostgresStore, answer, text};
use crate::domain::audit::{AuditDraft, Digest};
use crate::store::codec::{from_us, to_us};
use crate::store::{Answer, Session, SessionStore};

impl SessionStore for PostgresStore {
    fn add_session<'a>(&'a self, session: &'a Session, audit: &'a AuditDraft) -> Answer<'a, bool> {
        answer(async move {
            let mut transaction = self.change().await?;
            let added = sqlx::query(
                "INSERT INTO user_session (digest, user_id, created_us, seen_us) \
                 SELECT $1, id, $3, $4 FROM app_user WHERE id = $2 AND NOT disabled",
            )
            .bind(&session.digest[..])
            .bind(text(&session.user))
            .bind(to_us(session.created))
            .bind(to_us(session.seen))
            .execute(&mut *transaction)
            .await?;
            if added.rows_affected() == 0 {
                return Ok(false);
            }
            // A new session takes nothing from anyone: other processes need not look.
            super::audit::append(&mut transaction, std::slice::from_ref(audit)).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }

    fn session(&self, digest: Digest) -> Answer<'_, Option<Session>> {
        answer(async move {
            let row = sqlx::query(
                "SELECT digest, user_id, created_us, seen_us FROM user_session WHERE digest = $1",
            )
            .bind(&digest[..])
            .fetch_optional(&self.pool)
            .await?;
            let Some(row) = row else { return Ok(None) };
            Ok(Some(Session {
                digest: digest_of(&row, "digest")?,
                user: row.try_get("user_id")?,
                created: from_us(row.try_get("created_us")?)?,
                seen: from_us(row.try_get("seen_us")?)?,
            }))
        })
    }

    fn touch_session(&self, digest: Digest, seen: OffsetDateTime) -> Answer<'_, ()> {
        answer(async move {
            sqlx::query("UPDATE user_session SET seen_us = greatest(seen_us, $2) WHERE digest = $1")
                .bind(&digest[..])
                .bind(to_us(seen))
                .execute(&self.pool)
                .await?;
            Ok(())
        })
    }

    fn end_session<'a>(&'a self, digest: Digest, audit: &'a AuditDraft) -> Answer<'a, bool> {
        answer(async move {
            let mut transaction = self.change().await?;
            let ended = sqlx::query("DELETE FROM user_session WHERE digest = $1")
                .bind(&digest[..])
                .execute(&mut *transaction)
                .await?;
            if ended.rows_affected() == 0 {
                return Ok(false);
            }
            finish(&mut transaction, audit).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }

    fn drop_sessions(&self, seen_before: OffsetDateTime, created_before: OffsetDateTime) -> Answer<'_, u64> {
        answer(async move {
            let dropped = sqlx::query("DELETE FROM user_session WHERE seen_us < $1 OR created_us < $2")
                .bind(to_us(seen_before))
                .bind(to_us(created_before))
                .execute(&self.pool)
                .await?;
            Ok(dropped.rows_affected())
        })
    }
}
