//! What is usual for a stream at each hour of the week: history comes in, mean and deviation by hour go out.
//! Computed by a job, read by watches and by the API.
//!
//! Mean and sample deviation by hour, computed twice: values further from the first mean than four
//! deviations are left out of the second, so that stray values do not become usual.

use std::collections::BTreeMap;

use time::OffsetDateTime;
use twin_schemas::alarm::{AdaptiveBand, UsualHour};

use super::plan::{Plans, adaptive_streams};
use super::{from_us, to_us};

/// Hours of a week.
pub const HOURS: usize = 168;
const HOUR_US: i64 = 3_600_000_000;
const MINUTE_US: i64 = 60_000_000;
/// 1970-01-01, a Thursday, began this many hours after its week.
const FIRST_HOUR: i64 = 72;
/// An hour with fewer readings has what is usual over the whole week.
const READINGS_LEAST: u32 = 8;
/// Values further away than this many deviations do not count.
const OUTLIER: f64 = 4.0;

/// What a watch asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Usual {
    offset_us: i64,
    hours: Vec<(f64, f64)>,
}

impl Usual {
    /// From a band as it is stored; nothing if it is not a whole week.
    #[must_use]
    pub fn new(band: &AdaptiveBand) -> Option<Self> {
        let hours: Vec<_> = band.hours.iter().map(|hour| (hour.mean, hour.deviation)).collect();
        let offset_us = i64::from(band.utc_offset_min) * MINUTE_US;
        (hours.len() == HOURS).then_some(Self { offset_us, hours })
    }

    /// Mean and deviation at an instant.
    pub(super) fn at(&self, time_us: i64) -> (f64, f64) {
        self.hours.get(hour_of(time_us, self.offset_us)).copied().unwrap_or_default()
    }
}

/// What rules ask of the band of one stream of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BandNeed {
    /// Weeks of history.
    pub weeks: u32,
    /// Hours after which it is computed anew.
    pub recompute_h: u32,
    /// Minutes east of UTC.
    pub utc_offset_min: i32,
}

/// Streams that the rules want bands of, with the rules' scope left to the caller. Of several rules on one
/// stream, the longest history and the shortest period count.
#[must_use]
pub(super) fn needs(plans: &Plans, watches: impl Fn(&str) -> bool) -> BTreeMap<String, BandNeed> {
    let mut needs: BTreeMap<String, BandNeed> = BTreeMap::new();
    for plan in plans.values().filter(|plan| watches(&plan.rule.id)) {
        for (stream, weeks, recompute_h, utc_offset_min) in adaptive_streams(&plan.rule.condition) {
            let need =
                needs.entry(stream.to_owned()).or_insert(BandNeed { weeks, recompute_h, utc_offset_min });
            need.weeks = need.weeks.max(weeks);
            need.recompute_h = need.recompute_h.min(recompute_h);
        }
    }
    needs
}

/// Sums over the hours of the week, filled a stretch of history at a time.
#[derive(Debug)]
pub struct WeekSums {
    offset_us: i64,
    hours: Vec<Sums>,
    /// Means and deviations of the first pass; values far from them are left out of this one.
    first: Option<Vec<(f64, f64)>>,
}

/// Welford's running mean and squared distance (Knuth, TAOCP vol. 2, 4.2.2).
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    count: u32,
    mean: f64,
    squares: f64,
}

impl WeekSums {
    /// Empty sums by the hours of a place.
    #[must_use]
    pub fn new(utc_offset_min: i32) -> Self {
        let offset_us = i64::from(utc_offset_min) * MINUTE_US;
        Self { offset_us, hours: vec![Sums::default(); HOURS], first: None }
    }

    /// Sums for the second pass over the same history.
    #[must_use]
    pub fn again(self) -> Self {
        let first = self.usual().iter().map(|hour| (hour.mean, hour.deviation)).collect();
        Self { offset_us: self.offset_us, hours: vec![Sums::default(); HOURS], first: Some(first) }
    }

    /// Takes in a reading.
    pub fn add(&mut self, time: OffsetDateTime, value: f64) {
        let hour = hour_of(to_us(time), self.offset_us);
        let usual = self.first.as_ref().and_then(|first| first.get(hour));
        if usual.is_some_and(|(mean, deviation)| (value - mean).abs() > OUTLIER * deviation) {
            return;
        }
        if let Some(sums) = self.hours.get_mut(hour) {
            sums.add(value);
        }
    }

