//! `/api/v1/maintenance-windows`: where and when alarms are held back.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use twin_schemas::alarm::MaintenanceWindow;
use utoipa::ToSchema;

use super::extract::{Json, Path};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::domain::alarm::check_window;

/// Most maintenance windows of a community.
const WINDOWS_LIMIT: usize = 500;

/// All maintenance windows by id.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MaintenanceWindowList {
    /// The windows.
    windows: Vec<MaintenanceWindow>,
}

/// Lists the maintenance windows by id, also those that are over.
#[utoipa::path(
    get, path = "/api/v1/maintenance-windows", tag = "maintenance windows",
    responses((status = 200, body = MaintenanceWindowList))
)]
pub(crate) async fn list_windows(
    State(app): State<Arc<App>>,
) -> Result<JsonAnswer<MaintenanceWindowList>, Problem> {
    Ok(JsonAnswer(MaintenanceWindowList { windows: app.store.maintenance_windows().await? }))
}

/// Gives a maintenance window.
#[utoipa::path(
    get, path = "/api/v1/maintenance-windows/{id}", tag = "maintenance windows",
    params(("id" = String, Path, description = "Id of the window")),
    responses((status = 200, body = MaintenanceWindow), (status = 404, body = ProblemBody))
)]
pub(crate) async fn get_window(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<JsonAnswer<MaintenanceWindow>, Problem> {
    let windows = app.store.maintenance_windows().await?;
    windows.into_iter().find(|window| window.id == id).map(JsonAnswer).ok_or_else(|| unknown_window(&id))
}

/// Adds a maintenance window or changes it. What it no longer holds back opens at once.
#[utoipa::path(
    put, path = "/api/v1/maintenance-windows/{id}", tag = "maintenance windows",
    params(("id" = String, Path, description = "Id of the window")),
    request_body = MaintenanceWindow, security((), ("key" = [])),
    responses(
        (status = 200, body = MaintenanceWindow, description = "It was there before"),
        (status = 201, body = MaintenanceWindow, description = "It is new"),
        (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn put_window(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Json(window): Json<MaintenanceWindow>,
) -> Result<(StatusCode, JsonAnswer<MaintenanceWindow>), Problem> {
    if window.id != id {
        let detail = "`id` in the body is not the id in the path";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "id_mismatch", detail));
    }
    check_window(&window, &app.kinds)
        .map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_window", error.to_string()))?;
    let windows = app.store.maintenance_windows().await?;
    if windows.len() >= WINDOWS_LIMIT && windows.iter().all(|known| known.id != id) {
        let detail = format!("there are {} windows, limit {WINDOWS_LIMIT}", windows.len());
        return Err(Problem::new(StatusCode::CONFLICT, "too_many_windows", detail)
            .with_hint("remove windows that are over"));
    }
    let new = app.writer.put_maintenance_window(window.clone()).await?;
    Ok((if new { StatusCode::CREATED } else { StatusCode::OK }, JsonAnswer(window)))
}

/// Removes a maintenance window; what it held back opens at once.
#[utoipa::path(
    delete, path = "/api/v1/maintenance-windows/{id}", tag = "maintenance windows",
    params(("id" = String, Path, description = "Id of the window")),
    security((), ("key" = [])),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub(crate) async fn delete_window(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let removed = app.writer.remove_maintenance_window(id.clone()).await?;
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(unknown_window(&id)) }
}

fn unknown_window(id: &str) -> Problem {
    Problem::not_found("unknown_window", format!("there is no maintenance window `{id}`"))
}
