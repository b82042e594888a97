//! A rule made ready for judging readings: a checked rule comes in, its conditions come out as a flat list
//! in which parts stand before what combines them. Made when a rule is put or loaded.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use twin_schemas::alarm::{AlarmCondition, AlarmLevel, AlarmRange, AlarmRule};

use super::court::DeviceFacts;

/// Microseconds of a second.
pub(super) const SECOND_US: i64 = 1_000_000;

/// A rule ready for use, shared by the watches of all its devices.
#[derive(Debug)]
pub struct Plan {
    /// The rule.
    pub rule: AlarmRule,
    /// Number of its edit.
    pub version: u32,
    /// Ids of the streams that it names, each once.
    pub(super) streams: Vec<String>,
    /// Whether silence matters to it.
    pub(super) silence: bool,
    /// The condition, parts first; the last is the whole.
    pub(super) nodes: Vec<Node>,
    /// What the nodes' ranges of steps point into.
    pub(super) steps: Vec<Step>,
    /// Number of nodes that measure rates.
    pub(super) rates: usize,
    devices: HashSet<String>,
}

/// A part of the condition.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) steps: Range<usize>,
    pub(super) what: Part,
}

#[derive(Debug)]
pub(super) enum Part {
    /// A quantity derived from a stream, by its place in `streams`.
    Gauge {
        stream: usize,
        gauge: Gauge,
    },
    Silence,
    All(Vec<usize>),
    Any(Vec<usize>),
}

/// What is held against the ranges.
#[derive(Debug)]
pub(super) enum Gauge {
    Value,
    /// Change per minute; `slot` is its place among the watch's windows of readings.
    Rate {
        window_us: i64,
        slot: usize,
    },
    /// Distance from what is usual, in standard deviations.
    Adaptive {
        least_deviation: f64,
    },
}

/// A level that may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) level: AlarmLevel,
    pub(super) for_us: i64,
    from: f64,
    to: f64,
    hysteresis: f64,
}

impl Step {
    /// Whether the value holds the level, given whether it held before.
    pub(super) fn holds(&self, value: f64, before: bool) -> bool {
        if before {
            value >= self.from - self.hysteresis && value <= self.to + self.hysteresis
        } else {
            value >= self.from && value <= self.to
        }
    }

    /// The values around this one, ends excluded, for which the step goes on as it is.
    pub(super) fn calm(&self, value: f64, holds: bool) -> (f64, f64) {
        if holds {
            (self.from - self.hysteresis, self.to + self.hysteresis)
        } else if value < self.from {
            (f64::NEG_INFINITY, self.from)
        } else {
            (self.to, f64::INFINITY)
        }
    }

    fn of_range(range: &AlarmRange) -> Self {
        Self {
            level: range.level,
            for_us: i64::from(range.for_s) * SECOND_US,
            from: range.from.unwrap_or(f64::NEG_INFINITY),
            to: range.to.unwrap_or(f64::INFINITY),
            hysteresis: range.hysteresis,
        }
    }

    fn of_time(level: AlarmLevel, for_s: u32) -> Self {
        let for_us = i64::from(for_s) * SECOND_US;
        Self { level, for_us, from: f64::NEG_INFINITY, to: f64::INFINITY, hysteresis: 0.0 }
    }
}

impl Plan {
    /// Makes a checked rule ready.
    #[must_use]
    pub fn new(rule: AlarmRule, version: u32) -> Self {
        let mut plan = Self {
            version,
            streams: Vec::new(),
            silence: false,
            nodes: Vec::new(),
            steps: Vec::new(),
            rates: 0,
            devices: rule.scope.devices.iter().cloned().collect(),
            rule,
        };
        let condition = plan.rule.condition.clone();
        plan.add(&condition);
        plan
    }

