//! Readings that are not closed yet, by series in the order of time, and what is newest in each series.
//!
//! In: readings as they are committed. Out: stretches for questions, all for closing. While a closing
//! runs, what it closes stays readable here, apart from what comes meanwhile.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::table::Stretch;
use super::{Sample, SeriesId, merged};
use crate::store::End;

/// Samples by series, each list in the order of time.
pub(in super::super) type BySeries = FxHashMap<SeriesId, Vec<Sample>>;

/// What is newest in a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Tip {
    pub(in super::super) newest_us: i64,
    /// The latest plausible value and its time.
    pub(in super::super) latest: Option<(i64, f64)>,
}

impl Tip {
    /// What is newest of samples in the order of time.
    pub(in super::super) fn of(samples: &[Sample]) -> Option<Self> {
        let newest_us = samples.last()?.time_us;
        let latest = samples.iter().rfind(|sample| sample.plausible);
        Some(Self { newest_us, latest: latest.map(|sample| (sample.time_us, sample.value)) })
    }

    /// What is newest of both. Of one instant the value of the first stays.
    pub(in super::super) fn joined(first: Option<Self>, second: Option<Self>) -> Option<Self> {
        let (Some(one), Some(other)) = (first, second) else { return first.or(second) };
        let latest = match (one.latest, other.latest) {
            (Some(a), Some(b)) if b.0 > a.0 => Some(b),
            (a, b) => a.or(b),
        };
        Some(Self { newest_us: one.newest_us.max(other.newest_us), latest })
    }

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
    series: FxHashMap<SeriesId, Series>,
    /// Readings that no closing has taken yet.
    count: usize,
    /// Grows with each beginning and end of a closing, and with each change of chunks.
    turn: u64,
    /// What is being closed.
    closing: Arc<BySeries>,
    /// Whether the log holds what was deleted since.
    log_is_stale: bool,
    /// The same of the closing, should it fail.
    log_was_stale: bool,
}

/// What is known of one series.
#[derive(Debug, Default)]
struct Series {
    open: Vec<Sample>,
    tip: Option<Tip>,
    /// Up to which instant its chunks may reach: nothing later needs to be looked for in them.
    chunks_to_us: Option<i64>,
}

impl Series {
    fn reach(&mut self, time_us: Option<i64>) {
        self.chunks_to_us = self.chunks_to_us.max(time_us);
    }
}

impl Recent {
    /// Adds a committed reading. One whose instant is there already changes nothing.
    pub(in super::super) fn add(&mut self, series: SeriesId, sample: Sample) {
        if self.closing.get(&series).is_some_and(|samples| place(samples, sample.time_us).is_ok()) {
            return;
        }
        let Series { open, tip, .. } = self.series.entry(series).or_default();
        match open.last() {
            Some(last) if last.time_us >= sample.time_us => match place(open, sample.time_us) {
                Ok(_) => return,
                Err(at) => open.insert(at, sample),
            },
            // Most series of a community have one reading at a time.
            None => {
                open.reserve_exact(1);
                open.push(sample);
            }
            _ => open.push(sample),
        }
        self.count += 1;
        Tip::take(tip, &sample);
    }

    /// Whether there is a reading of this instant.
    pub(in super::super) fn holds(&self, series: SeriesId, time_us: i64) -> bool {
        let holds = |samples: &[Sample]| place(samples, time_us).is_ok();
        holds(self.open_of(series)) || self.closing.get(&series).is_some_and(|samples| holds(samples))
    }

    /// Whether a chunk may hold a reading of this instant.
    pub(in super::super) fn may_be_closed(&self, series: SeriesId, time_us: i64) -> bool {
        let known = self.series.get(&series);
        known.and_then(|known| known.chunks_to_us).is_some_and(|to_us| time_us <= to_us)
    }

    /// Up to which instant the chunks of a series may reach; nothing if it has none.
    pub(in super::super) fn chunks_to_us(&self, series: SeriesId) -> Option<i64> {
        self.series.get(&series)?.chunks_to_us
    }

    /// Another number whenever readings may have gone from here into chunks, or chunks were changed; nothing
    /// while a closing is under way.
    pub(in super::super) fn turn(&self) -> Option<u64> {
        self.closing.is_empty().then_some(self.turn)
    }

    /// How many readings of a series no closing has taken yet.
    pub(in super::super) fn open_count(&self, series: SeriesId) -> u64 {
        self.open_of(series).len() as u64
    }

    fn open_of(&self, series: SeriesId) -> &[Sample] {
        self.series.get(&series).map_or(&[], |known| &known.open)
    }

