//! How far a device's clock is off, as its readings tell: the instants of measurement and of receipt come in, an
//! estimate goes out. Called by the ingest writer for readings that carry a time of their own.
//!
//! What is received was measured before: receipt less measurement is the delay less what the clock is ahead. Delays
//! are never negative and now and then small, so that the least of the last few is the best estimate (the clock
//! filter of NTP takes the sample of least delay: RFC 5905, section 10). Of a post the newest reading counts.
//!
//! A device that comes back sends what it has kept: those readings were delayed by their age. They are told by
//! time that runs faster in them than here, and do not count.

use time::{Duration, OffsetDateTime};

use super::reading::{CLOCK_TOLERANCE, to_us};

/// Clocks must not be off by more. What is measured later than that from now is not taken at all.
pub const LIMIT: Duration = CLOCK_TOLERANCE;
/// Posts that the estimate is made of.
const SAMPLES: usize = 8;
/// Posts that there must be before anything is told of a clock.
const SAMPLES_LEAST: usize = 4;
/// Time may run so much ahead in a reading before it makes up for lost time: beside twice what passed here.
const SLACK_US: i64 = 1_000_000;

/// What is known of a device's clock. Small, for every device has one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClockWatch {
    /// Receipt less measurement of the last posts, milliseconds, in a ring.
    samples: [i32; SAMPLES],
    count: u8,
    /// Of the ring, the place to be written next.
    next: u8,
    is_off: bool,
    /// Whether the post under way counts.
    counts: bool,
    /// The newest readings of the post under way, and of the one before.
    now: Option<Moment>,
    before: Option<Moment>,
}

/// When a reading was measured and received, microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    measured_us: i64,
    received_us: i64,
}

impl Moment {
    /// Whether time ran so much faster in the readings since another moment that they were kept before.
    fn makes_up(self, since: Self) -> bool {
        let told_us = self.measured_us.saturating_sub(since.measured_us);
        let passed_us = self.received_us.saturating_sub(since.received_us);
        told_us > passed_us.saturating_mul(2).saturating_add(SLACK_US)
    }

    fn delay_ms(self) -> i32 {
        let delay_ms = self.received_us.saturating_sub(self.measured_us) / 1_000;
        delay_ms.clamp(i64::from(i32::MIN + 1), i64::from(i32::MAX)) as i32
    }
}

impl ClockWatch {
    /// Takes in a reading. True if the clock is called off by it, or no longer.
    pub fn note(&mut self, measured: OffsetDateTime, received: OffsetDateTime) -> bool {
        let moment = Moment { measured_us: to_us(measured), received_us: to_us(received) };
        let same_post = self.now.filter(|now| now.received_us == moment.received_us);
        if same_post.is_some_and(|now| now.measured_us >= moment.measured_us) {
            return false;
        }
        if same_post.is_none() {
            self.before = self.now;
        } else if self.counts {
            // The newest of the post takes the place of the one before it.
            self.next = (self.next + SAMPLES as u8 - 1) % SAMPLES as u8;
            self.count -= 1;
        }
        self.now = Some(moment);
        self.counts = !self.before.is_some_and(|before| moment.makes_up(before));
        if let (true, Some(slot)) = (self.counts, self.samples.get_mut(usize::from(self.next))) {
            *slot = moment.delay_ms();
            self.next = (self.next + 1) % SAMPLES as u8;
            self.count = (self.count + 1).min(SAMPLES as u8);
        }
        let is_off = self.offset_ms().is_some_and(|ms| Duration::milliseconds(ms).abs() > LIMIT);
        std::mem::replace(&mut self.is_off, is_off) != is_off
    }

    /// How far the clock is ahead, in milliseconds; negative: behind, or that long is needed to send. Nothing
    /// before there were a few posts with times.
    #[must_use]
    pub fn offset_ms(&self) -> Option<i64> {
        let count = usize::from(self.count);
        // Those written last; the ring may hold older ones between.
        let last = (1..=count).map(|back| (usize::from(self.next) + SAMPLES - back) % SAMPLES);
        let least =
            last.filter_map(|place| self.samples.get(place)).min().filter(|_| count >= SAMPLES_LEAST)?;
        Some(-i64::from(*least))
    }

