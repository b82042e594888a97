//! Reports of residents as viewers are told that they changed. Made by the book of reports, for the hub's board.
//!
//! What is told is enough to place a symbol and to know that there is something to ask for; words, answers and trails
//! are asked for, by whoever may.

use twin_schemas::reports::{Report, ReportChangedEvent};

use super::DeviceFilter;
use super::board::Told;
use crate::domain::permission::Actor;
use crate::domain::report::{Asker, may_read};

/// A report as viewers are told of it, with the user whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldReport {
    /// The report.
    pub report: Report,
    /// Id of the user who reported it, if it is known.
    pub reporter: Option<String>,
}

impl Told for ToldReport {
    type Event = ReportChangedEvent;
    const NAMES: [&'static str; 2] = ["report", "report-removed"];

    fn id(&self) -> u64 {
        self.report.id
    }

    fn reader(filter: &DeviceFilter) -> Option<&Actor> {
        filter.readers.reports.as_deref()
    }

    fn is_for(&self, reader: &Actor, filter: &DeviceFilter) -> bool {
        let Self { report, reporter } = self;
        let is_inside =
            filter.bounds.is_none_or(|bounds| report.place.position.is_some_and(|at| bounds.contains(&at)))
                && filter.zone.as_ref().is_none_or(|zone| report.zone.as_deref() == Some(zone.id.as_str()));
        is_inside && may_read(Asker { actor: reader, reporter: reporter.as_deref() }, report)
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

    fn bare(mut self) -> Self {
        self.report.text = String::new();
        (self.report.answer, self.report.rating) = (None, None);
        self.report.photos = Vec::new();
        self
    }
}
