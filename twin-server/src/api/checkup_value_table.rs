//! `/api/v1/check-ups/{id}/values/table`: what a check-up found, as a table to be taken away: CSV as long as it is, page by
//! page from the store, or a spreadsheet. The columns are those of the import, and how each value came about.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use time::format_description::well_known::Rfc3339;
use twin_schemas::checkups::{CheckUp, IndicatorValue};
use twin_schemas::indicators::{Indicator, IndicatorLevel};
use utoipa::IntoParams;

use super::checkup_tables::in_words;
use super::checkups::ground;
use super::extract::{Path, Query};
use super::imports::Language;
use super::session::no_store;
use super::table::{TableFormat, table};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::cycle::Word as _;
use crate::domain::permission::Action;
use crate::ingest::sheet::{VALUES_OUT, csv_head, csv_rows};
use crate::store::{StoreError, ValueKey, ValueQuery};

/// Values that are fetched at a time.
const PAGE: u32 = 10_000;
/// Rows of a spreadsheet, which is made in memory.
const SHEET_LIMIT: usize = 100_000;

/// Which values, and how they are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ValueTableQuery {
    /// Code of an indicator.
    indicator: Option<String>,
    /// Id of a building, zone or the community.
    object: Option<String>,
    /// `csv` (default) or `xlsx`, which has at most 100,000 rows.
    #[serde(default)]
    #[param(inline)]
    format: TableFormat,
    /// `zh` (default) or `en`, for columns and names; both are read by the import.
    #[serde(default)]
    #[param(inline)]
    lang: Language,
}

/// Gives the values of a check-up as a table, by indicator and object.
#[utoipa::path(
    get, path = "/api/v1/check-ups/{id}/values/table", tag = "check-ups",
    params(("id" = u64, Path, description = "Number of the check-up"), ValueTableQuery),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 400, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn export_values(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Query(query): Query<ValueTableQuery>,
) -> Result<Response, Problem> {
    // Rows tell the names of objects.
    permit.also(Action::ReadModel)?;
    let check_up = app.check_ups.get(id)?;
    let name = format!("check-up-{id}-values");
    let (format, lang) = (query.format, query.lang);
    let mut export = Export::of(app, &check_up, query)?;
    if format == TableFormat::Csv {
        return Ok(streamed(&name, export));
    }
    let mut rows = Vec::new();
    while let Some(more) = export.next().await? {
        rows.extend(more);
        if rows.len() > SHEET_LIMIT {
            let detail = format!("the spreadsheet has more than {SHEET_LIMIT} rows, the limit");
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many", detail)
                .with_hint("ask for one `indicator`, or for `format=csv`"));
        }
    }
    table(&name, &VALUES_OUT, format, lang, rows, Vec::new()).await
}

/// The values that are still to be given.
struct Export {
    app: Arc<App>,
    indicators: BTreeMap<String, Arc<Indicator>>,
    /// Names of what can be assessed, by id.
    names: BTreeMap<String, String>,
    chinese: bool,
    asked: ValueQuery,
    is_over: bool,
}

impl Export {
    fn of(app: Arc<App>, check_up: &CheckUp, query: ValueTableQuery) -> Result<Self, Problem> {
        let chinese = query.lang == Language::Zh;
        let indicators = app.check_ups.indicators(check_up)?;
        let indicators =
            indicators.into_iter().map(|indicator| (indicator.code.clone(), indicator)).collect();
        let (ground, mut names) = (ground(&app), BTreeMap::new());
        for level in [IndicatorLevel::Building, IndicatorLevel::Neighbourhood, IndicatorLevel::Community] {
            let places = ground.places(check_up, level).into_iter();
            names.extend(places.map(|place| (place.id, in_words(&place.name, chinese))));
        }
        let ValueTableQuery { indicator, object, .. } = query;
        let asked = ValueQuery { check_up: check_up.id, indicator, object, after: None, limit: PAGE };
        Ok(Self { app, indicators, names, chinese, asked, is_over: false })
    }

    /// The next rows; nothing at the end.
    async fn next(&mut self) -> Result<Option<Vec<Vec<String>>>, StoreError> {
        if self.is_over {
            return Ok(None);
        }
        let values = self.app.store.values(self.asked.clone()).await?;
        self.is_over = values.len() < PAGE as usize;
        let key = |last: &IndicatorValue| -> ValueKey { (last.indicator.clone(), last.object.clone()) };
        self.asked.after = values.last().map(key);
        Ok(Some(values.into_iter().map(|value| self.row(value)).collect()))
    }

    fn row(&self, value: IndicatorValue) -> Vec<String> {
        let indicator = self.indicators.get(&value.indicator);
        let name = indicator.map(|indicator| in_words(&indicator.name, self.chinese));
        let (object, source) = (self.names.get(&value.object).cloned(), value.source.name());
        vec![
            value.indicator,
            name.unwrap_or_default(),
            value.object,
            object.unwrap_or_default(),
            indicator.map(|indicator| indicator.unit.clone()).unwrap_or_default(),
            value.value.to_string(),
            value.remark.unwrap_or_default(),
            in_words(&source, self.chinese),
            value.at.format(&Rfc3339).unwrap_or_default(),
        ]
    }
}

/// A table as it is read from the store, so that its length costs no memory.
fn streamed(name: &str, export: Export) -> Response {
    let head = Some(csv_head(&VALUES_OUT, export.chinese));
    let pieces = stream::try_unfold((head, export), async |(head, mut export)| {
        if let Some(head) = head {
            return Ok::<_, StoreError>(Some((Bytes::from(head), (None, export))));
        }
        let rows = export.next().await?;
        Ok(rows.map(|rows| (Bytes::from(csv_rows(&rows)), (None, export))))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ];
    no_store((headers, Body::from_stream(pieces)).into_response())
}
