//! `/api/v1/place`: what is at a place.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use twin_schemas::LocalizedText;
use twin_schemas::live::DeviceView;
use twin_schemas::model::ModelObject;
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::permission::Action;
use crate::spatial::Kind;

/// Devices further away than this are not near.
const NEAR_M: f64 = 30.0;
/// Most devices that are given.
const NEAR_COUNT: usize = 5;

/// A place on the ground.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PlaceQuery {
    /// Metres east of the community's origin.
    east_m: f64,
    /// Metres north of the community's origin.
    north_m: f64,
}

/// What is at a place.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlaceAnswer {
    /// The community, wherever the place is.
    community: CommunitySummary,
    /// The zone that holds the place.
    #[schema(required)]
    zone: Option<ModelObject>,
    /// The building whose outline holds the place.
    #[schema(required)]
    building: Option<ModelObject>,
    /// Up to five devices within 30 m, nearest first.
    devices: Vec<NearDevice>,
}

/// The community in a few words.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommunitySummary {
    /// Its id.
    id: String,
    /// Its name in both languages.
    name: LocalizedText,
    /// Number of zones.
    zones: usize,
    /// Number of buildings.
    buildings: usize,
    /// Number of devices.
    devices: usize,
}

/// A device near a place.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NearDevice {
    /// The device.
    device: DeviceView,
    /// Metres between it and the place, on the ground.
    distance_m: f64,
}

/// Tells what is at a place.
#[utoipa::path(
    get, path = "/api/v1/place", tag = "objects", params(PlaceQuery),
    responses((status = 200, body = PlaceAnswer), (status = 400, body = ProblemBody))
)]
pub(crate) async fn get_place(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(PlaceQuery { east_m, north_m }): Query<PlaceQuery>,
) -> Result<Json<PlaceAnswer>, Problem> {
    // What is refused at `/api/v1/devices` is not given here.
    permit.also(Action::ReadDevices)?;
    if !(east_m.is_finite() && north_m.is_finite()) {
        return Err(Problem::bad_request("bad_place", "`east_m` and `north_m` are metres"));
    }
    let (publication, now) = (app.publications.served(), app.model.now());
    let at = |kind| now.at(kind, east_m, north_m).map(|object| object.full());
    let near = app.hub.nearest(east_m, north_m, NEAR_M, NEAR_COUNT);
    Ok(Json(PlaceAnswer {
        community: CommunitySummary {
            id: publication.catalog.community.id.clone(),
            name: publication.catalog.community.name.clone(),
            zones: now.count(Kind::Zone),
            buildings: now.count(Kind::Building),
            devices: app.hub.count(),
        },
        zone: at(Kind::Zone),
        building: at(Kind::Building),
        devices: near.into_iter().map(|(device, distance_m)| NearDevice { device, distance_m }).collect(),
    }))
}
