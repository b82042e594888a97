//! What a message says: topic and payload come in, readings or a reason for refusal go out. Called by
//! the connection for each message; knows no clock, no broker and no device.
//!
//! Topics under a prefix, here `twin`:
//!
//! | topic | payload |
//! |---|---|
//! | `twin/devices/{device}/{stream}` | `21.5`, or an object with `value` and perhaps `time` |
//! | `twin/devices/{device}/readings` | an object with `stream`, `value` and perhaps `time` |
//!
//! Either takes an array of such objects too, or `{"readings": […]}`. A payload may repeat what its
//! topic says and not say otherwise: a broker decides by topic who may write. `state` names no stream in a
//! topic: there the server itself tells how a device is, now or in an earlier run. Another family of topics, such
//! as those of `SensorThings`, is to be read beside [`Topic`] and subscribed beside [`filter`].

use serde::Deserialize;
use time::OffsetDateTime;
use twin_schemas::live::Reading;

use crate::domain::registration::ID_LIMIT;

/// Largest payload that is read.
pub const PAYLOAD_LIMIT: usize = 256 * 1024;
/// Most readings in one message, as in one post.
pub const READINGS_LIMIT: usize = 10_000;
/// Foreign text in a message for people is cut to this many characters.
const TEXT_LIMIT: usize = 200;
/// The last part of the topic for readings that name their stream themselves.
const READINGS: &str = "readings";
/// The last part of the topic of what the server itself tells of a device.
pub(super) const STATE: &str = "state";

/// Why a message is not taken. It would be refused each time, so it is acknowledged all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageRefusal {
    /// No topic that the server knows.
    #[error("no topic of readings; publish to `<prefix>/devices/<device>/<stream>` or `…/readings`")]
    UnknownTopic,
    /// The device or the stream has a longer name than any has.
    #[error("the name of device or stream is longer than {ID_LIMIT} characters")]
    IdTooLong,
    /// More bytes than are read.
    #[error("the payload has {0} bytes, limit {PAYLOAD_LIMIT}; send several messages")]
    TooLarge(usize),
    /// Not what is expected here.
    #[error("the payload is not understood: {0}")]
    NotUnderstood(String),
    /// A list without readings.
    #[error("the payload holds no readings")]
    NoReadings,
    /// A list with more readings than are read.
    #[error("the payload holds {0} readings, limit {READINGS_LIMIT}; send several messages")]
    TooManyReadings(usize),
    /// A reading that names no stream in a topic that names none.
    #[error("a reading names no `stream`, and the topic none either")]
    NoStream,
    /// A reading for another device than the topic's.
    #[error("a reading names the device `{0}`, and the topic another one")]
    OtherDevice(String),
    /// A reading for another stream than the topic's.
    #[error("a reading names the stream `{0}`, and the topic another one")]
    OtherStream(String),
}

impl MessageRefusal {
    /// Stable, machine-readable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownTopic => "unknown_topic",
            Self::IdTooLong => "id_too_long",
            Self::TooLarge(_) => "payload_too_large",
            Self::NotUnderstood(_) => "bad_payload",
            Self::NoReadings => "no_readings",
            Self::TooManyReadings(_) => "too_many_readings",
            Self::NoStream => "no_stream",
            Self::OtherDevice(_) => "other_device",
            Self::OtherStream(_) => "other_stream",
        }
    }
}

/// The filter that covers every topic of readings.
#[must_use]
pub fn filter(prefix: &str) -> String {
    format!("{prefix}/devices/+/+")
}

/// Whether a topic that [`filter`] covers is one of what the server itself tells, and holds no readings.
pub(super) fn is_own(topic: &str) -> bool {
    topic.rsplit('/').next() == Some(STATE)
}

/// Reads a message. An empty payload, which is how MQTT takes back a retained message, holds no
/// readings and is no error. Work and memory are at most linear in the payload, which is bounded.
///
/// # Errors
/// A [`MessageRefusal`] if any part of the message cannot be taken; then none of it is.
pub fn read(prefix: &str, topic: &[u8], payload: &[u8]) -> Result<Vec<Reading>, MessageRefusal> {
    let topic = Topic::read(prefix, topic)?;
    if payload.len() > PAYLOAD_LIMIT {
        return Err(MessageRefusal::TooLarge(payload.len()));
    }
    if payload.is_empty() {
        return Ok(Vec::new());
    }
    let measured = measured(payload, &topic)?;
    if measured.is_empty() {
        return Err(MessageRefusal::NoReadings);
    }
    if measured.len() > READINGS_LIMIT {
        return Err(MessageRefusal::TooManyReadings(measured.len()));
    }
    measured.into_iter().map(|one| topic.reading(one)).collect()
}

/// What a topic says.
#[derive(Debug, Clone, Copy)]
struct Topic<'a> {
    device: &'a str,
    /// None where each reading names its own.
    stream: Option<&'a str>,
}

