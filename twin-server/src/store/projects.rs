//! Projects of renewal: what a store can be asked of them.

use twin_schemas::projects::{Project, ProjectEntry, ProjectOpinion};

use super::{Answer, ReportChange, ReportStored, Tidings};
use crate::domain::audit::AuditDraft;

/// An entry of a project's trail with who did it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredProjectEntry {
    /// What happened.
    pub entry: ProjectEntry,
    /// Who did it: `user:…`, `key:…`, `clock`.
    pub actor: String,
}

/// An opinion or a complaint with who spoke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOpinion {
    /// What everyone may see of it.
    pub opinion: ProjectOpinion,
    /// Who spoke: `user:…`, `key:…`; none if it is not known any more.
    pub author: Option<String>,
}

/// A version of a project that follows the one that is stored; the first one follows none.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectChange {
    /// The project as it is now.
    pub after: Project,
    /// What happened.
    pub stored: StoredProjectEntry,
    /// An opinion that is new or was answered; who spoke counts for new ones alone.
    pub opinion: Option<StoredOpinion>,
}

/// Projects.
pub trait ProjectStore: Send + Sync {
    /// All projects, by number.
    fn projects(&self) -> Answer<'_, Vec<Project>>;

    /// Stores a project that is begun, or nothing.
    fn add_project<'a>(
        &'a self,
        new: &'a ProjectChange,
        audit: &'a AuditDraft,
        tidings: &'a Tidings,
    ) -> Answer<'a, ReportStored>;

    /// Stores the next versions of projects with their opinions and photographs, all or none.
    fn change_projects<'a>(
        &'a self,
        changes: &'a [ProjectChange],
        audit: &'a [AuditDraft],
        tidings: &'a Tidings,
    ) -> Answer<'a, ReportStored>;

    /// Stores that reports changed with the project that one of them entered, all or none.
    fn programme_reports<'a>(
        &'a self,
        reports: &'a [ReportChange],
        project: &'a ProjectChange,
        audit: &'a [AuditDraft],
        tidings: &'a Tidings,
    ) -> Answer<'a, ReportStored>;

    /// What happened to a project before a version, newest first; at most so many entries.
    fn project_trail(&self, id: u64, before: u32, limit: u32) -> Answer<'_, Vec<StoredProjectEntry>>;

    /// What was said of a project behind a number, in order; at most so many.
    fn project_opinions(&self, id: u64, after: u32, limit: u32) -> Answer<'_, Vec<StoredOpinion>>;

    /// How much someone has said of a project.
    fn opinions_of<'a>(&'a self, id: u64, author: &'a str) -> Answer<'a, u64>;
}
