//! Reports of residents: what a store can be asked of them.

use time::OffsetDateTime;
use twin_schemas::reports::{Report, ReportEntry};

use super::{Answer, Tidings};
use crate::domain::audit::AuditDraft;
use crate::domain::contact::Sealed;
use crate::domain::permission::Actor;
use crate::domain::report::Asker;

/// A report with the user whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredReport {
    /// What everyone may see of it, in its time.
    pub report: Report,
    /// Id of the user who reported it; none if it is not known any more.
    pub reporter: Option<String>,
}

impl StoredReport {
    /// Someone who wants something with it.
    #[must_use]
    pub fn asked_by<'a>(&'a self, actor: &'a Actor) -> Asker<'a> {
        Asker { actor, reporter: self.reporter.as_deref() }
    }
}

/// An entry of a report's trail with who did it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEntry {
    /// What happened.
    pub entry: ReportEntry,
    /// Who did it: `user:…`, `key:…`, `clock`.
    pub actor: String,
}

/// A version of a report that follows the one that is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportChange {
    /// The report as it is now.
    pub after: Report,
    /// What happened.
    pub stored: StoredEntry,
}

/// What became of something that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportStored {
    /// It is stored.
    Yes,
    /// A number is taken, or a version does not follow the one that is stored.
    Stale,
    /// One of the photographs is not there, is another's, or was sent with something else.
    UnknownPhoto,
}

/// A photograph that was taken in.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPhoto {
    /// Its id, which cannot be guessed.
    pub id: String,
    /// Who sent it: `user:…`, `key:…`.
    pub owner: String,
    /// When.
    pub at: OffsetDateTime,
    /// Width of the larger file.
    pub width_px: u32,
    /// Height of the larger file.
    pub height_px: u32,
    /// The smaller file.
    pub small: Vec<u8>,
    /// The larger file.
    pub large: Vec<u8>,
}

/// What is known of a photograph, without its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoFacts {
    /// Who sent it.
    pub owner: String,
    /// The report that it was sent with.
    pub report: Option<u64>,
    /// The project with whose progress it was sent.
    pub project: Option<u64>,
    /// The check-up that it belongs to a value of.
    pub check_up: Option<u64>,
}

/// Which of a photograph's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoSize {
    /// The one for lists.
    Small,
    /// The other.
    Large,
}

/// Reports.
pub trait ReportStore: Send + Sync {
    /// All reports, by number.
    fn reports(&self) -> Answer<'_, Vec<StoredReport>>;

    /// Stores a report that has come in, with its photographs and whom to call about it, or nothing.
    fn add_report<'a>(
        &'a self,
        new: &'a StoredReport,
        entry: &'a StoredEntry,
        contact: Option<&'a Sealed>,
        audit: &'a AuditDraft,
        tidings: &'a Tidings,
    ) -> Answer<'a, ReportStored>;

    /// Stores the next versions of reports with their photographs, all or none.
    fn change_reports<'a>(
        &'a self,
        changes: &'a [ReportChange],
        audit: &'a [AuditDraft],
        tidings: &'a Tidings,
    ) -> Answer<'a, ReportStored>;

    /// What happened to a report, in order.
    fn report_trail(&self, id: u64) -> Answer<'_, Vec<StoredEntry>>;

    /// Takes a photograph in. False, and it is not stored, if its owner has `most` or more that were not sent yet.
    fn add_photo<'a>(&'a self, photo: &'a NewPhoto, most: u32) -> Answer<'a, bool>;

    /// What is known of a photograph.
    fn photo<'a>(&'a self, id: &'a str) -> Answer<'a, Option<PhotoFacts>>;

    /// A file of a photograph.
    fn photo_file<'a>(&'a self, id: &'a str, size: PhotoSize) -> Answer<'a, Option<Vec<u8>>>;

    /// Deletes photographs that were taken in before an instant and never sent; gives how many.
    fn drop_unsent_photos(&self, before: OffsetDateTime) -> Answer<'_, u64>;

    /// Takes out who reported what a user did, and who spoke about projects, and deletes the user's number; gives how
    /// many reports it were.
    fn forget_reporter<'a>(&'a self, user: &'a str, audit: &'a AuditDraft) -> Answer<'a, u64>;
}
