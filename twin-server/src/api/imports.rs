//! `/api/v1/imports`: tables and lists that people fill in; `/api/v1/templates`: the empty ones.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;
use twin_schemas::live::Reading;
use utoipa::{IntoParams, ToSchema};

use super::extract::{Path, Query};
use super::readings::offset_of;
use super::room::work_in;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::import::{ImportCounts, read_devices};
use crate::ingest::Clocks;
use crate::ingest::device_file::{DeviceFileError, Format};
use crate::ingest::reading_table::{self, ReadingTable};
use crate::ingest::template::{self, Template};

/// Most bytes of a table or a list.
pub(crate) const IMPORT_LIMIT_BYTES: usize = 32 * 1024 * 1024;
/// Readings that go to the store at a time.
const AT_ONCE: usize = 10_000;
/// Refused lines that are named; the others are counted.
const NAMED_LIMIT: usize = 1_000;
/// The clock of whoever fills in a spreadsheet and names none.
const CLOCK: &str = "+08:00";
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// How to read a table of readings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReadingImportQuery {
    /// Offset of the clock by which times without one were written down; `+08:00` by default.
    utc_offset: Option<String>,
}

/// What became of a table of readings.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ReadingImport {
    /// Rows that hold anything.
    rows: u64,
    /// Readings that were stored.
    accepted: u64,
    /// Readings that were there already.
    duplicates: u64,
    /// Rows that were not taken.
    rejected: u64,
    /// Why, for the first 1,000 of them, by line.
    problems: Vec<RowProblem>,
}

/// Why a row was not taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowProblem {
    /// Its line in the table, from 1.
    line: u64,
    /// Stable, machine-readable name of the reason.
    code: String,
    /// The reason.
    message: String,
}

/// Stores the readings of a table: CSV (UTF-8, UTF-16, GBK) or a spreadsheet (XLSX) with the columns
/// `device`, `stream`, `time` and `value`. Rows that cannot be taken are named and do not keep the others
/// from being stored; sending the same table again is harmless.
#[utoipa::path(
    post, path = "/api/v1/imports/readings", tag = "readings", params(ReadingImportQuery), security((), ("key" = [])),
    request_body(content_type = "text/csv", content = String, description = "The table, as it is on disk"),
    responses(
        (status = 200, body = ReadingImport), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 413, body = ProblemBody), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn import_readings(
    State(app): State<Arc<App>>,
    Query(query): Query<ReadingImportQuery>,
    room: Room,
    body: Bytes,
) -> Result<Json<ReadingImport>, Problem> {
    let clock = offset_of(Some(query.utc_offset.as_deref().unwrap_or(CLOCK)))?;
    let read = off_thread(room, move || reading_table::read(&body, clock)).await?;
    let (ReadingTable { readings, problems }, _room) = read;
    let mut done =
        ReadingImport { rows: (readings.len() + problems.len()) as u64, ..ReadingImport::default() };
    for (line, message) in problems {
        done.reject(RowProblem { line, code: "bad_row".into(), message });
    }
    let mut readings = readings.into_iter().peekable();
    while readings.peek().is_some() {
        let (lines, batch): (Vec<u64>, Vec<Reading>) = readings.by_ref().take(AT_ONCE).unzip();
        let answer = app.writer.ingest(batch, Clocks::Others).await?;
        done.accepted += answer.accepted;
        done.duplicates += answer.duplicates;
        for refused in answer.rejected {
            let line = lines.get(refused.index as usize).copied().unwrap_or_default();
            done.reject(RowProblem { line, code: refused.code, message: refused.message });
        }
    }
    done.problems.sort_by_key(|problem| problem.line);
    Ok(Json(done))
}

impl ReadingImport {
    fn reject(&mut self, problem: RowProblem) {
        self.rejected += 1;
        if self.problems.len() < NAMED_LIMIT {
            self.problems.push(problem);
        }
    }
}

/// How to import a list of devices.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeviceImportQuery {
    /// Only check the list; nothing is changed.
    #[serde(default)]
    dry_run: bool,
}

/// What a list of devices changed, or would change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceImport {
    /// Devices in the list.
    devices: u64,
    /// Devices that are new; absent if the list was only checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    added: Option<u64>,
    /// Devices that were there and are different now.
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<u64>,
    /// Devices that were there just so.
    #[serde(skip_serializing_if = "Option::is_none")]
    unchanged: Option<u64>,
}

