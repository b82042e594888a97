//! `/api/v1/devices`: registered devices with their states.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalPoint;
use twin_schemas::live::{Device, DeviceStatus, DeviceView};
use twin_schemas::model::ObjectClass;
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Path, Query};
use super::readings::instant;
use super::{Problem, ProblemBody, past};
use crate::app::App;
use crate::auth::{Permit, place};
use crate::domain::bounds::{BoundsError, LocalRect};
use crate::domain::permission::Place;
use crate::domain::registration;
use crate::live::{DeviceFilter, Topic, ZoneFilter};
use crate::store::Registered;

/// Which devices are meant; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeviceQuery {
    /// Id of a kind, or several with `,` between them.
    kind: Option<String>,
    /// A status.
    status: Option<DeviceStatus>,
    /// `min_e,min_n,max_e,max_n` in local metres.
    bbox: Option<String>,
    /// Id of a zone of the model.
    zone: Option<String>,
    /// An instant, RFC 3339: the devices as they were then. Now if it is not given.
    #[param(value_type = Option<String>, format = DateTime)]
    at: Option<String>,
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

/// Kinds, or sorts of events, in one filter; there are fewer.
const KINDS_MOST: usize = 256;

/// Which kinds and places are asked for.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Ids of kinds; none: all.
    pub(super) kinds: Vec<String>,
    /// A rectangle.
    pub(super) bounds: Option<Result<LocalRect, BoundsError>>,
    /// Id of a zone.
    pub(super) zone: Option<String>,
    /// Sorts of events; none: all.
    pub(super) topics: Vec<String>,
}

impl Wanted {
    /// As the parameters of a query say it.
    pub(super) fn of_query(kind: Option<&str>, bbox: Option<&str>, zone: Option<String>) -> Self {
        Self { kinds: listed(kind), bounds: bbox.map(str::parse), zone, topics: Vec::new() }
    }

    /// The same, narrowed to sorts of events.
    pub(super) fn about(self, topic: Option<&str>) -> Self {
        Self { topics: listed(topic), ..self }
    }

    /// The filter for it, if there are such kinds and such a zone.
    pub(super) fn filter(self, app: &App) -> Result<DeviceFilter, Problem> {
        for (name, words) in [("kinds", &self.kinds), ("topics", &self.topics)] {
            if words.len() > KINDS_MOST {
                let detail = format!("more than {KINDS_MOST} {name} in one filter");
                return Err(Problem::bad_request("too_many_kinds", detail)
                    .with_hint(format!("leave `{name}` out to follow all")));
            }
        }
        if let Some(kind) = self.kinds.iter().find(|kind| app.kinds.get(kind).is_none()) {
            let detail = format!("kind `{kind}` is unknown, use one of {}", app.kinds.ids());
            return Err(Problem::bad_request("unknown_kind", detail));
        }
        let bounds =
            self.bounds.transpose().map_err(|error| Problem::bad_request("bad_bbox", error.to_string()))?;
        let zone = self.zone.map(|id| zone_filter(app, id)).transpose()?;
        let topics = self.topics.iter().map(|word| topic(word)).collect::<Result<_, _>>()?;
        Ok(DeviceFilter {
            kinds: self.kinds.into_iter().collect(),
            bounds,
            zone,
            topics,
            ..DeviceFilter::default()
        })
    }
}

/// Words with commas between them; of too many only as many as show that.
fn listed(words: Option<&str>) -> Vec<String> {
    let words = words.into_iter().flat_map(|words| words.split(','));
    words.take(KINDS_MOST + 1).map(|word| word.trim().to_owned()).collect()
}

fn topic(word: &str) -> Result<Topic, Problem> {
    word.parse().map_err(|()| {
        let word: String = word.chars().take(40).collect();
        Problem::bad_request("unknown_topic", format!("there are no events of `{word}`"))
            .with_hint(format!("use some of {}", Topic::WORDS))
    })
}

fn zone_filter(app: &App, id: String) -> Result<ZoneFilter, Problem> {
    if app.model.now().get(&id).is_none_or(|object| object.class != ObjectClass::Zone) {
        return Err(Problem::bad_request("unknown_zone", format!("the model has no zone `{id}`"))
            .with_hint("`/api/v1/objects?class=zone` lists the zones"));
    }
    Ok(ZoneFilter { id, index: Arc::clone(app.hub.index()) })
}

/// Lists devices by id: as they are, or as they were `at` an instant.
///
/// Of an instant that is past, status and latest readings are those of then, by the limits and silences that hold
/// now; what a device is and where it stands is as it is now. `status_since` is given of silence alone. A device
/// without readings from then or before is offline, and `reason` says so. Up to 20,000 devices are given.
#[utoipa::path(
    get, path = "/api/v1/devices", tag = "devices", params(DeviceQuery),
    responses(
        (status = 200, body = DeviceList),
        (status = 304, description = "Of an instant: `If-None-Match` names what would be answered"),
        (status = 400, body = ProblemBody),
    )
)]
pub(crate) async fn list_devices(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(query): Query<DeviceQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::of_query(query.kind.as_deref(), query.bbox.as_deref(), query.zone);
    let filter = DeviceFilter { status: query.status, ..wanted.filter(&app)? };
    if let Some(at) = instant("at", query.at.as_deref())? {
        return past::devices_at(&app, &filter, at, &headers).await;
    }
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
