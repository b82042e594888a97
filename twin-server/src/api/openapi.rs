//! The OpenAPI document of everything that the server answers, made from the code. `twin-server
//! openapi` prints it, `schemas/openapi.json` holds it, the viewer's types come from there.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use twin_schemas::live::{
    DeviceEvent, DeviceRemovedEvent, ObjectEvent, ObjectRemovedEvent, PublicationEvent, SnapshotEvent,
};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{
    ProblemBody, aggregates, catalog, device_kinds, devices, events, exports, health, model, object_edits,
    objects, place, readings, spatial,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Community Twin", description = "The community model, its tiles and its live devices. Positions are metres east, north and up of the community's origin; instants are RFC 3339. Every failure is a problem document (RFC 9457)."),
    paths(
        health::get_health,
        catalog::get_catalog,
        device_kinds::list_device_kinds,
        devices::list_devices,
        devices::get_device,
        devices::put_device,
        devices::delete_device,
        readings::list_readings,
        readings::post_readings,
        readings::delete_readings,
        aggregates::list_aggregates,
        exports::export_readings,
        events::stream_events,
        objects::list_objects,
        objects::get_object,
        object_edits::post_object,
        object_edits::patch_object,
        object_edits::delete_object,
        object_edits::get_object_history,
        object_edits::restore_object,
        model::list_versions,
        spatial::query_things,
        place::get_place,
    ),
    components(schemas(SnapshotEvent, DeviceEvent, DeviceRemovedEvent, ObjectEvent, ObjectRemovedEvent, PublicationEvent, ProblemBody)),
    modifiers(&IngestKey),
)]
struct Document;

struct IngestKey;

impl Modify for IngestKey {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let mut scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        scheme.description = Some("The server's ingest key, if one is configured.".into());
        let components = document.components.get_or_insert_default();
        components.security_schemes.insert("key".into(), SecurityScheme::Http(scheme).into());
    }
}

/// The document as JSON that people can read, with a line end at its end.
#[must_use]
pub(crate) fn document() -> String {
    // The document is plain data with string keys: writing it cannot fail.
    let mut text = Document::openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// Gives the OpenAPI document.
pub(crate) async fn get_openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document()).into_response()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_document_is_what_the_code_gives() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/openapi.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == super::document(),
            "schemas/openapi.json is stale\nhint: cargo run -p twin-server -- openapi > schemas/openapi.json"
        );
    }
}
