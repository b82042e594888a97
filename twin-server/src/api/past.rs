//! `GET /api/v1/devices?at=`: devices as they were at an instant, as the history tells. Called by `devices`.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use twin_schemas::live::{DeviceStatus, DeviceView};

use super::Problem;
use super::devices::DeviceList;
use super::http::none_match_hits;
use super::room::work_in;
use crate::app::{App, streams_by_device};
use crate::domain::reading::CLOCK_TOLERANCE;
use crate::domain::state::DeviceState;
use crate::live::{DeviceFilter, Entry};
use crate::store::SeriesTip;

/// Most devices in one answer: each costs a look at the chunks of its streams.
const DEVICES_LIMIT: usize = 20_000;

/// The devices that a filter covers as they stand now, with the states that they had at an instant.
pub(super) async fn devices_at(
    app: &App,
    filter: &DeviceFilter,
    at: OffsetDateTime,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    check(app, filter, at, OffsetDateTime::now_utc())?;
    let stopping = || Problem::unavailable("stopping", "the server is stopping");
    let room = Arc::clone(&app.pasts).acquire_owned().await.map_err(|_| stopping())?;
    let entries = app.hub.page(None, DEVICES_LIMIT + 1, |device| filter.covers(device));
    if entries.len() > DEVICES_LIMIT {
        let detail =
            format!("more than {DEVICES_LIMIT} devices are asked for, which is the limit of one answer");
        return Err(Problem::bad_request("too_many_devices", detail)
            .with_hint("ask by `kind`, `zone` or `bbox`, one part after the other"));
    }
    let meant: HashSet<&str> = entries.iter().map(|entry| entry.device.id.as_str()).collect();
    let tips = app.store.tips_at(at, &|device: &str| meant.contains(device)).await?;
    let status = filter.status;
    let body = work_in(room, move || text(&views(entries, tips, at, status))).await?;
    Ok(answer(body, headers))
}

/// What is yet to come cannot be told, nor what was deleted of every kind that is meant.
fn check(app: &App, filter: &DeviceFilter, at: OffsetDateTime, now: OffsetDateTime) -> Result<(), Problem> {
    if at > now + CLOCK_TOLERANCE {
        let detail = format!("`at` is {}, which is yet to come", written(at));
        return Err(Problem::bad_request("time_ahead", detail)
            .with_hint("leave out `at` for the devices as they are now"));
    }
    let oldest = if filter.kinds.is_empty() {
        app.retention.oldest(app.kinds.list().iter().map(|kind| kind.id.as_str()), now)
    } else {
        app.retention.oldest(filter.kinds.iter().map(String::as_str), now)
    };
    match oldest {
        Some(oldest) if at < oldest => {
            let detail = format!("`at` is {}, readings are kept from {} on", written(at), written(oldest));
            Err(Problem::bad_request("time_not_kept", detail)
                .with_hint("`retention.days` of the configuration says how long readings are kept"))
        }
        _ => Ok(()),
    }
}

fn views(
    entries: Vec<Entry>,
    tips: Vec<SeriesTip>,
    at: OffsetDateTime,
    status: Option<DeviceStatus>,
) -> DeviceList {
    let mut streams = streams_by_device(tips);
    let view = |entry: Entry| {
        let streams = streams.remove(&entry.device.id).unwrap_or_default();
        DeviceState::at(streams, &entry.kind, at).view(&entry.device)
    };
    let is_asked = |view: &DeviceView| status.is_none_or(|status| view.status == status);
    DeviceList { devices: entries.into_iter().map(view).filter(is_asked).collect() }
}

/// Our own types have string keys and finite numbers: writing them cannot fail.
fn text(list: &DeviceList) -> String {
    serde_json::to_string(list).unwrap_or_default()
}

/// Late readings and new registrations change the past, so that whoever has it already asks whether it still holds.
fn answer(body: String, headers: &HeaderMap) -> Response {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let tag = format!("W/\"{:016x}\"", hasher.finish());
    let mut response = if none_match_hits(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn written(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}
