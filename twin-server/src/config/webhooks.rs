//! `[webhooks]`: where events may be posted.

use std::time::Duration;

use super::section::{Key, Section};
use crate::webhooks::WebhooksConfig;

impl Section for WebhooksConfig {
    const NAME: &'static str = "webhooks";
    const ABOUT: &'static str = "Where events may be posted; what is posted is set in the server itself.";
    const KEYS: &'static [Key<Self>] = &[
        Key {
            name: "allow_private",
            about: "whether addresses of this machine and of private networks may be posted to",
            secret: false,
            sample: "",
            show: |webhooks| Some(webhooks.allow_private.to_string()),
            set: |webhooks, given| given.flag().map(|allow| webhooks.allow_private = allow),
        },
        Key {
            name: "timeout_s",
            about: "seconds that a receiver may take to answer",
            secret: false,
            sample: "",
            show: |webhooks| Some(webhooks.timeout.as_secs().to_string()),
            set: |webhooks, given| {
                given.integer(1..=60_u32).map(|s| webhooks.timeout = Duration::from_secs(s.into()))
            },
        },
    ];
}
