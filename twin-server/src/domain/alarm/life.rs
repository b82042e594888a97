//! The life of an alarm: the level that stands comes in, what happens to the alarm goes out. Called by the
//! engine whenever a watch was judged.
//!
//! An alarm opens, waits for someone, is acknowledged and is cleared: by the end of its condition, or by a
//! person once that ended. Within a maintenance window it is kept aside and opens when the window ends.
//! One that a person closed although its condition holds stays closed until the condition has ended.

use twin_schemas::alarm::{Alarm, AlarmEventKind, AlarmEventRecord, AlarmLevel, AlarmState, ClearMode};

use super::court::DeviceFacts;
use super::plan::Plan;
use super::watch::{NO_DEADLINE, Standing};
use super::window::Windows;
use super::{AlarmChanges, from_us, to_us};

/// Microseconds of a minute.
const MINUTE_US: i64 = 60_000_000;

/// What an alarm's life depends on at one instant.
pub(super) struct Moment<'a> {
    pub(super) facts: &'a DeviceFacts,
    pub(super) windows: &'a Windows,
    /// Instant of what happened: of a reading, or of a deadline.
    pub(super) at_us: i64,
    /// Instant of the server.
    pub(super) now_us: i64,
    /// Stream and value that caused it.
    pub(super) cause: Option<(&'a str, f64)>,
    pub(super) next_id: &'a mut u64,
    pub(super) changes: &'a mut AlarmChanges,
}

/// Brings an alarm to what stands now.
pub(super) fn settle(
    plan: &Plan,
    slot: &mut Option<Box<Alarm>>,
    standing: Option<Standing>,
    moment: &mut Moment<'_>,
) {
    match (slot.as_deref_mut(), standing) {
        (Some(alarm), Some(standing)) if alarm.state != AlarmState::Cleared => {
            goes_on(plan, alarm, standing, moment);
        }
        // Closed by a person; its condition still holds.
        (Some(alarm), Some(_)) if alarm.ended_at.is_none() => {}
        (Some(alarm), Some(standing)) if is_again(plan, alarm, standing) => {
            reopen(plan, alarm, standing, moment);
        }
        (_, Some(standing)) => *slot = Some(Box::new(open(plan, standing, moment))),
        (Some(alarm), None) if alarm.ended_at.is_none() => end(plan, alarm, moment),
        (_, None) => {}
    }
    if let (Some(alarm), Some(_)) = (slot.as_deref_mut(), standing) {
        leave_window(plan, alarm, moment);
    }
    if let Some(alarm) = slot.as_deref_mut() {
        escalate(plan, alarm, moment);
    }
}

/// The next instant at which time alone changes the alarm.
pub(super) fn deadline(
    plan: &Plan,
    alarm: &Alarm,
    facts: &DeviceFacts,
    windows: &Windows,
    now_us: i64,
) -> i64 {
    match (alarm.state, alarm.waiting_since) {
        (AlarmState::Suppressed, _) => windows.end(facts, now_us).unwrap_or(now_us + 1),
        (AlarmState::Open, Some(since)) => {
            let next = plan.rule.escalation.get(alarm.escalations as usize);
            next.map_or(NO_DEADLINE, |step| to_us(since) + i64::from(step.after_min) * MINUTE_US)
        }
        _ => NO_DEADLINE,
    }
}

/// Closes an alarm whose rule or device is no more.
pub(super) fn dissolve(alarm: &mut Alarm, why: &str, now_us: i64, changes: &mut AlarmChanges) {
    if alarm.state == AlarmState::Cleared {
        return;
    }
    let at_us = now_us.max(to_us(alarm.changed_at));
    alarm.ended_at = alarm.ended_at.or(Some(from_us(at_us)));
    close(alarm, at_us, None);
    note(alarm, AlarmEventKind::Cleared, at_us, None, None, Some(why.to_owned()), changes);
}

