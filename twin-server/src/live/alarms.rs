//! The alarms that viewers see: those that are not over and not held back, and for a while those that are
//! just over, so that whoever was away is told. Part of the hub.

use std::collections::BTreeMap;
use std::sync::Arc;

use twin_schemas::alarm::{Alarm, AlarmState};

use super::DeviceFilter;

/// Alarms by their numbers.
#[derive(Debug, Default)]
pub(super) struct AlarmBoard(BTreeMap<u64, Posted>);

#[derive(Debug)]
struct Posted {
    alarm: Alarm,
    /// The alarm as JSON, shared by all viewers.
    json: Arc<str>,
    seq: u64,
}

impl AlarmBoard {
    /// Whether viewers are to be told of an alarm: one that was held back until its end is nothing to them.
    pub(super) fn concerns(&self, alarm: &Alarm) -> bool {
        match alarm.state {
            AlarmState::Open | AlarmState::Acknowledged => true,
            AlarmState::Suppressed => false,
            AlarmState::Cleared => self.0.contains_key(&alarm.id),
        }
    }

    /// Posts an alarm under the number of its change; gives the number of the change before.
    pub(super) fn post(&mut self, alarm: Alarm, json: Arc<str>, seq: u64) -> Option<u64> {
        self.0.insert(alarm.id, Posted { alarm, json, seq }).map(|before| before.seq)
    }

    /// Forgets an alarm that is over.
    pub(super) fn forget(&mut self, id: u64) {
        self.0.remove(&id);
    }

    /// The alarm as JSON, if the filter covers it.
    pub(super) fn covered(&self, id: u64, filter: &DeviceFilter) -> Option<&str> {
        let posted = self.0.get(&id)?;
        covers(filter, &posted.alarm).then_some(&*posted.json)
    }

    /// The covered alarms that are not over, as a JSON array.
    pub(super) fn list(&self, filter: &DeviceFilter) -> String {
        let open = self.0.values().filter(|posted| posted.alarm.state != AlarmState::Cleared);
        let covered = open.filter(|posted| covers(filter, &posted.alarm));
        format!("[{}]", covered.map(|posted| &*posted.json).collect::<Vec<_>>().join(","))
    }
}

fn covers(filter: &DeviceFilter, alarm: &Alarm) -> bool {
    !filter.without_alarms && filter.covers_at(&alarm.kind, &alarm.position)
}
