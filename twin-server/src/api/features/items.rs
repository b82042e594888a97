//! `/ogc/collections/{id}/items`: features.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use serde_json::{Map, Value as Json, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::call::{Answer, Call, encoded, source, work};
use super::collections::{find, state};
use super::query::ItemsQuery;
use super::{CRS84H, media};
use crate::api::extract::Path;
use crate::api::room::work_in;
use crate::api::{Problem, ProblemBody};
use crate::app::App;
use crate::features::item::{Item, Value};
use crate::features::place::Frame;
use crate::features::schema::{Property, PropertyType};
use crate::features::{Collection, Page, Selected, Unselected, select};

/// How long going through a collection may take.
const TIME_LIMIT: Duration = Duration::from_secs(5);
const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// Gives features of a collection, page by page.
///
/// `bbox`, `datetime`, `filter` (CQL2) and parameters with the names of properties select; all must
/// hold. `properties` names what is given of each feature. The next page is at the link `next`.
#[utoipa::path(
    get, path = "/ogc/collections/{id}/items", tag = "features",
    params(
        ("id" = String, Path, description = "Id of the collection"),
        ("bbox" = Option<String>, Query, description = "`west,south,east,north` in degrees, or with heights"),
        ("datetime" = Option<String>, Query, description = "An instant, a day, or two with `/` between; `..` is open"),
        ("limit" = Option<u64>, Query, description = "At most this many; default 100, most 10,000"),
        ("after" = Option<String>, Query, description = "Only behind the feature with this id, as `next` says"),
        ("properties" = Option<String>, Query, description = "Names of properties, with commas between"),
        ("filter" = Option<String>, Query, description = "A condition in CQL2"),
        ("filter-lang" = Option<String>, Query, description = "`cql2-text` (default) or `cql2-json`"),
        ("filter-crs" = Option<String>, Query, description = "CRS84 or CRS84h"),
    ),
    responses(
        (status = 200, description = "Features", content_type = "application/geo+json"),
        (status = 400, body = ProblemBody), (status = 404, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn list_items(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    call: Call,
) -> Result<Response, Problem> {
    // Conditions cost; a page without one is read from where it begins.
    let costs = call.parameters.keys().any(|name| !["limit", "after", "properties"].contains(&name.as_str()));
    let room = if costs { app.features.scans().acquire_owned().await.ok() } else { None };
    work_in(room, move || items(&app, &id, &call)).await?
}

/// Gives one feature with all of its properties, those of property sets included. Its id may hold
/// slashes, which may be sent as they are.
#[utoipa::path(
    get, path = "/ogc/collections/{id}/items/{feature}", tag = "features",
    params(
        ("id" = String, Path, description = "Id of the collection"),
        ("feature" = String, Path, description = "Id of the feature, such as `building/b07`"),
    ),
    responses(
        (status = 200, description = "The feature", content_type = "application/geo+json"),
        (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn get_item(
    State(app): State<Arc<App>>,
    Path((id, feature)): Path<(String, String)>,
    call: Call,
) -> Result<Response, Problem> {
    work(move || item(&app, &id, &feature, &call)).await
}

fn items(app: &App, id: &str, call: &Call) -> Result<Response, Problem> {
    let source = source(app);
    let collection = find(app, &source, call, id)?;
    let frame = source.frame();
    let query = ItemsQuery::read(call, &*collection, frame.is_some())?;
    let state = state(&source, &*collection);
    if let Some(unchanged) = call.unchanged(&state) {
        return Ok(unchanged);
    }
    let started = Instant::now();
    let page = Page { limit: query.limit, after: query.after.as_deref() };
    let mut make = |item: &dyn Item| feature(item, &query.properties, frame.as_ref());
    let is_over = || started.elapsed() > TIME_LIMIT;
    let selected = select(&*collection, frame.as_ref(), query.condition.as_ref(), page, &is_over, &mut make);
    let selected = selected.map_err(unselected)?;
    let body = feature_collection(&selected, &*collection, call);
    let title = call.text(collection.about().title).to_owned();
    Ok(geojson(call, &Answer { media: media::GEOJSON, body, title, state }))
}

fn unselected(reason: Unselected) -> Problem {
    match reason {
        Unselected::Gone => {
            Problem::bad_request("stale_page", "the feature that `after` names is not there any more")
                .with_hint("begin again at the first page")
        }
        Unselected::TooSlow => {
            let detail = format!("going through the features took more than {} s", TIME_LIMIT.as_secs());
            Problem::unavailable("too_slow", detail)
                .with_hint("narrow it with `bbox`, or with a shorter `filter`")
        }
    }
}

fn feature_collection(selected: &Selected<Json>, collection: &dyn Collection, call: &Call) -> Json {
    let mut links = call.own_links(media::GEOJSON);
    if let Some(next) = &selected.next {
        let (media, title) =
            (if call.html { media::HTML } else { media::GEOJSON }, call.text(["下一页", "Next page"]));
        links.push(
            json!({ "href": call.again_with("after", next), "rel": "next", "type": media, "title": title }),
        );
    }
    let below = format!("/collections/{}", encoded(collection.about().id));
    links.push(call.link(&below, "collection", media::JSON, call.text(collection.about().title)));
    let mut body = json!({
        "type": "FeatureCollection",
        "timeStamp": OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
        "numberReturned": selected.features.len(),
        "links": links,
        "features": selected.features,
    });
    if let Some(matched) = selected.matched {
        body["numberMatched"] = json!(matched);
    }
    body
}

fn item(app: &App, id: &str, feature_id: &str, call: &Call) -> Result<Response, Problem> {
    call.only(&[])?;
    let source = source(app);
    let collection = find(app, &source, call, id)?;
    let frame = source.frame();
    let properties: Vec<&Property> = collection.schema().properties().iter().collect();
    let mut found = None;
    collection.get(feature_id, &mut |item| {
        // What lists leave out is given here if it is there; its absence says nothing.
        let given = |property: &&&Property| {
            property.name != "id" && (property.listed || item.value(property) != Value::Null)
        };
        let properties: Vec<&Property> = properties.iter().filter(given).copied().collect();
        found = Some(feature(item, &properties, frame.as_ref()));
    });
    let Some(mut body) = found else {
        let short: String = feature_id.chars().take(100).collect();
        let detail = format!("the collection `{}` has no feature `{short}`", collection.about().id);
        return Err(Problem::not_found("unknown_feature", detail));
    };
    let mut links = call.own_links(media::GEOJSON);
    let below = format!("/collections/{}", encoded(collection.about().id));
    links.push(call.link(&below, "collection", media::JSON, call.text(collection.about().title)));
    body["links"] = json!(links);
    let title = feature_id.to_owned();
    Ok(geojson(call, &Answer { media: media::GEOJSON, body, title, state: state(&source, &*collection) }))
}

fn geojson(call: &Call, answer: &Answer) -> Response {
    let mut response = call.answer(answer);
    if let Ok(crs) = HeaderValue::from_str(&format!("<{CRS84H}>")) {
        response.headers_mut().insert(CONTENT_CRS, crs);
    }
    response
}

/// A feature as GeoJSON.
fn feature(item: &dyn Item, properties: &[&Property], frame: Option<&Frame>) -> Json {
    let geometry = frame.map_or(Json::Null, |frame| frame.geojson(&item.shape()));
    let values: Map<String, Json> =
        properties.iter().map(|property| (property.name.clone(), value(item, property))).collect();
    json!({ "type": "Feature", "id": item.id(), "geometry": geometry, "properties": values })
}

fn value(item: &dyn Item, property: &Property) -> Json {
    match item.value(property) {
        Value::Null => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Number(number) if property.kind == PropertyType::Integer => json!(number as i64),
        Value::Number(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::Instant(instant) => json!(instant.format(&Rfc3339).unwrap_or_default()),
        Value::List(list) => json!(list),
    }
}
