//! What the broker keeps for the server: a state a device and an alarm that is not over, each under a topic of
//! its own. Says which topics these are, and whether what a broker has under one is the server's.

use std::fmt;

use serde::Deserialize;

use super::message::STATE;
use crate::domain::registration::check_id;

/// Something that the broker keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kept {
    /// The state of a device, by its id.
    State(String),
    /// An alarm, by its number.
    Alarm(u64),
}

impl Kept {
    /// What a message that the broker kept holds of the server's. Nothing if it is a stranger's: its topic is
    /// none of the server's, no device can have such a name, or what it says does not name what the topic names.
    pub(super) fn read(prefix: &str, topic: &[u8], payload: &[u8]) -> Option<Self> {
        let topic = std::str::from_utf8(topic).ok()?.strip_prefix(prefix)?.strip_prefix('/')?;
        let (family, rest) = topic.split_once('/')?;
        match family {
            "devices" => {
                let id = rest.strip_suffix(STATE)?.strip_suffix('/')?;
                let named: Named<String> = serde_json::from_slice(payload).ok()?;
                (named.id == id && check_id(id).is_ok()).then_some(Self::State(named.id))
            }
            "alarms" => {
                let named: Named<u64> = serde_json::from_slice(payload).ok()?;
                (named.id.to_string() == rest).then_some(Self::Alarm(named.id))
            }
            _ => None,
        }
    }

    /// The filters of all topics.
    pub(super) fn filters(prefix: &str) -> [String; 2] {
        [format!("{prefix}/devices/+/{STATE}"), format!("{prefix}/alarms/+")]
    }
}

/// The topic, without its prefix.
impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(device) => write!(f, "devices/{device}/{STATE}"),
            Self::Alarm(number) => write!(f, "alarms/{number}"),
        }
    }
}

/// What a device and an alarm have in common as JSON.
#[derive(Deserialize)]
struct Named<T> {
    id: T,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(topic: &str, payload: &str, expected: Option<Kept>) {
        assert_eq!(Kept::read("a/b", topic.as_bytes(), payload.as_bytes()), expected, "{topic} {payload}");
        if let Some(kept) = expected {
            assert_eq!(format!("a/b/{kept}"), topic);
        }
    }

    #[test]
    fn only_what_names_itself_as_its_topic_does_is_the_servers() {
        check("a/b/devices/d-1/state", r#"{"id":"d-1","kind":"lift"}"#, Some(Kept::State("d-1".into())));
        check("a/b/alarms/17", r#"{"rule":"x","id":17}"#, Some(Kept::Alarm(17)));
        for (topic, payload) in [
            ("a/b/devices/d-1/state", "hello"),
            ("a/b/devices/d-1/state", ""),
            ("a/b/devices/d-1/state", r#"{"id":"d-2"}"#),
            ("a/b/devices/d-1/state", r#"{"id":1}"#),
            ("a/b/devices/d-1/fill_pct", r#"{"id":"d-1"}"#),
            ("a/b/devices/state", r#"{"id":""}"#),
            ("a/b/devices//state", r#"{"id":""}"#),
            ("a/b/devices/d/1/state", r#"{"id":"d/1"}"#),
            ("a/devices/d-1/state", r#"{"id":"d-1"}"#),
            ("a/b/alarms/17", r#"{"id":"17"}"#),
            ("a/b/alarms/017", r#"{"id":17}"#),
            ("a/b/alarms/17/x", r#"{"id":17}"#),
            ("a/b", r#"{"id":17}"#),
        ] {
            check(topic, payload, None);
        }
        assert_eq!(Kept::read("a", b"a/alarms/\xff", b"{\"id\":1}"), None);
    }
}
