//! `/publication/…`: the files of the publication, with ranges, entity tags and precompressed side
//! files. Only what never changes is here, so that every answer may be kept for ever.

use std::io::SeekFrom;
use std::ops::Range;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::Problem;
use super::http::{IMMUTABLE, Ranged, accepts, none_match_hits, range_of};
use crate::app::App;
use crate::tiles::{Opened, PublicPath};

/// Bytes of a large file that are read at a time.
const PIECE_BYTES: usize = 64 * 1024;
/// Reports are pages of their own: their styles are inline, and they run nothing.
const PAGE_SECURITY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:";

/// Gives the id of the served version as text.
pub(crate) async fn get_current(State(app): State<Arc<App>>) -> Response {
    let version = format!("{}\n", app.publications.served().version);
    ([(header::CACHE_CONTROL, "no-cache"), (header::CONTENT_TYPE, "text/plain; charset=utf-8")], version)
        .into_response()
}

/// Gives a file of a version or a content.
pub(crate) async fn get_file(
    State(app): State<Arc<App>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // The path as sent: decoding is the business of `PublicPath`, once.
    let encoded = uri.path().strip_prefix("/publication/").unwrap_or_default();
    let absent = || Problem::not_found("no_file", "the publication has no such file");
    let path = PublicPath::parse(encoded).ok_or_else(absent)?;
    let (opened, encoding) = choose(&app, &path, &headers).await.map_err(|error| {
        tracing::error!(%error, path = path.as_str(), "a published file cannot be read");
        Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR)
    })?;
    let opened = opened.ok_or_else(absent)?;
    let mut response = answer(opened, &method, &headers).await;
    let into = response.headers_mut();
    if let Some(encoding) = encoding {
        into.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if has_side_files(&path) {
        into.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    into.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path.extension())));
    if path.extension() == "html" {
        into.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_SECURITY));
    }
    Ok(response)
}

/// The file, or a precompressed side file that the client takes. A range is one of the plain file.
async fn choose(
    app: &App,
    path: &PublicPath,
    headers: &HeaderMap,
) -> std::io::Result<(Option<Opened>, Option<&'static str>)> {
    if has_side_files(path) && !headers.contains_key(header::RANGE) {
        for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
            if accepts(headers, encoding)
                && let Some(opened) = app.files.open_side(&path.with_ending(ending)).await?
            {
                return Ok((Some(opened), Some(encoding)));
            }
        }
    }
    Ok((app.files.open(path).await?, None))
}

async fn answer(opened: Opened, method: &Method, headers: &HeaderMap) -> Response {
    let (etag, size) = match &opened {
        Opened::Whole(served) => (served.etag.clone(), served.bytes.len() as u64),
        Opened::Large { etag, size_bytes, .. } => (etag.clone(), *size_bytes),
    };
    let mut response = if none_match_hits(headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match range_of(headers, &etag, size) {
            Ranged::Outside => {
                let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
                set(&mut response, header::CONTENT_RANGE, &format!("bytes */{size}"));
                return response;
            }
            Ranged::Whole => body(opened, 0..size, StatusCode::OK, method).await,
            Ranged::Part(range) => {
                let value = format!("bytes {}-{}/{size}", range.start, range.end - 1);
                let mut response = body(opened, range, StatusCode::PARTIAL_CONTENT, method).await;
                set(&mut response, header::CONTENT_RANGE, &value);
                response
            }
        }
    };
    set(&mut response, header::ETAG, &etag);
    set(&mut response, header::CACHE_CONTROL, IMMUTABLE);
    set(&mut response, header::ACCEPT_RANGES, "bytes");
    response
}

async fn body(opened: Opened, range: Range<u64>, status: StatusCode, method: &Method) -> Response {
    let length = range.end - range.start;
    let body = match opened {
        _ if method == Method::HEAD => Body::empty(),
        Opened::Whole(served) => Body::from(served.bytes.slice(range.start as usize..range.end as usize)),
        Opened::Large { mut file, .. } => match file.seek(SeekFrom::Start(range.start)).await {
            Ok(_) => pieces(file, length),
            Err(error) => {
                tracing::error!(%error, "a published file cannot be read");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        },
    };
    let mut response = (status, body).into_response();
    set(&mut response, header::CONTENT_LENGTH, &length.to_string());
    response
}

/// `length` bytes from where the file stands, piece by piece.
fn pieces(file: File, length: u64) -> Body {
    Body::from_stream(stream::try_unfold((file, length), async |(mut file, left)| {
        let mut piece = vec![0; PIECE_BYTES.min(usize::try_from(left).unwrap_or(PIECE_BYTES))];
        if piece.is_empty() {
            return Ok(None);
        }
        let read = file.read(&mut piece).await?;
        if read == 0 {
            return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
        }
        piece.truncate(read);
        Ok(Some((Bytes::from(piece), (file, left - read as u64))))
    }))
}

fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn has_side_files(path: &PublicPath) -> bool {
    matches!(path.extension(), "json" | "ndjson" | "geojson" | "glb")
}

fn media_type(extension: &str) -> &'static str {
    match extension {
        "glb" => "model/gltf-binary",
        "gltf" => "model/gltf+json",
        "json" => "application/json",
        "geojson" => "application/geo+json",
        "ndjson" => "application/x-ndjson",
        "html" => "text/html; charset=utf-8",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ktx2" => "image/ktx2",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
