//! Everything else: the viewer, which is inside the binary.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::Problem;
use super::http::{IMMUTABLE, accepts, none_match_hits};
use super::wall;
use crate::app::App;

/// The built viewer. A debug build reads the folder at run time.
#[derive(RustEmbed)]
#[folder = "../viewer/dist"]
#[allow_missing = true]
struct Viewer;

/// Codings in which the viewer's build lays files beside themselves, and how their names end; better ones first.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Community Twin</title>\
<h1>The server works; the viewer is not built</h1>\
<p>Build it with <code>npm --prefix viewer ci &amp;&amp; npm --prefix viewer run build</code>, then build and start the server again.\
<p>The interface is described in <a href=\"/api/openapi.json\">/api/openapi.json</a>.";

/// Gives a file of the viewer. An address without a file ending belongs to the viewer itself and
/// gets its page.
pub(crate) async fn get_viewer(
    State(app): State<Arc<App>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let path = uri.path().trim_start_matches('/');
    if matches!(path.split('/').next(), Some("api" | "publication")) {
        return Problem::of_status(StatusCode::NOT_FOUND).into_response();
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        let mut response = Problem::of_status(StatusCode::METHOD_NOT_ALLOWED).into_response();
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    let pages = [path.to_owned(), format!("{}.html", path.trim_end_matches('/')), "index.html".to_owned()];
    // A missing script must be an error, not a page that the browser cannot run.
    let tries = if last.contains('.') { &pages[..1] } else { &pages[..] };
    let found = tries.iter().find_map(|name| Viewer::get(name).map(|file| (name, file)));
    let policy = wall::is_page(path).then(|| wall::policy(&app.displays.hosts()));
    match found {
        Some((name, file)) => file_answer(name, file, &headers, policy.as_deref()),
        None if !last.contains('.') => {
            ([(header::CACHE_CONTROL, "no-cache")], Html(NOT_BUILT)).into_response()
        }
        None => Problem::of_status(StatusCode::NOT_FOUND).into_response(),
    }
}

/// The best form of a file that the client takes, if one lies beside it.
fn packed(name: &str, headers: &HeaderMap) -> Option<(&'static str, Cow<'static, [u8]>)> {
    let mut taken = CODINGS.into_iter().filter(|(coding, _)| accepts(headers, coding));
    taken.find_map(|(coding, ending)| Some((coding, Viewer::get(&format!("{name}{ending}"))?.data)))
}

/// `policy`: the security policy, where it is not that of every page.
fn file_answer(name: &str, file: EmbeddedFile, headers: &HeaderMap, policy: Option<&str>) -> Response {
    // The builder puts a hash into the name of whatever lies in `assets`.
    let cache = if name.starts_with("assets/") { IMMUTABLE } else { "no-cache" };
    // Weak: the same tag stands for the plain and the compressed form.
    let hash = file.metadata.sha256_hash();
    let head = hash.iter().take(8).fold(0_u64, |head, byte| head << 8 | u64::from(*byte));
    // A browser that is told that a page is as it was keeps the policy from before, too: another policy is
    // another page.
    let etag = match policy {
        Some(policy) => format!("W/\"{head:016x}-{}\"", wall::digest(policy)),
        None => format!("W/\"{head:016x}\""),
    };
    let mut response = if none_match_hits(headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = match file.metadata.mimetype() {
            text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
            other => other.to_owned(),
        };
        let packed = packed(name, headers);
        let coding = packed.as_ref().map(|(coding, _)| [(header::CONTENT_ENCODING, *coding)]);
        let body = packed.map_or(file.data, |(_, data)| data);
        let body = match body {
            Cow::Borrowed(inside) => Bytes::from_static(inside),
            Cow::Owned(read) => Bytes::from(read),
        };
        ([(header::CONTENT_TYPE, kind)], coding, body).into_response()
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    // Whoever keeps answers for others asks anew for a client that takes other codings.
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(Ok(policy)) = policy.map(HeaderValue::from_str) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}
