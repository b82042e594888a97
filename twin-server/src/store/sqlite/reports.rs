//! Reports of residents in SQLite.

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};

use super::SqliteStore;
use super::attachments::{drop_voices_of, send_with_report};
use super::audit::append;
use super::contacts::{drop_phone, put_report_contact};
use super::messages::{drop_of, tell};
use super::people::changed;
use crate::domain::audit::AuditDraft;
use crate::domain::contact::Sealed;
use crate::store::attachments::Sort;
use crate::store::codec::{json, parsed};
use crate::store::{
    Answer, ReportChange, ReportStore, ReportStored, StoreError, StoredEntry, StoredReport, Tidings,
};

impl ReportStore for SqliteStore {
    fn reports(&self) -> Answer<'_, Vec<StoredReport>> {
        Box::pin(async move {
            let rows = sqlx::query("SELECT data, reporter FROM report ORDER BY id");
            rows.fetch_all(self.reader()).await?.iter().map(stored_of).collect()
        })
    }

    fn add_report<'a>(
        &'a self,
        StoredReport { report, reporter }: &'a StoredReport,
        entry: &'a StoredEntry,
        contact: Option<&'a Sealed>,
        audit: &'a AuditDraft,
        tidings: &'a Tidings,
    ) -> Answer<'a, ReportStored> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let query = sqlx::query(
                "INSERT INTO report (id, version, reporter, data) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (id) DO NOTHING",
            )
            .bind(report.id as i64)
            .bind(report.version)
            .bind(reporter)
            .bind(json(report)?);
            if query.execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(ReportStored::Stale);
            }
            if !add_entry(&mut transaction, report.id, report.version, entry).await? {
                return Ok(ReportStored::UnknownAttachment);
            }
            if let Some(contact) = contact {
                put_report_contact(&mut transaction, report.id, contact).await?;
            }
            append(&mut transaction, std::slice::from_ref(audit)).await?;
            tell(&mut transaction, tidings).await?;
            transaction.commit().await?;
            Ok(ReportStored::Yes)
        })
    }

    fn change_reports<'a>(
        &'a self,
        changes: &'a [ReportChange],
        audit: &'a [AuditDraft],
        tidings: &'a Tidings,
    ) -> Answer<'a, ReportStored> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            match change_all(&mut transaction, changes).await? {
                ReportStored::Yes => {}
                refused => return Ok(refused),
            }
            append(&mut transaction, audit).await?;
            tell(&mut transaction, tidings).await?;
            transaction.commit().await?;
            Ok(ReportStored::Yes)
        })
    }

    fn report_trail(&self, id: u64) -> Answer<'_, Vec<StoredEntry>> {
        Box::pin(async move {
            let rows = sqlx::query("SELECT data, actor FROM report_entry WHERE report = ?1 ORDER BY version");
            rows.bind(id as i64).fetch_all(self.reader()).await?.iter().map(entry_of).collect()
        })
    }

    fn forget_reporter<'a>(&'a self, user: &'a str, audit: &'a AuditDraft) -> Answer<'a, u64> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let query = sqlx::query("UPDATE report SET reporter = NULL WHERE reporter = ?1").bind(user);
            let reports = query.execute(&mut *transaction).await?.rows_affected();
            let actor = format!("user:{user}");
            // A voice is the person: it goes, with what names it.
            drop_voices_of(&mut transaction, &actor).await?;
            for query in [
                "UPDATE report_entry SET actor = 'user' WHERE actor = ?1",
                "UPDATE project_entry SET actor = 'user' WHERE actor = ?1",
                "UPDATE programming_entry SET actor = 'user' WHERE actor = ?1",
                "UPDATE project_opinion SET author = NULL WHERE author = ?1",
                "DELETE FROM attachment WHERE owner = ?1 AND report IS NULL AND project IS NULL AND check_up IS NULL",
                "UPDATE attachment SET owner = 'user' WHERE owner = ?1",
            ] {
                sqlx::query(query).bind(&actor).execute(&mut *transaction).await?;
            }
            drop_of(&mut transaction, user).await?;
            if drop_phone(&mut transaction, user).await? {
                changed(&mut transaction).await?;
            }
            append(&mut transaction, std::slice::from_ref(audit)).await?;
            transaction.commit().await?;
            Ok(reports)
        })
    }
}

/// Stores the next versions of reports; what is not `Yes` must be rolled back.
pub(super) async fn change_all(
    connection: &mut SqliteConnection,
    changes: &[ReportChange],
) -> Result<ReportStored, StoreError> {
    for ReportChange { after, stored } in changes {
        let query = "UPDATE report SET version = ?2, data = ?3 WHERE id = ?1 AND version = ?2 - 1";
        let query = sqlx::query(query).bind(after.id as i64).bind(after.version).bind(json(after)?);
        if query.execute(&mut *connection).await?.rows_affected() == 0 {
            return Ok(ReportStored::Stale);
        }
        if !add_entry(connection, after.id, after.version, stored).await? {
            return Ok(ReportStored::UnknownAttachment);
        }
    }
    Ok(ReportStored::Yes)
}

/// Adds an entry to a trail, and its photographs and voice to the report. False if one of them cannot be sent with it.
async fn add_entry(
    connection: &mut SqliteConnection,
    report: u64,
    version: u32,
    StoredEntry { entry, actor }: &StoredEntry,
) -> Result<bool, StoreError> {
    let photos = entry.photos.iter().map(|id| (id, Sort::Photo));
    let voice = entry.voice.iter().map(|voice| (&voice.id, Sort::Voice));
    for (id, sort) in photos.chain(voice) {
        if !send_with_report(connection, report, sort, (id, actor)).await? {
            return Ok(false);
        }
    }
    let query = "INSERT INTO report_entry (report, version, actor, data) VALUES (?1, ?2, ?3, ?4)";
    let query = sqlx::query(query).bind(report as i64).bind(version).bind(actor).bind(json(entry)?);
    query.execute(connection).await?;
    Ok(true)
}

fn stored_of(row: &SqliteRow) -> Result<StoredReport, StoreError> {
    Ok(StoredReport { report: parsed("report", row.try_get(0)?)?, reporter: row.try_get(1)? })
}

fn entry_of(row: &SqliteRow) -> Result<StoredEntry, StoreError> {
    Ok(StoredEntry { entry: parsed("entry of a report", row.try_get(0)?)?, actor: row.try_get(1)? })
}
