//! Fuzz target of filters in CQL2, as text and as JSON: none may make the readers panic or hang, read alone or
//! held against a schema. `scripts/fuzz` builds it with coverage and runs it.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use twin_server::features::filter::{FilterLanguage, condition, parse};
use twin_server::features::schema::{GeometryKind, Property, PropertyType, Schema};

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let kinds = [
        ("name", PropertyType::Text),
        ("count", PropertyType::Integer),
        ("is_open", PropertyType::Bool),
        ("time", PropertyType::Instant),
    ];
    let fields = kinds.map(|(name, kind)| Property::field(name, kind, "", ""));
    Schema::new(fields.into_iter().chain([Property::metres("height_m", "", "")]), GeometryKind::Polygon)
});

fuzz_target!(|data: &[u8]| {
    let Some((what, bytes)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let language = if what % 2 == 0 { FilterLanguage::Text } else { FilterLanguage::Json };
    let read = parse(text, language);
    let checked = condition(text, language, &SCHEMA);
    assert!(read.is_ok() || checked.is_err(), "`{text}` is no filter, and yet it is a condition");
});
