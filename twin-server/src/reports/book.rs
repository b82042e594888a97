//! All reports in memory: what is found by number, by the report that others are joined to, and by when time changes it.
//! Changed by the service alone, once a change is on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use time::OffsetDateTime;
use twin_schemas::reports::{Report, ReportKind, ReportState};

use super::Kept;
use crate::domain::report::{ReportKinds, next_at};

/// All reports by their numbers, with what is looked up in them.
#[derive(Default)]
pub(super) struct Book {
    pub(super) by_id: BTreeMap<u64, Arc<Kept>>,
    /// Reports that were joined to another, by its number.
    joined: BTreeMap<u64, BTreeSet<u64>>,
    /// When time alone changes which report.
    pub(super) due: BTreeSet<(OffsetDateTime, u64)>,
}

impl Book {
    pub(super) fn put(&mut self, kept: Arc<Kept>) {
        let id = kept.report.id;
        if let Some(before) = self.by_id.get(&id) {
            if let Some(main) = joined_to(&before.report) {
                self.joined.entry(main).or_default().remove(&id);
            }
            if let Some(at) = next_at(&before.report) {
                self.due.remove(&(at, id));
            }
        }
        if let Some(main) = joined_to(&kept.report) {
            self.joined.entry(main).or_default().insert(id);
        }
        if let Some(at) = next_at(&kept.report) {
            self.due.insert((at, id));
        }
        self.by_id.insert(id, kept);
    }

    /// The reports that get the answer of this one.
    pub(super) fn followers(&self, main: u64) -> impl Iterator<Item = &Arc<Kept>> {
        self.joined.get(&main).into_iter().flatten().filter_map(|id| self.by_id.get(id))
    }

    /// The kinds that stored reports have and the list has no more, which the log is told of: these reports go on by the limits
    /// of the last kind of the list.
    pub(super) fn former_kinds(&self, kinds: &ReportKinds) -> Vec<ReportKind> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for kept in self.by_id.values().filter(|kept| kinds.get(&kept.report.kind).is_none()) {
            *counts.entry(&kept.report.kind).or_default() += 1;
        }
        let former = counts.into_iter().map(|(kind, reports)| {
            tracing::warn!(kind, reports, "reports have a kind that is not in the list any more");
            ReportKind { id: kind.to_owned(), ..ReportKind::clone(kinds.get_or_former(kind)) }
        });
        former.collect()
    }
}

fn joined_to(report: &Report) -> Option<u64> {
    report.main.filter(|_| report.state == ReportState::Merged)
}
