//! A rule tried against history: readings of one device come in by time, the alarms that the rule would have
//! raised go out. Called by the API; nothing is stored, nobody is told.

use std::sync::Arc;

use twin_schemas::alarm::{Alarm, AlarmEventRecord, AlarmRule, AlarmState};

use super::adaptive::Usual;
use super::court::{DeviceFacts, Known};
use super::engine::{Engine, Handle, Observation};
use super::plan::Plan;
use super::watch::NEVER;
use super::{AlarmChanges, to_us};

/// A rule on one device.
#[derive(Debug)]
pub struct Trial {
    engine: Engine,
    handle: Option<Handle>,
    changes: AlarmChanges,
}

/// What a rule would have done.
#[derive(Debug, Default)]
pub struct TrialEnd {
    /// The alarms, by when they opened, as they stood at the end.
    pub alarms: Vec<Alarm>,
    /// What happened to them.
    pub events: Vec<AlarmEventRecord>,
    /// Seconds for which they were open, together.
    pub open_s: i64,
}

impl Trial {
    /// A checked rule on a device, with what is usual for its streams; the numbers of its alarms begin at
    /// `first_id`.
    #[must_use]
    pub fn new(rule: AlarmRule, facts: DeviceFacts, usual: Vec<(String, Arc<Usual>)>, first_id: u64) -> Self {
        let mut engine = Engine::new(first_id, NEVER);
        let device = facts.device.id.clone();
        engine.load_rule(Arc::new(Plan::new(AlarmRule { enabled: true, ..rule }, 0)));
        engine.load_device(facts, &Known::default());
        for (stream, usual) in usual {
            engine.put_usual(&device, &stream, usual);
        }
        let handle = engine.handle(&device);
        Self { engine, handle, changes: AlarmChanges::default() }
    }

    /// Takes in the next reading by time.
    pub fn observe(&mut self, reading: Observation<'_>) {
        let Some(handle) = self.handle else { return };
        // The instant itself belongs to the reading.
        self.engine.tick(reading.time_us - 1, &mut self.changes);
        self.engine.observe(handle, reading, reading.time_us, &mut self.changes);
    }

    /// Lets the rest of the time pass.
    #[must_use]
    pub fn finish(mut self, end_us: i64) -> TrialEnd {
        self.engine.tick(end_us, &mut self.changes);
        let alarms: Vec<Alarm> = self.changes.alarms.into_values().collect();
        let open_us = alarms.iter().map(|alarm| {
            let over = alarm.ended_at.filter(|_| alarm.state == AlarmState::Cleared).map_or(end_us, to_us);
            over - to_us(alarm.opened_at)
        });
        TrialEnd { open_s: open_us.sum::<i64>() / 1_000_000, events: self.changes.events, alarms }
    }
}
