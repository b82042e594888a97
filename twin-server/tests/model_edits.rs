//! The community model over HTTP: changes by people with their history, versions of the publication beside
//! them, and what viewers are told.

use std::time::{Duration, Instant};

use crate::common::people::{People, send_with_key};
use crate::common::{Answer, Server, check_problem, publish};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures_util::StreamExt;
use serde_json::{Value, json};

async fn patch(server: &Server, id: &str, body: Value) -> Answer {
    server.send("PATCH", &format!("/api/v1/objects/{id}"), body.to_string()).await
}

async fn restore(server: &Server, id: &str, number: u32) -> Answer {
    server.send("POST", &format!("/api/v1/objects/{id}/history/{number}/restore"), "").await
}

async fn history(server: &Server, id: &str) -> Vec<(u64, String)> {
    let edits = server.get(&format!("/api/v1/objects/{id}/history")).await.json();
    let edits = edits["edits"].as_array().unwrap();
    edits.iter().map(|e| (e["number"].as_u64().unwrap(), e["action"].as_str().unwrap().to_owned())).collect()
}

fn yard() -> Value {
    json!({
        "class": "space", "name": { "zh": "晾衣场", "en": "Drying yard" },
        "footprint": [[[[30, 30], [34, 30], [34, 33]]]], "bottom_m": 0, "top_m": 2.5,
        "properties": { "lines": 6 },
    })
}

