//! Contact data in SQLite.

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};
use time::OffsetDateTime;

use super::SqliteStore;
use super::audit::append;
use crate::domain::audit::{AuditDraft, Digest};
use crate::domain::contact::{ContactRow, Sealed, SealedPhone};
use crate::store::codec::to_us;
use crate::store::{Answer, ContactStore, NewCode, Resealed, StoreError};

impl ContactStore for SqliteStore {
    fn phone_of<'a>(&'a self, user: &'a str) -> Answer<'a, Option<Sealed>> {
        Box::pin(async move {
            let query = sqlx::query("SELECT key_id, sealed FROM user_phone WHERE user_id = ?1").bind(user);
            query.fetch_optional(self.reader()).await?.as_ref().map(sealed_of).transpose()
        })
    }

    fn user_of_phone<'a>(&'a self, marks: &'a [Digest]) -> Answer<'a, Option<String>> {
        Box::pin(async move { owner(&mut *self.reader().acquire().await?, marks).await })
    }

    fn put_code<'a>(&'a self, code: &'a NewCode, audit: &'a AuditDraft) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let query = "INSERT OR REPLACE INTO phone_code (mark, purpose, digest, tries, expires_us) \
                 VALUES (?1, ?2, ?3, 0, ?4)";
            let query = sqlx::query(query)
                .bind(&code.mark[..])
                .bind(&code.purpose)
                .bind(&code.digest[..])
                .bind(to_us(code.expires));
            query.execute(&mut *transaction).await?;
            append(&mut transaction, std::slice::from_ref(audit)).await?;
            transaction.commit().await?;
            Ok(())
        })
    }

    fn try_code<'a>(
        &'a self,
        mark: Digest,
        purpose: &'a str,
        digest: Digest,
        now: OffsetDateTime,
        tries: u32,
    ) -> Answer<'a, bool> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let query = "UPDATE phone_code SET tries = tries + 1 \
                 WHERE mark = ?1 AND purpose = ?2 AND expires_us > ?3 AND tries < ?4";
            let query = sqlx::query(query).bind(&mark[..]).bind(purpose).bind(to_us(now)).bind(tries);
            let holds = query.execute(&mut *transaction).await?.rows_affected() > 0;
            let query = "DELETE FROM phone_code WHERE mark = ?1 AND purpose = ?2 AND digest = ?3 AND ?4";
            let query = sqlx::query(query).bind(&mark[..]).bind(purpose).bind(&digest[..]).bind(holds);
            let is_right = query.execute(&mut *transaction).await?.rows_affected() > 0;
            transaction.commit().await?;
            Ok(is_right)
        })
    }

    fn drop_codes(&self, now: OffsetDateTime) -> Answer<'_, u64> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let query = sqlx::query("DELETE FROM phone_code WHERE expires_us <= ?1").bind(to_us(now));
            Ok(query.execute(&mut guard.side()?.connection).await?.rows_affected())
        })
    }

    fn report_contact(&self, id: u64) -> Answer<'_, Option<Sealed>> {
        Box::pin(async move {
            let query = sqlx::query("SELECT key_id, sealed FROM report_contact WHERE report = ?1");
            let row = query.bind(id as i64).fetch_optional(self.reader()).await?;
            row.as_ref().map(sealed_of).transpose()
        })
    }

    fn reports_with_contact(&self) -> Answer<'_, Vec<u64>> {
        Box::pin(async move {
            let rows = sqlx::query("SELECT report FROM report_contact ORDER BY report");
            let rows = rows.fetch_all(self.reader()).await?;
            rows.iter().map(|row| Ok(row.try_get::<i64, _>(0)? as u64)).collect()
        })
    }

    fn drop_report_contacts<'a>(&'a self, ids: &'a [u64], audit: &'a [AuditDraft]) -> Answer<'a, u64> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let mut dropped = 0;
            for id in ids {
                let query = sqlx::query("DELETE FROM report_contact WHERE report = ?1").bind(*id as i64);
                dropped += query.execute(&mut *transaction).await?.rows_affected();
            }
            if dropped > 0 {
                append(&mut transaction, audit).await?;
                transaction.commit().await?;
            }
            Ok(dropped)
        })
    }

    fn sealed_otherwise<'a>(&'a self, key: &'a str) -> Answer<'a, Vec<(ContactRow, Sealed)>> {
        Box::pin(async move {
            let mut all = Vec::new();
            let users = sqlx::query("SELECT key_id, sealed, user_id FROM user_phone WHERE key_id <> ?1");
            for row in users.bind(key).fetch_all(self.reader()).await? {
                all.push((ContactRow::User(row.try_get(2)?), sealed_of(&row)?));
            }
            let reports = sqlx::query("SELECT key_id, sealed, report FROM report_contact WHERE key_id <> ?1");
            for row in reports.bind(key).fetch_all(self.reader()).await? {
                all.push((ContactRow::Report(row.try_get::<i64, _>(2)? as u64), sealed_of(&row)?));
            }
            Ok(all)
        })
    }

    fn reseal<'a>(&'a self, anew: &'a [Resealed]) -> Answer<'a, u64> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let mut done = 0;
            for Resealed { row, before, after, mark } in anew {
                let query = match row {
                    ContactRow::User(id) => sqlx::query(
                        "UPDATE user_phone SET key_id = ?2, sealed = ?3, mark = coalesce(?5, mark) \
                         WHERE user_id = ?1 AND sealed = ?4",
                    )
                    .bind(id),
                    ContactRow::Report(id) => sqlx::query(
                        "UPDATE report_contact SET key_id = ?2, sealed = ?3 \
                         WHERE report = ?1 AND sealed = ?4 AND ?5 IS NULL",
                    )
                    .bind(*id as i64),
                };
                let query = query.bind(&after.key).bind(after.data.as_slice()).bind(before.data.as_slice());
                let query = query.bind(mark.as_ref().map(|mark| &mark[..]));
                done += query.execute(&mut *transaction).await?.rows_affected();
            }
            transaction.commit().await?;
            Ok(done)
        })
    }
}

