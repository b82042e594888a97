//! `/open311`: residents' reports by Open311 `GeoReport` v2, the way in which city hotlines and their apps speak with each
//! other. A kind of report is a service, a report a service request.
//!
//! Source: <https://wiki.open311.org/GeoReport_v2>. Answers are XML or JSON by the end of the address. A key comes as
//! `api_key` in the form or the address, as the standard has it, or in a header as everywhere here. Where the standard is
//! silent: `locale=en` (or `Accept-Language`) chooses the language, default Chinese; `page` and `page_size` turn pages.

mod answer;
pub(crate) mod requests;
pub(crate) mod services;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::{Form, RequestExt};
use serde::Deserialize;
use twin_schemas::LocalizedText;

use super::Problem;
use super::error::MEDIA_TYPE;
use super::http::base_url;
use crate::app::App;
use crate::auth::Permit;

pub(super) use self::answer::{Format, answer};

/// Where the second version of `GeoReport` lives.
pub(super) const ROOT: &str = "/open311/v2";
/// Most bytes of a form.
pub(crate) const FORM_LIMIT_BYTES: usize = 64 * 1024;
/// Most bytes of a problem that is put into other words.
const PROBLEM_LIMIT_BYTES: usize = 64 * 1024;
/// The header that a key is looked for in.
const KEY: &str = "x-api-key";

/// A form, or the parameters of an address, by name; of a name that comes twice, the last counts.
pub(super) type Fields = BTreeMap<String, String>;

/// In which language services are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Language {
    /// What `locale` says, else what the client prefers, else Chinese.
    pub(super) fn of(fields: &Fields, headers: &HeaderMap) -> Self {
        let wish = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let wish = fields.get("locale").map(String::as_str).or(wish).unwrap_or_default();
        if wish.trim_start().to_ascii_lowercase().starts_with("en") { Self::En } else { Self::Zh }
    }

    /// A text in this language, else in the other.
    pub(super) fn text(self, text: &LocalizedText) -> String {
        self.pick(text.zh_or_en(), text.en_or_zh()).to_owned()
    }

    /// One of two words.
    pub(super) fn pick<'w>(self, zh: &'w str, en: &'w str) -> &'w str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// What every request has in common.
pub(crate) struct Call {
    /// The format that the address ends with.
    pub(super) format: Format,
    /// In which language people are told.
    pub(super) language: Language,
    /// Scheme and host by which the client knows this server; empty if it names none.
    pub(super) base: String,
    /// The parameters of the address.
    pub(super) fields: Fields,
}

impl FromRequestParts<Arc<App>> for Call {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let permit = Permit::from_request_parts(parts, app).await?;
        let Query(fields) = Query::<Fields>::from_request_parts(parts, app).await?;
        Ok(Self {
            format: Format::of_path(parts.uri.path()),
            language: Language::of(&fields, &parts.headers),
            base: base_url(parts, permit.client()).unwrap_or_default(),
            fields,
        })
    }
}

/// Puts a key that comes in a form or an address where all keys are looked for, and has failures told in the words of the
/// standard. Stands around the guard.
pub(crate) async fn speak(request: Request, next: Next) -> Response {
    let format = Format::of_path(request.uri().path());
    let response = match with_key(request).await {
        Ok(request) => next.run(request).await,
        Err(problem) => return answer::failure(&problem.body(), problem.status(), format),
    };
    let is_problem = response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value == MEDIA_TYPE);
    if is_problem { reworded(response, format).await } else { response }
}

async fn with_key(mut request: Request) -> Result<Request, Problem> {
    #[derive(Deserialize)]
    struct Keyed {
        api_key: Option<String>,
    }
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let in_address =
        request.extract_parts::<Query<Keyed>>().await.ok().and_then(|Query(keyed)| keyed.api_key);
    let (mut parts, body) = request.into_parts();
    let too_large = |_| Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE);
    let bytes = to_bytes(body, FORM_LIMIT_BYTES).await.map_err(too_large)?;
    let key = if is_form && in_address.is_none() {
        let copy = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
        Form::<Keyed>::from_request(copy, &()).await.ok().and_then(|Form(keyed)| keyed.api_key)
    } else {
        in_address
    };
    let known = [KEY, header::AUTHORIZATION.as_str()].iter().any(|name| parts.headers.contains_key(*name));
    if let Some(key) = key.filter(|_| !known) {
        let mut value = HeaderValue::from_str(&key)
            .map_err(|_| Problem::bad_request("bad_key", "`api_key` has other characters than a key"))?;
        value.set_sensitive(true);
        parts.headers.insert(KEY, value);
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// A problem in the words of the standard, with its status and its headers.
async fn reworded(response: Response, format: Format) -> Response {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, PROBLEM_LIMIT_BYTES).await.unwrap_or_default();
    let problem = serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).body());
    let mut response = answer::failure(&problem, parts.status, format);
    for (name, value) in &parts.headers {
        if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}
