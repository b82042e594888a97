//! `/sta/v1.1`: OGC SensorThings API 1.1, Part 1: Sensing (OGC 18-088), over devices, streams and readings
//! and whatever clients add to them.
//!
//! A request passes `handle` here, then `read`, or `write` and what it calls. `world` finds entities,
//! `entity` and `own` say what they are made of, `select` and `observations` choose them, `render` writes
//! them. The language of paths, options and filters is `crate::sensorthings`, which knows none of this.

mod adopt;
mod arrays;
mod batch;
mod catalogue;
mod changes;
mod create;
mod data_array;
mod delete;
mod draft;
mod entity;
mod features;
mod history;
mod json;
mod json_patch;
mod matching;
mod observations;
mod observe;
mod own;
mod plan;
mod problems;
mod read;
mod render;
mod root;
mod select;
mod streams;
mod update;
mod world;
mod write;

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;

use self::world::World;
use super::Problem;
use super::http::base_url;
use crate::app::App;
use crate::auth::Permit;
use crate::domain::permission::Action;
use crate::live::Hub;
use crate::sensorthings::model::Set;
use crate::store::{SeriesTip, Store, StoreError};

pub(crate) use catalogue::Catalogue;

/// Where the service lies.
pub(crate) const ROOT: &str = "/sta/v1.1";
/// Media type of answers.
const JSON: &str = "application/json";

/// Brings back what clients added, and lets readings find the datastreams that they made.
///
/// # Errors
/// If it cannot be read.
pub(crate) async fn open(store: &dyn Store, hub: &Hub) -> Result<Catalogue, StoreError> {
    let catalogue = Catalogue::restored(store).await?;
    let tips = store.tips().await?;
    let mut tips: HashMap<String, SeriesTip> =
        tips.into_iter().map(|tip| (tip.device.clone(), tip)).collect();
    for document in catalogue.all(Set::Datastream) {
        let device = entity::free_device(&document.id);
        hub.put_stream(streams::entry(&device, tips.remove(&device)));
    }
    Ok(catalogue)
}

/// An answer before it is a response; batches hold many.
#[derive(Debug)]
struct Reply {
    status: StatusCode,
    media_type: &'static str,
    location: Option<String>,
    body: String,
}

impl Reply {
    fn json(status: StatusCode, body: String) -> Self {
        Self { status, media_type: JSON, location: None, body }
    }

    fn text(body: String) -> Self {
        Self { status: StatusCode::OK, media_type: "text/plain; charset=utf-8", location: None, body }
    }

    fn empty(status: StatusCode) -> Self {
        Self { status, media_type: JSON, location: None, body: String::new() }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let Some(location) = self.location.and_then(|link| HeaderValue::from_str(&link).ok()) {
            headers.insert(header::LOCATION, location);
        }
        response
    }
}

/// What is asked: of an HTTP request, or of one part of a batch.
#[derive(Debug)]
struct Asked {
    method: Method,
    /// Encoded, below the service's root.
    path: String,
    query: String,
    media_type: String,
    body: Bytes,
}

/// OGC SensorThings API 1.1: the service document. What lies below it is described by the standard
/// (OGC 18-088): `Things`, `Locations`, `HistoricalLocations`, `Datastreams`, `Sensors`,
/// `ObservedProperties`, `Observations`, `FeaturesOfInterest`, `CreateObservations` and `$batch`.
#[utoipa::path(
    get, path = "/sta/v1.1", tag = "sensorthings",
    responses((status = 200, body = serde_json::Value, description = "Names and addresses of the entity sets, and the requirements of the standard that hold"))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, permit: Permit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = match Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await {
        Ok(body) => body,
        Err(rejection) => return problems::response(Problem::of_status(rejection.status())).await,
    };
    let asked = Asked {
        method: parts.method.clone(),
        path: parts.uri.path().strip_prefix(ROOT).unwrap_or_default().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        media_type: text(&parts.headers, header::CONTENT_TYPE).to_ascii_lowercase(),
        body,
    };
    // In place of a name that cannot be one, links lead nowhere else.
    let host = base_url(&parts, permit.client()).unwrap_or_else(|| "http://localhost".to_owned());
    // Many long questions at once would take every thread from those who ask short ones.
    let reads = matches!(asked.method, Method::GET | Method::HEAD);
    let rooms = if reads { &app.sensorthings.questions } else { &app.sensorthings.writings };
    let Ok(room) = Arc::clone(rooms).acquire_owned().await else {
        return problems::response(Problem::of_status(StatusCode::SERVICE_UNAVAILABLE)).await;
    };
    let answered = tokio::task::spawn_blocking(move || {
        // Kept until the evaluation ends, also if the client has gone by then.
        let _room = room;
        answer(&World::new(app, permit, host), &asked)
    });
    let answered = answered.await;
    match answered {
        Ok(Ok(reply)) => reply.into_response(),
        Ok(Err(problem)) => problems::response(problem).await,
        Err(error) => {
            tracing::error!(%error, "a SensorThings request could not be evaluated");
            problems::response(Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR)).await
        }
    }
}

/// Answers what is asked, on a thread that may wait.
fn answer(world: &World, asked: &Asked) -> Result<Reply, Problem> {
    if let Some(action) = action_of(&asked.method, &asked.path) {
        world.permit.also(action)?;
    }
    match asked.method {
        Method::GET | Method::HEAD => read::read(world, &asked.path, &asked.query),
        _ => write::write(world, asked),
    }
}

/// What a change needs; the parts of a batch are asked one by one.
fn action_of(method: &Method, path: &str) -> Option<Action> {
    // As `path` reads it, so that no way of writing it needs less.
    let path = percent_decode_str(path).decode_utf8_lossy();
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let observations = last.starts_with("Observations") || last == "CreateObservations";
    match *method {
        Method::GET | Method::HEAD => Some(Action::ReadDevices),
        Method::POST if last == "$batch" => None,
        Method::POST if observations => Some(Action::WriteReadings),
        Method::DELETE if observations => Some(Action::PurgeReadings),
        _ => Some(Action::RegisterDevices),
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
