//! Alarms: rules, readings and the passing of time come in; alarms that open, change and end go out.
//! Called by the ingest writer, which stores what comes out together with the readings that caused it.
//!
//! The way of a reading, from the outside in: `engine` finds the watches of its device and stream; a
//! `watch` is one rule on one device and knows which levels of the rule's `plan` hold, and since when;
//! `life` turns that into what happens to the one alarm that the watch has.
//!
//! **Two clocks.** A duration is over once a later reading of the same stream says so, by the instants of
//! the readings; or once the server has waited for as long after it received the first. So a gateway that
//! delivers an hour at once raises exactly what it would have raised minute by minute, and a reading that
//! is still on its way is not run over by the server's clock. Nothing opens before its duration.
//!
//! **Restarts.** What a watch knows is stored when it changes, with the reading that changed it: an alarm,
//! or since when which level has held ([`Hold`]). Only the readings of rates are not kept; a rate is unknown
//! until half its window has passed, and until then what held goes on.

mod actions;
pub mod adaptive;
mod check;
mod court;
mod defaults;
mod engine;
mod gauge;
mod life;
mod plan;
#[cfg(test)]
mod tests;
mod trial;
mod watch;
mod window;

use std::collections::BTreeMap;

use time::OffsetDateTime;
use twin_schemas::alarm::{Alarm, AlarmEventRecord};

pub use super::reading::to_us;
pub use actions::{ActError, Action, Deed};
pub use check::{RuleError, check_rule, check_window};
pub use court::{DeviceFacts, Known};
pub use defaults::built_in_rules;
pub use engine::{Engine, Handle, Observation};
pub use plan::Plan;
pub use trial::{Trial, TrialEnd};

/// What a watch must know again after a restart, and what the store keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Id of the rule.
    pub rule: String,
    /// Id of the device.
    pub device: String,
    /// Version of the rule; of another version it means nothing.
    pub version: u32,
    /// Of each step of the plan: microseconds since which it holds by the readings' instants, and since
    /// which the server knows. Empty: nothing holds, forget the row.
    pub steps: Vec<(i64, i64)>,
}

/// What became of alarms, for the store and then for viewers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlarmChanges {
    /// Alarms as they are now, by their numbers.
    pub alarms: BTreeMap<u64, Alarm>,
    /// What happened to them, in order.
    pub events: Vec<AlarmEventRecord>,
    /// What watches know now, by rule and device.
    pub holds: BTreeMap<(String, String), Hold>,
}

impl AlarmChanges {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.alarms.is_empty() && self.events.is_empty() && self.holds.is_empty()
    }
}

/// The instant of a count of microseconds; the ends of time where there is none.
#[must_use]
pub fn from_us(us: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(us) * 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
