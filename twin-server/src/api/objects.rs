//! `/api/v1/objects`: the objects of the community model. What people change of them is in `object_edits`.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::model::{BimFacts, ModelObject, ObjectClass};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Path, Query};
use super::http::none_match_hits;
use super::{Problem, ProblemBody, object_edits};
use crate::app::App;
use crate::model::tag;
use crate::spatial::StoredObject;

/// Which objects are meant; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ObjectQuery {
    /// A class.
    class: Option<ObjectClass>,
    /// Id of the zone that they stand in, such as `zone/z1`.
    zone: Option<String>,
    /// The building model that they are from: the id of its source.
    source: Option<String>,
    /// Id of the storey that they belong to.
    storey: Option<String>,
    /// Id of the object that they are part of.
    parent: Option<String>,
}

/// Objects: those of the publication in its order, then those that people made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObjectList<'a> {
    /// The objects.
    objects: Vec<&'a ModelObject>,
}

/// Lists objects. Attributes and property sets are left out; ask for an object by its id to have them.
#[utoipa::path(
    get, path = "/api/v1/objects", tag = "objects", params(ObjectQuery),
    responses((status = 200, body = ObjectList), (status = 400, body = ProblemBody))
)]
pub(crate) async fn list_objects(State(app): State<Arc<App>>, Query(query): Query<ObjectQuery>) -> Response {
    let now = app.model.now();
    let bim = |object: &ModelObject, wanted: &Option<String>, of: fn(&BimFacts) -> Option<&str>| {
        wanted.is_none() || object.bim.as_deref().and_then(of) == wanted.as_deref()
    };
    let meant = |object: &&ModelObject| {
        bim(object, &query.source, |bim| Some(&bim.source))
            && bim(object, &query.storey, |bim| bim.storey.as_deref())
            && query.parent.as_ref().is_none_or(|parent| object.parent.as_ref() == Some(parent))
            && query.class.is_none_or(|class| object.class == class)
            && query.zone.as_ref().is_none_or(|zone| object.zone.as_ref() == Some(zone))
    };
    let objects = now.objects().map(|object| object.parts().0).filter(meant).collect();
    JsonAnswer(ObjectList { objects }).into_response()
}

/// Gives one object. Its id holds slashes, which may be sent as they are.
#[utoipa::path(
    get, path = "/api/v1/objects/{id}", tag = "objects",
    params(("id" = String, Path, description = "Id of the object, such as `building/b07`")),
    responses(
        (status = 200, body = ModelObject, headers(("ETag" = String, description = "For `If-Match` of a change"))),
        (status = 304, description = "`If-None-Match` names the object as it is"),
        (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn get_object(
    State(app): State<Arc<App>>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(object) = app.model.now().get(&path) {
        let tag = tag(object);
        if none_match_hits(&headers, &tag) {
            return Ok(tagged(StatusCode::NOT_MODIFIED.into_response(), &tag));
        }
        return Ok(answer(StatusCode::OK, object));
    }
    // A wildcard ends a route, so what follows an id is told apart here. An object whose id ends so comes
    // first; its own history is asked with one more `/history`.
    match path.strip_suffix("/history") {
        Some(id) => object_edits::history(&app, id).await,
        None => Err(unknown(&path)),
    }
}

/// An object with its tag.
pub(super) fn answer(status: StatusCode, object: &StoredObject) -> Response {
    tagged((status, JsonAnswer(object.full())).into_response(), &tag(object))
}

fn tagged(mut response: Response, tag: &str) -> Response {
    if let Ok(tag) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// No object has this id.
pub(super) fn unknown(id: &str) -> Problem {
    Problem::not_found("unknown_object", format!("there is no object `{id}`"))
        .with_hint("`/api/v1/objects` lists those that there are")
}
