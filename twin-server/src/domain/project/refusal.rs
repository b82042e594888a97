//! Why something is not possible with a project, in words for whoever wanted it.

use time::Date;
use twin_schemas::LocalizedText;

use super::{NOTICE_DAYS_LIMIT, PHOTOS_LIMIT, PlanError, TEXT_LIMIT};
use crate::domain::refusal::{Named, NotPossible};

/// Why something is not possible.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The table of the course refuses it.
    #[error(transparent)]
    Course(#[from] NotPossible),
    /// A text is too long.
    #[error("the text has {0} characters, limit {TEXT_LIMIT}")]
    TooLong(usize),
    /// More photographs than are taken.
    #[error("there are {0} photographs, limit {PHOTOS_LIMIT}")]
    TooManyPhotos(usize),
    /// The plan says too little to be reviewed.
    #[error("the plan cannot be declared without {}\nhint: change the plan first", ids(.0))]
    Incomplete(Vec<Named>),
    /// The plan cannot be meant.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A notice is too short or too long.
    #[error(
        "the notice would be out for {days} full days, from {least} to {NOTICE_DAYS_LIMIT} are possible\nhint: put its last day to {first_last} or later; the day on which it is put up does not count"
    )]
    NoticeDays {
        /// Full days that were asked for.
        days: i64,
        /// The fewest that are possible.
        least: i64,
        /// The first last day that is long enough.
        first_last: Date,
    },
    /// A notice is not put to an earlier day, nor out for longer than any may be.
    #[error("the notice is out until {to}\nhint: put its last day to a later one, up to {last}")]
    NoExtension {
        /// Its last day.
        to: Date,
        /// The last day that is possible.
        last: Date,
    },
    /// Departments have not spoken yet.
    #[error(
        "these departments have not given their written opinion: {0}\nhint: record it, or send the project back"
    )]
    DepartmentsOpen(String),
    /// Residents have no answer yet.
    #[error("{0} opinions of residents have no answer yet\nhint: answer them first")]
    OpinionsOpen(u32),
    /// Phases are not done.
    #[error(
        "these phases are not done: {0}\nhint: report progress with each phase that is done, or change the plan"
    )]
    PhasesOpen(String),
    /// What is being built is not changed under way.
    #[error(
        "the {0} of what is being built cannot be changed\nhint: suspend the works; another plan then goes on notice again"
    )]
    UnderWorks(String),
    /// More was spent than is planned.
    #[error(
        "{spent_fen} fen would be spent, the budget is {planned_fen} fen\nhint: a larger budget is another plan and goes on notice again"
    )]
    Overspent {
        /// All that would be spent.
        spent_fen: u64,
        /// What is planned.
        planned_fen: u64,
    },
    /// A figure does not follow the one before.
    #[error("`{field}` is {value}, from {least} to {most} is possible")]
    Number {
        /// Which.
        field: &'static str,
        /// The figure.
        value: u64,
        /// Least.
        least: u64,
        /// Most.
        most: u64,
    },
    /// Something is named that the project does not have.
    #[error("the project has no {}", .0.en_or_zh())]
    Unknown(LocalizedText),
    /// Something was done already.
    #[error("{}", .0.en_or_zh())]
    Already(LocalizedText),
    /// A list has too many members.
    #[error("there are {count} {}, limit {limit}", what.id())]
    TooMany {
        /// Of what.
        what: Named,
        /// How many.
        count: usize,
        /// How many may be.
        limit: usize,
    },
    /// Nothing would be another than before.
    #[error("the plan is as it was")]
    Unchanged,
}

fn ids(of: &[Named]) -> String {
    of.iter().copied().map(Named::id).collect::<Vec<_>>().join(", ")
}
