//! The ID token: whether the provider signed it, for this server, now, for this browser. Source: `OpenID`
//! Connect Core 1.0, section 3.1.3.7.

use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Signatures that are taken: those that only the provider can make. With the others (`HS256`, `none`) whoever
/// knows the public key, or nothing, could sign.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Why a token is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    /// Not a token, or not signed with a key of the provider, or for another server, or too old.
    #[error("the ID token is not believed: {0}")]
    Wrong(String),
    /// Signed with a key that is not known yet.
    #[error("the ID token is signed with a key that the provider does not list")]
    UnknownKey,
}

/// What a token holds, beside what is checked by the library.
#[derive(Debug, Deserialize)]
struct Claims {
    nonce: Option<String>,
    azp: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// What a token must fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
}

/// The claims of a token that is good.
///
/// # Errors
/// Why it is not.
pub(super) fn claims_of(
    token: &str,
    keys: &[Jwk],
    expected: Expected<'_>,
) -> Result<Map<String, Value>, TokenError> {
    let wrong = |error: &dyn std::fmt::Display| TokenError::Wrong(error.to_string());
    let header = decode_header(token).map_err(|error| wrong(&error))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(wrong(&format!("it is signed by {:?}", header.alg)));
    }
    let key = key_of(keys, header.kid.as_deref()).ok_or(TokenError::UnknownKey)?;
    let key = DecodingKey::from_jwk(key).map_err(|error| wrong(&error))?;
    let mut rules = Validation::new(header.alg);
    rules.set_issuer(&[expected.issuer]);
    rules.set_audience(&[expected.client_id]);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    rules.validate_nbf = true;
    let Claims { nonce, azp, rest } =
        decode::<Claims>(token, &key, &rules).map_err(|error| wrong(&error))?.claims;
    if nonce.as_deref() != Some(expected.nonce) {
        return Err(wrong(&"it belongs to another sign-in"));
    }
    if azp.is_some_and(|azp| azp != expected.client_id) {
        return Err(wrong(&"it was given to another client"));
    }
    Ok(rest)
}

/// The key that a token names, or the only one if it names none.
fn key_of<'k>(keys: &'k [Jwk], id: Option<&str>) -> Option<&'k Jwk> {
    let signs = |key: &&Jwk| !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
    let mut signing = keys.iter().filter(signs);
    match id {
        Some(id) => signing.find(|key| key.common.key_id.as_deref() == Some(id)),
        None => signing.next().filter(|_| signing.next().is_none()),
    }
}
