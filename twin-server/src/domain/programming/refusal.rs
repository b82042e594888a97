//! Why something is not possible with resources, needs and tasks, in words for whoever wanted it.

use twin_schemas::LocalizedText;

use super::{PlanError, TEXT_LIMIT};
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
    /// Nothing would be another than before.
    #[error("it is as it was")]
    Unchanged,
    /// What is said cannot be meant.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A task names what is not there.
    #[error("there is no {} {id}", what.id())]
    Unknown {
        /// What.
        what: Named,
        /// Its number.
        id: u64,
    },
    /// A problem is in another task.
    #[error(
        "problem {problem} of check-up {check_up} is in task {task} already\nhint: take it out there, or drop that task"
    )]
    ProblemTaken {
        /// Number of the check-up.
        check_up: u64,
        /// Number of the problem.
        problem: u64,
        /// Number of the task.
        task: u64,
    },
    /// A need is in another task.
    #[error("need {need} is in task {task} already\nhint: take it out there, or drop that task")]
    NeedTaken {
        /// Number of the need.
        need: u64,
        /// Number of the task.
        task: u64,
    },
    /// Something is not in the state in which a task can name it.
    #[error("{} {id} is `{}`\nhint: a task names {}", what.id(), state.id(), asked.en_or_zh())]
    NotNow {
        /// What.
        what: Named,
        /// Its number.
        id: u64,
        /// Its state.
        state: Named,
        /// What is asked of it.
        asked: LocalizedText,
    },
    /// An amount is in another unit than the resource.
    #[error(
        "resource {resource} is measured in {unit}\nhint: say how much in the same unit, or leave the amount out"
    )]
    Unit {
        /// Number of the resource.
        resource: u64,
        /// Its unit in words.
        unit: String,
    },
    /// More is drawn from a resource than there is.
    #[error("resource {resource} has {amount}, its tasks would draw {drawn}")]
    Overdrawn {
        /// Number of the resource.
        resource: u64,
        /// How much there is.
        amount: String,
        /// How much would be drawn.
        drawn: String,
    },
    /// A resource cannot be used while the task goes on.
    #[error("resource {resource} can be used {days}, the task goes on {task}")]
    Expired {
        /// Number of the resource.
        resource: u64,
        /// Its days.
        days: String,
        /// Those of the task.
        task: String,
    },
    /// A task comes after itself.
    #[error("task {0} would come after itself")]
    Cycle(u64),
    /// A task begins before one that it comes after is about to end.
    #[error("task {later} begins before the last quarter or month of task {earlier}, which it comes after")]
    Sequence {
        /// Number of the one that comes first.
        earlier: u64,
        /// Number of the other.
        later: u64,
    },
}
