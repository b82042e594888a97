//! One rule on one device: readings and instants come in, the level that stands goes out. Called by the
//! engine for each reading of a stream that the rule names, and when a deadline has come.

use std::sync::Arc;

use twin_schemas::alarm::{Alarm, AlarmLevel};

use super::adaptive::Usual;
use super::check::NODES_LIMIT;
use super::gauge::RateWindow;
use super::plan::{Gauge, Part, Plan};

/// No instant.
pub(super) const NEVER: i64 = i64::MIN;
/// An instant that does not come.
pub(super) const NO_DEADLINE: i64 = i64::MAX;
const LEVELS: usize = AlarmLevel::ALL.len();
/// A deviation of nothing: everything else is far away.
const LEAST_DEVIATION: f64 = 1e-9;

/// Since when a step holds: by the instants of readings, and since the server knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StepState {
    pub(super) since_us: i64,
    pub(super) armed_us: i64,
}

impl StepState {
    const NONE: Self = Self { since_us: NEVER, armed_us: NEVER };

    fn holds(self) -> bool {
        self.since_us != NEVER
    }
}

/// The level that stands, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) level: AlarmLevel,
    pub(super) at_us: i64,
}

/// How far readings have come, and the instant of the server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clocks<'a> {
    /// Of each stream of the device, the instant up to which its values are known.
    pub(super) streams: &'a [i64],
    /// Newest reading of the device.
    pub(super) newest_us: i64,
    /// Instant up to which it is known that no newer one came.
    pub(super) quiet_us: i64,
    pub(super) now_us: i64,
}

/// One rule on one device.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) plan: Arc<Plan>,
    /// Of each stream of the plan, its place among the device's.
    pub(super) streams: Box<[usize]>,
    pub(super) alarm: Option<Box<Alarm>>,
    /// Deadline under which it waits in the engine's queue.
    pub(super) queued_us: i64,
    /// No level can begin to hold by the readings' instants before this.
    pub(super) early_us: i64,
    /// Whether a level of silence stands, which any reading ends.
    pub(super) silent: bool,
    /// Since when the server listens: before, silence is its own.
    pub(super) listening_us: i64,
    steps: Box<[StepState]>,
    rates: Box<[RateWindow]>,
    /// Whether the store has a row of what holds.
    stored: bool,
}

/// What holds at each level, since when; `NEVER` where nothing does.
type Levels = [i64; LEVELS];

impl Watch {
    /// A watch of which nothing holds.
    pub(super) fn new(plan: Arc<Plan>, streams: Box<[usize]>, listening_us: i64) -> Self {
        Self {
            steps: vec![StepState::NONE; plan.steps.len()].into(),
            rates: vec![RateWindow::default(); plan.rates].into(),
            streams,
            alarm: None,
            queued_us: NO_DEADLINE,
            early_us: NO_DEADLINE,
            silent: false,
            listening_us,
            stored: false,
            plan,
        }
    }

    /// Takes over what held before a restart, if it is of this plan.
    pub(super) fn restore(&mut self, version: u32, steps: &[(i64, i64)]) {
        self.stored = true;
        if version == self.plan.version && steps.len() == self.steps.len() {
            for (state, (since_us, armed_us)) in self.steps.iter_mut().zip(steps) {
                *state = StepState { since_us: *since_us, armed_us: *armed_us };
            }
        }
    }

    /// Takes over the alarm of the rule's version before, and what held by it if that means the same here.
    pub(super) fn inherit(&mut self, old: Self) {
        if old.plan.rule.condition == self.plan.rule.condition && old.streams == self.streams {
            (self.steps, self.rates) = (old.steps, old.rates);
            self.listening_us = old.listening_us;
        }
        self.stored = old.stored;
        self.resume(old.alarm);
    }

    /// Takes up an alarm. While its condition lasts, silence counts from before the server listened.
    pub(super) fn resume(&mut self, alarm: Option<Box<Alarm>>) {
        self.alarm = alarm;
        if self.is_lasting() {
            self.listening_us = NEVER;
        }
    }

