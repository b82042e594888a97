//! The questions to the identity provider. What it answers is read up to a limit and within a time; where it
//! answers is learned from its discovery document (`OpenID` Connect Discovery 1.0) when it is first needed, so
//! that the server starts without it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::Jwk;
use reqwest::{RequestBuilder, Url, redirect};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::config::safe_url;
use super::flow::Flow;
use super::token::{Expected, TokenError, claims_of};
use super::{OidcConfig, PublicUrl};
use crate::domain::admission::{Proven, SUBJECT_LIMIT_BYTES};
use crate::domain::people::DISPLAY_NAME_LIMIT;
use crate::domain::privacy::Personal;

/// Path that the provider sends browsers back to.
pub(crate) const CALLBACK: &str = "/api/v1/session/oidc/callback";
/// Longest answer that is read.
const ANSWER_LIMIT_BYTES: usize = 1 << 20;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// After this the provider's addresses are asked for again.
const KEEP: Duration = Duration::from_secs(3600);
/// Keys are asked for again no more often than this, whatever tokens name.
const KEYS_EVERY: Duration = Duration::from_secs(30);

/// Why a sign-in through the provider failed, beside that the user may not come in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OidcError {
    /// It does not answer, or not as it must.
    #[error("the identity provider does not answer as it should: {0}")]
    Provider(String),
    /// It answers that it is none of ours, or the code was used.
    #[error("the identity provider refuses: {0}")]
    Refused(String),
    /// What it gave does not hold.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// The identity provider.
pub(crate) struct Provider {
    config: OidcConfig,
    issuer: String,
    redirect: String,
    http: reqwest::Client,
    known: Mutex<Option<Known>>,
}

/// What is known of it.
struct Known {
    found: Arc<Discovery>,
    at: Instant,
    keys: Arc<Vec<Jwk>>,
    keys_at: Instant,
}

/// Where it answers what.
#[derive(Debug, Clone, Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: Endpoint,
    token_endpoint: Endpoint,
    jwks_uri: Endpoint,
    userinfo_endpoint: Option<Endpoint>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// An address of the provider, which must be as safe as its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
struct Endpoint(Url);

impl TryFrom<String> for Endpoint {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        safe_url(&text).map(Self).map_err(|why| format!("`{text}` {why}"))
    }
}

/// Its answer to a code.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: String,
}

#[derive(Deserialize)]
struct Failure {
    error: String,
}

