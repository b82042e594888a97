//! What is counted over all values or problems of a check-up, kept until one of them is another: over half a million
//! values that takes longer than people wait.
//!
//! In: check-ups; the store. Out: counts. Called by the API.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use twin_schemas::checkups::{CheckUp, CheckUpState};

use super::{CheckUpFault, CheckUps};
use crate::store::{ProblemCount, ValueCounts};

/// Counts of so many check-ups, or pairs of them, are kept.
const KEPT: usize = 16;

/// What was counted, the newest last.
struct Kept<K, V>(Mutex<VecDeque<(K, Arc<V>)>>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: PartialEq, V> Kept<K, V> {
    fn get(&self, of: &K) -> Option<Arc<V>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(key, _)| key == of).map(|(_, counts)| Arc::clone(counts))
    }

    fn keep(&self, of: K, counts: V) -> Arc<V> {
        let counts = Arc::new(counts);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(key, _)| *key != of);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back((of, Arc::clone(&counts)));
        counts
    }
}

/// How far a check-up is.
pub struct Counts {
    /// How many values each indicator has, by code.
    pub values: Vec<(String, u64)>,
    /// How many problems of an urgency are in a state.
    pub problems: Vec<ProblemCount>,
}

/// All that is counted.
#[derive(Default)]
pub(super) struct Counted {
    /// Raised after each change of values or problems: what was counted before is never asked for again.
    changes: AtomicU64,
    counts: Kept<(u64, u64), Counts>,
    /// By number and version of both.
    compared: Kept<[(u64, u32); 2], Vec<ValueCounts>>,
}

impl Counted {
    /// Held while values or problems change.
    pub(super) fn changing(&self) -> Changing<'_> {
        Changing(self)
    }
}

/// A change of values or problems; over when it is dropped, also where nobody waits for it any more.
pub(super) struct Changing<'c>(&'c Counted);

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        self.0.changes.fetch_add(1, Ordering::SeqCst);
    }
}

/// Whether values can still be given. Whoever lets that begin again raises the version.
fn is_fixed(check_up: &CheckUp) -> bool {
    !matches!(check_up.state, CheckUpState::Planned | CheckUpState::Collecting)
}

impl CheckUps {
    /// How many values and problems a check-up has.
    ///
    /// # Errors
    /// If the store cannot tell.
    pub async fn counts_of(&self, id: u64) -> Result<Arc<Counts>, CheckUpFault> {
        // Before the store is asked: what changes meanwhile makes the answer one of before.
        let key = (id, self.counted.changes.load(Ordering::SeqCst));
        if let Some(counts) = self.counted.counts.get(&key) {
            return Ok(counts);
        }
        let values = self.store.count_values(id).await?;
        let problems = self.store.count_problems(id).await?;
        Ok(self.counted.counts.keep(key, Counts { values, problems }))
    }

    /// How the values of a check-up stand to those of one before, by indicator; of one alone, if it is named.
    ///
    /// # Errors
    /// If the store cannot tell.
    pub async fn compared(
        &self,
        before: &CheckUp,
        now: &CheckUp,
        indicator: Option<&str>,
    ) -> Result<Arc<Vec<ValueCounts>>, CheckUpFault> {
        let pair = [(before.id, before.version), (now.id, now.version)];
        let keeps = is_fixed(before) && is_fixed(now);
        if let Some(counts) = self.counted.compared.get(&pair).filter(|_| keeps) {
            let wanted = counts.iter().filter(|counts| indicator.is_none_or(|code| code == counts.indicator));
            return Ok(if indicator.is_none() { counts } else { Arc::new(wanted.cloned().collect()) });
        }
        let counts = self.store.compare_values(before.id, now.id, indicator).await?;
        Ok(if keeps && indicator.is_none() {
            self.counted.compared.keep(pair, counts)
        } else {
            Arc::new(counts)
        })
    }
}
