//! The one error type of the HTTP interface: problem details (RFC 9457) for every failure.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::LocalizedText;
use utoipa::ToSchema;

use crate::domain::refusal::InChinese;
use crate::domain::registration::RegistrationError;
use crate::ingest::WriteError;
use crate::store::StoreError;

/// Media type of a problem.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";
/// Foreign text in a detail is cut to this many characters.
const DETAIL_LIMIT: usize = 500;

/// A failure as it is answered (RFC 9457). `type` is always `about:blank`: `code` tells failures
/// apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ProblemBody {
    /// Always `about:blank`.
    pub r#type: String,
    /// The words of the HTTP status.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable, machine-readable name of the failure.
    pub code: String,
    /// What went wrong, in one sentence.
    pub detail: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The same for people, in their languages: what went wrong and what to do about it. Where it is not there, `detail`
    /// and `hint` say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<LocalizedText>,
    /// Everything that is wrong with a list, one line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
}

/// A failure on its way to the client.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    hint: Option<String>,
    /// Boxed like the next.
    zh: Option<Box<str>>,
    errors: Vec<String>,
    /// Boxed to keep results small: few failures have one.
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

impl Problem {
    /// A failure with its HTTP status, its stable name and one sentence.
    #[must_use]
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: cut(detail.into()),
            hint: None,
            zh: None,
            errors: Vec::new(),
            header: None,
        }
    }

    /// A failure in the words of the domain, which bring their hint on a line of its own.
    #[must_use]
    pub(crate) fn worded(status: StatusCode, code: &'static str, message: &str) -> Self {
        match message.split_once("\nhint: ") {
            Some((detail, hint)) => Self::new(status, code, detail).with_hint(hint),
            None => Self::new(status, code, message),
        }
    }

    /// A failure in the words of the domain, in both languages.
    #[must_use]
    pub(crate) fn told(status: StatusCode, code: &'static str, error: &impl InChinese) -> Self {
        Self::worded(status, code, &error.to_string()).in_chinese(error.zh())
    }

    /// With the same in Chinese, what to do about it included.
    #[must_use]
    pub(crate) fn in_chinese(self, zh: String) -> Self {
        Self { zh: Some(cut(zh).into()), ..self }
    }

    /// The request asks for something that cannot be.
    #[must_use]
    pub(crate) fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// What was asked for does not exist.
    #[must_use]
    pub(crate) fn not_found(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// The server cannot do it now.
    #[must_use]
    pub(crate) fn unavailable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("5"))
    }

    /// The address does not take this method; `allow` names those that it takes.
    #[must_use]
    pub(crate) fn not_allowed(allow: &'static str) -> Self {
        Self::of_status(StatusCode::METHOD_NOT_ALLOWED)
            .with_header(header::ALLOW, HeaderValue::from_static(allow))
    }

    /// There is no room left to store what was sent.
    #[must_use]
    pub(crate) fn full(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INSUFFICIENT_STORAGE, "storage_full", detail)
            .with_hint("free room on the disk of the database; what was not acknowledged must be sent again")
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("5"))
    }

    /// The HTTP status.
    #[must_use]
    pub(crate) const fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable name.
    #[must_use]
    pub(crate) const fn code(&self) -> &'static str {
        self.code
    }

    /// As it is written.
    #[must_use]
    pub(crate) fn body(&self) -> ProblemBody {
        ProblemBody {
            r#type: "about:blank".into(),
            title: self.status.canonical_reason().unwrap_or("Error").into(),
            status: self.status.as_u16(),
            code: self.code.into(),
            detail: self.detail.clone(),
            hint: self.hint.clone(),
            text: self.zh.as_deref().map(|zh| {
                let en = [Some(self.detail.as_str()), self.hint.as_deref()];
                LocalizedText::new(zh, en.into_iter().flatten().collect::<Vec<_>>().join("; "))
            }),
            errors: self.errors.clone(),
        }
    }

    /// With the next step.
    #[must_use]
    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// With everything that is wrong with a list.
    #[must_use]
    pub(crate) fn with_errors(self, errors: Vec<String>) -> Self {
        Self { errors, ..self }
    }

    /// With a header of the answer.
    #[must_use]
    pub(crate) fn with_header(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { header: Some(Box::new((name, value))), ..self }
    }

    /// The problem that stands for a bare status, as the framework answers it.
    #[must_use]
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::NOT_FOUND => ("not_found", "there is nothing at this address"),
            StatusCode::METHOD_NOT_ALLOWED => (
                "method_not_allowed",
                "this address does not take this method; `Allow` names those that it takes",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => ("body_too_large", "the body is larger than this address takes"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                ("unsupported_media_type", "send `Content-Type: application/json`")
            }
            StatusCode::RANGE_NOT_SATISFIABLE => {
                ("range_not_satisfiable", "the range begins behind the end of the file")
            }
            StatusCode::SERVICE_UNAVAILABLE => ("timeout", "the server could not answer in time"),
            status if status.is_server_error() => ("internal", "the server failed; its log has the reason"),
            _ => ("bad_request", "the request is not understood"),
        };
        Self::new(status, code, detail)
    }
}

fn cut(mut text: String) -> String {
    if let Some((cut, _)) = text.char_indices().nth(DETAIL_LIMIT) {
        text.truncate(cut);
        text.push('…');
    }
    text
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(header) = self.header {
            let (name, value) = *header;
            headers.insert(name, value);
        }
        response
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let code = match &rejection {
            JsonRejection::JsonSyntaxError(_) => "bad_json",
            JsonRejection::JsonDataError(_) => "bad_value",
            JsonRejection::MissingJsonContentType(_) => "unsupported_media_type",
            _ if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => "body_too_large",
            _ => "bad_body",
        };
        Self::new(rejection.status(), code, rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request("bad_query", rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(rejection.status(), "bad_path", rejection.body_text())
    }
}

impl From<RegistrationError> for Problem {
    fn from(error: RegistrationError) -> Self {
        let code = match error {
            RegistrationError::Id(_) => "bad_device_id",
            RegistrationError::Kind { .. } => "unknown_kind",
            RegistrationError::TextTooLong { .. } => "text_too_long",
            RegistrationError::Position => "bad_position",
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, error.to_string())
    }
}

impl From<WriteError> for Problem {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Store => Self::unavailable("storage", error.to_string()),
            WriteError::Full => Self::full(error.to_string()),
            WriteError::Stopping => Self::unavailable("stopping", error.to_string()),
            WriteError::Busy => Self::unavailable("busy", error.to_string()),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store refused a question");
        if error.is_full() {
            return Self::full("there is no room left where the database lies");
        }
        Self::unavailable("storage", "the database could not answer; the server's log has the reason")
    }
}
