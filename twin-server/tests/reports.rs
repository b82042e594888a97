//! The reports of residents over HTTP: from the broken lamp to the rating, told to whom it is for, late in front of
//! the right people, and kept whatever happens to the server.

use crate::common::people::{ZONE_1, ZONE_2, send_as};
use crate::common::street::{Street, at, lamp};
use crate::common::{Server, check_problem};
use axum::http::StatusCode;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use twin_server::domain::permission::{Grant, Role};

fn words(trail: &Value) -> Vec<String> {
    let word = |entry: &Value| {
        let event = &entry["event"];
        event["deed"].as_str().or(event["urge"].as_str()).or(event["type"].as_str()).unwrap().to_owned()
    };
    trail.as_array().unwrap().iter().map(word).collect()
}

#[tokio::test]
async fn a_broken_lamp_is_reported_repaired_checked_and_rated() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let id = street.lamp().await;
    let new = street.detail(&street.resident, id).await;
    assert_eq!(
        (&new["report"]["text"], &new["report"]["zone"]),
        (&json!("东门的路灯不亮"), &json!("zone/z1"))
    );
    assert_eq!((&new["own"], &new["possible"]), (&json!(true), &json!(["withdraw"])));
    street.repaired(id).await;
    street.done(&street.grid_worker, id, json!({ "deed": "pass" })).await;
    let rated = json!({ "deed": "confirm", "rating": { "stars": 5, "text": "很快" } });
    let closed = street.done(&street.resident, id, rated).await;
    assert_eq!((&closed["state"], &closed["rating"]["stars"]), (&json!("closed"), &json!(5)));
    let server = server.restart().await;
    let page = server.get("/api/v1/reports").await.json();
    assert_eq!(page["reports"], json!([closed]));
    let trail = server.get(&format!("/api/v1/reports/{id}")).await.json();
    let deeds = ["submitted", "accept", "dispatch", "start", "answer", "pass", "confirm"];
    assert_eq!(words(&trail["trail"]), deeds);
    let query = twin_server::store::AuditQuery { limit: 99, ..Default::default() };
    let log = server.app.store.audit_after(0, &query).await.unwrap();
    let told = log.iter().filter(|entry| entry.what.object == format!("report:{id}"));
    assert_eq!(told.count(), deeds.len());
}

#[tokio::test]
async fn what_is_said_on_the_way_stays_between_those_who_are_involved() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let id = street.lamp().await;
    // Nobody but the reporter and the desk knows of it before it is taken up.
    let path = format!("/api/v1/reports/{id}");
    for stranger in [&street.neighbour, &street.property] {
        check_problem(&street.get(stranger, &path).await, 404, "unknown_report");
        assert_eq!(street.numbers(stranger, "").await, Vec::<u64>::new());
    }
    check_problem(
        &street.act(&street.neighbour, id, json!({ "deed": "withdraw" })).await,
        404,
        "unknown_report",
    );
    street.repaired(id).await;
    let say = json!({ "text": "几点来修?" });
    let said = send_as(&server, &street.resident, "POST", &format!("{path}/messages"), &say).await;
    assert_eq!(said.json()["trail"].as_array().unwrap().last().unwrap()["text"], json!("几点来修?"));
    let denied = send_as(&server, &street.neighbour, "POST", &format!("{path}/messages"), &say).await;
    check_problem(&denied, 403, "not_involved");
    let open = street.detail(&street.neighbour, id).await;
    assert_eq!(
        (&open["own"], &open["possible"], &open["may_say"]),
        (&json!(false), &json!([]), &json!(false))
    );
    assert!(!open.to_string().contains("几点"));
    assert!(open.to_string().contains("已更换灯具"));
    // Who it was is told to nobody.
    let user = street.get(&street.resident, "/api/v1/session").await.json()["user"]["id"].clone();
    assert!(!street.detail(&street.desk, id).await.to_string().contains(user.as_str().unwrap()));
    // What its reporter does not want to be public is not.
    let mut closed = lamp();
    closed["open"] = json!(false);
    let closed = street.report(&street.resident, &closed).await.json()["id"].as_u64().unwrap();
    street.done(&street.desk, closed, json!({ "deed": "accept" })).await;
    assert_eq!(street.numbers(&street.neighbour, "").await, [id]);
    assert_eq!(street.numbers(&street.resident, "mine=true").await, [closed, id]);
}