/// The user whose number is found by one of these.
pub(super) async fn owner(
    connection: &mut SqliteConnection,
    marks: &[Digest],
) -> Result<Option<String>, StoreError> {
    for mark in marks {
        let query = sqlx::query("SELECT user_id FROM user_phone WHERE mark = ?1").bind(&mark[..]);
        if let Some(row) = query.fetch_optional(&mut *connection).await? {
            return Ok(Some(row.try_get(0)?));
        }
    }
    Ok(None)
}

/// Keeps a user's number in the place of an earlier one.
pub(super) async fn put_phone(
    connection: &mut SqliteConnection,
    user: &str,
    SealedPhone { marks, sealed }: &SealedPhone,
) -> Result<(), StoreError> {
    let query = "INSERT INTO user_phone (user_id, mark, key_id, sealed) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (user_id) DO UPDATE \
         SET mark = excluded.mark, key_id = excluded.key_id, sealed = excluded.sealed";
    let query = sqlx::query(query)
        .bind(user)
        .bind(marks.first().map(|mark| &mark[..]))
        .bind(&sealed.key)
        .bind(sealed.data.as_slice());
    query.execute(connection).await?;
    Ok(())
}

/// Deletes a user's number, the codes by which they were about to attach one, and that they want messages to it; whether
/// there was a number.
pub(super) async fn drop_phone(connection: &mut SqliteConnection, user: &str) -> Result<bool, StoreError> {
    let query = "DELETE FROM phone_code WHERE purpose = 'attach:' || ?1 \
         OR mark IN (SELECT mark FROM user_phone WHERE user_id = ?1)";
    sqlx::query(query).bind(user).execute(&mut *connection).await?;
    let query = sqlx::query("DELETE FROM message_choice WHERE user_id = ?1").bind(user);
    query.execute(&mut *connection).await?;
    let query = sqlx::query("DELETE FROM user_phone WHERE user_id = ?1").bind(user);
    Ok(query.execute(connection).await?.rows_affected() > 0)
}

/// Keeps whom to call about a report.
pub(super) async fn put_report_contact(
    connection: &mut SqliteConnection,
    report: u64,
    contact: &Sealed,
) -> Result<(), StoreError> {
    let query = "INSERT INTO report_contact (report, key_id, sealed) VALUES (?1, ?2, ?3)";
    let query = sqlx::query(query).bind(report as i64).bind(&contact.key).bind(contact.data.as_slice());
    query.execute(connection).await?;
    Ok(())
}

fn sealed_of(row: &SqliteRow) -> Result<Sealed, StoreError> {
    Ok(Sealed { key: row.try_get("key_id")?, data: row.try_get("sealed")? })
}
