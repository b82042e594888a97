//! Readings summed up: what a chart needs of a stretch of time without its single readings. Called by the
//! stores, which keep one summary for each packed stretch, and by those who ask for aggregates.
//!
//! Least, most, mean, first and last are of the plausible values; the count of all readings shows how many
//! were not. The last value less that of the stretch before is what a meter counted.

/// What a stretch of one stream holds. It holds one reading at least.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Earliest and latest instant, microseconds since 1970-01-01 UTC.
    pub first_us: i64,
    /// See `first_us`.
    pub last_us: i64,
    /// Number of readings.
    pub readings: u64,
    /// What the plausible ones say, if there are any.
    pub values: Option<Values>,
}

/// What the plausible readings of a stretch say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Values {
    /// Their number.
    pub count: u64,
    /// Least value.
    pub least: f64,
    /// Most value.
    pub most: f64,
    /// Sum of the values.
    pub total: f64,
    /// Value of the earliest.
    pub first: f64,
    /// Value of the latest.
    pub last: f64,
}

impl Values {
    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.total / self.count as f64
    }
}

impl Summary {
    /// The summary of one reading.
    #[must_use]
    pub fn of_one(time_us: i64, value: f64, plausible: bool) -> Self {
        let values = Values { count: 1, least: value, most: value, total: value, first: value, last: value };
        Self { first_us: time_us, last_us: time_us, readings: 1, values: plausible.then_some(values) }
    }

    /// Adds what came later.
    pub fn join(&mut self, later: &Self) {
        self.last_us = later.last_us;
        self.readings += later.readings;
        self.values = match (self.values, later.values) {
            (Some(one), Some(other)) => Some(Values {
                count: one.count + other.count,
                least: one.least.min(other.least),
                most: one.most.max(other.most),
                total: one.total + other.total,
                first: one.first,
                last: other.last,
            }),
            (one, other) => one.or(other),
        };
    }
}

/// A stretch of time and its division into steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "all are microseconds, and say so")]
pub struct Grid {
    from_us: i64,
    to_us: i64,
    step_us: i64,
    origin_us: i64,
}

impl Grid {
    /// From an instant to another, both included, in steps that are counted from `origin_us`: midnight of
    /// some day, for steps that are days. Microseconds since 1970-01-01 UTC. None if the step is not
    /// positive, or the instants are too far apart to count.
    #[must_use]
    pub fn new(from_us: i64, to_us: i64, step_us: i64, origin_us: i64) -> Option<Self> {
        let grid = Self { from_us, to_us, step_us, origin_us };
        to_us.checked_sub(from_us)?.checked_add(step_us)?;
        let near = |time: i64| time.checked_sub(origin_us)?.checked_sub(step_us);
        (step_us > 0 && near(from_us).is_some() && near(to_us).is_some()).then_some(grid)
    }

    /// The first instant.
    #[must_use]
    pub fn from_us(&self) -> i64 {
        self.from_us
    }

    /// The last instant.
    #[must_use]
    pub fn to_us(&self) -> i64 {
        self.to_us
    }

    /// Length of a step.
    #[must_use]
    pub fn step_us(&self) -> i64 {
        self.step_us
    }

    /// Steps that the stretch touches.
    #[must_use]
    pub fn steps(&self) -> u64 {
        if self.to_us < self.from_us {
            return 0;
        }
        ((self.begin(self.to_us) - self.begin(self.from_us)) / self.step_us) as u64 + 1
    }

    /// Where the step of an instant begins. The instant lies within the stretch.
    #[must_use]
    pub fn begin(&self, time_us: i64) -> i64 {
        time_us - (time_us - self.origin_us).rem_euclid(self.step_us)
    }

    fn holds(&self, time_us: i64) -> bool {
        (self.from_us..=self.to_us).contains(&time_us)
    }
}

/// One step that holds readings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Where the step begins.
    pub begin_us: i64,
    /// What it holds.
    pub summary: Summary,
}

/// The steps of a grid while they are filled, in the order of time.
#[derive(Debug)]
pub struct Buckets {
    grid: Grid,
    filled: Vec<Bucket>,
}

