//! `/api/v1/check-ups/{id}/values` as tables: the template to fill in, and the import of what people made of it.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::LocalizedText;
use twin_schemas::checkups::ValueSource;
use twin_schemas::indicators::{Indicator, IndicatorLevel};
use utoipa::{IntoParams, ToSchema};

use super::checkups::ground;
use super::extract::{Path, Query};
use super::imports::{Language, Room};
use super::room::work_in;
use super::session::no_store;
use super::table::{TableFormat, table};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::checkups::Checked;
use crate::domain::permission::Action;
use crate::ingest::sheet::VALUES;
use crate::ingest::value_table;

/// Rows of a template: a sheet is still pleasant to fill in, and a spreadsheet has at most 1,048,576.
const TEMPLATE_LIMIT: usize = 100_000;
/// Refused rows that are named; the others are counted.
const NAMED_LIMIT: usize = 1_000;

/// Which template.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ValueTemplateQuery {
    /// Code of an indicator; absent: all that people assess.
    indicator: Option<String>,
    /// Only objects of this level.
    #[param(inline)]
    level: Option<IndicatorLevel>,
    /// `csv` (default) or `xlsx`.
    #[serde(default)]
    #[param(inline)]
    format: TableFormat,
    /// `zh` (default) or `en`; both are read.
    #[serde(default)]
    #[param(inline)]
    lang: Language,
}

/// Gives a table to fill in, with a row for each indicator and object of a check-up. The spreadsheet explains itself
/// on a second sheet.
#[utoipa::path(
    get, path = "/api/v1/check-ups/{id}/values/template", tag = "check-ups",
    params(("id" = u64, Path, description = "Number of the check-up"), ValueTemplateQuery),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 400, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn get_value_template(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Query(query): Query<ValueTemplateQuery>,
) -> Result<Response, Problem> {
    permit.also(Action::ReadModel)?;
    let check_up = app.check_ups.get(id)?;
    let is_meant = |indicator: &Indicator| match &query.indicator {
        Some(code) => *code == indicator.code,
        None => indicator.computed.is_none(),
    };
    let indicators = app.check_ups.indicators(&check_up)?.into_iter().filter(|indicator| is_meant(indicator));
    let indicators: Vec<Arc<Indicator>> = indicators.collect();
    let (ground, chinese) = (ground(&app), query.lang == Language::Zh);
    let mut rows = Vec::new();
    for level in [IndicatorLevel::Building, IndicatorLevel::Neighbourhood, IndicatorLevel::Community] {
        if query.level.is_some_and(|wanted| wanted != level) {
            continue;
        }
        let places = ground.places(&check_up, level);
        let here = indicators.iter().filter(|indicator| indicator.levels.contains(&level));
        for (indicator, place) in
            here.flat_map(|indicator| places.iter().map(move |place| (indicator, place)))
        {
            if rows.len() == TEMPLATE_LIMIT {
                let detail = format!("the template has more than {TEMPLATE_LIMIT} rows, the limit");
                return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many", detail)
                    .with_hint("ask for one `indicator`, or one `level`"));
            }
            rows.push(row(indicator, &place.id, &place.name, chinese));
        }
    }
    let notes = indicators.iter().map(|indicator| {
        let range = format!("{}–{} {}", indicator.min, indicator.max, indicator.unit);
        vec![
            indicator.code.clone(),
            in_words(&indicator.name, chinese),
            in_words(&indicator.counts, chinese),
            range,
        ]
    });
    let notes: Vec<Vec<String>> = notes.collect();
    table(&format!("check-up-{id}"), &VALUES, query.format, query.lang, rows, notes).await
}

fn row(indicator: &Indicator, object: &str, name: &LocalizedText, chinese: bool) -> Vec<String> {
    vec![
        indicator.code.clone(),
        in_words(&indicator.name, chinese),
        object.to_owned(),
        in_words(name, chinese),
        indicator.unit.clone(),
        String::new(),
        String::new(),
    ]
}

pub(super) fn in_words(text: &LocalizedText, chinese: bool) -> String {
    if chinese { text.zh_or_en() } else { text.en_or_zh() }.to_owned()
}

/// How to import values.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ValueImportQuery {
    /// Only check the table; nothing is changed.
    #[serde(default)]
    dry_run: bool,
}

/// What became of a table of values.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ValueImport {
    /// Rows that hold a value.
    rows: u64,
    /// Values that were stored, or would be.
    accepted: u64,
    /// Rows that nobody has filled in.
    blank: u64,
    /// Rows that were not taken.
    rejected: u64,
    /// Why, for the first 1,000 of them, by line.
    problems: Vec<ValueRowProblem>,
}

/// Why a row was not taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ValueRowProblem {
    /// Its line in the table, from 1.
    line: u64,
    /// The column that is wrong; empty if it is no single one.
    column: String,
    /// Stable, machine-readable name of the reason.
    code: String,
    /// The reason.
    message: String,
}

impl ValueRowProblem {
    /// Why a row was not taken.
    pub(super) fn new(line: u64, column: &str, code: &str, message: String) -> Self {
        Self { line, column: column.to_owned(), code: code.to_owned(), message }
    }

    /// Its line.
    pub(super) fn line(&self) -> u64 {
        self.line
    }
}

/// Stores the values of a table: CSV (UTF-8, UTF-16, GBK) or a spreadsheet (XLSX) with the columns of the template. Rows
/// that cannot be taken are named with their column and do not keep the others from being stored.
#[utoipa::path(
    post, path = "/api/v1/check-ups/{id}/values/import", tag = "check-ups",
    params(("id" = u64, Path, description = "Number of the check-up"), ValueImportQuery),
    security((), ("key" = []), ("session" = [])),
    request_body(content_type = "text/csv", content = String, description = "The table, as it is on disk"),
    responses(
        (status = 200, body = ValueImport), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn import_values(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Query(query): Query<ValueImportQuery>,
    room: Room,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut checker = app.check_ups.checker(id, ground(&app), permit.actor().clone())?;
    let entry = permit.entry("check_up.import", "check-up");
    let at = entry.at;
    let work = work_in(room, move || {
        let read = value_table::read(&body)?;
        let mut done = ValueImport { blank: read.blank, ..ValueImport::default() };
        let mut checked = Checked::default();
        let bad = |(line, column, message): (u64, &'static str, String)| {
            ValueRowProblem::new(line, column, "bad_cell", message)
        };
        let mut problems: Vec<ValueRowProblem> = read.problems.into_iter().map(bad).collect();
        for (line, given) in read.values {
            done.rows += 1;
            if let Err(error) = checker.check(given, ValueSource::Import, at, &mut checked) {
                let (column, code) = (error.column(), error.code());
                problems.push(ValueRowProblem::new(line, column, code, error.to_string()));
            }
        }
        problems.sort_by_key(|problem| problem.line);
        done.accepted = checked.put.len() as u64;
        done.rejected = problems.len() as u64;
        done.rows = done.accepted + done.rejected;
        problems.truncate(NAMED_LIMIT);
        done.problems = problems;
        Ok((checker, checked, done))
    });
    let work: Result<_, String> = work.await?;
    let (checker, checked, done) =
        work.map_err(|message| Problem::worded(StatusCode::UNPROCESSABLE_ENTITY, "bad_table", &message))?;
    if !query.dry_run {
        app.check_ups.store_values(&checker, checked, false, &entry).await?;
    }
    Ok(no_store(JsonAnswer(done).into_response()))
}
