//! Whether a rule or a window can be used: as it was put it comes in, what is wrong with it goes out.
//! Called by the API and for the built-in rules.

use twin_schemas::LocalizedText;
use twin_schemas::alarm::{
    AlarmCondition, AlarmRange, AlarmRule, AlarmScope, EscalationStep, MaintenanceWindow, SilenceLevel,
    WindowTime,
};

use crate::domain::kinds::DeviceKinds;
use crate::domain::registration::{TEXT_LIMIT, check_id};

/// Conditions in one rule, parts and combinations together.
pub(super) const NODES_LIMIT: usize = 16;
/// Combinations within combinations.
const DEPTH_LIMIT: usize = 3;
/// Levels of one condition.
const LEVELS_LIMIT: usize = 8;
/// Steps of escalation.
const ESCALATION_LIMIT: usize = 8;
/// Devices that a scope names.
const DEVICES_LIMIT: usize = 1_000;
/// Longest duration, silence or window of a rate: a week.
const DURATION_LIMIT_S: u32 = 7 * 86_400;
/// Longest time in which an alarm is the same again: a day, as long as the store gives alarms back at start.
pub(crate) const REOPEN_LIMIT_S: u32 = 86_400;
/// Longest text for whoever handles an alarm.
const ADVICE_LIMIT: usize = 1_000;

/// What is wrong with a rule or a window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{place}`: {problem}")]
pub struct RuleError {
    /// The field, such as `condition.levels[1].from`.
    pub place: String,
    /// What is wrong with it.
    pub problem: String,
}

type Checked = Result<(), RuleError>;

fn wrong(place: impl Into<String>, problem: impl Into<String>) -> RuleError {
    RuleError { place: place.into(), problem: problem.into() }
}

fn must(holds: bool, place: &str, problem: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(wrong(place, problem())) }
}

/// Checks what the types cannot: ids, lengths, ranges, depth, and that the streams exist.
///
/// # Errors
/// The first thing that is wrong.
pub fn check_rule(rule: &AlarmRule, kinds: &DeviceKinds) -> Checked {
    id("id", &rule.id)?;
    named(&rule.name)?;
    scope(&rule.scope, kinds)?;
    let mut nodes = 0;
    condition("condition", &rule.condition, 0, &mut nodes)?;
    streams_exist(rule, kinds)?;
    role("role", rule.role.as_deref())?;
    text("advice", &rule.advice, ADVICE_LIMIT)?;
    escalation(&rule.escalation)?;
    must(rule.reopen_within_s <= REOPEN_LIMIT_S, "reopen_within_s", || {
        format!("{} s, limit {REOPEN_LIMIT_S} s", rule.reopen_within_s)
    })
}

/// Checks a maintenance window.
///
/// # Errors
/// The first thing that is wrong.
pub fn check_window(window: &MaintenanceWindow, kinds: &DeviceKinds) -> Checked {
    id("id", &window.id)?;
    named(&window.name)?;
    scope(&window.scope, kinds)?;
    match &window.when {
        WindowTime::Once { from, to } => must(from < to, "when.to", || "is not after `from`".into()),
        WindowTime::Weekly { days, start_min, length_min, utc_offset_min } => {
            let good = !days.is_empty() && days.len() <= 7 && days.iter().all(|day| (1..=7).contains(day));
            must(good, "when.days", || "days are 1 (Monday) to 7 (Sunday), at least one".into())?;
            must(*start_min < 1440, "when.start_min", || format!("{start_min} min, 0 to 1439 are taken"))?;
            must((1..=1440).contains(length_min), "when.length_min", || {
                format!("{length_min} min, 1 to 1440 are taken")
            })?;
            offset("when.utc_offset_min", *utc_offset_min)
        }
    }
}

fn id(place: &str, text: &str) -> Checked {
    check_id(text).map_err(|_| wrong(place, "an id has 1 to 64 letters, digits, `-`, `_` or `.`"))
}

fn named(name: &LocalizedText) -> Checked {
    let some = [&name.zh, &name.en].iter().any(|text| text.as_deref().is_some_and(|t| !t.trim().is_empty()));
    must(some, "name", || "give a name in one language at least".into())?;
    text("name", name, TEXT_LIMIT)
}

fn text(place: &str, text: &LocalizedText, limit: usize) -> Checked {
    for (language, text) in [("zh", &text.zh), ("en", &text.en)] {
        let length = text.as_deref().unwrap_or_default().chars().count();
        must(length <= limit, &format!("{place}.{language}"), || {
            format!("{length} characters, limit {limit}")
        })?;
    }
    Ok(())
}

fn role(place: &str, role: Option<&str>) -> Checked {
    role.map_or(Ok(()), |role| id(place, role))
}

fn offset(place: &str, minutes: i32) -> Checked {
    must((-840..=840).contains(&minutes), place, || format!("{minutes} min, -840 to 840 are taken"))
}

fn scope(scope: &AlarmScope, kinds: &DeviceKinds) -> Checked {
    if let Some(kind) = &scope.kind
        && kinds.get(kind).is_none()
    {
        return Err(wrong("scope.kind", format!("is unknown, use one of {}", kinds.ids())));
    }
    let count = scope.devices.len();
    must(count <= DEVICES_LIMIT, "scope.devices", || format!("{count} devices, limit {DEVICES_LIMIT}"))?;
    scope.devices.iter().try_for_each(|device| id("scope.devices", device))?;
    let zone = scope.zone.as_deref().unwrap_or_default().chars().count();
    must(zone <= TEXT_LIMIT, "scope.zone", || format!("{zone} characters, limit {TEXT_LIMIT}"))
}

