//! `/ogc/`, `/ogc/conformance` and `/ogc/api`: where a client begins.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::call::{Answer, Call, source, work};
use super::{description, media};
use crate::api::{Problem, ProblemBody};
use crate::app::App;
use crate::features::schema::in_language;

/// What is true of this server, and held by its tests.
const CONFORMANCE: &[&str] = &[
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
    "http://www.opengis.net/spec/cql2/1.0/conf/arithmetic",
];

/// Gives the landing page of the features: what there is, and where.
#[utoipa::path(
    get, path = "/ogc/", tag = "features",
    responses((status = 200, description = "Links, by OGC API - Features", content_type = "application/json"))
)]
pub(crate) async fn get_landing(State(app): State<Arc<App>>, call: Call) -> Result<Response, Problem> {
    call.only(&[])?;
    let source = source(&app);
    let name = in_language(&source.community().name, call.chinese).to_owned();
    let title = if name.is_empty() { source.community().id.clone() } else { name };
    let text = |texts| call.text(texts);
    let mut links = call.own_links(media::JSON);
    let api = text(["接口描述", "The API, described"]);
    links.push(call.link("/api", "service-desc", media::OPENAPI, api));
    links.push(call.link("/api?f=html", "service-doc", media::HTML, api));
    let conformance = text(["符合的标准", "Standards that hold"]);
    links.push(call.link("/conformance", "conformance", media::JSON, conformance));
    let collections = text(["要素集", "Collections of features"]);
    links.push(call.link("/collections", "data", media::JSON, collections));
    let volumes = text(["三维场景", "3D scenes"]);
    links.push(call.link("/geovolumes/collections", "related", media::JSON, volumes));
    let body = json!({
        "title": title,
        "description": text(["社区的要素：组团、建筑、楼层、空间、构件、设备。", "The community as features: zones, buildings, storeys, spaces, elements, devices."]),
        "links": links,
    });
    let state = source.model_version().to_owned();
    Ok(call.answer(&Answer { media: media::JSON, body, title, state }))
}

/// Tells which parts of the standards hold.
#[utoipa::path(
    get, path = "/ogc/conformance", tag = "features",
    responses((status = 200, description = "Conformance classes", content_type = "application/json"))
)]
pub(crate) async fn get_conformance(call: Call) -> Result<Response, Problem> {
    call.only(&[])?;
    let body = json!({ "conformsTo": CONFORMANCE, "links": call.own_links(media::JSON) });
    let title = call.text(["符合的标准", "Standards that hold"]).to_owned();
    Ok(call.answer(&Answer { media: media::JSON, body, title, state: "conformance".into() }))
}

/// Gives the description of `/ogc` for clients of OGC API, with every collection by its name.
#[utoipa::path(
    get, path = "/ogc/api", tag = "features",
    responses(
        (status = 200, description = "OpenAPI 3.0", content_type = "application/vnd.oai.openapi+json;version=3.0"),
        (status = 400, body = ProblemBody),
    )
)]
pub(crate) async fn get_api(State(app): State<Arc<App>>, call: Call) -> Result<Response, Problem> {
    work(move || description_answer(&app, &call)).await
}

fn description_answer(app: &App, call: &Call) -> Result<Response, Problem> {
    call.only(&[])?;
    let source = source(app);
    let title = call.text(["接口描述", "The API, described"]).to_owned();
    let state = source.model_version().to_owned();
    if !call.html {
        let body = description::document(&app.features.all(&source), call);
        return Ok(call.answer(&Answer { media: media::OPENAPI, body, title, state }));
    }
    let links = vec![call.link("/api?f=json", "service-desc", media::OPENAPI, "OpenAPI 3.0")];
    let hint = call.text(["用任何 OpenAPI 工具打开。", "Open it with any OpenAPI tool."]);
    let body = json!({ "title": title, "description": hint, "links": links });
    Ok(call.answer(&Answer { media: media::JSON, body, title, state }))
}
