//! Tasks that follow from problems and needs by rule, and the themes by which these are brought together.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    LocalizedText, NeedKind, ProjectKind, ProjectLevel, ProjectProblem, ResourceKind, ResourceMatch, TaskPlan,
};

/// Which indicators belong to a theme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThemeIndicators {
    /// A dimension by its Chinese name, such as `住房`.
    pub dimension: String,
    /// A group within it; absent: all that no other theme names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// What problems and needs have in common that become one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskTheme {
    /// Stable id.
    pub id: String,
    /// Name in both languages.
    pub name: LocalizedText,
    /// The kind of its tasks.
    pub kind: ProjectKind,
    /// The level of its tasks; what is urgent is `basic` whatever stands here.
    pub level: ProjectLevel,
    /// The indicators whose problems belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<ThemeIndicators>,
    /// The needs that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<NeedKind>,
    /// The kinds of resource that suit it.
    pub resources: Vec<ResourceKind>,
}

/// What a proposed task comes from, each with its reason in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TaskBecause {
    /// A problem of a check-up.
    Problem {
        /// Which.
        of: ProjectProblem,
        /// Why it is one.
        because: LocalizedText,
    },
    /// A need.
    Need {
        /// Its number.
        need: u64,
        /// Its name.
        because: LocalizedText,
    },
}

/// A task that follows from problems and needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskProposal {
    /// Number of the task, where it was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<u64>,
    /// Id of its theme.
    pub theme: String,
    /// The task, as it can be sent to `/api/v1/tasks`.
    pub plan: TaskPlan,
    /// What it comes from: every problem and need of the plan once.
    pub because: Vec<TaskBecause>,
    /// Resources that suit it, the best first; at most 10.
    pub resources: Vec<ResourceMatch>,
}

/// What was not looked at, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    /// Problems that are in a task already.
    pub problems_in_tasks: u64,
    /// Needs that are in a task already.
    pub needs_in_tasks: u64,
    /// Problems and needs of zones for which one does not plan.
    pub not_yours: u64,
}
