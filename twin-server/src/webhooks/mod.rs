//! Webhooks: events that wait in the store are posted to the addresses that people set, as `CloudEvents` 1.0 in
//! structured mode, signed as Standard Webhooks (<https://www.standardwebhooks.com>) says.
//!
//! Each event lies in the store in the transaction of what it tells of, and each webhook remembers the last one
//! that it has dealt with: whatever dies in between, nothing is lost, and what was being delivered comes again.

mod address;
mod client;
mod deliver;
mod outbox;
mod signature;

pub use address::is_public;
pub use client::{Client, Posted};
pub use deliver::{Attempt, Courier, OwnerOf, deliver};
pub use outbox::{Lines, Outbox, ZoneOf};
pub use signature::{SECRET_PREFIX, Signed, new_secret, sign};

use std::time::Duration;

/// How events are posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhooksConfig {
    /// Whether addresses of this machine and of private networks may be posted to.
    pub allow_private: bool,
    /// How long a receiver may take.
    pub timeout: Duration,
}

impl Default for WebhooksConfig {
    fn default() -> Self {
        Self { allow_private: false, timeout: Duration::from_secs(10) }
    }
}
