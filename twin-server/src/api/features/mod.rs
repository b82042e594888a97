//! `/ogc`: the community by OGC API - Features, Part 1 (17-069r4) and Part 3 with CQL2 (19-079r2,
//! 21-065r2), and its scenes by the draft of OGC API - 3D `GeoVolumes`.
//!
//! `call` reads what all requests have in common and gives answers their form; `landing`, `collections`
//! and `items` are the resources, `query` the parameters of `items`, `description` the API document,
//! `page` the pages for people, `volumes` the scenes. What features are and which are meant is
//! `crate::features`' business.

mod call;
pub(crate) mod collections;
mod description;
pub(crate) mod items;
pub(crate) mod landing;
mod page;
mod query;
pub(crate) mod volumes;

use axum::http::StatusCode;

pub(super) use call::source;

use super::Problem;

/// CRS of everything that is answered: longitude, latitude, height above the ellipsoid of WGS 84.
const CRS84H: &str = "http://www.opengis.net/def/crs/OGC/0/CRS84h";
/// The same without heights; filters may name it.
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

/// Media types.
mod media {
    pub(super) const JSON: &str = "application/json";
    pub(super) const GEOJSON: &str = "application/geo+json";
    pub(super) const SCHEMA: &str = "application/schema+json";
    pub(super) const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";
    pub(super) const HTML: &str = "text/html";
    pub(super) const TILES: &str = "application/json+3dtiles";
}

/// Anything else below `/ogc`.
pub(crate) async fn nothing() -> Problem {
    Problem::of_status(StatusCode::NOT_FOUND)
}
