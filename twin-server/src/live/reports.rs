//! Reports of residents of which viewers are told that they changed: each viewer of those that it may read, and that
//! it may not any more of those that it could. Part of the hub.
//!
//! What is told is enough to place a symbol and to know that there is something to ask for; words, answers and trails
//! are asked for, by whoever may.

use std::collections::BTreeMap;
use std::sync::Arc;

use twin_schemas::reports::{Report, ReportChangedEvent, ReportRemovedEvent};

use super::DeviceFilter;
use super::log::json;
use crate::domain::permission::Actor;
use crate::domain::report::{Asker, may_read};

/// Earlier versions of which a report remembers who could read them; of more, the oldest are forgotten.
const BEFORE_MOST: usize = 8;

/// A report as viewers are told of it, with the user whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldReport {
    /// The report.
    pub report: Report,
    /// Id of the user who reported it, if it is known.
    pub reporter: Option<String>,
}

impl ToldReport {
    fn is_for(&self, reader: &Actor, filter: &DeviceFilter) -> bool {
        let Self { report, reporter } = self;
        let is_inside =
            filter.bounds.is_none_or(|bounds| report.place.position.is_some_and(|at| bounds.contains(&at)))
                && filter.zone.as_ref().is_none_or(|zone| report.zone.as_deref() == Some(zone.id.as_str()));
        is_inside && may_read(Asker { actor: reader, reporter: reporter.as_deref() }, report)
    }

    /// What decides who may read it, without what only they read.
    fn bare(mut self) -> Self {
        self.report.text = String::new();
        (self.report.answer, self.report.rating) = (None, None);
        self.report.photos = Vec::new();
        self
    }

    fn event(&self) -> ReportChangedEvent {
        let Report { id, version, state, kind, place, zone, urge, deadline, .. } = &self.report;
        ReportChangedEvent {
            id: *id,
            version: *version,
            state: *state,
            kind: kind.clone(),
            position: place.position,
            zone: zone.clone(),
            urge: *urge,
            deadline: *deadline,
        }
    }
}

/// Reports by their numbers, while the log knows of their last change.
#[derive(Debug, Default)]
pub(super) struct ReportBoard(BTreeMap<u64, Posted>);

#[derive(Debug)]
struct Posted {
    now: ToldReport,
    /// What it was while the log has known of it, the oldest first, each with the number of the change that ended it.
    before: Vec<(ToldReport, u64)>,
    /// The event as JSON, shared by all viewers.
    json: Arc<str>,
    seq: u64,
}

impl ReportBoard {
    /// Posts a report as it is now, with what it was before, under the number of its change; gives the number of the
    /// change before.
    pub(super) fn post(&mut self, before: Option<ToldReport>, now: ToldReport, seq: u64) -> Option<u64> {
        let text = json(&now.event()).into();
        let posted = self.0.remove(&now.report.id);
        let last = posted.as_ref().map(|posted| posted.seq);
        let mut earlier = posted.map(|posted| posted.before).unwrap_or_default();
        earlier.extend(before.map(|before| (before.bare(), seq)));
        let over = earlier.len().saturating_sub(BEFORE_MOST);
        earlier.drain(..over);
        self.0.insert(now.report.id, Posted { now: now.bare(), before: earlier, json: text, seq });
        last
    }

    /// Forgets a report that the log has forgotten.
    pub(super) fn forget(&mut self, id: u64) {
        self.0.remove(&id);
    }

    /// Name and data of the event for a viewer that has seen everything up to `seen`; nothing if it has nothing to do
    /// with the report. That one has left its sight is told once: later changes are not its business.
    pub(super) fn tell(&self, id: u64, seen: u64, filter: &DeviceFilter) -> Option<(&'static str, Arc<str>)> {
        let (posted, reader) = (self.0.get(&id)?, filter.reader.as_deref()?);
        if posted.now.is_for(reader, filter) {
            return Some(("report", Arc::clone(&posted.json)));
        }
        let could =
            posted.before.iter().any(|(before, until)| *until > seen && before.is_for(reader, filter));
        could.then(|| ("report-removed", json(&ReportRemovedEvent { id }).into()))
    }
}
