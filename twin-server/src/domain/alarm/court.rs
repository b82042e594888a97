//! One device with its watches, and the judging of a watch: what stands is found, its alarm follows, what the
//! watch knows is kept, and it queues for its next deadline. The engine's inner half.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use twin_schemas::live::{Device, DeviceKind};

use super::adaptive::Usual;
use super::life::{self, Moment};
use super::watch::{Clocks, NEVER, NO_DEADLINE, Watch};
use super::window::Windows;
use super::{AlarmChanges, Hold};

/// What rules and alarms need to know of a device.
#[derive(Debug, Clone)]
pub struct DeviceFacts {
    /// Its registration.
    pub device: Arc<Device>,
    /// Its kind.
    pub kind: Arc<DeviceKind>,
    /// Id of the zone that it stands in.
    pub zone: Option<String>,
}

/// What is known of a device's readings when it is added.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Latest plausible reading of each stream: id, microseconds since 1970, value.
    pub latest: Vec<(String, i64, f64)>,
    /// Newest reading of all.
    pub newest_us: Option<i64>,
}

/// Deadlines: instant, device, watch.
pub(super) type Queue = BinaryHeap<Reverse<(i64, usize, usize)>>;

/// A device with its watches.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) facts: DeviceFacts,
    pub(super) streams: Vec<Stream>,
    /// Of each stream, the instant up to which its values are known.
    pub(super) clocks: Vec<i64>,
    pub(super) newest_us: i64,
    pub(super) watches: Vec<Watch>,
    /// Whether what the streams say of calm is true; judging a watch makes it untrue.
    pub(super) calm: bool,
}

#[derive(Debug)]
pub(super) struct Stream {
    pub(super) id: Box<str>,
    pub(super) value: f64,
    pub(super) usual: Option<Arc<Usual>>,
    /// Values between these, measured up to this instant, change nothing: the most readings by far, which
    /// are done with one look.
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) early_us: i64,
    /// Places of the watches that a reading of this stream may move.
    pub(super) watches: Box<[u32]>,
}

/// What judging needs beside a device.
pub(super) struct Court<'a> {
    pub(super) windows: &'a Windows,
    pub(super) queue: &'a mut Queue,
    pub(super) next_id: &'a mut u64,
    pub(super) changes: &'a mut AlarmChanges,
}

/// The instants of a judgement.
#[derive(Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "the unit belongs to the name")]
pub(super) struct When {
    pub(super) at_us: i64,
    pub(super) now_us: i64,
    pub(super) quiet_us: i64,
}

impl Court<'_> {
    /// Judges one watch and lets its alarm follow.
    pub(super) fn judge(
        &mut self,
        slot: &mut Slot,
        (place, at): (usize, usize),
        when: When,
        cause: Option<(&str, f64)>,
    ) {
        slot.calm = false;
        let Slot { facts, streams, clocks, newest_us, watches, .. } = slot;
        let Some(watch) = watches.get_mut(at) else { return };
        let clocks =
            Clocks { streams: clocks, newest_us: *newest_us, quiet_us: when.quiet_us, now_us: when.now_us };
        let (standing, changed) = watch.judge(clocks);
        // Time alone has no value of its own: the first stream's latest caused it.
        let first = watch.streams.first().and_then(|first| streams.get(*first));
        let cause = cause.or(first.map(|stream| (&*stream.id, stream.value)));
        let mut moment = Moment {
            facts,
            windows: self.windows,
            at_us: when.at_us,
            now_us: when.now_us,
            cause,
            next_id: self.next_id,
            changes: self.changes,
        };
        if standing.is_some() || watch.alarm.is_some() {
            life::settle(&watch.plan, &mut watch.alarm, standing, &mut moment);
        }
        if changed {
            self.keep(slot, at);
        }
        self.enqueue(slot, (place, at), when.now_us);
    }

    /// Queues a watch for its next deadline, if that comes before the one it waits for.
    pub(super) fn enqueue(&mut self, slot: &mut Slot, (place, at): (usize, usize), now_us: i64) {
        let Slot { facts, clocks, newest_us, watches, .. } = slot;
        let Some(watch) = watches.get_mut(at) else { return };
        let clocks = Clocks { streams: clocks, newest_us: *newest_us, quiet_us: *newest_us, now_us };
        let alarm = watch.alarm.as_deref();
        let due_us = alarm
            .map_or(NO_DEADLINE, |alarm| life::deadline(&watch.plan, alarm, facts, self.windows, now_us));
        let due_us = due_us.min(watch.deadline(clocks));
        if due_us < watch.queued_us {
            watch.queued_us = due_us;
            self.queue.push(Reverse((due_us, place, at)));
        }
    }

    /// Has the store keep what a watch knows.
    pub(super) fn keep(&mut self, slot: &mut Slot, at: usize) {
        let Some(watch) = slot.watches.get_mut(at) else { return };
        let Some(steps) = watch.held() else { return };
        let (rule, device) = (watch.plan.rule.id.clone(), slot.facts.device.id.clone());
        let hold = Hold { rule: rule.clone(), device: device.clone(), version: watch.plan.version, steps };
        self.changes.holds.insert((rule, device), hold);
    }
}