impl Provider {
    /// The provider of a configuration, if there is one.
    ///
    /// # Errors
    /// If encryption cannot be set up.
    pub(crate) fn new(config: &OidcConfig) -> anyhow::Result<Option<Self>> {
        let (Some(issuer), Some(public)) = (&config.issuer, &config.public_url) else { return Ok(None) };
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("twin-server/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Some(Self {
            issuer: issuer.as_str().to_owned(),
            redirect: format!("{}{CALLBACK}", PublicUrl::as_str(public)),
            config: config.clone(),
            http,
            known: Mutex::default(),
        }))
    }

    /// What it is called for people.
    pub(crate) fn label(&self) -> &str {
        &self.config.label
    }

    /// Its address, as it stands in tokens.
    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where a browser is sent to sign in.
    pub(crate) async fn question(&self, flow: &Flow) -> Result<Url, OidcError> {
        let (found, _) = self.known(false).await?;
        let mut url = found.authorization_endpoint.0.clone();
        let mut scopes = vec!["openid"];
        scopes.extend(self.config.scopes.iter().map(String::as_str).filter(|scope| *scope != "openid"));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", &self.redirect)
            .append_pair("scope", &scopes.join(" "))
            .append_pair("state", &flow.state())
            .append_pair("nonce", &flow.nonce())
            .append_pair("code_challenge", &flow.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    /// Whom the code of an answer proves.
    pub(crate) async fn proven(&self, code: &str, flow: &Flow) -> Result<Proven, OidcError> {
        let (found, keys) = self.known(false).await?;
        let tokens = self.redeem(&found, code, flow).await?;
        let nonce = flow.nonce();
        let expected =
            Expected { issuer: &self.issuer, client_id: &self.config.client_id, nonce: nonce.as_str() };
        let claims = match claims_of(&tokens.id_token, &keys, expected) {
            // The provider may have changed its keys.
            Err(TokenError::UnknownKey) => claims_of(&tokens.id_token, &self.known(true).await?.1, expected)?,
            checked => checked?,
        };
        let claims = self.completed(claims, &found, &tokens.access_token).await?;
        self.described(&claims)
    }

    /// Addresses and keys; `anew`: the keys as they are now.
    async fn known(&self, anew: bool) -> Result<(Arc<Discovery>, Arc<Vec<Jwk>>), OidcError> {
        let mut known = self.known.lock().await;
        let now = Instant::now();
        if let Some(known) = &mut *known
            && now.duration_since(known.at) < KEEP
        {
            if anew && now.duration_since(known.keys_at) >= KEYS_EVERY {
                known.keys = Arc::new(self.keys(&known.found).await?);
                known.keys_at = now;
            }
            return Ok((Arc::clone(&known.found), Arc::clone(&known.keys)));
        }
        let found = Arc::new(self.discover().await?);
        let keys = Arc::new(self.keys(&found).await?);
        *known = Some(Known { found: Arc::clone(&found), at: now, keys: Arc::clone(&keys), keys_at: now });
        Ok((found, keys))
    }

    async fn discover(&self) -> Result<Discovery, OidcError> {
        let url = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let found: Discovery = answer(self.http.get(url)).await?;
        if found.issuer == self.issuer {
            return Ok(found);
        }
        let what = format!("it calls itself `{}`, configured is `{}`", found.issuer, self.issuer);
        Err(OidcError::Provider(what))
    }

    async fn keys(&self, found: &Discovery) -> Result<Vec<Jwk>, OidcError> {
        #[derive(Deserialize)]
        struct Keys {
            keys: Vec<Value>,
        }
        let Keys { keys } = answer(self.http.get(found.jwks_uri.0.clone())).await?;
        // Kinds of key that are not known are for others.
        Ok(keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
    }

    async fn redeem(&self, found: &Discovery, code: &str, flow: &Flow) -> Result<Tokens, OidcError> {
        let verifier = flow.verifier();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect),
            ("code_verifier", &verifier),
        ];
        let mut request = self.http.post(found.token_endpoint.0.clone());
        match (&self.config.client_secret, found.takes_basic()) {
            // Both are form-encoded first (RFC 6749, section 2.3.1).
            (Some(secret), true) => {
                request = request.basic_auth(encoded(&self.config.client_id), Some(encoded(secret)));
            }
            (Some(secret), false) => {
                form.extend([("client_id", &*self.config.client_id), ("client_secret", secret)]);
            }
            (None, _) => form.push(("client_id", &self.config.client_id)),
        }
        answer(request.form(&form)).await
    }

    /// The claims with those that the provider tells only when asked (section 5.3).
    async fn completed(
        &self,
        mut claims: Map<String, Value>,
        found: &Discovery,
        token: &str,
    ) -> Result<Map<String, Value>, OidcError> {
        let misses_groups = !self.config.roles.is_empty() && at(&claims, &self.config.groups_claim).is_none();
        let misses = misses_groups || at(&claims, &self.config.name_claim).is_none();
        let Some(url) = found.userinfo_endpoint.as_ref().filter(|_| misses) else { return Ok(claims) };
        let told: Map<String, Value> = answer(self.http.get(url.0.clone()).bearer_auth(token)).await?;
        if told.get("sub") != claims.get("sub") {
            return Err(OidcError::Provider("it describes someone else than it proved".into()));
        }
        for (name, value) in told {
            claims.entry(name).or_insert(value);
        }
        Ok(claims)
    }

    fn described(&self, claims: &Map<String, Value>) -> Result<Proven, OidcError> {
        let text = |name: &str| at(claims, name).and_then(Value::as_str).map(str::to_owned);
        let sub = text("sub").filter(|sub| !sub.is_empty());
        let sub = sub.ok_or_else(|| OidcError::Provider("its token has no subject".into()))?;
        let subject = format!("{} {sub}", self.issuer);
        if subject.len() > SUBJECT_LIMIT_BYTES {
            return Err(OidcError::Provider("its subject is too long".into()));
        }
        let display_name =
            text("name").map(|name| Personal::new(name.chars().take(DISPLAY_NAME_LIMIT).collect::<String>()));
        let grants = (!self.config.roles.is_empty()).then(|| {
            let groups = groups(at(claims, &self.config.groups_claim));
            let is_member = |group: &str| groups.contains(&group);
            let held = self.config.roles.iter().filter(|role| is_member(&role.group));
            held.map(|role| role.grant.clone()).collect()
        });
        Ok(Proven { subject, name: text(&self.config.name_claim), display_name, grants })
    }
}

impl Discovery {
    /// What is not said is the default of the standard.
    fn takes_basic(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_ref();
        methods.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic"))
    }
}

/// A claim; dots lead into objects, unless a claim has them in its name.
fn at<'c>(claims: &'c Map<String, Value>, path: &str) -> Option<&'c Value> {
    claims.get(path).or_else(|| {
        let (first, rest) = path.split_once('.')?;
        at(claims.get(first)?.as_object()?, rest)
    })
}

/// A list of names, or one name.
fn groups(claim: Option<&Value>) -> Vec<&str> {
    match claim {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(name)) => vec![name],
        _ => Vec::new(),
    }
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// The JSON that answers a request.
async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, OidcError> {
    let failed = |error: reqwest::Error| OidcError::Provider(words(error));
    let mut response = request.header("accept", "application/json").send().await.map_err(failed)?;
    let (status, path) = (response.status(), response.url().path().to_owned());
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(failed)? {
        if body.len() + piece.len() > ANSWER_LIMIT_BYTES {
            return Err(OidcError::Provider(format!(
                "`{path}` answers more than {ANSWER_LIMIT_BYTES} bytes"
            )));
        }
        body.extend_from_slice(&piece);
    }
    if status.is_client_error()
        && let Ok(Failure { error }) = serde_json::from_slice(&body)
    {
        let named: String = error.chars().filter(char::is_ascii_graphic).take(64).collect();
        return Err(OidcError::Refused(named));
    }
    if !status.is_success() {
        return Err(OidcError::Provider(format!("`{path}` answers {status}")));
    }
    serde_json::from_slice(&body).map_err(|error| OidcError::Provider(format!("`{path}`: {error}")))
}

/// An error with its causes, without the address, which may hold a secret.
fn words(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        words = format!("{words}: {inner}");
        cause = inner.source();
    }
    words
}
