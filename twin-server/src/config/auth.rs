//! `[auth]`: who may read without a sign-in, and how long sessions hold.

use std::num::NonZeroU32;
use std::time::Duration;

use super::section::{Key, Section, literal};
use crate::auth::{AuthConfig, Network};

/// Requests that one address may send at once, in seconds of its rate.
const BURST_S: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

impl Section for AuthConfig {
    const NAME: &'static str = "auth";
    const ABOUT: &'static str = "Who may read without a sign-in, and how long sessions hold.";
    const KEYS: &'static [Key<Self>] = &[
        Key {
            name: "require_sign_in",
            about: "whether reading, too, needs a sign-in or a key; otherwise model, tiles and devices are public",
            secret: false,
            sample: "",
            show: |auth| Some(auth.require_sign_in.to_string()),
            set: |auth, given| given.flag().map(|flag| auth.require_sign_in = flag),
        },
        Key {
            name: "trusted_proxies",
            about: "proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, such as [\"10.0.0.0/8\"]",
            secret: false,
            sample: "",
            show: |auth| {
                let all = auth.trusted_proxies.iter().map(|network| literal(&network.to_string()));
                Some(format!("[{}]", all.collect::<Vec<_>>().join(", ")))
            },
            set: |auth, given| {
                let read = |text: &String| text.parse::<Network>();
                let networks: Result<Vec<_>, _> = given.texts()?.iter().map(read).collect();
                auth.trusted_proxies = networks.map_err(|error| format!("is wrong: {error}"))?;
                Ok(())
            },
        },
        Key {
            name: "session_idle_minutes",
            about: "minutes without a request after which a session ends",
            secret: false,
            sample: "",
            show: |auth| Some((auth.sessions.idle.as_secs() / 60).to_string()),
            set: |auth, given| {
                given.integer(1..=43_200_u64).map(|n| auth.sessions.idle = Duration::from_secs(n * 60))
            },
        },
        Key {
            name: "session_hours",
            about: "hours after which a session ends in any case",
            secret: false,
            sample: "",
            show: |auth| Some((auth.sessions.most.as_secs() / 3600).to_string()),
            set: |auth, given| {
                given.integer(1..=720_u64).map(|n| auth.sessions.most = Duration::from_secs(n * 3600))
            },
        },
        Key {
            name: "phone_sign_up",
            about: "whether whoever signs in with a code to their telephone becomes a resident; otherwise only numbers that were attached to a user let in",
            secret: false,
            sample: "",
            show: |auth| Some(auth.phone_sign_up.to_string()),
            set: |auth, given| given.flag().map(|flag| auth.phone_sign_up = flag),
        },
        Key {
            name: "requests_per_second",
            about: "requests without a key that one address beyond loopback may send in a second, ten times as many at once",
            secret: false,
            sample: "",
            show: |auth| Some(auth.rates.per_second.to_string()),
            set: |auth, given| {
                let number = given.integer(1..=1_000_000_u32)?;
                auth.rates.per_second = NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
                auth.rates.burst = auth.rates.per_second.saturating_mul(BURST_S);
                Ok(())
            },
        },
    ];
}
