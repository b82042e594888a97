//! OGC API - Features: what clients follow, ask and get.

mod asking;

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{Answer, Server, check_problem, reading};
use crate::ogc;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use twin_schemas::geometry::{GeographicPoint, LocalPoint};
use twin_server::domain::enu::{to_geographic, to_local};

const ORIGIN: GeographicPoint =
    GeographicPoint { longitude_deg: 113.388, latitude_deg: 22.524, height_m: 12.0 };

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A request as HTTP/1.1 clients send it.
async fn get(server: &Server, path: &str) -> Answer {
    server.get_with(path, &[("host", "twin.test:8080")]).await
}

async fn good(server: &Server, path: &str) -> Answer {
    let answer = get(server, path).await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
    answer
}

fn ids(collection: &Value) -> Vec<String> {
    let features = collection["features"].as_array().unwrap();
    features.iter().map(|feature| feature["id"].as_str().unwrap().to_owned()).collect()
}

/// The ids of the features that a query means, all pages of it.
async fn ask(server: &Server, collection: &str, query: &str) -> Vec<String> {
    let path = format!("/ogc/collections/{collection}/items?limit=10000&{query}");
    let answer = good(server, &path).await.json();
    assert_eq!(answer["numberMatched"], answer["numberReturned"], "{query}");
    ids(&answer)
}

fn link<'a>(body: &'a Value, rel: &str) -> Option<&'a str> {
    let links = body["links"].as_array().unwrap();
    links.iter().find(|link| link["rel"] == rel).map(|link| link["href"].as_str().unwrap())
}

fn path_of(href: &str) -> &str {
    href.strip_prefix("http://twin.test:8080").unwrap_or_else(|| panic!("{href}"))
}

fn at(east_m: f64, north_m: f64, up_m: f64) -> GeographicPoint {
    to_geographic(&ORIGIN, &LocalPoint { east_m, north_m, up_m })
}

/// `bbox` around a rectangle in local metres.
fn bbox(west_m: f64, south_m: f64, east_m: f64, north_m: f64) -> String {
    let (low, high) = (at(west_m, south_m, 0.0), at(east_m, north_m, 0.0));
    format!("{},{},{},{}", low.longitude_deg, low.latitude_deg, high.longitude_deg, high.latitude_deg)
}

#[tokio::test]
async fn every_link_below_the_landing_page_leads_somewhere() {
    let server = ogc::start().await;
    let mut seen = BTreeSet::new();
    let mut open = vec!["/ogc/".to_owned()];
    while let Some(path) = open.pop() {
        if !seen.insert(path.clone()) || seen.len() > 400 {
            continue;
        }
        let answer = good(&server, &path).await;
        let media = answer.header("content-type").to_owned();
        if !media.contains("json") {
            assert_eq!(media, "text/html; charset=utf-8", "{path}");
            continue;
        }
        let mut found = Vec::new();
        links_in(&answer.json(), &mut found);
        for (href, of_type) in found {
            let next = path_of(&href).to_owned();
            let got = good(&server, &next).await.header("content-type").replace("; charset=utf-8", "");
            // Files of the publication have the plain type.
            if next.starts_with("/ogc") {
                assert_eq!(got, of_type, "{next}");
                open.push(next);
            }
        }
    }
    for path in
        ["/ogc/conformance", "/ogc/api", "/ogc/collections/elements/schema", "/ogc/geovolumes/collections"]
    {
        assert!(seen.contains(path), "{path}");
    }
}

fn links_in(value: &Value, out: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            if let (Some(Value::String(href)), Some(Value::String(media))) =
                (object.get("href"), object.get("type"))
            {
                out.push((href.clone(), media.clone()));
            }
            object.values().for_each(|value| links_in(value, out));
        }
        Value::Array(list) => list.iter().for_each(|value| links_in(value, out)),
        _ => {}
    }
}

