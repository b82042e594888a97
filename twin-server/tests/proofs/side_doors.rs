//! Side doors: what someone may not read at its own address is not in the answer of any other. For each kind
//! of thing there is a key that may read all else; it asks every route that the server has, and the ways of
//! asking that have no route of their own.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use time::OffsetDateTime;
use twin_server::auth::AuthConfig;
use twin_server::domain::permission::Action;

use crate::common::people::{PASSWORD, People, add_zone_2, send_as, sign_in};
use crate::common::{self, Server, publish};

/// A thing, how to know it again in an answer, and what someone lacks who may not see it.
struct Hidden {
    what: &'static str,
    marks: &'static [&'static str],
    lacks: &'static [Action],
    /// Addresses of what names it by its nature: an alarm holds the name of its device.
    named_by: &'static [&'static str],
}

const HIDDEN: [Hidden; 4] = [
    Hidden {
        what: "device",
        marks: &["hidden-name", "41.625"],
        lacks: &[Action::ReadDevices],
        named_by: &["/api/v1/alarms"],
    },
    Hidden { what: "alarm", marks: &["hidden-warning"], lacks: &[Action::ReadAlarms], named_by: &[] },
    Hidden { what: "project", marks: &["hidden-project"], lacks: &[Action::ReadProjects], named_by: &[] },
    // The files of the publication hold the model as it was published.
    Hidden {
        what: "object",
        marks: &["hidden-object"],
        lacks: &[Action::ReadModel, Action::ReadPublication],
        named_by: &[],
    },
];

/// Doors beside the plain routes: lists, single things, expansions, filters, other formats.
const DOORS: [&str; 19] = [
    "/sta/v1.1/Things",
    "/sta/v1.1/Things?$expand=Locations,Datastreams($expand=Observations)",
    "/sta/v1.1/Things('hidden-device')",
    "/sta/v1.1/Observations?$filter=result gt 41",
    "/sta/v1.1/Locations",
    "/sta/v1.1/FeaturesOfInterest",
    "/ogc/collections/devices",
    "/ogc/collections/devices/items",
    "/ogc/collections/devices/items?f=html",
    "/ogc/collections/devices/items/hidden-device",
    "/ogc/collections/projects",
    "/ogc/collections/projects/items",
    "/ogc/collections/projects/items/1",
    "/ogc/collections/buildings/items?filter=id LIKE 'b%'",
    "/ogc/collections/buildings/items/building/b1",
    "/api/v1/devices?at=2026-01-01T00:02:00Z",
    "/api/v1/aggregates?streams=hidden-device:fill_pct&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z",
    "/api/v1/exports/readings.csv?stream=fill_pct&device=hidden-device",
    "/api/v1/place?east_m=5&north_m=5",
];

/// A route with its parameters filled in such that it leads to the hidden things, and the query that it
/// needs.
fn filled(path: &str) -> String {
    let path =
        if path.contains("/alarm-rules/") { path.replace("{id}", "hidden-rule") } else { path.to_owned() };
    let path = if path.contains("/ogc/collections/") { path.replace("{id}", "devices") } else { path };
    let is_numbered = ["/api/v1/alarms/", "/api/v1/projects/"].iter().any(|start| path.starts_with(start));
    let id = if is_numbered { "1" } else { "hidden-device" };
    let path = path
        .replace("{id}", id)
        .replace("{*id}", "building/b1")
        .replace("{*path}", "versions/v2/model.ndjson")
        .replace("{*rest}", "Datastreams?$expand=Observations,Thing")
        .replace("{stream}", "fill_pct")
        .replace("{name}", "devices.csv")
        .replace("{*feature}", "hidden-device");
    let needs = ["/readings", "/aggregates"].iter().any(|end| path.ends_with(end));
    if needs {
        format!("{path}?stream=fill_pct&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z")
    } else {
        path
    }
}

