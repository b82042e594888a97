//! Alarms over HTTP: rules, what they raise, what people do, windows, trials, and live viewers.

use crate::common::{Server, check_problem, publish, reading};
use axum::http::StatusCode;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use twin_server::live::{DeviceFilter, Subscription};

/// An instant some seconds ago, as devices write it.
fn ago(seconds: i64) -> String {
    (OffsetDateTime::now_utc() - Duration::seconds(seconds)).format(&Rfc3339).unwrap()
}

/// A rule for bins that are fuller than this, beside the built-in ones.
fn full_rule(from: f64) -> Value {
    json!({ "id": "test-full", "name": { "zh": "满", "en": "Full" }, "scope": { "kind": "waste_bin" },
        "condition": { "type": "threshold", "stream": "fill_pct", "levels": [{ "level": "alarm", "from": from }] },
        "role": "property" })
}

impl Server {
    /// A server without the built-in rules, with a bin in the zone and one outside.
    async fn with_bins() -> Self {
        let server = Self::start().await;
        for rule in server.get("/api/v1/alarm-rules").await.json()["rules"].as_array().unwrap() {
            let id = rule["rule"]["id"].as_str().unwrap();
            let path = format!("/api/v1/alarm-rules/{id}");
            assert_eq!(server.send("DELETE", &path, "").await.status, StatusCode::NO_CONTENT);
        }
        server.put("b", "waste_bin", 10.0).await;
        server.put("far", "waste_bin", 90.0).await;
        server
    }

    async fn put_rule(&self, rule: &Value) -> Value {
        let path = format!("/api/v1/alarm-rules/{}", rule["id"].as_str().unwrap());
        let answer = self.send("PUT", &path, rule.to_string()).await;
        assert!(answer.status.is_success(), "{}", answer.text());
        answer.json()
    }

    async fn fill(&self, device: &str, value: f64, time: &str) {
        let answer = self.post(json!([reading(device, "fill_pct", value, time)])).await;
        assert_eq!(answer["accepted"], 1, "{answer}");
    }

