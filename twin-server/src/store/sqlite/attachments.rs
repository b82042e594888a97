//! Photographs and voices in SQLite.

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};
use time::OffsetDateTime;
use twin_schemas::reports::ReportVoice;

use super::SqliteStore;
use super::audit::append;
use crate::domain::audit::AuditDraft;
use crate::store::attachments::{AttachmentFacts, AttachmentStore, FileSize, Media, NewAttachment, Sort};
use crate::store::codec::{parsed, to_us, word};
use crate::store::{Answer, StoreError};

/// Takes out of entries of trails what names their voices.
macro_rules! unspoken {
    ($whose:literal) => {
        concat!(
            "UPDATE report_entry SET data = json_remove(data, '$.voice') WHERE ",
            $whose,
            " AND data LIKE '%,\"voice\":{%'"
        )
    };
}

/// A voice has no small file.
const NO_FILE: &[u8] = &[];

impl AttachmentStore for SqliteStore {
    fn add_attachment<'a>(&'a self, new: &'a NewAttachment, most: u32) -> Answer<'a, bool> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let unsent = sqlx::query(
                "SELECT count(*) FROM attachment \
                 WHERE owner = ?1 AND report IS NULL AND project IS NULL AND check_up IS NULL",
            );
            let unsent = unsent.bind(&new.owner).fetch_one(&mut *transaction).await?;
            if unsent.try_get::<i64, _>(0)? >= i64::from(most) {
                return Ok(false);
            }
            let query = sqlx::query(
                "INSERT INTO attachment (id, owner, taken_us, sort, width_px, height_px, format, duration_ms, small, large) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            );
            let query = query.bind(&new.id).bind(&new.owner).bind(to_us(new.at));
            let query = match &new.media {
                Media::Photo { width_px, height_px, small, large } => query
                    .bind(Sort::Photo.word())
                    .bind(*width_px)
                    .bind(*height_px)
                    .bind(None::<String>)
                    .bind(None::<u32>)
                    .bind(small.as_slice())
                    .bind(large.as_slice()),
                Media::Voice { format, duration_ms, file } => query
                    .bind(Sort::Voice.word())
                    .bind(0)
                    .bind(0)
                    .bind(word(format)?)
                    .bind(*duration_ms)
                    .bind(NO_FILE)
                    .bind(file.as_slice()),
            };
            query.execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }

    fn attachment<'a>(&'a self, id: &'a str) -> Answer<'a, Option<AttachmentFacts>> {
        Box::pin(async move {
            let query = sqlx::query(
                "SELECT owner, report, project, check_up, id, format, duration_ms FROM attachment WHERE id = ?1",
            );
            query.bind(id).fetch_optional(self.reader()).await?.as_ref().map(facts_of).transpose()
        })
    }

    fn attachment_file<'a>(&'a self, id: &'a str, size: FileSize) -> Answer<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let query = sqlx::query(match size {
                FileSize::Small => "SELECT small FROM attachment WHERE id = ?1",
                FileSize::Large => "SELECT large FROM attachment WHERE id = ?1",
            });
            let row = query.bind(id).fetch_optional(self.reader()).await?;
            Ok(row.map(|row| row.try_get(0)).transpose()?)
        })
    }

    fn drop_unsent(&self, before: OffsetDateTime) -> Answer<'_, u64> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let query = sqlx::query(
                "DELETE FROM attachment \
                 WHERE report IS NULL AND project IS NULL AND check_up IS NULL AND taken_us < ?1",
            );
            let dropped = query.bind(to_us(before)).execute(&mut *transaction).await?.rows_affected();
            transaction.commit().await?;
            Ok(dropped)
        })
    }

    fn reports_with_voice(&self) -> Answer<'_, Vec<u64>> {
        Box::pin(async move {
            let query = "SELECT DISTINCT report FROM attachment WHERE sort = 'voice' AND report IS NOT NULL ORDER BY report";
            let rows = sqlx::query(query).fetch_all(self.reader()).await?;
            rows.iter().map(|row| Ok(row.try_get::<i64, _>(0)? as u64)).collect()
        })
    }

    fn drop_report_voices<'a>(&'a self, ids: &'a [u64], audit: &'a [AuditDraft]) -> Answer<'a, u64> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let mut dropped = 0;
            for id in ids {
                let query = sqlx::query("DELETE FROM attachment WHERE report = ?1 AND sort = 'voice'");
                dropped += query.bind(*id as i64).execute(&mut *transaction).await?.rows_affected();
                let query = sqlx::query(unspoken!("report = ?1")).bind(*id as i64);
                query.execute(&mut *transaction).await?;
            }
            if dropped > 0 {
                append(&mut transaction, audit).await?;
                transaction.commit().await?;
            }
            Ok(dropped)
        })
    }
}

/// Deletes the voices of an actor, and what names them in trails.
pub(super) async fn drop_voices_of(connection: &mut SqliteConnection, actor: &str) -> Result<(), StoreError> {
    let query = sqlx::query("DELETE FROM attachment WHERE owner = ?1 AND sort = 'voice'").bind(actor);
    query.execute(&mut *connection).await?;
    sqlx::query(unspoken!("actor = ?1")).bind(actor).execute(connection).await?;
    Ok(())
}

/// Sends one of a sort with a report, if it is its owner's and was not sent yet.
pub(super) async fn send_with_report(
    connection: &mut SqliteConnection,
    report: u64,
    sort: Sort,
    (id, owner): (&str, &str),
) -> Result<bool, StoreError> {
    let query = sqlx::query(
        "UPDATE attachment SET report = ?1 WHERE sort = ?2 AND id = ?3 AND owner = ?4 \
         AND report IS NULL AND project IS NULL AND check_up IS NULL",
    );
    let query = query.bind(report as i64).bind(sort.word()).bind(id).bind(owner);
    Ok(query.execute(connection).await?.rows_affected() > 0)
}

fn facts_of(row: &SqliteRow) -> Result<AttachmentFacts, StoreError> {
    let number = |column| Ok::<_, StoreError>(row.try_get::<Option<i64>, _>(column)?.map(|id| id as u64));
    let format: Option<String> = row.try_get(5)?;
    let voice = format.map(|format| {
        let (id, format) = (row.try_get(4)?, parsed("format of a voice", &format!("\"{format}\""))?);
        Ok::<_, StoreError>(ReportVoice { id, duration_ms: row.try_get(6)?, format })
    });
    Ok(AttachmentFacts {
        owner: row.try_get(0)?,
        voice: voice.transpose()?,
        report: number(1)?,
        project: number(2)?,
        check_up: number(3)?,
    })
}
