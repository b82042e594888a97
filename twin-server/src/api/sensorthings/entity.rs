//! What entities are made of: devices, kinds and readings of our own model, and documents of clients. An
//! entity and the name of a property come in, the property comes out, as JSON or as a filter sees it.
//!
//! Ids say what an entity stands for: a thing, its location and its feature are called by the device, a
//! datastream by `device:stream`, a sensor by the kind, an observed property by the stream, an observation
//! by its datastream and the microsecond of its measurement. Devices never have a colon in their ids.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value as Json;
use time::OffsetDateTime;
use twin_schemas::live::{DeviceKind, StreamKind};

use super::catalogue::Document;
use super::json::{push_number, push_text, push_value};
use super::own;
use super::world::World;
use crate::api::Problem;
use crate::live::Entry;
use crate::sensorthings::filter::Value;
use crate::sensorthings::model::Set;
use crate::sensorthings::when::{When, push_instant, push_when};

/// The one stream of a datastream that a client made, and what its device is called in the history.
pub(super) const FREE_STREAM: &str = "result";
const FREE_DEVICE: &str = "sta:";
/// Observation type of results that are yes or no.
pub(super) const TRUTH: &str = "OM_TruthObservation";

/// An entity.
#[derive(Debug, Clone)]
pub(super) enum Entity {
    /// A device as a thing, a location or a feature.
    Device(Set, Arc<Entry>),
    /// A stream of a device as a datastream.
    Stream(Arc<Entry>, String),
    /// A kind of device as a sensor.
    Kind(Arc<DeviceKind>),
    /// What a stream of that kind measures as an observed property.
    Property(Arc<DeviceKind>, String),
    /// What a client made.
    Free(Arc<Document>),
    /// A reading.
    Observation(Box<Observation>),
}

/// A reading of a datastream.
#[derive(Debug, Clone)]
pub(super) struct Observation {
    pub(super) datastream: Arc<Entity>,
    pub(super) time: OffsetDateTime,
    pub(super) value: f64,
    pub(super) plausible: bool,
    /// What it says beside result and time.
    pub(super) note: Option<Arc<Note>>,
}

/// What an observation says beside its result and time.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Note {
    pub(super) feature: Option<String>,
    /// By the names of the standard.
    pub(super) body: serde_json::Map<String, Json>,
}

impl Entity {
    /// The set that it belongs to.
    pub(super) fn set(&self) -> Set {
        match self {
            Self::Device(set, _) => *set,
            Self::Stream(..) => Set::Datastream,
            Self::Kind(_) => Set::Sensor,
            Self::Property(..) => Set::ObservedProperty,
            Self::Free(document) => document.set,
            Self::Observation(_) => Set::Observation,
        }
    }

    /// Its id.
    pub(super) fn id(&self) -> Cow<'_, str> {
        match self {
            Self::Device(_, entry) => Cow::Borrowed(&entry.device.id),
            Self::Stream(entry, stream) => Cow::Owned(format!("{}:{stream}", entry.device.id)),
            Self::Kind(kind) => Cow::Borrowed(&kind.id),
            Self::Property(_, stream) => Cow::Borrowed(stream),
            Self::Free(document) => Cow::Borrowed(&document.id),
            Self::Observation(observation) => {
                Cow::Owned(observation_id(&observation.datastream.id(), observation.time))
            }
        }
    }

    /// Of a datastream, the device and stream by which the history knows it.
    pub(super) fn series(&self) -> Option<(String, String)> {
        match self {
            Self::Stream(entry, stream) => Some((entry.device.id.clone(), stream.clone())),
            Self::Free(document) if document.set == Set::Datastream => {
                Some((free_device(&document.id), FREE_STREAM.into()))
            }
            _ => None,
        }
    }

    /// Of a datastream, whether its results are yes or no.
    pub(super) fn is_truth(&self) -> bool {
        let Self::Free(document) = self else { return false };
        document.body.get("observationType").and_then(Json::as_str).is_some_and(|kind| kind.ends_with(TRUTH))
    }

    /// Appends a property as JSON. False, and nothing appended, if it has none.
    pub(super) fn push(&self, world: &World, name: &str, out: &mut String) -> Result<bool, Problem> {
        Ok(match self {
            _ if name == "id" => {
                push_text(out, &self.id());
                true
            }
            _ if name == "@iot.selfLink" => {
                push_text(out, &world.link(self));
                true
            }
            _ if self.set() == Set::Datastream && matches!(name, "phenomenonTime" | "resultTime") => {
                let Some(when) = world.extent(self)? else { return Ok(false) };
                push_quoted(out, when);
                true
            }
            Self::Device(set, entry) => own::push_device(world, *set, entry, name, out),
            Self::Stream(entry, stream) => own::push_stream(world, entry, stream, name, out),
            Self::Kind(kind) => own::push_kind(world, kind, name, out),
            Self::Property(kind, stream) => own::push_property(kind, stream, name, out),
            Self::Free(document) => match document.body.get(name) {
                None | Some(Json::Null) => false,
                Some(value) => {
                    push_value(out, value);
                    true
                }
            },
            Self::Observation(observation) => observation.push(name, out),
        })
    }

    /// A property as a filter sees it, and what lies in it along `rest`.
    pub(super) fn value(&self, world: &World, name: &str, rest: &[String]) -> Result<Value, Problem> {
        if let (Self::Observation(observation), []) = (self, rest)
            && let Some(value) = observation.value(name)
        {
            return Ok(value);
        }
        if name == "id" {
            return Ok(Value::text(self.id()));
        }
        let mut text = String::new();
        if !self.push(world, name, &mut text)? {
            return Ok(Value::Null);
        }
        let json: Json = serde_json::from_str(&text).unwrap_or_default();
        let found = rest.iter().try_fold(&json, |at, part| match at {
            Json::Array(items) => items.get(part.parse::<usize>().ok()?),
            other => other.get(part),
        });
        let Some(found) = found else { return Ok(Value::Null) };
        let is_time = rest.is_empty() && (name == "time" || name.ends_with("Time"));
        let time = found.as_str().filter(|_| is_time).and_then(When::parse);
        Ok(time.map_or_else(|| Value::of_json(found.clone()), Value::When))
    }
}

