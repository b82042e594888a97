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
    /// `zone/<id>`, `building/<footprint id>`, `community/<id>`, or for what a building model holds
    /// `<source>/<GlobalId>`.
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
    /// What a building model says about it; absent for what stands in no building model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bim: Option<Box<BimFacts>>,
}

/// What a building model (IFC) says about an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct BimFacts {
    /// The source in the plan.
    pub source: String,
    /// `GlobalId`, as the file has it; case matters.
    pub global_id: String,
    /// IFC class, such as `IfcDoor`.
    pub ifc_class: String,
    /// Id of the storey that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storey: Option<String>,
    /// The part of its building in whose tiles it is drawn; absent for what has no shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<BuildingPart>,
    /// Metres above the building's reference, for a storey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elevation_m: Option<f64>,
    /// `Description`, `ObjectType`, `Tag`, `LongName`, `PredefinedType` and other attributes that are text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// Name of its type object, such as that of a door type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_name: Option<String>,
    /// Names of its materials.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<String>,
    /// References into classification systems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classifications: Vec<Classification>,
    /// Property sets and quantity sets by name, those of its type included; values by name of the
    /// property, as the file has them, in the file's units.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, BTreeMap<String, Object>>)]
    pub property_sets: BTreeMap<String, BTreeMap<String, serde_json::Value>>,
}

/// A reference into a classification system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Classification {
    /// The system, such as `GB/T 51269-2017`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The code in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the code means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The parts that a storey is drawn in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum BuildingPart {
    /// What can be seen from outside.
    Exterior,
    /// Everything else but spaces.
    Interior,
    /// Volumes of rooms and zones.
    Space,
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
    /// A building, known by its footprint or by a building model.
    Building,
    /// The site of a building model.
    Site,
    /// A storey of a building model, or a part of a facility.
    Storey,
    /// A space of a building model.
    Space,
    /// An element of a building model: a wall, a door, a pipe.
    Element,
}
