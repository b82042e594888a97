//! `/ogc/geovolumes`: the scenes of the served version by the draft of OGC API - 3D `GeoVolumes` (22-029):
//! one container, the community, with its 3D Tiles, and below it one for each zone that has its own.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use twin_schemas::catalog::{Scene, SceneContent};

use super::call::{Answer, Call, encoded, source};
use super::{CRS84H, media};
use crate::api::extract::Path;
use crate::api::{Problem, ProblemBody};
use crate::app::App;
use crate::features::Source;
use crate::features::schema::in_language;

/// Relation of a link to a tileset.
const TILESET: &str = "http://www.opengis.net/def/rel/ogc/0.0/tileset-3dtiles";

/// Lists the container of the community, by the draft of OGC API - 3D `GeoVolumes`.
#[utoipa::path(
    get, path = "/ogc/geovolumes/collections", tag = "features",
    responses((status = 200, description = "3D containers", content_type = "application/json"))
)]
pub(crate) async fn list_volumes(State(app): State<Arc<App>>, call: Call) -> Result<Response, Problem> {
    call.only(&[])?;
    let source = source(&app);
    let title = call.text(["三维场景", "3D scenes"]).to_owned();
    let container = community(&source, &call);
    let body = json!({ "title": title, "links": call.own_links(media::JSON), "collections": [container] });
    Ok(call.answer(&Answer { media: media::JSON, body, title, state: source.model_version().to_owned() }))
}

/// Gives one container: the community by its id, or a zone by the id of its object.
#[utoipa::path(
    get, path = "/ogc/geovolumes/collections/{id}", tag = "features",
    params(("id" = String, Path, description = "Id of the community, or of a zone such as `zone/z1`")),
    responses(
        (status = 200, description = "The 3D container", content_type = "application/json"),
        (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn get_volume(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    call: Call,
) -> Result<Response, Problem> {
    call.only(&[])?;
    let source = source(&app);
    let mut body = if id == source.community().id {
        community(&source, &call)
    } else {
        let scenes: Vec<&Scene> = places(&source).filter(|scene| scene.zone.as_ref() == Some(&id)).collect();
        if scenes.is_empty() {
            let id: String = id.chars().take(60).collect();
            return Err(Problem::not_found("unknown_volume", format!("there is no 3D container `{id}`")));
        }
        container(&source, &call, &id, &zone_title(&source, &call, &id), &scenes)
    };
    if let Some(Value::Array(links)) = body.get_mut("links") {
        links.extend(call.own_links(media::JSON));
    }
    let title = body["title"].as_str().unwrap_or_default().to_owned();
    Ok(call.answer(&Answer { media: media::JSON, body, title, state: source.model_version().to_owned() }))
}

fn places(source: &Source) -> impl Iterator<Item = &Scene> {
    source.scenes().iter().filter(|scene| scene.content == SceneContent::Place)
}

fn community(source: &Source, call: &Call) -> Value {
    let own = source.community();
    let whole: Vec<&Scene> = source.scenes().iter().filter(|scene| scene.zone.is_none()).collect();
    let name = in_language(&own.name, call.chinese);
    let title = if name.is_empty() { &own.id } else { name };
    let mut described = container(source, call, &own.id, title, &whole);
    let mut zones: Vec<&str> = places(source).filter_map(|scene| scene.zone.as_deref()).collect();
    zones.sort_unstable();
    zones.dedup();
    let children = zones.into_iter().map(|zone| {
        let scenes: Vec<&Scene> =
            places(source).filter(|scene| scene.zone.as_deref() == Some(zone)).collect();
        container(source, call, zone, &zone_title(source, call, zone), &scenes)
    });
    described["children"] = children.collect();
    described
}

fn zone_title(source: &Source, call: &Call, zone: &str) -> String {
    let object = source.object(twin_schemas::model::ObjectClass::Zone, zone);
    let name = object.as_ref().map(|object| in_language(&object.name, call.chinese)).unwrap_or_default();
    if name.is_empty() { zone.to_owned() } else { name.to_owned() }
}

fn container(source: &Source, call: &Call, id: &str, title: &str, scenes: &[&Scene]) -> Value {
    let tileset = |scene: &&Scene, rel: &str| {
        let href = format!("{}{}{}", call.host, source.base(), scene.tileset);
        json!({ "href": href, "rel": rel, "type": media::TILES, "title": scene.id })
    };
    let below = format!("/geovolumes/collections/{}", encoded(id));
    let mut links = vec![call.link(&below, "self", media::JSON, title)];
    links.extend(scenes.iter().map(|scene| tileset(scene, TILESET)));
    let mut described = json!({
        "id": id,
        "title": title,
        "collectionType": "3d-container",
        "itemType": "unknown",
        "links": links,
        "content": scenes.iter().map(|scene| tileset(scene, "original")).collect::<Value>(),
        "children": [],
    });
    let around = scenes.iter().map(|scene| scene.bounds).reduce(|one, other| one.union(&other));
    if let (Some(frame), Some(bounds)) = (source.frame(), around) {
        let bbox = frame.extent(&bounds).numbers();
        let extent = json!({ "spatial": { "bbox": [bbox], "crs": CRS84H } });
        described["contentExtent"] = json!({ "bbox": bbox, "crs": CRS84H });
        described["extent"] = extent;
    }
    described
}