    async fn alarms(&self, query: &str) -> Value {
        let answer = self.get(&format!("/api/v1/alarms{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()
    }

    /// Does something with an alarm that must be possible.
    async fn act(&self, id: u64, what: &str, body: Value) -> Value {
        let answer = self.send("POST", &format!("/api/v1/alarms/{id}/{what}"), body.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()
    }
}

fn kinds_of(detail: &Value) -> Vec<String> {
    let events = detail["events"].as_array().unwrap().iter();
    events.map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_new_community_has_alarms_at_once() {
    let server = Server::start().await;
    server.put("s", "smoke_detector", 10.0).await;
    server.post(json!([reading("s", "smoke_db_m", 0.3, &ago(3))])).await;
    let page = server.alarms("?state=open").await;
    let alarm = &page["alarms"][0];
    assert_eq!(
        (&alarm["rule"], &alarm["level"], &alarm["zone"], &alarm["role"]),
        (&json!("smoke_detector-smoke"), &json!("alarm"), &json!("zone/z1"), &json!("property"))
    );
    assert_eq!(page["counts"], json!([{ "level": "alarm", "state": "open", "alarms": 1 }]));
}

#[tokio::test]
async fn an_alarm_is_opened_acknowledged_commented_and_cleared() {
    let server = Server::with_bins().await;
    assert_eq!(server.put_rule(&full_rule(90.0)).await["version"], 1);
    server.fill("b", 95.0, &ago(30)).await;
    let alarm = server.alarms("").await["alarms"][0].clone();
    let id = alarm["id"].as_u64().unwrap();
    assert_eq!(
        (&alarm["state"], &alarm["value"], &alarm["stream"]),
        (&json!("open"), &json!(95.0), &json!("fill_pct"))
    );
    let acknowledged = server.act(id, "acknowledge", json!({ "by": "li", "note": "on my way" })).await;
    assert_eq!(
        (&acknowledged["state"], &acknowledged["acknowledged_by"]),
        (&json!("acknowledged"), &json!("li"))
    );
    let path = |what: &str| format!("/api/v1/alarms/{id}/{what}");
    check_problem(&server.send("POST", &path("acknowledge"), "{}").await, 409, "already_acknowledged");
    check_problem(&server.send("POST", &path("clear"), "{}").await, 409, "condition_holds");
    check_problem(&server.send("POST", &path("comment"), "{}").await, 422, "no_note");
    let long = json!({ "note": "x".repeat(1001) }).to_string();
    check_problem(&server.send("POST", &path("comment"), long).await, 422, "text_too_long");
    server.act(id, "comment", json!({ "note": "emptied" })).await;
    server.fill("b", 10.0, &ago(20)).await;
    check_problem(&server.send("POST", &path("clear"), r#"{"force":true}"#).await, 409, "already_cleared");
    let detail = server.get(&format!("/api/v1/alarms/{id}")).await.json();
    assert_eq!(kinds_of(&detail), ["opened", "acknowledged", "commented", "cleared"]);
    assert_eq!(detail["alarm"]["state"], "cleared");
    check_problem(&server.get("/api/v1/alarms/99").await, 404, "unknown_alarm");
    check_problem(&server.send("POST", "/api/v1/alarms/99/acknowledge", "{}").await, 404, "unknown_alarm");
    check_problem(&server.get("/api/v1/alarms/x").await, 400, "bad_path");
}

#[tokio::test]
async fn alarms_are_filtered_and_paged() {
    let server = Server::with_bins().await;
    server.put_rule(&full_rule(90.0)).await;
    for second in (10..20).rev() {
        server.fill("b", if second % 2 == 1 { 95.0 } else { 10.0 }, &ago(second)).await;
    }
    server.fill("far", 99.0, &ago(5)).await;
    for (query, count) in [
        ("", 6),
        ("?state=open", 1),
        ("?state=cleared,open&device=b", 5),
        ("?level=alarm&kind=waste_bin", 6),
        ("?level=notice", 0),
        ("?zone=zone/z1", 5),
        ("?bbox=80,0,100,10", 1),
        ("?rule=other", 0),
    ] {
        assert_eq!(server.alarms(query).await["alarms"].as_array().unwrap().len(), count, "{query}");
    }
    let first = server.alarms("?limit=4").await;
    let rest = server.alarms(&format!("?limit=4&before={}", first["next"])).await;
    assert_eq!((first["alarms"].as_array().unwrap().len(), rest["alarms"].as_array().unwrap().len()), (4, 2));
    assert_eq!((&rest["next"], rest["counts"].as_array().unwrap().len()), (&Value::Null, 2));
    check_problem(&server.get("/api/v1/alarms?state=loud").await, 400, "bad_state");
    check_problem(&server.get("/api/v1/alarms?limit=0").await, 400, "bad_limit");
    check_problem(&server.get("/api/v1/alarms?kind=toaster").await, 400, "unknown_kind");
    check_problem(&server.get("/api/v1/alarms?from=noon").await, 400, "bad_time");
}

#[tokio::test]
async fn rules_have_versions_and_their_removal_clears_their_alarms() {
    let server = Server::with_bins().await;
    server.put_rule(&full_rule(90.0)).await;
    server.fill("b", 80.0, &ago(30)).await;
    assert_eq!(server.alarms("").await["alarms"], json!([]));
    assert_eq!(server.put_rule(&full_rule(75.0)).await["version"], 2);
    assert_eq!(server.put_rule(&full_rule(75.0)).await["version"], 2);
    assert_eq!(server.alarms("").await["alarms"][0]["rule_version"], 2);
    let path = "/api/v1/alarm-rules/test-full";
    assert_eq!(server.get(path).await.json()["rule"]["condition"]["levels"][0]["from"], 75.0);
    assert_eq!(server.send("DELETE", &format!("{path}?by=li"), "").await.status, StatusCode::NO_CONTENT);
    check_problem(&server.send("DELETE", path, "").await, 404, "unknown_rule");
    check_problem(&server.get(path).await, 404, "unknown_rule");
    let versions = server.get(&format!("{path}/versions")).await.json();
    assert_eq!(
        (&versions["versions"][0]["deleted"], &versions["versions"][0]["changed_by"]),
        (&json!(true), &json!("li"))
    );
    let detail = server.get("/api/v1/alarms/1").await.json();
    assert_eq!(
        (&detail["alarm"]["state"], &detail["events"][1]["note"]),
        (&json!("cleared"), &json!("rule_no_longer_applies"))
    );
    let mut bad = full_rule(75.0);
    bad["condition"]["stream"] = json!("colour");
    let answer = server.send("PUT", path, bad.to_string()).await;
    assert!(check_problem(&answer, 422, "bad_rule")["detail"].as_str().unwrap().contains("`fill_pct`"));
    check_problem(
        &server.send("PUT", "/api/v1/alarm-rules/x", full_rule(1.0).to_string()).await,
        422,
        "id_mismatch",
    );
}

#[tokio::test]
async fn a_maintenance_window_holds_back_what_it_covers() {
    let server = Server::with_bins().await;
    server.put_rule(&full_rule(90.0)).await;
    let window = json!({ "id": "w", "name": { "zh": "检修" }, "scope": { "zone": "zone/z1" },
        "when": { "type": "once", "from": ago(3600), "to": ago(-3600) } });
    let path = "/api/v1/maintenance-windows/w";
    assert_eq!(server.send("PUT", path, window.to_string()).await.status, StatusCode::CREATED);
    assert_eq!(server.send("PUT", path, window.to_string()).await.status, StatusCode::OK);
    server.fill("b", 95.0, &ago(30)).await;
    server.fill("far", 95.0, &ago(30)).await;
    let open = server.alarms("?state=open").await;
    assert_eq!((&open["alarms"][0]["device"], open["alarms"].as_array().unwrap().len()), (&json!("far"), 1));
    let held = server.alarms("?state=suppressed").await["alarms"][0].clone();
    assert_eq!((&held["device"], &held["suppressed_by"]), (&json!("b"), &json!("w")));
    let id = held["id"].as_u64().unwrap();
    check_problem(
        &server.send("POST", &format!("/api/v1/alarms/{id}/acknowledge"), "{}").await,
        409,
        "alarm_suppressed",
    );
    assert_eq!(server.send("DELETE", path, "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(server.alarms("?state=open").await["alarms"].as_array().unwrap().len(), 2);
    check_problem(&server.get(path).await, 404, "unknown_window");
    let mut bad = window.clone();
    bad["when"] = json!({ "type": "weekly", "days": [0], "start_min": 0, "length_min": 60 });
    check_problem(&server.send("PUT", path, bad.to_string()).await, 422, "bad_window");
}

#[tokio::test]
async fn a_rule_is_tried_against_history_before_it_is_switched_on() {
    let server = Server::with_bins().await;
    let readings: Vec<Value> =
        (0..100).map(|s| reading("b", "fill_pct", f64::from(s % 50), &ago(1000 - i64::from(s)))).collect();
    server.post(json!(readings)).await;
    let body = json!({ "rule": full_rule(40.0), "from": ago(2000), "to": ago(0) });
    let answer = server.send("POST", "/api/v1/alarm-rules/test-full/try", body.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let tried = answer.json();
    assert_eq!(
        (&tried["raised"], &tried["devices"], &tried["readings"]),
        (&json!(2), &json!(2), &json!(100))
    );
    assert_eq!((&tried["truncated"], &tried["alarms"][0]["state"]), (&json!(false), &json!("cleared")));
    assert_eq!(server.alarms("").await["alarms"], json!([]));
    let stored = json!({ "from": ago(2000), "to": ago(0) });
    let try_path = "/api/v1/alarm-rules/test-full/try";
    check_problem(&server.send("POST", try_path, stored.to_string()).await, 404, "unknown_rule");
    server.put_rule(&full_rule(99.0)).await;
    assert_eq!(server.send("POST", try_path, stored.to_string()).await.json()["raised"], 0);
    let long = json!({ "from": ago(9_000_000), "to": ago(0) });
    check_problem(&server.send("POST", try_path, long.to_string()).await, 422, "bad_span");
}

#[tokio::test]
async fn viewers_are_told_of_alarms_and_see_open_ones_first() {
    let server = Server::with_bins().await;
    server.put_rule(&full_rule(90.0)).await;
    server.fill("b", 95.0, &ago(30)).await;
    let subscribe = |filter| Subscription::new(server.app.hub.clone(), filter, None, server.app.stop.clone());
    let mut viewer = subscribe(DeviceFilter::default());
    let mut elsewhere =
        subscribe(DeviceFilter { bounds: Some("80,0,100,10".parse().unwrap()), ..DeviceFilter::default() });
    let snapshot: Value = serde_json::from_str(&viewer.next().await.unwrap().1.data).unwrap();
    assert_eq!(
        (&snapshot["alarms"][0]["device"], &snapshot["alarms"][0]["state"]),
        (&json!("b"), &json!("open"))
    );
    let nothing: Value = serde_json::from_str(&elsewhere.next().await.unwrap().1.data).unwrap();
    assert_eq!(nothing["alarms"], json!([]));
    server.act(1, "acknowledge", json!({})).await;
    let event = viewer.next().await.unwrap().1;
    let data: Value = serde_json::from_str(&event.data).unwrap();
    assert_eq!((event.name, &data["alarm"]["state"]), ("alarm", &json!("acknowledged")));
    server.fill("b", 10.0, &ago(20)).await;
    let mut names = Vec::new();
    for _ in 0..2 {
        let event = viewer.next().await.unwrap().1;
        names.push((event.name, event.data.contains("\"cleared\"")));
    }
    names.sort_unstable();
    assert_eq!(names, [("alarm", true), ("device", false)]);
    let snapshot: Value =
        serde_json::from_str(&subscribe(DeviceFilter::default()).next().await.unwrap().1.data).unwrap();
    assert_eq!(snapshot["alarms"], json!([]));
}

#[tokio::test]
async fn alarms_and_begun_durations_outlast_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    let first = Server::start_in(folder, None).await;
    first.put("s", "smoke_detector", 10.0).await;
    first.put("b", "waste_bin", 10.0).await;
    let mut slow = full_rule(90.0);
    slow["condition"]["levels"][0]["for_s"] = json!(3600);
    first.put_rule(&slow).await;
    first.post(json!([reading("s", "smoke_db_m", 0.3, &ago(100))])).await;
    first.fill("b", 95.0, &ago(100)).await;
    let before = first.alarms("?rule=smoke_detector-smoke").await["alarms"].clone();
    first.act(before[0]["id"].as_u64().unwrap(), "acknowledge", json!({ "by": "li" })).await;
    let second = first.restart().await;
    let after = second.alarms("?rule=smoke_detector-smoke").await["alarms"].clone();
    assert_eq!(
        (&after[0]["state"], &after[0]["opened_at"]),
        (&json!("acknowledged"), &before[0]["opened_at"])
    );
    // The next reading an hour later by its own instant would end the duration: not yet.
    second.fill("b", 96.0, &ago(50)).await;
    assert_eq!(second.alarms("?rule=test-full").await["alarms"], json!([]));
    let holds = second.app.store.alarm_holds().await.unwrap();
    assert!(holds.iter().any(|hold| hold.rule == "test-full" && hold.device == "b"), "{holds:?}");
}

#[tokio::test]
async fn a_device_that_is_removed_takes_its_open_alarm_along() {
    let server = Server::with_bins().await;
    server.put_rule(&full_rule(90.0)).await;
    server.fill("b", 95.0, &ago(30)).await;
    assert_eq!(server.send("DELETE", "/api/v1/devices/b", "").await.status, StatusCode::NO_CONTENT);
    let detail = server.get("/api/v1/alarms/1").await.json();
    assert_eq!(
        (&detail["alarm"]["state"], &detail["events"][1]["note"]),
        (&json!("cleared"), &json!("device_removed"))
    );
}

#[tokio::test]
async fn what_is_usual_is_shown_once_it_is_known() {
    let server = Server::with_bins().await;
    let path = "/api/v1/devices/b/bands/fill_pct";
    check_problem(&server.get(path).await, 404, "no_band");
    check_problem(&server.get("/api/v1/devices/b/bands/colour").await, 404, "unknown_stream");
    check_problem(&server.get("/api/v1/devices/x/bands/fill_pct").await, 404, "unknown_device");
    let hours = vec![twin_schemas::alarm::UsualHour { mean: 5.0, deviation: 1.0, readings: 60 }; 168];
    let band = twin_schemas::alarm::AdaptiveBand {
        device: "b".into(),
        stream: "fill_pct".into(),
        computed_at: OffsetDateTime::UNIX_EPOCH,
        utc_offset_min: 480,
        readings: 10_080,
        hours,
    };
    server.app.store.put_alarm_band(&band).await.unwrap();
    let shown = server.get(path).await.json();
    assert_eq!((shown["hours"].as_array().unwrap().len(), &shown["hours"][9]["mean"]), (168, &json!(5.0)));
}

#[tokio::test]
async fn writing_needs_the_key_and_reading_does_not() {
    let server = Server::start_with_key(Some("sixteen-characters-or-more")).await;
    assert_eq!(server.get("/api/v1/alarm-rules").await.status, StatusCode::OK);
    for (method, path) in [
        ("PUT", "/api/v1/alarm-rules/test-full"),
        ("DELETE", "/api/v1/alarm-rules/test-full"),
        ("POST", "/api/v1/alarm-rules/test-full/try"),
        ("POST", "/api/v1/alarms/1/acknowledge"),
        ("POST", "/api/v1/alarms/1/clear"),
        ("POST", "/api/v1/alarms/1/comment"),
        ("PUT", "/api/v1/maintenance-windows/w"),
        ("DELETE", "/api/v1/maintenance-windows/w"),
    ] {
        check_problem(&server.send(method, path, "{}").await, 401, "key_required");
    }
}

#[tokio::test]
async fn a_reading_whose_alarm_cannot_be_stored_is_not_acknowledged_and_may_come_again() {
    use sqlx::Connection;
    let server = Server::with_bins().await;
    server.put_rule(&full_rule(90.0)).await;
    let address = format!("sqlite:{}/twin.db", server.folder.path().display());
    let mut beside = sqlx::SqliteConnection::connect(&address).await.unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON alarm BEGIN SELECT RAISE(ABORT, 'no'); END";
    sqlx::query(refuse).execute(&mut beside).await.unwrap();
    let time = ago(30);
    let body = json!({ "readings": [reading("b", "fill_pct", 95.0, &time)] }).to_string();
    check_problem(&server.send("POST", "/api/v1/readings", body).await, 503, "storage");
    assert_eq!(server.get("/api/v1/devices/b/readings?stream=fill_pct").await.json()["readings"], json!([]));
    sqlx::query("DROP TRIGGER refuse").execute(&mut beside).await.unwrap();
    server.fill("b", 95.0, &time).await;
    let page = server.alarms("").await;
    assert_eq!((&page["alarms"][0]["id"], page["alarms"].as_array().unwrap().len()), (&json!(1), 1));
    let detail = server.get("/api/v1/alarms/1").await.json();
    assert_eq!(kinds_of(&detail), ["opened"]);
}
