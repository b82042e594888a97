//! `/ogc/api`: the OpenAPI 3.0 document of the features, for clients of OGC API. It names every
//! collection and every property that can be asked for, because clients look for them there, and refers
//! to nothing outside of itself.

use serde_json::{Map, Value, json};

use super::call::{Call, encoded};
use super::query::{LIMIT_DEFAULT, LIMIT_MAX, can_be_asked_for};
use super::{CRS84, CRS84H, media};
use crate::features::Collection;
use crate::features::schema::{Property, PropertyType};

/// The document for these collections.
pub(super) fn document(collections: &[Box<dyn Collection>], call: &Call) -> Value {
    let mut paths = Map::new();
    let mut put = |path: String, operation: Value| paths.insert(path, json!({ "get": operation }));
    put("/".into(), operation("getLandingPage", call.text(["首页", "Landing page"]), media::JSON, &[]));
    put(
        "/conformance".into(),
        operation("getConformance", call.text(["符合的标准", "Conformance"]), media::JSON, &[]),
    );
    put(
        "/collections".into(),
        operation("getCollections", call.text(["要素集", "Collections"]), media::JSON, &[]),
    );
    for collection in collections {
        let id = collection.about().id;
        let title = call.text(collection.about().title);
        let at = format!("/collections/{}", encoded(id));
        put(at.clone(), operation(&format!("{id}.getCollection"), title, media::JSON, &[]));
        for (name, operation_id) in [("queryables", "getQueryables"), ("schema", "getSchema")] {
            put(
                format!("{at}/{name}"),
                operation(&format!("{id}.{operation_id}"), title, media::SCHEMA, &[]),
            );
        }
        let parameters = items_parameters(&**collection, call.chinese);
        put(
            format!("{at}/items"),
            operation(&format!("{id}.getFeatures"), title, media::GEOJSON, &parameters),
        );
        let feature = json!({
            "name": "featureId", "in": "path", "required": true, "schema": { "type": "string" },
            "description": call.text(["要素编号", "Id of a feature"]),
        });
        put(
            format!("{at}/items/{{featureId}}"),
            operation(&format!("{id}.getFeature"), title, media::GEOJSON, &[feature]),
        );
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": call.text(["社区孪生：OGC API 要素", "Community Twin: OGC API - Features"]),
            "version": env!("CARGO_PKG_VERSION"),
        },
        "servers": [{ "url": call.address("") }],
        "paths": paths,
        "components": { "parameters": components(), "schemas": schemas(), "responses": { "problem": {
            "description": "RFC 9457",
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/problem" } } },
        } } },
    })
}

fn operation(id: &str, summary: &str, media: &str, parameters: &[Value]) -> Value {
    let schema = if media == media::GEOJSON && id.ends_with("getFeatures") {
        json!({ "$ref": "#/components/schemas/featureCollection" })
    } else if media == media::GEOJSON {
        json!({ "$ref": "#/components/schemas/feature" })
    } else {
        json!({ "type": "object" })
    };
    let shared = ["f", "lang"].map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }));
    let parameters: Vec<Value> = shared.into_iter().chain(parameters.iter().cloned()).collect();
    json!({
        "operationId": id,
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "OK",
                "content": { media: { "schema": schema }, (media::HTML): { "schema": { "type": "string" } } },
            },
            "default": { "$ref": "#/components/responses/problem" },
        },
    })
}

fn items_parameters(collection: &dyn Collection, chinese: bool) -> Vec<Value> {
    let mut parameters = Vec::new();
    for name in ["bbox", "datetime", "limit", "after", "properties", "filter", "filter-crs"] {
        parameters.push(json!({ "$ref": format!("#/components/parameters/{name}") }));
    }
    // Not by reference: GDAL looks for the languages here. The last is how it names the first.
    parameters.push(json!({
        "name": "filter-lang", "in": "query",
        "schema": { "type": "string", "enum": ["cql2-text", "cql2-json", "cql-text"], "default": "cql2-text" },
    }));
    let properties = collection.schema().properties().iter();
    let asked = properties.filter(|property| property.listed && can_be_asked_for(property));
    parameters.extend(asked.map(|property| parameter_of(property, chinese)));
    parameters
}

fn parameter_of(property: &Property, chinese: bool) -> Value {
    let mut schema = property.to_json(chinese);
    let title = schema.remove("title");
    schema.retain(|key, _| matches!(key.as_str(), "type" | "format" | "enum"));
    if property.kind == PropertyType::Mixed {
        // OpenAPI 3.0 has no lists of types.
        schema.insert("type".into(), json!("string"));
    }
    json!({ "name": property.name, "in": "query", "description": title, "schema": schema, "required": false })
}

fn components() -> Value {
    let text = |name: &str, description: &str| json!({ "name": name, "in": "query", "description": description, "schema": { "type": "string" } });
    let choice = |name: &str, values: &[&str]| json!({ "name": name, "in": "query", "schema": { "type": "string", "enum": values } });
    json!({
        "f": choice("f", &["json", "html"]),
        "lang": choice("lang", &["zh", "en"]),
        "filter-crs": choice("filter-crs", &[CRS84, CRS84H]),
        "filter": text("filter", "CQL2 (OGC 21-065r2)"),
        "datetime": text("datetime", "An instant, a day, or two with `/` between; `..` is open"),
        "after": text("after", "Only behind the feature with this id, as the link `next` says"),
        "properties": {
            "name": "properties", "in": "query", "style": "form", "explode": false,
            "description": "What is given of each feature",
            "schema": { "type": "array", "items": { "type": "string" } },
        },
        "bbox": {
            "name": "bbox", "in": "query", "style": "form", "explode": false,
            "description": "west,south,east,north in degrees, or west,south,lowest,east,north,highest",
            "schema": { "type": "array", "minItems": 4, "maxItems": 6, "items": { "type": "number" } },
        },
        "limit": {
            "name": "limit", "in": "query", "style": "form", "explode": false,
            "schema": { "type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT },
        },
    })
}

fn schemas() -> Value {
    let link = json!({
        "type": "object", "required": ["href", "rel"],
        "properties": {
            "href": { "type": "string" }, "rel": { "type": "string" },
            "type": { "type": "string" }, "title": { "type": "string" },
        },
    });
    json!({
        "link": link,
        "feature": {
            "type": "object", "required": ["type", "id", "geometry", "properties"],
            "properties": {
                "type": { "type": "string", "enum": ["Feature"] },
                "id": { "type": "string" },
                "geometry": { "type": "object", "nullable": true },
                "properties": { "type": "object" },
                "links": { "type": "array", "items": { "$ref": "#/components/schemas/link" } },
            },
        },
        "featureCollection": {
            "type": "object", "required": ["type", "features"],
            "properties": {
                "type": { "type": "string", "enum": ["FeatureCollection"] },
                "features": { "type": "array", "items": { "$ref": "#/components/schemas/feature" } },
                "links": { "type": "array", "items": { "$ref": "#/components/schemas/link" } },
                "timeStamp": { "type": "string", "format": "date-time" },
                "numberMatched": { "type": "integer", "minimum": 0 },
                "numberReturned": { "type": "integer", "minimum": 0 },
            },
        },
        "problem": {
            "type": "object", "required": ["type", "title", "status", "code", "detail"],
            "properties": {
                "type": { "type": "string" }, "title": { "type": "string" }, "status": { "type": "integer" },
                "code": { "type": "string" }, "detail": { "type": "string" }, "hint": { "type": "string" },
            },
        },
    })
}
