//! `/ogc/collections`: what collections of features there are and what their features have.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::call::{Answer, Call, encoded, source, work};
use super::{CRS84H, media};
use crate::api::extract::Path;
use crate::api::{Problem, ProblemBody};
use crate::app::App;
use crate::features::schema::Schema;
use crate::features::{Collection, Source};

/// Relation of a link to queryables (Features Part 3 § 6.2).
const QUERYABLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";
/// Relation of a link to a schema (Features Part 5, draft).
const SCHEMA: &str = "http://www.opengis.net/def/rel/ogc/1.0/schema";

/// Lists the collections.
#[utoipa::path(
    get, path = "/ogc/collections", tag = "features",
    responses((status = 200, description = "Collections, by OGC API - Features", content_type = "application/json"))
)]
pub(crate) async fn list_collections(State(app): State<Arc<App>>, call: Call) -> Result<Response, Problem> {
    // The first look at a model goes through all of its objects.
    work(move || collections(&app, &call)).await
}

fn collections(app: &App, call: &Call) -> Result<Response, Problem> {
    call.only(&[])?;
    let source = source(app);
    let seen = app.features.all(&source).into_iter().filter(|collection| call.may_see(&**collection).is_ok());
    let all: Vec<Value> = seen.map(|collection| describe(&*collection, &source, call)).collect();
    let title = call.text(["要素集", "Collections of features"]).to_owned();
    let mut links = call.own_links(media::JSON);
    links.push(call.link("/", "up", media::JSON, call.text(["首页", "Landing page"])));
    let body = json!({ "title": title, "links": links, "collections": &all });
    // The extent of the devices is here, too; and whoever may see more gets another answer.
    let state = format!("{} {} {}", source.model_version(), source.live_version(), all.len());
    Ok(call.answer(&Answer { media: media::JSON, body, title, state }))
}

/// Tells of one collection.
#[utoipa::path(
    get, path = "/ogc/collections/{id}", tag = "features",
    params(("id" = String, Path, description = "Id of the collection, such as `buildings`")),
    responses(
        (status = 200, description = "The collection", content_type = "application/json"),
        (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn get_collection(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    call: Call,
) -> Result<Response, Problem> {
    work(move || collection(&app, &id, &call)).await
}

fn collection(app: &App, id: &str, call: &Call) -> Result<Response, Problem> {
    call.only(&[])?;
    let source = source(app);
    let collection = find(app, &source, call, id)?;
    let mut body = describe(&*collection, &source, call);
    if let Some(Value::Array(links)) = body.get_mut("links") {
        links.extend(call.own_links(media::JSON));
        links.push(call.link(
            "/collections",
            "up",
            media::JSON,
            call.text(["全部要素集", "All collections"]),
        ));
    }
    let title = call.text(collection.about().title).to_owned();
    Ok(call.answer(&Answer { media: media::JSON, body, title, state: state(&source, &*collection) }))
}

/// Gives the properties that filters may ask for, as a JSON Schema.
#[utoipa::path(
    get, path = "/ogc/collections/{id}/queryables", tag = "features",
    params(("id" = String, Path, description = "Id of the collection")),
    responses(
        (status = 200, description = "JSON Schema", content_type = "application/schema+json"),
        (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn get_queryables(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    call: Call,
) -> Result<Response, Problem> {
    work(move || schema_answer(&app, &id, &call, Schema::queryables)).await
}

/// Gives the properties that features of a list have, as a JSON Schema.
#[utoipa::path(
    get, path = "/ogc/collections/{id}/schema", tag = "features",
    params(("id" = String, Path, description = "Id of the collection")),
    responses(
        (status = 200, description = "JSON Schema", content_type = "application/schema+json"),
        (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn get_schema(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    call: Call,
) -> Result<Response, Problem> {
    work(move || schema_answer(&app, &id, &call, Schema::returnables)).await
}

/// Gives the JSON Schema of a feature as GeoJSON.
#[utoipa::path(
    get, path = "/ogc/collections/{id}/schema/geojson", tag = "features",
    params(("id" = String, Path, description = "Id of the collection")),
    responses(
        (status = 200, description = "JSON Schema", content_type = "application/schema+json"),
        (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn get_geojson_schema(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    call: Call,
) -> Result<Response, Problem> {
    work(move || schema_answer(&app, &id, &call, Schema::geojson)).await
}

fn schema_answer(
    app: &App,
    id: &str,
    call: &Call,
    make: fn(&Schema, &str, &str, bool) -> Value,
) -> Result<Response, Problem> {
    call.only(&[])?;
    let source = source(app);
    let collection = find(app, &source, call, id)?;
    let title = call.text(collection.about().title).to_owned();
    let body = make(collection.schema(), &call.own_address(), &title, call.chinese);
    let state = source.model_version().to_owned();
    Ok(call.answer(&Answer { media: media::SCHEMA, body, title, state }))
}

/// The collection with this id.
pub(super) fn find(
    app: &App,
    source: &Source,
    call: &Call,
    id: &str,
) -> Result<Box<dyn Collection>, Problem> {
    let found = app.features.get(source, id).ok_or_else(|| {
        let ids: Vec<String> = app
            .features
            .all(source)
            .iter()
            .map(|collection| format!("`{}`", collection.about().id))
            .collect();
        let id: String = id.chars().take(60).collect();
        Problem::not_found("unknown_collection", format!("there is no collection `{id}`"))
            .with_hint(format!("use {}", ids.join(", ")))
    })?;
    call.may_see(&*found)?;
    Ok(found)
}

/// Names the state of a collection's features.
pub(super) fn state(source: &Source, collection: &dyn Collection) -> String {
    let live = if collection.about().is_live { source.live_version() } else { String::new() };
    format!("{} {live}", source.model_version())
}

fn describe(collection: &dyn Collection, source: &Source, call: &Call) -> Value {
    let about = collection.about();
    let below = format!("/collections/{}", encoded(about.id));
    let title = call.text(about.title);
    let features = call.text(["要素", "Features"]);
    let links = vec![
        call.link(&format!("{below}/items"), "items", media::GEOJSON, features),
        call.link(&format!("{below}/items?f=html"), "items", media::HTML, features),
        call.link(
            &format!("{below}/queryables"),
            QUERYABLES,
            media::SCHEMA,
            call.text(["可查询属性", "Queryables"]),
        ),
        call.link(&format!("{below}/schema"), SCHEMA, media::SCHEMA, call.text(["属性", "Properties"])),
        call.link(
            &format!("{below}/schema/geojson"),
            "describedby",
            media::SCHEMA,
            call.text(["GeoJSON 结构", "The features as GeoJSON, described"]),
        ),
    ];
    let mut described = json!({
        "id": about.id,
        "title": title,
        "description": call.text(about.description),
        "itemType": "feature",
        "crs": [CRS84H],
        "storageCrs": CRS84H,
        "links": links,
    });
    let mut extent = serde_json::Map::new();
    if let (Some(frame), Some(bounds)) = (source.frame(), collection.extent()) {
        let bbox = frame.extent(&bounds).numbers();
        extent.insert("spatial".into(), json!({ "bbox": [bbox], "crs": CRS84H }));
    }
    if about.has_times {
        extent.insert("temporal".into(), json!({ "interval": [[null, null]] }));
    }
    if !extent.is_empty() {
        described["extent"] = Value::Object(extent);
    }
    described
}
