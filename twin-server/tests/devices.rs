//! Devices, readings and states over HTTP, on the router.

use crate::common::{Server, check_problem, device, reading};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// An instant some seconds ago, as devices write it.
fn ago(seconds: i64) -> String {
    (OffsetDateTime::now_utc() - Duration::seconds(seconds)).format(&Rfc3339).unwrap()
}

#[tokio::test]
async fn a_device_is_registered_changed_listed_and_removed() {
    let server = Server::start().await;
    let first = server.send("PUT", "/api/v1/devices/bin-1", device("waste_bin", 10.0)).await;
    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!(first.json()["status"], "offline");
    assert_eq!(first.json()["reason"]["en"], "has never reported");
    let again = server.send("PUT", "/api/v1/devices/bin-1", device("waste_bin", 20.0)).await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(server.get("/api/v1/devices/bin-1").await.json()["position"]["east_m"], 20.0);
    let removed = server.send("DELETE", "/api/v1/devices/bin-1", "").await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    check_problem(&server.get("/api/v1/devices/bin-1").await, 404, "unknown_device");
    check_problem(&server.send("DELETE", "/api/v1/devices/bin-1", "").await, 404, "unknown_device");
}

#[tokio::test]
async fn lists_are_filtered_by_kind_status_and_box() {
    let server = Server::start().await;
    for (id, kind, east_m) in [("a", "lift", 0.0), ("b", "waste_bin", 10.0), ("c", "waste_bin", 30.0)] {
        server.put(id, kind, east_m).await;
    }
    server.post(json!([reading("c", "fill_pct", 95.0, &ago(1))])).await;
    for (query, ids) in [
        ("", vec!["a", "b", "c"]),
        ("?kind=waste_bin", vec!["b", "c"]),
        ("?status=warning", vec!["c"]),
        ("?bbox=-5,0,15,10", vec!["a", "b"]),
        ("?bbox=-5,0,15,10&kind=lift&status=offline", vec!["a"]),
    ] {
        let list = server.get(&format!("/api/v1/devices{query}")).await.json();
        let found: Vec<&str> =
            list["devices"].as_array().unwrap().iter().map(|d| d["id"].as_str().unwrap()).collect();
        assert_eq!(found, ids, "{query}");
    }
    check_problem(&server.get("/api/v1/devices?kind=toaster").await, 400, "unknown_kind");
    check_problem(&server.get("/api/v1/devices?bbox=1,2,3").await, 400, "bad_bbox");
    check_problem(&server.get("/api/v1/devices?status=fine").await, 400, "bad_query");
    check_problem(&server.get("/api/v1/devices?colour=red").await, 400, "bad_query");
}

