//! What people need (更新需求): suggestions of residents that the planner selected, and what surveys and meetings brought.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{LocalizedText, ProjectPlace, Urgency};

/// What a need is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NeedKind {
    /// Dwellings and what belongs to them (住房).
    Housing,
    /// Safety (安全).
    Safety,
    /// Living in old age or with a disability (适老与无障碍).
    Accessibility,
    /// Facilities of a neighbourhood (配套设施).
    Facilities,
    /// Open space and surroundings (公共空间与环境).
    Environment,
    /// Services near by (便民服务).
    Services,
    /// What is digital (智慧化).
    Digital,
    /// Keeping of buildings, management (物业与管理).
    Management,
    /// Taking part in decisions (议事与参与).
    Participation,
    /// Something else (其他).
    Other,
}

/// Whose need it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NeedGroup {
    /// All residents (全体居民).
    All,
    /// The elderly (老年人).
    Elderly,
    /// Children and their parents (儿童及家长).
    Children,
    /// Young people (青年).
    Young,
    /// People with a disability (残疾人).
    Disabled,
    /// Tenants (租户).
    Tenants,
    /// Shops and companies (商户企业).
    Businesses,
    /// Riders and others who work there (新就业群体).
    Workers,
}

/// From whom it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NeedSource {
    /// Reports of residents (居民上报).
    Reports,
    /// A survey (问卷调查).
    Survey,
    /// A meeting (居民议事会).
    Meeting,
    /// Someone else who said so (其他).
    Other,
}

/// What is said of a need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NeedPlan {
    /// Name in both languages; one of them must be there.
    pub name: LocalizedText,
    /// What it is about.
    pub kind: NeedKind,
    /// What is needed, and why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Whose need it is; at least one group.
    pub groups: Vec<NeedGroup>,
    /// How many people need it, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
    /// How urgent it is.
    pub urgency: Urgency,
    /// From whom it is known; `reports` with at least one report.
    pub source: NeedSource,
    /// Which survey or meeting, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_text: Option<String>,
    /// Numbers of the residents' reports that it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<u64>,
    /// Ids of zones beside those that the places lie in; none and no places: the whole community.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Where it is; none: where its reports are, if they have places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<ProjectPlace>,
}

/// Where a need is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NeedState {
    /// No task takes it up yet (待安排).
    Open,
    /// A task that was not dropped takes it up (已列入任务).
    InTask,
    /// It is met (已满足).
    Met,
    /// It is not taken up, and it is said why (不纳入).
    Dismissed,
}

/// What is done with a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NeedDeed {
    /// A task takes it up (列入任务).
    Take,
    /// No task takes it up any more (移出任务).
    Release,
    /// It is met: its task is done, or somebody says by what (满足).
    Meet,
    /// Does not take it up, and says why (不纳入).
    Dismiss,
    /// Finds it open again, and says why (重新提出).
    Reopen,
}

/// A need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Need {
    /// Its number.
    pub id: u64,
    /// What is said of it.
    pub plan: NeedPlan,
    /// Ids of the zones that it lies in: those that were named, and those of its places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Where it is on its way.
    pub state: NeedState,
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

/// Something that happened to a need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NeedEntry {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What was done; absent when it was entered or its plan changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deed: Option<NeedDeed>,
    /// The parts of the plan that are others now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Number of the task that it follows from, where nobody did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<u64>,
    /// Who did it: the collector, or the system after a task.
    pub party: String,
    /// The state that it led to.
    pub state: NeedState,
    /// The version that it made.
    pub version: u32,
    /// What was said with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}
