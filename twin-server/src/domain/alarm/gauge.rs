//! The change of a stream over a window of time: readings come in, a rate goes out. Part of a watch.

use std::collections::VecDeque;

/// Readings that are kept of a window. A stream that reports more often is thinned.
const KEPT: usize = 64;
const MINUTE_US: f64 = 60e6;

/// The readings of the last moments.
#[derive(Debug, Clone, Default)]
pub(super) struct RateWindow {
    readings: VecDeque<(i64, f64)>,
}

impl RateWindow {
    /// Takes in a reading later than all before, and gives the change per minute between the oldest reading
    /// in the window and this one. Nothing while they are less than half a window apart: over seconds, noise
    /// would look like a rate.
    pub(super) fn push(&mut self, time_us: i64, value: f64, window_us: i64) -> Option<f64> {
        while self.readings.front().is_some_and(|(first, _)| time_us.saturating_sub(*first) > window_us) {
            self.readings.pop_front();
        }
        let oldest = self.readings.front().copied();
        let apart = window_us / KEPT as i64;
        if self.readings.back().is_none_or(|(last, _)| time_us - last >= apart) {
            self.readings.push_back((time_us, value));
        }
        let (first_us, first) = oldest?;
        let elapsed_us = time_us - first_us;
        (elapsed_us > 0 && elapsed_us * 2 >= window_us)
            .then(|| (value - first) / (elapsed_us as f64 / MINUTE_US))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW_US: i64 = 600_000_000;

    fn at(minutes: i64) -> i64 {
        1_000_000_000_000 + minutes * 60_000_000
    }

    #[test]
    fn a_rate_is_known_after_half_a_window_and_forgets_what_is_older() {
        let mut window = RateWindow::default();
        assert_eq!(window.push(at(0), 10.0, WINDOW_US), None);
        assert_eq!(window.push(at(4), 99.0, WINDOW_US), None);
        assert_eq!(window.push(at(5), 20.0, WINDOW_US), Some(2.0));
        assert_eq!(window.push(at(14), 99.0, WINDOW_US), Some(0.0));
        assert_eq!(window.push(at(60), 0.0, WINDOW_US), None);
    }

    #[test]
    fn a_stream_that_reports_often_takes_no_more_room() {
        let mut window = RateWindow::default();
        for second in 0..100_000 {
            window.push(at(0) + second * 100_000, 1.0, WINDOW_US);
        }
        assert!(window.readings.len() <= KEPT + 1, "{}", window.readings.len());
    }
}
