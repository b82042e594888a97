//! Residents' reports looked through over HTTP: lists, figures, features and questions about places.

use crate::common::people::{ZONE_1, ZONE_2, send_as};
use crate::common::street::{Street, at, lamp};
use crate::common::{Server, check_problem};
use axum::http::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn pages_follow_each_other_and_questions_are_checked() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let mut all = Vec::new();
    for _ in 0..5 {
        all.insert(0, street.lamp().await);
    }
    let page = street.get(&street.resident, "/api/v1/reports?limit=2").await.json();
    assert_eq!((&page["total"], &page["next"]), (&json!(5), &json!(all[1])));
    let rest = street.numbers(&street.resident, &format!("before={}", all[1])).await;
    assert_eq!(rest, all[2..]);
    street.done(&street.resident, all[0], json!({ "deed": "withdraw" })).await;
    assert_eq!(street.numbers(&street.resident, "state=open").await, all[1..]);
    assert_eq!(street.numbers(&street.resident, "state=withdrawn").await, all[..1]);
    assert_eq!(street.numbers(&street.resident, "zone=zone/z2").await, Vec::<u64>::new());
    assert_eq!(street.numbers(&street.desk, "bbox=0,0,20,20&kind=lighting&line=problem").await, all);
    for (query, code) in [("limit=0", "bad_limit"), ("state=gone", "bad_state"), ("bbox=1", "bad_bbox")] {
        check_problem(&street.get(&street.desk, &format!("/api/v1/reports?{query}")).await, 400, code);
    }
}

#[tokio::test]
async fn figures_count_what_one_may_read_and_a_list_tells_what_one_can_do() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let id = street.lamp().await;
    let private = json!({ "line": "problem", "kind": "neighbours", "text": "loud at night", "open": false });
    assert_eq!(street.report(&street.resident, &private).await.status, StatusCode::CREATED);
    street.done(&street.desk, id, json!({ "deed": "accept" })).await;
    street.done(&street.desk, id, json!({ "deed": "dispatch", "body": "property" })).await;
    street.done(&street.property, id, json!({ "deed": "answer", "text": "repaired" })).await;
    let figures =
        async |who: &str, query: &str| street.get(who, &format!("/api/v1/reports/figures{query}")).await;
    let all = figures(&street.desk, "").await.json();
    let count = |of: &Value| {
        [&of["open"], &of["reported"], &of["answered"], &of["answered_in_time"]].map(|n| n.as_u64().unwrap())
    };
    assert_eq!(count(&all["total"]), [2, 2, 1, 1]);
    let groups = |of: &str, by: &str| -> Vec<Value> {
        all[of].as_array().unwrap().iter().map(|group| group[by].clone()).collect()
    };
    assert_eq!(groups("by_body", "body"), [json!(null), json!("property")]);
    assert_eq!(groups("by_kind", "kind"), [json!("lighting"), json!("neighbours")]);
    // The neighbour does not learn that there is another.
    assert_eq!(count(&figures(&street.neighbour, "").await.json()["total"]), [1, 1, 1, 1]);
    let past = figures(&street.desk, "?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z").await.json();
    assert_eq!(count(&past["total"]), [2, 0, 0, 0]);
    let wrong = figures(&street.desk, "?from=2020-02-01T00:00:00Z&to=2020-01-01T00:00:00Z").await;
    check_problem(&wrong, 400, "bad_period");
    check_problem(&figures(&street.desk, "?from=yesterday").await, 400, "bad_time");

    let list = street.get(&street.desk, "/api/v1/reports?deeds=true").await.json();
    assert_eq!(list["possible"], json!([["accept", "decline", "merge"], ["pass", "fail"]]));
    let list = street.get(&street.neighbour, "/api/v1/reports?deeds=true").await.json();
    assert_eq!(list["possible"], json!([[]]));
    assert_eq!(
        street.server.get("/api/v1/reports").await.json()["possible"],
        json!(null),
        "only if asked for"
    );
}

