//! Keys of machines and how they were used: what a store can be asked of them.

use time::{Date, OffsetDateTime};

use super::Answer;
use crate::domain::audit::AuditDraft;
use crate::domain::keys::{ApiKey, KeyUse};

/// Keys.
pub trait KeyStore: Send + Sync {
    /// All keys, revoked ones included, in the order of their issue.
    fn keys(&self) -> Answer<'_, Vec<ApiKey>>;

    /// Issues a key.
    fn add_key<'a>(&'a self, key: &'a ApiKey, audit: &'a AuditDraft) -> Answer<'a, ()>;

    /// Revokes a key. False if there is none, or it was revoked before.
    fn revoke_key<'a>(&'a self, id: &'a str, at: OffsetDateTime, audit: &'a AuditDraft) -> Answer<'a, bool>;

    /// Adds to what is known of the use of keys.
    fn add_key_uses<'a>(&'a self, uses: &'a [KeyUse]) -> Answer<'a, ()>;

    /// The use of all keys from a day on, by key and day.
    fn key_uses(&self, since: Date) -> Answer<'_, Vec<KeyUse>>;
}
