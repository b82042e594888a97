//! `catalog.json`: what a publication holds and where it stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::LocalizedText;
use crate::geometry::{GeographicPoint, LocalBox};
use crate::plan::{ModelState, SourceKind};

/// The value of [`Catalog::format`] that this code writes and reads.
pub const CATALOG_FORMAT: u32 = 1;

/// The catalogue of one published version. Paths are relative to the version's folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Catalog {
    /// Version of this contract; readers refuse a larger one.
    pub format: u32,
    /// The community.
    pub community: Community,
    /// The inputs that were built, in plan order.
    pub sources: Vec<SourceEntry>,
    /// The scenes that can be opened.
    pub scenes: Vec<Scene>,
    /// Path of the model objects, one JSON object a line ([`crate::model::ModelObject`]).
    pub model: String,
}

/// Identity and frame of the community.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Community {
    /// Stable id.
    pub id: String,
    /// Name in both languages.
    pub name: LocalizedText,
    /// Where the local frame touches the ellipsoid. Absent if no source was georeferenced: then
    /// tilesets have no root transform and local metres are all there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<GeographicPoint>,
    /// Box around everything published.
    pub bounds: LocalBox,
}

/// One input as it was understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct SourceEntry {
    /// Id from the plan.
    pub id: String,
    /// Format.
    pub kind: SourceKind,
    /// How the source was placed.
    pub georeference: Georeference,
}

/// How a source was placed on the Earth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Georeference {
    /// What was used.
    pub method: GeoreferenceMethod,
    /// The CRS in words: an authority code, or the name in the WKT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    /// The source's origin on the ellipsoid, if it has a position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<GeographicPoint>,
    /// The vertical reference that was stated or assumed, in words.
    pub height_reference: String,
    /// Largest distance in metres between a placed point and PROJ's own answer, over the check
    /// points of this source.
    pub residual_m: f64,
}

/// Where a source's position came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GeoreferenceMethod {
    /// An authority code, such as `EPSG:4547`.
    Code,
    /// The parameters of a WKT definition.
    Wkt,
    /// An east-north-up plane at a given latitude and longitude.
    Enu,
    /// An `IfcMapConversion`, or the property set that stands for it in `IFC2x3`.
    MapConversion,
    /// Latitude, longitude and north direction of an `IfcSite`.
    Site,
    /// No position is known; placed at the local origin.
    Local,
}

/// One tileset that a viewer can open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Scene {
    /// Unique in the catalogue, `<profile>` or `<profile>/<zone>`.
    pub id: String,
    /// Profile that the scene was built for, such as `full`.
    pub profile: String,
    /// Zone that the scene covers; absent for the whole community.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// What it shows.
    #[serde(default)]
    pub content: SceneContent,
    /// The source that the scene shows; absent if it shows all surveys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Whether it shows what stands there or what is planned.
    #[serde(default)]
    pub state: ModelState,
    /// Ids of objects in other scenes that this one stands for: where it is shown, they are hidden.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<String>,
    /// Path of the root `tileset.json`.
    pub tileset: String,
    /// Box around the scene.
    pub bounds: LocalBox,
    /// Number of tiles with content.
    pub tiles: u64,
    /// Triangles over all tiles and levels.
    pub triangles: u64,
    /// Texture pixels over all tiles and levels.
    pub texture_px: u64,
    /// Bytes of all tile contents.
    pub size_bytes: u64,
    /// What the first look on a phone takes, for light scenes. That of the whole community counts the
    /// existing building models, which are shown beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_view: Option<FirstView>,
}

/// What a scene shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SceneContent {
    /// The place as surveyed; in a community without a survey, its building models.
    #[default]
    Place,
    /// One building model.
    Model,
    /// The spaces of one building model: volumes to pick, hidden unless asked for.
    Spaces,
}

/// What has to be fetched and drawn until a scene is first seen as a whole on a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct FirstView {
    /// Bytes of tileset documents, compressed, and of contents.
    pub bytes: u64,
    /// Triangles that are drawn.
    pub triangles: u64,
    /// Draw calls.
    pub draws: u64,
    /// Pixels of the textures that are shown.
    pub texture_px: u64,
}
