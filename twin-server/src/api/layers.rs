//! What every request passes: a request id and a log line, problems instead of bare statuses, and
//! the headers that keep a browser careful.

use std::any::Any;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::Problem;
use super::error::MEDIA_TYPE;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest request id that is taken over.
const REQUEST_ID_LIMIT: usize = 64;

/// Only our own scripts, styles and data. Decoding meshes runs WebAssembly in workers made from
/// blobs; textures are blobs too.
const CONTENT_SECURITY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self' blob: data:; connect-src 'self' blob: data:; worker-src 'self' blob:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// Gives the request an id, logs how it ended, and answers bare failures with a problem.
pub(crate) async fn observe(mut request: Request, next: Next) -> Response {
    let id = request.headers().get(&REQUEST_ID).filter(|value| is_sane(value)).cloned();
    let id = id.unwrap_or_else(new_request_id);
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default(), %method, path);
    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let _entered = span.enter();
    let (status, took_ms) = (response.status().as_u16(), started.elapsed().as_millis() as u64);
    if response.status().is_server_error() {
        tracing::warn!(status, took_ms, "failed");
    } else {
        tracing::debug!(status, took_ms, "answered");
    }
    response = explain(response);
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Turns a failure without a problem document into one, keeping headers such as `Allow`.
fn explain(response: Response) -> Response {
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
pub(crate) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The answer of a handler that panicked.
#[expect(clippy::needless_pass_by_value, reason = "the shape that the layer calls")]
pub(crate) fn panicked(reason: Box<dyn Any + Send + 'static>) -> Response {
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
    let id = format!("{:016x}-{:x}", *RUN, COUNT.fetch_add(1, Ordering::Relaxed));
    HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("unknown"))
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
    }

    #[test]
    fn a_panic_is_answered_without_its_text() {
        let response = panicked(Box::new("secret"));
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[header::CONTENT_TYPE], MEDIA_TYPE);
    }
}
