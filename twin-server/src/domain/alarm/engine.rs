//! All watches of all devices: readings, instants and edits come in, changes of alarms go out. Owned by the
//! ingest writer.
//!
//! Most readings change nothing, and cost one comparison with the values that their stream is known to be calm
//! between. Others are shown to the few watches that name the stream. Deadlines wait in one queue. A watch is in it at most once for each instant, and may be called
//! too early: silence is due later with every reading, and is only looked up anew when its turn has come.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use twin_schemas::alarm::{Alarm, AlarmState, MaintenanceWindow};

use super::actions::{ActError, Action, act};
use super::adaptive::{BandNeed, Usual, needs};
use super::court::{Court, DeviceFacts, Known, Queue, Slot, When, drop_watch, forget};
use super::life;
use super::plan::{Plan, Plans};
use super::watch::{NEVER, NO_DEADLINE, Watch};
use super::window::Windows;
use super::{AlarmChanges, Hold};

/// A device's place in the engine, good until the device is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handle(usize);

/// A reading as the engine takes it.
#[derive(Debug, Clone, Copy)]
pub struct Observation<'a> {
    /// Id of the stream.
    pub stream: &'a str,
    /// Its value.
    pub value: f64,
    /// Microseconds since 1970 of the measurement.
    pub time_us: i64,
    /// Whether the sensor can report such a value. Others only show that the device is alive.
    pub plausible: bool,
}

/// All watches.
#[derive(Debug)]
pub struct Engine {
    plans: Plans,
    windows: Windows,
    slots: Vec<Option<Slot>>,
    /// Places that removed devices left.
    free: Vec<usize>,
    by_id: HashMap<String, usize>,
    queue: Queue,
    next_id: u64,
    started_us: i64,
}

impl Engine {
    /// An engine without rules and devices, whose first alarm has this number. Silence from before
    /// `started_us` is the server's own and counts from then.
    #[must_use]
    pub fn new(next_id: u64, started_us: i64) -> Self {
        Self {
            plans: Plans::new(),
            windows: Windows::default(),
            slots: Vec::new(),
            free: Vec::new(),
            by_id: HashMap::new(),
            queue: Queue::new(),
            next_id,
            started_us,
        }
    }

    /// Takes over what was stored of alarms and watches, after rules and devices were added; then judges
    /// everything as it stands now.
    pub fn restore(&mut self, alarms: Vec<Alarm>, holds: Vec<Hold>, now_us: i64, changes: &mut AlarmChanges) {
        for mut alarm in alarms {
            match self.watch_of(&alarm.device, &alarm.rule) {
                Some(watch) => {
                    watch.resume(Some(Box::new(alarm)));
                }
                None => life::dissolve(&mut alarm, "rule_or_device_removed", now_us, changes),
            }
        }
        for hold in holds {
            match self.watch_of(&hold.device, &hold.rule) {
                Some(watch) => watch.restore(hold.version, &hold.steps),
                None => forget(hold.rule, hold.device, hold.version, changes),
            }
        }
        for place in 0..self.slots.len() {
            let watches = self.slots[place].as_ref().map_or(0, |slot| slot.watches.len());
            self.prime(place, &(0..watches).collect::<Vec<_>>(), now_us, changes);
        }
    }

    /// Adds a rule without judging: for a start, before `restore`.
    pub fn load_rule(&mut self, plan: Arc<Plan>) {
        self.plans.insert(plan.rule.id.clone(), plan);
    }

    /// Adds a device without judging: for a start, after the rules and before `restore`.
    pub fn load_device(&mut self, facts: DeviceFacts, known: &Known) {
        let place = self.place_of(&facts.device.id);
        self.slots[place] = Some(Slot::new(facts, known));
        self.fit(place, 0, &mut AlarmChanges::default());
    }

    /// Adds a rule, or the next version of it; a rule that is not enabled is taken away.
    pub fn put_rule(&mut self, plan: Arc<Plan>, now_us: i64, changes: &mut AlarmChanges) {
        let id = plan.rule.id.clone();
        if plan.rule.enabled {
            self.plans.insert(id.clone(), plan);
        } else {
            self.plans.remove(&id);
        }
        self.fit_all(&id, now_us, changes);
    }

