//! The rules that a new community begins with: `assets/alarm-rules.json`. Called at the first start on a
//! database; from then on they are the community's own, to be changed and removed.

use twin_schemas::alarm::AlarmRule;

use super::check::check_rule;
use crate::domain::kinds::DeviceKinds;

/// Why the built-in rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DefaultsError {
    /// Not JSON, or not a list of rules.
    #[error("built-in alarm rules: {0}")]
    Json(#[from] serde_json::Error),
    /// A rule contradicts itself or the kinds.
    #[error("built-in alarm rule `{0}`: {1}")]
    Rule(String, super::RuleError),
}

/// The built-in rules.
///
/// # Errors
/// If the embedded file contradicts itself, which a test keeps from happening.
pub fn built_in_rules(kinds: &DeviceKinds) -> Result<Vec<AlarmRule>, DefaultsError> {
    let rules: Vec<AlarmRule> = serde_json::from_str(include_str!("../../../../assets/alarm-rules.json"))?;
    for rule in &rules {
        check_rule(rule, kinds).map_err(|error| DefaultsError::Rule(rule.id.clone(), error))?;
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use twin_schemas::alarm::{AlarmCondition, AlarmLevel};
    use twin_schemas::live::DeviceStatus;

    use super::*;

    /// Level, lower and upper end of each range of a stream.
    type Ranges = BTreeSet<(AlarmLevel, String, String)>;

    fn level_of(status: DeviceStatus) -> AlarmLevel {
        match status {
            DeviceStatus::Alarm => AlarmLevel::Alarm,
            DeviceStatus::Warning => AlarmLevel::Warning,
            _ => AlarmLevel::Notice,
        }
    }

    fn range(level: AlarmLevel, from: Option<f64>, to: Option<f64>) -> (AlarmLevel, String, String) {
        (level, format!("{from:?}"), format!("{to:?}"))
    }

    #[test]
    fn every_band_of_every_kind_has_its_alarm_and_every_kind_its_silence() {
        let kinds = DeviceKinds::built_in().unwrap();
        let rules = built_in_rules(&kinds).unwrap();
        let ids: BTreeSet<_> = rules.iter().map(|rule| &rule.id).collect();
        assert_eq!(ids.len(), rules.len());
        for kind in kinds.list() {
            let own = rules.iter().filter(|rule| rule.scope.kind.as_deref() == Some(&kind.id));
            for (stream, what) in &kind.streams {
                let bands: Ranges =
                    what.bands.iter().map(|band| range(level_of(band.status), band.from, band.to)).collect();
                let mut alarms = Ranges::new();
                for rule in own.clone() {
                    if let AlarmCondition::Threshold { stream: watched, levels } = &rule.condition
                        && watched == stream
                    {
                        alarms.extend(levels.iter().map(|level| range(level.level, level.from, level.to)));
                    }
                }
                assert_eq!(bands, alarms, "{} {stream}", kind.id);
            }
            let silent = own.clone().any(|rule| match &rule.condition {
                AlarmCondition::Silence { levels } => levels[0].after_s == kind.silence_s,
                _ => false,
            });
            assert!(silent, "{}", kind.id);
        }
    }

    #[test]
    fn every_text_is_in_both_languages() {
        for rule in built_in_rules(&DeviceKinds::built_in().unwrap()).unwrap() {
            for text in [&rule.name, &rule.advice] {
                assert!(text.zh.is_some() && text.en.is_some(), "{}", rule.id);
            }
            assert!(rule.role.is_some(), "{}", rule.id);
        }
    }
}