fn condition(place: &str, what: &AlarmCondition, depth: usize, nodes: &mut usize) -> Checked {
    *nodes += 1;
    must(*nodes <= NODES_LIMIT, place, || format!("more than {NODES_LIMIT} conditions in one rule"))?;
    match what {
        AlarmCondition::Threshold { levels, .. } => ranges(place, levels),
        AlarmCondition::Rate { window_s, levels, .. } => {
            must((2..=DURATION_LIMIT_S).contains(window_s), &format!("{place}.window_s"), || {
                format!("{window_s} s, 2 to {DURATION_LIMIT_S} are taken")
            })?;
            ranges(place, levels)
        }
        AlarmCondition::Adaptive { weeks, recompute_h, least_deviation, utc_offset_min, levels, .. } => {
            must((1..=12).contains(weeks), &format!("{place}.weeks"), || {
                format!("{weeks} weeks, 1 to 12 are taken")
            })?;
            must((1..=168).contains(recompute_h), &format!("{place}.recompute_h"), || {
                format!("{recompute_h} h, 1 to 168 are taken")
            })?;
            let good = least_deviation.is_finite() && *least_deviation >= 0.0;
            must(good, &format!("{place}.least_deviation"), || "is not a number of at least 0".into())?;
            offset(&format!("{place}.utc_offset_min"), *utc_offset_min)?;
            ranges(place, levels)
        }
        AlarmCondition::Silence { levels } => silences(place, levels),
        AlarmCondition::All { of, for_s } | AlarmCondition::Any { of, for_s } => {
            must(depth < DEPTH_LIMIT, place, || {
                format!("combinations are nested deeper than {DEPTH_LIMIT}")
            })?;
            must(!of.is_empty(), &format!("{place}.of"), || "combines nothing".into())?;
            duration(&format!("{place}.for_s"), *for_s)?;
            let mut parts = of.iter().enumerate();
            parts.try_for_each(|(at, part)| condition(&format!("{place}.of[{at}]"), part, depth + 1, nodes))
        }
    }
}

fn duration(place: &str, seconds: u32) -> Checked {
    must(seconds <= DURATION_LIMIT_S, place, || format!("{seconds} s, limit {DURATION_LIMIT_S} s"))
}

fn count_levels(place: &str, count: usize) -> Checked {
    must((1..=LEVELS_LIMIT).contains(&count), &format!("{place}.levels"), || {
        format!("{count} levels, 1 to {LEVELS_LIMIT} are taken")
    })
}

fn ranges(place: &str, levels: &[AlarmRange]) -> Checked {
    count_levels(place, levels.len())?;
    for (at, range) in levels.iter().enumerate() {
        let place = format!("{place}.levels[{at}]");
        let ends = [range.from, range.to];
        must(ends.iter().any(Option::is_some), &place, || "has neither `from` nor `to`".into())?;
        must(ends.iter().flatten().all(|end| end.is_finite()), &place, || "an end is not finite".into())?;
        if let (Some(from), Some(to)) = (range.from, range.to) {
            must(from <= to, &place, || format!("`from` {from} is above `to` {to}"))?;
        }
        let good = range.hysteresis.is_finite() && range.hysteresis >= 0.0;
        must(good, &format!("{place}.hysteresis"), || "is not a number of at least 0".into())?;
        duration(&format!("{place}.for_s"), range.for_s)?;
    }
    Ok(())
}

fn silences(place: &str, levels: &[SilenceLevel]) -> Checked {
    count_levels(place, levels.len())?;
    for (at, level) in levels.iter().enumerate() {
        let place = format!("{place}.levels[{at}].after_s");
        must(level.after_s > 0, &place, || "0 s is no silence".into())?;
        duration(&place, level.after_s)?;
    }
    Ok(())
}

fn escalation(steps: &[EscalationStep]) -> Checked {
    let count = steps.len();
    must(count <= ESCALATION_LIMIT, "escalation", || format!("{count} steps, limit {ESCALATION_LIMIT}"))?;
    let mut before = 0;
    for (at, step) in steps.iter().enumerate() {
        let place = format!("escalation[{at}]");
        let minutes = step.after_min;
        let good = minutes > before && minutes <= DURATION_LIMIT_S / 60;
        must(good, &format!("{place}.after_min"), || {
            format!("{minutes} min; steps come later one by one, within a week")
        })?;
        must(step.level.is_some() || step.role.is_some(), &place, || {
            "changes neither `level` nor `role`".into()
        })?;
        role(&format!("{place}.role"), step.role.as_deref())?;
        before = minutes;
    }
    Ok(())
}

/// A rule for one kind names streams of the kind; one for all names streams that one kind has together.
fn streams_exist(rule: &AlarmRule, kinds: &DeviceKinds) -> Checked {
    let plan = super::Plan::new(rule.clone(), 0);
    let named = plan.streams();
    if let Some(kind) = rule.scope.kind.as_ref().and_then(|kind| kinds.get(kind)) {
        let Some(missing) = named.iter().find(|stream| !kind.streams.contains_key(*stream)) else {
            return Ok(());
        };
        let known = kind.streams.keys().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
        let missing: String = missing.chars().take(64).collect();
        return Err(wrong("condition", format!("a `{}` has no stream `{missing}`, only {known}", kind.id)));
    }
    let some = kinds.list().iter().any(|kind| named.iter().all(|stream| kind.streams.contains_key(stream)));
    must(some, "condition", || "no kind of device has all streams that the rule names".into())
}
