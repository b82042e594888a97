//! Signing in through an organisation's identity provider: the server is a relying party of `OpenID` Connect
//! Core 1.0 (<https://openid.net/specs/openid-connect-core-1_0.html>), by authorisation code with PKCE.
//! [`Provider`] asks the provider, [`token`] checks what it signed, [`flow`] ties the answer to the browser that
//! began. Whom that lets in is decided in [`crate::domain::admission`]. Called by `api/oidc`.

mod config;
pub(crate) mod flow;
mod provider;
mod token;

pub(crate) use self::config::safe_url;
pub use self::config::{GroupRole, IssuerUrl, OidcConfig, PublicUrl};
pub(crate) use self::provider::{OidcError, Provider};
