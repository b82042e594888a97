//! The audit log: what a store can be asked of it.

use time::OffsetDateTime;

use super::Answer;
use crate::domain::audit::{AuditDraft, AuditEntry};

/// Which entries are meant; all conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only of this actor.
    pub actor: Option<String>,
    /// Only of this action.
    pub action: Option<String>,
    /// Only of this object.
    pub object: Option<String>,
    /// Earliest instant, included.
    pub from: Option<OffsetDateTime>,
    /// Latest instant, included.
    pub to: Option<OffsetDateTime>,
    /// At most this many.
    pub limit: u32,
}

/// The audit log.
pub trait AuditStore: Send + Sync {
    /// Puts something behind the last entry. It is on disk when this answers.
    fn audit<'a>(&'a self, drafts: &'a [AuditDraft]) -> Answer<'a, ()>;

    /// Entries before a place, newest first.
    fn audit_before<'a>(&'a self, before: i64, query: &'a AuditQuery) -> Answer<'a, Vec<AuditEntry>>;

    /// Entries after a place, oldest first.
    fn audit_after<'a>(&'a self, after: i64, query: &'a AuditQuery) -> Answer<'a, Vec<AuditEntry>>;
}
