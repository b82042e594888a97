//! Who may write: requests that change something need the ingest key, if one is configured.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::Problem;
use crate::app::App;

/// Lets reading pass, and writing with the key.
pub(crate) async fn require_key(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    // Questions that need a body are posted, but change nothing.
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
        || request.uri().path() == "/api/v1/spatial/query";
    let allowed = match &app.ingest_key {
        Some(key) if !reads => {
            let header = request.headers().get(header::AUTHORIZATION);
            header.is_some_and(|value| carries(value.as_bytes(), key.as_bytes()))
        }
        _ => true,
    };
    if allowed {
        return next.run(request).await;
    }
    Problem::new(StatusCode::UNAUTHORIZED, "key_required", "writing needs the ingest key")
        .with_hint("send `Authorization: Bearer <key>`")
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
        .into_response()
}

/// Whether a header carries the key. Takes as long for a near miss as for a far one.
fn carries(header: &[u8], key: &[u8]) -> bool {
    let Some((scheme, token)) = header.split_at_checked(7) else { return false };
    let differences = token.iter().zip(key).fold(0, |sum, (a, b)| sum | (a ^ b));
    scheme.eq_ignore_ascii_case(b"Bearer ") && token.len() == key.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use super::carries;

    #[test]
    fn only_the_whole_key_as_bearer_is_taken() {
        assert!(carries(b"Bearer secret", b"secret"));
        assert!(carries(b"bearer secret", b"secret"));
        for header in ["", "Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Basic  secret", "secret"] {
            assert!(!carries(header.as_bytes(), b"secret"), "{header}");
        }
    }
}
