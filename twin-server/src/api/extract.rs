//! The framework's extractors, answering with problems.

use axum::body::Bytes;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Problem;

/// A JSON body.
pub(crate) struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        // The framework's own follows the path into the document for its message: twice the work, which is
        // done for those alone that need one, and for those whose media type it refuses.
        if !is_plain_json(request.headers()) {
            let axum::Json(value) = axum::Json::from_request(request, state).await?;
            return Ok(Self(value));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(JsonRejection::from)?;
        // Every body is an object; serde would also take a list of the values in the order of the fields.
        if bytes.trim_ascii_start().starts_with(b"[") {
            let detail = "the body is a list, an object is taken";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_value", detail));
        }
        match serde_json::from_slice(&bytes) {
            Ok(value) => Ok(Self(value)),
            Err(_) => Ok(Self(axum::Json::from_bytes(&bytes)?.0)),
        }
    }
}

fn is_plain_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value == "application/json")
}

/// The parameters after `?`.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub(crate) struct Query<T>(pub T);

/// The parameters in the path.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub(crate) struct Path<T>(pub T);

/// A field of a patch that may be taken out: absent is nothing, `null` is something that holds nothing.
#[expect(clippy::option_option, reason = "null is not absent")]
pub(super) fn given<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Puts what a patch gives in the place of what was.
pub(super) fn put<T>(given: Option<T>, into: &mut T) {
    if let Some(given) = given {
        *into = given;
    }
}
