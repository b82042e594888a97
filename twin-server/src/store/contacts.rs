//! Contact data, sealed, and codes that prove numbers: what a store can be asked of them. Numbers are attached and
//! taken out by changes of users (`people`), contacts of reports come in with the report (`reports`).

use time::OffsetDateTime;

use super::Answer;
use crate::domain::audit::{AuditDraft, Digest};
use crate::domain::contact::{ContactRow, Sealed};

/// A code that is being sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCode {
    /// What the number is found by.
    pub mark: Digest,
    /// What it was asked for.
    pub purpose: String,
    /// What is kept of it.
    pub digest: Digest,
    /// When it ends.
    pub expires: OffsetDateTime,
}

/// A text that was sealed anew, in the place of what was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resealed {
    /// What it is about.
    pub row: ContactRow,
    /// As it was: another one meanwhile stays.
    pub before: Sealed,
    /// As it is now.
    pub after: Sealed,
    /// What a user's number is found by now.
    pub mark: Option<Digest>,
}

/// Contact data.
pub trait ContactStore: Send + Sync {
    /// The number of a user.
    fn phone_of<'a>(&'a self, user: &'a str) -> Answer<'a, Option<Sealed>>;

    /// The user whose number is found by one of these.
    fn user_of_phone<'a>(&'a self, marks: &'a [Digest]) -> Answer<'a, Option<String>>;

    /// Keeps a code; an earlier one for the same number and purpose ends.
    fn put_code<'a>(&'a self, code: &'a NewCode, audit: &'a AuditDraft) -> Answer<'a, ()>;

    /// Whether it is the code that is kept, of which no more than so many tries were made; then it is used up.
    fn try_code<'a>(
        &'a self,
        mark: Digest,
        purpose: &'a str,
        digest: Digest,
        now: OffsetDateTime,
        tries: u32,
    ) -> Answer<'a, bool>;

    /// Deletes codes that have ended by an instant; gives how many.
    fn drop_codes(&self, now: OffsetDateTime) -> Answer<'_, u64>;

    /// Whom to call about a report.
    fn report_contact(&self, id: u64) -> Answer<'_, Option<Sealed>>;

    /// The reports that have a contact, by number.
    fn reports_with_contact(&self) -> Answer<'_, Vec<u64>>;

    /// Deletes the contacts of reports; gives how many there were. `audit` is written if there was any.
    fn drop_report_contacts<'a>(&'a self, ids: &'a [u64], audit: &'a [AuditDraft]) -> Answer<'a, u64>;

    /// Everything that lies under other keys than this one.
    fn sealed_otherwise<'a>(&'a self, key: &'a str) -> Answer<'a, Vec<(ContactRow, Sealed)>>;

    /// Puts texts that were sealed anew in their place, all or none; gives how many.
    fn reseal<'a>(&'a self, anew: &'a [Resealed]) -> Answer<'a, u64>;
}
