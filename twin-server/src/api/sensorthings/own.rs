//! Devices, their streams and kinds in the words of SensorThings. Called by `entity`.

use twin_schemas::LocalizedText;
use twin_schemas::geometry::GeographicPoint;
use twin_schemas::live::DeviceKind;

use super::entity::kind_of;
use super::json::{push_field, push_localized, push_name, push_number, push_text};
use super::world::World;
use crate::live::Entry;
use crate::sensorthings::model::Set;
use crate::sensorthings::when::push_instant;

/// Encoding of positions (OGC 18-088, table 6).
pub(super) const GEOJSON: &str = "application/geo+json";
/// The type of observations that are numbers with a unit (OGC 18-088, table 12).
pub(super) const MEASUREMENT: &str = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement";

/// What people call a device: its name, or else its id.
pub(super) fn name_of(entry: &Entry) -> &str {
    let name = entry.device.name.en_or_zh();
    if name.is_empty() { &entry.device.id } else { name }
}

/// Both languages in one text.
fn both(text: &LocalizedText) -> String {
    match (&text.zh, &text.en) {
        (Some(zh), Some(en)) if zh != en => format!("{zh} · {en}"),
        _ => text.en_or_zh().to_owned(),
    }
}

/// A property of a device as a thing, a location or a feature.
pub(super) fn push_device(world: &World, set: Set, entry: &Entry, name: &str, out: &mut String) -> bool {
    match name {
        "name" => push_text(out, name_of(entry)),
        "description" if set == Set::Thing => push_text(out, &both(&entry.kind.name)),
        "description" => {
            push_text(out, &format!("{} · {}", both(&entry.device.name), both(&entry.kind.name)));
        }
        "encodingType" => push_text(out, GEOJSON),
        "location" | "feature" => return push_position(world, entry, out),
        "properties" => push_device_properties(set, entry, out),
        _ => return false,
    }
    true
}

fn push_device_properties(set: Set, entry: &Entry, out: &mut String) {
    out.push('{');
    if set == Set::Thing {
        push_field(out, "kind", &entry.device.kind);
        push_localized(out, "name", &entry.device.name);
        let (status, since) = entry.state.status();
        push_field(out, "status", status.word());
        if let Some(since) = since {
            push_name(out, "statusSince");
            out.push('"');
            push_instant(out, since);
            out.push('"');
        }
    } else {
        let at = entry.device.position;
        for (name, metres) in [("east_m", at.east_m), ("north_m", at.north_m), ("up_m", at.up_m)] {
            push_name(out, name);
            push_number(out, metres);
        }
    }
    if let Some(object) = &entry.device.object {
        push_field(out, "object", object);
    }
    out.push('}');
}

fn push_position(world: &World, entry: &Entry, out: &mut String) -> bool {
    let Some(point) = world.position(&entry.device.position, point) else { return false };
    out.push_str(&point);
    true
}

fn point(point: &GeographicPoint) -> String {
    let mut out = r#"{"type":"Point","coordinates":["#.to_owned();
    // A tenth of a micrometre, and a tenth of a millimetre.
    for (lead, number, step) in
        [("", point.longitude_deg, 1e12), (",", point.latitude_deg, 1e12), (",", point.height_m, 1e4)]
    {
        out.push_str(lead);
        push_number(&mut out, (number * step).round() / step);
    }
    out.push_str("]}");
    out
}

/// A property of a stream as a datastream.
pub(super) fn push_stream(world: &World, entry: &Entry, stream: &str, name: &str, out: &mut String) -> bool {
    let Some(kind) = kind_of(&entry.kind, stream) else { return false };
    match name {
        "name" => push_text(out, &format!("{}: {}", name_of(entry), kind.name.en_or_zh())),
        "description" => push_text(out, &format!("{} · {}", both(&entry.device.name), both(&kind.name))),
        "observationType" => push_text(out, MEASUREMENT),
        "unitOfMeasurement" => push_unit(out, &kind.unit),
        "observedArea" => return push_position(world, entry, out),
        "properties" => {
            out.push('{');
            push_field(out, "stream", stream);
            push_field(out, "kind", &entry.device.kind);
            push_localized(out, "name", &kind.name);
            for (name, number) in [("min", kind.min), ("max", kind.max)] {
                push_name(out, name);
                push_number(out, number);
            }
            out.push('}');
        }
        _ => return false,
    }
    true
}

/// A unit by its UCUM symbol; counts and switches have none.
fn push_unit(out: &mut String, symbol: &str) {
    if symbol.is_empty() {
        out.push_str(r#"{"name":null,"symbol":null,"definition":null}"#);
        return;
    }
    out.push('{');
    push_field(out, "name", symbol);
    push_field(out, "symbol", symbol);
    push_field(out, "definition", &format!("urn:ogc:def:uom:UCUM::{symbol}"));
    out.push('}');
}

/// A property of a kind as a sensor.
pub(super) fn push_kind(world: &World, kind: &DeviceKind, name: &str, out: &mut String) -> bool {
    match name {
        "name" => push_text(out, kind.name.en_or_zh()),
        "description" => push_text(out, &both(&kind.name)),
        "encodingType" => push_text(out, "application/json"),
        "metadata" => push_text(out, &format!("{}/api/v1/device-kinds", world.host())),
        "properties" => {
            out.push('{');
            push_field(out, "kind", &kind.id);
            push_localized(out, "name", &kind.name);
            push_name(out, "silence_s");
            push_number(out, f64::from(kind.silence_s));
            out.push('}');
        }
        _ => return false,
    }
    true
}

/// A property of what a stream measures as an observed property.
pub(super) fn push_property(kind: &DeviceKind, stream: &str, name: &str, out: &mut String) -> bool {
    let Some(stream_kind) = kind_of(kind, stream) else { return false };
    match name {
        "name" => push_text(out, stream_kind.name.en_or_zh()),
        "definition" => push_text(out, &format!("urn:community-twin:stream:{stream}")),
        "description" => push_text(out, &both(&stream_kind.name)),
        "properties" => {
            out.push('{');
            push_field(out, "stream", stream);
            push_field(out, "unit", &stream_kind.unit);
            push_localized(out, "name", &stream_kind.name);
            out.push('}');
        }
        _ => return false,
    }
    true
}
