//! Who sends a request: a key in a header, a session in a cookie, someone on this machine, or
//! nobody known. And whether a browser was led to send it by a page of someone else.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use time::OffsetDateTime;

use super::Auth;
use super::address::{Client, host};
use super::keyring::KeyRefusal;
use super::limits::over;
use super::secret::digest;
use crate::api::Problem;
use crate::domain::audit::Digest;
use crate::domain::permission::Actor;
use crate::store::StoreError;

/// Longest cookie that is looked at.
const COOKIE_LIMIT_BYTES: usize = 2048;

/// The header of a key, beside that of the standard.
const KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Names of a cookie: over plain HTTP, and over HTTPS, where `__Host-` has the browser hold it to this very host.
struct Names(&'static str, &'static str);

const SESSION: Names = Names("twin-session", "__Host-twin-session");
/// A sign-in at the identity provider that has begun.
const FLOW: Names = Names("twin-sign-in", "__Host-twin-sign-in");

impl Names {
    fn of(&self, client: &Client) -> &'static str {
        if client.is_https { self.1 } else { self.0 }
    }
}

/// What an actor is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// Nothing.
    None,
    /// Being on this machine.
    Local,
    /// The ingest key.
    IngestKey,
    /// A key, by its digest.
    Key(Digest),
    /// A session, by the digest of its token.
    Session(Digest),
}

/// Who asks, and how that is known.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) actor: Arc<Actor>,
    pub(super) proof: Proof,
}

/// A request that is not looked at further, and on whose account.
pub(super) struct Refusal {
    pub(super) problem: Problem,
    pub(super) actor: String,
}

impl Auth {
    /// Finds out who sends a request. A session that has ended is nobody; a key that is not good is
    /// a failure, because whoever sends it means to be someone.
    pub(super) async fn identify(&self, headers: &HeaderMap, client: &Client) -> Result<Identity, Refusal> {
        let visitor = Identity { actor: Arc::clone(&self.visitor), proof: Proof::None };
        let refusal = |problem: Problem, actor: String| Refusal { problem, actor };
        if let Some(key) = key_of(headers).filter(|key| !self.is_metrics_token(key)) {
            let found = self.holder(key);
            // Keys have quotas of their own; only those that are none count for the address.
            if found.is_err() {
                self.count(client).map_err(|problem| refusal(problem, visitor.actor.id()))?;
            }
            return found.map_err(|why| {
                let (problem, key) = problem_of(&why);
                refusal(problem, key.map_or_else(|| visitor.actor.id(), |id| format!("key:{id}")))
            });
        }
        self.count(client).map_err(|problem| refusal(problem, visitor.actor.id()))?;
        if let Some(token) = token_of(headers, client) {
            let digest = digest(token.as_bytes());
            let proof = Proof::Session(digest);
            let actor = self.actor_of(&proof).await.map_err(|e| refusal(e.into(), visitor.actor.id()))?;
            if let Some(actor) = actor {
                self.sessions.touch(&self.store, &digest, OffsetDateTime::now_utc());
                return Ok(Identity { actor, proof });
            }
        }
        if client.is_local && self.is_open() {
            return Ok(Identity { actor: Arc::clone(&self.local), proof: Proof::Local });
        }
        Ok(visitor)
    }

    /// Who sends a request that carries nothing to know its sender by; nothing if it carries something.
    pub(super) fn unnamed(&self, headers: &HeaderMap, client: &Client) -> Option<&Arc<Actor>> {
        let named =
            [header::AUTHORIZATION, header::COOKIE, KEY].iter().any(|name| headers.contains_key(name));
        let visitor = if client.is_local && self.is_open() { &self.local } else { &self.visitor };
        (!named).then_some(visitor)
    }

