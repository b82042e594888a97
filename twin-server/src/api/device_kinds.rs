//! `/api/v1/device-kinds`: what the server knows about kinds of device.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use twin_schemas::live::DeviceKind;

use crate::app::App;

/// Lists the kinds of device with their streams and bands.
#[utoipa::path(get, path = "/api/v1/device-kinds", tag = "devices", responses((status = 200, body = Vec<DeviceKind>)))]
pub(crate) async fn list_device_kinds(State(app): State<Arc<App>>) -> Json<Vec<DeviceKind>> {
    Json(app.kinds.list().iter().map(|kind| DeviceKind::clone(kind)).collect())
}
