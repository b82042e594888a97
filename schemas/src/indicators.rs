//! Indicators of a check-up (体检): what is looked at, in which unit, and from which value on it is a problem. A
//! catalogue of them comes with the server; a city may bring its own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::LocalizedText;

/// The two families of indicators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorFamily {
    /// What is built: 住房, 小区, 街区 (建科〔2023〕75号).
    Physical,
    /// What makes a smart community: the six parts of the guideline.
    Smart,
}

/// What an indicator is assessed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorLevel {
    /// A building (栋).
    Building,
    /// A neighbourhood (小区), which is a zone of the model.
    Neighbourhood,
    /// The community as a whole.
    Community,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorDirection {
    /// A problem is a value below a threshold: a threshold is what is just good enough.
    MoreIsBetter,
    /// A problem is a value at or above a threshold: a threshold is what is not good enough any more.
    LessIsBetter,
}

/// How urgent a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// 一般.
    Ordinary,
    /// 较紧急.
    Pressing,
    /// 紧急.
    Urgent,
}

/// The values that make a problem, by how urgent it is: see [`IndicatorDirection`]. At least one is there, and the more
/// urgent one is the worse value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// From here on 一般.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordinary: Option<f64>,
    /// From here on 较紧急.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pressing: Option<f64>,
    /// From here on 紧急.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgent: Option<f64>,
}

/// Days within which a problem is to be dealt with, by how urgent it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProblemLimits {
    /// 一般.
    pub ordinary_d: u32,
    /// 较紧急.
    pub pressing_d: u32,
    /// 紧急.
    pub urgent_d: u32,
}

/// What the server can compute from the model and from what runs in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorMethod {
    /// Share of residential footprints within the service radius of a park, in percent.
    ParkCoverage,
    /// Share of the known kinds of facility within 15 minutes' walk as the crow flies, in percent.
    WalkingCircle,
    /// Share of devices that are not offline, in percent.
    DeviceOnlineRate,
    /// Share of reported problems that are closed, in percent.
    ClosingRate,
    /// Share of suggestions that were answered, in percent.
    AnswerRate,
    /// Median time from a reported problem to its answer, in hours.
    RepairTime,
    /// Mean of the residents' ratings, 1 to 5.
    MeanRating,
    /// Parking places that are lacking by the standard, which is places for each household.
    ParkingGap,
    /// Charging points that are lacking by the standard, which is the share of places that have one, in percent.
    ChargingGap,
}

/// What a method holds the model against, as a city sets it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorStandard {
    /// The number, in the unit that the method says.
    pub value: f64,
    /// The norm or decision that it comes from.
    pub source: LocalizedText,
}

/// That an indicator is computed, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorComputation {
    /// The method.
    pub method: IndicatorMethod,
    /// How, in words.
    pub how: LocalizedText,
    /// The standard, for methods that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<IndicatorStandard>,
}

/// An indicator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// Stable code: letters, digits, `-`, `_`, `.`.
    pub code: String,
    /// Name in both languages.
    pub name: LocalizedText,
    /// Physical or smart.
    pub family: IndicatorFamily,
    /// The dimension, such as 住房 or 数字基础设施.
    pub dimension: LocalizedText,
    /// The group within the dimension, such as 安全耐久.
    #[serde(default)]
    pub group: LocalizedText,
    /// Unit of a value.
    pub unit: String,
    /// The levels at which it is assessed.
    pub levels: Vec<IndicatorLevel>,
    /// What a value counts.
    pub counts: LocalizedText,
    /// Which way is better.
    pub direction: IndicatorDirection,
    /// The least value that can be.
    pub min: f64,
    /// The greatest value that can be.
    pub max: f64,
    /// From which values on there is a problem.
    pub thresholds: Thresholds,
    /// Within how many days a problem is to be dealt with.
    pub limits: ProblemLimits,
    /// From this share of the assessed objects on, in percent, a problem is widespread and one step more urgent; absent:
    /// its extent does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub widespread_pct: Option<f64>,
    /// Who supplies it.
    pub supplier: LocalizedText,
    /// That it is computed, and how; absent: people assess it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computed: Option<IndicatorComputation>,
}