    /// Whether there is an alarm whose condition lasts.
    fn is_lasting(&self) -> bool {
        self.alarm.as_ref().is_some_and(|alarm| alarm.ended_at.is_none())
    }

    /// Whether its alarm lasts and nothing is known of how, as under another condition. A level that holds then
    /// has held: within its hysteresis, its duration over.
    pub(super) fn has_lasted(&self) -> bool {
        self.is_lasting() && !self.steps.iter().any(|state| state.holds())
    }

    /// Takes in a value of one of the device's streams, of which `lasted` says whether what holds has held before
    /// this. True if a level began or ceased to hold.
    pub(super) fn take(
        &mut self,
        stream: usize,
        (time_us, value): (i64, f64),
        now_us: i64,
        usual: Option<&Usual>,
        lasted: bool,
    ) -> bool {
        let mut changed = false;
        let Self { plan, steps, rates, streams, .. } = self;
        for node in &plan.nodes {
            let Part::Gauge { stream: named, gauge } = &node.what else { continue };
            if streams.get(*named) != Some(&stream) {
                continue;
            }
            let gauged = match gauge {
                Gauge::Value => Some(value),
                Gauge::Rate { window_us, slot } => {
                    rates.get_mut(*slot).and_then(|window| window.push(time_us, value, *window_us))
                }
                Gauge::Adaptive { least_deviation } => usual.map(|usual| {
                    let (mean, deviation) = usual.at(time_us);
                    (value - mean) / deviation.max(*least_deviation).max(LEAST_DEVIATION)
                }),
            };
            let Some(gauged) = gauged else { continue };
            let range = node.steps.clone();
            for (step, state) in plan.steps[range.clone()].iter().zip(&mut steps[range]) {
                let holds = step.holds(gauged, state.holds() || lasted);
                if holds != state.holds() {
                    let for_us = if lasted { step.for_us } else { 0 };
                    *state = begun(holds, time_us.saturating_sub(for_us), now_us.saturating_sub(for_us));
                    changed = true;
                }
            }
        }
        changed
    }

    /// The values of a stream around its latest, ends excluded, that change nothing: none if what is held
    /// against the levels is not the value itself.
    pub(super) fn calm(&self, stream: usize, value: f64) -> (f64, f64) {
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        for node in &self.plan.nodes {
            let Part::Gauge { stream: named, gauge } = &node.what else { continue };
            if self.streams.get(*named) != Some(&stream) {
                continue;
            }
            if !matches!(gauge, Gauge::Value) {
                return (f64::INFINITY, f64::NEG_INFINITY);
            }
            let range = node.steps.clone();
            for (step, state) in self.plan.steps[range.clone()].iter().zip(&self.steps[range]) {
                let (from, to) = step.calm(value, state.holds());
                (low, high) = (low.max(from), high.min(to));
            }
        }
        (low, high)
    }

    /// Judges everything. What combinations remember follows; true beside the level if that changed.
    pub(super) fn judge(&mut self, clocks: Clocks<'_>) -> (Option<Standing>, bool) {
        let mut held = [[NEVER; LEVELS]; NODES_LIMIT];
        let mut until = [NEVER; NODES_LIMIT];
        let (mut early_us, mut changed, mut silent) = (NO_DEADLINE, false, false);
        let plan = Arc::clone(&self.plan);
        for (at, node) in plan.nodes.iter().enumerate().take(NODES_LIMIT) {
            let states = &mut self.steps[node.steps.clone()];
            match &node.what {
                Part::Gauge { stream, .. } => {
                    let place = self.streams.get(*stream).copied().unwrap_or_default();
                    until[at] = clocks.streams.get(place).copied().unwrap_or(NEVER);
                }
                Part::Silence => {
                    until[at] = clocks.quiet_us;
                    let armed_us = clocks.newest_us.max(self.listening_us);
                    states.fill(StepState { since_us: clocks.newest_us, armed_us });
                }
                Part::All(parts) | Part::Any(parts) => {
                    until[at] = parts.iter().map(|part| until[*part]).min().unwrap_or(NEVER);
                    let all = matches!(node.what, Part::All(_));
                    let joined = joined(all, parts.iter().map(|part| held[*part]));
                    for (state, since) in states.iter_mut().zip(joined) {
                        if state.holds() != (since != NEVER) {
                            *state = begun(since != NEVER, since, clocks.now_us);
                            changed = true;
                        }
                    }
                }
            }
            for (step, state) in plan.steps[node.steps.clone()].iter().zip(states.iter()) {
                match stands(*state, step.for_us, until[at], clocks.now_us) {
                    Some(since) => hold(&mut held[at], step.level, since),
                    None if state.holds() => {
                        early_us = early_us.min(state.since_us.saturating_add(step.for_us));
                    }
                    None => {}
                }
            }
            silent |= matches!(node.what, Part::Silence) && held[at][0] != NEVER;
        }
        (self.early_us, self.silent) = (early_us, silent);
        let whole = plan.nodes.len().min(NODES_LIMIT).checked_sub(1).map(|last| held[last]);
        (whole.and_then(standing), changed)
    }

