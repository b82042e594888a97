//! Readings that are not closed yet, by series in the order of time, and what is newest in each series.
//!
//! In: readings as they are committed. Out: stretches for questions, all for closing. While a closing
//! runs, what it closes stays readable here, apart from what comes meanwhile.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Sample, SeriesId, merged};

/// Samples by series, each list in the order of time.
pub(in super::super) type BySeries = HashMap<SeriesId, Vec<Sample>>;

/// What is newest in a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Tip {
    pub(in super::super) newest_us: i64,
    /// The latest plausible value and its time.
    pub(in super::super) latest: Option<(i64, f64)>,
}

impl Tip {
    /// Takes a sample into account.
    pub(in super::super) fn take(tip: &mut Option<Self>, sample: &Sample) {
        let now = tip.get_or_insert(Self { newest_us: sample.time_us, latest: None });
        now.newest_us = now.newest_us.max(sample.time_us);
        if sample.plausible && now.latest.is_none_or(|(time_us, _)| sample.time_us > time_us) {
            now.latest = Some((sample.time_us, sample.value));
        }
    }
}

/// What lies in memory.
#[derive(Debug, Default)]
pub(in super::super) struct Recent {
    open: BySeries,
    count: usize,
    /// What is being closed.
    closing: Arc<BySeries>,
    tips: HashMap<SeriesId, Option<Tip>>,
}

impl Recent {
    /// Adds a committed reading. One whose instant is there already changes nothing.
    pub(in super::super) fn add(&mut self, series: SeriesId, sample: Sample) {
        if self.closing.get(&series).is_some_and(|samples| place(samples, sample.time_us).is_ok()) {
            return;
        }
        let samples = self.open.entry(series).or_default();
        match samples.last() {
            Some(last) if last.time_us >= sample.time_us => match place(samples, sample.time_us) {
                Ok(_) => return,
                Err(at) => samples.insert(at, sample),
            },
            _ => samples.push(sample),
        }
        self.count += 1;
        Tip::take(self.tips.entry(series).or_default(), &sample);
    }

    /// Whether there is a reading of this instant.
    pub(in super::super) fn holds(&self, series: SeriesId, time_us: i64) -> bool {
        let holds = |of: &BySeries| of.get(&series).is_some_and(|samples| place(samples, time_us).is_ok());
        holds(&self.open) || holds(&self.closing)
    }

    /// The readings of a series from an instant to another, both included.
    pub(in super::super) fn between(&self, series: SeriesId, from_us: i64, to_us: i64) -> Vec<Sample> {
        let cut = |of: &BySeries| -> Vec<Sample> {
            let Some(samples) = of.get(&series) else { return Vec::new() };
            let from = samples.partition_point(|sample| sample.time_us < from_us);
            let to = samples.partition_point(|sample| sample.time_us <= to_us);
            samples.get(from..to).unwrap_or_default().to_vec()
        };
        merged(&cut(&self.closing), &cut(&self.open))
    }

    /// Number of readings that no closing has taken yet.
    pub(in super::super) fn count(&self) -> usize {
        self.count
    }

    /// Begins a closing: takes all but `keep` readings, of the series that have most; none if one is under way.
    pub(in super::super) fn freeze(&mut self, keep: usize) -> Option<Arc<BySeries>> {
        if !self.closing.is_empty() || self.open.is_empty() {
            return None;
        }
        let mut sizes: Vec<(usize, SeriesId)> =
            self.open.iter().map(|(series, samples)| (samples.len(), *series)).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let mut taken = BySeries::new();
        for (_, series) in sizes {
            if self.count <= keep {
                break;
            }
            if let Some(samples) = self.open.remove(&series) {
                self.count -= samples.len();
                taken.insert(series, samples);
            }
        }
        self.closing = Arc::new(taken);
        (!self.closing.is_empty()).then(|| Arc::clone(&self.closing))
    }

    /// Ends a closing: what it took lies in chunks now.
    pub(in super::super) fn closed(&mut self) {
        self.closing = Arc::default();
    }

    /// Ends a closing that failed: what it took is open again.
    pub(in super::super) fn reopen(&mut self) {
        for (series, samples) in std::mem::take(&mut self.closing).iter() {
            let open = self.open.entry(*series).or_default();
            let whole = merged(samples, open);
            self.count += whole.len() - open.len();
            *open = whole;
        }
    }