    /// Whether the clock is off by more than [`LIMIT`].
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.is_off
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-05-01 12:00 UTC);

    fn at(seconds: f64) -> OffsetDateTime {
        NOON + Duration::seconds_f64(seconds)
    }

    /// A reading every ten seconds, received so late, by a clock that is so much ahead.
    fn run(watch: &mut ClockWatch, from_s: f64, ahead_s: f64, delays_s: &[f64]) {
        for (i, delay_s) in delays_s.iter().enumerate() {
            let true_s = from_s + i as f64 * 10.0;
            watch.note(at(true_s + ahead_s), at(true_s + delay_s));
        }
    }

    #[test]
    fn the_least_delay_tells_the_offset() {
        let mut watch = ClockWatch::default();
        assert_eq!(watch.offset_ms(), None);
        run(&mut watch, 0.0, 0.0, &[0.1, 4.0, 9.0, 0.3, 2.0, 7.0]);
        assert_eq!((watch.offset_ms(), watch.is_off()), (Some(-100), false));
        for (ahead_s, expected_ms) in [(5.05, 4_950), (5.2, 5_100), (-20.0, -20_100)] {
            let mut watch = ClockWatch::default();
            run(&mut watch, 0.0, ahead_s, &[3.0, 0.1, 0.4, 8.0]);
            assert_eq!(
                (watch.offset_ms(), watch.is_off()),
                (Some(expected_ms), expected_ms != 4_950),
                "{ahead_s}"
            );
        }
    }

    #[test]
    fn a_clock_is_called_off_after_a_few_posts_and_good_again_when_it_is_set() {
        let mut watch = ClockWatch::default();
        let mut told = Vec::new();
        for i in 0..30 {
            let true_s = f64::from(i) * 10.0;
            let ahead_s = if i < 10 { 30.0 } else { 0.0 };
            if watch.note(at(true_s + ahead_s), at(true_s + 0.2)) {
                told.push((i, watch.is_off()));
            }
        }
        // Set right at the tenth; the last of the wrong ones has left the ring eight posts later.
        assert_eq!(told, [(3, true), (17, false)]);
    }

    #[test]
    fn what_was_kept_while_the_line_was_down_does_not_count() {
        let mut watch = ClockWatch::default();
        run(&mut watch, 0.0, 0.0, &[0.2; 4]);
        // An hour later, all at once: one reading a post, then one post with many.
        for i in 4..200 {
            watch.note(at(f64::from(i) * 10.0), at(3600.0 + f64::from(i) * 0.05));
        }
        for i in 200..360 {
            watch.note(at(f64::from(i) * 10.0), at(3620.0));
        }
        run(&mut watch, 3630.0, 0.0, &[0.2, 0.3]);
        assert_eq!((watch.offset_ms(), watch.is_off()), (Some(-200), false));
    }

    #[test]
    fn of_a_post_the_newest_reading_counts() {
        let mut watch = ClockWatch::default();
        for post in 1..=4 {
            let received_s = f64::from(post) * 600.0;
            for i in 1..=60 {
                watch.note(at(received_s - 600.0 + f64::from(i) * 10.0), at(received_s + 0.5));
            }
        }
        assert_eq!((watch.offset_ms(), watch.is_off()), (Some(-500), false));
    }

    #[test]
    fn old_readings_that_are_sent_at_once_say_nothing_of_a_clock_and_a_clock_of_another_age_does() {
        let mut watch = ClockWatch::default();
        for i in 0..5_000 {
            // Posts of 500 readings, a second apart, every 5 ms.
            watch.note(at(f64::from(i)), at(1e7 + f64::from(i / 500) * 0.005));
        }
        assert_eq!(watch.offset_ms(), None);
        let mut watch = ClockWatch::default();
        for i in 0..5 {
            let run = Duration::seconds(i * 60);
            watch.note(datetime!(2000-01-01 0:00 UTC) + run, NOON + run);
        }
        assert_eq!((watch.offset_ms(), watch.is_off()), (Some(-i64::from(i32::MAX)), true));
    }

    #[test]
    fn instants_at_the_ends_of_time_do_not_overflow() {
        let mut watch = ClockWatch::default();
        for measured in [datetime!(-9999-01-01 0:00 UTC), NOON, datetime!(9999-01-01 0:00 UTC)] {
            for received in [NOON, datetime!(9999-12-31 0:00 UTC), datetime!(-9999-01-01 0:00 UTC)] {
                watch.note(measured, received);
            }
        }
        assert!(watch.offset_ms().is_some());
    }
}