/// Registers the devices of a list: CSV, a spreadsheet (XLSX), or GeoJSON points. All or none: if anything is
/// wrong, `errors` names every line.
#[utoipa::path(
    post, path = "/api/v1/imports/devices", tag = "devices", params(DeviceImportQuery), security((), ("key" = [])),
    request_body(content_type = "text/csv", content = String, description = "The list, as it is on disk"),
    responses(
        (status = 200, body = DeviceImport), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 413, body = ProblemBody), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn import_devices(
    State(app): State<Arc<App>>,
    Query(query): Query<DeviceImportQuery>,
    room: Room,
    body: Bytes,
) -> Result<Json<DeviceImport>, Problem> {
    let (served, kinds) = (app.publications.served(), Arc::clone(&app.kinds));
    let read = off_thread(room, move || {
        let first = body.iter().copied().find(|byte| !byte.is_ascii_whitespace());
        let format = if first == Some(b'{') { Format::GeoJson } else { Format::Table };
        Ok(read_devices(&body, format, &served, &kinds))
    });
    let (read, _room) = read.await?;
    let devices = read.map_err(|DeviceFileError(problems)| {
        let detail = format!("the list has {} problems; nothing was changed", problems.len());
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_list", detail).with_errors(problems)
    })?;
    let count = devices.len() as u64;
    if query.dry_run {
        return Ok(Json(DeviceImport { devices: count, added: None, updated: None, unchanged: None }));
    }
    let counts = ImportCounts::of(&app.writer.register_all(devices).await?);
    let some = |number: usize| Some(number as u64);
    Ok(Json(DeviceImport {
        devices: count,
        added: some(counts.added),
        updated: some(counts.updated),
        unchanged: some(counts.unchanged),
    }))
}

/// In which language a template names its columns.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TemplateQuery {
    /// `zh` (default) or `en`; both are read.
    #[serde(default)]
    lang: Language,
}

/// A language of the interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

/// Gives an empty table to fill in: `devices.xlsx`, `devices.csv`, `readings.xlsx` or `readings.csv`. The
/// spreadsheets explain themselves on a second sheet.
#[utoipa::path(
    get, path = "/api/v1/templates/{name}", tag = "readings",
    params(("name" = String, Path, description = "Name of the template"), TemplateQuery),
    responses(
        (status = 200, content_type = "text/csv", body = String), (status = 400, body = ProblemBody),
        (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn get_template(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Query(query): Query<TemplateQuery>,
) -> Result<Response, Problem> {
    let chinese = query.lang == Language::Zh;
    let absent = || {
        Problem::not_found("no_template", "there is no such template")
            .with_hint("ask for `devices.xlsx`, `devices.csv`, `readings.xlsx` or `readings.csv`")
    };
    let (template, ending) = match name.rsplit_once('.') {
        Some(("devices", ending)) => (Template::Devices, ending),
        Some(("readings", ending)) => (Template::Readings, ending),
        _ => return Err(absent()),
    };
    let (media_type, bytes) = match ending {
        "csv" => ("text/csv; charset=utf-8; header=present", template::csv(template, chinese).into_bytes()),
        "xlsx" => {
            let kinds = app.kinds.list().iter().map(|kind| &**kind);
            let book = template::xlsx(template, chinese, kinds).map_err(|error| {
                tracing::error!(%error, name, "a template cannot be written");
                Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR)
            })?;
            (XLSX, book)
        }
        _ => return Err(absent()),
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    let mut response = ([(header::CONTENT_TYPE, media_type)], bytes).into_response();
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// Room for a table in memory. Taken before the body is read, and kept until the table is done with.
pub(crate) struct Room {
    _permit: OwnedSemaphorePermit,
}

impl FromRequestParts<Arc<App>> for Room {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let permit = Arc::clone(&app.imports).acquire_owned().await;
        permit
            .map(|permit| Self { _permit: permit })
            .map_err(|_| Problem::unavailable("stopping", "the server is stopping"))
    }
}

/// Reads a large table beside the threads that answer others; the room goes with it.
async fn off_thread<T: Send + 'static>(
    room: Room,
    read: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<(T, Room), Problem> {
    let (read, room) = work_in((), move || (read(), room)).await?;
    let read = read.map(|read| (read, room));
    read.map_err(|message| Problem::worded(StatusCode::UNPROCESSABLE_ENTITY, "bad_table", &message))
}
