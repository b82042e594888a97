//! `/publication/…`: the files of the publication, with ranges, entity tags and precompressed side
//! files. Only what never changes is here, so that every answer may be kept for ever.

use std::io::SeekFrom;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::Problem;
use super::extract::Query;
use super::http::{accepts, none_match_hits, part_of};
use crate::app::App;
use crate::metrics::FILES;
use crate::tiles::{Heads, Opened, PublicPath, Ready, Takes};

/// Bytes of a large file that are read at a time.
const PIECE_BYTES: usize = 64 * 1024;
/// Cache rule of what never changes and is not for everyone.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
/// How long the file system may take until a file is open.
const OPEN_TIMEOUT: Duration = Duration::from_secs(30);

/// Gives the id of the served version as text.
pub(crate) async fn get_current(State(app): State<Arc<App>>) -> Response {
    let version = format!("{}\n", app.publications.served().version);
    ([(header::CACHE_CONTROL, "no-cache"), (header::CONTENT_TYPE, "text/plain; charset=utf-8")], version)
        .into_response()
}

/// Which scene is meant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TilesetQuery {
    /// Id of a scene of the catalogue.
    scene: Option<String>,
}

/// Leads to the tileset of a scene of the served version: an address that stays when versions change,
/// for viewers that are told one address.
pub(crate) async fn get_tileset(
    State(app): State<Arc<App>>,
    Query(query): Query<TilesetQuery>,
) -> Result<Response, Problem> {
    let publication = app.publications.served();
    let scenes = &publication.catalog.scenes;
    let found = match &query.scene {
        Some(id) => scenes.iter().find(|scene| scene.id == *id),
        None => scenes.iter().find(|scene| scene.profile == "full").or(scenes.first()),
    };
    let scene = found.ok_or_else(|| {
        let ids: Vec<&str> = scenes.iter().map(|scene| scene.id.as_str()).collect();
        Problem::not_found("unknown_scene", "the publication has no such scene")
            .with_hint(format!("use one of: {}", ids.join(", ")))
    })?;
    let location = HeaderValue::from_str(&publication.address(&scene.tileset))
        .map_err(|_| Problem::not_found("no_file", "the scene's tileset has no address"))?;
    let headers =
        [(header::LOCATION, location), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    Ok((StatusCode::TEMPORARY_REDIRECT, headers).into_response())
}

/// Gives a file of a version or a content.
pub(crate) async fn get_file(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let mut response = file(&app, request).await?;
    if app.auth.config.require_sign_in && response.headers().contains_key(header::CACHE_CONTROL) {
        // No proxy may give it to someone else.
        response.headers_mut().insert(header::CACHE_CONTROL, PRIVATE);
    }
    Ok(response)
}

async fn file(app: &App, request: Request) -> Result<Response, Problem> {
    let (method, headers) = (request.method(), request.headers());
    // The path as sent: decoding is the business of `PublicPath`, once.
    let encoded = request.uri().path().strip_prefix("/publication/").unwrap_or_default();
    if let Some(ready) = in_memory(app, encoded, headers) {
        return Ok(answer_in_memory(&ready, method, headers));
    }
    let absent = || Problem::not_found("no_file", "the publication has no such file");
    let path = PublicPath::parse(encoded).ok_or_else(absent)?;
    let opened = tokio::time::timeout(OPEN_TIMEOUT, app.files.open(&path, takes(headers)))
        .await
        .map_err(|_| Problem::of_status(StatusCode::SERVICE_UNAVAILABLE))?;
    let opened = opened.map_err(|error| {
        tracing::error!(%error, path = path.as_str(), "a published file cannot be read");
        Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR)
    })?;
    match opened.ok_or_else(absent)? {
        Opened::Whole(ready) => Ok(answer_ready(&ready, method, headers)),
        Opened::Large { file, size_bytes, heads } => {
            answer_large(file, size_bytes, heads, method, headers).await
        }
    }
}

/// A file as the client takes it, if it lies in memory under the path as it was sent.
pub(super) fn in_memory(app: &App, encoded: &str, headers: &HeaderMap) -> Option<Arc<Ready>> {
    app.files.hot(encoded, takes(headers))
}

/// The answer with such a file.
pub(super) fn answer_in_memory(ready: &Ready, method: &Method, headers: &HeaderMap) -> Response {
    FILES.hits.add(1);
    answer_ready(ready, method, headers)
}

/// What the client takes. A range is one of the plain file.
fn takes(headers: &HeaderMap) -> Takes {
    if headers.contains_key(header::RANGE) {
        return Takes::default();
    }
    Takes { brotli: accepts(headers, "br"), gzip: accepts(headers, "gzip") }
}

fn answer_ready(ready: &Ready, method: &Method, headers: &HeaderMap) -> Response {
    if has_already(&ready.heads, headers) {
        return unchanged(&ready.heads);
    }
    let size_bytes = ready.bytes.len();
    let mut response = Response::new(Body::empty());
    *response.headers_mut() = ready.heads.full.clone();
    let range = match part_of(headers, &ready.heads.etag, size_bytes as u64, &mut response) {
        Ok(range) => range.start as usize..range.end as usize,
        Err(outside) => return *outside,
    };
    if method != Method::HEAD {
        FILES.sent_bytes.add(range.len() as u64);
        *response.body_mut() = Body::from(ready.bytes.slice(range));
    }
    response
}

async fn answer_large(
    mut file: File,
    size_bytes: u64,
    heads: Box<Heads>,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    if has_already(&heads, headers) {
        return Ok(unchanged(&heads));
    }
    let mut response = Response::new(Body::empty());
    *response.headers_mut() = heads.full.clone();
    let range = match part_of(headers, &heads.etag, size_bytes, &mut response) {
        Ok(range) => range,
        Err(outside) => return Ok(*outside),
    };
    if method != Method::HEAD {
        file.seek(SeekFrom::Start(range.start)).await.map_err(|error| {
            tracing::error!(%error, "a published file cannot be read");
            Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR)
        })?;
        FILES.sent_bytes.add(range.end - range.start);
        *response.body_mut() = pieces(file, range.end - range.start, ());
    }
    Ok(response)
}

/// Whether the client has just this file. A client that asks again sends just our tag, so that is
/// looked at first.
fn has_already(heads: &Heads, headers: &HeaderMap) -> bool {
    let Some(sent) = headers.get(header::IF_NONE_MATCH) else { return false };
    sent == heads.etag || heads.etag.to_str().is_ok_and(|etag| none_match_hits(headers, etag))
}

fn unchanged(heads: &Heads) -> Response {
    FILES.not_modified.add(1);
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    *response.headers_mut() = heads.unchanged.clone();
    response
}

/// `length` bytes from where the file stands, piece by piece; `kept` is dropped when they are sent, or nobody takes them
/// any more.
pub(super) fn pieces<K: Send + 'static>(file: File, length: u64, kept: K) -> Body {
    Body::from_stream(stream::try_unfold((file, length, kept), async |(mut file, left, kept)| {
        let mut piece = vec![0; PIECE_BYTES.min(usize::try_from(left).unwrap_or(PIECE_BYTES))];
        if piece.is_empty() {
            return Ok(None);
        }
        let read = file.read(&mut piece).await?;
        if read == 0 {
            return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
        }
        piece.truncate(read);
        Ok(Some((Bytes::from(piece), (file, left - read as u64, kept))))
    }))
}