impl<'a> Topic<'a> {
    fn read(prefix: &str, topic: &'a [u8]) -> Result<Self, MessageRefusal> {
        let parts = || {
            let topic = std::str::from_utf8(topic).ok()?;
            let (device, stream) = topic.strip_prefix(prefix)?.strip_prefix("/devices/")?.split_once('/')?;
            (!device.is_empty() && !stream.is_empty() && !stream.contains('/')).then_some((device, stream))
        };
        let (device, stream) = parts().ok_or(MessageRefusal::UnknownTopic)?;
        if too_long(device) || too_long(stream) {
            return Err(MessageRefusal::IdTooLong);
        }
        Ok(Self { device, stream: (stream != READINGS).then_some(stream) })
    }

    fn reading(&self, measured: Measured) -> Result<Reading, MessageRefusal> {
        if let Some(other) = measured.device.filter(|device| device != self.device) {
            return Err(MessageRefusal::OtherDevice(cut(&other)));
        }
        let stream = match (measured.stream, self.stream) {
            (None, None) => return Err(MessageRefusal::NoStream),
            (Some(other), Some(stream)) if other != stream => {
                return Err(MessageRefusal::OtherStream(cut(&other)));
            }
            (Some(stream), None) if too_long(&stream) => return Err(MessageRefusal::IdTooLong),
            (Some(stream), _) => stream,
            (None, Some(stream)) => stream.to_owned(),
        };
        Ok(Reading { device: self.device.to_owned(), stream, value: measured.value, time: measured.time })
    }
}

/// One reading as a payload writes it. Unknown fields are refused: a misspelt `time` would otherwise
/// count as none, and the reading as measured when it came.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    device: Option<String>,
    stream: Option<String>,
    value: f64,
    #[serde(with = "time::serde::rfc3339::option", default)]
    time: Option<OffsetDateTime>,
}

/// An object: one reading, or several under `readings`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    device: Option<String>,
    stream: Option<String>,
    value: Option<f64>,
    #[serde(with = "time::serde::rfc3339::option", default)]
    time: Option<OffsetDateTime>,
    readings: Option<Vec<Measured>>,
}

fn measured(payload: &[u8], topic: &Topic<'_>) -> Result<Vec<Measured>, MessageRefusal> {
    let refuse = |error: serde_json::Error| MessageRefusal::NotUnderstood(cut(&error.to_string()));
    match payload.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => serde_json::from_slice(payload).map_err(refuse),
        Some(b'{') => object(serde_json::from_slice(payload).map_err(refuse)?),
        _ if topic.stream.is_none() => {
            Err(MessageRefusal::NotUnderstood("an object or an array is expected here".into()))
        }
        _ => {
            let value = serde_json::from_slice(payload).map_err(refuse)?;
            Ok(vec![Measured { device: None, stream: None, value, time: None }])
        }
    }
}

fn object(object: Object) -> Result<Vec<Measured>, MessageRefusal> {
    match object {
        Object { readings: Some(readings), device: None, stream: None, value: None, time: None } => {
            Ok(readings)
        }
        Object { readings: Some(_), .. } => {
            Err(MessageRefusal::NotUnderstood("nothing else may stand beside `readings`".into()))
        }
        Object { value: None, .. } => Err(MessageRefusal::NotUnderstood("`value` is missing".into())),
        Object { device, stream, value: Some(value), time, .. } => {
            Ok(vec![Measured { device, stream, value, time }])
        }
    }
}

fn too_long(id: &str) -> bool {
    id.chars().nth(ID_LIMIT).is_some()
}

