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
}

/// Formats that the builder reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// An oblique-photography survey as a tree of OpenSceneGraph binary files.
    Osgb,
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
