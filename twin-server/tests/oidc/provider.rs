//! An identity provider for tests, which can be told to cheat. It checks what a real one checks of its clients.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sha2::Digest as _;

pub(crate) const CLIENT: &str = "community-twin";
pub(crate) const SECRET: &str = "a secret: of %, & and =";
pub(crate) const CODE: &str = "the-code";

/// How a token is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signature {
    /// As it must be.
    Good,
    /// With a key that is not listed, under the id of one that is.
    OfOther,
    /// With the text of the public key, as with a shared secret.
    WithPublicKey,
    /// Not at all.
    None,
}

/// What the provider will say.
#[derive(Clone)]
pub(crate) struct Script {
    /// The claims of the token, over those that are right.
    pub(crate) token: Value,
    /// What it says when asked about the user.
    pub(crate) userinfo: Value,
    pub(crate) signature: Signature,
    /// Parameters of the last question, as the browser brought them.
    pub(crate) question: HashMap<String, String>,
}

#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) issuer: String,
    pub(crate) script: Arc<Mutex<Script>>,
    key: EncodingKey,
    other: EncodingKey,
    jwk: Jwk,
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let key = fresh_key();
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
        jwk.common.key_id = Some("one".into());
        let script = Script {
            token: json!({}),
            userinfo: json!({}),
            signature: Signature::Good,
            question: HashMap::new(),
        };
        let provider = Self {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            script: Arc::new(Mutex::new(script)),
            key,
            other: fresh_key(),
            jwk,
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    /// What the next sign-in says of the user.
    pub(crate) fn says(&self, token: Value) {
        self.script.lock().unwrap().token = token;
    }

    fn token(&self, script: &Script) -> String {
        let now = time::OffsetDateTime::now_utc().unix_timestamp();
        let mut claims = json!({
            "iss": self.issuer, "aud": CLIENT, "sub": "u-1", "iat": now, "exp": now + 300,
            "nonce": script.question["nonce"], "preferred_username": "li.wei", "name": "李伟",
        });
        let changes = script.token.as_object().unwrap();
        claims.as_object_mut().unwrap().extend(changes.clone());
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let header = |alg| Header { kid: Some("one".into()), ..Header::new(alg) };
        match script.signature {
            Signature::Good => encode(&header(Algorithm::ES256), &claims, &self.key).unwrap(),
            Signature::OfOther => encode(&header(Algorithm::ES256), &claims, &self.other).unwrap(),
            Signature::WithPublicKey => {
                let text = serde_json::to_vec(&self.jwk).unwrap();
                encode(&header(Algorithm::HS256), &claims, &EncodingKey::from_secret(&text)).unwrap()
            }
            Signature::None => {
                let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
                format!("{}.{}.", part(&json!({ "alg": "none", "kid": "one" })), part(&claims))
            }
        }
    }
}

fn fresh_key() -> EncodingKey {
    let document =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    EncodingKey::from_ec_der(document.as_ref())
}

async fn discovery(State(provider): State<Provider>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", provider.issuer);
    Json(json!({
        "issuer": provider.issuer, "authorization_endpoint": at("/authorize?tenant=1"),
        "token_endpoint": at("/token"), "jwks_uri": at("/keys"), "userinfo_endpoint": at("/userinfo"),
    }))
}

async fn keys(State(provider): State<Provider>) -> Json<Value> {
    // Kinds that nobody knows yet stand beside the good one.
    Json(json!({ "keys": [{ "kty": "AKP", "kid": "zero", "alg": "ML-DSA-44", "pub": "" }, provider.jwk] }))
}

async fn token(
    State(provider): State<Provider>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let script = provider.script.lock().unwrap().clone();
    let refuse = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error })));
    let encoded = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(CLIENT), encoded(SECRET))));
    if headers.get("authorization").and_then(|value| value.to_str().ok()) != Some(&basic) {
        return refuse("invalid_client");
    }
    let verifier = form.get("code_verifier").map(String::as_str).unwrap_or_default();
    let challenge = URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(verifier.as_bytes()));
    let is_good = form["grant_type"] == "authorization_code"
        && form["code"] == CODE
        && form["redirect_uri"] == script.question["redirect_uri"]
        && challenge == script.question["code_challenge"];
    if !is_good {
        return refuse("invalid_grant");
    }
    let id_token = provider.token(&script);
    (StatusCode::OK, Json(json!({ "id_token": id_token, "access_token": "access", "token_type": "Bearer" })))
}

async fn userinfo(State(provider): State<Provider>, headers: HeaderMap) -> Json<Value> {
    assert_eq!(headers["authorization"], "Bearer access");
    Json(provider.script.lock().unwrap().userinfo.clone())
}
