//! Displays of command centres: what a store can be asked of them.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::Answer;
use crate::domain::audit::AuditDraft;
use crate::domain::display::Kept;

/// Versions by id, each with the instant at which it was made.
pub type DisplayMarks = BTreeMap<String, (u32, OffsetDateTime)>;

/// Displays.
pub trait DisplayStore: Send + Sync {
    /// All displays, by id.
    fn displays(&self) -> Answer<'_, Vec<Kept>>;

    /// The version of each display.
    fn display_marks(&self) -> Answer<'_, DisplayMarks>;

    /// Stores a version of a display: the first if there is none, the next of the one that there is. False, and
    /// nothing is stored, if it is neither.
    fn put_display<'a>(&'a self, kept: &'a Kept, audit: &'a AuditDraft) -> Answer<'a, bool>;

    /// Removes a display in this version. False if there is none.
    fn remove_display<'a>(&'a self, kept: &'a Kept, audit: &'a AuditDraft) -> Answer<'a, bool>;
}