    /// Takes a rule away; its alarms are cleared.
    pub fn remove_rule(&mut self, id: &str, now_us: i64, changes: &mut AlarmChanges) {
        self.plans.remove(id);
        self.fit_all(id, now_us, changes);
    }

    /// Replaces all maintenance windows.
    pub fn put_windows(&mut self, windows: Vec<MaintenanceWindow>, now_us: i64, changes: &mut AlarmChanges) {
        self.windows = Windows::new(windows);
        for place in 0..self.slots.len() {
            let Some(slot) = &self.slots[place] else { continue };
            let held_back = |watch: &Watch| {
                watch.alarm.as_ref().is_some_and(|alarm| alarm.state == AlarmState::Suppressed)
            };
            let affected: Vec<usize> =
                (0..slot.watches.len()).filter(|at| held_back(&slot.watches[*at])).collect();
            self.judge(place, &affected, now_us, changes);
        }
    }

    /// Adds a device, or takes over its new registration.
    pub fn put_device(&mut self, facts: DeviceFacts, known: &Known, now_us: i64, changes: &mut AlarmChanges) {
        let place = self.place_of(&facts.device.id);
        match &mut self.slots[place] {
            Some(slot) if slot.facts.kind.id == facts.kind.id => slot.facts = facts,
            before => {
                let mut slot = Slot::new(facts, known);
                // The watches of another kind's streams end in `fit`, their alarms with them.
                if let Some(before) = before.take() {
                    slot.watches = before.watches;
                    slot.watches.iter_mut().for_each(|watch| watch.streams = Box::default());
                }
                *before = Some(slot);
            }
        }
        let new = self.fit(place, now_us, changes);
        self.prime(place, &new, now_us, changes);
    }

    /// Takes a device away; its alarms are cleared.
    pub fn remove_device(&mut self, id: &str, now_us: i64, changes: &mut AlarmChanges) {
        let Some(place) = self.by_id.remove(id) else { return };
        self.free.push(place);
        if let Some(slot) = self.slots[place].take() {
            slot.watches
                .into_iter()
                .for_each(|watch| drop_watch(watch, id, "device_removed", now_us, changes));
        }
    }

    /// Where a device is.
    #[must_use]
    pub fn handle(&self, device: &str) -> Option<Handle> {
        self.by_id.get(device).copied().map(Handle)
    }

    /// What the engine was told of a device.
    #[must_use]
    pub fn facts(&self, device: &str) -> Option<&DeviceFacts> {
        self.slots.get(*self.by_id.get(device)?)?.as_ref().map(|slot| &slot.facts)
    }

    /// Tells what is usual for a stream; it counts from the next reading on.
    pub fn put_usual(&mut self, device: &str, stream: &str, usual: Arc<Usual>) {
        let Some(Handle(place)) = self.handle(device) else { return };
        let Some(slot) = self.slots.get_mut(place).and_then(Option::as_mut) else { return };
        if let Some(stream) = slot.streams.iter_mut().find(|known| *known.id == *stream) {
            stream.usual = Some(usual);
        }
    }

    /// The bands that rules ask for: device, stream, and what of it.
    #[must_use]
    pub fn band_needs(&self) -> Vec<(String, String, BandNeed)> {
        let slots = self.slots.iter().flatten();
        slots
            .flat_map(|slot| {
                let watched = |rule: &str| slot.watches.iter().any(|watch| watch.plan.rule.id == rule);
                let device = &slot.facts.device.id;
                needs(&self.plans, watched)
                    .into_iter()
                    .map(move |(stream, need)| (device.clone(), stream, need))
            })
            .collect()
    }