    /// Whether the rule watches a device: its scope covers it, and the device has the streams.
    #[must_use]
    pub fn watches(&self, facts: &DeviceFacts) -> bool {
        let scope = &self.rule.scope;
        scope.kind.as_ref().is_none_or(|kind| *kind == facts.kind.id)
            && (self.devices.is_empty() || self.devices.contains(&facts.device.id))
            && scope.zone.as_ref().is_none_or(|zone| Some(zone) == facts.zone.as_ref())
            && self.streams.iter().all(|stream| facts.kind.streams.contains_key(stream))
    }

    /// The streams that it names.
    #[must_use]
    pub fn streams(&self) -> &[String] {
        &self.streams
    }

    /// Whether silence matters to it.
    #[must_use]
    pub fn hears_silence(&self) -> bool {
        self.silence
    }

    /// Level and role that escalation has reached after so many steps.
    pub(super) fn escalated(&self, steps: u32) -> (Option<AlarmLevel>, Option<&str>) {
        let taken = self.rule.escalation.iter().take(steps as usize);
        let level = taken.clone().filter_map(|step| step.level).max();
        let role = taken.filter_map(|step| step.role.as_deref()).next_back();
        (level, role.or(self.rule.role.as_deref()))
    }

    /// Adds a condition and gives its place.
    fn add(&mut self, condition: &AlarmCondition) -> usize {
        match condition {
            AlarmCondition::Threshold { stream, levels } => self.add_gauge(stream, Gauge::Value, levels),
            AlarmCondition::Rate { stream, window_s, levels } => {
                let slot = self.rates;
                self.rates += 1;
                let window_us = i64::from(*window_s) * SECOND_US;
                self.add_gauge(stream, Gauge::Rate { window_us, slot }, levels)
            }
            AlarmCondition::Adaptive { stream, least_deviation, levels, .. } => {
                self.add_gauge(stream, Gauge::Adaptive { least_deviation: *least_deviation }, levels)
            }
            AlarmCondition::Silence { levels } => {
                self.silence = true;
                let steps = levels.iter().map(|level| Step::of_time(level.level, level.after_s)).collect();
                self.push(Part::Silence, steps)
            }
            AlarmCondition::All { of, for_s } => {
                let parts = of.iter().map(|part| self.add(part)).collect();
                self.push(Part::All(parts), combined(*for_s))
            }
            AlarmCondition::Any { of, for_s } => {
                let parts = of.iter().map(|part| self.add(part)).collect();
                self.push(Part::Any(parts), combined(*for_s))
            }
        }
    }

    fn add_gauge(&mut self, stream: &str, gauge: Gauge, levels: &[AlarmRange]) -> usize {
        let known = self.streams.iter().position(|known| known == stream);
        let stream = known.unwrap_or_else(|| {
            self.streams.push(stream.to_owned());
            self.streams.len() - 1
        });
        self.push(Part::Gauge { stream, gauge }, levels.iter().map(Step::of_range).collect())
    }

    fn push(&mut self, what: Part, steps: Vec<Step>) -> usize {
        let from = self.steps.len();
        self.steps.extend(steps);
        self.nodes.push(Node { steps: from..self.steps.len(), what });
        self.nodes.len() - 1
    }
}

/// A combination may hold at any level.
fn combined(for_s: u32) -> Vec<Step> {
    AlarmLevel::ALL.iter().map(|level| Step::of_time(*level, for_s)).collect()
}

/// The adaptive conditions of a rule: stream, weeks, hours between computations, minutes east of UTC.
#[must_use]
pub(super) fn adaptive_streams(condition: &AlarmCondition) -> Vec<(&str, u32, u32, i32)> {
    match condition {
        AlarmCondition::Adaptive { stream, weeks, recompute_h, utc_offset_min, .. } => {
            vec![(stream, *weeks, *recompute_h, *utc_offset_min)]
        }
        AlarmCondition::All { of, .. } | AlarmCondition::Any { of, .. } => {
            of.iter().flat_map(adaptive_streams).collect()
        }
        _ => Vec::new(),
    }
}

/// Plans by the ids of their rules.
pub(super) type Plans = std::collections::BTreeMap<String, Arc<Plan>>;
