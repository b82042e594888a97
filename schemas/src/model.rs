//! `model.ndjson`: every object of the community that has an identity, one a line.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::LocalizedText;
use crate::geometry::LocalBox;

/// An object with one id everywhere: here, in tiles, in the server and on screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct ModelObject {
    /// `zone/<id>`, `building/<footprint id>`, `community/<id>`.
    pub id: String,
    /// What it is.
    pub class: ObjectClass,
    /// Name in both languages.
    #[serde(default)]
    pub name: LocalizedText,
    /// The object that this one is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The zone that this one stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Box in the local frame.
    pub bounds: LocalBox,
    /// Outline: polygons of rings of `[east_m, north_m]`, outer ring first, first point repeated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub footprint: Vec<Vec<Vec<[f64; 2]>>>,
    /// Everything else that the source said about it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, serde_json::Value>,
}

/// Kinds of model object.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ObjectClass {
    /// The whole community.
    Community,
    /// A zone (组团).
    Zone,
    /// A building, known by its footprint.
    Building,
}
