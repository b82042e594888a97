//! Things that clients make and that fit our own model: they become devices.
//!
//! A thing fits if `properties.kind` names one of our kinds and its one location is a GeoJSON point. A
//! datastream of a device fits one of its streams if `properties.stream`, its name or the name of its
//! observed property is that of the stream, by id or in either language, and its unit is the stream's or
//! none.

use std::sync::Arc;

use serde_json::Value;
use twin_schemas::LocalizedText;
use twin_schemas::geometry::{GeographicPoint, LocalPoint};
use twin_schemas::live::{Device, DeviceKind};

use super::draft::{Draft, bad};
use super::world::World;
use crate::api::Problem;
use crate::domain::enu::to_local;
use crate::domain::registration;
use crate::sensorthings::geometry;

/// The device that a thing is, if it fits; `new_id` gives one with this beginning if it brings none.
pub(super) fn device(
    world: &World,
    draft: &Draft,
    locations: &[Value],
    new_id: impl FnOnce(&str) -> Result<String, Problem>,
) -> Result<Option<(Device, Arc<DeviceKind>)>, Problem> {
    let properties = draft.body.get("properties").unwrap_or(&Value::Null);
    let kind = properties.get("kind").and_then(Value::as_str).and_then(|kind| world.app.kinds.get(kind));
    let ([location], Some(kind)) = (locations, kind) else { return Ok(None) };
    let Some(position) = location.get("location").and_then(|place| position(world, place)) else {
        return Ok(None);
    };
    let id = match &draft.id {
        Some(id) => id.clone(),
        None => new_id(&format!("{}-", kind.id))?,
    };
    let device = Device {
        id,
        kind: kind.id.clone(),
        name: name(draft.text("name").unwrap_or_default(), properties),
        position,
        object: properties.get("object").and_then(Value::as_str).map(str::to_owned),
    };
    registration::check(&device, &world.app.kinds)?;
    Ok(Some((device, Arc::clone(kind))))
}

/// A device with what a client changes of it as a thing.
pub(super) fn changed(world: &World, before: &Device, draft: &Draft) -> Result<Device, Problem> {
    let mut device = before.clone();
    let empty = Value::Null;
    let properties = draft.body.get("properties").unwrap_or(&empty);
    if draft.body.contains_key("name") || properties.get("name").is_some() {
        device.name = name(draft.text("name").unwrap_or(before.name.en_or_zh()), properties);
    }
    if let Some(kind) = properties.get("kind").and_then(Value::as_str) {
        kind.clone_into(&mut device.kind);
    }
    if let Some(object) = properties.get("object") {
        device.object = object.as_str().map(str::to_owned);
    }
    registration::check(&device, &world.app.kinds)?;
    Ok(device)
}

/// A device where a location says that it is.
pub(super) fn moved(world: &World, before: &Device, location: &Value) -> Result<Device, Problem> {
    let position = position(world, location).ok_or_else(|| {
        bad("bad_position", "a device stands at a point").with_hint("send a GeoJSON Point in degrees, WGS 84")
    })?;
    let device = Device { position, ..before.clone() };
    registration::check(&device, &world.app.kinds)?;
    Ok(device)
}

fn name(text: &str, properties: &Value) -> LocalizedText {
    let given = properties.get("name").and_then(|name| serde_json::from_value(name.clone()).ok());
    given.unwrap_or_else(|| LocalizedText::same(text))
}

/// Where a GeoJSON point stands in the local frame. Without a height it stands on the ground plane.
fn position(world: &World, place: &Value) -> Option<LocalPoint> {
    let origin = world.origin()?;
    let geo::Geometry::Point(point) = geometry::of_geojson(place)? else { return None };
    let in_degrees = point.x().abs() <= 180.0 && point.y().abs() <= 90.0;
    let coordinates = place.get("coordinates").or_else(|| place.get("geometry")?.get("coordinates"))?;
    let height = coordinates.get(2).and_then(Value::as_f64);
    let at = GeographicPoint {
        longitude_deg: point.x(),
        latitude_deg: point.y(),
        height_m: height.unwrap_or(origin.height_m),
    };
    let mut local = to_local(origin, &at);
    if height.is_none() {
        local.up_m = 0.0;
    }
    in_degrees.then_some(local)
}

/// The stream of a kind that a datastream is, if it fits one.
pub(super) fn stream(kind: &DeviceKind, draft: &Draft, observed: Option<&Value>) -> Option<String> {
    let properties = draft.body.get("properties").unwrap_or(&Value::Null);
    let observed = observed.unwrap_or(&Value::Null);
    let names = [
        properties.get("stream").and_then(Value::as_str),
        observed.get("@iot.id").and_then(Value::as_str),
        draft.text("name"),
        observed.get("name").and_then(Value::as_str),
    ];
    let unit =
        draft.body.get("unitOfMeasurement").and_then(|unit| unit.get("symbol")).and_then(Value::as_str);
    kind.streams.iter().find_map(|(id, stream)| {
        let called = |name: &str| {
            name == id || stream.name.zh.as_deref() == Some(name) || stream.name.en.as_deref() == Some(name)
        };
        let fits = names.iter().flatten().any(|name| called(name));
        let same_unit = unit.is_none_or(|unit| unit.is_empty() || unit == stream.unit);
        (fits && same_unit).then(|| id.clone())
    })
}