impl Buckets {
    /// Nothing yet.
    #[must_use]
    pub fn new(grid: Grid) -> Self {
        Self { grid, filled: Vec::new() }
    }

    /// Whether all readings of a stretch fall into one step, so that its summary says enough.
    #[must_use]
    pub fn takes_whole(&self, first_us: i64, last_us: i64) -> bool {
        self.grid.holds(first_us)
            && self.grid.holds(last_us)
            && self.grid.begin(first_us) == self.grid.begin(last_us)
    }

    /// Adds what a stretch holds. It falls into one step, and is later than everything before.
    pub fn take(&mut self, summary: &Summary) {
        if !self.grid.holds(summary.first_us) {
            return;
        }
        let begin_us = self.grid.begin(summary.first_us);
        match self.filled.last_mut() {
            Some(bucket) if bucket.begin_us == begin_us => bucket.summary.join(summary),
            _ => self.filled.push(Bucket { begin_us, summary: *summary }),
        }
    }

    /// The steps that hold readings.
    #[must_use]
    pub fn done(self) -> Vec<Bucket> {
        self.filled
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn implausible_readings_are_counted_and_say_nothing() {
        let mut summary = Summary::of_one(1, 900.0, false);
        assert_eq!(summary.values, None);
        for (time_us, value, plausible) in [(2, 5.0, true), (3, -1.0, false), (4, 7.0, true)] {
            summary.join(&Summary::of_one(time_us, value, plausible));
        }
        let values = summary.values.unwrap();
        assert_eq!((summary.first_us, summary.last_us, summary.readings, values.count), (1, 4, 4, 2));
        assert_eq!((values.least, values.most, values.first, values.last), (5.0, 7.0, 5.0, 7.0));
        assert_eq!(values.mean(), 6.0);
    }

    #[test]
    fn days_begin_at_the_midnight_that_is_asked_for() {
        const HOUR: i64 = 3_600_000_000;
        // 23:00 and 01:00 of UTC+8 are two days there and one in UTC.
        let (evening, night) = (15 * HOUR, 17 * HOUR);
        let count = |origin_us| {
            let mut buckets = Buckets::new(Grid::new(0, 24 * HOUR - 1, 24 * HOUR, origin_us).unwrap());
            buckets.take(&Summary::of_one(evening, 1.0, true));
            buckets.take(&Summary::of_one(night, 2.0, true));
            buckets.done().len()
        };
        assert_eq!((count(0), count(-8 * HOUR)), (1, 2));
    }

    #[test]
    fn a_grid_that_cannot_be_counted_is_none() {
        assert_eq!(Grid::new(0, 10, 0, 0), None);
        assert_eq!(Grid::new(0, 10, -5, 0), None);
        assert_eq!(Grid::new(i64::MIN, i64::MAX, 10, 0), None);
        assert_eq!(Grid::new(0, 10, 5, i64::MIN), None);
        assert_eq!(Grid::new(0, 10, 5, 0).unwrap().steps(), 3);
        assert_eq!(Grid::new(10, 3, 5, 0).unwrap().steps(), 0);
    }

    proptest! {
        #[test]
        fn readings_are_neither_lost_nor_doubled(
            times in proptest::collection::btree_set(-1000_i64..1000, 1..60), step in 1_i64..300, origin in -50_i64..50,
        ) {
            let grid = Grid::new(-500, 500, step, origin).unwrap();
            let mut buckets = Buckets::new(grid);
            for time in &times {
                buckets.take(&Summary::of_one(*time, *time as f64, true));
            }
            let within = times.iter().filter(|time| (-500..=500).contains(*time)).count() as u64;
            let done = buckets.done();
            prop_assert_eq!(done.iter().map(|bucket| bucket.summary.readings).sum::<u64>(), within);
            prop_assert!(done.len() as u64 <= grid.steps());
            for bucket in done {
                prop_assert!(bucket.begin_us <= bucket.summary.first_us);
                prop_assert!(bucket.summary.last_us < bucket.begin_us + step);
            }
        }
    }
}
