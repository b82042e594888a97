//! What every request passes: a request id, a trace, a log line and a count, problems instead of bare
//! statuses, and the headers that keep a browser careful.

use std::any::Any;
use std::hash::{BuildHasher, RandomState};
use std::panic::AssertUnwindSafe;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use tracing::{Instrument, Span};

use super::Problem;
use super::error::MEDIA_TYPE;
use super::trace::{TRACEPARENT, Trace};
use crate::auth::AuthConfig;
use crate::metrics::HTTP;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest request id that is taken over.
const REQUEST_ID_LIMIT: usize = 64;

/// Only our own scripts, styles and data. Decoding meshes runs WebAssembly in workers made from
/// blobs; textures are blobs too, and voices that were just recorded.
pub(super) const CONTENT_SECURITY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self' blob: data:; connect-src 'self' blob: data:; media-src 'self' blob:; \
    worker-src 'self' blob:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// What a client waits at least after a failure that says nothing of it.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");
/// Pages of every site.
const EVERYONE: HeaderValue = HeaderValue::from_static("*");
/// What requests are counted as that no route of ours took.
const VIEWER: &str = "viewer";

/// All layers in one, as each copies the request and the services below it: gives the request an id and its
/// place in a trace, logs and counts how it ended, answers panics and bare failures with a problem, and adds
/// the headers that keep a browser careful.
///
/// The log has the route as the router knows it, not the address: that may hold names of people, and
/// what follows `?` may hold secrets.
pub(crate) async fn observe(State(sharing): State<Sharing>, mut request: Request, next: Next) -> Response {
    let seen = Seen::of(&request, sharing);
    request.headers_mut().insert(REQUEST_ID, seen.id.clone());
    let span = seen.span();
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    let _entered = span.enter();
    seen.finish(answered.unwrap_or_else(panicked))
}

/// The same for what is asked for or posted tens of thousands of times a second: only what fails gets a span.
pub(crate) async fn observe_hot(
    State(sharing): State<Sharing>,
    mut request: Request,
    next: Next,
) -> Response {
    let seen = Seen::of(&request, sharing);
    request.headers_mut().insert(REQUEST_ID, seen.id.clone());
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let failed = answered.as_ref().map_or(true, |response| response.status().is_server_error());
    let _entered = failed.then(|| seen.span().entered());
    seen.finish(answered.unwrap_or_else(panicked))
}

/// Whether pages of other sites may read what anyone may read: published files, and what the clients of standards
/// ask for, so that viewers and web maps elsewhere show the community.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// They may.
    Open,
    /// Nobody reads without saying who they are.
    Closed,
}

impl Sharing {
    /// What the configuration says.
    pub(crate) fn of(auth: &AuthConfig) -> Self {
        if auth.require_sign_in { Self::Closed } else { Self::Open }
    }

    /// Browsers keep answers with this from a page that sends a cookie along, so nothing is shared in anybody's name.
    fn covers(self, method: &Method, route: &str) -> bool {
        const SHARED: [&str; 3] = ["/publication/", "/ogc", "/sta/"];
        self == Self::Open
            && matches!(*method, Method::GET | Method::HEAD)
            && SHARED.iter().any(|shared| route.starts_with(shared))
    }
}

/// The route that took a request.
enum Route {
    /// By the router.
    Matched(MatchedPath),
    /// Without the router, or none of ours.
    Known(&'static str),
}

/// What is kept of a request until its answer is there.
pub(super) struct Seen {
    sharing: Sharing,
    id: HeaderValue,
    trace: Option<Trace>,
    method: Method,
    route: Route,
    started: Instant,
}

impl Seen {
    fn of(request: &Request, sharing: Sharing) -> Self {
        let matched = request.extensions().get::<MatchedPath>().cloned();
        Self::on(matched.map_or(Route::Known(VIEWER), Route::Matched), request, sharing)
    }

    /// A request that comes before the router.
    pub(super) fn early<B>(route: &'static str, request: &axum::http::Request<B>, sharing: Sharing) -> Self {
        Self::on(Route::Known(route), request, sharing)
    }

    fn on<B>(route: Route, request: &axum::http::Request<B>, sharing: Sharing) -> Self {
        let id = request.headers().get(&REQUEST_ID).filter(|value| is_sane(value)).cloned();
        Self {
            sharing,
            id: id.unwrap_or_else(new_request_id),
            trace: Trace::of(request.headers()),
            method: request.method().clone(),
            route,
            started: Instant::now(),
        }
    }

    fn span(&self) -> Span {
        tracing::info_span!(
            "request",
            id = self.id.to_str().unwrap_or_default(),
            method = %self.method,
            route = self.route(),
            trace = self.trace.as_ref().map(|trace| trace.id.as_str()),
        )
    }