#[tokio::test]
async fn collections_say_what_and_where_they_are() {
    let server = ogc::start().await;
    let all = good(&server, "/ogc/collections").await.json();
    let names: Vec<&str> =
        all["collections"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["zones", "buildings", "storeys", "spaces", "elements", "devices", "projects", "reports"]
    );
    let buildings = good(&server, "/ogc/collections/buildings").await.json();
    assert_eq!((&buildings["itemType"], &buildings["title"]), (&json!("feature"), &json!("Buildings")));
    let extent: Vec<f64> = serde_json::from_value(buildings["extent"]["spatial"]["bbox"][0].clone()).unwrap();
    let (low, high) = (at(0.0, 0.0, 0.0), at(350.0, 280.0, 21.0));
    for (found, expected) in extent.iter().zip([
        low.longitude_deg,
        low.latitude_deg,
        low.height_m,
        high.longitude_deg,
        high.latitude_deg,
        high.height_m,
    ]) {
        assert!((found - expected).abs() < 0.01, "{extent:?}");
    }
    let chinese =
        server.get_with("/ogc/collections/buildings", &[("accept-language", "zh-CN,zh;q=0.9")]).await;
    assert_eq!(
        (chinese.json()["title"].as_str().unwrap(), chinese.header("content-language")),
        ("建筑", "zh")
    );
    let devices = good(&server, "/ogc/collections/devices").await.json();
    assert!(devices["extent"]["temporal"]["interval"].is_array());
    check_problem(&get(&server, "/ogc/collections/trees").await, 404, "unknown_collection");
    check_problem(&get(&server, "/ogc/nothing").await, 404, "not_found");
    check_problem(&get(&server, "/ogc/collections?x=1").await, 400, "unknown_parameter");
}

#[tokio::test]
async fn outlines_stand_where_the_model_has_them() {
    let server = ogc::start().await;
    let answer = good(&server, "/ogc/collections/buildings/items?limit=200").await;
    assert_eq!(answer.header("content-type"), "application/geo+json");
    assert_eq!(answer.header("content-crs"), "<http://www.opengis.net/def/crs/OGC/0/CRS84h>");
    for (i, feature) in answer.json()["features"].as_array().unwrap().iter().enumerate() {
        assert_eq!(feature["geometry"]["type"], "Polygon");
        let ring: Vec<[f64; 3]> =
            serde_json::from_value(feature["geometry"]["coordinates"][0].clone()).unwrap();
        let local: Vec<LocalPoint> = ring
            .iter()
            .map(|[longitude_deg, latitude_deg, height_m]| {
                to_local(
                    &ORIGIN,
                    &GeographicPoint {
                        longitude_deg: *longitude_deg,
                        latitude_deg: *latitude_deg,
                        height_m: *height_m,
                    },
                )
            })
            .collect();
        let outline = ogc::outline(i);
        assert_eq!(local.len(), outline.len());
        for [east_m, north_m] in outline {
            let near = |found: &&LocalPoint| (found.east_m - east_m).hypot(found.north_m - north_m) < 2e-4;
            let found = local.iter().find(near).unwrap_or_else(|| panic!("{i}: {local:?}"));
            assert!(found.up_m.abs() < 2e-3);
        }
        let turn: f64 =
            local.windows(2).map(|w| w[0].east_m * w[1].north_m - w[1].east_m * w[0].north_m).sum();
        assert!(turn > 0.0, "{i}");
    }
    let space = good(&server, "/ogc/collections/spaces/items/house%2FR1").await.json();
    assert_eq!(space["geometry"]["coordinates"][0].as_array().unwrap().len(), 5);
    let lamp = good(&server, "/ogc/collections/devices/items/lamp-2").await.json();
    let expected = at(65.0, 5.0, 0.0);
    assert!((lamp["geometry"]["coordinates"][0].as_f64().unwrap() - expected.longitude_deg).abs() < 1e-9);
}

