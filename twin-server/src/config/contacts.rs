//! `[contacts]`: how telephone numbers and whom to call are kept.

use super::section::{Key, Section, literal};
use crate::contacts::{ContactKey, ContactsConfig};

/// Ten years.
const KEEP_LIMIT_DAYS: u32 = 3_653;

impl Section for ContactsConfig {
    const NAME: &'static str = "contacts";
    const ABOUT: &'static str =
        "Telephone numbers of users, and whom to call about reports. Without a key there are none.";
    const KEYS: &'static [Key<Self>] = &[
        Key {
            name: "key",
            about: "32 bytes (hex or base64) under which they lie in the database; whoever loses it loses them",
            secret: true,
            sample: "\"<the output of openssl rand -hex 32>\"",
            // A key that is set is told to be, and not shown.
            show: |contacts| contacts.key.as_ref().map(|key| literal(&key.id())),
            set: |contacts, given| {
                let text = given.text()?;
                contacts.key = (!text.is_empty()).then(|| text.parse()).transpose()?;
                Ok(())
            },
        },
        Key {
            name: "old_keys",
            about: "keys of before: what lies under them is read, and laid under the new one at the next start",
            secret: true,
            sample: "[\"<the key of before>\"]",
            show: |contacts| {
                let ids = contacts.old_keys.iter().map(|key| literal(&key.id()));
                (!contacts.old_keys.is_empty()).then(|| format!("[{}]", ids.collect::<Vec<_>>().join(", ")))
            },
            set: |contacts, given| {
                let read: Result<Vec<ContactKey>, _> =
                    given.texts()?.iter().map(|text| text.parse()).collect();
                read.map(|keys| contacts.old_keys = keys)
            },
        },
        Key {
            name: "keep_days",
            about: "days after the end of a report that whom to call about it, and its voices, are kept",
            secret: false,
            sample: "",
            show: |contacts| Some(contacts.keep_days.to_string()),
            set: |contacts, given| given.integer(0..=KEEP_LIMIT_DAYS).map(|days| contacts.keep_days = days),
        },
    ];
}
