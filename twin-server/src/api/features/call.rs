//! What all requests below `/ogc` have in common: the address by which the client knows us, its
//! language, the form of answer that it wants, and its parameters; and the answer in that form.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::super::Problem;
use super::super::http::{base_url, none_match_hits};
use super::super::room::work_in;
use super::{media, page};
use crate::app::App;
use crate::auth::Permit;
use crate::features::{Collection, Source};

/// Most parameters in one request.
const PARAMETER_LIMIT: usize = 64;
/// Nothing but the page's own style.
const PAGE_SECURITY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
/// What is written as `%xx` in an address.
const NOT_PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A request.
#[derive(Clone)]
pub(crate) struct Call {
    /// Scheme and host, `http://127.0.0.1:8080`.
    pub(super) host: String,
    /// Path as it was asked for.
    path: String,
    /// Whether texts are in Chinese.
    pub(super) chinese: bool,
    /// Whether a page for people is wanted.
    pub(super) html: bool,
    /// Parameters but `f` and `lang`.
    pub(super) parameters: BTreeMap<String, String>,
    /// `f` and `lang` as they were asked for, to be kept in links to more of the same.
    form: Vec<(&'static str, String)>,
    headers: HeaderMap,
    permit: Permit,
}

/// An answer before it has a form.
pub(super) struct Answer {
    /// Media type of its JSON.
    pub(super) media: &'static str,
    /// What it tells.
    pub(super) body: Value,
    /// Title of its page.
    pub(super) title: String,
    /// Names the state of what it tells.
    pub(super) state: String,
}

impl FromRequestParts<Arc<App>> for Call {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)?;
        if pairs.len() > PARAMETER_LIMIT {
            let detail = format!("the request has {} parameters, limit {PARAMETER_LIMIT}", pairs.len());
            return Err(Problem::bad_request("bad_query", detail));
        }
        let mut parameters = BTreeMap::new();
        for (name, value) in pairs {
            if parameters.insert(name.clone(), value).is_some() {
                return Err(Problem::bad_request(
                    "bad_query",
                    format!("the parameter `{name}` is there twice"),
                ));
            }
        }
        let permit = Permit::from_request_parts(parts, app).await?;
        let headers = &parts.headers;
        let mut form = Vec::new();
        let mut take = |name: &'static str| {
            let value = parameters.remove(name)?;
            form.push((name, value.clone()));
            Some(value)
        };
        let html = match take("f").as_deref() {
            None => prefers_html(headers),
            Some("html") => true,
            Some("json") => false,
            Some(_) => {
                return Err(Problem::bad_request("bad_format", "`f` is neither `json` nor `html`"));
            }
        };
        let chinese = match take("lang").as_deref() {
            None => prefers_chinese(headers),
            Some(language) => language.starts_with("zh"),
        };
        let path = parts.uri.path().to_owned();
        let host = base_url(parts, permit.client()).unwrap_or_default();
        let headers = headers.clone();
        Ok(Self { host, path, chinese, html, parameters, form, headers, permit })
    }
}

impl Call {
    /// Whether the features of a collection may be seen: the model may, devices need more.
    ///
    /// # Errors
    /// The answer to the client, if they may not.
    pub(super) fn may_see(&self, collection: &dyn Collection) -> Result<(), Problem> {
        collection.about().needs.map_or(Ok(()), |action| self.permit.also(action))
    }

    /// Refuses parameters that the resource does not have (Features § 7.9).
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Problem> {
        let Some(name) = self.parameters.keys().find(|name| !known.contains(&name.as_str())) else {
            return Ok(());
        };
        let names: Vec<String> = ["f", "lang"].iter().chain(known).map(|name| format!("`{name}`")).collect();
        Err(unknown_parameter(name, &names.join(", ")))
    }

