//! What there is to renew with (更新资源).

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;

use super::{Amount, LocalizedText, ProjectPlace, day};

/// What a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResourceKind {
    /// Land or open space (用地与空间).
    Land,
    /// Rooms or buildings that stand idle (闲置用房).
    Premises,
    /// Money (资金).
    Money,
    /// A facility that can be used by more people, or for more (设施设备).
    Facility,
    /// An organisation, or people who help (组织与人力).
    People,
    /// A policy that allows or supports something (政策).
    Policy,
}

/// Who runs what is made of something, and so who may use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OperationMode {
    /// The government (政府运营).
    Government,
    /// A company (企业运营).
    Enterprise,
    /// Both together (政企合作).
    Joint,
}

/// What is said of a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourcePlan {
    /// Name in both languages; one of them must be there.
    pub name: LocalizedText,
    /// What it is.
    pub kind: ResourceKind,
    /// More about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// How much of it there is; absent where it is not measured. Money is in fen, and nothing but money is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Who owns it.
    pub owner: String,
    /// Who may use it.
    pub used_by: OperationMode,
    /// Ids of zones beside those that the places lie in; none and no places: the whole community.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<ProjectPlace>,
    /// The first day on which it can be used; absent: now.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "day::option")]
    pub from: Option<Date>,
    /// The last day; absent: no end is known.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "day::option")]
    pub to: Option<Date>,
}

/// Where a resource is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResourceState {
    /// No task that was adopted draws on it (可用).
    Available,
    /// A task that was adopted, or is in a project, draws on it (已安排).
    Committed,
    /// Nothing is left of it (已用完).
    UsedUp,
    /// Whoever keeps it has taken it back, and says why (已撤回).
    Withdrawn,
}

/// What is done with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResourceDeed {
    /// A task that draws on it was adopted (安排).
    Commit,
    /// No such task is left (释放).
    Release,
    /// Nothing is left of it (用完).
    UseUp,
    /// Takes it back, and says why (撤回).
    Withdraw,
    /// Offers it again, and says why (恢复).
    Restore,
}

/// A resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Resource {
    /// Its number.
    pub id: u64,
    /// What is said of it.
    pub plan: ResourcePlan,
    /// Ids of the zones that it lies in: those that were named, and those of its places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Where it is on its way.
    pub state: ResourceState,
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

/// Something that happened to a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ResourceEntry {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What was done; absent when it was entered or its plan changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deed: Option<ResourceDeed>,
    /// The parts of the plan that are others now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Number of the task that it follows from, where nobody did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<u64>,
    /// Who did it: the keeper, or the system after a task.
    pub party: String,
    /// The state that it led to.
    pub state: ResourceState,
    /// The version that it made.
    pub version: u32,
    /// What was said with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A resource that suits a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ResourceMatch {
    /// Its number.
    pub resource: u64,
    /// Whether it lies in a zone of the task, or is of the whole community.
    pub same_zone: bool,
    /// How far it is from the task's places, in metres; absent where either has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<f64>,
}
