//! Alarms: the rules that raise them, what became of each, and when they are held back.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::LocalizedText;
use crate::geometry::LocalPoint;

/// How urgent an alarm is, from least to most; in the four steps of public warnings (蓝, 黄, 橙, 红).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlarmLevel {
    /// Worth knowing, nothing to do yet (关注, blue).
    Notice,
    /// Someone should look (预警, yellow).
    Warning,
    /// Dangerous or broken; someone must act (告警, orange).
    Alarm,
    /// The community leaves its ordinary state (紧急, red).
    Emergency,
}

impl AlarmLevel {
    /// All levels, from least to most urgent.
    pub const ALL: [Self; 4] = [Self::Notice, Self::Warning, Self::Alarm, Self::Emergency];
}

/// Which devices a rule or a window is for; all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlarmScope {
    /// Id of a kind of device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Ids of devices; none: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<String>,
    /// Id of a zone of the model, such as `zone/z1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// A rule that raises alarms, one at a time for each device that it is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlarmRule {
    /// Stable id: letters, digits, `-`, `_`, `.`.
    pub id: String,
    /// Name in both languages; it is the title of the alarms.
    pub name: LocalizedText,
    /// Whether it raises alarms now.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The devices that it watches.
    pub scope: AlarmScope,
    /// When an alarm holds, and at which level.
    pub condition: AlarmCondition,
    /// The role that is responsible, such as `property`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What whoever handles the alarm should do.
    #[serde(default)]
    pub advice: LocalizedText,
    /// What happens while nobody acknowledges, in the order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalation: Vec<EscalationStep>,
    /// What closes an alarm.
    #[serde(default)]
    pub clear: ClearMode,
    /// An alarm that was cleared less than this many seconds ago is opened again instead of a new one.
    #[serde(default)]
    pub reopen_within_s: u32,
}

/// When an alarm holds. A condition names streams of one device; of several levels that hold, the most
/// urgent counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum AlarmCondition {
    /// The value of a stream lies in a range.
    Threshold {
        /// Id of the stream.
        stream: String,
        /// Ranges in the stream's unit.
        levels: Vec<AlarmRange>,
    },
    /// A stream's value changes fast: its change per minute, over a window, lies in a range.
    Rate {
        /// Id of the stream.
        stream: String,
        /// Seconds over which the change is measured.
        window_s: u32,
        /// Ranges in the stream's unit per minute; negative where it falls.
        levels: Vec<AlarmRange>,
    },
    /// A stream is unlike itself at this hour of the week: its distance from the hour's usual value, in
    /// standard deviations, lies in a range.
    Adaptive {
        /// Id of the stream.
        stream: String,
        /// Weeks of history that say what is usual, 1 to 12.
        #[serde(default = "four")]
        weeks: u32,
        /// Hours after which what is usual is computed anew.
        #[serde(default = "one_day_h")]
        recompute_h: u32,
        /// The standard deviation counts as this at least, in the stream's unit: a stream that hardly moves
        /// must not alarm at every breath.
        #[serde(default)]
        least_deviation: f64,
        /// Minutes east of UTC by which hours are told.
        #[serde(default = "china_min")]
        utc_offset_min: i32,
        /// Ranges in standard deviations: `from: 3` is far above, `to: -3` far below.
        levels: Vec<AlarmRange>,
    },
    /// The device sends nothing. One that never sent anything raises no alarm: its status tells it.
    Silence {
        /// How long, and how urgent that is.
        levels: Vec<SilenceLevel>,
    },
    /// All conditions hold; the level is the least urgent of theirs.
    All {
        /// The conditions.
        #[schema(no_recursion)]
        of: Vec<AlarmCondition>,
        /// Seconds for which they must hold together.
        #[serde(default)]
        for_s: u32,
    },
    /// Any condition holds; the level is the most urgent of theirs.
    Any {
        /// The conditions.
        #[schema(no_recursion)]
        of: Vec<AlarmCondition>,
        /// Seconds for which any must hold without a break.
        #[serde(default)]
        for_s: u32,
    },
}

/// A range that raises a level: `from <= value <= to`, open where an end is absent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlarmRange {
    /// The level.
    pub level: AlarmLevel,
    /// Lower end, included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Upper end, included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// How far outside the range a value must lie before the level ends.
    #[serde(default)]
    pub hysteresis: f64,
    /// Seconds for which values must lie in the range before the level holds.
    #[serde(default)]
    pub for_s: u32,
}

/// A silence that raises a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SilenceLevel {
    /// The level.
    pub level: AlarmLevel,
    /// Seconds since the newest reading of any of the device's streams.
    pub after_s: u32,
}

/// What happens to an alarm that nobody acknowledged for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalationStep {
    /// Minutes without acknowledgement.
    pub after_min: u32,
    /// The level that the alarm has at least from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<AlarmLevel>,
    /// The role that is responsible from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// What closes an alarm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClearMode {
    /// The end of its condition.
    #[default]
    Auto,
    /// A person, once the condition ended.
    Manual,
}

/// A rule as it stands, with what is known about its edits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlarmRuleView {
    /// The rule.
    pub rule: AlarmRule,
    /// Number of its edit, from 1.
    pub version: u32,
    /// Instant of the edit.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: OffsetDateTime,
    /// Who made the edit, if it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<String>,
    /// Whether the edit removed the rule.
    #[serde(default)]
    pub deleted: bool,
}

/// What an alarm waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlarmState {
    /// Someone to acknowledge it.
    Open,
    /// Its end: someone is at it.
    Acknowledged,
    /// Nothing; it is over.
    Cleared,
    /// The end of the maintenance window that holds it back.
    Suppressed,
}

