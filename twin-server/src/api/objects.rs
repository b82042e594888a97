//! `/api/v1/objects`: the objects of the served version.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use twin_schemas::model::{BimFacts, ModelObject, ObjectClass};
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
    /// The building model that they are from: the id of its source.
    source: Option<String>,
    /// Id of the storey that they belong to.
    storey: Option<String>,
    /// Id of the object that they are part of.
    parent: Option<String>,
}

/// Objects in the order of the publication.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObjectList {
    /// The objects.
    objects: Vec<ModelObject>,
}

/// Lists objects. Attributes and property sets are left out; ask for an object by its id to have them.
#[utoipa::path(
    get, path = "/api/v1/objects", tag = "objects", params(ObjectQuery),
    responses((status = 200, body = ObjectList), (status = 400, body = ProblemBody))
)]
pub(crate) async fn list_objects(
    State(app): State<Arc<App>>,
    Query(query): Query<ObjectQuery>,
) -> Json<ObjectList> {
    let publication = app.publications.served();
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
    let objects = publication.objects.all().iter().filter(meant).map(brief);
    Json(ObjectList { objects: objects.collect() })
}

/// An object without its property sets: a building has more of them than one answer should hold.
fn brief(object: &ModelObject) -> ModelObject {
    let bim = object.bim.as_deref().map(|bim| {
        Box::new(BimFacts {
            source: bim.source.clone(),
            global_id: bim.global_id.clone(),
            ifc_class: bim.ifc_class.clone(),
            storey: bim.storey.clone(),
            part: bim.part,
            elevation_m: bim.elevation_m,
            attributes: BTreeMap::new(),
            type_name: bim.type_name.clone(),
            materials: bim.materials.clone(),
            classifications: bim.classifications.clone(),
            property_sets: BTreeMap::new(),
        })
    });
    ModelObject {
        id: object.id.clone(),
        class: object.class,
        name: object.name.clone(),
        parent: object.parent.clone(),
        zone: object.zone.clone(),
        bounds: object.bounds,
        footprint: object.footprint.clone(),
        properties: object.properties.clone(),
        bim,
    }
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