/// Foreign text, cut to a length that a list and a log line bear.
pub(super) fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(TEXT_LIMIT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    const STREAM: &str = "twin/devices/d-1/temperature_c";
    const READINGS: &str = "twin/devices/d-1/readings";

    fn check(topic: &str, payload: &str) -> Result<Vec<Reading>, MessageRefusal> {
        read("twin", topic.as_bytes(), payload.as_bytes())
    }

    fn reading(stream: &str, value: f64, time: Option<OffsetDateTime>) -> Reading {
        Reading { device: "d-1".into(), stream: stream.into(), value, time }
    }

    #[track_caller]
    fn refused(topic: &str, payload: &str, code: &str) -> MessageRefusal {
        let refusal = check(topic, payload).expect_err(payload);
        assert_eq!(refusal.code(), code, "{payload}: {refusal}");
        refusal
    }

    #[test]
    fn a_topic_of_a_stream_takes_a_bare_number_or_an_object() {
        for payload in ["21.5", " 21.5\n", "2.15e1", r#"{"value":21.5}"#, r#"[{"value":21.5}]"#] {
            assert_eq!(check(STREAM, payload), Ok(vec![reading("temperature_c", 21.5, None)]), "{payload}");
        }
        assert_eq!(
            check(STREAM, r#"{"value":-1,"time":"2026-05-01T20:00:00+08:00"}"#),
            Ok(vec![reading("temperature_c", -1.0, Some(datetime!(2026-05-01 12:00 UTC)))])
        );
    }

    #[test]
    fn the_topic_of_all_readings_takes_one_many_or_the_body_of_a_post() {
        let two = vec![reading("a", 1.0, None), reading("b", 2.0, None)];
        assert_eq!(check(READINGS, r#"{"stream":"a","value":1}"#), Ok(vec![two[0].clone()]));
        let list = r#"[{"stream":"a","value":1},{"device":"d-1","stream":"b","value":2}]"#;
        assert_eq!(check(READINGS, list), Ok(two.clone()));
        assert_eq!(check(READINGS, &format!("{{\"readings\":{list}}}")), Ok(two));
    }

    #[test]
    fn a_payload_may_repeat_its_topic_and_not_contradict_it() {
        assert!(check(STREAM, r#"{"device":"d-1","stream":"temperature_c","value":1}"#).is_ok());
        refused(STREAM, r#"{"device":"d-2","value":1}"#, "other_device");
        refused(STREAM, r#"{"stream":"humidity_pct","value":1}"#, "other_stream");
        // One reading of another device voids the message.
        let mixed = r#"[{"stream":"a","value":1},{"device":"d-2","stream":"b","value":2}]"#;
        refused(READINGS, mixed, "other_device");
    }

    #[test]
    fn an_empty_payload_says_nothing() {
        assert_eq!(check(STREAM, ""), Ok(Vec::new()));
        assert_eq!(check(READINGS, ""), Ok(Vec::new()));
    }

    #[test]
    fn what_is_not_understood_is_refused_with_the_reason() {
        for payload in ["x", "\"21\"", "NaN", "1e999", "1 2", "true", "null", "{", "[1]", " "] {
            refused(STREAM, payload, "bad_payload");
        }
        assert!(refused(STREAM, r#"{"value":1,"tme":"x"}"#, "bad_payload").to_string().contains("tme"));
        refused(STREAM, r#"{"value":1,"time":1700000000}"#, "bad_payload");
        refused(STREAM, r#"{"time":"2026-05-01T20:00:00Z"}"#, "bad_payload");
        refused(READINGS, "21.5", "bad_payload");
        refused(READINGS, r#"{"value":1}"#, "no_stream");
        refused(READINGS, r#"{"readings":[],"value":1}"#, "bad_payload");
        for payload in ["[]", r#"{"readings":[]}"#] {
            refused(READINGS, payload, "no_readings");
        }
    }

    #[test]
    fn topics_of_others_are_not_taken() {
        for topic in [
            "",
            "twin",
            "twin/devices/",
            "twin/devices/d",
            "twin/devices//x",
            "twin/devices/d/",
            "twin/devices/d/x/y",
            "other/devices/d/x",
            "twinx/devices/d/x",
            "Twin/devices/d/x",
        ] {
            refused(topic, "1", "unknown_topic");
        }
        assert_eq!(read("twin", b"twin/devices/\xff/x", b"1"), Err(MessageRefusal::UnknownTopic));
        assert!(read("a/b", b"a/b/devices/d-1/x", b"1").is_ok());
        assert_eq!(filter("a/b"), "a/b/devices/+/+");
    }

    #[test]
    fn limits_are_named_beside_what_exceeds_them() {
        let large = format!("{}1", " ".repeat(PAYLOAD_LIMIT));
        assert!(
            refused(STREAM, &large, "payload_too_large").to_string().contains("262145 bytes, limit 262144")
        );
        let many = format!("[{}]", vec![r#"{"value":1}"#; READINGS_LIMIT + 1].join(","));
        assert!(
            refused(STREAM, &many, "too_many_readings").to_string().contains("10001 readings, limit 10000")
        );
        let long = "d".repeat(ID_LIMIT + 1);
        refused(&format!("twin/devices/{long}/x"), "1", "id_too_long");
        refused(&format!("twin/devices/d/{long}"), "1", "id_too_long");
        refused(READINGS, &format!(r#"{{"stream":"{long}","value":1}}"#), "id_too_long");
        let long = "x".repeat(100_000);
        let refusal = refused(STREAM, &format!(r#"{{"value":"{long}"}}"#), "bad_payload");
        assert!(refusal.to_string().len() < 300, "{refusal}");
    }

    proptest! {
        #[test]
        fn no_message_panics(topic: Vec<u8>, payload: Vec<u8>) {
            let _ = read("twin", &topic, &payload);
            let _ = read("twin", READINGS.as_bytes(), &payload);
        }

        #[test]
        fn a_cut_message_is_refused_or_a_shorter_number(length in 0usize..80) {
            let whole = r#"{"readings":[{"stream":"a","value":1,"time":"2026-05-01T20:00:00Z"}]}"#;
            let part = &whole[..length.min(whole.len() - 1)];
            prop_assert!(part.is_empty() || check(READINGS, part).is_err());
        }
    }
}
