//! The layouts of the databases, one SQL file a step, inside the program.
//!
//! Read here and not by a macro of the database library: with its macros it is compiled twice, the second
//! time for the build machine.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr as _, SqlStr};

/// A file of `migrations/<engine>`: its name and what it holds.
pub(super) type File = (&'static str, &'static str);

/// The steps of these files. A name is the step's number, `_`, and what it is about.
///
/// # Panics
/// On a name of another form; they are the program's own, and every start reads them.
pub(super) fn migrator(files: &[File]) -> Migrator {
    Migrator::with_migrations(files.iter().copied().map(step).collect())
}

fn step((name, sql): File) -> Migration {
    let (number, about) = name
        .strip_suffix(".sql")
        .and_then(|stem| stem.split_once('_'))
        .and_then(|(number, about)| Some((number.parse().ok()?, about)))
        .expect("a migration is called NUMBER_ABOUT.sql");
    let sql: SqlStr = sql.into_sql_str();
    Migration::new(number, about.replace('_', " ").into(), MigrationType::Simple, sql, false)
}

/// Names and texts of the files in a folder below `migrations`.
macro_rules! migration_files {
    ($engine:literal: $($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../migrations/", $engine, "/", $name)))),+]
    };
}
pub(super) use migration_files;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::File;

    /// A file that nobody listed would never be run.
    fn all_are_listed(engine: &str, listed: &[File]) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
        let there: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(listed.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>(), there);
    }

    #[test]
    fn every_file_is_a_step() {
        all_are_listed("sqlite", crate::store::sqlite::MIGRATION_FILES);
        all_are_listed("postgres", crate::store::postgres::MIGRATION_FILES);
    }
}
