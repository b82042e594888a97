//! `[sms]`: the gateway that carries codes and messages to telephones.

use std::time::Duration;

use super::section::{Key, Section, literal};
use crate::contacts::SmsConfig;

impl Section for SmsConfig {
    const NAME: &'static str = "sms";
    const ABOUT: &'static str = "The gateway that codes for signing in, and messages about reports, are posted to; without one they are written to the log.";
    const KEYS: &'static [Key<Self>] = &[
        Key {
            name: "url",
            about: "its address, with `https://`; `http://` on this machine alone; empty: none",
            secret: false,
            sample: "\"https://sms.example/codes\"",
            show: |sms| sms.url.as_ref().map(|url| literal(url.as_str())),
            set: |sms, given| {
                let text = given.text()?;
                sms.url = (!text.is_empty()).then(|| text.parse()).transpose()?;
                Ok(())
            },
        },
        Key {
            name: "secret",
            about: "what messages to it are signed with, as Standard Webhooks has it",
            secret: true,
            sample: "\"whsec_<the output of openssl rand -base64 32>\"",
            show: |sms| sms.secret.as_ref().map(|secret| literal(secret.as_str())),
            set: |sms, given| {
                let text = given.text()?;
                sms.secret = (!text.is_empty()).then(|| text.parse()).transpose()?;
                Ok(())
            },
        },
        Key {
            name: "timeout_s",
            about: "seconds that it may take to answer",
            secret: false,
            sample: "",
            show: |sms| Some(sms.timeout.as_secs().to_string()),
            set: |sms, given| given.integer(1..=60_u32).map(|s| sms.timeout = Duration::from_secs(s.into())),
        },
        Key {
            name: "public_url",
            about: "where residents have this server's pages, for links in messages; empty: as `oidc.public_url` says",
            secret: false,
            sample: "\"https://twin.example\"",
            show: |sms| sms.public_url.as_ref().map(|url| literal(url.as_str())),
            set: |sms, given| {
                let text = given.text()?;
                sms.public_url = (!text.is_empty()).then(|| text.parse()).transpose()?;
                Ok(())
            },
        },
        Key {
            name: "per_day",
            about: "most messages about reports that one user gets within 24 hours, 1 to 100",
            secret: false,
            sample: "",
            show: |sms| Some(sms.per_day.to_string()),
            set: |sms, given| given.integer(1..=100_u32).map(|most| sms.per_day = most),
        },
    ];
}
