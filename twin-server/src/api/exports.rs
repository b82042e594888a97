//! `/api/v1/exports/readings.csv`: history as a table, streamed, so that its length costs no memory.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use utoipa::IntoParams;

use super::devices::{Wanted, unknown};
use super::extract::Query;
use super::readings::instant;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::store::{End, HistoryQuery, StoreError, StoredReading};

/// Readings that are fetched at a time.
const PAGE: u32 = 10_000;
const DISPOSITION: &str = "attachment; filename=\"readings.csv\"";

/// Which readings to export.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// Only of this device.
    device: Option<String>,
    /// Only of devices of this kind.
    kind: Option<String>,
    /// Only of devices within `min_e,min_n,max_e,max_n` in local metres.
    bbox: Option<String>,
    /// Only of this stream.
    stream: Option<String>,
    /// Earliest instant, included, RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Latest instant, included, RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
    /// Begin with a byte order mark, by which spreadsheets know Chinese text in UTF-8.
    #[serde(default)]
    bom: bool,
}

/// One stream that is to be exported.
#[derive(Debug)]
struct Part {
    device: String,
    stream: String,
    unit: String,
    from: Option<OffsetDateTime>,
}

struct Export {
    app: Arc<App>,
    parts: VecDeque<Part>,
    to: Option<OffsetDateTime>,
    head: Vec<u8>,
}

/// Exports readings as a table (CSV, RFC 4180) with the columns `device`, `stream`, `unit`, `time`, `value`
/// and `plausible`: by device and stream, in the order of time.
#[utoipa::path(
    get, path = "/api/v1/exports/readings.csv", tag = "readings", params(ExportQuery),
    responses(
        (status = 200, content_type = "text/csv", body = String),
        (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn export_readings(
    State(app): State<Arc<App>>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Problem> {
    let (from, to) = (instant("from", query.from.as_deref())?, instant("to", query.to.as_deref())?);
    let filter = Wanted::of_query(query.kind.as_deref(), query.bbox.as_deref(), None).filter(&app)?;
    let entries = match &query.device {
        Some(id) => vec![app.hub.entry(id).ok_or_else(|| unknown(id))?],
        None => app.hub.entries(),
    };
    let mut parts = VecDeque::new();
    for entry in entries.into_iter().filter(|entry| filter.covers(&entry.device)) {
        for (stream, kind) in &entry.kind.streams {
            if query.stream.as_ref().is_none_or(|only| only == stream) {
                let (device, unit) = (entry.device.id.clone(), kind.unit.clone());
                parts.push_back(Part { device, stream: stream.clone(), unit, from });
            }
        }
    }
    let mut head = if query.bom { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
    head.extend(b"device,stream,unit,time,value,plausible\r\n");
    let export = Export { app, parts, to, head };
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (header::CONTENT_DISPOSITION, DISPOSITION),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let pieces = stream::try_unfold(export, async |mut export| {
        Ok::<_, StoreError>(export.next().await?.map(|piece| (piece, export)))
    });
    Ok((headers, Body::from_stream(pieces)).into_response())
}

impl Export {
    /// The next rows; nothing at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        if !self.head.is_empty() {
            return Ok(Some(std::mem::take(&mut self.head).into()));
        }
        while let Some(mut part) = self.parts.pop_front() {
            let query = HistoryQuery {
                device: part.device.clone(),
                stream: part.stream.clone(),
                from: part.from,
                to: self.to,
                limit: PAGE,
                end: End::Oldest,
            };
            let readings = self.app.store.history(query).await?;
            let Some(last) = readings.last() else { continue };
            let rows = rows(&part, &readings);
            if readings.len() == PAGE as usize {
                part.from = Some(last.time + Duration::microseconds(1));
                self.parts.push_front(part);
            }
            return Ok(Some(rows.into()));
        }
        Ok(None)
    }
}

fn rows(part: &Part, readings: &[StoredReading]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for reading in readings {
        // Both are checked when a reading is taken: years have four digits, and memory takes every row.
        let time = reading.time.format(&Rfc3339).unwrap_or_default();
        let (value, plausible) = (reading.value.to_string(), reading.plausible.to_string());
        let row = [&part.device, &part.stream, &part.unit, &time, &value, &plausible];
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}
