//! Reports of residents: what a store can be asked of them.

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
    /// One of the photographs, or the voice, is not there, is another's, or was sent with something else.
    UnknownAttachment,
}

/// Reports.
pub trait ReportStore: Send + Sync {
    /// All reports, by number.
    fn reports(&self) -> Answer<'_, Vec<StoredReport>>;

    /// Stores a report that has come in, with its photographs and voice, and whom to call about it, or nothing.
    fn add_report<'a>(
        &'a self,
        new: &'a StoredReport,
        entry: &'a StoredEntry,
        contact: Option<&'a Sealed>,
        audit: &'a AuditDraft,
        tidings: &'a Tidings,
    ) -> Answer<'a, ReportStored>;

    /// Stores the next versions of reports with their photographs and voices, all or none.
    fn change_reports<'a>(
        &'a self,
        changes: &'a [ReportChange],
        audit: &'a [AuditDraft],
        tidings: &'a Tidings,
    ) -> Answer<'a, ReportStored>;

    /// What happened to a report, in order.
    fn report_trail(&self, id: u64) -> Answer<'_, Vec<StoredEntry>>;

    /// Takes out who reported what a user did, and who spoke about projects, and deletes the user's number and voices;
    /// gives how many reports it were.
    fn forget_reporter<'a>(&'a self, user: &'a str, audit: &'a AuditDraft) -> Answer<'a, u64>;
}