    /// Up to `limit` readings of a stretch from one end, in the order of time.
    pub(in super::super) fn at_end(&self, stretch: Stretch, end: End, limit: usize) -> Vec<Sample> {
        let cut = |samples| at_end(between(samples, stretch), end, limit);
        let open = cut(self.open_of(stretch.series));
        match self.closing.get(&stretch.series) {
            None => open.to_vec(),
            Some(closing) => at_end(&merged(cut(closing), open), end, limit).to_vec(),
        }
    }

    /// Whether readings should be closed, or the log be written anew, when there are so many.
    pub(in super::super) fn needs_closing(&self, most: usize) -> bool {
        self.count >= most || self.log_is_stale
    }

    /// Says that the log holds what is not to be found any more.
    pub(in super::super) fn found_stale_log(&mut self) {
        self.log_is_stale = true;
    }

    /// Begins a closing: takes all but `keep` readings, of the series that have most, or nothing if only the log
    /// is to be written anew; none if one is under way or there is nothing to do.
    pub(in super::super) fn freeze(&mut self, keep: usize) -> Option<Arc<BySeries>> {
        if !self.closing.is_empty() || (self.count == 0 && !self.log_is_stale) {
            return None;
        }
        let sizes = self.series.iter().map(|(series, known)| (known.open.len(), *series));
        let mut sizes: Vec<(usize, SeriesId)> = sizes.filter(|(size, _)| *size > 0).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let mut taken = BySeries::default();
        for (_, series) in sizes {
            if self.count <= keep {
                break;
            }
            if let Some(known) = self.series.get_mut(&series) {
                let samples = std::mem::take(&mut known.open);
                self.count -= samples.len();
                // Also if the closing fails half-way: some chunks may be written by then.
                known.reach(samples.last().map(|sample| sample.time_us));
                taken.insert(series, samples);
            }
        }
        self.turn += 1;
        self.closing = Arc::new(taken);
        self.log_was_stale = std::mem::take(&mut self.log_is_stale);
        (!self.closing.is_empty() || self.log_was_stale).then(|| Arc::clone(&self.closing))
    }

    /// Ends a closing: what it took lies in chunks now.
    pub(in super::super) fn closed(&mut self) {
        self.turn += 1;
        self.closing = Arc::default();
    }

    /// Ends a closing that failed: what it took is open again.
    pub(in super::super) fn reopen(&mut self) {
        self.turn += 1;
        self.log_is_stale |= self.log_was_stale;
        for (series, samples) in std::mem::take(&mut self.closing).iter() {
            let open = &mut self.series.entry(*series).or_default().open;
            let whole = merged(samples, open);
            self.count += whole.len() - open.len();
            *open = whole;
        }
    }

    /// All that is open, for a log that replaces the one before.
    pub(in super::super) fn open(&self) -> impl Iterator<Item = (SeriesId, Sample)> + '_ {
        self.series.iter().flat_map(|(series, known)| known.open.iter().map(move |sample| (*series, *sample)))
    }

    /// What is newest in a series.
    pub(in super::super) fn tip(&self, series: SeriesId) -> Option<Tip> {
        self.series.get(&series)?.tip
    }

    /// What was newest at an instant, of what lies here.
    pub(in super::super) fn tip_at(&self, series: SeriesId, at_us: i64) -> Option<Tip> {
        let then = |samples: &[Sample]| {
            Tip::of(between(samples, Stretch { series, from_us: i64::MIN, to_us: at_us }))
        };
        Tip::joined(self.closing.get(&series).and_then(|samples| then(samples)), then(self.open_of(series)))
    }

    /// Says that the chunks of a series were changed, and what is newest in them now.
    pub(in super::super) fn chunks_changed(&mut self, series: SeriesId, tip: Option<Tip>) {
        self.turn += 1;
        let closing = self.closing.get(&series);
        let known = self.series.entry(series).or_default();
        known.reach(tip.map(|tip| tip.newest_us));
        known.tip = tip;
        closing.into_iter().flatten().chain(&known.open).for_each(|sample| Tip::take(&mut known.tip, sample));
    }

    /// Forgets open readings from before an instant; gives how many. What is newest stays known.
    pub(in super::super) fn forget_before(&mut self, series: SeriesId, time_us: i64) -> u64 {
        let Some(known) = self.series.get_mut(&series) else { return 0 };
        let old = known.open.partition_point(|sample| sample.time_us < time_us);
        known.open.drain(..old);
        self.count -= old;
        self.log_is_stale |= old > 0;
        old as u64
    }

    /// Says what is newest in the chunks of a series, before any reading of memory is added.
    pub(in super::super) fn load_tip(&mut self, series: SeriesId, tip: Tip) {
        let known = self.series.entry(series).or_default();
        known.reach(Some(tip.newest_us));
        known.tip = Some(tip);
    }

    /// Forgets a series.
    pub(in super::super) fn remove(&mut self, series: SeriesId) {
        let open = self.series.remove(&series).map_or(0, |known| known.open.len());
        self.count -= open;
        self.log_is_stale |= open > 0 || self.closing.contains_key(&series);
    }
}

