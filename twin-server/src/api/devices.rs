//! `/api/v1/devices`: registered devices with their states.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalPoint;
use twin_schemas::live::{Device, DeviceStatus, DeviceView};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Path, Query};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::{Permit, place};
use crate::domain::permission::Place;
use crate::domain::registration;
use crate::live::DeviceFilter;
use crate::store::Registered;

/// Which devices are meant; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeviceQuery {
    /// Id of a kind.
    kind: Option<String>,
    /// A status.
    status: Option<DeviceStatus>,
    /// `min_e,min_n,max_e,max_n` in local metres.
    bbox: Option<String>,
}

/// Devices by id.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceList {
    /// The devices.
    pub devices: Vec<DeviceView>,
}

/// A device as it is put; its id is in the path.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceRegistration {
    /// The id again, if given: it must be the one in the path.
    id: Option<String>,
    /// Id of its kind.
    kind: String,
    /// Name in both languages.
    #[serde(default)]
    name: LocalizedText,
    /// Where it stands, in local metres.
    position: LocalPoint,
    /// The model object that it belongs to.
    #[serde(default)]
    object: Option<String>,
}

/// The filter that kind, status and box in a query ask for.
pub(super) fn filter_of(
    app: &App,
    kind: Option<String>,
    status: Option<DeviceStatus>,
    bbox: Option<&str>,
) -> Result<DeviceFilter, Problem> {
    if let Some(kind) = &kind
        && app.kinds.get(kind).is_none()
    {
        let detail = format!("kind `{kind}` is unknown, use one of {}", app.kinds.ids());
        return Err(Problem::bad_request("unknown_kind", detail));
    }
    let bounds = bbox.map(str::parse).transpose().map_err(|error: crate::domain::bounds::BoundsError| {
        Problem::bad_request("bad_bbox", error.to_string())
    })?;
    Ok(DeviceFilter { kind, status, bounds, ..DeviceFilter::default() })
}

/// Lists devices by id.
#[utoipa::path(
    get, path = "/api/v1/devices", tag = "devices", params(DeviceQuery),
    responses((status = 200, body = DeviceList), (status = 400, body = ProblemBody))
)]
pub(crate) async fn list_devices(
    State(app): State<Arc<App>>,
    Query(query): Query<DeviceQuery>,
) -> Result<Response, Problem> {
    let filter = filter_of(&app, query.kind, query.status, query.bbox.as_deref())?;
    // The views are kept as JSON, so that many viewers cost no more than one.
    let body = format!(r#"{{"devices":{}}}"#, app.hub.list(&filter));
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// Gives one device.
#[utoipa::path(
    get, path = "/api/v1/devices/{id}", tag = "devices", params(("id" = String, Path, description = "Id of the device")),
    responses((status = 200, body = DeviceView), (status = 404, body = ProblemBody))
)]
pub(crate) async fn get_device(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<JsonAnswer<DeviceView>, Problem> {
    app.hub.view(&id).map(JsonAnswer).ok_or_else(|| unknown(&id))
}

/// Registers a device or changes its registration.
#[utoipa::path(
    put, path = "/api/v1/devices/{id}", tag = "devices", params(("id" = String, Path, description = "Id of the device")),
    request_body = DeviceRegistration, security((), ("key" = [])),
    responses(
        (status = 200, body = DeviceView, description = "It was registered before"),
        (status = 201, body = DeviceView, description = "It is new"),
        (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn put_device(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<String>,
    Json(body): Json<DeviceRegistration>,
) -> Result<(StatusCode, JsonAnswer<DeviceView>), Problem> {
    if body.id.as_ref().is_some_and(|in_body| *in_body != id) {
        let detail = "`id` in the body is not the id in the path";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "id_mismatch", detail));
    }
    let DeviceRegistration { kind, name, position, object, .. } = body;
    let device = Device { id: id.clone(), kind, name, position, object };
    registration::check(&device, &app.kinds)?;
    check_places(&permit, &app, &device)?;
    let status = match app.writer.register(device).await? {
        Registered::Added => StatusCode::CREATED,
        Registered::Updated | Registered::Unchanged => StatusCode::OK,
    };
    // Another request may have removed it at once.
    let view = app.hub.view(&id).ok_or_else(|| unknown(&id))?;
    Ok((status, JsonAnswer(view)))
}

/// Removes a device and its readings.
#[utoipa::path(
    delete, path = "/api/v1/devices/{id}", tag = "devices", params(("id" = String, Path, description = "Id of the device")),
    security((), ("key" = [])),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub(crate) async fn delete_device(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    if app.hub.view(&id).is_none() {
        return Err(unknown(&id));
    }
    if app.writer.remove(id.clone()).await? { Ok(StatusCode::NO_CONTENT) } else { Err(unknown(&id)) }
}

/// Where the device stands, where it stood before and what it is bound to must all be places where the
/// actor may register devices.
fn check_places(permit: &Permit, app: &App, device: &Device) -> Result<(), Problem> {
    if permit.is_everywhere() {
        return Ok(());
    }
    let within =
        |zone: Option<String>| permit.within(Place::Device { id: &device.id, zone: zone.as_deref() });
    within(place::zone_at(app, &device.position))?;
    if app.hub.entry(&device.id).is_some() {
        within(place::zone_of_device(app, &device.id))?;
    }
    match &device.object {
        Some(object) => within(place::zone_of_object(app, object)),
        None => Ok(()),
    }
}

/// No device has this id.
pub(super) fn unknown(id: &str) -> Problem {
    Problem::not_found("unknown_device", format!("no device `{id}` is registered"))
}
