//! `community.toml`: what to build, from which sources, placed where.
//!
//! Every field has a sensible default, so that a bare survey folder builds without a plan; the
//! builder prints the plan that it assumed.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::LocalizedText;
use crate::geometry::GeographicPoint;

/// The build plan. Paths are relative to the folder that holds `community.toml`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildPlan {
    /// The community that the plan describes.
    #[serde(default)]
    pub community: CommunityPlan,
    /// How the community is divided.
    #[serde(default)]
    pub partition: PartitionPlan,
    /// The inputs, in the order in which they are built.
    #[serde(default, rename = "source")]
    pub sources: Vec<SourcePlan>,
    /// What is built from them, for whom. Default: the profile `full`.
    #[serde(default, rename = "profile", skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<ProfilePlan>,
}

/// Identity and place of the community.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommunityPlan {
    /// Stable id: letters, digits, `-` and `_`. Default: made from the folder's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name in Chinese and English. Default: the folder's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<LocalizedText>,
    /// Origin of the local frame. Default: the origin of the first georeferenced source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<GeographicPoint>,
}

/// Files that divide the community. All are GeoJSON in WGS 84 longitude and latitude (RFC 7946).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartitionPlan {
    /// Zones (组团): polygons with `id`, `name_zh`, `name_en`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zones: Option<PathBuf>,
    /// Building footprints: polygons with `id`, `name_zh`, `name_en`, `storeys`, `height_m`,
    /// `ground_m`; other properties are kept as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footprints: Option<PathBuf>,
    /// Direction of the streets, in degrees clockwise from north, for automatic zones and the sides
    /// of buildings. Default: the direction that most edges of footprints share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street_axis_deg: Option<f64>,
    /// Longest edge of an automatic zone in metres. Default: 150.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone_edge_m: Option<f64>,
    /// How far around its footprint a building reaches, for eaves and balconies. Default: 0.6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building_margin_m: Option<f64>,
}

/// One input of the build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcePlan {
    /// Stable id, unique in the plan: letters, digits, `-` and `_`.
    pub id: String,
    /// Format of the input.
    pub kind: SourceKind,
    /// Folder or file.
    pub path: PathBuf,
    /// Coordinate reference system that overrules the survey's metadata: `EPSG:n`, `ENU:lat,lon`
    /// or WKT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    /// Offset added to every vertex, in the axes and units of the CRS; overrules `SRSOrigin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs_origin: Option<[f64; 3]>,
    /// What the heights are measured from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<HeightPlan>,
    /// Which axis of an OBJ or PLY file points up. Default: `z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up: Option<UpAxis>,
    /// Bearing of the y axis of an IFC file's world coordinates, in degrees clockwise from the north
    /// of `crs`. Given together with `crs`, it overrules what the file says about its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading_deg: Option<f64>,
    /// The building that an IFC file shows: the id of a footprint. Where the model is shown, that
    /// building of the survey gives way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building: Option<String>,
    /// Whether an IFC file shows what stands there or what is planned. Default: `existing`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub state: ModelState,
}

/// Whether a model shows what stands there.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ModelState {
    /// As built.
    #[default]
    Existing,
    /// As planned: shown beside or in place of what stands there.
    Proposed,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The axis that points up. `y` turns the mesh so that its y becomes z and its z becomes −y.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UpAxis {
    /// As in glTF and most modelling programs.
    Y,
    /// As in survey software.
    Z,
}

/// Formats that the builder reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// An oblique-photography survey as a tree of OpenSceneGraph binary files.
    Osgb,
    /// Textured triangles as Wavefront OBJ with its MTL and images; a file, or a folder of tiles.
    Obj,
    /// glTF 2.0, `.gltf` or `.glb`.
    Gltf,
    /// Stanford PLY, with vertex colours or a texture.
    Ply,
    /// A building information model as an IFC file (`IFC2x3`, IFC4, `IFC4x3`), `.ifc` or `.ifczip`; a
    /// file, or a folder of them.
    Ifc,
}

/// For whom the community is built, and how light.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfilePlan {
    /// Stable id, the folder of its tilesets: letters, digits, `-` and `_`.
    pub id: String,
    /// What kind of scenes it holds.
    #[serde(default)]
    pub scenes: SceneKind,
    /// How textures are stored. Default: `keep` for complete scenes, `webp` for light ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub textures: Option<TextureCodec>,
    /// Quality of a lossy codec, 1 to 100. Default: 83.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texture_quality: Option<u8>,
    /// Longest edge of a texture in pixels; a larger one is resampled. Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texture_edge_px: Option<u32>,
    /// Whether repeated parts of a building model are stored once (`EXT_mesh_gpu_instancing`). Say
    /// `false` for viewers that do not know that extension. Default: true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instancing: Option<bool>,
}

/// What kind of scenes a profile holds.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SceneKind {
    /// Every level of the sources, for planners and command centres.
    #[default]
    Complete,
    /// The light-scene standard for residents: overview, zones and spots under fixed budgets.
    Light,
}

/// How textures are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextureCodec {
    /// As the source has them, byte for byte.
    Keep,
    /// JPEG.
    Jpeg,
    /// WebP (`EXT_texture_webp`).
    Webp,
    /// KTX2 with ETC1S blocks (`KHR_texture_basisu`): small in the GPU's memory and in the file.
    Etc1s,
    /// KTX2 with UASTC blocks (`KHR_texture_basisu`): small in the GPU's memory, at high quality.
    Uastc,
}

/// The vertical reference of a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeightPlan {
    /// Name of the vertical reference, such as `EGM96` or `1985国家高程基准`; shown in the report.
    pub reference: String,
    /// Metres added to a height of the source to get a height above the WGS 84 ellipsoid: the
    /// geoid's height above the ellipsoid at the site. 0 for ellipsoidal heights.
    #[serde(default)]
    pub geoid_height_m: f64,
}