    /// Takes in a reading. One that is not newer than its stream's newest changes nothing.
    pub fn observe(
        &mut self,
        Handle(place): Handle,
        reading: Observation<'_>,
        now_us: i64,
        changes: &mut AlarmChanges,
    ) {
        let Self { slots, windows, queue, next_id, started_us, .. } = self;
        let Some(slot) = slots.get_mut(place).and_then(Option::as_mut) else { return };
        let Some(stream) = slot.streams.iter().position(|stream| *stream.id == *reading.stream) else {
            return;
        };
        let time_us = reading.time_us;
        let newer = time_us > slot.newest_us;
        let moves = reading.plausible && time_us > slot.clocks[stream];
        if !newer && !moves {
            return;
        }
        let known = &mut slot.streams[stream];
        let inside = known.low < reading.value && reading.value < known.high;
        if slot.calm && moves && newer && inside && time_us <= known.early_us {
            known.value = reading.value;
            slot.clocks[stream] = time_us;
            slot.newest_us = time_us;
            return;
        }
        let mut court = Court { windows, queue, next_id, changes };
        // What its stream did until now, and the silence before it, lasted until this instant.
        let heard = slot.newest_us >= *started_us;
        let quiet_us = if newer && heard { time_us - 1 } else { slot.newest_us };
        if moves {
            slot.clocks[stream] = time_us - 1;
        }
        for at in 0..slot.streams[stream].watches.len() {
            let watch = slot.streams[stream].watches[at] as usize;
            if slot.watches[watch].early_us < time_us {
                court.judge(slot, (place, watch), When { at_us: time_us - 1, now_us, quiet_us }, None);
            }
        }
        let first = slot.newest_us == NEVER;
        slot.newest_us = slot.newest_us.max(time_us);
        if moves {
            slot.clocks[stream] = time_us;
            slot.streams[stream].value = reading.value;
        }
        for at in 0..slot.streams[stream].watches.len() {
            let watch_at = slot.streams[stream].watches[at] as usize;
            let usual = slot.streams[stream].usual.as_deref();
            let watch = &mut slot.watches[watch_at];
            let taken = moves && watch.take(stream, (time_us, reading.value), now_us, usual, false);
            let spoken = newer && (watch.silent || (first && watch.plan.silence));
            if taken || spoken {
                let when = When { at_us: time_us, now_us, quiet_us: slot.newest_us };
                let cause = moves.then_some((reading.stream, reading.value));
                court.judge(slot, (place, watch_at), when, cause);
                if taken {
                    court.keep(slot, watch_at);
                }
            }
        }
        // Not what others know, if no watch was judged.
        let only = slot.calm.then_some(stream);
        slot.learn(only);
    }

    /// Has every reading looked at by every watch: what is known of calm values must change no alarm.
    #[cfg(test)]
    pub(super) fn forget_calm(&mut self) {
        self.slots.iter_mut().flatten().for_each(|slot| slot.calm = false);
    }

    /// Does what is due by now, each at its own instant.
    pub fn tick(&mut self, now_us: i64, changes: &mut AlarmChanges) {
        let Self { slots, windows, queue, next_id, .. } = self;
        let mut court = Court { windows, queue, next_id, changes };
        while let Some(Reverse((due_us, place, at))) = court.queue.peek().copied() {
            if due_us > now_us {
                return;
            }
            court.queue.pop();
            let Some(slot) = slots.get_mut(place).and_then(Option::as_mut) else { continue };
            let Some(watch) = slot.watches.get_mut(at).filter(|watch| watch.queued_us == due_us) else {
                continue;
            };
            watch.queued_us = NO_DEADLINE;
            let when = When { at_us: due_us, now_us: due_us, quiet_us: slot.newest_us };
            court.judge(slot, (place, at), when, None);
        }
    }

    /// Does what a person does with an alarm, given as it is stored.
    ///
    /// # Errors
    /// If the alarm is not in a state for it.
    pub fn act(
        &mut self,
        stored: Alarm,
        action: Action,
        now_us: i64,
        changes: &mut AlarmChanges,
    ) -> Result<Alarm, ActError> {
        let watch = self.watch_of(&stored.device, &stored.rule);
        let held = watch.and_then(|watch| watch.alarm.as_deref_mut()).filter(|alarm| alarm.id == stored.id);
        let mut apart = stored;
        let alarm = held.unwrap_or(&mut apart);
        act(alarm, action, now_us, changes)?;
        Ok(alarm.clone())
    }

    fn watch_of(&mut self, device: &str, rule: &str) -> Option<&mut Watch> {
        let place = *self.by_id.get(device)?;
        let slot = self.slots.get_mut(place)?.as_mut()?;
        slot.watches.iter_mut().find(|watch| watch.plan.rule.id == rule)
    }