    /// A text in the request's language.
    pub(super) fn text<'t>(&self, [zh, en]: [&'t str; 2]) -> &'t str {
        if self.chinese { zh } else { en }
    }

    /// The address of something below `/ogc`.
    pub(super) fn address(&self, below: &str) -> String {
        format!("{}/ogc{below}", self.host)
    }

    /// This address without parameters.
    pub(super) fn own_address(&self) -> String {
        format!("{}{}", self.host, self.path)
    }

    /// A link to something below `/ogc`.
    pub(super) fn link(&self, below: &str, rel: &str, media: &str, title: &str) -> Value {
        json!({ "href": self.address(below), "rel": rel, "type": media, "title": title })
    }

    /// Links from an answer to itself and to its other form.
    pub(super) fn own_links(&self, media: &str) -> Vec<Value> {
        let other = |form: &str| {
            let own = self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            self.with_parameters(own.chain([("f", form)]))
        };
        let (json, html) = (other("json"), other("html"));
        let (own, alternate) = if self.html { ("alternate", "self") } else { ("self", "alternate") };
        vec![
            json!({ "href": json, "rel": own, "type": media, "title": self.text(["JSON 格式", "As JSON"]) }),
            json!({ "href": html, "rel": alternate, "type": media::HTML, "title": self.text(["网页", "As a page"]) }),
        ]
    }

    /// This address with one parameter set, in the same form.
    pub(super) fn again_with(&self, name: &str, value: &str) -> String {
        let kept = self.parameters.iter().filter(|(other, _)| *other != name);
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
        let form = self.form.iter().map(|(name, value)| (*name, value.as_str()));
        self.with_parameters(kept.chain(form).chain([(name, value)]))
    }

    fn with_parameters<'p>(&self, parameters: impl Iterator<Item = (&'p str, &'p str)>) -> String {
        let mut address = self.own_address();
        for (i, (name, value)) in parameters.enumerate() {
            address.push(if i == 0 { '?' } else { '&' });
            address.push_str(&encoded(name));
            address.push('=');
            address.push_str(&encoded(value));
        }
        address
    }

    /// The tag of an answer that tells this state; equal tags stand for equal answers.
    fn tag(&self, state: &str) -> String {
        let mut hasher = DefaultHasher::new();
        (state, &self.host, &self.path, &self.parameters, self.chinese, self.html).hash(&mut hasher);
        format!("W/\"{:016x}\"", hasher.finish())
    }

    /// The answer that the client has already, if it has this one.
    pub(super) fn unchanged(&self, state: &str) -> Option<Response> {
        let tag = self.tag(state);
        none_match_hits(&self.headers, &tag)
            .then(|| self.with_headers(StatusCode::NOT_MODIFIED.into_response(), &tag))
    }

    /// Gives an answer its form.
    pub(super) fn answer(&self, answer: &Answer) -> Response {
        if let Some(unchanged) = self.unchanged(&answer.state) {
            return unchanged;
        }
        let (media, text) = if self.html {
            ("text/html; charset=utf-8", page::page(&answer.title, &answer.body, self))
        } else {
            (answer.media, answer.body.to_string())
        };
        let mut response = ([(header::CONTENT_TYPE, media)], text).into_response();
        if self.html {
            let security = HeaderValue::from_static(PAGE_SECURITY);
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, security);
        }
        self.with_headers(response, &self.tag(&answer.state))
    }

    fn with_headers(&self, mut response: Response, tag: &str) -> Response {
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language, accept-encoding"));
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(if self.chinese { "zh" } else { "en" }),
        );
        if let Ok(tag) = HeaderValue::from_str(tag) {
            headers.insert(header::ETAG, tag);
        }
        response
    }
}

/// No resource has this parameter.
pub(super) fn unknown_parameter(name: &str, known: &str) -> Problem {
    let name: String = name.chars().take(60).collect();
    Problem::bad_request("unknown_parameter", format!("there is no parameter `{name}`"))
        .with_hint(format!("use {known}"))
}

/// Model and live state for a request.
pub(in crate::api) fn source(app: &App) -> Source {
    Source::new(
        &app.publications,
        &app.hub,
        &app.kinds,
        &app.reports,
        app.programming.now(),
        app.check_ups.confirmed(),
    )
}

/// Runs what takes the processor for a while where nobody waits for it.
pub(super) async fn work(
    work: impl FnOnce() -> Result<Response, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    work_in((), work).await?
}

/// A text as it stands in an address.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NOT_PLAIN).to_string()
}

/// Whether a page is wanted rather than JSON: the one of the two that `Accept` names first of the most
/// wanted, as browsers do.
fn prefers_html(headers: &HeaderMap) -> bool {
    let weight = |media: &[&str]| {
        accepted(headers)
            .filter(|(name, _)| media.contains(&name.as_str()))
            .map(|(_, q)| q)
            .fold(0.0, f32::max)
    };
    weight(&["text/html", "application/xhtml+xml"])
        > weight(&[media::JSON, media::GEOJSON, media::SCHEMA, "application/*"])
}

fn accepted(headers: &HeaderMap) -> impl Iterator<Item = (String, f32)> {
    weighted(headers, &header::ACCEPT)
}

/// Whether Chinese is wanted rather than English.
fn prefers_chinese(headers: &HeaderMap) -> bool {
    let weight = |language: &str| {
        let of = weighted(headers, &header::ACCEPT_LANGUAGE)
            .filter(|(name, _)| name.split('-').next() == Some(language));
        of.map(|(_, q)| q).fold(0.0, f32::max)
    };
    weight("zh") > weight("en")
}

/// The items of a header with their weights (RFC 9110 § 12.4.2), in small letters.
fn weighted(headers: &HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = (String, f32)> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let q = parts.find_map(|part| part.strip_prefix("q=")).and_then(|q| q.parse::<f32>().ok());
        (name, q.filter(|q| (0.0..=1.0).contains(q)).unwrap_or(1.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: header::HeaderName, value: &str) -> (bool, bool) {
        let headers = HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())]);
        (prefers_html(&headers), prefers_chinese(&headers))
    }

    #[test]
    fn browsers_get_pages_and_programs_get_json() {
        for (accept, html) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("*/*", false),
            ("application/geo+json, application/json", false),
            ("application/json, text/html;q=0.5", false),
            ("text/html;q=0.1", true),
            ("", false),
        ] {
            assert_eq!(check(header::ACCEPT, accept).0, html, "{accept}");
        }
    }

    #[test]
    fn the_language_is_the_one_that_is_wanted_more() {
        for (accept, chinese) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", true),
            ("en-GB,zh;q=0.5", false),
            ("fr", false),
            ("de, zh;q=0.1", true),
        ] {
            assert_eq!(check(header::ACCEPT_LANGUAGE, accept).1, chinese, "{accept}");
        }
    }
}
