//! Projects of renewal in SQLite.

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};
use twin_schemas::projects::Project;

use super::SqliteStore;
use super::audit::append;
use super::messages::tell;
use super::reports::change_all;
use crate::domain::audit::AuditDraft;
use crate::store::codec::{json, parsed};
use crate::store::{
    Answer, ProjectChange, ProjectStore, ReportChange, ReportStored, StoreError, StoredOpinion,
    StoredProjectEntry, Tidings,
};

impl ProjectStore for SqliteStore {
    fn projects(&self) -> Answer<'_, Vec<Project>> {
        Box::pin(async move {
            let rows = sqlx::query("SELECT data FROM project ORDER BY id").fetch_all(self.reader()).await?;
            rows.iter().map(|row| parsed("project", row.try_get(0)?)).collect()
        })
    }

    fn add_project<'a>(
        &'a self,
        new: &'a ProjectChange,
        audit: &'a AuditDraft,
        tidings: &'a Tidings,
    ) -> Answer<'a, ReportStored> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            let query =
                "INSERT INTO project (id, version, data) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING";
            let after = &new.after;
            let query = sqlx::query(query).bind(after.id as i64).bind(after.version).bind(json(after)?);
            if query.execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(ReportStored::Stale);
            }
            if !add_entry(&mut transaction, new).await? {
                return Ok(ReportStored::UnknownAttachment);
            }
            append(&mut transaction, std::slice::from_ref(audit)).await?;
            tell(&mut transaction, tidings).await?;
            transaction.commit().await?;
            Ok(ReportStored::Yes)
        })
    }

    fn change_projects<'a>(
        &'a self,
        changes: &'a [ProjectChange],
        audit: &'a [AuditDraft],
        tidings: &'a Tidings,
    ) -> Answer<'a, ReportStored> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            for change in changes {
                match change_one(&mut transaction, change).await? {
                    ReportStored::Yes => {}
                    refused => return Ok(refused),
                }
            }
            append(&mut transaction, audit).await?;
            tell(&mut transaction, tidings).await?;
            transaction.commit().await?;
            Ok(ReportStored::Yes)
        })
    }

    fn programme_reports<'a>(
        &'a self,
        reports: &'a [ReportChange],
        project: &'a ProjectChange,
        audit: &'a [AuditDraft],
        tidings: &'a Tidings,
    ) -> Answer<'a, ReportStored> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            match change_all(&mut transaction, reports).await? {
                ReportStored::Yes => {}
                refused => return Ok(refused),
            }
            match change_one(&mut transaction, project).await? {
                ReportStored::Yes => {}
                refused => return Ok(refused),
            }
            append(&mut transaction, audit).await?;
            tell(&mut transaction, tidings).await?;
            transaction.commit().await?;
            Ok(ReportStored::Yes)
        })
    }

    fn project_trail(&self, id: u64, before: u32, limit: u32) -> Answer<'_, Vec<StoredProjectEntry>> {
        Box::pin(async move {
            let rows = sqlx::query(
                "SELECT data, actor FROM project_entry WHERE project = ?1 AND version < ?2 \
                 ORDER BY version DESC LIMIT ?3",
            );
            let rows = rows.bind(id as i64).bind(before).bind(limit);
            rows.fetch_all(self.reader()).await?.iter().map(entry_of).collect()
        })
    }

    fn project_opinions(&self, id: u64, after: u32, limit: u32) -> Answer<'_, Vec<StoredOpinion>> {
        Box::pin(async move {
            let rows = sqlx::query(
                "SELECT data, author FROM project_opinion WHERE project = ?1 AND number > ?2 \
                 ORDER BY number LIMIT ?3",
            );
            let rows = rows.bind(id as i64).bind(after).bind(limit);
            rows.fetch_all(self.reader()).await?.iter().map(opinion_of).collect()
        })
    }

    fn opinions_of<'a>(&'a self, id: u64, author: &'a str) -> Answer<'a, u64> {
        Box::pin(async move {
            let row = sqlx::query("SELECT count(*) FROM project_opinion WHERE project = ?1 AND author = ?2");
            let row = row.bind(id as i64).bind(author).fetch_one(self.reader()).await?;
            Ok(row.try_get::<i64, _>(0)? as u64)
        })
    }
}

async fn change_one(
    connection: &mut SqliteConnection,
    change: &ProjectChange,
) -> Result<ReportStored, StoreError> {
    let after = &change.after;
    let query = "UPDATE project SET version = ?2, data = ?3 WHERE id = ?1 AND version = ?2 - 1";
    let query = sqlx::query(query).bind(after.id as i64).bind(after.version).bind(json(after)?);
    if query.execute(&mut *connection).await?.rows_affected() == 0 {
        return Ok(ReportStored::Stale);
    }
    if let Some(StoredOpinion { opinion, author }) = &change.opinion {
        let query = "INSERT INTO project_opinion (project, number, author, data) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (project, number) DO UPDATE SET data = excluded.data";
        let query = sqlx::query(query).bind(after.id as i64).bind(opinion.id).bind(author);
        query.bind(json(opinion)?).execute(&mut *connection).await?;
    }
    let is_whole = add_entry(connection, change).await?;
    Ok(if is_whole { ReportStored::Yes } else { ReportStored::UnknownAttachment })
}

/// Adds an entry to a trail, and its photographs to the project. False if one of them cannot be sent with it.
async fn add_entry(connection: &mut SqliteConnection, change: &ProjectChange) -> Result<bool, StoreError> {
    let ProjectChange { after, stored: StoredProjectEntry { entry, actor }, .. } = change;
    for photo in &entry.photos {
        let query = "UPDATE attachment SET project = ?1 \
             WHERE sort = 'photo' AND id = ?2 AND owner = ?3 AND report IS NULL AND project IS NULL AND check_up IS NULL";
        let query = sqlx::query(query).bind(after.id as i64).bind(photo).bind(actor);
        if query.execute(&mut *connection).await?.rows_affected() == 0 {
            return Ok(false);
        }
    }
    let query = "INSERT INTO project_entry (project, version, actor, data) VALUES (?1, ?2, ?3, ?4)";
    let query = sqlx::query(query).bind(after.id as i64).bind(after.version).bind(actor).bind(json(entry)?);
    query.execute(connection).await?;
    Ok(true)
}

fn entry_of(row: &SqliteRow) -> Result<StoredProjectEntry, StoreError> {
    Ok(StoredProjectEntry { entry: parsed("entry of a project", row.try_get(0)?)?, actor: row.try_get(1)? })
}

fn opinion_of(row: &SqliteRow) -> Result<StoredOpinion, StoreError> {
    Ok(StoredOpinion { opinion: parsed("opinion", row.try_get(0)?)?, author: row.try_get(1)? })
}
