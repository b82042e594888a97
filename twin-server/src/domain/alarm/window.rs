//! Maintenance windows: a device and an instant come in, the window that holds its alarms back goes out.
//! Asked by the life of alarms.

use twin_schemas::alarm::{AlarmScope, MaintenanceWindow, WindowTime};

use super::court::DeviceFacts;
use super::to_us;

const MINUTE_US: i64 = 60_000_000;
const DAY_US: i64 = 24 * 60 * MINUTE_US;
/// 1970-01-01 was a Thursday, the fourth day of the week.
const FIRST_DAY: i64 = 3;

/// All windows.
#[derive(Debug, Default)]
pub(super) struct Windows(Vec<MaintenanceWindow>);

impl Windows {
    pub(super) fn new(windows: Vec<MaintenanceWindow>) -> Self {
        Self(windows)
    }

    /// Id of a window that holds back the device's alarms at an instant.
    pub(super) fn over(&self, facts: &DeviceFacts, at_us: i64) -> Option<&str> {
        self.0
            .iter()
            .find(|window| covers(&window.scope, facts) && end_at(&window.when, at_us).is_some())
            .map(|window| window.id.as_str())
    }

    /// When the windows that hold back the device's alarms at an instant end, the last of them.
    pub(super) fn end(&self, facts: &DeviceFacts, at_us: i64) -> Option<i64> {
        let over = self.0.iter().filter(|window| covers(&window.scope, facts));
        over.filter_map(|window| end_at(&window.when, at_us)).max()
    }
}

/// Whether a scope covers a device.
pub(super) fn covers(scope: &AlarmScope, facts: &DeviceFacts) -> bool {
    scope.kind.as_ref().is_none_or(|kind| *kind == facts.kind.id)
        && (scope.devices.is_empty() || scope.devices.contains(&facts.device.id))
        && scope.zone.as_ref().is_none_or(|zone| Some(zone) == facts.zone.as_ref())
}

/// The end of the time that an instant lies in; the end itself no longer belongs to it.
fn end_at(when: &WindowTime, at_us: i64) -> Option<i64> {
    match when {
        WindowTime::Once { from, to } => {
            let (from_us, to_us) = (to_us(*from), to_us(*to));
            (from_us..to_us).contains(&at_us).then_some(to_us)
        }
        WindowTime::Weekly { days, start_min, length_min, utc_offset_min } => {
            let offset_us = i64::from(*utc_offset_min) * MINUTE_US;
            let today = (at_us + offset_us).div_euclid(DAY_US);
            // It may have begun yesterday and reach into today.
            [today, today - 1].into_iter().find_map(|day| {
                let weekday = (day + FIRST_DAY).rem_euclid(7) + 1;
                let from_us = day * DAY_US - offset_us + i64::from(*start_min) * MINUTE_US;
                let to_us = from_us + i64::from(*length_min) * MINUTE_US;
                let begins = days.iter().any(|day| i64::from(*day) == weekday);
                (begins && (from_us..to_us).contains(&at_us)).then_some(to_us)
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn check(when: &WindowTime, at: time::OffsetDateTime, end: Option<time::OffsetDateTime>) {
        assert_eq!(end_at(when, to_us(at)), end.map(to_us), "{at}");
    }

    #[test]
    fn a_window_begins_with_its_first_instant_and_its_end_is_outside() {
        let (from, to) = (datetime!(2026-05-01 1:00 UTC), datetime!(2026-05-01 3:00 UTC));
        let once = WindowTime::Once { from, to };
        check(&once, from, Some(to));
        check(&once, datetime!(2026-05-01 2:59:59.999999 UTC), Some(to));
        check(&once, to, None);
        check(&once, datetime!(2026-05-01 0:59 UTC), None);
    }

    #[test]
    fn a_weekly_window_is_told_by_the_communitys_clock_and_may_cross_midnight() {
        // 2026-05-01 is a Friday.
        let night =
            WindowTime::Weekly { days: vec![5], start_min: 1380, length_min: 120, utc_offset_min: 480 };
        check(&night, datetime!(2026-05-01 23:00 +8), Some(datetime!(2026-05-02 1:00 +8)));
        check(&night, datetime!(2026-05-02 0:59 +8), Some(datetime!(2026-05-02 1:00 +8)));
        check(&night, datetime!(2026-05-02 1:00 +8), None);
        check(&night, datetime!(2026-05-01 0:30 +8), None);
        check(&night, datetime!(2026-05-01 23:00 UTC), None);
        check(&night, datetime!(2026-05-08 23:30 +8), Some(datetime!(2026-05-09 1:00 +8)));
    }
}
