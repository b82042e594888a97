//! `/api/v1/reports/figures`: how residents' reports were dealt with, in figures.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use time::{Duration, OffsetDateTime};
use twin_schemas::reports::ReportFiguresAnswer;
use utoipa::IntoParams;

use super::extract::Query;
use super::readings::instant;
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::report::{Period, figures, may_read};

/// How far back figures are of if it is not said.
const PERIOD_DEFAULT: Duration = Duration::days(30);

/// Of which time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FiguresQuery {
    /// From this instant on, RFC 3339; default: 30 days before `to`.
    #[param(example = "2026-11-01T00:00:00Z")]
    from: Option<String>,
    /// Before this instant, RFC 3339; default: now.
    to: Option<String>,
}

/// Counts the reports that whoever asks may read: open and overdue ones now; in a period what came in, was answered,
/// in time or not, was opened again, and how it was rated. In all, by responsible body, and by kind. What was joined to
/// another report counts with that one alone.
#[utoipa::path(
    get, path = "/api/v1/reports/figures", tag = "reports", params(FiguresQuery),
    responses((status = 200, body = ReportFiguresAnswer), (status = 400, body = ProblemBody))
)]
pub(crate) async fn get_report_figures(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(query): Query<FiguresQuery>,
) -> Result<Response, Problem> {
    let to = instant("to", query.to.as_deref())?.unwrap_or_else(OffsetDateTime::now_utc);
    let from = match instant("from", query.from.as_deref())? {
        Some(from) => Some(from),
        None => to.checked_sub(PERIOD_DEFAULT),
    };
    let from = from.filter(|from| *from < to).ok_or_else(|| {
        Problem::bad_request("bad_period", "`from` is not before `to`")
            .with_hint("leave `from` out for the last 30 days")
    })?;
    let actor = permit.actor();
    let readable = app.reports.newest(|kept| may_read(kept.asked_by(actor), &kept.report));
    let reports = readable.iter().map(|kept| &kept.report);
    let answer = figures(reports, app.reports.kinds(), Period { from, to });
    Ok(no_store(JsonAnswer(answer).into_response()))
}