#[tokio::test]
async fn each_does_its_own_part_and_is_told_why_not() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let id = street.lamp().await;
    let refused = async |who: &str, deed: Value, status: u16, code: &str| {
        check_problem(&street.act(who, id, deed).await, status, code);
    };
    refused(&street.desk, json!({ "deed": "answer", "text": "a" }), 409, "not_in_this_state").await;
    refused(&street.resident, json!({ "deed": "accept" }), 403, "not_your_part").await;
    refused(&street.desk, json!({ "deed": "decline" }), 422, "something_missing").await;
    refused(&street.desk, json!({ "deed": "merge", "main": id }), 422, "bad_main").await;
    refused(&street.desk, json!({ "deed": "merge", "main": 99 }), 404, "unknown_report").await;
    refused(&street.desk, json!({ "deed": "accept", "version": 7 }), 412, "stale_report").await;
    street.done(&street.desk, id, json!({ "deed": "accept", "version": 1 })).await;
    street.done(&street.desk, id, json!({ "deed": "dispatch", "body": "property" })).await;
    assert_eq!(street.detail(&street.property, id).await["possible"], json!(["return", "start", "answer"]));
    assert_eq!(street.numbers(&street.property, "todo=true").await, [id]);
    refused(&street.upper_unit, json!({ "deed": "start" }), 403, "not_your_part").await;
    // Whoever answered does not check it; a grid worker does.
    street.done(&street.property, id, json!({ "deed": "answer", "text": "好了" })).await;
    refused(&street.property, json!({ "deed": "pass" }), 403, "not_your_part").await;
    refused(&street.resident, json!({ "deed": "confirm", "rating": { "stars": 0 } }), 422, "bad_rating")
        .await;
    let failed = street.done(&street.grid_worker, id, json!({ "deed": "fail", "text": "仍不亮" })).await;
    assert_eq!(failed["state"], json!("in_progress"));
}

#[tokio::test]
async fn a_reopened_report_goes_to_the_upper_unit_when_its_limit_has_passed() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let mut private = lamp();
    private["open"] = json!(false);
    let id = street.report(&street.resident, &private).await.json()["id"].as_u64().unwrap();
    street.repaired(id).await;
    street.done(&street.resident, id, json!({ "deed": "confirm", "rating": { "stars": 1 } })).await;
    street.done(&street.resident, id, json!({ "deed": "reopen", "text": "又不亮了" })).await;
    street.done(&street.desk, id, json!({ "deed": "dispatch", "body": "property" })).await;
    assert_eq!(street.numbers(&street.upper_unit, "").await, Vec::<u64>::new());
    let pass = async |hours: i64| {
        server.app.reports.pass_time(OffsetDateTime::now_utc() + Duration::hours(hours)).await.unwrap()
    };
    assert_eq!(pass(57).await, 0);
    assert_eq!(pass(58).await, 1);
    assert_eq!(street.numbers(&street.desk, "late=true").await, Vec::<u64>::new());
    assert_eq!(pass(73).await, 1);
    assert_eq!(street.numbers(&street.desk, "late=true").await, [id]);
    assert_eq!(street.numbers(&street.upper_unit, "late=true").await, [id]);
    let server = server.restart().await;
    assert_eq!(
        server.app.reports.pass_time(OffsetDateTime::now_utc() + Duration::days(99)).await.unwrap(),
        0
    );
    assert_eq!(server.app.reports.get(id).unwrap().report.reopened, 1);
}

#[tokio::test]
async fn what_tells_of_the_same_is_offered_joined_and_answered_together() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let (main, mut near) = (street.lamp().await, lamp());
    street.done(&street.desk, main, json!({ "deed": "accept" })).await;
    let similar = async |east_m: f64, kind: &str| {
        let path = format!("/api/v1/reports/similar?kind={kind}&east_m={east_m}&north_m=10");
        let found = street.get(&street.neighbour, &path).await.json();
        found["similar"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s["report"]["id"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(similar(ZONE_1 + 20.0, "lighting").await, [main]);
    assert_eq!(similar(ZONE_1 + 30.0, "lighting").await, Vec::<u64>::new());
    assert_eq!(similar(ZONE_1, "waste").await, Vec::<u64>::new());
    near["place"] = at(ZONE_1 + 5.0);
    let second = street.report(&street.neighbour, &near).await.json()["id"].as_u64().unwrap();
    let merged = street.done(&street.desk, second, json!({ "deed": "merge", "main": main })).await;
    assert_eq!((&merged["state"], &merged["main"]), (&json!("merged"), &json!(main)));
    street.done(&street.desk, main, json!({ "deed": "answer", "text": "已更换灯具" })).await;
    let answered = street.detail(&street.neighbour, second).await;
    assert_eq!(
        (&answered["report"]["state"], &answered["report"]["answer"]),
        (&json!("answered"), &json!("已更换灯具"))
    );
    assert_eq!(answered["possible"], json!(["confirm", "reopen"]));
    // A report whose main one is taken back stands alone again.
    let main = street.lamp().await;
    let third = street.report(&street.neighbour, &near).await.json()["id"].as_u64().unwrap();
    street.done(&street.desk, third, json!({ "deed": "merge", "main": main })).await;
    street.done(&street.resident, main, json!({ "deed": "withdraw" })).await;
    assert_eq!(street.detail(&street.neighbour, third).await["report"]["state"], json!("accepted"));
}

#[tokio::test]
async fn what_is_answered_is_joined_to_by_nobody_and_what_one_may_not_read_is_not_there() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let (main, other) = (street.lamp().await, street.lamp().await);
    street.done(&street.desk, main, json!({ "deed": "accept" })).await;
    street.done(&street.desk, main, json!({ "deed": "answer", "text": "好了" })).await;
    let joined = street.act(&street.desk, other, json!({ "deed": "merge", "main": main })).await;
    check_problem(&joined, 422, "bad_main");
    // A desk of one zone learns nothing of a report of another that is not for everyone.
    let mut far = lamp();
    (far["place"], far["open"]) = (at(ZONE_2), json!(false));
    let far = street.report(&street.resident, &far).await.json()["id"].as_u64().unwrap();
    let grant = Grant { role: Role::Community, zones: Some(["zone/z1".to_owned()].into()) };
    let desk = street.people.user("desk-1", &grant).await;
    let joined = street.act(&desk, other, json!({ "deed": "merge", "main": far })).await;
    check_problem(&joined, 404, "unknown_report");
}

#[tokio::test]
async fn who_asks_to_be_forgotten_is_in_no_report_any_more() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let id = street.lamp().await;
    let user = street.get(&street.resident, "/api/v1/session").await.json()["user"]["id"].clone();
    let path = format!("/api/v1/users/{}/reports", user.as_str().unwrap());
    let denied = send_as(&server, &street.desk, "DELETE", &path, &Value::Null).await;
    check_problem(&denied, 403, "role_denied");
    let forgotten = street.people.send("DELETE", &path, &Value::Null).await;
    assert_eq!(forgotten.json(), json!({ "reports": 1 }));
    assert_eq!(street.numbers(&street.resident, "mine=true").await, Vec::<u64>::new());
    let server = server.restart().await;
    let kept = server.app.reports.get(id).unwrap();
    assert_eq!((kept.reporter.clone(), kept.report.text.as_str()), (None, "东门的路灯不亮"));
}

