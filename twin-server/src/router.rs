//! Everything that the server answers, in order. Read this file first.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get, post};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::api::{
    Problem, aggregates, catalog, device_kinds, devices, events, exports, health, layers, model,
    object_edits, objects, openapi, place, publication, readings, spatial, viewer,
};
use crate::app::App;
use crate::auth::require_key;

/// 10,000 readings of 400 bytes each.
const BODY_LIMIT_BYTES: usize = 4 * 1024 * 1024;
/// Until an answer begins. Event streams begin at once and then take as long as they like.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The whole service.
pub fn router(app: Arc<App>) -> Router {
    let api = Router::new()
        .route("/healthz", get(health::get_health))
        .route("/api/openapi.json", get(openapi::get_openapi))
        .route("/api/v1/catalog", get(catalog::get_catalog))
        .route("/api/v1/device-kinds", get(device_kinds::list_device_kinds))
        .route("/api/v1/devices", get(devices::list_devices))
        .route(
            "/api/v1/devices/{id}",
            get(devices::get_device).put(devices::put_device).delete(devices::delete_device),
        )
        .route(
            "/api/v1/devices/{id}/readings",
            get(readings::list_readings).delete(readings::delete_readings),
        )
        .route("/api/v1/devices/{id}/aggregates", get(aggregates::list_aggregates))
        .route("/api/v1/readings", post(readings::post_readings))
        .route("/api/v1/exports/readings.csv", get(exports::export_readings))
        .route("/api/v1/events", get(events::stream_events))
        .route("/api/v1/model/versions", get(model::list_versions))
        .route("/api/v1/objects", get(objects::list_objects).post(object_edits::post_object))
        .route(
            "/api/v1/objects/{*id}",
            get(objects::get_object)
                .patch(object_edits::patch_object)
                .delete(object_edits::delete_object)
                .post(object_edits::restore_object),
        )
        .route("/api/v1/place", get(place::get_place))
        .route("/api/v1/spatial/query", post(spatial::query_things))
        .route("/api/{*rest}", any(nothing))
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
        .layer(from_fn_with_state(Arc::clone(&app), require_key));

    let publication = Router::new()
        .route("/publication/current", get(publication::get_current))
        .route("/publication/{*path}", get(publication::get_file));

    Router::new()
        .merge(api)
        .fallback(viewer::get_viewer)
        // Leaves event streams and pictures alone; published files bring their own encodings.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .merge(publication)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT))
        .layer(from_fn(layers::secure))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(from_fn(layers::observe))
        .with_state(app)
}

async fn nothing() -> Problem {
    Problem::of_status(StatusCode::NOT_FOUND)
}
