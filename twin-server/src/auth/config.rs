//! What can be configured of who may do what. Part of the server's configuration.

use super::address::Network;
use super::limits::RateLimits;
use crate::domain::people::SessionLimits;

/// Who may do what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthConfig {
    /// Whether reading, too, needs a sign-in or a key.
    pub require_sign_in: bool,
    /// Proxies that are believed when they tell whom they speak for.
    pub trusted_proxies: Vec<Network>,
    /// How long sessions hold.
    pub sessions: SessionLimits,
    /// Whether whoever has a telephone number of their own becomes a resident by signing in with it.
    pub phone_sign_up: bool,
    /// How often something may be asked.
    pub rates: RateLimits,
}
