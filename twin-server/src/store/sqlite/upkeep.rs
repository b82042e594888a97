//! The SQLite file as a whole: its health, its shape, and copies of it that are one moment's.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};

use super::{BUSY_TIMEOUT, MIGRATIONS, SqliteStore, file_of};
use crate::store::upkeep::{Migration, Shape, Upkeep};
use crate::store::{Answer, StoreError};

/// How long a file that should be free is waited for.
const FREE_TIMEOUT: Duration = Duration::from_millis(500);
/// How the names of a database's files end: its write-ahead log, the index of that, and itself.
const FILES: [&str; 3] = ["-wal", "-shm", ""];

impl Upkeep for SqliteStore {
    fn check_writable(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            let mut guard = self.writer().await?;
            let mut transaction = guard.side()?.connection.begin_with("BEGIN IMMEDIATE").await?;
            // A number in the file's head that SQLite keeps for programs, and that ours has no use for.
            sqlx::query("PRAGMA user_version = 1").execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(())
        })
    }

    fn size_bytes(&self) -> Answer<'_, u64> {
        Box::pin(async move {
            let row = sqlx::query(
                "SELECT page_count * page_size, file FROM pragma_page_count(), pragma_page_size(), pragma_database_list \
                 WHERE name = 'main'",
            )
            .fetch_one(self.reader())
            .await?;
            let pages: i64 = row.try_get(0)?;
            let log = beside(Path::new(row.try_get::<&str, _>(1)?), "-wal");
            let log_bytes = std::fs::metadata(log).map_or(0, |metadata| metadata.len());
            Ok(u64::try_from(pages).unwrap_or_default() + log_bytes)
        })
    }
}

/// What a database lacks; all of it if there is no file.
pub(in crate::store) async fn shape(address: &str) -> Result<Shape, StoreError> {
    let path = file_of(address)?;
    let done = if path.exists() { done(&path).await? } else { Vec::new() };
    let known =
        || MIGRATIONS.iter().map(|m| Migration { number: m.version, about: m.description.to_string() });
    Ok(Shape {
        done: known().filter(|migration| done.contains(&migration.number)).collect(),
        missing: known().filter(|migration| !done.contains(&migration.number)).collect(),
        unknown: done.iter().filter(|n| !MIGRATIONS.version_exists(**n)).copied().collect(),
    })
}

async fn done(path: &Path) -> Result<Vec<i64>, StoreError> {
    let mut connection = read_only(path).await?;
    let there = sqlx::query("SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations'");
    if there.fetch_optional(&mut connection).await?.is_none() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query("SELECT version FROM _sqlx_migrations WHERE success ORDER BY version");
    let rows = rows.fetch_all(&mut connection).await?;
    connection.close().await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Writes the database of one moment to a new file, while others may write on.
pub(in crate::store) async fn snapshot(address: &str, to: &Path) -> Result<(), StoreError> {
    let mut connection = read_only(&file_of(address)?).await?;
    let to = to.to_str().ok_or_else(|| StoreError::Address(to.display().to_string()))?;
    sqlx::query("VACUUM INTO ?1").bind(to).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Whether SQLite finds a file whole.
pub(in crate::store) async fn check_whole(path: &Path) -> Result<(), StoreError> {
    let mut connection = read_only(path).await?;
    let found: String =
        sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut connection).await?.try_get(0)?;
    connection.close().await?;
    if found == "ok" { Ok(()) } else { Err(StoreError::Content(found)) }
}

/// Puts the file at `from` in the place of a database, which may exist. An old one stays beside it,
/// under a name that ends in `.replaced` or `.replaced-2` and so on, whichever is free; that name is given back.
pub(in crate::store) async fn replace(address: &str, from: &Path) -> Result<Option<PathBuf>, StoreError> {
    let path = file_of(address)?;
    let moved = |error: std::io::Error| StoreError::Open {
        path: path.display().to_string(),
        reason: error.to_string(),
    };
    let exists = path.exists();
    if exists {
        set_free(&path).await?;
    }
    let kept = free_name(&path);
    // A log that was left behind must not meet the new database, whether its own is there or not.
    for ending in FILES {
        let file = beside(&path, ending);
        if file.exists() {
            std::fs::rename(&file, beside(&kept, ending)).map_err(moved)?;
        }
    }
    std::fs::rename(from, &path).map_err(moved)?;
    Ok(exists.then_some(kept))
}

/// A name for a database that is replaced, under which nothing lies: neither one that was replaced before, nor a
/// log, which would be taken for this one's.
fn free_name(path: &Path) -> PathBuf {
    let later = (2_u64..).map(|number| beside(path, &format!(".replaced-{number}")));
    let mut names = std::iter::once(beside(path, ".replaced")).chain(later);
    let free = names.find(|name| FILES.iter().all(|ending| !beside(name, ending).exists()));
    free.unwrap_or_else(|| beside(path, ".replaced"))
}

/// Makes sure that no program has a database open. One that cannot be read at all is free.
async fn set_free(path: &Path) -> Result<(), StoreError> {
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(FREE_TIMEOUT);
    let Ok(mut connection) = SqliteConnection::connect_with(&options.disable_statement_logging()).await
    else {
        return Ok(());
    };
    // Leaving the write-ahead log needs the file alone, and brings the log into it.
    let freed = sqlx::query("PRAGMA journal_mode = DELETE").execute(&mut connection).await;
    connection.close().await?;
    match freed {
        Err(sqlx::Error::Database(error)) if error.message().contains("locked") => {
            Err(StoreError::InUse(path.display().to_string()))
        }
        _ => Ok(()),
    }
}

async fn read_only(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY_TIMEOUT);
    SqliteConnection::connect_with(&options.disable_statement_logging())
        .await
        .map_err(|error| StoreError::Read { path: path.display().to_string(), reason: error.to_string() })
}

/// The file beside a database whose name ends so.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
