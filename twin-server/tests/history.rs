//! History over HTTP: steps for charts, long stretches, deletion, tables, devices as they were.

use crate::common::{Server, check_problem, reading};
use axum::http::StatusCode;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use twin_server::config::ServeConfig;
use twin_server::domain::retention::Retention;

/// An instant some seconds after midnight UTC.
fn at(seconds: u32) -> String {
    format!("2026-05-01T{:02}:{:02}:{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A server with a bin that was a little fuller each minute, for two hours.
async fn server() -> Server {
    let server = Server::start().await;
    server.put("b", "waste_bin", 10.0).await;
    let readings: Vec<Value> =
        (0..120).map(|minute| reading("b", "fill_pct", f64::from(minute) / 2.0, &at(minute * 60))).collect();
    assert_eq!(server.post(json!(readings)).await["accepted"], 120);
    server
}

#[tokio::test]
async fn a_chart_gets_steps_with_least_most_mean_first_and_last() {
    let server = server().await;
    let path = |query: &str| {
        format!("/api/v1/devices/b/aggregates?stream=fill_pct&from={}&to={}{query}", at(0), at(7199))
    };
    let hours = server.get(&path("&step_s=3600")).await.json();
    assert_eq!((&hours["device"], &hours["step_s"]), (&json!("b"), &json!(3600)));
    assert_eq!(
        hours["steps"][1],
        json!({ "time": at(3600), "readings": 60, "count": 60, "min": 30.0, "max": 59.5, "mean": 44.75,
                "first": 30.0, "last": 59.5 })
    );
    assert_eq!(hours["steps"].as_array().unwrap().len(), 2);
    // By number: the step is an easy one, and there are no more than asked for.
    let few = server.get(&path("&points=10")).await.json();
    assert_eq!((&few["step_s"], few["steps"].as_array().unwrap().len()), (&json!(1800), 4));
    for (query, code) in [
        ("&step_s=0", "bad_step"),
        ("&step_s=1&points=5", "bad_step"),
        ("&points=0", "bad_step"),
        ("&utc_offset=8", "bad_offset"),
        ("&step_s=-1", "bad_query"),
        ("&steps=5", "bad_query"),
    ] {
        check_problem(&server.get(&path(query)).await, 400, code);
    }
    let year =
        "/api/v1/devices/b/aggregates?stream=fill_pct&from=2026-01-01T00:00:00Z&to=2026-12-31T00:00:00Z";
    check_problem(&server.get(&format!("{year}&step_s=1")).await, 400, "too_many_steps");
    check_problem(&server.get(&year.replace("fill_pct", "x")).await, 404, "unknown_stream");
    check_problem(&server.get(&year.replace("/b/", "/c/")).await, 404, "unknown_device");
}

#[tokio::test]
async fn a_long_stretch_is_read_from_its_oldest_reading_on() {
    let server = server().await;
    let path = "/api/v1/devices/b/readings?stream=fill_pct&limit=7&keep=oldest";
    let (mut from, mut values) = (at(0), Vec::new());
    loop {
        let page = server.get(&format!("{path}&from={from}")).await.json();
        let readings = page["readings"].as_array().unwrap().clone();
        values.extend(readings.iter().map(|reading| reading["value"].as_f64().unwrap()));
        if page["truncated"] == json!(false) {
            break;
        }
        readings.last().unwrap()["time"].as_str().unwrap().clone_into(&mut from);
        from = from.replace('Z', ".000001Z");
    }
    assert_eq!(values, (0..120).map(|minute| f64::from(minute) / 2.0).collect::<Vec<_>>());
}

#[tokio::test]
async fn readings_are_deleted_on_request_and_no_others() {
    let server = server().await;
    let hour = format!("/api/v1/devices/b/readings?stream=fill_pct&from={}&to={}", at(3600), at(7199));
    let answer = server.send("DELETE", &hour, "").await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({ "deleted": 60 })));
    let left = server.get("/api/v1/devices/b/readings?stream=fill_pct").await.json();
    assert_eq!(left["readings"].as_array().unwrap().len(), 60);
    assert_eq!(left["readings"][59]["time"], at(3540));
    check_problem(&server.send("DELETE", "/api/v1/devices/c/readings", "").await, 404, "unknown_device");
    let all = server.send("DELETE", "/api/v1/devices/b/readings", "").await.json();
    assert_eq!(all, json!({ "deleted": 60 }));
}

#[tokio::test]
async fn history_is_exported_as_a_table_that_spreadsheets_open() {
    let server = server().await;
    server.put("l-1", "street_lamp", 10.0).await;
    server.post(json!([reading("l-1", "power_w", 41.5, &at(1))])).await;
    let path = format!("/api/v1/exports/readings.csv?from={}&to={}", at(0), at(60));
    let answer = server.get(&path).await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    let expected = [
        "device,stream,unit,time,value,plausible".to_owned(),
        format!("b,fill_pct,%,{},0,true", at(0)),
        format!("b,fill_pct,%,{},0.5,true", at(60)),
        format!("l-1,power_w,W,{},41.5,true", at(1)),
    ];
    assert_eq!(answer.text().lines().collect::<Vec<_>>(), expected);
    let lamps = server.get(&format!("{path}&kind=street_lamp&bom=true")).await.text();
    assert!(lamps.starts_with("\u{feff}device,") && lamps.lines().count() == 2, "{lamps}");
    let none = server.get(&format!("{path}&device=b&stream=nothing")).await.text();
    assert_eq!(none.lines().count(), 1);
    check_problem(&server.get(&format!("{path}&device=nobody")).await, 404, "unknown_device");
    check_problem(&server.get(&format!("{path}&from=yesterday")).await, 400, "bad_query");
}

