//! Which problems follow from the values of a check-up. Called when its collecting ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use time::OffsetDateTime;
use twin_schemas::checkups::{CheckUp, CheckUpProblem, IndicatorValue, ProblemState};
use twin_schemas::indicators::{Indicator, IndicatorLevel};

use super::{CheckUpFault, CheckUps, Ground};
use crate::domain::checkup::{Assessed, ProblemChange, findings, reconcile};
use crate::store::{ProblemQuery, ProblemStep, ValueQuery};

/// Rows that are read at a time.
const PAGE: u32 = 10_000;
/// Who finds problems, in their trails.
const SYSTEM: &str = "system";

impl CheckUps {
    /// What changes of the problems of a check-up by its values as they are. In one's turn.
    pub(super) async fn find_problems(
        &self,
        check_up: &CheckUp,
        ground: &Ground,
        now: OffsetDateTime,
    ) -> Result<Vec<ProblemStep>, CheckUpFault> {
        let mut known: BTreeMap<String, Vec<CheckUpProblem>> = BTreeMap::new();
        let mut next = 1;
        for problem in self.all_problems(check_up.id).await? {
            next = next.max(problem.id + 1);
            known.entry(problem.indicator.clone()).or_default().push(problem);
        }
        let mut overdue = self.overdue(check_up.follows, now).await?;
        let mut steps = Vec::new();
        for indicator in self.indicators(check_up)? {
            let values = self.all_values(check_up.id, &indicator.code).await?;
            let (known, overdue) = (
                known.remove(&indicator.code).unwrap_or_default(),
                overdue.remove(&indicator.code).unwrap_or_default(),
            );
            let (ground, id) = (ground.clone(), check_up.id);
            // A community has up to a million values: beside the threads that answer others.
            let found = tokio::task::spawn_blocking(move || {
                let assessed = assessed(&indicator, values, &ground);
                let found = findings(&indicator, &assessed, &overdue);
                let changes = reconcile(id, &indicator, &known, found, &mut next, now);
                (changes, next)
            });
            let (changes, then) = found.await.map_err(|_| CheckUpFault::Stopping)?;
            next = then;
            steps.extend(changes.into_iter().map(step));
        }
        Ok(steps)
    }

    /// Objects by indicator whose problems the check-up before confirmed and whose time limit has passed.
    async fn overdue(
        &self,
        before: Option<u64>,
        now: OffsetDateTime,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, CheckUpFault> {
        let mut overdue: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let Some(before) = before else { return Ok(overdue) };
        for problem in self.all_problems(before).await? {
            if problem.state == ProblemState::Confirmed && problem.due < now {
                overdue.entry(problem.indicator).or_default().insert(problem.object);
            }
        }
        Ok(overdue)
    }

    async fn all_problems(&self, check_up: u64) -> Result<Vec<CheckUpProblem>, CheckUpFault> {
        let mut all: Vec<CheckUpProblem> = Vec::new();
        loop {
            let after = all.last().map_or(0, |problem| problem.id);
            let query = ProblemQuery { check_up, after, limit: PAGE, ..ProblemQuery::default() };
            let page = self.store.problems(query).await?;
            let is_last = page.len() < PAGE as usize;
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    async fn all_values(&self, check_up: u64, indicator: &str) -> Result<Vec<IndicatorValue>, CheckUpFault> {
        let mut all: Vec<IndicatorValue> = Vec::new();
        loop {
            let after = all.last().map(|value| (value.indicator.clone(), value.object.clone()));
            let indicator = Some(indicator.to_owned());
            let query = ValueQuery { check_up, indicator, object: None, after, limit: PAGE };
            let page = self.store.values(query).await?;
            let is_last = page.len() < PAGE as usize;
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }
}

/// Values with the level and zone of their objects. An object that the model has lost since counts at the first level
/// of the indicator.
fn assessed(indicator: &Arc<Indicator>, values: Vec<IndicatorValue>, ground: &Ground) -> Vec<Assessed> {
    let fallback = indicator.levels.first().copied().unwrap_or(IndicatorLevel::Community);
    let of = |value: IndicatorValue| {
        let site = ground.site(&value.object);
        let (level, zone) = site.map_or((fallback, None), |site| (site.level, site.zone.map(str::to_owned)));
        Assessed { object: value.object, level, zone, value: value.value }
    };
    values.into_iter().map(of).collect()
}

fn step(ProblemChange { after, entry }: ProblemChange) -> ProblemStep {
    ProblemStep { after, entry, actor: SYSTEM.to_owned() }
}