/// The samples of a stretch.
fn between(samples: &[Sample], stretch: Stretch) -> &[Sample] {
    let from = samples.partition_point(|sample| sample.time_us < stretch.from_us);
    let to = samples.partition_point(|sample| sample.time_us <= stretch.to_us);
    samples.get(from..to).unwrap_or_default()
}

/// Up to `limit` of samples in the order of time, from one end.
pub(in super::super) fn at_end(samples: &[Sample], end: End, limit: usize) -> &[Sample] {
    let range = match end {
        End::Newest => samples.len().saturating_sub(limit)..samples.len(),
        End::Oldest => 0..samples.len().min(limit),
    };
    samples.get(range).unwrap_or_default()
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

    fn stretch(series: SeriesId, from_us: i64, to_us: i64) -> Stretch {
        Stretch { series, from_us, to_us }
    }

    fn times(recent: &Recent, series: SeriesId) -> Vec<i64> {
        recent
            .at_end(stretch(series, i64::MIN, i64::MAX), End::Oldest, usize::MAX)
            .iter()
            .map(|sample| sample.time_us)
            .collect()
    }

    #[test]
    fn late_readings_are_put_in_place_and_doubled_ones_change_nothing() {
        let mut recent = Recent::default();
        for time in [5, 1, 3, 3, 9, 5] {
            recent.add(1, at(time));
        }
        recent.add(1, Sample { value: 77.0, ..at(3) });
        assert_eq!((times(&recent, 1), recent.count), (vec![1, 3, 5, 9], 4));
        assert_eq!(recent.at_end(stretch(1, 2, 5), End::Newest, 10), [at(3), at(5)]);
        assert_eq!(recent.tip(1).unwrap(), Tip { newest_us: 9, latest: Some((9, 9.0)) });
        assert!(recent.holds(1, 3) && !recent.holds(1, 4) && !recent.holds(2, 3));
    }

    #[test]
    fn a_closing_takes_the_largest_series_and_what_it_takes_stays_readable() {
        let mut recent = Recent::default();
        (0..10).for_each(|time| recent.add(1, at(time)));
        (0..2).for_each(|time| recent.add(2, at(time)));
        let taken = recent.freeze(5).unwrap();
        assert_eq!((taken.len(), taken[&1].len(), recent.count), (1, 10, 2));
        assert!(recent.freeze(0).is_none(), "two closings at once");
        recent.add(1, at(4));
        recent.add(1, at(20));
        assert_eq!((times(&recent, 1).len(), recent.count), (11, 3));
        recent.closed();
        assert!(recent.may_be_closed(1, 9) && !recent.may_be_closed(1, 10) && !recent.may_be_closed(2, 0));
        assert_eq!(times(&recent, 1), [20]);
        assert_eq!(recent.tip(1).unwrap().newest_us, 20);
    }

    #[test]
    fn a_log_that_holds_what_was_deleted_is_written_anew() {
        let mut recent = Recent::default();
        (0..4).for_each(|time| recent.add(1, at(time)));
        recent.add(2, at(0));
        assert!(!recent.needs_closing(6) && recent.needs_closing(5));
        recent.remove(1);
        assert!(recent.needs_closing(6));
        assert_eq!(recent.freeze(9).map(|taken| taken.len()), Some(0));
        recent.reopen();
        assert_eq!(recent.freeze(9).map(|taken| taken.len()), Some(0), "the closing of before failed");
        recent.closed();
        assert!(!recent.needs_closing(6) && recent.freeze(9).is_none());
        assert_eq!((recent.forget_before(2, 0), recent.needs_closing(6)), (0, false));
        assert_eq!((recent.forget_before(2, 1), recent.needs_closing(6)), (1, true));
    }

    #[test]
    fn a_closing_that_failed_leaves_everything_as_it_was() {
        let mut recent = Recent::default();
        (0..4).for_each(|time| recent.add(1, at(time)));
        recent.freeze(0).unwrap();
        recent.add(1, at(9));
        recent.reopen();
        assert_eq!((times(&recent, 1), recent.count), (vec![0, 1, 2, 3, 9], 5));
        recent.remove(1);
        assert_eq!((times(&recent, 1), recent.count, recent.tip(1)), (vec![], 0, None));
    }
}
