//! Entities as clients send them: JSON in, checked properties and what is linked out.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use crate::api::Problem;
use crate::domain::registration;
use crate::sensorthings::geometry;
use crate::sensorthings::model::{Navigation, Set};
use crate::sensorthings::when;

/// Longest JSON of one property; of an observation, of which there are millions.
const PROPERTY_BYTES_MOST: usize = 64 * 1024;
const NOTE_BYTES_MOST: usize = 8 * 1024;
/// Longest name.
const NAME_MOST: usize = 500;

/// An entity as a client sends it.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) set: Set,
    pub(super) id: Option<String>,
    /// Properties that have a value.
    pub(super) body: Map<String, Value>,
    /// Properties that are to have none.
    pub(super) cleared: Vec<&'static str>,
    links: Vec<(&'static Navigation, Vec<Value>)>,
}

impl Draft {
    /// Reads an entity; a `whole` one must have all that the standard requires.
    pub(super) fn read(set: Set, value: Value, whole: bool) -> Result<Self, Problem> {
        let Value::Object(members) = value else {
            return Err(bad("bad_entity", format!("a {} is a JSON object", set.singular())));
        };
        let mut draft = Self { set, id: None, body: Map::new(), cleared: Vec::new(), links: Vec::new() };
        for (name, value) in members {
            draft.take_member(&name, value)?;
        }
        if whole {
            draft.check_required()?;
        }
        Ok(draft)
    }

    /// Takes out what is linked by a relation.
    pub(super) fn take_links(&mut self, name: &str) -> Vec<Value> {
        match self.links.iter().position(|(navigation, _)| navigation.name == name) {
            Some(at) => self.links.swap_remove(at).1,
            None => Vec::new(),
        }
    }

    /// Takes out the one that is linked by a relation.
    pub(super) fn take_link(&mut self, name: &str) -> Option<Value> {
        self.take_links(name).pop()
    }

    /// A text among the properties.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name)?.as_str()
    }

    fn take_member(&mut self, name: &str, value: Value) -> Result<(), Problem> {
        if name == "@iot.id" {
            self.id = id_of(&value)?;
        } else if name.contains('@') {
            // Links and counts as this server writes them, sent back.
        } else if let Some(navigation) = self.set.navigation(name) {
            match value {
                Value::Null => {}
                Value::Array(all) if navigation.many => self.links.push((navigation, all)),
                one if !navigation.many => self.links.push((navigation, vec![one])),
                _ => return Err(bad("bad_entity", format!("`{name}` is not a JSON array of entities"))),
            }
        } else if let Some(property) = self.set.properties().iter().copied().find(|known| *known == name) {
            if value.is_null() {
                self.cleared.push(property);
            } else {
                check(self.set, property, &value)?;
                self.body.insert(property.to_owned(), value);
            }
        } else {
            let name: String = name.chars().take(64).collect();
            let detail =
                format!("a {} has no `{name}`, only {}", self.set.singular(), self.set.known_names());
            return Err(bad("unknown_property", detail));
        }
        Ok(())
    }

    /// Refuses an entity that lacks what the standard requires.
    pub(super) fn check_required(&self) -> Result<(), Problem> {
        missing(self.set, &self.body)
    }
}

/// Refuses properties that lack what the standard requires.
pub(super) fn missing(set: Set, body: &Map<String, Value>) -> Result<(), Problem> {
    match set.required().iter().find(|name| !body.contains_key(**name)) {
        Some(name) => Err(bad("missing_property", format!("a {} needs `{name}`", set.singular()))),
        None => Ok(()),
    }
}

/// The id of a reference such as `{"@iot.id": 1}`, if it has one.
pub(super) fn reference(value: &Value) -> Result<Option<String>, Problem> {
    value.get("@iot.id").map_or(Ok(None), id_of)
}

fn id_of(value: &Value) -> Result<Option<String>, Problem> {
    match value {
        Value::Null => Ok(None),
        Value::String(id) => Ok(Some(id.clone())),
        Value::Number(id) if id.is_u64() => Ok(Some(id.to_string())),
        _ => Err(bad("bad_id", "`@iot.id` is a text or a whole number")),
    }
}

/// Refuses an id that could not be written in an address.
pub(super) fn check_new_id(id: &str) -> Result<(), Problem> {
    registration::check_id(id).map_err(|_| {
        let id: String = id.chars().take(64).collect();
        bad("bad_id", format!("`{id}` is no id: 1 to 64 letters, digits, `-`, `_` or `.`"))
    })
}

fn check(set: Set, name: &str, value: &Value) -> Result<(), Problem> {
    let is_time = |value: &Value| value.as_str().and_then(when::When::parse).is_some();
    let good = match name {
        "name" => value.as_str().is_some_and(|text| text.chars().count() <= NAME_MOST),
        "description" | "definition" | "encodingType" | "observationType" => value.is_string(),
        "properties" | "parameters" | "unitOfMeasurement" => value.is_object(),
        // A datastream's times follow from its observations; what a client says of them is not kept.
        "phenomenonTime" | "resultTime" | "validTime" | "time" => is_time(value),
        "observedArea" => geometry::of_geojson(value).is_some(),
        "location" | "feature" => value.is_object() || value.is_string(),
        _ => true,
    };
    if !good {
        return Err(bad(
            "bad_value",
            format!("`{name}` of a {} is not what the standard asks for", set.singular()),
        )
        .with_hint(match name {
            "name" => "a text of at most 500 characters",
            "observedArea" => "a GeoJSON geometry",
            "properties" | "parameters" | "unitOfMeasurement" | "location" | "feature" => "a JSON object",
            "phenomenonTime" | "resultTime" | "validTime" | "time" => {
                "an instant such as 2026-05-01T12:00:00Z, or two with `/` between them"
            }
            _ => "a text",
        }));
    }
    // Short texts and numbers are most of what comes; only the rest is measured.
    let most = if set == Set::Observation { NOTE_BYTES_MOST } else { PROPERTY_BYTES_MOST };
    if !(value.is_number() || value.as_str().is_some_and(|text| text.len() < 1_000))
        && value.to_string().len() > most
    {
        let detail = format!("`{name}` is longer than {most} bytes of JSON");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "property_too_large", detail));
    }
    Ok(())
}

/// Refuses a location that says it is GeoJSON and is not.
pub(super) fn check_place(body: &Map<String, Value>, name: &str) -> Result<(), Problem> {
    let encoding = body.get("encodingType").and_then(Value::as_str).unwrap_or_default();
    let says_geojson = matches!(encoding, "application/geo+json" | "application/vnd.geo+json");
    let place = body.get(name).unwrap_or(&Value::Null);
    if says_geojson && geometry::of_geojson(place).is_none() {
        return Err(bad(
            "bad_value",
            format!("`{name}` is no GeoJSON geometry, or has more than 2000 positions"),
        ));
    }
    Ok(())
}

/// What is asked for cannot be.
pub(super) fn bad(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::bad_request(code, detail)
}

impl Draft {
    /// Adds a link by a relation.
    pub(super) fn push_link(&mut self, navigation: &'static Navigation, value: Value) {
        match self.links.iter_mut().find(|(known, _)| *known == navigation) {
            Some((_, all)) => all.push(value),
            None => self.links.push((navigation, vec![value])),
        }
    }
}