fn open(plan: &Plan, standing: Standing, moment: &mut Moment<'_>) -> Alarm {
    let device = &moment.facts.device;
    let id = *moment.next_id;
    *moment.next_id += 1;
    let at = from_us(standing.at_us);
    let window = moment.windows.over(moment.facts, standing.at_us.max(moment.now_us));
    let mut alarm = Alarm {
        id,
        rule: plan.rule.id.clone(),
        rule_version: plan.version,
        name: plan.rule.name.clone(),
        advice: plan.rule.advice.clone(),
        device: device.id.clone(),
        kind: device.kind.clone(),
        device_name: device.name.clone(),
        position: device.position,
        object: device.object.clone(),
        zone: moment.facts.zone.clone(),
        stream: None,
        value: None,
        level: standing.level,
        peak_level: standing.level,
        state: if window.is_some() { AlarmState::Suppressed } else { AlarmState::Open },
        role: plan.rule.role.clone(),
        opened_at: at,
        changed_at: at,
        waiting_since: window.is_none().then_some(at),
        acknowledged_at: None,
        acknowledged_by: None,
        ended_at: None,
        cleared_at: None,
        cleared_by: None,
        suppressed_by: window.map(str::to_owned),
        escalations: 0,
        reopened: 0,
    };
    let kind = if window.is_some() { AlarmEventKind::Suppressed } else { AlarmEventKind::Opened };
    caused(&mut alarm, moment);
    tell(&mut alarm, kind, standing.at_us, moment);
    alarm
}

fn is_again(plan: &Plan, alarm: &Alarm, standing: Standing) -> bool {
    let within_us = i64::from(plan.rule.reopen_within_s) * 1_000_000;
    alarm.cleared_at.is_some_and(|cleared| standing.at_us.saturating_sub(to_us(cleared)) < within_us)
}

fn reopen(plan: &Plan, alarm: &mut Alarm, standing: Standing, moment: &mut Moment<'_>) {
    let at_us = standing.at_us.max(to_us(alarm.changed_at));
    let window = moment.windows.over(moment.facts, at_us.max(moment.now_us)).map(str::to_owned);
    (alarm.ended_at, alarm.cleared_at, alarm.cleared_by) = (None, None, None);
    alarm.reopened += 1;
    set_level(alarm, standing.level);
    caused(alarm, moment);
    if let Some(window) = window {
        (alarm.state, alarm.waiting_since) = (AlarmState::Suppressed, None);
        alarm.role.clone_from(&plan.rule.role);
        alarm.suppressed_by = Some(window);
        tell(alarm, AlarmEventKind::Suppressed, at_us, moment);
    } else {
        wait(plan, alarm, at_us);
        tell(alarm, AlarmEventKind::Reopened, at_us, moment);
    }
}

/// The condition still holds, or holds again before the alarm was closed.
fn goes_on(plan: &Plan, alarm: &mut Alarm, standing: Standing, moment: &mut Moment<'_>) {
    let before_us = to_us(alarm.changed_at);
    let (rose_us, fell_us) = (standing.at_us.max(before_us), moment.at_us.max(before_us));
    let escalated = plan.escalated(alarm.escalations).0;
    let mut level = escalated.map_or(standing.level, |least| standing.level.max(least));
    let (kind, at_us) = if alarm.ended_at.take().is_some() {
        wait(plan, alarm, rose_us);
        level = standing.level;
        (AlarmEventKind::Resumed, rose_us)
    } else if level > alarm.level {
        // Who acknowledged a notice did not acknowledge an alarm.
        if alarm.state == AlarmState::Acknowledged {
            wait(plan, alarm, rose_us);
        }
        (AlarmEventKind::Raised, rose_us)
    } else if level < alarm.level {
        (AlarmEventKind::Lowered, fell_us)
    } else {
        return;
    };
    set_level(alarm, level);
    caused(alarm, moment);
    alarm.rule_version = plan.version;
    tell(alarm, kind, at_us, moment);
}

