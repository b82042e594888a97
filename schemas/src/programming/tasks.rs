//! What is to be done (更新任务): where the three lists lead, and where projects begin.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{Amount, LocalizedText, ProjectKind, ProjectLevel, ProjectPlace, ProjectProblem, Urgency};

/// How large a task is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum TaskSize {
    /// Measured or counted.
    Measure {
        /// How much, more than nothing.
        value: f64,
        /// Of what, such as `m²` or `栋`.
        unit: String,
    },
    /// In words.
    Words {
        /// The words.
        text: LocalizedText,
    },
}

/// A resource that a task draws on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskDraw {
    /// Number of the resource.
    pub resource: u64,
    /// How much of it, in the resource's unit; absent: it is used and nothing less is left of it, as of a policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}

/// What is said of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskPlan {
    /// Name in both languages; one of them must be there.
    pub name: LocalizedText,
    /// Which of the five kinds of task.
    pub kind: ProjectKind,
    /// Its level.
    pub level: ProjectLevel,
    /// How urgent it is.
    pub urgency: Urgency,
    /// What is to be done.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// How large it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<TaskSize>,
    /// The quarter or month in which it begins: `2027-Q1` or `2027-03`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9]{4}-(Q[1-4]|0[1-9]|1[0-2])$", example = "2027-Q1")]
    pub first: Option<String>,
    /// The quarter or month in which it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9]{4}-(Q[1-4]|0[1-9]|1[0-2])$", example = "2027-Q3")]
    pub last: Option<String>,
    /// Numbers of the tasks that it comes after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<u64>,
    /// The problems of check-ups that it is to solve; each is in one task that was not dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ProjectProblem>,
    /// Numbers of the needs that it is to meet; each is in one task that was not dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<u64>,
    /// Numbers of residents' reports that it comes from beside those of its needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<u64>,
    /// The resources that it draws on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<TaskDraw>,
    /// Ids of zones beside those that the places lie in; none and no places: the whole community.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<ProjectPlace>,
}

/// Where a task is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// It is proposed: nothing is committed to it yet (建议).
    Proposed,
    /// It is on the list of tasks, and its resources are committed (已列入清单).
    Adopted,
    /// A project comes from it (已立项).
    InProject,
    /// A project that comes from it is built (已完成).
    Done,
    /// It is not pursued, and it is said why (已取消).
    Dropped,
}

/// What is done with a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskDeed {
    /// Puts it on the list of tasks (列入清单).
    Adopt,
    /// A project names it (立项).
    Enter,
    /// No project that goes on names it any more (退出项目).
    Leave,
    /// A project that names it is built (完成).
    Finish,
    /// Does not pursue it, and says why (取消).
    Drop,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Task {
    /// Its number.
    pub id: u64,
    /// What is said of it.
    pub plan: TaskPlan,
    /// Ids of the zones that it lies in: those that were named, and those of its places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Where it is on its way.
    pub state: TaskState,
    /// What was said with the last deed that needed a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was entered.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When something was done with it last.
    #[serde(with = "time::serde::rfc3339")]
    pub changed_at: OffsetDateTime,
    /// Raised by each change.
    pub version: u32,
}

/// Something that happened to a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskEntry {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What was done; absent when it was entered or its plan changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deed: Option<TaskDeed>,
    /// The parts of the plan that are others now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Number of the project that it follows from, where nobody did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<u64>,
    /// Who did it: the planner, or the system after a project.
    pub party: String,
    /// The state that it led to.
    pub state: TaskState,
    /// The version that it made.
    pub version: u32,
    /// What was said with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}