    /// The band; nothing while there are too few readings to say what is usual.
    #[must_use]
    pub fn band(&self, device: &str, stream: &str, computed_at: OffsetDateTime) -> Option<AdaptiveBand> {
        let readings: u64 = self.hours.iter().map(|sums| u64::from(sums.count)).sum();
        (readings >= u64::from(READINGS_LEAST)).then(|| AdaptiveBand {
            device: device.to_owned(),
            stream: stream.to_owned(),
            computed_at: from_us(to_us(computed_at)),
            utc_offset_min: (self.offset_us / MINUTE_US) as i32,
            readings,
            hours: self.usual(),
        })
    }

    fn usual(&self) -> Vec<UsualHour> {
        let week = self.hours.iter().fold(Sums::default(), |week, hour| week.joined(*hour));
        let hours = self.hours.iter().map(|sums| {
            let from = if sums.count < READINGS_LEAST { week } else { *sums };
            UsualHour { mean: from.mean, deviation: from.deviation(), readings: sums.count }
        });
        hours.collect()
    }
}

impl Sums {
    fn add(&mut self, value: f64) {
        self.count += 1;
        let off = value - self.mean;
        self.mean += off / f64::from(self.count);
        self.squares += off * (value - self.mean);
    }

    /// The sums of both (Chan, Golub and `LeVeque`, 1983).
    fn joined(self, other: Self) -> Self {
        let count = self.count + other.count;
        if count == 0 {
            return self;
        }
        let (ours, theirs, all) = (f64::from(self.count), f64::from(other.count), f64::from(count));
        let off = other.mean - self.mean;
        Self {
            count,
            mean: self.mean + off * theirs / all,
            squares: self.squares + other.squares + off * off * ours * theirs / all,
        }
    }

    fn deviation(self) -> f64 {
        if self.count < 2 { 0.0 } else { (self.squares / f64::from(self.count - 1)).max(0.0).sqrt() }
    }
}

fn hour_of(time_us: i64, offset_us: i64) -> usize {
    ((time_us + offset_us).div_euclid(HOUR_US) + FIRST_HOUR).rem_euclid(HOURS as i64) as usize
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;

    use super::*;

    /// A Monday, 0 o'clock in China.
    const MONDAY: OffsetDateTime = datetime!(2026-05-04 0:00 +8);

    /// Four weeks of a reading every ten minutes.
    fn weeks(value: impl Fn(i64) -> f64) -> AdaptiveBand {
        let mut sums = WeekSums::new(480);
        for pass in 0..2 {
            for reading in 0..4 * 168 * 6 {
                sums.add(MONDAY + Duration::minutes(reading * 10), value(reading));
            }
            if pass == 0 {
                sums = sums.again();
            }
        }
        sums.band("d", "s", MONDAY).unwrap()
    }

    #[test]
    fn hours_count_from_monday_by_the_communitys_clock() {
        let offset = 480 * MINUTE_US;
        assert_eq!(hour_of(to_us(MONDAY), offset), 0);
        assert_eq!(hour_of(to_us(MONDAY - Duration::seconds(1)), offset), 167);
        assert_eq!(hour_of(to_us(datetime!(2026-05-08 13:30 +8)), offset), 4 * 24 + 13);
    }

    #[test]
    fn each_hour_has_its_own_mean_and_deviation() {
        let band = weeks(|reading| (reading / 6 % 24) as f64 + if reading % 2 == 0 { 1.0 } else { -1.0 });
        let usual = Usual::new(&band).unwrap();
        let (mean, deviation) = usual.at(to_us(MONDAY + Duration::hours(24 + 7)));
        assert!((mean - 7.0).abs() < 1e-9 && (deviation - 1.0).abs() < 0.03, "{mean} {deviation}");
    }

    #[test]
    fn a_stray_value_does_not_become_usual() {
        // 23 even readings and one of a thousand: further away than four deviations of all.
        let band = weeks(|reading| if reading == 3 { 1000.0 } else { (reading % 3) as f64 });
        assert!(band.hours[0].mean < 1.5 && band.hours[0].deviation < 1.5, "{:?}", band.hours[0]);
    }

    #[test]
    fn an_hour_without_readings_has_what_is_usual_over_the_week() {
        let mut sums = WeekSums::new(480);
        assert!(sums.band("d", "s", MONDAY).is_none());
        for minute in 0..60 {
            sums.add(MONDAY + Duration::minutes(minute), 5.0);
        }
        let band = sums.band("d", "s", MONDAY).unwrap();
        assert_eq!((band.hours[100].mean, band.hours[100].readings, band.readings), (5.0, 0, 60));
    }
}
