//! The parameters of `items`: texts come in; a condition, a page and the wanted properties go out.

use axum::http::StatusCode;

use super::call::{Call, unknown_parameter};
use super::{CRS84, CRS84H};
use crate::api::Problem;
use crate::features::Collection;
use crate::features::bbox::GeoBox;
use crate::features::filter::{CheckError, Condition, FilterError, FilterLanguage, Span, condition};
use crate::features::schema::{Property, PropertyType, Schema};

/// Features on a page if nothing is said.
pub(super) const LIMIT_DEFAULT: usize = 100;
/// Most features on a page. More may be asked for; so many are given.
pub(super) const LIMIT_MAX: usize = 10_000;
/// Parameters that are no properties.
pub(super) const PARAMETERS: [&str; 9] =
    ["bbox", "datetime", "limit", "after", "properties", "filter", "filter-lang", "filter-crs", "bbox-crs"];

/// What `items` is asked for.
pub(super) struct ItemsQuery<'s> {
    /// Which features; all without one.
    pub(super) condition: Option<Condition>,
    /// At most this many.
    pub(super) limit: usize,
    /// Only behind the feature with this id.
    pub(super) after: Option<String>,
    /// What is given of each.
    pub(super) properties: Vec<&'s Property>,
}

impl<'s> ItemsQuery<'s> {
    /// Reads the parameters of a call against a collection.
    ///
    /// # Errors
    /// A problem that names the parameter and what it takes.
    pub(super) fn read(
        call: &Call,
        collection: &'s dyn Collection,
        has_frame: bool,
    ) -> Result<Self, Problem> {
        let schema = collection.schema();
        let mut all = Vec::new();
        for (name, value) in &call.parameters {
            match name.as_str() {
                "bbox" => {
                    let bounds = value.parse::<GeoBox>();
                    all.push(Condition::in_box(
                        &bounds.map_err(|error| bad("bad_bbox", &error.to_string()))?,
                    ));
                }
                "datetime" => {
                    let span =
                        Span::parameter(value).map_err(|error| bad("bad_datetime", &error.to_string()))?;
                    // What has no time is there at all times.
                    all.extend(collection.about().has_times.then(|| Condition::in_time(span)));
                }
                "filter" => all.push(read_filter(value, call.parameters.get("filter-lang"), schema)?),
                "filter-crs" | "bbox-crs" => check_crs(name, value)?,
                name if PARAMETERS.contains(&name) => {}
                name => all.push(read_property(name, value, schema)?),
            }
        }
        if !has_frame && all.iter().any(|condition| condition.areas().is_some()) {
            let detail = "the community has no place on the Earth: its features have no geometry in WGS 84";
            return Err(Problem::bad_request("no_georeference", detail)
                .with_hint("ask by properties, or use /api/v1 with local metres"));
        }
        Ok(Self {
            condition: (!all.is_empty()).then_some(Condition::All(all)),
            limit: read_limit(call.parameters.get("limit"))?,
            after: call.parameters.get("after").cloned(),
            properties: read_properties(call.parameters.get("properties"), schema)?,
        })
    }
}

fn bad(code: &'static str, message: &str) -> Problem {
    Problem::worded(StatusCode::BAD_REQUEST, code, message)
}

fn read_limit(text: Option<&String>) -> Result<usize, Problem> {
    let Some(text) = text else { return Ok(LIMIT_DEFAULT) };
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<usize>() {
        Ok(0) => {}
        Ok(limit) if digits => return Ok(limit.min(LIMIT_MAX)),
        // More digits than a number has.
        Err(_) if digits => return Ok(LIMIT_MAX),
        _ => {}
    }
    Err(Problem::bad_request("bad_limit", format!("`limit` is `{text}`, 1 to {LIMIT_MAX} are given")))
}

fn read_filter(text: &str, language: Option<&String>, schema: &Schema) -> Result<Condition, Problem> {
    let language = match language.map(String::as_str) {
        // The last is how drafts named the text; GDAL up to 3.8 does.
        None | Some("cql2-text" | "cql-text") => FilterLanguage::Text,
        Some("cql2-json") => FilterLanguage::Json,
        Some(_) => {
            return Err(Problem::bad_request("bad_filter_lang", "`filter-lang` is not known")
                .with_hint("use `cql2-text` or `cql2-json`"));
        }
    };
    condition(text, language, schema).map_err(|error| {
        let code = match &error {
            FilterError::TooLong(_) | FilterError::TooDeep | FilterError::TooManyTerms => "filter_too_large",
            FilterError::Check(CheckError::Unknown { .. }) => "unknown_property",
            FilterError::Syntax { .. } | FilterError::Json(_) | FilterError::Check(_) => "bad_filter",
        };
        bad(code, &error.to_string())
    })
}

fn check_crs(name: &str, value: &str) -> Result<(), Problem> {
    if [CRS84, CRS84H].contains(&value) {
        return Ok(());
    }
    Err(Problem::bad_request("unsupported_crs", format!("`{name}` is a CRS that is not supported"))
        .with_hint(format!("use `{CRS84}` or `{CRS84H}`")))
}

fn read_property(name: &str, value: &str, schema: &Schema) -> Result<Condition, Problem> {
    let Some(property) = schema.get(name) else {
        return Err(unknown_parameter(
            name,
            &format!("`f`, `lang`, {}, or a property: {}", listed(), schema.names()),
        ));
    };
    Condition::equals(property, value).map_err(|error| bad("bad_value", &error.to_string()))
}

fn listed() -> String {
    PARAMETERS.map(|name| format!("`{name}`")).join(", ")
}

fn read_properties<'s>(names: Option<&String>, schema: &'s Schema) -> Result<Vec<&'s Property>, Problem> {
    let Some(names) = names else {
        return Ok(schema
            .properties()
            .iter()
            .filter(|property| property.listed && property.name != "id")
            .collect());
    };
    let names: Vec<&str> = names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    // In the order of the schema, whatever the order of the names.
    if let Some(unknown) = names.iter().find(|name| schema.get(name).is_none()) {
        let unknown: String = unknown.chars().take(60).collect();
        return Err(Problem::bad_request("unknown_property", format!("there is no property `{unknown}`"))
            .with_hint(format!("use {}", schema.names())));
    }
    Ok(schema.properties().iter().filter(|property| names.contains(&&*property.name)).collect())
}

/// How a parameter of a property's name is described.
pub(super) fn can_be_asked_for(property: &Property) -> bool {
    property.kind != PropertyType::TextList && !PARAMETERS.contains(&&*property.name)
}
