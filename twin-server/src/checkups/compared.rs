//! How the values of two check-ups stand to one another, counted once for as long as neither can change: half a million
//! values each take a second.
//!
//! In: two check-ups; the store. Out: counts by indicator. Called by the API.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use twin_schemas::checkups::{CheckUp, CheckUpState};

use super::{CheckUpFault, CheckUps};
use crate::store::ValueCounts;

/// Pairs of check-ups whose counts are kept.
const KEPT: usize = 16;

/// Number and version of both.
type Pair = [(u64, u32); 2];

/// What was counted, the newest last.
#[derive(Default)]
pub(super) struct Compared(Mutex<VecDeque<(Pair, Arc<Vec<ValueCounts>>)>>);

impl Compared {
    fn get(&self, pair: &Pair) -> Option<Arc<Vec<ValueCounts>>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(of, _)| of == pair).map(|(_, counts)| Arc::clone(counts))
    }

    fn keep(&self, pair: Pair, counts: &Arc<Vec<ValueCounts>>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(of, _)| *of != pair);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back((pair, Arc::clone(counts)));
    }
}

/// Whether values can still be given. Whoever lets that begin again raises the version.
fn is_fixed(check_up: &CheckUp) -> bool {
    !matches!(check_up.state, CheckUpState::Planned | CheckUpState::Collecting)
}

impl CheckUps {
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
        if let Some(counts) = self.compared.get(&pair).filter(|_| keeps) {
            let wanted = counts.iter().filter(|counts| indicator.is_none_or(|code| code == counts.indicator));
            return Ok(if indicator.is_none() { counts } else { Arc::new(wanted.cloned().collect()) });
        }
        let counts = Arc::new(self.store.compare_values(before.id, now.id, indicator).await?);
        if keeps && indicator.is_none() {
            self.compared.keep(pair, &counts);
        }
        Ok(counts)
    }
}
