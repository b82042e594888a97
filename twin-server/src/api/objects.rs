//! `/api/v1/objects`: the objects of the served version.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use twin_schemas::model::{ModelObject, ObjectClass};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Path, Query};
use super::{Problem, ProblemBody};
use crate::app::App;

/// Which objects are meant; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ObjectQuery {
    /// A class.
    class: Option<ObjectClass>,
    /// Id of the zone that they stand in, such as `zone/z1`.
    zone: Option<String>,
}

/// Objects in the order of the publication.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObjectList {
    /// The objects.
    objects: Vec<ModelObject>,
}

/// Lists objects.
#[utoipa::path(
    get, path = "/api/v1/objects", tag = "objects", params(ObjectQuery),
    responses((status = 200, body = ObjectList), (status = 400, body = ProblemBody))
)]
pub(crate) async fn list_objects(
    State(app): State<Arc<App>>,
    Query(query): Query<ObjectQuery>,
) -> Json<ObjectList> {
    let publication = app.publications.served();
    let meant = |object: &&ModelObject| {
        query.class.is_none_or(|class| object.class == class)
            && query.zone.as_ref().is_none_or(|zone| object.zone.as_ref() == Some(zone))
    };
    Json(ObjectList { objects: publication.objects.all().iter().filter(meant).cloned().collect() })
}

/// Gives one object. Its id holds slashes, which may be sent as they are.
#[utoipa::path(
    get, path = "/api/v1/objects/{id}", tag = "objects",
    params(("id" = String, Path, description = "Id of the object, such as `building/b07`")),
    responses((status = 200, body = ModelObject), (status = 404, body = ProblemBody))
)]
pub(crate) async fn get_object(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<ModelObject>, Problem> {
    let publication = app.publications.served();
    let object = publication.objects.get(&id).cloned();
    object.map(Json).ok_or_else(|| Problem::not_found("unknown_object", format!("there is no object `{id}`")))
}