/// What the list of devices says of `b` at an instant: status, since when, why, and how full it is.
async fn bin_at(server: &Server, at: &str) -> Value {
    let list = server.get(&format!("/api/v1/devices?at={at}")).await.json();
    let bin = &list["devices"][0];
    assert_eq!((&bin["id"], &bin["position"]["east_m"]), (&json!("b"), &json!(10.0)));
    json!([bin["status"], bin["status_since"], bin["reason"]["en"], bin["latest"]["fill_pct"]])
}

#[tokio::test]
async fn devices_are_told_as_they_were_at_an_instant() {
    let server = server().await;
    server.put("l-1", "street_lamp", 60.0).await;
    let full = reading("b", "fill_pct", 95.0, &at(7200));
    server.post(json!([full, reading("b", "temperature_c", 900.0, &at(7300))])).await;
    let fill = |minute: u32| json!({ "value": f64::from(minute) / 2.0, "time": at(minute * 60) });
    let full = json!({ "value": 95.0, "time": at(7200) });
    let expected = [
        (at(600), json!(["normal", null, null, fill(10)])),
        (at(659), json!(["normal", null, null, fill(10)])),
        (at(7200), json!(["warning", null, "full", full])),
        // An implausible reading shows that it lives; then an hour of silence is over, which weighs less than full.
        (at(7300 + 3601), json!(["warning", null, "full", full])),
        (
            "2026-04-30T23:59:59Z".into(),
            json!(["offline", null, "there is no reading from then or before", null]),
        ),
    ];
    for packed in [false, true] {
        if packed {
            assert!(server.app.store.close_all().await.unwrap() > 0);
        }
        for (instant, expected) in &expected {
            assert_eq!(bin_at(&server, instant).await, *expected, "{instant}, packed: {packed}");
        }
    }
    let ids = async |query: &str| {
        let list = server.get(&format!("/api/v1/devices?at={}{query}", at(7200))).await.json();
        let ids = list["devices"]
            .as_array()
            .unwrap()
            .iter()
            .map(|device| device["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>().join(" ")
    };
    // Narrowed as the list of now is, the status being that of then.
    assert_eq!(ids("").await, "b l-1");
    assert_eq!(ids("&status=warning").await, "b");
    assert_eq!(ids("&status=offline&zone=zone/z1").await, "");
    assert_eq!(ids("&kind=street_lamp").await, "l-1");
}

#[tokio::test]
async fn who_has_devices_of_an_instant_is_told_whether_they_changed() {
    let server = server().await;
    let path = format!("/api/v1/devices?at={}", at(630));
    let first = server.get(&path).await;
    assert_eq!(first.header("cache-control"), "no-cache");
    let tag = first.header("etag").to_owned();
    let again = server.get_with(&path, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    // A late reading changes the past.
    server.post(json!([reading("b", "fill_pct", 80.0, &at(620))])).await;
    let changed = server.get_with(&path, &[("if-none-match", &tag)]).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_eq!(changed.json()["devices"][0]["status"], "notice");
}

#[tokio::test]
async fn instants_that_are_to_come_or_of_which_nothing_is_kept_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    crate::common::publish(&folder.path().join("publication"), "v1");
    let retention = Retention { days: 30, kinds: [("camera".to_owned(), 7)].into() };
    let server = Server::start_as(folder, |config| ServeConfig { retention, ..config }).await;
    server.put("b", "waste_bin", 10.0).await;
    let now = OffsetDateTime::now_utc();
    let path = |days: i64, query: &str| {
        let at = (now + Duration::days(days)).format(&Rfc3339).unwrap();
        format!("/api/v1/devices?at={at}{query}")
    };
    check_problem(&server.get(&path(1, "")).await, 400, "time_ahead");
    check_problem(&server.get(&path(-31, "")).await, 400, "time_not_kept");
    check_problem(&server.get(&path(-8, "&kind=camera")).await, 400, "time_not_kept");
    assert_eq!(server.get(&path(-8, "&kind=camera,waste_bin")).await.status, StatusCode::OK);
    assert_eq!(server.get(&path(-29, "")).await.json()["devices"][0]["status"], "offline");
    check_problem(&server.get("/api/v1/devices?at=yesterday").await, 400, "bad_time");
}

#[tokio::test]
async fn several_streams_are_summed_up_in_one_answer_each_as_by_itself() {
    let server = server().await;
    server.put("l-1", "street_lamp", 10.0).await;
    server.post(json!([reading("l-1", "power_w", 41.5, &at(1))])).await;
    let stretch = format!("from={}&to={}&step_s=3600", at(0), at(7199));
    let path = |streams: &str| format!("/api/v1/aggregates?streams={streams}&{stretch}");
    let answer = server.get(&path("l-1:power_w,nobody:x,b:fill_pct,b:nothing")).await.json();
    let alone = server.get(&format!("/api/v1/devices/b/aggregates?stream=fill_pct&{stretch}")).await.json();
    assert_eq!(answer["streams"][1], alone);
    assert_eq!(answer["streams"][0]["steps"][0]["mean"], 41.5);
    assert_eq!(answer["streams"].as_array().unwrap().len(), 2);
    assert_eq!((&answer["unknown"], &answer["step_s"]), (&json!(["nobody:x", "b:nothing"]), &json!(3600)));
    for (streams, code) in
        [("", "bad_streams"), ("b", "bad_streams"), (&vec!["b:fill_pct"; 101].join(","), "too_many_streams")]
    {
        check_problem(&server.get(&path(streams)).await, 400, code);
    }
    let fine = vec!["b:fill_pct"; 100].join(",");
    check_problem(&server.get(&path(&fine).replace("step_s=3600", "step_s=1")).await, 400, "too_many_steps");
    assert_eq!(server.get(&path(&fine)).await.json()["streams"].as_array().unwrap().len(), 100);
}
