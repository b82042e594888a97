//! `/api/v1/readings` takes measurements, `/api/v1/devices/{id}/readings` gives their history.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use time::format_description::FormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};
use twin_schemas::live::{IngestAnswer, ReadingBatch};
use utoipa::{IntoParams, ToSchema};

use super::devices::unknown;
use super::extract::{Json, Path, Query};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::auth::place::check_devices;
use crate::domain::reading::whole_microseconds;
use crate::ingest::Clocks;
use crate::store::{End, HistoryQuery, Purge};

/// Most readings in one post.
const BATCH_LIMIT: usize = 10_000;
/// Readings of history that are given if no limit is asked for.
const HISTORY_DEFAULT: u32 = 1_000;
/// Most readings of history that are given at once.
const HISTORY_LIMIT: u32 = 100_000;

const OFFSET: &[FormatItem<'static>] = format_description!("[offset_hour sign:mandatory]:[offset_minute]");

/// Stores measurements. What is counted as accepted is on disk when the answer comes.
///
/// Posting the same again is harmless: device, stream and time make a reading, and the first value
/// stays. Late readings are stored and do not move the state back. Values that the sensor cannot
/// report are stored, marked and not shown. A reading from more than 5 s ahead of the server's
/// clock is rejected. A rejected reading does not keep the others from being stored; one of a device
/// that the key may not write does: nothing is stored then.
#[utoipa::path(
    post, path = "/api/v1/readings", tag = "readings", request_body = ReadingBatch, security((), ("key" = [])),
    responses(
        (status = 200, body = IngestAnswer), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn post_readings(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(batch): Json<ReadingBatch>,
) -> Result<JsonAnswer<IngestAnswer>, Problem> {
    let count = batch.readings.len();
    if !(1..=BATCH_LIMIT).contains(&count) {
        let detail = format!("`readings` holds {count} readings, 1 to {BATCH_LIMIT} are taken");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_batch", detail));
    }
    check_devices(&permit, &app, batch.readings.iter().map(|reading| reading.device.as_str()))?;
    Ok(JsonAnswer(app.writer.ingest(batch.readings, Clocks::Devices).await?))
}

/// Which stretch of history is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReadingsQuery {
    /// Id of the stream.
    stream: String,
    /// Earliest instant, included, RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Latest instant, included, RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
    /// At most this many; 1 to 100,000, default 1,000.
    #[param(minimum = 1, maximum = 100_000)]
    limit: Option<u32>,
    /// Which ones, if there are more; the newest by default.
    #[serde(default)]
    keep: Keep,
}

/// An end of a stretch of history.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Keep {
    /// The newest readings.
    #[default]
    Newest,
    /// The oldest readings.
    Oldest,
}

/// A stretch of a stream's history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadingHistory {
    /// Id of the device.
    device: String,
    /// Id of the stream.
    stream: String,
    /// The readings in the order of time.
    readings: Vec<HistoryReading>,
    /// Whether readings were left out because of the limit.
    truncated: bool,
}

/// One reading of history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryReading {
    /// Instant of the measurement.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    time: OffsetDateTime,
    /// Value in the stream's unit.
    value: f64,
    /// Whether the sensor can report such a value.
    plausible: bool,
}