async fn make(server: &Server, body: &Value) -> (String, Answer) {
    let answer = server.send("POST", "/api/v1/objects", body.to_string()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    (answer.json()["id"].as_str().unwrap().to_owned(), answer)
}

/// Publishes a version with other objects and waits until it is served.
async fn switch(server: &Server, version: &str, change: impl Fn(String) -> String) {
    let root = server.folder.path().join("publication");
    std::fs::create_dir_all(root.join("next")).unwrap();
    publish(&root.join("next"), version);
    let model = root.join("next/versions").join(version).join("model.ndjson");
    std::fs::write(&model, change(std::fs::read_to_string(&model).unwrap())).unwrap();
    std::fs::rename(root.join("next/versions").join(version), root.join("versions").join(version)).unwrap();
    std::fs::write(root.join("current"), version).unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while server.get("/api/v1/catalog").await.json()["version"] != version {
        assert!(Instant::now() < deadline, "version {version} is not served");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_name_and_properties_lie_over_what_is_published_and_go_back_by_undo() {
    let server = Server::start().await;
    let answer = patch(
        &server,
        "zone/z1",
        json!({ "name": { "zh": "柳岸", "en": "Willow" }, "properties": { "head": "王工" } }),
    )
    .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.json()["properties"]["head"], "王工");
    let listed = server.get("/api/v1/objects?class=zone").await.json();
    assert_eq!(listed["objects"][0]["name"]["zh"], "柳岸");
    assert_eq!(server.get("/api/v1/place?east_m=3&north_m=5").await.json()["zone"]["name"]["en"], "Willow");
    patch(&server, "zone/z1", json!({ "properties": { "head": null } })).await;
    patch(&server, "zone/z1", json!({ "name": null })).await;
    let object = server.get("/api/v1/objects/zone/z1").await.json();
    assert_eq!((&object["name"]["zh"], &object["properties"]), (&json!("一组团"), &Value::Null));
    // A change that changes nothing is no edit.
    patch(&server, "zone/z1", json!({})).await;
    let changed = |number| (number, "changed".to_owned());
    assert_eq!(history(&server, "zone/z1").await, [changed(3), changed(2), changed(1)]);
    assert_eq!(restore(&server, "zone/z1", 1).await.json()["properties"]["head"], "王工");
    let edits = server.get("/api/v1/objects/zone%2Fz1/history").await.json();
    let newest = &edits["edits"][0];
    assert_eq!((&newest["number"], &newest["action"]), (&json!(4), &json!("restored")));
    assert_eq!(
        (&newest["before"], &newest["after"]["overlay"]["name"]["zh"]),
        (&Value::Null, &json!("柳岸"))
    );
    assert_eq!(newest["actor"], "local");
    assert_eq!(restore(&server, "zone/z1", 0).await.json()["name"]["zh"], "一组团");
}

#[tokio::test]
async fn an_object_that_people_made_is_found_changed_removed_and_brought_back() {
    let server = Server::start().await;
    let (id, answer) = make(&server, &yard()).await;
    assert_eq!(answer.header("location"), format!("/api/v1/objects/{id}"));
    assert_eq!(answer.json()["zone"], "zone/z1", "the zone that its middle is in");
    let query =
        json!({ "kinds": ["space"], "where": { "radius": { "east_m": 35, "north_m": 31, "radius_m": 2 } } });
    let found = async || server.send("POST", "/api/v1/spatial/query", query.to_string()).await.json();
    let things = found().await["things"].clone();
    assert_eq!((&things[0]["id"], &things[0]["distance_m"]), (&json!(id), &json!(1.0)));
    let moved = json!({ "footprint": [[[[60, 60], [64, 60], [64, 63]]]], "top_m": 3 });
    assert_eq!(patch(&server, &id, moved).await.json()["bounds"]["max"]["up_m"], 3.0);
    assert_eq!(found().await["things"], json!([]));
    let removed = server.send("DELETE", &format!("/api/v1/objects/{id}"), "").await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    check_problem(&server.get(&format!("/api/v1/objects/{id}")).await, 404, "unknown_object");
    check_problem(&patch(&server, &id, json!({ "name": null })).await, 404, "unknown_object");
    assert_eq!(restore(&server, &id, 1).await.json()["bounds"]["max"]["up_m"], 2.5);
    assert_eq!(found().await["matched"], 1);
    let actions: Vec<String> = history(&server, &id).await.into_iter().map(|(_, action)| action).collect();
    assert_eq!(actions, ["restored", "removed", "changed", "created"]);
    assert_eq!(restore(&server, &id, 0).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn what_was_changed_meanwhile_is_not_overwritten() {
    let server = Server::start().await;
    let tag = server.get("/api/v1/objects/building/b1").await.header("etag").to_owned();
    let with = |tag: &str| {
        let request = Request::patch("/api/v1/objects/building/b1").header(header::IF_MATCH, tag);
        request
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(r#"{"properties":{"floors":6}}"#))
    };
    let first = server.ask(with(&tag).unwrap()).await;
    assert_eq!(first.status, StatusCode::OK);
    assert_ne!(first.header("etag"), tag);
    let problem = server.check_problem(with(&tag).unwrap(), 412, "changed_since").await;
    assert!(problem["hint"].as_str().unwrap().contains("ETag"));
    assert_eq!(
        server.ask(with(&format!("\"x\", {}", first.header("etag"))).unwrap()).await.status,
        StatusCode::OK
    );
    assert_eq!(server.ask(with("*").unwrap()).await.status, StatusCode::OK);
    let unchanged =
        server.get_with("/api/v1/objects/building/b1", &[("if-none-match", first.header("etag"))]).await;
    assert_eq!((unchanged.status, unchanged.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn changes_that_cannot_be_are_refused_by_name() {
    let server = Server::start().await;
    let make = async |change: Value| {
        let mut body = yard();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        server.send("POST", "/api/v1/objects", body.to_string()).await
    };
    check_problem(&make(json!({ "class": "community" })).await, 422, "bad_class");
    check_problem(&make(json!({ "class": "tree" })).await, 422, "bad_value");
    check_problem(&make(json!({ "footprint": [] })).await, 422, "bad_outline");
    check_problem(&make(json!({ "footprint": [[[[0, 0], [1, 1]]]] })).await, 422, "bad_outline");
    check_problem(&make(json!({ "top_m": -1 })).await, 422, "bad_heights");
    check_problem(&make(json!({ "top_m": 1e9 })).await, 422, "bad_heights");
    check_problem(&make(json!({ "parent": "building/none" })).await, 422, "unknown_reference");
    check_problem(&make(json!({ "zone": "building/b1" })).await, 422, "unknown_reference");
    check_problem(&make(json!({ "colour": "red" })).await, 422, "bad_value");
    check_problem(&make(json!({ "properties": { "x": "x".repeat(5000) } })).await, 422, "bad_properties");
    let shape = patch(&server, "building/b1", json!({ "top_m": 9 })).await;
    check_problem(&shape, 422, "published_shape");
    check_problem(&server.send("DELETE", "/api/v1/objects/building/b1", "").await, 409, "published_object");
    check_problem(&server.send("DELETE", "/api/v1/objects/building/b9", "").await, 404, "unknown_object");
    check_problem(&restore(&server, "building/b1", 1).await, 404, "unknown_edit");
    check_problem(&restore(&server, "building/b9", 1).await, 404, "unknown_object");
    check_problem(&server.get("/api/v1/objects/building/b9/history").await, 404, "unknown_object");
    check_problem(&server.send("POST", "/api/v1/objects/building/b1", "").await, 405, "method_not_allowed");
    assert!(history(&server, "building/b1").await.is_empty());
}

#[tokio::test]
async fn edits_outlast_a_restart_and_a_new_version() {
    let server = Server::start().await;
    patch(&server, "building/b1", json!({ "name": { "zh": "一号楼" } })).await;
    let (id, _) = make(&server, &yard()).await;
    switch(&server, "v2", |model| {
        let other = json!({ "id": "building/b2", "class": "building", "bounds": {
            "min": { "east_m": 0, "north_m": 0, "up_m": 0 }, "max": { "east_m": 1, "north_m": 1, "up_m": 9 } } });
        let model: Vec<&str> = model.lines().filter(|line| !line.contains(r#""class":"community""#)).collect();
        format!("{}\n{other}", model.join("\n").replace("一组团", "二组团"))
    })
    .await;
    let versions = server.get("/api/v1/model/versions").await.json();
    let counts = |i: usize| {
        ["added", "changed", "removed", "unchanged"]
            .map(|name| versions["versions"][i][name].as_u64().unwrap())
    };
    assert_eq!(versions["versions"][0]["publication"], "v2");
    assert_eq!((counts(0), counts(1)), ([1, 1, 1, 1], [3, 0, 0, 0]), "{versions}");
    let check = async |server: &Server| {
        assert_eq!(server.get("/api/v1/objects/building/b1").await.json()["name"]["zh"], "一号楼");
        assert_eq!(server.get(&format!("/api/v1/objects/{id}")).await.json()["properties"]["lines"], 6);
        assert_eq!(server.get("/api/v1/objects/zone/z1").await.json()["name"]["zh"], "二组团");
        assert_eq!(server.get("/api/v1/objects").await.json()["objects"].as_array().unwrap().len(), 4);
    };
    check(&server).await;
    // The version that was switched to while no server ran is compared with what the store has.
    let folder = server.end().await;
    let root = folder.path().join("publication");
    std::fs::rename(root.join("versions/v2"), root.join("versions/v3")).unwrap();
    std::fs::write(root.join("current"), "v3").unwrap();
    let again = Server::start_in(folder, None).await;
    check(&again).await;
    let versions = again.get("/api/v1/model/versions").await.json();
    assert_eq!(versions["versions"][0]["publication"], "v3");
    assert_eq!(versions["versions"][0]["unchanged"], 3, "{versions}");
}

#[tokio::test]
async fn an_overlay_waits_for_its_object_to_come_back() {
    let server = Server::start().await;
    patch(&server, "building/b1", json!({ "name": { "zh": "一号楼" } })).await;
    let without =
        |model: String| model.lines().filter(|l| !l.contains("building/b1")).collect::<Vec<_>>().join("\n");
    switch(&server, "v2", without).await;
    check_problem(&server.get("/api/v1/objects/building/b1").await, 404, "unknown_object");
    check_problem(&patch(&server, "building/b1", json!({ "name": null })).await, 404, "unknown_object");
    check_problem(&restore(&server, "building/b1", 1).await, 404, "unknown_object");
    assert_eq!(history(&server, "building/b1").await.len(), 1);
    switch(&server, "v3", |model| model).await;
    assert_eq!(server.get("/api/v1/objects/building/b1").await.json()["name"]["zh"], "一号楼");
}

/// Every object of a version carries the version in its name; no answer may hold two.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn readers_see_one_version_or_the_other_and_never_half() {
    let server = Server::start().await;
    let many = |version: &'static str| {
        move |_: String| {
            let corner = |i: f64, up: f64| json!({ "east_m": i, "north_m": i, "up_m": up });
            let line = |i: usize| {
                let bounds = json!({ "min": corner(i as f64 / 100.0, 0.0), "max": corner(i as f64 / 100.0 + 1.0, 3.0) });
                json!({ "id": format!("m/{version}-{i}"), "class": "element", "name": { "zh": version }, "bounds": bounds }).to_string()
            };
            (0..3000).map(line).collect::<Vec<_>>().join("\n")
        }
    };
    switch(&server, "v2", many("v2")).await;
    let (router, done) =
        (server.router.clone(), std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false)));
    let readers = (0..2).map(|reader| {
        let (router, done) = (router.clone(), std::sync::Arc::clone(&done));
        tokio::spawn(async move {
            let mut seen = std::collections::BTreeSet::new();
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let request = if reader == 0 {
                    Request::get("/api/v1/objects").body(Body::empty()).unwrap()
                } else {
                    let body = json!({ "where": { "anywhere": {} }, "kinds": ["element"], "limit": 10000 });
                    let request = Request::post("/api/v1/spatial/query")
                        .header(header::CONTENT_TYPE, "application/json");
                    request.body(Body::from(body.to_string())).unwrap()
                };
                let answer = tower::ServiceExt::oneshot(router.clone(), request).await.unwrap();
                let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
                let answer: Value = serde_json::from_slice(&body).unwrap();
                let things = answer.get("objects").or(answer.get("things")).unwrap().as_array().unwrap();
                assert_eq!(things.len(), 3000);
                let names: std::collections::BTreeSet<_> =
                    things.iter().map(|thing| thing["name"]["zh"].as_str().unwrap()).collect();
                assert_eq!(names.len(), 1, "one answer holds two versions: {names:?}");
                seen.extend(names.into_iter().map(str::to_owned));
            }
            seen
        })
    });
    let readers: Vec<_> = readers.collect();
    switch(&server, "v3", many("v3")).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    for reader in readers {
        let seen: Vec<String> = reader.await.unwrap().into_iter().collect();
        assert_eq!(seen, ["v2", "v3"]);
    }
}

#[tokio::test]
async fn viewers_are_told_of_changed_and_removed_objects() {
    let server = Server::start().await;
    let events = server.raw(Request::get("/api/v1/events").body(Body::empty()).unwrap()).await;
    let mut events = events.into_body().into_data_stream();
    let mut text = String::new();
    // One after the other: changes of one object that nobody fetched in between are told as one.
    until(&mut events, &mut text, "event: snapshot").await;
    let (id, _) = make(&server, &yard()).await;
    until(&mut events, &mut text, "event: object\n").await;
    assert!(text.contains(&id), "{text}");
    server.send("DELETE", &format!("/api/v1/objects/{id}"), "").await;
    until(&mut events, &mut text, &format!("event: object-removed\ndata: {{\"id\":\"{id}\"}}")).await;
    patch(&server, "zone/z1", json!({ "name": { "zh": "柳岸" } })).await;
    until(&mut events, &mut text, "柳岸").await;
}

/// Reads events until their text holds something.
async fn until(events: &mut axum::body::BodyDataStream, text: &mut String, wanted: &str) {
    let reading = async {
        while !text.contains(wanted) {
            text.push_str(&String::from_utf8_lossy(&events.next().await.unwrap().unwrap()));
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(30), reading).await;
    assert!(ended.is_ok(), "no `{wanted}` in: {text}");
}

#[tokio::test]
async fn making_and_changing_needs_the_key_and_asking_does_not() {
    let server = Server::start_with_key(Some("0123456789abcdef")).await;
    check_problem(&server.send("POST", "/api/v1/objects", yard().to_string()).await, 401, "key_required");
    check_problem(&patch(&server, "zone/z1", json!({ "name": null })).await, 401, "key_required");
    let query = json!({ "where": { "anywhere": {} } }).to_string();
    assert_eq!(server.send("POST", "/api/v1/spatial/query", query).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_object_that_is_moved_stands_in_the_zone_where_it_came_to() {
    let server = Server::start().await;
    let (id, made) = make(&server, &yard()).await;
    assert_eq!(made.json()["zone"], "zone/z1");
    let moved = json!({ "footprint": [[[[530, 30], [534, 30], [534, 33]]]] });
    let moved = patch(&server, &id, moved).await.json();
    assert_eq!(moved.get("zone"), None, "{moved}");
    let higher = json!({ "top_m": 9 });
    patch(&server, &id, yard_at_home()).await;
    assert_eq!(patch(&server, &id, higher).await.json()["zone"], "zone/z1");
}

fn yard_at_home() -> Value {
    json!({ "footprint": yard()["footprint"] })
}

#[tokio::test]
async fn a_zone_is_removed_by_those_alone_who_edit_the_whole_community() {
    let server = Server::start().await;
    let mut zone = yard();
    zone["class"] = json!("zone");
    let (zone, _) = make(&server, &zone).await;
    let (inside, _) = make(&server, &yard()).await;
    let people = People::begin(&server).await;
    let wish = json!({ "name": "k", "role": "community_planner", "zones": [zone, "zone/z1"] });
    let key = people.key(&wish).await.secret;
    let remove = async |id: &str| {
        send_with_key(&server, &key, "DELETE", &format!("/api/v1/objects/{id}"), String::new()).await
    };
    check_problem(&remove(&zone).await, 403, "zone_denied");
    assert_eq!(remove(&inside).await.status, StatusCode::NO_CONTENT);
    let removed = people.send("DELETE", &format!("/api/v1/objects/{zone}"), &Value::Null).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
}