#[tokio::test]
async fn a_report_is_where_its_device_object_or_spot_is() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let place = async |place: Value| {
        let mut draft = lamp();
        draft["place"] = place;
        street.report(&street.resident, &draft).await
    };
    let building = place(json!({ "object": "building/b1" })).await.json();
    assert!(building["place"]["position"]["east_m"].is_number(), "{building}");
    assert_eq!(building["zone"], json!("zone/z1"));
    assert_eq!(place(at(ZONE_2)).await.json()["zone"], json!("zone/z2"));
    let nowhere = place(json!({ "address": " 3 号楼 " })).await.json();
    assert_eq!((&nowhere["zone"], &nowhere["place"]), (&Value::Null, &json!({ "address": "3 号楼" })));
    check_problem(&place(json!({ "object": "nobody" })).await, 422, "unknown_object");
    check_problem(&place(json!({ "device": "nobody" })).await, 422, "unknown_device");
    check_problem(&place(at(1e9)).await, 422, "bad_position");
    check_problem(&place(json!({ "address": "号".repeat(201) })).await, 422, "text_too_long");
    let mut draft = lamp();
    draft["kind"] = json!("toaster");
    check_problem(&street.report(&street.resident, &draft).await, 422, "unknown_kind");
    draft["kind"] = json!("renewal");
    check_problem(&street.report(&street.resident, &draft).await, 422, "bad_line");
    draft = lamp();
    draft["text"] = json!(" ");
    check_problem(&street.report(&street.resident, &draft).await, 422, "no_text");
}

/// A photograph as a phone sends it.
#[tokio::test]
async fn a_city_brings_its_own_kinds_and_reports_of_before_keep_theirs() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let id = street.lamp().await;
    let resident = street.resident.clone();
    let folder = server.end().await;
    let path = folder.path().join("kinds.json");
    let kind = json!({ "id": "noise", "name": { "zh": "噪声", "en": "Noise" }, "icon": "volume-2", "body": "community",
        "limits": { "accept_h": 8, "dispatch_h": 8, "handle_h": 72, "check_h": 48, "confirm_h": 168 }, "same_within_m": 25 });
    std::fs::write(&path, json!([kind]).to_string()).unwrap();
    let server = Server::start_as(folder, |mut config| {
        config.reports.kinds = Some(path);
        config
    })
    .await;
    let kinds = server.get("/api/v1/report-kinds").await.json()["kinds"].clone();
    let told: Vec<_> =
        kinds.as_array().unwrap().iter().map(|kind| (kind["id"].clone(), kind["former"].clone())).collect();
    assert_eq!(told, [(json!("noise"), json!(null)), (json!("lighting"), json!(true))]);
    assert_eq!(kinds[1]["name"]["zh"], "原有类别");
    let kept = server.get_with(&format!("/api/v1/reports/{id}"), &[("cookie", &resident)]).await.json();
    assert_eq!(kept["report"]["kind"], "lighting");
    let again = send_as(&server, &resident, "POST", "/api/v1/reports", &lamp()).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.text());
    let mut noise = lamp();
    noise["kind"] = json!("noise");
    let taken = send_as(&server, &resident, "POST", "/api/v1/reports", &noise).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
}
