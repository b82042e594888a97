//! How long readings are kept: settings come in, the oldest instant to keep goes out. Called by the job
//! that deletes old readings.

use std::collections::BTreeMap;
use std::str::FromStr;

use time::{Duration, OffsetDateTime};

/// Days that readings are kept if nothing else is said: what the rules of the field ask for at least.
pub const DAYS_DEFAULT: u32 = 30;
/// A century; more is "for ever", which is 0.
pub const DAYS_LIMIT: u32 = 36_525;

/// How long readings are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Days, 0 for ever.
    pub days: u32,
    /// Days by kind of device, 0 for ever.
    pub kinds: BTreeMap<String, u32>,
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: DAYS_DEFAULT, kinds: BTreeMap::new() }
    }
}

impl Retention {
    /// The oldest instant to keep of devices of a kind; none if all are kept.
    #[must_use]
    pub fn keep_from(&self, kind: &str, now: OffsetDateTime) -> Option<OffsetDateTime> {
        match self.kinds.get(kind).copied().unwrap_or(self.days) {
            0 => None,
            days => now.checked_sub(Duration::days(i64::from(days))),
        }
    }

    /// The oldest instant of which any of some kinds is kept; none if one is kept for ever, or there are no kinds.
    pub fn oldest<'k>(
        &self,
        mut kinds: impl Iterator<Item = &'k str>,
        now: OffsetDateTime,
    ) -> Option<OffsetDateTime> {
        let first = self.keep_from(kinds.next()?, now)?;
        kinds.try_fold(first, |oldest, kind| Some(oldest.min(self.keep_from(kind, now)?)))
    }
}

/// Days that one kind of device is kept, written `kind=days`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindRetention {
    /// Id of the kind.
    pub kind: String,
    /// Days, 0 for ever.
    pub days: u32,
}

/// Why a text is not `kind=days`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a kind and days from 0 (for ever) to {DAYS_LIMIT}, such as `camera=7`, not `{0}`")]
pub struct RetentionError(String);

impl FromStr for KindRetention {
    type Err = RetentionError;

    fn from_str(text: &str) -> Result<Self, RetentionError> {
        let error = || RetentionError(text.chars().take(100).collect());
        let (kind, days) = text.split_once('=').ok_or_else(error)?;
        let days = days.trim().parse().ok().filter(|days| *days <= DAYS_LIMIT).ok_or_else(error)?;
        Ok(Self { kind: kind.trim().to_owned(), days })
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_kind_may_be_kept_longer_or_shorter_than_the_rest() {
        let kinds = ["camera=7", " lift = 0"].map(|text| text.parse::<KindRetention>().unwrap());
        let kinds = kinds.into_iter().map(|one| (one.kind, one.days)).collect();
        let retention = Retention { kinds, ..Retention::default() };
        let now = datetime!(2026-05-31 12:00 UTC);
        assert_eq!(retention.keep_from("water_meter", now), Some(datetime!(2026-05-01 12:00 UTC)));
        assert_eq!(retention.keep_from("camera", now), Some(datetime!(2026-05-24 12:00 UTC)));
        assert_eq!(retention.keep_from("lift", now), None);
    }

    #[test]
    fn the_oldest_instant_of_several_kinds_is_that_of_the_one_kept_longest() {
        let kinds = [("camera".to_owned(), 7), ("lift".to_owned(), 0)].into();
        let retention = Retention { kinds, ..Retention::default() };
        let now = datetime!(2026-05-31 12:00 UTC);
        let oldest = |kinds: &[&str]| retention.oldest(kinds.iter().copied(), now);
        assert_eq!(oldest(&["camera"]), Some(datetime!(2026-05-24 12:00 UTC)));
        assert_eq!(oldest(&["camera", "water_meter"]), Some(datetime!(2026-05-01 12:00 UTC)));
        assert_eq!(oldest(&["camera", "lift"]), None);
        assert_eq!(oldest(&[]), None);
    }

    #[test]
    fn what_is_no_number_of_days_is_refused() {
        for text in ["camera", "camera=", "camera=-1", "camera=1.5", "camera=99999999"] {
            assert!(text.parse::<KindRetention>().is_err(), "{text}");
        }
    }
}