fn end(plan: &Plan, alarm: &mut Alarm, moment: &mut Moment<'_>) {
    let at_us = moment.at_us.max(to_us(alarm.changed_at));
    alarm.ended_at = Some(from_us(at_us));
    let by_itself = plan.rule.clear == ClearMode::Auto || alarm.state == AlarmState::Suppressed;
    if alarm.state != AlarmState::Cleared && by_itself {
        close(alarm, at_us, None);
        tell(alarm, AlarmEventKind::Cleared, at_us, moment);
    } else {
        tell(alarm, AlarmEventKind::Ended, at_us, moment);
    }
}

/// Opens an alarm whose window has ended.
fn leave_window(plan: &Plan, alarm: &mut Alarm, moment: &mut Moment<'_>) {
    if alarm.state != AlarmState::Suppressed
        || moment.windows.over(moment.facts, moment.now_us.max(moment.at_us)).is_some()
    {
        return;
    }
    let at_us = moment.now_us.max(to_us(alarm.changed_at));
    wait(plan, alarm, at_us);
    alarm.rule_version = plan.version;
    tell(alarm, AlarmEventKind::Opened, at_us, moment);
}

fn escalate(plan: &Plan, alarm: &mut Alarm, moment: &mut Moment<'_>) {
    while let (AlarmState::Open, Some(since)) = (alarm.state, alarm.waiting_since) {
        let Some(step) = plan.rule.escalation.get(alarm.escalations as usize) else { return };
        let due_us = to_us(since) + i64::from(step.after_min) * MINUTE_US;
        if due_us > moment.now_us {
            return;
        }
        alarm.escalations += 1;
        let (level, role) = plan.escalated(alarm.escalations);
        set_level(alarm, level.map_or(alarm.level, |least| alarm.level.max(least)));
        alarm.role = role.map(str::to_owned);
        let at_us = due_us.max(to_us(alarm.changed_at));
        tell(alarm, AlarmEventKind::Escalated, at_us, moment);
    }
}

/// From now on the alarm waits for someone: for whom the rule says first.
fn wait(plan: &Plan, alarm: &mut Alarm, at_us: i64) {
    alarm.state = AlarmState::Open;
    alarm.role.clone_from(&plan.rule.role);
    alarm.waiting_since = Some(from_us(at_us));
    (alarm.acknowledged_at, alarm.acknowledged_by) = (None, None);
    alarm.escalations = 0;
}

/// The alarm is over.
pub(super) fn close(alarm: &mut Alarm, at_us: i64, by: Option<&str>) {
    alarm.state = AlarmState::Cleared;
    alarm.waiting_since = None;
    alarm.cleared_at = Some(from_us(at_us));
    alarm.cleared_by = by.map(str::to_owned);
}

fn set_level(alarm: &mut Alarm, level: AlarmLevel) {
    alarm.level = level;
    alarm.peak_level = alarm.peak_level.max(level);
}

fn caused(alarm: &mut Alarm, moment: &Moment<'_>) {
    if let Some((stream, value)) = moment.cause {
        alarm.stream = Some(stream.to_owned());
        alarm.value = Some(value);
    }
}

fn tell(alarm: &mut Alarm, kind: AlarmEventKind, at_us: i64, moment: &mut Moment<'_>) {
    let value = moment.cause.map(|(_, value)| value);
    note(alarm, kind, at_us, value, None, None, moment.changes);
}

/// Writes down what happened, with the alarm as it is now.
pub(super) fn note(
    alarm: &mut Alarm,
    kind: AlarmEventKind,
    at_us: i64,
    value: Option<f64>,
    by: Option<String>,
    note: Option<String>,
    changes: &mut AlarmChanges,
) {
    alarm.changed_at = from_us(at_us);
    let at = alarm.changed_at;
    changes.events.push(AlarmEventRecord { alarm: alarm.id, at, kind, level: alarm.level, value, by, note });
    changes.alarms.insert(alarm.id, alarm.clone());
}
