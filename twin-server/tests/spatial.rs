//! Questions about places over HTTP. That the answers are right is held by `spatial::query`; here it is how
//! they are asked and told.

use crate::common::{Answer, Server, check_problem};
use axum::http::StatusCode;
use serde_json::{Value, json};

async fn ask(server: &Server, question: Value) -> Answer {
    server.send("POST", "/api/v1/spatial/query", question.to_string()).await
}

/// Ids and distances of what is found.
async fn found(server: &Server, question: Value) -> Vec<(String, Option<f64>)> {
    let answer = ask(server, question).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let answer = answer.json();
    let things = answer["things"].as_array().unwrap();
    things.iter().map(|t| (t["id"].as_str().unwrap().to_owned(), t["distance_m"].as_f64())).collect()
}

/// The tiny publication with a lift at 2, 12 and 90 m east, all 5 m north.
async fn garden() -> Server {
    let server = Server::start().await;
    for (id, east_m) in [("far", 90.0), ("near", 12.0), ("here", 2.0)] {
        server.put(id, "lift", east_m).await;
    }
    server
}

fn without_distance(ids: &[&str]) -> Vec<(String, Option<f64>)> {
    ids.iter().map(|id| ((*id).to_owned(), None)).collect()
}

fn with_distance(found: &[(&str, f64)]) -> Vec<(String, Option<f64>)> {
    found.iter().map(|(id, m)| ((*id).to_owned(), Some(*m))).collect()
}

#[tokio::test]
async fn things_of_all_kinds_are_found_in_a_box_and_in_a_polygon() {
    let server = garden().await;
    let at_once = json!({ "where": { "box": { "min": [0, 0], "max": [13, 13] } } });
    let all = ["community/garden", "zone/z1", "building/b1", "here", "near"];
    assert_eq!(found(&server, at_once).await, without_distance(&all));
    let above = json!({ "where": { "box": { "min": [0, 0, 31], "max": [13, 13, 40] } } });
    assert_eq!(found(&server, above).await, []);
    // Beyond the slope of the footprint, inside of its box; the hole keeps a lift out.
    let ring = [[12, 4], [20, 4], [20, 20], [12, 20]];
    let polygon = json!({ "kinds": ["building", "device"], "where": { "polygon": { "rings": [ring] } } });
    assert_eq!(found(&server, polygon).await, without_distance(&["building/b1", "near"]));
    let corner = json!({ "kinds": ["building"], "where": { "polygon": { "rings": [[[15, 15], [20, 15], [20, 20]]] } } });
    assert_eq!(found(&server, corner).await, []);
    let hole = [[11, 4], [13, 4], [13, 6], [11, 6]];
    let holed = json!({ "kinds": ["device"], "where": { "polygon": { "rings": [[[0, 0], [30, 0], [30, 30], [0, 30]], hole] } } });
    assert_eq!(found(&server, holed).await, without_distance(&["here"]));
}

#[tokio::test]
async fn distances_are_told_and_order_the_answer() {
    let server = garden().await;
    let radius =
        json!({ "kinds": ["device"], "where": { "radius": { "east_m": 5, "north_m": 5, "radius_m": 7 } } });
    assert_eq!(found(&server, radius).await, with_distance(&[("here", 3.0), ("near", 7.0)]));
    let ball = json!({ "kinds": ["device"], "where": { "radius": { "east_m": 12, "north_m": 5, "up_m": 4, "radius_m": 4 } } });
    assert_eq!(found(&server, ball).await, with_distance(&[("near", 4.0)]));
    let nearest = json!({ "kinds": ["device"], "class": "lift", "limit": 2, "where": { "nearest": { "east_m": 100, "north_m": 5 } } });
    let answer = ask(&server, nearest).await.json();
    assert_eq!((&answer["things"][0]["id"], &answer["things"][1]["id"]), (&json!("far"), &json!("near")));
    assert_eq!(
        (&answer["cut"], &answer["matched"], &answer["publication"]),
        (&json!(true), &Value::Null, &json!("v1"))
    );
    assert!(answer["note"]["zh"].as_str().unwrap().contains('2'));
    let ray = json!({ "kinds": ["building", "device"], "where": { "ray": { "from": [-10, 5, 0], "direction": [3, 0, 0], "length_m": 30 } } });
    assert_eq!(
        found(&server, ray).await,
        with_distance(&[("building/b1", 10.0), ("here", 12.0), ("near", 22.0)])
    );
    let around =
        json!({ "kinds": ["device"], "where": { "around": { "object": "building/b1", "within_m": 80 } } });
    let ids: Vec<String> = found(&server, around).await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["here", "near", "far"]);
    let device = json!({ "where": { "around": { "device": "here", "within_m": 10 } }, "kinds": ["device"] });
    assert_eq!(found(&server, device).await, with_distance(&[("near", 10.0)]));
}