/// Gives a stretch of a stream's history in the order of time.
#[utoipa::path(
    get, path = "/api/v1/devices/{id}/readings", tag = "readings",
    params(("id" = String, Path, description = "Id of the device"), ReadingsQuery),
    responses(
        (status = 200, body = ReadingHistory), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn list_readings(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(query): Query<ReadingsQuery>,
) -> Result<JsonAnswer<ReadingHistory>, Problem> {
    let stream = stream_of(&app, &id, query.stream)?;
    let limit = query.limit.unwrap_or(HISTORY_DEFAULT);
    if !(1..=HISTORY_LIMIT).contains(&limit) {
        let detail = format!("`limit` is {limit}, 1 to {HISTORY_LIMIT} are given");
        return Err(Problem::bad_request("bad_limit", detail));
    }
    let (from, to) = (instant("from", query.from.as_deref())?, instant("to", query.to.as_deref())?);
    let end = match query.keep {
        Keep::Newest => End::Newest,
        Keep::Oldest => End::Oldest,
    };
    // One more than asked for shows whether there are more.
    let history =
        HistoryQuery { device: id.clone(), stream: stream.clone(), from, to, limit: limit + 1, end };
    let mut stored = app.store.history(history).await?;
    let truncated = stored.len() > limit as usize;
    match end {
        End::Newest if truncated => drop(stored.remove(0)),
        _ => stored.truncate(limit as usize),
    }
    let readings = stored
        .into_iter()
        .map(|reading| HistoryReading {
            time: reading.time,
            value: reading.value,
            plausible: reading.plausible,
        })
        .collect();
    Ok(JsonAnswer(ReadingHistory { device: id, stream, readings, truncated }))
}

/// Which readings to delete.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PurgeQuery {
    /// Only of this stream.
    stream: Option<String>,
    /// Earliest instant, included, RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Latest instant, included, RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
}

/// What was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PurgeAnswer {
    /// Number of readings.
    deleted: u64,
}

/// Deletes readings of a device for good: all, or those of one stream or a stretch of time. What the device
/// shows stays until its next reading.
#[utoipa::path(
    delete, path = "/api/v1/devices/{id}/readings", tag = "readings",
    params(("id" = String, Path, description = "Id of the device"), PurgeQuery), security((), ("key" = [])),
    responses(
        (status = 200, body = PurgeAnswer), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn delete_readings(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(query): Query<PurgeQuery>,
) -> Result<JsonAnswer<PurgeAnswer>, Problem> {
    let stream = match query.stream {
        Some(stream) => Some(stream_of(&app, &id, stream)?),
        None => app.hub.view(&id).map(|_| None).ok_or_else(|| unknown(&id))?,
    };
    let (from, to) = (instant("from", query.from.as_deref())?, instant("to", query.to.as_deref())?);
    let deleted = app.store.purge(Purge { device: id, stream, from, to }).await?;
    Ok(JsonAnswer(PurgeAnswer { deleted }))
}

/// The stream, if the device has it.
pub(super) fn stream_of(app: &App, id: &str, stream: String) -> Result<String, Problem> {
    let entry = app.hub.entry(id).ok_or_else(|| unknown(id))?;
    if entry.kind.streams.contains_key(&stream) {
        return Ok(stream);
    }
    let detail = format!("a `{}` has no stream `{stream}`", entry.kind.id);
    Err(Problem::not_found("unknown_stream", detail))
}

/// The instant that a parameter names.
pub(super) fn instant(name: &str, text: Option<&str>) -> Result<Option<OffsetDateTime>, Problem> {
    let Some(text) = text else { return Ok(None) };
    // In a query `+` means a space, and people forget to write `%2B`.
    OffsetDateTime::parse(&text.replace(' ', "+"), &Rfc3339)
        .map(|time| Some(whole_microseconds(time)))
        .map_err(|_| {
            Problem::bad_request("bad_time", format!("`{name}` is `{text}`, not an instant"))
                .with_hint("write it as RFC 3339, such as 2026-05-01T12:00:00Z")
        })
}

/// The offset of a clock that a parameter names; UTC if there is none.
pub(super) fn offset_of(text: Option<&str>) -> Result<UtcOffset, Problem> {
    let Some(text) = text else { return Ok(UtcOffset::UTC) };
    // In a query `+` means a space.
    let text = text.replace(' ', "+");
    UtcOffset::parse(&text, OFFSET).map_err(|_| {
        Problem::bad_request("bad_offset", format!("`utc_offset` is `{text}`, not an offset"))
            .with_hint("write it as `+08:00`; in an address, `+` is `%2B`")
    })
}
