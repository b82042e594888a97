//! Check-ups: what a store can be asked of catalogues, check-ups, their values and their problems.

use twin_schemas::checkups::{
    CheckUp, CheckUpEntry, CheckUpProblem, IndicatorValue, ProblemEntry, ProblemState,
};
use twin_schemas::indicators::{Indicator, Urgency};

use super::Answer;
use crate::domain::audit::AuditDraft;

/// A catalogue of indicators; it never changes.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredCatalogue {
    /// Its number, from 1.
    pub number: u32,
    /// Whether a city brought it; else it came with the server when a check-up was planned.
    pub imported: bool,
    /// The indicators, in order.
    pub indicators: Vec<Indicator>,
}

/// A version of a check-up, with what led to it and who did it: `user:…`, `key:…`, `local`.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckUpChange {
    /// The check-up as it is now.
    pub after: CheckUp,
    /// What happened.
    pub entry: CheckUpEntry,
    /// Who did it.
    pub actor: String,
}

/// A version of a problem, with what led to it and who did it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProblemStep {
    /// The problem as it is now.
    pub after: CheckUpProblem,
    /// What happened.
    pub entry: ProblemEntry,
    /// Who did it.
    pub actor: String,
}

/// What became of something that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckUpStored {
    /// It is stored.
    Yes,
    /// A number is taken, or a version is not the one that is stored, or does not follow it.
    Stale,
    /// One of the photographs is not there, is another's, or was sent with something else.
    UnknownPhoto,
}

/// An indicator and an object.
pub type ValueKey = (String, String);

/// Values that are to be stored in one transaction.
#[derive(Debug, Clone, Default)]
pub struct ValueChange {
    /// Number of the check-up.
    pub check_up: u64,
    /// The version that it must have.
    pub version: u32,
    /// Values that are put in place of what is there.
    pub put: Vec<IndicatorValue>,
    /// Values that are taken out.
    pub taken_out: Vec<ValueKey>,
    /// Whether what is there stays, unless it was computed.
    pub keeps_given: bool,
}

/// Which values are meant.
#[derive(Debug, Clone, Default)]
pub struct ValueQuery {
    /// Number of the check-up.
    pub check_up: u64,
    /// Only of this indicator.
    pub indicator: Option<String>,
    /// Only of this object.
    pub object: Option<String>,
    /// Only behind this one, in the order of indicator and object.
    pub after: Option<ValueKey>,
    /// At most this many.
    pub limit: u32,
}

/// How the values of an indicator in one check-up stand to those in another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ValueCounts {
    /// Code of the indicator.
    pub indicator: String,
    /// Objects with a greater value than before.
    pub greater: u64,
    /// Objects with a lesser value than before.
    pub lesser: u64,
    /// Objects with the same value.
    pub same: u64,
    /// Objects that had none before.
    pub new: u64,
    /// Objects that have none any more.
    pub gone: u64,
}

/// Which problems are meant; all that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct ProblemQuery {
    /// Number of the check-up.
    pub check_up: u64,
    /// Only with one of these numbers; none: with any.
    pub ids: Vec<u64>,
    /// Only of this indicator.
    pub indicator: Option<String>,
    /// Only of this object.
    pub object: Option<String>,
    /// Only in this zone.
    pub zone: Option<String>,
    /// Only of this urgency.
    pub urgency: Option<Urgency>,
    /// Only in one of these states; none: in any.
    pub states: Vec<ProblemState>,
    /// Only with a higher number.
    pub after: u64,
    /// At most this many.
    pub limit: u32,
}

/// How many problems of an urgency are in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemCount {
    /// The urgency.
    pub urgency: Urgency,
    /// The state.
    pub state: ProblemState,
    /// How many.
    pub problems: u64,
}

/// Check-ups.
pub trait CheckUpStore: Send + Sync {
    /// All catalogues, by number.
    fn indicator_catalogues(&self) -> Answer<'_, Vec<StoredCatalogue>>;

    /// Stores a catalogue. False, and nothing is stored, if its number is taken.
    fn add_indicator_catalogue<'a>(
        &'a self,
        catalogue: &'a StoredCatalogue,
        audit: &'a AuditDraft,
    ) -> Answer<'a, bool>;

    /// All check-ups, by number.
    fn check_ups(&self) -> Answer<'_, Vec<CheckUp>>;

    /// Stores a check-up that was planned.
    fn add_check_up<'a>(
        &'a self,
        planned: &'a CheckUpChange,
        audit: &'a AuditDraft,
    ) -> Answer<'a, CheckUpStored>;

    /// Stores the next version of a check-up, of problems, or of both; all or nothing.
    fn change_check_up<'a>(
        &'a self,
        change: Option<&'a CheckUpChange>,
        problems: &'a [ProblemStep],
        audit: &'a [AuditDraft],
    ) -> Answer<'a, CheckUpStored>;

    /// What happened to a check-up, in order.
    fn check_up_trail(&self, id: u64) -> Answer<'_, Vec<CheckUpEntry>>;

    /// Stores values with their photographs, all or nothing. Each key stands there once.
    fn put_values<'a>(&'a self, change: &'a ValueChange, audit: &'a AuditDraft) -> Answer<'a, CheckUpStored>;

    /// Values, by indicator and object.
    fn values(&self, query: ValueQuery) -> Answer<'_, Vec<IndicatorValue>>;

    /// How many values each indicator has in a check-up, by code.
    fn count_values(&self, check_up: u64) -> Answer<'_, Vec<(String, u64)>>;

    /// How the values of a check-up stand to those of one before, by indicator; of one alone, if it is named.
    fn compare_values<'a>(
        &'a self,
        before: u64,
        now: u64,
        indicator: Option<&'a str>,
    ) -> Answer<'a, Vec<ValueCounts>>;

    /// Problems, by number.
    fn problems(&self, query: ProblemQuery) -> Answer<'_, Vec<CheckUpProblem>>;

    /// How many problems of a check-up there are by urgency and state.
    fn count_problems(&self, check_up: u64) -> Answer<'_, Vec<ProblemCount>>;

    /// What happened to a problem, in order.
    fn problem_trail(&self, check_up: u64, problem: u64) -> Answer<'_, Vec<ProblemEntry>>;
}
