//! The database as a whole: what a store can be asked of its own health.

use super::Answer;

/// The database as a whole.
pub trait Upkeep: Send + Sync {
    /// Writes a few bytes and waits until they are on disk; nothing that anyone asks for changes.
    fn check_writable(&self) -> Answer<'_, ()>;

    /// What the database takes on disk, in bytes.
    fn size_bytes(&self) -> Answer<'_, u64>;
}

/// A change of the database's shape that this server knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its number.
    pub number: i64,
    /// What it is about.
    pub about: String,
}

/// How far a database is behind this server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape {
    /// Changes that the database has had, by number.
    pub done: Vec<Migration>,
    /// Changes that it lacks, in their order.
    pub missing: Vec<Migration>,
    /// Numbers of changes that a later server made.
    pub unknown: Vec<i64>,
}