    /// All that is open, for a log that replaces the one before.
    pub(in super::super) fn open(&self) -> impl Iterator<Item = (SeriesId, Sample)> + '_ {
        let of = |(series, samples): (&SeriesId, &Vec<Sample>)| {
            let series = *series;
            samples.iter().map(move |sample| (series, *sample)).collect::<Vec<_>>()
        };
        self.open.iter().flat_map(of)
    }

    /// What is newest in a series.
    pub(in super::super) fn tip(&self, series: SeriesId) -> Option<Tip> {
        *self.tips.get(&series)?
    }

    /// Says that the chunks of a series were changed, and what is newest in them now.
    pub(in super::super) fn chunks_changed(&mut self, series: SeriesId, tip: Option<Tip>) {
        let mut tip = tip;
        for of in [&*self.closing, &self.open] {
            of.get(&series).into_iter().flatten().for_each(|sample| Tip::take(&mut tip, sample));
        }
        self.set_tip(series, tip);
    }

    /// Forgets open readings from before an instant; gives how many. What is newest stays known.
    pub(in super::super) fn forget_before(&mut self, series: SeriesId, time_us: i64) -> u64 {
        let Some(samples) = self.open.get_mut(&series) else { return 0 };
        let old = samples.partition_point(|sample| sample.time_us < time_us);
        samples.drain(..old);
        if samples.is_empty() {
            self.open.remove(&series);
        }
        self.count -= old;
        old as u64
    }

    /// Says what is newest in a series; nothing forgets it.
    pub(in super::super) fn set_tip(&mut self, series: SeriesId, tip: Option<Tip>) {
        match tip {
            Some(tip) => drop(self.tips.insert(series, Some(tip))),
            None => drop(self.tips.remove(&series)),
        }
    }

    /// Forgets a series.
    pub(in super::super) fn remove(&mut self, series: SeriesId) {
        self.tips.remove(&series);
        self.count -= self.open.remove(&series).map_or(0, |samples| samples.len());
    }
}

fn place(samples: &[Sample], time_us: i64) -> Result<usize, usize> {
    samples.binary_search_by_key(&time_us, |sample| sample.time_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time_us: i64) -> Sample {
        Sample { time_us, value: time_us as f64, plausible: true }
    }

    fn times(recent: &Recent, series: SeriesId) -> Vec<i64> {
        recent.between(series, i64::MIN, i64::MAX).iter().map(|sample| sample.time_us).collect()
    }

    #[test]
    fn late_readings_are_put_in_place_and_doubled_ones_change_nothing() {
        let mut recent = Recent::default();
        for time in [5, 1, 3, 3, 9, 5] {
            recent.add(1, at(time));
        }
        recent.add(1, Sample { value: 77.0, ..at(3) });
        assert_eq!((times(&recent, 1), recent.count()), (vec![1, 3, 5, 9], 4));
        assert_eq!(recent.between(1, 2, 5), [at(3), at(5)]);
        assert_eq!(recent.tip(1).unwrap(), Tip { newest_us: 9, latest: Some((9, 9.0)) });
        assert!(recent.holds(1, 3) && !recent.holds(1, 4) && !recent.holds(2, 3));
    }

    #[test]
    fn a_closing_takes_the_largest_series_and_what_it_takes_stays_readable() {
        let mut recent = Recent::default();
        (0..10).for_each(|time| recent.add(1, at(time)));
        (0..2).for_each(|time| recent.add(2, at(time)));
        let taken = recent.freeze(5).unwrap();
        assert_eq!((taken.len(), taken[&1].len(), recent.count()), (1, 10, 2));
        assert!(recent.freeze(0).is_none(), "two closings at once");
        recent.add(1, at(4));
        recent.add(1, at(20));
        assert_eq!((times(&recent, 1).len(), recent.count()), (11, 3));
        recent.closed();
        assert_eq!(times(&recent, 1), [20]);
        assert_eq!(recent.tip(1).unwrap().newest_us, 20);
    }

    #[test]
    fn a_closing_that_failed_leaves_everything_as_it_was() {
        let mut recent = Recent::default();
        (0..4).for_each(|time| recent.add(1, at(time)));
        recent.freeze(0).unwrap();
        recent.add(1, at(9));
        recent.reopen();
        assert_eq!((times(&recent, 1), recent.count()), (vec![0, 1, 2, 3, 9], 5));
        recent.remove(1);
        assert_eq!((times(&recent, 1), recent.count(), recent.tip(1)), (vec![], 0, None));
    }
}
