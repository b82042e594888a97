//! `/api/v1/projects/{id}/nearby`: which reports, devices, buildings and other projects lie near a project.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::geometry::LocalBox;
use twin_schemas::reports::Report;
use utoipa::{IntoParams, ToSchema};

use super::extract::{Path, Query};
use super::session::no_store;
use super::spatial::{FoundThing, ask_in_room, in_room};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::bounds::LocalRect;
use crate::domain::permission::Action;
use crate::domain::report::may_read;
use crate::spatial::query::{Filter, Place, Query as Question};
use crate::spatial::{Kind, PlacedProject, Thing};

/// How far it is looked if nothing is said, in metres.
const DISTANCE_M: f64 = 50.0;
/// How far it is looked at most, in metres.
const DISTANCE_LIMIT_M: f64 = 2_000.0;
/// Most things, and most reports, that are given.
const LIMIT: usize = 500;

/// How far to look.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NearbyQuery {
    /// Metres on the ground between outlines, 0 to 2,000, default 50.
    #[param(minimum = 0, maximum = 2_000)]
    distance_m: Option<f64>,
}

/// What lies near a project, the nearest first. What one may not read is not there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NearbyProject {
    /// How far was looked, in metres.
    distance_m: f64,
    /// Buildings, at most 500.
    buildings: Vec<FoundThing>,
    /// Devices, at most 500.
    devices: Vec<FoundThing>,
    /// Other projects that are public, at most 500.
    projects: Vec<FoundThing>,
    /// Reports that have a position, at most 500.
    reports: Vec<NearbyReport>,
    /// Whether there is more of something than is given.
    cut: bool,
}

/// A report near a project.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NearbyReport {
    /// The report.
    report: Report,
    /// How far away it is, in metres.
    distance_m: f64,
}

/// Gives what lies near a project: buildings, devices, public projects, and reports. Reports and devices are told to
/// those who may read them.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/nearby", tag = "projects",
    params(("id" = u64, Path, description = "Number of the project"), NearbyQuery),
    responses(
        (status = 200, body = NearbyProject), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn get_nearby(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Query(query): Query<NearbyQuery>,
) -> Result<Response, Problem> {
    let distance_m = query.distance_m.unwrap_or(DISTANCE_M);
    if !(0.0..=DISTANCE_LIMIT_M).contains(&distance_m) {
        let detail = format!("`distance_m` is {distance_m}, from 0 to {DISTANCE_LIMIT_M} is possible");
        return Err(Problem::bad_request("bad_distance", detail));
    }
    let project = app.projects.readable(id, permit.actor())?;
    let mut nearby = NearbyProject {
        distance_m,
        buildings: Vec::new(),
        devices: Vec::new(),
        projects: Vec::new(),
        reports: Vec::new(),
        cut: false,
    };
    let now = app.model.now();
    let Some(placed) = PlacedProject::of(project, &now) else {
        return Ok(no_store(JsonAnswer(nearby).into_response()));
    };
    let thing = Thing::Project(Arc::new(placed));
    let kinds = [
        (Kind::Building, Action::ReadModel),
        (Kind::Device, Action::ReadDevices),
        (Kind::Project, Action::ReadProjects),
    ];
    for (kind, action) in kinds {
        if permit.somewhere(action).is_err() {
            continue;
        }
        let filter = Filter::of([kind]);
        let place = Place::Around { thing: thing.clone(), within_m: distance_m };
        let question = Question { filter, place, company: None, limit: LIMIT };
        let (things, cut) = ask_in_room(Arc::clone(&now), question).await?;
        nearby.cut |= cut;
        match kind {
            Kind::Building => nearby.buildings = things,
            Kind::Device => nearby.devices = things,
            _ => nearby.projects = things,
        }
    }
    if permit.somewhere(Action::ReadReports).is_ok() {
        nearby.reports = reports(&app, &permit, &thing, distance_m).await?;
        nearby.cut |= nearby.reports.len() > LIMIT;
        nearby.reports.truncate(LIMIT);
    }
    Ok(no_store(JsonAnswer(nearby).into_response()))
}

/// The reports near a thing that one may read, the nearest first.
async fn reports(
    app: &App,
    permit: &Permit,
    thing: &Thing,
    within_m: f64,
) -> Result<Vec<NearbyReport>, Problem> {
    let LocalBox { min, max } = thing.bounds();
    let around = LocalRect {
        min_east_m: min.east_m - within_m,
        min_north_m: min.north_m - within_m,
        max_east_m: max.east_m + within_m,
        max_north_m: max.north_m + within_m,
    };
    let found = app.reports.newest(|kept| {
        kept.report.place.position.is_some_and(|at| around.contains(&at))
            && may_read(kept.asked_by(permit.actor()), &kept.report)
    });
    let thing = thing.clone();
    in_room(move || {
        let distance_m = thing.ground_distances_m();
        let near = found.iter().filter_map(|kept| {
            let at = kept.report.place.position?;
            let distance_m = distance_m(at.east_m, at.north_m);
            (distance_m <= within_m).then(|| NearbyReport { report: kept.report.clone(), distance_m })
        });
        let mut near: Vec<NearbyReport> = near.collect();
        near.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then(a.report.id.cmp(&b.report.id)));
        near
    })
    .await
}