#[tokio::test]
async fn things_are_joined_with_what_is_near_them() {
    let server = garden().await;
    let with = |none: bool, within_m: f64| {
        json!({ "kinds": ["building"], "where": { "anywhere": {} },
                "near": { "kinds": ["device"], "class": "lift", "within_m": within_m, "none": none } })
    };
    let answer = ask(&server, with(false, 50.0)).await.json();
    assert_eq!((&answer["matched"], &answer["things"][0]["id"]), (&json!(1), &json!("building/b1")));
    let near = &answer["things"][0]["near"];
    assert_eq!(
        (&near["count"], &near["nearest"][0]["id"], &near["nearest"][0]["distance_m"]),
        (&json!(2), &json!("here"), &json!(0.0))
    );
    assert_eq!(found(&server, with(true, 50.0)).await, []);
    server.put("here", "lift", 70.0).await;
    server.put("near", "lift", 71.0).await;
    assert_eq!(found(&server, with(true, 20.0)).await, without_distance(&["building/b1"]));
}

#[tokio::test]
async fn a_moved_or_removed_device_is_found_where_it_is() {
    let server = garden().await;
    let here = || json!({ "kinds": ["device"], "where": { "radius": { "east_m": 0, "north_m": 5, "radius_m": 20 } } });
    server.put("near", "lift", 500.0).await;
    server.put("far", "lift", 1.0).await;
    assert_eq!(found(&server, here()).await, with_distance(&[("far", 1.0), ("here", 2.0)]));
    server.send("DELETE", "/api/v1/devices/far", "").await;
    assert_eq!(found(&server, here()).await, with_distance(&[("here", 2.0)]));
}

#[tokio::test]
async fn devices_are_of_the_zone_that_they_stand_in() {
    let server = garden().await;
    let zone = json!({ "zone": "zone/z1", "where": { "anywhere": {} } });
    assert_eq!(found(&server, zone).await, without_distance(&["building/b1", "here", "near"]));
    assert_eq!(found(&server, json!({ "zone": "zone/none", "where": { "anywhere": {} } })).await, []);
}

#[tokio::test]
async fn questions_that_are_none_are_refused_with_the_next_step() {
    let server = garden().await;
    let refused = async |question: Value, code: &str| {
        let problem = check_problem(&ask(&server, question).await, 422, code);
        assert!(code == "bad_value" || !problem["hint"].as_str().unwrap().is_empty());
    };
    refused(json!({ "where": {} }), "bad_value").await;
    refused(json!({ "where": { "anywhere": {} }, "wher": 1 }), "bad_value").await;
    refused(json!({ "where": { "anywhere": {} }, "kinds": ["tree"] }), "bad_value").await;
    refused(json!({ "where": { "anywhere": {}, "box": { "min": [0, 0], "max": [1, 1] } } }), "bad_value")
        .await;
    refused(json!({ "where": { "anywhere": {} }, "limit": 0 }), "bad_question").await;
    refused(json!({ "where": { "anywhere": {} }, "limit": 10_001 }), "bad_question").await;
    refused(json!({ "where": { "box": { "min": [0], "max": [1] } } }), "bad_question").await;
    refused(json!({ "where": { "box": { "min": [2, 0], "max": [1, 1] } } }), "bad_question").await;
    refused(json!({ "where": { "polygon": { "rings": [] } } }), "bad_question").await;
    refused(json!({ "where": { "polygon": { "rings": [vec![[0, 0]; 10_001]] } } }), "bad_question").await;
    refused(json!({ "where": { "radius": { "east_m": 0, "north_m": 0, "radius_m": -1 } } }), "bad_question")
        .await;
    refused(json!({ "where": { "ray": { "from": [0, 0, 0], "direction": [0, 0, 0] } } }), "bad_question")
        .await;
    refused(json!({ "where": { "around": { "within_m": 1 } } }), "bad_question").await;
    refused(json!({ "where": { "anywhere": {} }, "class": "x".repeat(201) }), "bad_question").await;
    let unknown =
        ask(&server, json!({ "where": { "around": { "object": "building/b9", "within_m": 1 } } })).await;
    check_problem(&unknown, 404, "unknown_object");
    let unknown = ask(&server, json!({ "where": { "around": { "device": "none", "within_m": 1 } } })).await;
    check_problem(&unknown, 404, "unknown_device");
    check_problem(&server.send("POST", "/api/v1/spatial/query", "[".repeat(100_000)).await, 422, "bad_value");
}
