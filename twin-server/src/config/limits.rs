//! `[limits]`: what one client, and all of them together, may take.

use std::time::Duration;

use super::section::{Key, Section};

/// Bounds on connections and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitsConfig {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one address that is not loopback.
    pub connections_per_address: usize,
    /// Until the head of a request is there, and how long a connection may idle.
    pub header_timeout: Duration,
    /// Until the answer to a request begins, its body included.
    pub request_timeout: Duration,
    /// How long a client may leave bytes of an answer untaken.
    pub stall_timeout: Duration,
    /// Viewers that are streamed to at once. One that does not read holds its snapshot in memory:
    /// some 0.5 MB for a thousand devices.
    pub viewers: usize,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_address: 1_024,
            header_timeout: Duration::from_secs(15),
            request_timeout: Duration::from_secs(30),
            stall_timeout: Duration::from_secs(30),
            viewers: 1_024,
        }
    }
}

const SECONDS: std::ops::RangeInclusive<u64> = 1..=3_600;

impl Section for LimitsConfig {
    const NAME: &'static str = "limits";
    const ABOUT: &'static str = "What one client, and all of them together, may take.";
    const KEYS: &'static [Key<Self>] = &[
        Key {
            name: "connections",
            about: "connections at once; more are answered 503",
            secret: false,
            sample: "",
            show: |limits| Some(limits.connections.to_string()),
            set: |limits, given| given.integer(1..=1_000_000).map(|number| limits.connections = number),
        },
        Key {
            name: "connections_per_address",
            about: "connections at once from one address beyond loopback",
            secret: false,
            sample: "",
            show: |limits| Some(limits.connections_per_address.to_string()),
            set: |limits, given| {
                given.integer(1..=1_000_000).map(|number| limits.connections_per_address = number)
            },
        },
        Key {
            name: "header_timeout_s",
            about: "seconds until the head of a request is there, and that a connection may idle",
            secret: false,
            sample: "",
            show: |limits| Some(limits.header_timeout.as_secs().to_string()),
            set: |limits, given| {
                given.integer(SECONDS).map(|s| limits.header_timeout = Duration::from_secs(s))
            },
        },
        Key {
            name: "request_timeout_s",
            about: "seconds until the answer begins; the request's body must be there by then",
            secret: false,
            sample: "",
            show: |limits| Some(limits.request_timeout.as_secs().to_string()),
            set: |limits, given| {
                given.integer(SECONDS).map(|s| limits.request_timeout = Duration::from_secs(s))
            },
        },
        Key {
            name: "stall_timeout_s",
            about: "seconds that a client may leave an answer untaken before it is cut off",
            secret: false,
            sample: "",
            show: |limits| Some(limits.stall_timeout.as_secs().to_string()),
            set: |limits, given| {
                given.integer(SECONDS).map(|s| limits.stall_timeout = Duration::from_secs(s))
            },
        },
        Key {
            name: "viewers",
            about: "viewers that are streamed to at once",
            secret: false,
            sample: "",
            show: |limits| Some(limits.viewers.to_string()),
            set: |limits, given| given.integer(1..=100_000).map(|number| limits.viewers = number),
        },
    ];
}