#[tokio::test]
async fn public_reports_are_a_collection_of_features_without_who_reported() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let items = async |query: &str| {
        let answer = server.get(&format!("/ogc/collections/reports/items?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()
    };
    let id = street.lamp().await;
    assert_eq!(items("").await["numberMatched"], json!(0), "nobody has taken it up");
    street.done(&street.desk, id, json!({ "deed": "accept" })).await;
    let mut closed = lamp();
    closed["open"] = json!(false);
    let closed = street.report(&street.resident, &closed).await.json()["id"].as_u64().unwrap();
    street.done(&street.desk, closed, json!({ "deed": "accept" })).await;
    let all = items("").await;
    assert_eq!((&all["numberMatched"], &all["features"][0]["id"]), (&json!(1), &json!(id.to_string())));
    let feature = &all["features"][0];
    assert_eq!(feature["geometry"]["type"], json!("Point"));
    assert_eq!(
        (&feature["properties"]["kind"], &feature["properties"]["late"]),
        (&json!("lighting"), &json!(false))
    );
    assert!(!feature.to_string().contains("resident"), "{feature}");
    let matched = async |query: &str| items(query).await["numberMatched"].clone();
    assert_eq!(matched("filter=state='accepted'%20AND%20late=FALSE").await, json!(1));
    assert_eq!(matched("filter=state='closed'").await, json!(0));
    assert_eq!(matched("bbox=113.4,22.6,113.5,22.7").await, json!(0));
    // One after the other, in the order of their numbers; the collection lies around both.
    let mut far = lamp();
    far["place"] = at(ZONE_2);
    let second = street.report(&street.resident, &far).await.json()["id"].as_u64().unwrap();
    street.done(&street.desk, second, json!({ "deed": "accept" })).await;
    let first = items("limit=1").await;
    assert_eq!((&first["numberMatched"], &first["features"][0]["id"]), (&json!(2), &json!(id.to_string())));
    let links = first["links"].as_array().unwrap();
    let next = links.iter().find(|link| link["rel"] == "next").unwrap()["href"].as_str().unwrap();
    let rest = server.get(next).await.json();
    assert_eq!(rest["features"].as_array().unwrap().len(), 1);
    assert_eq!(rest["features"][0]["id"], json!(second.to_string()));
    let about = server.get("/ogc/collections/reports").await.json();
    let bbox: Vec<f64> = serde_json::from_value(about["extent"]["spatial"]["bbox"][0].clone()).unwrap();
    let [west, east] = [ZONE_1, ZONE_2].map(|east_m| 113.388 + east_m / 102_800.0);
    assert!((bbox[0] - west).abs() < 1e-5 && (bbox[3] - east).abs() < 1e-5, "{bbox:?}");
    let hidden = server.get(&format!("/ogc/collections/reports/items/{closed}")).await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    street.done(&street.desk, id, json!({ "deed": "dispatch", "body": "property" })).await;
    let one = server.get(&format!("/ogc/collections/reports/items/{id}")).await.json();
    assert_eq!(
        (&one["properties"]["state"], &one["properties"]["body"]),
        (&json!("dispatched"), &json!("property"))
    );
}

#[tokio::test]
async fn reports_are_found_by_place_by_those_who_may_read_them_and_by_nobody_else() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let mut private = lamp();
    private["open"] = json!(false);
    let (open, hidden) =
        (street.lamp().await, street.report(&street.resident, &private).await.json()["id"].clone());
    let found = async |who: &str, question: &Value| {
        let answer = send_as(&server, who, "POST", "/api/v1/spatial/query", question).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let answer = answer.json();
        let ids =
            answer["things"].as_array().unwrap().iter().map(|thing| thing["id"].as_str().unwrap().to_owned());
        (ids.collect::<Vec<_>>(), answer["matched"].clone())
    };
    let near = json!({ "kinds": ["report"], "class": "lighting",
        "where": { "radius": { "east_m": ZONE_1, "north_m": 5.0, "radius_m": 10.0 } } });
    let both = (vec![open.to_string(), hidden.to_string()], json!(2));
    assert_eq!(found(&street.resident, &near).await, both);
    assert_eq!(found(&street.desk, &near).await, both);
    // Before somebody took the open one up it is nobody else's either.
    assert_eq!(found(&street.neighbour, &near).await, (vec![], json!(0)));
    street.done(&street.desk, open, json!({ "deed": "accept" })).await;
    assert_eq!(found(&street.neighbour, &near).await, (vec![open.to_string()], json!(1)));
    let houses = |none: bool| {
        json!({ "kinds": ["building"], "where": { "anywhere": {} },
            "near": { "kinds": ["report"], "within_m": 20.0, "none": none } })
    };
    let alone = found(&street.neighbour, &houses(false)).await;
    assert_eq!(alone.0, ["building/b1"]);
    street.done(&street.resident, open, json!({ "deed": "withdraw" })).await;
    // What was taken back is its reporter's again.
    assert_eq!(found(&street.neighbour, &houses(false)).await.0, Vec::<String>::new());
    let server = server.restart().await;
    assert_eq!(server.app.model.now().count(twin_server::spatial::Kind::Report), 2);
}