    /// The next instant of the server at which a level begins to hold if nothing else happens.
    pub(super) fn deadline(&self, clocks: Clocks<'_>) -> i64 {
        let steps = self.plan.steps.iter().zip(&self.steps);
        let due = steps.filter(|(_, state)| state.holds()).map(|(step, state)| {
            let due = state.armed_us.saturating_add(step.for_us);
            if due > clocks.now_us { due } else { NO_DEADLINE }
        });
        due.min().unwrap_or(NO_DEADLINE)
    }

    /// What the store should keep, if it differs from nothing before and now.
    pub(super) fn held(&mut self) -> Option<Vec<(i64, i64)>> {
        let silence_only = self.plan.streams.is_empty() && self.plan.nodes.len() == 1;
        let holds = !silence_only && self.steps.iter().any(|state| state.holds());
        if !holds && !self.stored {
            return None;
        }
        self.stored = holds;
        let steps = self.steps.iter().map(|state| (state.since_us, state.armed_us));
        Some(if holds { steps.collect() } else { Vec::new() })
    }
}

fn begun(holds: bool, since_us: i64, now_us: i64) -> StepState {
    if holds { StepState { since_us, armed_us: since_us.max(now_us) } } else { StepState::NONE }
}

/// Since when a step stands, its duration over; nothing if it does not.
fn stands(state: StepState, for_us: i64, until_us: i64, now_us: i64) -> Option<i64> {
    if !state.holds() {
        return None;
    }
    let by_readings = state.since_us.saturating_add(for_us);
    let by_server = state.armed_us.saturating_add(for_us);
    if until_us >= by_readings || for_us == 0 {
        return Some(by_readings);
    }
    (now_us >= by_server).then_some(by_server)
}

/// A step that stands makes its level stand, and all below.
fn hold(levels: &mut Levels, level: AlarmLevel, since_us: i64) {
    for (_, at) in AlarmLevel::ALL.iter().zip(levels).filter(|(other, _)| **other <= level) {
        *at = if *at == NEVER { since_us } else { since_us.min(*at) };
    }
}

/// Since when each level stands in all parts, or in any.
fn joined(all: bool, parts: impl Iterator<Item = Levels>) -> Levels {
    parts
        .reduce(|one, other| {
            let mut both = one;
            for (at, other) in both.iter_mut().zip(other) {
                let missing = *at == NEVER || other == NEVER;
                *at = match (all, missing) {
                    (true, true) => NEVER,
                    // Of one that stands and one that does not, the greater is the one that stands.
                    (true, false) | (false, true) => (*at).max(other),
                    (false, false) => (*at).min(other),
                };
            }
            both
        })
        .unwrap_or([NEVER; LEVELS])
}

fn standing(levels: Levels) -> Option<Standing> {
    let mut held = AlarmLevel::ALL.iter().zip(levels).rev();
    held.find(|(_, at_us)| *at_us != NEVER).map(|(level, at_us)| Standing { level: *level, at_us })
}
