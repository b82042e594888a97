//! Alarm rules, alarms and what belongs to them: what a store can be asked of them. Alarms themselves are
//! written with the readings that caused them, see [`ReadingsToStore`](super::ReadingsToStore).

use time::OffsetDateTime;
use twin_schemas::alarm::{
    AdaptiveBand, Alarm, AlarmEventRecord, AlarmLevel, AlarmRule, AlarmRuleView, AlarmState,
    MaintenanceWindow,
};

use super::Answer;
use crate::domain::alarm::Hold;
use crate::domain::bounds::LocalRect;

/// Which alarms are meant; all that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct AlarmQuery {
    /// Only in one of these states; none: in any.
    pub states: Vec<AlarmState>,
    /// Only of this level.
    pub level: Option<AlarmLevel>,
    /// Only of this rule.
    pub rule: Option<String>,
    /// Only of this device.
    pub device: Option<String>,
    /// Only of this kind of device.
    pub kind: Option<String>,
    /// Only in this zone.
    pub zone: Option<String>,
    /// Only within this rectangle.
    pub bounds: Option<LocalRect>,
    /// Only opened at this instant or later.
    pub from: Option<OffsetDateTime>,
    /// Only opened at this instant or earlier.
    pub to: Option<OffsetDateTime>,
    /// Only with a lower number: the page after the one that ended with it.
    pub before: Option<u64>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

/// How many alarms of a level are in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlarmCount {
    /// The level.
    pub level: AlarmLevel,
    /// The state.
    pub state: AlarmState,
    /// How many.
    pub alarms: u64,
}

/// Who changes a rule, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// When.
    pub at: OffsetDateTime,
    /// Who, if it was said.
    pub by: Option<String>,
}

/// The alarm rules, the alarms and what belongs to them.
pub trait AlarmStore: Send + Sync {
    /// The rules that are not removed, by id.
    fn alarm_rules(&self) -> Answer<'_, Vec<AlarmRuleView>>;

    /// All versions of a rule, newest first, also of a removed one.
    fn alarm_rule_versions<'a>(&'a self, id: &'a str) -> Answer<'a, Vec<AlarmRuleView>>;

    /// Stores the next version of a rule; gives its number.
    fn put_alarm_rule<'a>(&'a self, rule: &'a AlarmRule, edit: &'a Edit) -> Answer<'a, u32>;

    /// Removes a rule and keeps its versions. False if there is none.
    fn remove_alarm_rule<'a>(&'a self, id: &'a str, edit: &'a Edit) -> Answer<'a, bool>;

    /// Stores first rules, all or none. False if there were ever any.
    fn seed_alarm_rules<'a>(&'a self, rules: &'a [AlarmRule], edit: &'a Edit) -> Answer<'a, bool>;

    /// All maintenance windows, by id.
    fn maintenance_windows(&self) -> Answer<'_, Vec<MaintenanceWindow>>;

    /// Stores a maintenance window. True if it is new.
    fn put_maintenance_window<'a>(&'a self, window: &'a MaintenanceWindow) -> Answer<'a, bool>;

    /// Removes a maintenance window. False if there is none.
    fn remove_maintenance_window<'a>(&'a self, id: &'a str) -> Answer<'a, bool>;

    /// Alarms that are not over: those that are not cleared, those that were cleared while their condition
    /// held, and those that were cleared at `since` or later and may be opened again; by their numbers.
    fn unfinished_alarms(&self, since: OffsetDateTime) -> Answer<'_, Vec<Alarm>>;

    /// What watches knew when it last changed.
    fn alarm_holds(&self) -> Answer<'_, Vec<Hold>>;

    /// The highest number of an alarm; 0 if there is none.
    fn last_alarm(&self) -> Answer<'_, u64>;

    /// Alarms, newest first.
    fn alarms(&self, query: AlarmQuery) -> Answer<'_, Vec<Alarm>>;

    /// How many alarms there are by level and state, pages aside.
    fn count_alarms(&self, query: AlarmQuery) -> Answer<'_, Vec<AlarmCount>>;

    /// One alarm.
    fn alarm(&self, id: u64) -> Answer<'_, Option<Alarm>>;

    /// What happened to an alarm, in order.
    fn alarm_events(&self, id: u64) -> Answer<'_, Vec<AlarmEventRecord>>;

    /// What is usual, of every stream that it was computed for.
    fn alarm_bands(&self) -> Answer<'_, Vec<AdaptiveBand>>;

    /// What is usual for one stream.
    fn alarm_band<'a>(&'a self, device: &'a str, stream: &'a str) -> Answer<'a, Option<AdaptiveBand>>;

    /// Stores what is usual for a stream.
    fn put_alarm_band<'a>(&'a self, band: &'a AdaptiveBand) -> Answer<'a, ()>;
}
