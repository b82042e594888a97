//! Sessions of users: what a store can be asked of them.

use time::OffsetDateTime;

use super::Answer;
use crate::domain::audit::{AuditDraft, Digest};

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of its token.
    pub digest: Digest,
    /// Id of the user.
    pub user: String,
    /// When the user signed in.
    pub created: OffsetDateTime,
    /// When it was last used, to the minute.
    pub seen: OffsetDateTime,
}

/// Sessions.
pub trait SessionStore: Send + Sync {
    /// Begins a session, unless its user is gone or disabled by now.
    fn add_session<'a>(&'a self, session: &'a Session, audit: &'a AuditDraft) -> Answer<'a, bool>;

    /// The session of a token.
    fn session(&self, digest: Digest) -> Answer<'_, Option<Session>>;

    /// Notes that a session is used.
    fn touch_session(&self, digest: Digest, seen: OffsetDateTime) -> Answer<'_, ()>;

    /// Ends a session. False if there was none.
    fn end_session<'a>(&'a self, digest: Digest, audit: &'a AuditDraft) -> Answer<'a, bool>;

    /// Forgets sessions that were last used before one instant or began before another.
    fn drop_sessions(&self, seen_before: OffsetDateTime, created_before: OffsetDateTime) -> Answer<'_, u64>;
}