impl Slot {
    pub(super) fn new(facts: DeviceFacts, known: &Known) -> Self {
        // Exactly as many as there are: there may be a hundred thousand slots.
        let streams = facts.kind.streams.len();
        let mut slot = Self {
            streams: Vec::with_capacity(streams),
            clocks: Vec::with_capacity(streams),
            newest_us: known.newest_us.unwrap_or(NEVER),
            watches: Vec::new(),
            calm: false,
            facts,
        };
        for id in slot.facts.kind.streams.keys() {
            let latest = known.latest.iter().find(|(stream, ..)| stream == id);
            slot.clocks.push(latest.map_or(NEVER, |(_, time_us, _)| *time_us));
            let value = latest.map_or(0.0, |(.., value)| *value);
            slot.streams.push(Stream {
                id: id.as_str().into(),
                value,
                usual: None,
                low: 0.0,
                high: 0.0,
                early_us: NEVER,
                watches: Box::default(),
            });
        }
        slot
    }

    /// Learns of each stream, or of one, which values change nothing.
    pub(super) fn learn(&mut self, only: Option<usize>) {
        let silent = self.watches.iter().any(|watch| watch.silent);
        for (place, stream) in self.streams.iter_mut().enumerate() {
            if only.is_some_and(|only| only != place) {
                continue;
            }
            (stream.low, stream.high, stream.early_us) = (f64::NEG_INFINITY, f64::INFINITY, NO_DEADLINE);
            for watch in stream.watches.iter().filter_map(|at| self.watches.get(*at as usize)) {
                let (low, high) = watch.calm(place, stream.value);
                stream.low = stream.low.max(low);
                stream.high = stream.high.min(high);
                stream.early_us = stream.early_us.min(watch.early_us);
            }
            // Any reading ends a silence, and a first one decides everything.
            if silent || self.clocks.get(place).is_none_or(|clock| *clock == NEVER) {
                (stream.low, stream.high) = (f64::INFINITY, f64::NEG_INFINITY);
            }
        }
        self.calm = true;
    }

    /// Tells each stream which watches its readings may move.
    pub(super) fn wire(&mut self) {
        self.calm = false;
        for (place, stream) in self.streams.iter_mut().enumerate() {
            let moved = |watch: &Watch| watch.plan.silence || watch.streams.contains(&place);
            let watches = (0_u32..).zip(&self.watches).filter(|(_, watch)| moved(watch));
            stream.watches = watches.map(|(at, _)| at).collect();
        }
    }
}

/// Ends a watch; its alarm is over.
pub(super) fn drop_watch(mut watch: Watch, device: &str, why: &str, now_us: i64, changes: &mut AlarmChanges) {
    if let Some(alarm) = watch.alarm.as_deref_mut() {
        life::dissolve(alarm, why, now_us, changes);
    }
    forget(watch.plan.rule.id.clone(), device.to_owned(), watch.plan.version, changes);
}

/// Has the store forget what a watch knew.
pub(super) fn forget(rule: String, device: String, version: u32, changes: &mut AlarmChanges) {
    changes.holds.insert((rule.clone(), device.clone()), Hold { rule, device, version, steps: Vec::new() });
}