    fn route(&self) -> &str {
        match &self.route {
            Route::Matched(path) => path.as_str(),
            Route::Known(name) => name,
        }
    }

    /// The answer with everything that every answer has.
    pub(super) fn finish(self, response: Response) -> Response {
        careful(self.end(response))
    }

    fn end(self, response: Response) -> Response {
        let took = self.started.elapsed();
        let status = response.status();
        HTTP.observe(self.route(), self.method.as_str(), status.as_u16(), took);
        let took_ms = took.as_millis() as u64;
        if status.is_server_error() {
            tracing::warn!(status = status.as_u16(), took_ms, "failed");
        } else {
            tracing::debug!(status = status.as_u16(), took_ms, "answered");
        }
        let mut response = explain(response);
        let headers = response.headers_mut();
        if self.sharing.covers(&self.method, self.route()) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, EVERYONE);
        }
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            headers.entry(header::RETRY_AFTER).or_insert(RETRY_AFTER);
        }
        if let Some(header) = self.trace.as_ref().and_then(Trace::header) {
            headers.insert(TRACEPARENT, header);
        }
        headers.insert(REQUEST_ID, self.id);
        response
    }
}

/// Marks an answer that tells of a failure in the words of another standard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Explained;

/// Turns a failure without a problem document into one, keeping headers such as `Allow`.
fn explain(response: Response) -> Response {
    if response.extensions().get::<Explained>().is_some() {
        return response;
    }
    let failed = response.status().is_client_error() || response.status().is_server_error();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    if !failed || content_type.is_some_and(|value| value == MEDIA_TYPE) {
        return response;
    }
    let mut problem = Problem::of_status(response.status()).into_response();
    for name in [header::ALLOW, header::CONTENT_RANGE, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            problem.headers_mut().insert(name, value.clone());
        }
    }
    problem
}

/// Adds the headers that keep a browser careful; what is there already stays.
fn careful(mut response: Response) -> Response {
    // Constants, or each value would be checked anew for each answer.
    const CONTENT: HeaderValue = HeaderValue::from_static(CONTENT_SECURITY);
    const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");
    const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(CONTENT);
    headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(NO_SNIFF);
    headers.entry(header::REFERRER_POLICY).or_insert(SAME_ORIGIN);
    response
}

/// The answer of a handler that panicked.
#[expect(clippy::needless_pass_by_value, reason = "the shape that a caught panic has")]
fn panicked(reason: Box<dyn Any + Send + 'static>) -> Response {
    let text = reason.downcast_ref::<String>().map(String::as_str);
    let reason = text.or_else(|| reason.downcast_ref::<&str>().copied()).unwrap_or("unknown");
    tracing::error!(reason, "a handler panicked");
    Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

/// Whether a client's request id may stand in our log and answer.
fn is_sane(id: &HeaderValue) -> bool {
    let id = id.as_bytes();
    let good = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    (1..=REQUEST_ID_LIMIT).contains(&id.len()) && id.iter().all(good)
}

fn new_request_id() -> HeaderValue {
    static RUN: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // Written by hand: each answer has one, and formatting takes as long as the rest of its head.
    let mut id = Vec::with_capacity(33);
    push_hex(&mut id, *RUN, 16);
    id.push(b'-');
    push_hex(&mut id, count, (u64::BITS - count.leading_zeros()).div_ceil(4).max(1));
    HeaderValue::from_bytes(&id).unwrap_or(HeaderValue::from_static("unknown"))
}

fn push_hex(out: &mut Vec<u8>, number: u64, digits: u32) {
    let digit = |place: u32| char::from_digit((number >> (place * 4) & 15) as u32, 16);
    out.extend((0..digits).rev().filter_map(digit).map(|digit| digit as u8));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_could_forge_a_log_line_are_not_taken_over() {
        assert!(is_sane(&HeaderValue::from_static("4bf92f35-77b3_a.1")));
        for id in ["", "a b", "a\tb", "<script>", &"x".repeat(65)] {
            assert!(!is_sane(&HeaderValue::from_str(id).unwrap()), "{id}");
        }
        assert_ne!(new_request_id(), new_request_id());
        let hex = |number: u64, digits| {
            let mut out = Vec::new();
            push_hex(&mut out, number, digits);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            (hex(0x1f0, 16), hex(0x1f0, 3), hex(0, 1)),
            (format!("{:016x}", 0x1f0), "1f0".into(), "0".into())
        );
    }

    #[test]
    fn a_panic_is_answered_without_its_text() {
        let response = panicked(Box::new("secret"));
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[header::CONTENT_TYPE], MEDIA_TYPE);
    }
}
