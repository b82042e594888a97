//! Which needs are meant: for the list of needs and its table.

use std::sync::Arc;

use serde::Deserialize;
use twin_schemas::indicators::Urgency;
use twin_schemas::programming::{Need, NeedGroup, NeedKind, NeedSource};
use utoipa::IntoParams;

use super::Problem;
use super::lists::{from_zero, says, states, words};
use super::programming::Region;
use crate::app::App;
use crate::auth::Permit;
use crate::domain::programming::{Lists, NEED_COURSE};
use crate::spatial::Snapshot;

/// Which needs are meant; all conditions must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NeedsQuery {
    /// States with commas between them.
    #[param(example = "open,in_task")]
    state: Option<String>,
    /// What it is about.
    #[param(inline)]
    kind: Option<NeedKind>,
    /// Whose need it is.
    #[param(inline)]
    group: Option<NeedGroup>,
    /// How urgent it is.
    #[param(inline)]
    urgency: Option<Urgency>,
    /// From whom it is known.
    #[param(inline)]
    source: Option<NeedSource>,
    /// Words that name, text or source hold; case does not matter.
    text: Option<String>,
    /// Id of a zone, such as `zone/z1`.
    zone: Option<String>,
    /// `min_e,min_n,max_e,max_n` in local metres.
    bbox: Option<String>,
    /// `east,north` in local metres: only what lies around there.
    near: Option<String>,
    /// How far around `near`, in metres, 0 to 5,000, default 100.
    #[param(minimum = 0, maximum = 5_000)]
    within_m: Option<f64>,
    /// Number of a report that it comes from.
    #[param(minimum = 0)]
    report: Option<i64>,
    /// Only needs with a lower number: the `next` of the page before.
    #[param(minimum = 0)]
    pub(super) before: Option<i64>,
    /// Needs on a page, 1 to 1,000, default 100.
    #[param(minimum = 1, maximum = 1_000)]
    pub(super) limit: Option<usize>,
}

impl NeedsQuery {
    /// The question for needs of some sort.
    pub(super) fn of(
        state: Option<String>,
        kind: Option<NeedKind>,
        urgency: Option<Urgency>,
        zone: Option<String>,
    ) -> Self {
        Self { state, kind, urgency, zone, ..Self::default() }
    }
}

/// The needs that a question accepts, newest first.
pub(super) fn found(
    app: &App,
    permit: &Permit,
    (lists, now): (&Lists, &Snapshot),
    query: &NeedsQuery,
) -> Result<Vec<Arc<Need>>, Problem> {
    let region =
        Region::of(query.zone.as_deref(), query.bbox.as_deref(), query.near.as_deref(), query.within_m)?;
    let (states, text) = (
        query.state.as_deref().map(|text| states(&NEED_COURSE, "need", &[], text)).transpose()?,
        words(query.text.as_deref())?,
    );
    let report: Option<u64> = from_zero("report", query.report)?;
    // Whoever may not read a report does not learn what came from it.
    if report.is_some_and(|report| app.reports.readable(report, permit.actor()).is_err()) {
        return Ok(Vec::new());
    }
    let accepts = |need: &Need| {
        let plan = &need.plan;
        let source = plan.source_text.as_deref().unwrap_or_default();
        states.as_ref().is_none_or(|states| states.contains(&need.state))
            && query.kind.is_none_or(|kind| kind == plan.kind)
            && query.group.is_none_or(|group| plan.groups.contains(&group))
            && query.urgency.is_none_or(|urgency| urgency == plan.urgency)
            && query.source.is_none_or(|source| source == plan.source)
            && report.is_none_or(|report| plan.reports.contains(&report))
            && text.as_ref().is_none_or(|text| says(&plan.name, [plan.text.as_str(), source], text))
            && region.holds(&need.zones, &plan.places, now)
    };
    Ok(lists.needs.values().rev().filter(|need| accepts(need)).cloned().collect())
}