/// An alarm, with everything that a list shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Alarm {
    /// Its number; later alarms have higher ones.
    pub id: u64,
    /// Id of the rule that raised it.
    pub rule: String,
    /// Version of the rule that judged it last.
    pub rule_version: u32,
    /// Name of the rule.
    pub name: LocalizedText,
    /// What to do.
    pub advice: LocalizedText,
    /// Id of the device.
    pub device: String,
    /// Id of its kind.
    pub kind: String,
    /// Name of the device.
    pub device_name: LocalizedText,
    /// Where it stands, in local metres.
    pub position: LocalPoint,
    /// The model object that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// The zone that it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The stream that raised it last; absent for silence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// The stream's value then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// How urgent it is, escalation included.
    pub level: AlarmLevel,
    /// The most urgent level that it ever had.
    pub peak_level: AlarmLevel,
    /// What it waits for.
    pub state: AlarmState,
    /// The role that is responsible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Instant at which its condition began to hold, for as long as the rule asks.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: OffsetDateTime,
    /// Instant of its last change.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: OffsetDateTime,
    /// Instant since which it waits for someone; absent if it waits for nobody.
    #[serde(with = "time::serde::rfc3339::option", default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub waiting_since: Option<OffsetDateTime>,
    /// Instant of the acknowledgement.
    #[serde(with = "time::serde::rfc3339::option", default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub acknowledged_at: Option<OffsetDateTime>,
    /// Who acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_by: Option<String>,
    /// Instant at which the condition ended; absent while it holds.
    #[serde(with = "time::serde::rfc3339::option", default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<OffsetDateTime>,
    /// Instant at which it was closed.
    #[serde(with = "time::serde::rfc3339::option", default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub cleared_at: Option<OffsetDateTime>,
    /// Who closed it; absent if its condition's end did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleared_by: Option<String>,
    /// The window that held it back, also afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed_by: Option<String>,
    /// Steps of escalation that were taken since it waits.
    #[serde(default)]
    pub escalations: u32,
    /// How often it was opened again.
    #[serde(default)]
    pub reopened: u32,
}

/// What can happen to an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlarmEventKind {
    /// Its condition held for as long as the rule asks, or the window that held it back ended.
    Opened,
    /// Its condition held, within a maintenance window.
    Suppressed,
    /// It became more urgent.
    Raised,
    /// It became less urgent.
    Lowered,
    /// Nobody acknowledged it in time.
    Escalated,
    /// Someone takes care of it.
    Acknowledged,
    /// Someone said something about it.
    Commented,
    /// Its condition ended; it waits for a person to close it.
    Ended,
    /// Its condition holds again, before it was closed.
    Resumed,
    /// It is over.
    Cleared,
    /// It is the same alarm again, soon after it was cleared.
    Reopened,
}

/// Something that happened to an alarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlarmEventRecord {
    /// The alarm.
    pub alarm: u64,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// What.
    pub kind: AlarmEventKind,
    /// Its level afterwards.
    pub level: AlarmLevel,
    /// The value that caused it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Who, if a person did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What they said, or why the server did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// An alarm opened or changed. SSE event name `alarm`; one that is cleared leaves the list of open ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlarmChangedEvent {
    /// The alarm as it is now.
    pub alarm: Alarm,
}

/// A place and a time in which alarms are held back. Alarms that were open before stay open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaintenanceWindow {
    /// Stable id: letters, digits, `-`, `_`, `.`.
    pub id: String,
    /// Name in both languages.
    pub name: LocalizedText,
    /// The devices whose alarms it holds back.
    pub scope: AlarmScope,
    /// When.
    pub when: WindowTime,
}

/// When a window is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum WindowTime {
    /// Once.
    Once {
        /// Its beginning.
        #[serde(with = "time::serde::rfc3339")]
        #[schema(value_type = String, format = DateTime)]
        from: OffsetDateTime,
        /// Its end.
        #[serde(with = "time::serde::rfc3339")]
        #[schema(value_type = String, format = DateTime)]
        to: OffsetDateTime,
    },
    /// Every week.
    Weekly {
        /// Days on which it begins, 1 (Monday) to 7 (Sunday).
        days: Vec<u8>,
        /// Minute of the day at which it begins, 0 to 1439.
        start_min: u32,
        /// How long it lasts, 1 to 1440 minutes; it may reach into the next day.
        length_min: u32,
        /// Minutes east of UTC by which days are told.
        #[serde(default = "china_min")]
        utc_offset_min: i32,
    },
}

/// What is usual for a stream, by hour of the week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AdaptiveBand {
    /// Id of the device.
    pub device: String,
    /// Id of the stream.
    pub stream: String,
    /// Instant at which it was computed.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub computed_at: OffsetDateTime,
    /// Minutes east of UTC by which hours are told.
    pub utc_offset_min: i32,
    /// Readings that it was computed from.
    pub readings: u64,
    /// 168 hours from Monday, 0 o'clock; an hour with too few readings has what is usual over the week.
    pub hours: Vec<UsualHour>,
}

/// What is usual in one hour of the week.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UsualHour {
    /// Mean of the values.
    pub mean: f64,
    /// Their standard deviation.
    pub deviation: f64,
    /// How many there were.
    pub readings: u32,
}

fn yes() -> bool {
    true
}

fn four() -> u32 {
    4
}

fn one_day_h() -> u32 {
    24
}

fn china_min() -> i32 {
    480
}
