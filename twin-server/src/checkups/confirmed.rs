//! The confirmed problems of all check-ups that were not cancelled, in memory: steps of problems come in, the problems of a moment go out. Made at the
//! start and after each change; read by the collections and exports that show them beside the model.

use std::collections::BTreeMap;
use std::sync::Arc;

use twin_schemas::checkups::{CheckUp, CheckUpProblem, CheckUpState, ProblemState};

use super::{CheckUpFault, CheckUps};
use crate::store::{ProblemQuery, ProblemStep};

/// Rows that are read at a time.
const PAGE: u32 = 10_000;

/// The confirmed problems at one moment, by check-up and number.
#[derive(Debug, Clone, Default)]
pub struct Confirmed {
    by_key: BTreeMap<(u64, u64), Arc<CheckUpProblem>>,
    changes: u64,
}

impl Confirmed {
    /// Another number whenever one of them is another; counts from 0 in each run.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// A problem by check-up and number.
    #[must_use]
    pub fn get(&self, check_up: u64, problem: u64) -> Option<&Arc<CheckUpProblem>> {
        self.by_key.get(&(check_up, problem))
    }

    /// The problems behind a check-up and number, in that order.
    pub fn behind(&self, check_up: u64, problem: u64) -> impl Iterator<Item = &Arc<CheckUpProblem>> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.by_key.range((Excluded((check_up, problem)), Unbounded)).map(|(_, problem)| problem)
    }

    /// Leaves out those of a check-up that was cancelled: nothing is to be done about them.
    pub(super) fn drop_all_of(&mut self, check_up: u64) {
        let before = self.by_key.len();
        self.by_key.retain(|(of, _), _| *of != check_up);
        self.changes += u64::from(self.by_key.len() != before);
    }

    /// Takes over problems as they are now.
    pub(super) fn take(&mut self, steps: &[ProblemStep]) {
        for ProblemStep { after, .. } in steps {
            let key = (after.check_up, after.id);
            let is_another = if after.state == ProblemState::Confirmed {
                self.by_key.insert(key, Arc::new(after.clone())).is_none_or(|before| *before != *after)
            } else {
                self.by_key.remove(&key).is_some()
            };
            self.changes += u64::from(is_another);
        }
    }
}

impl CheckUps {
    /// The confirmed problems as they are now.
    #[must_use]
    pub fn confirmed(&self) -> Arc<Confirmed> {
        Arc::clone(&self.read().confirmed)
    }

    /// Reads them at a start.
    pub(super) async fn load_confirmed(&self) -> Result<(), CheckUpFault> {
        let is_meant = |check_up: &&Arc<CheckUp>| check_up.state != CheckUpState::Cancelled;
        let check_ups: Vec<u64> =
            self.read().check_ups.values().filter(is_meant).map(|check_up| check_up.id).collect();
        let mut confirmed = Confirmed::default();
        for check_up in check_ups {
            let mut after = 0;
            loop {
                let states = vec![ProblemState::Confirmed];
                let query = ProblemQuery { check_up, states, after, limit: PAGE, ..ProblemQuery::default() };
                let page = self.store.problems(query).await?;
                let is_last = page.len() < PAGE as usize;
                for problem in page {
                    after = problem.id;
                    confirmed.by_key.insert((check_up, problem.id), Arc::new(problem));
                }
                if is_last {
                    break;
                }
            }
        }
        self.write(|book| book.confirmed = Arc::new(confirmed));
        Ok(())
    }
}
