//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a client that did not hear the answer
//! to a POST or PATCH sends it again with the same key, and gets the answer of the first time instead
//! of a second change.
//!
//! Answers are kept in memory for a day, within bounds; the oldest go first. A restart forgets them:
//! readings, which are most of what is posted, are idempotent by themselves.

mod answers;

use std::sync::Arc;
use std::time::Instant;

use axum::RequestExt as _;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::Problem;
use crate::app::App;
use crate::metrics::REPLAYED;

pub(crate) use answers::Answers;
use answers::{Answer, Before, Digest256, MOST_ANSWER_BYTES};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Tells that an answer is one of before.
const REPLAY: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Longest key.
const KEY_LIMIT: usize = 255;

/// Answers a repeated POST or PATCH with the answer of before.
pub(crate) async fn once(app: &App, request: Request, next: Next) -> Response {
    if !matches!(*request.method(), Method::POST | Method::PATCH) || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    once_by_key(&app.answers, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

async fn once_by_key(answers: &Arc<Answers>, request: Request, next: Next) -> Result<Response, Problem> {
    let name = name_of(&request)?;
    let (parts, body) = request.into_parts();
    let body = Request::from_parts(parts.clone(), body)
        .extract::<Bytes, _>()
        .await
        .map_err(|rejection| Problem::of_status(rejection.status()))?;
    let content: Digest256 = Sha256::digest(&body).into();
    let claim = match answers.claim(name, content, Instant::now()) {
        Before::Nothing(claim) => claim,
        Before::Answered(answer) => {
            REPLAYED.add(1);
            return Ok(answer_again(&answer));
        }
        Before::Running => return Err(running()),
        Before::OtherContent => return Err(other_content()),
    };
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let fits = response.body().size_hint().upper().is_some_and(|size| size <= MOST_ANSWER_BYTES as u64);
    if !is_final(response.status()) || !fits {
        // The claim goes, and with it the key: the next try is a new one.
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, MOST_ANSWER_BYTES).await.unwrap_or_default();
    claim.answered(Answer { status: parts.status, headers: kept(&parts.headers), body: bytes.clone() });
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

/// Whether doing the same again would give the same: not so if the server was at fault, the client was
/// turned away at the door, or was too quick.
fn is_final(status: StatusCode) -> bool {
    let passing = [
        StatusCode::UNAUTHORIZED,
        StatusCode::FORBIDDEN,
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    !status.is_server_error() && !passing.contains(&status)
}

/// What a key stands for: the same word of another client, or at another address, is another key.
fn name_of(request: &Request) -> Result<Digest256, Problem> {
    let mut values = request.headers().get_all(KEY).iter();
    let key = values.next().map(HeaderValue::as_bytes).unwrap_or_default();
    // The draft writes the key as a quoted string; many clients send it bare.
    let key = key.strip_prefix(b"\"").and_then(|key| key.strip_suffix(b"\"")).unwrap_or(key);
    let sound = (1..=KEY_LIMIT).contains(&key.len()) && key.iter().all(|b| matches!(b, 0x20..=0x7e));
    if !sound || values.next().is_some() {
        let detail = format!("`Idempotency-Key` is not 1 to {KEY_LIMIT} visible ASCII characters");
        return Err(Problem::bad_request("bad_idempotency_key", detail)
            .with_hint("send one random key, such as a UUID, for each change"));
    }
    let mut name = Sha256::new();
    let credentials = [header::AUTHORIZATION, header::COOKIE, HeaderName::from_static("x-api-key")];
    let mut part = |bytes: &[u8]| {
        name.update((bytes.len() as u64).to_be_bytes());
        name.update(bytes);
    };
    part(key);
    part(request.method().as_str().as_bytes());
    part(request.uri().to_string().as_bytes());
    for credential in credentials {
        part(request.headers().get(credential).map(HeaderValue::as_bytes).unwrap_or_default());
    }
    Ok(name.finalize().into())
}

fn kept(headers: &HeaderMap) -> HeaderMap {
    let names = [header::CONTENT_TYPE, header::LOCATION, header::ETAG, header::CACHE_CONTROL];
    names.into_iter().filter_map(|name| headers.get(&name).cloned().map(|value| (name, value))).collect()
}

fn answer_again(answer: &Answer) -> Response {
    let body: Bytes = answer.body.clone();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers.clone();
    response.headers_mut().insert(REPLAY, HeaderValue::from_static("true"));
    response
}

fn running() -> Problem {
    let detail = "the first request with this `Idempotency-Key` is still being done";
    Problem::new(StatusCode::CONFLICT, "request_running", detail)
        .with_hint("send it again in a second to get its answer")
        .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
}

fn other_content() -> Problem {
    let detail = "this `Idempotency-Key` was sent before with another body";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail)
        .with_hint("a new change needs a new key")
}