    /// Whoever a proof stands for now, if it still does. Asking does not keep a session from falling
    /// idle.
    pub(super) async fn actor_of(&self, proof: &Proof) -> Result<Option<Arc<Actor>>, StoreError> {
        let now = OffsetDateTime::now_utc();
        Ok(match proof {
            Proof::None => Some(Arc::clone(&self.visitor)),
            Proof::Local => self.is_open().then(|| Arc::clone(&self.local)),
            Proof::IngestKey => Some(Arc::clone(&self.ingest)),
            Proof::Key(digest) => self.keys.holder(digest, now),
            Proof::Session(digest) => {
                let user = self.sessions.user(&self.store, digest, now).await?;
                let people = self.people.load();
                let member = user.and_then(|id| people.by_id.get(&id));
                member.filter(|member| !member.user.disabled).map(|member| Arc::clone(&member.actor))
            }
        })
    }

    /// Whether a request carries the token of `[metrics]`.
    pub(crate) fn carries_metrics_token(&self, headers: &HeaderMap) -> bool {
        key_of(headers).is_some_and(|key| self.is_metrics_token(key))
    }

    fn is_metrics_token(&self, key: &str) -> bool {
        self.metrics_token.is_some_and(|token| token == digest(key.as_bytes()))
    }

    fn holder(&self, key: &str) -> Result<Identity, KeyRefusal> {
        let digest = digest(key.as_bytes());
        // Whoever could tell from the time how far digests agree could not choose digests.
        if self.ingest_key == Some(digest) {
            return Ok(Identity { actor: Arc::clone(&self.ingest), proof: Proof::IngestKey });
        }
        let actor = self.keys.take(&digest, OffsetDateTime::now_utc())?;
        Ok(Identity { actor, proof: Proof::Key(digest) })
    }

    /// Counts a request for its address. This machine is not limited: what comes from here is a
    /// tool, or everyone through a proxy that nobody told us to trust.
    pub(super) fn count(&self, client: &Client) -> Result<(), Problem> {
        match client.address {
            Some(address) if !address.is_loopback() => self.limiters.request(client.bucket()),
            _ => Ok(()),
        }
    }
}

/// The key that a request carries. Whatever stands there is one, and then good or not.
fn key_of(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
        let (scheme, token) = value.split_at_checked(7)?;
        scheme.eq_ignore_ascii_case("Bearer ").then_some(token.trim())
    });
    let plain = || headers.get(KEY).and_then(|value| value.to_str().ok());
    bearer.or_else(plain)
}

/// The token of a session that a request carries.
fn token_of<'h>(headers: &'h HeaderMap, client: &Client) -> Option<&'h str> {
    cookie_of(headers, SESSION.of(client))
}

/// The sign-in at the identity provider that a browser began.
pub(crate) fn kept_flow<'h>(headers: &'h HeaderMap, client: &Client) -> Option<&'h str> {
    cookie_of(headers, FLOW.of(client))
}

fn cookie_of<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, token)| *found == name && (1..=COOKIE_LIMIT_BYTES).contains(&token.len()))
        .map(|(_, token)| token)
}

/// What a browser is told to keep.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cookie<'a> {
    /// The token of a session, for this many seconds.
    Keep(&'a str, u64),
    /// No session any more.
    Forget,
    /// A sign-in at the identity provider that has begun, for this many seconds.
    Flow(&'a str, u64),
    /// No such sign-in any more.
    ForgetFlow,
}

/// The header that has a browser keep or forget something.
pub(crate) fn set_cookie(cookie: Cookie<'_>, client: &Client) -> Option<HeaderValue> {
    let (names, token, age_s) = match cookie {
        Cookie::Keep(token, age_s) => (SESSION, token, age_s),
        Cookie::Forget => (SESSION, "", 0),
        Cookie::Flow(flow, age_s) => (FLOW, flow, age_s),
        Cookie::ForgetFlow => (FLOW, "", 0),
    };
    let (name, secure) = (names.of(client), if client.is_https { "; Secure" } else { "" });
    let text = format!("{name}={token}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).ok()
}

/// Whether a page of another site had the browser send this; nothing if it cannot be told, because
/// no browser sent it or an old one.
pub(super) fn is_cross_site(headers: &HeaderMap) -> Option<bool> {
    if let Some(site) = headers.get("sec-fetch-site") {
        return Some(site != "same-origin" && site != "none");
    }
    let origin = headers.get(header::ORIGIN)?;
    let name = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, name)| name);
    Some(name.is_none() || !name.zip(host(headers)).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b)))
}

