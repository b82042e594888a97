//! Findings: what an indicator is at each object comes in, which of them are problems, how urgent each is and why,
//! goes out. Called when a check-up goes from collecting to review.
//!
//! Severity is the worst threshold that a value has passed. A problem is a step more urgent where so many of the
//! assessed objects of its level have it that it is no object's own matter any more (extent), and another step where
//! the check-up before found it and its time limit has passed (time limit). Nothing else counts, so that the same
//! values give the same problems in whichever order they come.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use twin_schemas::LocalizedText;
use twin_schemas::checkups::ProblemRaise;
use twin_schemas::indicators::{Indicator, IndicatorDirection, IndicatorLevel, Urgency};

use crate::domain::cycle::Word as _;

/// Of fewer assessed objects than that, none is called widespread.
pub const WIDESPREAD_FROM: u32 = 3;

/// What an indicator is at an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessed {
    /// Id of the object.
    pub object: String,
    /// Its level.
    pub level: IndicatorLevel,
    /// Id of the zone that it stands in or is.
    pub zone: Option<String>,
    /// The value.
    pub value: f64,
}

/// A value that is a problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Id of the object.
    pub object: String,
    /// Id of the zone that it stands in or is.
    pub zone: Option<String>,
    /// The value.
    pub value: f64,
    /// The threshold that it has reached.
    pub threshold: f64,
    /// How severe it is by that alone.
    pub severity: Urgency,
    /// How many of the assessed objects of its level have it.
    pub short: u32,
    /// How many were assessed.
    pub assessed: u32,
    /// What makes it more urgent.
    pub raised: Vec<ProblemRaise>,
    /// How urgent it is.
    pub urgency: Urgency,
    /// All of that in words.
    pub because: LocalizedText,
}

/// The threshold of an urgency.
#[must_use]
pub fn threshold_of(indicator: &Indicator, urgency: Urgency) -> Option<f64> {
    match urgency {
        Urgency::Ordinary => indicator.thresholds.ordinary,
        Urgency::Pressing => indicator.thresholds.pressing,
        Urgency::Urgent => indicator.thresholds.urgent,
    }
}

/// Days within which a problem of an urgency is to be dealt with.
#[must_use]
pub fn days_for(indicator: &Indicator, urgency: Urgency) -> u32 {
    match urgency {
        Urgency::Ordinary => indicator.limits.ordinary_d,
        Urgency::Pressing => indicator.limits.pressing_d,
        Urgency::Urgent => indicator.limits.urgent_d,
    }
}

/// How severe a value is, and the threshold that says so; none if it is good enough.
#[must_use]
pub fn severity(indicator: &Indicator, value: f64) -> Option<(Urgency, f64)> {
    let fails = |threshold: f64| match indicator.direction {
        IndicatorDirection::MoreIsBetter => value < threshold,
        IndicatorDirection::LessIsBetter => value >= threshold,
    };
    Urgency::ALL.iter().rev().find_map(|urgency| {
        let threshold = threshold_of(indicator, *urgency).filter(|threshold| fails(*threshold))?;
        Some((*urgency, threshold))
    })
}

/// The problems among what was assessed, by object; each object stands there once. `overdue`: objects at which the
/// check-up before found this indicator's problem, whose time limit has passed.
#[must_use]
pub fn findings(indicator: &Indicator, assessed: &[Assessed], overdue: &BTreeSet<String>) -> Vec<Finding> {
    let mut extents: BTreeMap<IndicatorLevel, (u32, u32)> = BTreeMap::new();
    for at in assessed {
        let (short, all) = extents.entry(at.level).or_default();
        *short += u32::from(severity(indicator, at.value).is_some());
        *all += 1;
    }
    let found = assessed.iter().filter_map(|at| {
        let (severity, threshold) = severity(indicator, at.value)?;
        let (short, all) = extents.get(&at.level).copied().unwrap_or_default();
        let is_widespread = all >= WIDESPREAD_FROM
            && indicator.widespread_pct.is_some_and(|pct| f64::from(short) * 100.0 >= pct * f64::from(all));
        let mut raised = Vec::new();
        if is_widespread {
            raised.push(ProblemRaise::Widespread);
        }
        if overdue.contains(&at.object) {
            raised.push(ProblemRaise::Overdue);
        }
        let urgency = raised.iter().fold(severity, |urgency, _| a_step_up(urgency));
        let mut finding = Finding {
            object: at.object.clone(),
            zone: at.zone.clone(),
            value: at.value,
            threshold,
            severity,
            short,
            assessed: all,
            raised,
            urgency,
            because: LocalizedText::default(),
        };
        finding.because = because(indicator, &finding);
        Some(finding)
    });
    let mut found: Vec<Finding> = found.collect();
    found.sort_by(|a, b| a.object.cmp(&b.object));
    found
}

const fn a_step_up(urgency: Urgency) -> Urgency {
    match urgency {
        Urgency::Ordinary => Urgency::Pressing,
        Urgency::Pressing | Urgency::Urgent => Urgency::Urgent,
    }
}

/// Which value stands against which threshold, and what else counted.
fn because(indicator: &Indicator, finding: &Finding) -> LocalizedText {
    let Finding { value, threshold, severity, short, assessed, .. } = finding;
    let unit = if indicator.unit == "1" { String::new() } else { format!(" {}", indicator.unit) };
    let (severe, urgent) = (severity.name(), finding.urgency.name());
    let both =
        |name: &LocalizedText| (name.zh.clone().unwrap_or_default(), name.en.clone().unwrap_or_default());
    let ((severe_zh, severe_en), (urgent_zh, urgent_en)) = (both(&severe), both(&urgent));
    let (than_zh, than_en) = match indicator.direction {
        IndicatorDirection::MoreIsBetter => ("低于", "is below"),
        IndicatorDirection::LessIsBetter => ("达到", "has reached"),
    };
    let mut zh = format!("数值 {value}{unit}，{than_zh}“{severe_zh}”阈值 {threshold}{unit}");
    let mut en = format!("{value}{unit} {than_en} {threshold}{unit}, the threshold for `{severe_en}`");
    for raise in &finding.raised {
        // Writing to a text cannot fail.
        let _ = match raise {
            ProblemRaise::Widespread => {
                let _ = write!(zh, "；已评估 {assessed} 个对象中有 {short} 个存在该问题，提高一级");
                write!(en, "; {short} of {assessed} assessed objects have it, a step more urgent")
            }
            ProblemRaise::Overdue => {
                zh.push_str("；上次体检已发现且超过处理时限，提高一级");
                write!(en, "; the check-up before found it and its time limit has passed, a step more urgent")
            }
        };
    }
    let _ = write!(zh, "；紧急程度：{urgent_zh}");
    let _ = write!(en, "; urgency: {urgent_en}");
    LocalizedText { zh: Some(zh), en: Some(en) }
}