#[tokio::test]
async fn one_feature_tells_all_and_its_id_may_hold_slashes() {
    let server = ogc::start().await;
    for path in ["house/D00", "house%2FD00"] {
        let door = good(&server, &format!("/ogc/collections/elements/items/{path}")).await.json();
        assert_eq!(door["id"], "house/D00");
        let properties = &door["properties"];
        assert_eq!(
            (&properties["Pset_DoorCommon.FireRating"], &properties["attributes.Tag"]),
            (&json!("EI30"), &json!("T0"))
        );
        assert_eq!(properties["materials"], json!(["wood", "glass"]));
        assert!(link(&door, "self").is_some() && link(&door, "collection").is_some());
    }
    let bin = good(&server, "/ogc/collections/devices/items/bin-1").await.json();
    assert_eq!(
        (&bin["properties"]["fill_pct"], &bin["properties"]["kind"]),
        (&json!(43.5), &json!("waste_bin"))
    );
    assert_eq!(bin["properties"]["last_reading"], "2026-01-02T08:00:00Z");
    check_problem(&get(&server, "/ogc/collections/buildings/items/house/D00").await, 404, "unknown_feature");
}

#[tokio::test]
async fn schemas_name_the_types_that_values_have() {
    let server = ogc::start().await;
    let queryables = good(&server, "/ogc/collections/buildings/queryables").await;
    assert_eq!(queryables.header("content-type"), "application/schema+json");
    let types: BTreeMap<String, Value> = queryables.json()["properties"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, schema)| (name.clone(), schema["type"].clone()))
        .collect();
    for (name, of_type) in [
        ("floors", "integer"),
        ("area_m2", "number"),
        ("listed", "boolean"),
        ("use", "string"),
        ("built", "integer"),
        ("height_m", "number"),
    ] {
        assert_eq!(types[name], of_type, "{name}");
    }
    let elements = good(&server, "/ogc/collections/elements/queryables").await.json();
    assert!(elements["properties"]["Pset_DoorCommon.IsExternal"].is_object());
    assert!(elements["properties"]["materials"].is_null());
    let listed = good(&server, "/ogc/collections/elements/schema").await.json();
    assert!(
        listed["properties"]["Pset_DoorCommon.IsExternal"].is_null()
            && listed["properties"]["materials"].is_object()
    );
    let features = good(&server, "/ogc/collections/elements/items?limit=1").await.json();
    let geojson = good(&server, "/ogc/collections/elements/schema/geojson").await.json();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(
        keys(&features["features"][0]["properties"]),
        keys(&geojson["properties"]["properties"]["properties"])
    );
    let api = good(&server, "/ogc/api").await.json();
    let text = api.to_string();
    assert_eq!(text.matches("\"$ref\":\"#/").count(), text.matches("\"$ref\":").count());
    for reference in text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(api.pointer(reference).is_some(), "{reference}");
    }
    let parameters = api["paths"]["/collections/buildings/items"]["get"]["parameters"].as_array().unwrap();
    assert!(parameters.iter().any(|parameter| parameter["name"] == "floors"));
}

#[tokio::test]
async fn an_answer_keeps_its_tag_until_something_changes() {
    let server = ogc::start().await;
    let tag = |path: &'static str| {
        let server = &server;
        async move { good(server, path).await.header("etag").to_owned() }
    };
    let (buildings, devices) = ("/ogc/collections/buildings/items", "/ogc/collections/devices/items");
    let before = (tag(buildings).await, tag(devices).await);
    let headers = [("host", "twin.test:8080"), ("if-none-match", before.1.as_str())];
    let again = server.get_with(devices, &headers).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    assert_ne!(tag("/ogc/collections/devices/items?limit=2").await, before.1);
    server.post(json!([reading("bin-1", "fill_pct", 50.0, "2026-01-03T08:00:00Z")])).await;
    let after = (tag(buildings).await, tag(devices).await);
    assert_eq!(before.0, after.0);
    assert_ne!(before.1, after.1);
}

