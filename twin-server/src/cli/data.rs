//! `backup`, `restore` and `migrate`: what is done with a database as a whole.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use time::format_description::well_known::Rfc3339;

use super::{print, runtime};
use crate::backup::{self, Manifest, Restored};
use crate::store::{self, Migration};

/// Which database.
#[derive(Debug, Args)]
struct DatabaseArgs {
    /// The database.
    #[arg(long, env = "TWIN_DATABASE", hide_env_values = true, value_name = "sqlite:FILE|postgres://…")]
    database: String,
}

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    #[command(flatten)]
    place: DatabaseArgs,
    /// File to write: a tar archive of a manifest and the database.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Replace the file if it exists.
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// The backup.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The database to make.
    #[arg(
        long,
        env = "TWIN_DATABASE",
        hide_env_values = true,
        value_name = "sqlite:FILE",
        required_unless_present = "check"
    )]
    database: Option<String>,
    /// Replace the database if it exists; it is kept beside the new one, as `<name>.replaced`,
    /// `<name>.replaced-2` and so on.
    #[arg(long)]
    force: bool,
    /// Only compare the backup with its checksum.
    #[arg(long)]
    check: bool,
}

#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    #[command(flatten)]
    place: DatabaseArgs,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn backup(args: &BackupArgs) -> anyhow::Result<()> {
    let BackupArgs { place, out, force } = args;
    let manifest = runtime()?.block_on(backup::backup(&place.database, out, *force))?;
    print(&format!("{} written: {}\n", out.display(), describe(&manifest)?))
}

pub(super) fn restore(args: &RestoreArgs) -> anyhow::Result<()> {
    let RestoreArgs { file, database, force, check } = args;
    let Some(database) = database.as_ref().filter(|_| !check) else {
        return print(&format!("{} is whole: {}\n", file.display(), describe(&backup::check(file)?)?));
    };
    let Restored { manifest, replaced } = runtime()?.block_on(backup::restore(file, database, *force))?;
    let mut text = format!("{database} restored: {}\n", describe(&manifest)?);
    if let Some(replaced) = replaced {
        let _ = writeln!(text, "the database from before is now {}", replaced.display());
    }
    print(&text)
}

fn describe(manifest: &Manifest) -> anyhow::Result<String> {
    let Manifest { made_by, made_at, size_bytes, sha256, .. } = manifest;
    Ok(format!("{size_bytes} bytes, made {} by {made_by}, sha256 {sha256}", made_at.format(&Rfc3339)?))
}

pub(super) fn migrate(args: &MigrateArgs) -> anyhow::Result<()> {
    let database = &args.place.database;
    store::check_exists(database)?;
    runtime()?.block_on(async {
        let shape = store::shape(database).await?;
        if let Some(number) = shape.unknown.first() {
            bail!("the database has migration {number}, which this server does not know\nhint: update twin-server");
        }
        if shape.missing.is_empty() {
            return print("the database has the present shape\n");
        }
        let list = |verb: &str| {
            shape.missing.iter().fold(String::new(), |mut text, Migration { number, about }| {
                let _ = writeln!(text, "{verb} {number:04} {about}");
                text
            })
        };
        if args.dry_run {
            return print(&list("to do:"));
        }
        store::open(database).await?.close().await?;
        print(&list("done:"))
    })
}