impl Observation {
    /// When it was measured, as it was told.
    pub(super) fn phenomenon_time(&self) -> When {
        self.noted("phenomenonTime")
            .and_then(Json::as_str)
            .and_then(When::parse)
            .unwrap_or(When::at(self.time))
    }

    fn noted(&self, name: &str) -> Option<&Json> {
        self.note.as_ref()?.body.get(name).filter(|value| !value.is_null())
    }

    fn value(&self, name: &str) -> Option<Value> {
        match name {
            "result" if self.datastream.is_truth() => Some(Value::Bool(self.value != 0.0)),
            "result" => Some(Value::Number(self.value)),
            "phenomenonTime" => Some(Value::When(self.phenomenon_time())),
            "resultTime" if self.noted(name).is_none() => Some(Value::When(When::at(self.time))),
            _ => None,
        }
    }

    fn push(&self, name: &str, out: &mut String) -> bool {
        match name {
            "result" if self.datastream.is_truth() => {
                out.push_str(if self.value == 0.0 { "false" } else { "true" });
            }
            "result" => push_number(out, self.value),
            "phenomenonTime" => push_quoted(out, self.phenomenon_time()),
            "parameters" if !self.plausible => {
                let mut parameters = self.noted(name).and_then(Json::as_object).cloned().unwrap_or_default();
                parameters.insert("plausible".into(), false.into());
                push_value(out, &Json::Object(parameters));
            }
            name => match self.noted(name) {
                Some(value) => push_value(out, value),
                None if name == "resultTime" => {
                    out.push('"');
                    push_instant(out, self.time);
                    out.push('"');
                }
                None => return false,
            },
        }
        true
    }
}

fn push_quoted(out: &mut String, when: When) {
    out.push('"');
    push_when(out, when);
    out.push('"');
}

/// What a datastream of a client is called in the history.
pub(super) fn free_device(datastream: &str) -> String {
    format!("{FREE_DEVICE}{datastream}")
}

/// The datastream of a series.
pub(super) fn datastream_of(device: &str, stream: &str) -> String {
    device.strip_prefix(FREE_DEVICE).map_or_else(|| format!("{device}:{stream}"), str::to_owned)
}

/// The id of an observation.
pub(super) fn observation_id(datastream: &str, time: OffsetDateTime) -> String {
    format!("{datastream}:{}", time.unix_timestamp_nanos() / 1_000)
}

/// Datastream and instant of an observation's id; nothing if it is none.
pub(super) fn of_observation_id(id: &str) -> Option<(&str, OffsetDateTime)> {
    let (datastream, micros) = id.rsplit_once(':')?;
    let micros: i64 = micros.parse().ok()?;
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok()?;
    Some((datastream, time))
}

/// The kind of the stream of a device.
pub(super) fn kind_of<'k>(kind: &'k DeviceKind, stream: &str) -> Option<&'k StreamKind> {
    kind.streams.get(stream)
}

/// Datastream and instant of the observation that a page ended with; nothing if the token is none.
pub(super) fn datastream_of_token(token: &str) -> Option<(&str, OffsetDateTime)> {
    let (datastream, time) = of_observation_id(token)?;
    // A step to either side must stay within the calendar.
    (1..9999).contains(&time.year()).then_some((datastream, time))
}