#[tokio::test]
async fn a_collection_tells_of_what_people_changed_and_made() {
    let server = ogc::start().await;
    let known = async || {
        let about = good(&server, "/ogc/collections/buildings").await;
        let queryables = good(&server, "/ogc/collections/buildings/queryables").await.json();
        let extent = about.json()["extent"]["spatial"]["bbox"][0].clone();
        (about.header("etag").to_owned(), extent, queryables["properties"]["inspected"].clone())
    };
    let published = known().await;
    assert_eq!(published.2, Value::Null);
    let inspected = json!({ "properties": { "inspected": 2026 } }).to_string();
    let patched = server.send("PATCH", "/api/v1/objects/building/b003", inspected).await;
    assert_eq!(patched.status.as_u16(), 200, "{}", patched.text());
    let changed = known().await;
    assert_eq!((&changed.1, &changed.2["type"]), (&published.1, &json!("integer")));
    assert_eq!(ask(&server, "buildings", "filter=inspected%20%3E%202025").await, ["building/b003"]);
    let tower = json!({ "class": "building", "name": { "en": "Tower" }, "bottom_m": 0, "top_m": 200,
        "footprint": [[[[900, 900], [910, 900], [910, 910]]]] });
    let made = server.send("POST", "/api/v1/objects", tower.to_string()).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text());
    let grown = known().await;
    let number = |extent: &Value, place: usize| extent[place].as_f64().unwrap();
    assert_eq!(number(&grown.1, 0), number(&published.1, 0));
    assert!((4..6).all(|place| number(&grown.1, place) > number(&published.1, place)), "{}", grown.1);
    let page = good(&server, "/ogc/collections/buildings/items?limit=1").await.json();
    assert_eq!(page["numberMatched"], 121);
    let path = format!("/api/v1/objects/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(server.send("DELETE", &path, "").await.status.as_u16(), 204);
    let shrunk = known().await;
    assert_eq!(shrunk.1, published.1);
    let tags = BTreeSet::from([published.0, changed.0, grown.0, shrunk.0]);
    assert_eq!(tags.len(), 4, "{tags:?}");
}

#[tokio::test]
async fn people_get_pages_in_their_language() {
    let server = ogc::start().await;
    let page = server
        .get_with(
            "/ogc/collections/buildings/items?limit=3&lang=zh",
            &[("accept", "text/html"), ("host", "twin.test:8080")],
        )
        .await;
    let text = page.text();
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(text.contains("<html lang=\"zh-CN\">") && text.contains("0号楼") && text.contains("下一页"));
    assert!(text.contains("building%2Fb002?f=html"));
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    // Whatever stands in a parameter means nothing to the browser.
    let hostile =
        get(&server, "/ogc/collections/buildings/items?f=html&use=%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
    assert_eq!(hostile.status.as_u16(), 200);
    assert!(!hostile.text().contains("<script"));
    let forged = server.get_with("/ogc/", &[("host", "a\"b<c>")]).await.json();
    assert_eq!(link(&forged, "data"), Some("/ogc/collections"));
}

#[tokio::test]
async fn a_community_without_a_place_has_features_without_geometry() {
    let server = ogc::start_with(false).await;
    let page = good(&server, "/ogc/collections/buildings/items?limit=1").await.json();
    assert_eq!((&page["features"][0]["geometry"], &page["numberMatched"]), (&Value::Null, &json!(120)));
    assert_eq!(ask(&server, "buildings", "floors=7").await.len(), 17);
    assert!(good(&server, "/ogc/collections/buildings").await.json()["extent"].is_null());
    check_problem(
        &get(&server, "/ogc/collections/buildings/items?bbox=1,2,3,4").await,
        400,
        "no_georeference",
    );
}

#[tokio::test]
async fn the_scenes_are_3d_containers() {
    let server = ogc::start().await;
    let list = good(&server, "/ogc/geovolumes/collections").await.json();
    let community = &list["collections"][0];
    assert_eq!((&community["id"], &community["collectionType"]), (&json!("garden"), &json!("3d-container")));
    let tileset = path_of(community["content"][0]["href"].as_str().unwrap());
    assert_eq!(tileset, "/publication/versions/v1/full/tileset.json");
    let children: Vec<&str> =
        community["children"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap()).collect();
    assert_eq!(children, ["zone/z1", "zone/z2"]);
    assert_eq!(community["contentExtent"]["bbox"].as_array().unwrap().len(), 6);
    let zone = good(&server, "/ogc/geovolumes/collections/zone%2Fz1").await.json();
    assert_eq!(
        path_of(zone["content"][0]["href"].as_str().unwrap()),
        "/publication/versions/v1/full/z1/tileset.json"
    );
    check_problem(&get(&server, "/ogc/geovolumes/collections/zone/z9").await, 404, "unknown_volume");
}
