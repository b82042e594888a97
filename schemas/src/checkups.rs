//! Check-ups (体检) of a community: what was assessed where, which problems follow from it, and what the planner makes of
//! them.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::LocalizedText;
use crate::indicators::Urgency;

/// Where a check-up is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckUpState {
    /// It is announced; nothing is assessed yet (计划中).
    Planned,
    /// Values are collected (采集中).
    Collecting,
    /// Problems were found and are looked through (研判中).
    Review,
    /// It is concluded: its problems can enter a programming (已完成).
    Concluded,
    /// It is not carried out (已取消).
    Cancelled,
}

/// What is done with a check-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckUpDeed {
    /// Begins to collect values (开始采集).
    Begin,
    /// Ends the collecting and finds the problems (形成问题).
    Review,
    /// Concludes it, once every problem is decided (完成体检).
    Conclude,
    /// Goes back to collecting, and says why (重新采集).
    Reopen,
    /// Is not carried out, and says why (取消).
    Cancel,
}

/// A check-up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CheckUp {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: LocalizedText,
    /// The year that it is of.
    pub year: u16,
    /// Which one of its year, from 1.
    pub cycle: u8,
    /// Ids of the zones that it is limited to; none: the whole community.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Begin of the period that figures from the running system are of.
    #[serde(with = "time::serde::rfc3339")]
    pub from: OffsetDateTime,
    /// End of that period, not included.
    #[serde(with = "time::serde::rfc3339")]
    pub to: OffsetDateTime,
    /// Codes of its indicators; none: all of its catalogue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<String>,
    /// Number of the catalogue that its indicators are of; it does not change with the catalogue in force.
    pub catalogue: u32,
    /// Number of the check-up before it, whose problems are looked for again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<u64>,
    /// Where it is on its way.
    pub state: CheckUpState,
    /// How often it went back to collecting.
    #[serde(default)]
    pub reopened: u32,
    /// When it was planned.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When something was done with it last; values aside.
    #[serde(with = "time::serde::rfc3339")]
    pub changed_at: OffsetDateTime,
    /// When its problems were found last.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub reviewed_at: Option<OffsetDateTime>,
    /// When it came to an end.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub ended_at: Option<OffsetDateTime>,
    /// Raised by each change.
    pub version: u32,
}

/// Something that happened to a check-up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CheckUpEntry {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What was done; absent for its planning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deed: Option<CheckUpDeed>,
    /// Who did it: the planner.
    pub party: String,
    /// The state that it led to.
    pub state: CheckUpState,
    /// What was said with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueSource {
    /// Somebody entered it.
    Form,
    /// It stood in a table.
    Import,
    /// The server computed it.
    Computed,
}

/// An assessment: what an indicator is at an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IndicatorValue {
    /// Code of the indicator.
    pub indicator: String,
    /// Id of the building, zone or community.
    pub object: String,
    /// The value, in the unit of the indicator.
    pub value: f64,
    /// Where it comes from.
    pub source: ValueSource,
    /// When it was given.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who gave it: `user:…`, `key:…`, `local`.
    pub by: String,
    /// What was said with it; for what was computed, of how much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Ids of photographs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<String>,
}

/// Where a problem is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemState {
    /// It follows from a value; nobody has decided yet (待研判).
    Found,
    /// The planner takes it as it was found, or as they changed it (已确认).
    Confirmed,
    /// The planner does not take it, and says why (不纳入).
    Dismissed,
    /// It does not follow from the values any more (已消除).
    Gone,
}

/// What is done with a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemDeed {
    /// Takes it (确认).
    Confirm,
    /// Takes it with another urgency, and says why (调整).
    Change,
    /// Does not take it, and says why (不纳入).
    Dismiss,
    /// Finds it again with another value (重新形成).
    Renew,
    /// Does not find it any more (消除).
    Lapse,
}

/// Why a problem is more urgent than its value alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemRaise {
    /// So many of the assessed objects have it (范围).
    Widespread,
    /// The check-up before found it, and its time limit has passed (时限).
    Overdue,
}

/// A problem that a check-up found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CheckUpProblem {
    /// Its number in its check-up.
    pub id: u64,
    /// Number of the check-up.
    pub check_up: u64,
    /// Code of the indicator.
    pub indicator: String,
    /// Id of the building, zone or community.
    pub object: String,
    /// Id of the zone that the object stands in or is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The value that it follows from.
    pub value: f64,
    /// The threshold that the value has reached.
    pub threshold: f64,
    /// How severe it is by its value alone.
    pub severity: Urgency,
    /// How many of the assessed objects of its level reach a threshold of the indicator.
    pub short: u32,
    /// How many objects of its level were assessed.
    pub assessed: u32,
    /// What makes it more urgent, a step each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raised: Vec<ProblemRaise>,
    /// How urgent it was found to be.
    pub found: Urgency,
    /// How urgent it is: as found, or as the planner changed it.
    pub urgency: Urgency,
    /// Which value stands against which threshold, and what else counted.
    pub because: LocalizedText,
    /// Where it is on its way.
    pub state: ProblemState,
    /// Why the planner changed or dismissed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was found.
    #[serde(with = "time::serde::rfc3339")]
    pub found_at: OffsetDateTime,
    /// Until when it is to be dealt with.
    #[serde(with = "time::serde::rfc3339")]
    pub due: OffsetDateTime,
    /// When something was done with it last.
    #[serde(with = "time::serde::rfc3339")]
    pub changed_at: OffsetDateTime,
    /// Raised by each change.
    pub version: u32,
}

/// Something that happened to a problem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProblemEntry {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What was done; absent for its finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deed: Option<ProblemDeed>,
    /// Who did it: the planner, or the system.
    pub party: String,
    /// The state that it led to.
    pub state: ProblemState,
    /// The value that it followed from then.
    pub value: f64,
    /// How urgent it was from then on.
    pub urgency: Urgency,
    /// What was said with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What became of an indicator at an object from one check-up to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueChange {
    /// It is better (改善).
    Better,
    /// It is worse (恶化).
    Worse,
    /// It is the same (持平).
    Same,
    /// It was not assessed before (新增).
    New,
    /// It is not assessed any more (缺失).
    Gone,
}

/// An indicator at an object in two check-ups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ValueComparison {
    /// Code of the indicator.
    pub indicator: String,
    /// Id of the object.
    pub object: String,
    /// The value in the check-up before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// The value now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<f64>,
    /// What became of it.
    pub change: ValueChange,
}
