//! Counters, gauges and histograms that many threads add to.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Zero.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Adds.
    pub fn add(&self, number: u64) {
        self.0.fetch_add(number, Relaxed);
    }

    /// The number now.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// A number that goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// Zero.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Replaces the number.
    pub fn set(&self, number: u64) {
        self.0.store(number, Relaxed);
    }

    /// The number now.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// How many values fell into which range. Its buckets are fixed, so that its memory is.
#[derive(Debug)]
pub struct Histogram<const N: usize> {
    bounds: [f64; N],
    counts: [AtomicU64; N],
    beyond: AtomicU64,
    /// Sum in millionths: whole numbers can be added without a lock.
    sum_millionths: AtomicU64,
}

impl<const N: usize> Histogram<N> {
    /// Empty, with the upper bounds of its buckets in ascending order.
    #[must_use]
    pub const fn new(bounds: [f64; N]) -> Self {
        Self {
            bounds,
            counts: [const { AtomicU64::new(0) }; N],
            beyond: AtomicU64::new(0),
            sum_millionths: AtomicU64::new(0),
        }
    }

    /// Counts a value, which is not negative.
    pub fn observe(&self, value: f64) {
        let place = self.bounds.iter().position(|bound| value <= *bound);
        place.and_then(|place| self.counts.get(place)).unwrap_or(&self.beyond).fetch_add(1, Relaxed);
        self.sum_millionths.fetch_add((value * 1e6) as u64, Relaxed);
    }

    /// Of each bucket its upper bound and how many values are at most that, then the count and the
    /// sum of all.
    #[must_use]
    pub fn read(&self) -> (Vec<(f64, u64)>, u64, f64) {
        let mut sum = 0;
        let mut buckets = Vec::with_capacity(N);
        for (bound, count) in self.bounds.iter().zip(&self.counts) {
            sum += count.load(Relaxed);
            buckets.push((*bound, sum));
        }
        let all = sum + self.beyond.load(Relaxed);
        (buckets, all, self.sum_millionths.load(Relaxed) as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_values_up_to_each_bound() {
        let histogram = Histogram::new([0.1, 1.0]);
        for value in [0.05, 0.1, 0.5, 7.0] {
            histogram.observe(value);
        }
        assert_eq!(histogram.read(), (vec![(0.1, 2), (1.0, 3)], 4, 7.65));
    }
}
