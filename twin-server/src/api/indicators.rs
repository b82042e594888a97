//! `/api/v1/indicators`: what check-ups look at; the catalogue that came with the server, or the city's own.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::indicators::Indicator;
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use super::imports::Room;
use super::room::work_in;
use super::session::no_store;
use super::table::{TableQuery, table};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::checkups::{CatalogueCounts, Numbered};
use crate::ingest::indicator_table::{self, COLUMNS};

/// Which catalogue.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CatalogueQuery {
    /// Number of a catalogue, such as that of a check-up; absent: the one in force.
    catalogue: Option<u32>,
}

/// A catalogue of indicators.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IndicatorCatalogue {
    /// Its number; absent while no check-up uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u32>,
    /// Whether the city brought it; else it came with the server.
    imported: bool,
    /// The indicators, in the order in which people read them.
    indicators: Vec<Indicator>,
}

/// Gives a catalogue of indicators.
#[utoipa::path(
    get, path = "/api/v1/indicators", tag = "check-ups", params(CatalogueQuery),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = IndicatorCatalogue), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn list_indicators(
    State(app): State<Arc<App>>,
    Query(query): Query<CatalogueQuery>,
) -> Result<Response, Problem> {
    let Numbered { number, imported, catalogue } = match query.catalogue {
        Some(number) => app.check_ups.catalogue(number)?,
        None => app.check_ups.in_force(),
    };
    let indicators = catalogue.list().iter().map(|indicator| (**indicator).clone()).collect();
    Ok(no_store(JsonAnswer(IndicatorCatalogue { number, imported, indicators }).into_response()))
}

/// Gives the catalogue in force as a table, to be changed and imported again.
#[utoipa::path(
    get, path = "/api/v1/indicators/template", tag = "check-ups", params(TableQuery),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 400, body = ProblemBody),
    )
)]
pub(crate) async fn get_indicator_template(
    State(app): State<Arc<App>>,
    Query(TableQuery { format, lang }): Query<TableQuery>,
) -> Result<Response, Problem> {
    let catalogue = app.check_ups.in_force().catalogue;
    let rows: Vec<Vec<String>> =
        catalogue.list().iter().map(|indicator| indicator_table::row_of(indicator)).collect();
    table("indicators", &COLUMNS, format, lang, rows, Vec::new()).await
}

/// How to import indicators.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct IndicatorImportQuery {
    /// Only check the table; nothing is changed.
    #[serde(default)]
    dry_run: bool,
    /// Whether the table is the whole catalogue; else it is laid over the present one, by code.
    #[serde(default)]
    replace: bool,
}

/// What a table of indicators changed, or would change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IndicatorImport {
    /// Number of the catalogue that is in force; absent while it is the one that came with the server and no check-up
    /// uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    catalogue: Option<u32>,
    /// Indicators that are new.
    added: usize,
    /// Indicators that were there and are different.
    updated: usize,
    /// Indicators that were there just so.
    unchanged: usize,
    /// Indicators that are not in the catalogue any more.
    removed: usize,
}

/// Brings the indicators of a city: CSV or a spreadsheet (XLSX) with the columns of the template. All or none: if
/// anything is wrong, `errors` names every line. Check-ups that are planned keep the catalogue that they were planned
/// with.
#[utoipa::path(
    post, path = "/api/v1/indicators/import", tag = "check-ups", params(IndicatorImportQuery),
    security((), ("key" = []), ("session" = [])),
    request_body(content_type = "text/csv", content = String, description = "The table, as it is on disk"),
    responses(
        (status = 200, body = IndicatorImport), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn import_indicators(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(query): Query<IndicatorImportQuery>,
    room: Room,
    body: Bytes,
) -> Result<Response, Problem> {
    let read = work_in(room, move || indicator_table::read(&body)).await?;
    let indicators = read.map_err(|problems| {
        let detail = format!("the table has {} problems; nothing was changed", problems.len());
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_list", detail).with_errors(problems)
    })?;
    let entry = permit.entry("indicators.import", "indicators");
    let (kept, counts) = app.check_ups.import(indicators, query.replace, query.dry_run, entry).await?;
    let CatalogueCounts { added, updated, unchanged, removed } = counts;
    let done = IndicatorImport { catalogue: kept.number, added, updated, unchanged, removed };
    Ok(no_store(JsonAnswer(done).into_response()))
}
