//! Failures of SensorThings requests. They are problem documents as everywhere, with `message` beside
//! `detail`, which is what clients of SensorThings servers show.

use axum::body::{Body, to_bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::api::Problem;
use crate::sensorthings::filter::FilterError;
use crate::sensorthings::options::OptionsError;
use crate::sensorthings::path::PathError;

/// Problem documents are far smaller.
const BODY_MOST: usize = 64 * 1024;

/// A path that names nothing.
pub(super) fn path(error: &PathError) -> Problem {
    match error {
        PathError::Unreadable | PathError::Id(_) => Problem::bad_request("bad_path", error.to_string()),
        _ => Problem::new(StatusCode::NOT_FOUND, "no_resource", error.to_string()),
    }
}

/// Options that are not understood.
pub(super) fn options(error: &OptionsError) -> Problem {
    let (code, hint) = match error {
        OptionsError::Filter {
            error: FilterError::TooLong { .. } | FilterError::TooManyTerms | FilterError::TooDeep,
            ..
        } => ("filter_too_large", "split the question over several requests"),
        OptionsError::Filter { .. } => ("bad_filter", "write it as in OGC 18-088, clause 9.3.3.5"),
        OptionsError::TooMuch => ("expand_too_large", "ask for the relations in several requests"),
        _ => ("bad_option", "see OGC 18-088, clause 9.3"),
    };
    Problem::bad_request(code, error.to_string()).with_hint(hint)
}

/// A problem as JSON with a `message`, and its status.
pub(super) async fn told(problem: Problem) -> (StatusCode, serde_json::Value) {
    let response = problem.into_response();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), BODY_MOST).await.unwrap_or_default();
    let mut body: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let hint = body.get("hint").and_then(|hint| hint.as_str()).map(|hint| format!("; {hint}"));
    let message = format!("{}{}", body["detail"].as_str().unwrap_or_default(), hint.unwrap_or_default());
    if let Some(object) = body.as_object_mut() {
        object.insert("message".into(), message.into());
    }
    (status, body)
}

/// A problem as a response.
pub(super) async fn response(problem: Problem) -> Response {
    let (mut parts, _) = problem.clone().into_response().into_parts();
    let (_, body) = told(problem).await;
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body.to_string()))
}
