//! The messages of a WebSocket of viewers: what a client may ask, and how events are written.

use serde::Deserialize;

use super::super::devices::Wanted;
use crate::api::Problem;
use crate::domain::bounds::LocalRect;
use crate::live::LiveEvent;

/// What a client asks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    subscribe: Subscribe,
}

/// A filter; what is absent does not matter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscribe {
    /// Only devices of these kinds.
    #[serde(default)]
    kinds: Vec<String>,
    /// Only devices within west, south, east and north edge.
    #[serde(default)]
    bbox: Option<[f64; 4]>,
    /// Only devices in this zone.
    #[serde(default)]
    zone: Option<String>,
    /// Only these sorts of events.
    #[serde(default)]
    topics: Vec<String>,
}

/// What a client asks, as it was understood.
#[derive(Debug)]
pub(super) enum Asked {
    /// Another filter.
    Subscribe(Wanted),
}

/// Reads a message of a client.
pub(super) fn read(text: &str) -> Result<Asked, Problem> {
    let request: Request = serde_json::from_str(text).map_err(|error| {
        Problem::bad_request("bad_message", format!("the message is not understood: {error}")).with_hint(
            "send `{\"subscribe\":{\"kinds\":[\"lift\"],\"zone\":\"zone/z1\",\"bbox\":[0,0,50,50]}}`; each part may be left out",
        )
    })?;
    let Subscribe { kinds, bbox, zone, topics } = request.subscribe;
    Ok(Asked::Subscribe(Wanted { kinds, bounds: bbox.map(LocalRect::try_from), zone, topics }))
}

/// An event as a message. Its data is JSON already, its id and name need no escapes.
pub(super) fn message(id: &str, event: &LiveEvent) -> String {
    let LiveEvent { seq, name, data } = event;
    format!(r#"{{"id":"{id}","seq":{seq},"event":"{name}","data":{data}}}"#)
}

/// A failure as a message.
pub(super) fn error(problem: &Problem) -> String {
    let body = serde_json::to_string(&problem.body()).unwrap_or_default();
    format!(r#"{{"event":"error","data":{body}}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_may_name_everything_or_nothing() {
        let Asked::Subscribe(wanted) = read(r#"{"subscribe":{}}"#).unwrap();
        assert!(wanted.kinds.is_empty() && wanted.bounds.is_none() && wanted.zone.is_none());
        let text =
            r#"{"subscribe":{"kinds":["lift"],"zone":"zone/z1","bbox":[0,1,2.5,3],"topics":["projects"]}}"#;
        let Asked::Subscribe(wanted) = read(text).unwrap();
        assert_eq!((wanted.kinds, wanted.zone.as_deref()), (vec!["lift".to_owned()], Some("zone/z1")));
        assert_eq!(wanted.topics, ["projects"]);
        assert_eq!(wanted.bounds.unwrap().unwrap().max_east_m, 2.5);
    }

    #[test]
    fn anything_else_is_refused_with_a_hint() {
        for text in [
            "",
            "null",
            "{}",
            "[]",
            r#"{"subscribe":{"kind":"lift"}}"#,
            r#"{"subscribe":{"bbox":[1,2,3]}}"#,
            r#"{"subscribe":{"bbox":[1e999,0,0,0]}}"#,
            r#"{"subscribe":{},"more":1}"#,
            &"[".repeat(10_000),
        ] {
            let message = error(&read(text).unwrap_err());
            assert!(message.contains("bad_message") && message.contains("hint"), "{message}");
        }
    }

    #[test]
    fn a_message_holds_the_event_as_it_is() {
        let event = LiveEvent { seq: 7, name: "device", data: r#"{"device":{}}"#.into() };
        let message: serde_json::Value = serde_json::from_str(&message("run-7", &event)).unwrap();
        assert_eq!(message["id"], "run-7");
        assert_eq!((message["seq"].as_u64(), message["event"].as_str()), (Some(7), Some("device")));
        assert!(message["data"]["device"].is_object());
    }
}