/// Whether a method changes nothing.
pub(super) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a request asks for a WebSocket.
pub(super) fn opens_socket(headers: &HeaderMap) -> bool {
    let names = headers.get_all(header::UPGRADE).iter().filter_map(|value| value.to_str().ok());
    names.flat_map(|names| names.split(',')).any(|name| name.trim().eq_ignore_ascii_case("websocket"))
}

/// A failure that asks for a key or a sign-in.
pub(super) fn unauthorized(code: &'static str, detail: &str, hint: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code, detail)
        .with_hint(hint)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

/// The answer to a key that is not let through, and the key's id if there is one.
fn problem_of(why: &KeyRefusal) -> (Problem, Option<String>) {
    let ask = "ask an administrator for a new one";
    match why {
        KeyRefusal::Unknown => (
            unauthorized("key_unknown", "this key is unknown", "send it as `Authorization: Bearer <key>`"),
            None,
        ),
        KeyRefusal::Expired(id) => {
            (unauthorized("key_expired", "this key has expired", ask), Some(id.clone()))
        }
        KeyRefusal::Revoked(id) => {
            (unauthorized("key_revoked", "this key was revoked", ask), Some(id.clone()))
        }
        KeyRefusal::Minute(wait) => {
            (over("quota_minute", "the key's quota of a minute is used up", *wait), None)
        }
        KeyRefusal::Day(wait) => (over("quota_day", "the key's quota of a day is used up", *wait), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, HeaderValue::from_static(value));
        }
        map
    }

    const PLAIN: Client = Client { address: None, is_local: true, is_https: false };

    #[test]
    fn keys_are_found_in_either_header() {
        assert_eq!(key_of(&headers(&[("authorization", "Bearer secret")])), Some("secret"));
        assert_eq!(key_of(&headers(&[("authorization", "bearer secret")])), Some("secret"));
        assert_eq!(key_of(&headers(&[("x-api-key", "secret")])), Some("secret"));
        for other in ["", "Bearer", "Basic c2VjcmV0", "secret"] {
            assert_eq!(key_of(&headers(&[("authorization", other)])), None, "{other}");
        }
    }

    #[test]
    fn the_cookie_of_a_plain_connection_is_not_taken_over_https() {
        let both = headers(&[("cookie", "a=b; twin-session=plain"), ("cookie", "__Host-twin-session=good")]);
        assert_eq!(token_of(&both, &PLAIN), Some("plain"));
        assert_eq!(token_of(&both, &Client { is_https: true, ..PLAIN }), Some("good"));
        assert_eq!(token_of(&headers(&[("cookie", "twin-session=; x")]), &PLAIN), None);
    }

    #[test]
    fn scripts_cannot_read_the_cookie_and_https_keeps_it_to_itself() {
        let keep = set_cookie(Cookie::Keep("abc", 60), &Client { is_https: true, ..PLAIN }).unwrap();
        assert_eq!(keep, "__Host-twin-session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        let forget = set_cookie(Cookie::Forget, &PLAIN).unwrap();
        assert_eq!(forget, "twin-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn a_page_of_another_site_is_recognised() {
        for (pairs, expected) in [
            (vec![("sec-fetch-site", "same-origin")], Some(false)),
            (vec![("sec-fetch-site", "none")], Some(false)),
            (vec![("sec-fetch-site", "cross-site")], Some(true)),
            (vec![("sec-fetch-site", "same-site"), ("origin", "https://a"), ("host", "a")], Some(true)),
            (vec![("origin", "https://Twin.example"), ("host", "twin.example")], Some(false)),
            (vec![("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")], Some(false)),
            (vec![("origin", "http://127.0.0.1:8081"), ("host", "127.0.0.1:8080")], Some(true)),
            (vec![("origin", "null"), ("host", "null")], Some(true)),
            (vec![("host", "a")], None),
        ] {
            assert_eq!(is_cross_site(&headers(&pairs)), expected, "{pairs:?}");
        }
    }
}
