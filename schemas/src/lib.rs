//! The contracts between the builder, the server and the viewer.
//!
//! Plain serde types with no behaviour beyond defaults and validation of shape: what stands in
//! `community.toml`, in a publication folder, on the wire between server and viewer. The builder
//! and the server never import one another; both speak these types. JSON Schemas of the file
//! contracts are generated from them into `schemas/json`, the HTTP contract into
//! `schemas/openapi.json`, and the viewer's TypeScript from the latter.
//!
//! Frames: a *local* position is metres east, north and up of the community's origin (a plane
//! tangent to the WGS 84 ellipsoid there, ENU). A *geographic* position is WGS 84 longitude and
//! latitude in degrees and metres above the ellipsoid.

pub mod alarm;
pub mod catalog;
pub mod checkups;
pub mod displays;
pub mod geometry;
pub mod indicators;
pub mod live;
pub mod model;
pub mod plan;
pub mod programming;
pub mod projects;
pub mod report;
pub mod reports;
mod text;

pub use text::LocalizedText;

/// The file contracts as JSON Schema documents: file name and pretty-printed text, in a fixed order.
///
/// `schemas/json/<name>` holds the same text; a test keeps the two equal.
#[must_use]
pub fn json_schemas() -> Vec<(&'static str, String)> {
    vec![
        ("community-plan.schema.json", pretty(&schemars::schema_for!(plan::BuildPlan))),
        ("catalog.schema.json", pretty(&schemars::schema_for!(catalog::Catalog))),
        ("model-object.schema.json", pretty(&schemars::schema_for!(model::ModelObject))),
        ("report.schema.json", pretty(&schemars::schema_for!(report::BuildReport))),
    ]
}

fn pretty(schema: &schemars::Schema) -> String {
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text.push('\n');
    text
}