#[tokio::test]
async fn the_state_follows_the_newest_plausible_readings() {
    let server = Server::start().await;
    server.put("s", "smoke_detector", 0.0).await;
    let (t30, t20, t10) = (ago(30), ago(20), ago(10));
    let answer = server
        .post(json!([
            reading("s", "smoke_db_m", 0.3, &t20),
            reading("s", "smoke_db_m", 0.01, &t30),
            reading("s", "smoke_db_m", 99.0, &t10),
        ]))
        .await;
    assert_eq!(answer, json!({ "accepted": 3, "duplicates": 0, "rejected": [] }));
    let view = server.get("/api/v1/devices/s").await.json();
    assert_eq!(view["status"], "alarm");
    assert_eq!(view["reason"], json!({ "zh": "烟雾报警", "en": "smoke" }));
    assert_eq!(view["latest"]["smoke_db_m"]["value"], 0.3);
    let history = server.get("/api/v1/devices/s/readings?stream=smoke_db_m").await.json();
    let values: Vec<(f64, bool)> = history["readings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["value"].as_f64().unwrap(), r["plausible"].as_bool().unwrap()))
        .collect();
    assert_eq!(values, [(0.01, true), (0.3, true), (99.0, false)]);
}

#[tokio::test]
async fn posting_again_is_harmless_and_the_first_value_stays() {
    let server = Server::start().await;
    server.put("b", "waste_bin", 0.0).await;
    let time = ago(5);
    let batch = json!([reading("b", "fill_pct", 10.0, &time), reading("b", "fill_pct", 95.0, &time)]);
    assert_eq!(server.post(batch.clone()).await, json!({ "accepted": 1, "duplicates": 1, "rejected": [] }));
    assert_eq!(server.post(batch).await, json!({ "accepted": 0, "duplicates": 2, "rejected": [] }));
    let view = server.get("/api/v1/devices/b").await.json();
    assert_eq!((&view["status"], &view["latest"]["fill_pct"]["value"]), (&json!("normal"), &json!(10.0)));
}

#[tokio::test]
async fn what_cannot_be_stored_is_rejected_one_by_one() {
    let server = Server::start().await;
    server.put("b", "waste_bin", 0.0).await;
    let answer = server
        .post(json!([
            reading("nobody", "fill_pct", 1.0, &ago(1)),
            reading("b", "fill_pct", 1.0, &ago(1)),
            reading("b", "colour", 1.0, &ago(1)),
            reading("b", "fill_pct", 1.0, &ago(-60)),
            reading("b", "fill_pct", 1.0, "1970-01-01T00:00:00Z"),
            reading(&"x".repeat(100_000), "fill_pct", 1.0, &ago(1)),
        ]))
        .await;
    assert_eq!(answer["accepted"], 1);
    let rejected: Vec<(u64, &str)> = answer["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["index"].as_u64().unwrap(), r["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        rejected,
        [
            (0, "unknown_device"),
            (2, "unknown_stream"),
            (3, "time_in_future"),
            (4, "time_too_early"),
            (5, "unknown_device")
        ]
    );
    assert!(answer.to_string().len() < 2000);
}

#[tokio::test]
async fn history_is_cut_to_the_newest_within_its_bounds() {
    let server = Server::start().await;
    server.put("b", "waste_bin", 0.0).await;
    let start = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap() - Duration::hours(1);
    let at = |s: i64| (start + Duration::seconds(s)).format(&Rfc3339).unwrap();
    let readings: Vec<_> =
        (0..600).map(|s| reading("b", "fill_pct", 1.0 + s as f64 / 100.0, &at(s))).collect();
    server.post(json!(readings)).await;
    let path = |query: &str| format!("/api/v1/devices/b/readings?stream=fill_pct{query}");
    let all = server.get(&path("")).await.json();
    assert_eq!((all["readings"].as_array().unwrap().len(), &all["truncated"]), (600, &json!(false)));
    let newest = server.get(&path("&limit=2")).await.json();
    assert_eq!(newest["truncated"], true);
    assert_eq!(newest["readings"][1]["time"], at(599));
    let part = server.get(&path(&format!("&from={}&to={}", at(10), at(12)))).await.json();
    assert_eq!(part["readings"].as_array().unwrap().len(), 3);
    let zoned = server.get(&path("&from=2026-01-01T00:00:00+08:00&limit=1")).await;
    assert_eq!(zoned.status, StatusCode::OK, "{}", zoned.text());
    check_problem(&server.get(&path("&limit=0")).await, 400, "bad_limit");
    check_problem(&server.get(&path("&from=yesterday")).await, 400, "bad_time");
    check_problem(&server.get("/api/v1/devices/b/readings?stream=x").await, 404, "unknown_stream");
    check_problem(&server.get("/api/v1/devices/b/readings").await, 400, "bad_query");
    check_problem(&server.get("/api/v1/devices/x/readings?stream=y").await, 404, "unknown_device");
}

#[tokio::test]
async fn hostile_bodies_are_refused_with_their_place() {
    let server = Server::start().await;
    server.put("b", "waste_bin", 0.0).await;
    let post = |body: String| server.send("POST", "/api/v1/readings", body);
    let many = vec![reading("b", "fill_pct", 1.0, &ago(1)); 10_001];
    for (body, status, code, detail) in [
        ("{".to_owned(), 400, "bad_json", "line 1"),
        ("[".repeat(100_000), 422, "bad_value", ""),
        (format!(r#"{{"readings":{}"#, "[".repeat(100_000)), 422, "bad_value", ""),
        (r#"{"readings":[{"device":"b","stream":"fill_pct","value":NaN}]}"#.into(), 400, "bad_json", ""),
        (
            r#"{"readings":[{"device":"b","stream":"fill_pct","value":1e999}]}"#.into(),
            400,
            "bad_json",
            "out of range",
        ),
        (
            r#"{"readings":[{"device":"b","stream":"fill_pct","value":"7"}]}"#.into(),
            422,
            "bad_value",
            "readings[0].value",
        ),
        (
            r#"{"readings":[{"device":"b","stream":"fill_pct","value":null}]}"#.into(),
            422,
            "bad_value",
            "readings[0].value",
        ),
        (
            r#"{"readings":[{"device":1,"stream":"fill_pct","value":1}]}"#.into(),
            422,
            "bad_value",
            "readings[0].device",
        ),
        (
            r#"{"readings":[{"device":"b","stream":"s","value":1,"time":"noon"}]}"#.into(),
            422,
            "bad_value",
            "readings[0].time",
        ),
        (
            r#"{"readings":[{"device":"b","stream":"s","value":1,"colour":1}]}"#.into(),
            422,
            "bad_value",
            "colour",
        ),
        (r#"{"readings":[]}"#.into(), 422, "bad_batch", "0 readings"),
        (json!({ "readings": many }).to_string(), 422, "bad_batch", "10001 readings"),
        (format!(r#"{{"readings":"{}"}}"#, "x".repeat(5 << 20)), 413, "body_too_large", ""),
    ] {
        let problem = check_problem(&post(body).await, status, code);
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
    }
    let request = Request::post("/api/v1/readings").body(Body::from("{}")).unwrap();
    server.check_problem(request, 415, "unsupported_media_type").await;
    let not_utf8 = server.send("POST", "/api/v1/readings", vec![b'"', 0xff, 0xfe, b'"']).await;
    assert!(not_utf8.status.is_client_error());
    assert_eq!(server.get("/api/v1/devices/b").await.json()["latest"], json!({}));
}

#[tokio::test]
async fn hostile_registrations_are_refused() {
    let server = Server::start().await;
    let long = format!("/api/v1/devices/{}", "x".repeat(5000));
    for (path, body, status, code) in [
        (long.as_str(), device("lift", 0.0), 422, "bad_device_id"),
        ("/api/v1/devices/a%2Fb", device("lift", 0.0), 422, "bad_device_id"),
        ("/api/v1/devices/..", device("lift", 0.0), 422, "bad_device_id"),
        ("/api/v1/devices/a", device("toaster", 0.0), 422, "unknown_kind"),
        ("/api/v1/devices/a", device("lift", 1e9), 422, "bad_position"),
        ("/api/v1/devices/a", device("lift", 0.0).replace('}', ",\"id\":\"b\"}"), 422, "bad_value"),
        ("/api/v1/devices/a", device("lift", 0.0).replacen('{', "{\"id\":\"b\",", 1), 422, "id_mismatch"),
        ("/api/v1/devices/a", "{}".into(), 422, "bad_value"),
        ("/api/v1/devices/%ff", device("lift", 0.0), 400, "bad_path"),
    ] {
        check_problem(&server.send("PUT", path, body).await, status, code);
    }
    assert_eq!(server.get("/api/v1/devices").await.json(), json!({ "devices": [] }));
}

#[tokio::test]
async fn with_a_key_only_its_holder_writes_and_everyone_reads() {
    let server = Server::start_with_key(Some("0123456789abcdef")).await;
    let put = |key: Option<&str>| {
        let request = Request::put("/api/v1/devices/a").header("content-type", "application/json");
        let request = key.into_iter().fold(request, |r, key| r.header("authorization", key));
        request.body(Body::from(device("lift", 0.0))).unwrap()
    };
    server.check_problem(put(None), 401, "key_required").await;
    let wrong = server.ask(put(Some("Bearer 0123456789abcdeX"))).await;
    check_problem(&wrong, 401, "key_unknown");
    assert_eq!(wrong.header("www-authenticate"), "Bearer");
    assert_eq!(server.ask(put(Some("Bearer 0123456789abcdef"))).await.status, StatusCode::CREATED);
    check_problem(&server.send("DELETE", "/api/v1/devices/a", "").await, 401, "key_required");
    check_problem(&server.send("POST", "/api/v1/readings", "{}").await, 401, "key_required");
    assert_eq!(server.get("/api/v1/devices/a").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_restart_forgets_nothing() {
    let server = Server::start().await;
    server.put("s", "smoke_detector", 1.0).await;
    server.put("quiet", "lift", 2.0).await;
    server.post(json!([reading("s", "smoke_db_m", 0.3, &ago(30))])).await;
    server
        .post(json!([
            reading("s", "smoke_db_m", 0.4, &ago(10)),
            reading("s", "temperature_c", 30.0, &ago(9))
        ]))
        .await;
    let before = server.get("/api/v1/devices").await.json();
    let server = server.restart().await;
    assert_eq!(server.get("/api/v1/devices").await.json(), before);
}

#[tokio::test]
async fn another_process_may_register_devices_while_the_server_runs() {
    let server = Server::start().await;
    server.put("old", "lift", 0.0).await;
    let list = server.folder.path().join("devices.csv");
    std::fs::write(&list, "id,kind,name_zh,east_m,north_m\nnew,lift,电梯,1,2\nold,lift,旧梯,1,2\n").unwrap();
    let database = format!("sqlite:{}/twin.db", server.folder.path().display());
    let publication = server.folder.path().join("publication");
    for expected in [(1, 1, 0), (0, 0, 2)] {
        let done = twin_server::import::import(&publication, &database, &list).await.unwrap();
        assert_eq!((done.added, done.updated, done.unchanged), expected);
    }
    server.app.writer.reload();
    // The reload stands in the queue before this write.
    server.put("last", "lift", 0.0).await;
    assert_eq!(server.get("/api/v1/devices/new").await.json()["name"]["zh"], "电梯");
    assert_eq!(server.get("/api/v1/devices/old").await.json()["name"]["zh"], "旧梯");
}

#[tokio::test]
async fn a_clock_that_is_off_is_seen_also_where_its_readings_are_refused() {
    let server = Server::start().await;
    for id in ["slow", "fast", "mute"] {
        server.put(id, "waste_bin", 0.0).await;
    }
    for i in 0..4 {
        let late = reading("slow", "fill_pct", f64::from(i), &ago(20));
        let ahead = reading("fast", "fill_pct", f64::from(i), &ago(-20));
        let mute = json!({ "device": "mute", "stream": "fill_pct", "value": 1.0 });
        let answer = server.post(json!([late, ahead, mute])).await;
        assert_eq!(
            (&answer["accepted"], &answer["rejected"][0]["code"]),
            (&json!(2), &json!("time_in_future"))
        );
    }
    // Viewers are told of a clock when it is called off, and not at every reading.
    server.put("late", "waste_bin", 0.0).await;
    let mut told = Vec::new();
    for i in 0..6 {
        let before = server.app.hub.seq();
        server.post(json!([reading("late", "fill_pct", f64::from(i), &ago(-20))])).await;
        told.push(server.app.hub.seq() > before);
    }
    assert_eq!(told, [false, false, false, true, false, false]);
    // What people wrote down, and what the server dates itself, says nothing of a device's clock.
    server.put("table", "waste_bin", 0.0).await;
    server.put("undated", "waste_bin", 0.0).await;
    for i in 0..4 {
        let table = format!("device,stream,time,value\ntable,fill_pct,{},{i}\n", ago(20));
        let done = server.send("POST", "/api/v1/imports/readings", table).await.json();
        assert_eq!(done["accepted"], 1, "{done}");
        let path = "/sta/v1.1/Datastreams('undated:fill_pct')/Observations";
        let made = server.send("POST", path, json!({ "result": i }).to_string()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    }
    let clock = async |id: &str| {
        let device = server.get(&format!("/api/v1/devices/{id}")).await.json();
        device.get("clock").map(|clock| (clock["offset_ms"].as_i64().unwrap(), clock["is_off"] == true))
    };
    let slow = clock("slow").await.unwrap();
    assert!(slow.0 < -19_000 && slow.1, "{slow:?}");
    let fast = clock("fast").await.unwrap();
    assert!(fast.0 > 19_000 && fast.1, "{fast:?}");
    for id in ["mute", "table", "undated"] {
        assert_eq!(clock(id).await, None, "{id}");
    }
    let figures = server.get("/metrics").await.text();
    assert!(figures.contains("\ntwin_devices_clock_off 3\n"), "{figures}");
}