/// What is answered to a question, as text; of a stream what comes at once. Nothing if it is refused.
async fn told(server: &Server, key: &str, method: &str, path: &str, body: &Value) -> Option<String> {
    let path = path.replace(' ', "%20").replace('\'', "%27");
    let request = Request::builder().method(method).uri(&path).header("x-api-key", key);
    let request = request.header("content-type", "application/json");
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let response = server.raw(request.body(body).unwrap()).await;
    if !response.status().is_success() {
        return None;
    }
    let mut text = Vec::new();
    let mut pieces = response.into_body().into_data_stream();
    // Streams have no end; a stream that tells nothing in a second tells nothing of what is there.
    while let Ok(Some(Ok(piece))) = tokio::time::timeout(Duration::from_secs(1), pieces.next()).await {
        text.extend_from_slice(&piece);
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// A server that shows nothing without a key, with one thing of each kind to hide.
async fn server_with_things() -> (Server, String) {
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    let auth = AuthConfig { require_sign_in: true, ..AuthConfig::default() };
    let server = Server::start_with(folder, None, auth).await;
    add_zone_2(&server).await;
    let people = People::begin(&server).await;
    let administrator = people.key(&json!({ "name": "k", "role": "administrator" })).await.secret;
    let position = json!({ "east_m": 5.0, "north_m": 5.0, "up_m": 0.0 });
    let device =
        json!({ "kind": "waste_bin", "name": { "zh": "桶", "en": "hidden-name" }, "position": position });
    // An alarm tells which device it is of and what raised it; how it is now is the device's to tell.
    let reading = |value: f64, time: &str| common::reading("hidden-device", "fill_pct", value, time);
    let readings = [reading(95.5, "2026-01-01T00:00:00Z"), reading(41.625, "2026-01-01T00:01:00Z")];
    let rule = json!({
        "id": "hidden-rule", "name": { "zh": "规则", "en": "hidden-warning" }, "scope": { "kind": "waste_bin" },
        "condition": { "type": "threshold", "stream": "fill_pct", "levels": [{ "level": "alarm", "from": 90.0 }] },
        "role": "property",
    });
    for (method, path, body) in [
        ("PUT", "/api/v1/devices/hidden-device", device),
        ("PUT", "/api/v1/alarm-rules/hidden-rule", rule),
        ("PATCH", "/api/v1/objects/building/b1", json!({ "name": { "zh": "楼", "en": "hidden-object" } })),
        ("POST", "/api/v1/readings", json!({ "readings": readings })),
        ("POST", "/api/v1/projects", project()),
    ] {
        let done = told(&server, &administrator, method, path, &body).await;
        assert!(done.is_some(), "{method} {path} was refused");
    }
    let today = OffsetDateTime::now_utc().date();
    for deed in ["declare", "screen", "assess", "verify", "publish"] {
        let body = json!({ "deed": deed, "text": "on notice", "last_day": (today + time::Duration::days(20)).to_string() });
        let done = told(&server, &administrator, "POST", "/api/v1/projects/1/deeds", &body).await;
        assert!(done.is_some(), "{deed} was refused");
    }
    (server, administrator)
}

/// A project around the device.
fn project() -> Value {
    json!({
        "name": { "en": "hidden-project" }, "summary": "hidden-project", "kind": "operation", "level": "basic",
        "places": [{ "type": "polygon", "rings": [[[0, 0], [9, 0], [9, 9], [0, 9]]] }],
        "phases": [{ "id": "p", "name": { "en": "Works" }, "from": "2026-01-01", "to": "2026-02-01" }],
    })
}

/// Every question that is worth asking.
async fn questions(server: &Server) -> Vec<(&'static str, String, Value)> {
    let permissions = server.get("/api/v1/permissions").await.json();
    let routes = permissions["routes"].as_array().unwrap().iter().filter(|route| route["method"] == "GET");
    let routes = routes.map(|route| filled(route["path"].as_str().unwrap()));
    let mut all: Vec<_> = routes.map(|path| ("GET", path, Value::Null)).collect();
    all.extend(DOORS.map(|path| ("GET", path.to_owned(), Value::Null)));
    let query = "/api/v1/spatial/query";
    for body in [
        json!({ "where": { "anywhere": {} } }),
        json!({ "kinds": ["device"], "where": { "anywhere": {} } }),
        json!({ "kinds": ["project"], "where": { "anywhere": {} } }),
        json!({ "kinds": ["building"], "where": { "around": { "device": "hidden-device", "within_m": 100 } } }),
        json!({ "kinds": ["building"], "where": { "anywhere": {} }, "near": { "within_m": 100 } }),
    ] {
        all.push(("POST", query.to_owned(), body));
    }
    let batch = json!({ "requests": [{ "id": "1", "method": "get", "url": "Things?$expand=Datastreams($expand=Observations)" }] });
    all.push(("POST", "/sta/v1.1/$batch".to_owned(), batch));
    all
}

#[tokio::test]
async fn what_is_refused_at_its_own_address_is_in_no_other_answer() {
    let (server, administrator) = server_with_things().await;
    let key_without = |lacks: &[Action]| {
        let actions = Action::ALL.iter().filter(|action| !lacks.contains(action) && !action.is_for_people());
        let actions: Vec<&str> = actions.map(|action| action.id()).collect();
        json!({ "name": "k", "role": "administrator", "actions": actions })
    };
    let root = sign_in(&server, "root", PASSWORD).await.unwrap();
    let questions = questions(&server).await;
    let mut leaks = Vec::new();
    for Hidden { what, marks, lacks, named_by } in HIDDEN {
        let issued = send_as(&server, &root, "POST", "/api/v1/keys", &key_without(lacks)).await;
        let key = issued.json()["secret"].as_str().unwrap().to_owned();
        let (mut seen, mut answered) = (0, 0);
        for (method, path, body) in &questions {
            let shows = |text: &str| marks.iter().any(|mark| text.contains(mark));
            seen += usize::from(
                told(&server, &administrator, method, path, body).await.is_some_and(|t| shows(&t)),
            );
            let Some(text) = told(&server, &key, method, path, body).await else { continue };
            answered += 1;
            if shows(&text) && !named_by.iter().any(|start| path.starts_with(start)) {
                leaks.push(format!("{what}: {method} {path} {body}"));
            }
        }
        // Or nothing was hidden, or nothing was asked.
        assert!(seen >= 4 && answered >= 10, "{what}: {seen} answers show it, {answered} are given");
    }
    assert!(leaks.is_empty(), "{} side doors:\n{}", leaks.len(), leaks.join("\n"));
}
