//! `/healthz`: whether the server works, for supervisors and people.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;

/// That the server works, and with what.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`: a server that does not work does not answer.
    status: &'static str,
    /// Version of the server.
    version: &'static str,
    /// Version of the publication that is served.
    publication: String,
    /// Number of registered devices.
    devices: usize,
}

/// Tells that the server works.
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, body = Health)))]
pub(crate) async fn get_health(State(app): State<Arc<App>>) -> Json<Health> {
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        publication: app.publications.served().version.clone(),
        devices: app.hub.count(),
    })
}
