//! Tables as answers: rows come in, CSV or a spreadsheet goes out, written beside the threads that answer others. Called by
//! the handlers that give templates and tables to be taken away.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::Semaphore;
use utoipa::{IntoParams, ToSchema};

use super::Problem;
use super::imports::{Language, XLSX};
use super::room::work_in;
use super::session::no_store;
use crate::ingest::sheet::{self, Column};

/// Tables that are written at once; others wait.
static WRITING: Semaphore = Semaphore::const_new(2);

/// How a table is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TableFormat {
    /// CSV.
    #[default]
    Csv,
    /// A spreadsheet.
    Xlsx,
}

/// How a table that people fill in is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TableQuery {
    /// `csv` (default) or `xlsx`.
    #[serde(default)]
    #[param(inline)]
    pub(super) format: TableFormat,
    /// `zh` (default) or `en`, for the names of the columns; both are read.
    #[serde(default)]
    #[param(inline)]
    pub(super) lang: Language,
}

/// A table as an answer; `notes` stand on the second sheet of a spreadsheet.
pub(super) async fn table(
    name: &str,
    columns: &'static [Column],
    format: TableFormat,
    lang: Language,
    rows: Vec<Vec<String>>,
    notes: Vec<Vec<String>>,
) -> Result<Response, Problem> {
    let chinese = lang == Language::Zh;
    // It is never closed.
    let room = WRITING.acquire().await;
    let written = work_in(room, move || match format {
        TableFormat::Csv => Ok(sheet::csv(columns, chinese, &rows).into_bytes()),
        TableFormat::Xlsx => sheet::xlsx(columns, chinese, &rows, &notes),
    });
    let bytes = written.await?.map_err(|error| {
        tracing::error!(%error, name, "a spreadsheet cannot be written");
        Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR)
    })?;
    let (media_type, ending) = match format {
        TableFormat::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
        TableFormat::Xlsx => (XLSX, "xlsx"),
    };
    let mut response = no_store(([(header::CONTENT_TYPE, media_type)], bytes).into_response());
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.{ending}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