    fn place_of(&mut self, device: &str) -> usize {
        if let Some(place) = self.by_id.get(device) {
            return *place;
        }
        let place = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.by_id.insert(device.to_owned(), place);
        place
    }

    /// Brings the watches of all devices that a rule concerns to the present rules.
    fn fit_all(&mut self, rule: &str, now_us: i64, changes: &mut AlarmChanges) {
        let plan = self.plans.get(rule).cloned();
        for place in 0..self.slots.len() {
            let Some(slot) = &self.slots[place] else { continue };
            let had = slot.watches.iter().any(|watch| watch.plan.rule.id == rule);
            if had || plan.as_ref().is_some_and(|plan| plan.watches(&slot.facts)) {
                let new = self.fit(place, now_us, changes);
                self.prime(place, &new, now_us, changes);
            }
        }
    }

    /// Gives a device the watches that the rules ask for. Watches of unchanged rules stay as they are;
    /// alarms go over to the next version of their rule. Gives the places of new watches.
    fn fit(&mut self, place: usize, now_us: i64, changes: &mut AlarmChanges) -> Vec<usize> {
        let Self { plans, slots, windows, queue, next_id, started_us, .. } = self;
        let Some(slot) = slots.get_mut(place).and_then(Option::as_mut) else { return Vec::new() };
        let mut before: HashMap<String, Watch> =
            slot.watches.drain(..).map(|watch| (watch.plan.rule.id.clone(), watch)).collect();
        let mut new = Vec::new();
        for plan in plans.values().filter(|plan| plan.watches(&slot.facts)) {
            let places = plan.streams.iter().filter_map(|id| slot.streams.iter().position(|s| *s.id == **id));
            let places: Box<[usize]> = places.collect();
            let old = before.remove(&plan.rule.id);
            let at = slot.watches.len();
            slot.watches.push(match old {
                Some(old) if Arc::ptr_eq(&old.plan, plan) && old.streams == places => old,
                old => {
                    new.push(at);
                    let mut watch = Watch::new(Arc::clone(plan), places, *started_us);
                    if let Some(old) = old {
                        watch.inherit(old);
                    }
                    watch
                }
            });
        }
        for (_, watch) in before {
            drop_watch(watch, &slot.facts.device.id, "rule_no_longer_applies", now_us, changes);
        }
        slot.watches.shrink_to_fit();
        slot.wire();
        // Places have changed, so everyone queues anew.
        let mut court = Court { windows, queue, next_id, changes };
        for at in 0..slot.watches.len() {
            slot.watches[at].queued_us = NO_DEADLINE;
            court.enqueue(slot, (place, at), now_us);
        }
        new
    }

    /// Shows watches the values that are known, and judges them.
    fn prime(&mut self, place: usize, watches: &[usize], now_us: i64, changes: &mut AlarmChanges) {
        let Some(slot) = self.slots.get_mut(place).and_then(Option::as_mut) else { return };
        for at in watches {
            let Some(watch) = slot.watches.get_mut(*at) else { continue };
            let lasted = watch.has_lasted();
            for (stream, known) in slot.streams.iter().enumerate() {
                let time_us = slot.clocks[stream];
                if time_us != NEVER {
                    watch.take(stream, (time_us, known.value), now_us, known.usual.as_deref(), lasted);
                }
            }
        }
        self.judge(place, watches, now_us, changes);
        let Self { slots, windows, queue, next_id, .. } = self;
        if let Some(slot) = slots.get_mut(place).and_then(Option::as_mut) {
            let mut court = Court { windows, queue, next_id, changes };
            for at in watches {
                court.keep(slot, *at);
            }
        }
    }

    fn judge(&mut self, place: usize, watches: &[usize], now_us: i64, changes: &mut AlarmChanges) {
        let Self { slots, windows, queue, next_id, .. } = self;
        let Some(slot) = slots.get_mut(place).and_then(Option::as_mut) else { return };
        let mut court = Court { windows, queue, next_id, changes };
        for at in watches {
            let when = When { at_us: now_us, now_us, quiet_us: slot.newest_us };
            court.judge(slot, (place, *at), when, None);
        }
    }
}
