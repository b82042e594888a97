//! Running the server: configuration, health, figures, traces, repeated requests.

use std::process::Command;

use crate::common::{self, Server, check_problem, publish};
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};

use crate::common::process::{self, Process, folder};

fn twin_server(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twin-server"));
    let output = command.args(arguments).env_remove("TWIN_CONFIG").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_configuration_file_is_checked_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("twin.toml");
    let name = file.to_str().unwrap();
    std::fs::write(&file, "publication = \"p\"\ndatabase = \"sqlite:d\"\nlistn = \"127.0.0.1:1\"\n").unwrap();
    for command in [["config", "check"].as_slice(), &["serve"]] {
        let (code, out, error) = twin_server(&[command, &["--config", name]].concat());
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert_eq!(error, format!("error: {name}:3: `listn` is unknown\nhint: did you mean `listen`?\n"));
    }
    let (code, _, error) = twin_server(&["config", "check"]);
    assert!(code == Some(1) && error.contains("`publication` is not set"), "{error}");
}

#[test]
fn the_example_is_a_configuration_that_passes_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("twin.toml");
    let name = file.to_str().unwrap();
    let (_, example, _) = twin_server(&["config", "example"]);
    std::fs::write(&file, example).unwrap();
    assert_eq!(twin_server(&["config", "check", "--config", name]), (Some(0), String::new(), String::new()));
    let set = ["--set", "limits.viewers=7", "--listen", "127.0.0.1:9"];
    let (code, shown, _) = twin_server(&[["config", "print", "--config", name].as_slice(), &set].concat());
    assert_eq!(code, Some(0));
    assert!(shown.contains("viewers = 7  # option `--set`"), "{shown}");
    assert!(shown.contains("listen = \"127.0.0.1:9\"  # option `--listen`"), "{shown}");
}

#[tokio::test]
async fn a_server_that_works_is_live_and_ready() {
    let server = Server::start().await;
    assert_eq!(server.get("/health/live").await.text(), "alive\n");
    let ready = server.get("/health/ready").await;
    assert_eq!((ready.status.as_u16(), &ready.json()["publication"]), (200, &json!("v1")));
    assert_eq!(server.get("/healthz").await.json()["status"], "ok");
}

#[tokio::test]
async fn a_server_whose_database_is_gone_or_that_stops_is_live_but_not_ready() {
    let server = Server::start().await;
    server.app.store.close().await.unwrap();
    let answer = server.get("/health/ready").await;
    check_problem(&answer, 503, "storage");
    assert_eq!(answer.header("retry-after"), "5");
    assert_eq!(server.get("/health/live").await.status, 200);
    server.stop.send(true).unwrap();
    check_problem(&server.get("/health/ready").await, 503, "stopping");
}

#[test]
fn a_command_asks_a_server_whether_it_is_ready() {
    let folder = folder();
    let server = Process::start_with(folder.path(), &[]);
    let url = server.url.clone();
    let (code, out, _) = twin_server(&["health", "--server", &url]);
    assert!(code == Some(0) && out.contains("\"publication\":\"v1\""), "{out}");
    server.stop();
    let (code, _, error) = twin_server(&["health", "--server", &url]);
    assert!(code == Some(1) && error.contains("does not answer"), "{error}");
}

#[test]
fn the_log_is_json_on_request_and_holds_no_queries() {
    let folder = folder();
    let log = folder.path().join("log");
    let mut command = process::serve(folder.path());
    command.args(["--listen", "127.0.0.1:0", "--log-format", "json"]).env("TWIN_LOG", "debug");
    let server = Process::spawn_with_log(command, std::fs::File::create(&log).unwrap());
    let _ = ureq::get(format!("{}/api/v1/devices?secret=hunter2", server.url)).call();
    let _ = ureq::get(format!("{}/api/v1/devices/zhangsan", server.url)).call();
    server.stop();
    let text = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of =
        |route: &str| lines.iter().find(|line| line["span"]["route"] == route && line["status"].is_u64());
    assert_eq!(of("/api/v1/devices").unwrap()["status"], 400);
    let line = of("/api/v1/devices/{id}").unwrap();
    assert_eq!((&line["status"], &line["span"]["method"]), (&json!(404), &json!("GET")));
    assert!(!text.contains("hunter2") && !text.contains("zhangsan"), "{text}");
}

/// The value of a figure, by its whole name with labels.
fn figure(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

#[tokio::test]
async fn what_happens_is_counted_for_prometheus() {
    let server = Server::start().await;
    server.put("b", "waste_bin", 1.0).await;
    let reading = |value: f64, time: &str| common::reading("b", "fill_pct", value, time);
    server.post(json!([reading(1.0, "2026-01-01T00:00:10Z"), reading(2.0, "2026-01-01T00:00:20Z")])).await;
    server.post(json!([reading(1.0, "2026-01-01T00:00:10Z"), reading(3.0, "2026-01-01T00:00:05Z")])).await;
    server.post(json!([common::reading("none", "fill_pct", 1.0, "2026-01-01T00:00:10Z")])).await;
    for _ in 0..3 {
        server.get("/publication/content/tile.glb").await;
    }
    let answer = server.get("/metrics").await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text();
    for (name, expected) in [
        ("twin_readings_total{outcome=\"fresh\"}", 2.0),
        ("twin_readings_total{outcome=\"late\"}", 1.0),
        ("twin_readings_total{outcome=\"duplicate\"}", 1.0),
        ("twin_readings_total{outcome=\"rejected\"}", 1.0),
        ("twin_commit_readings_count", 2.0),
        ("twin_commit_readings_sum", 4.0),
        ("twin_http_requests_total{route=\"/api/v1/devices/{id}\",method=\"PUT\",status=\"2xx\"}", 1.0),
        ("twin_http_requests_total{route=\"/api/v1/readings\",method=\"POST\",status=\"2xx\"}", 3.0),
        ("twin_http_seconds_count{route=\"/publication/{*path}\"}", 3.0),
        ("twin_file_cache_hits_total", 2.0),
        ("twin_file_cache_misses_total", 1.0),
        ("twin_file_sent_bytes_total", 30.0),
        ("twin_devices{status=\"normal\"}", 0.0),
        ("twin_devices{status=\"offline\"}", 1.0),
        ("twin_writer_alive", 1.0),
        ("twin_writer_waiting_readings", 0.0),
        ("twin_viewers", 0.0),
        ("twin_objects", 3.0),
    ] {
        // Tests that share a process would add up; the runner gives each its own.
        let found = figure(&text, name).unwrap_or_else(|| panic!("{name} is not there:\n{text}"));
        assert!(found >= expected, "{name} {found}");
    }
    assert!(figure(&text, "twin_store_bytes").unwrap() > 4096.0);
    assert!(figure(&text, "process_resident_memory_bytes").unwrap() > 1e6);
}

#[tokio::test]
async fn every_line_of_the_figures_is_one_that_prometheus_reads() {
    let server = Server::start().await;
    server.get("/api/v1/devices/%22%0a").await;
    server.get("/nothing/%22here").await;
    let text = server.get("/metrics").await.text();
    let mut declared = std::collections::BTreeSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            assert!(declared.insert(rest.split(' ').next().unwrap().to_owned()), "declared twice: {line}");
            continue;
        }
        if line.starts_with("# HELP ") {
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
        let name = name.split('{').next().unwrap();
        let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        assert!(declared.contains(name) || base.is_some_and(|base| declared.contains(base)), "{line}");
    }
}

#[tokio::test]
async fn a_trace_leads_through_the_server() {
    let server = Server::start().await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let sent = format!("00-{trace}-00f067aa0ba902b7-01");
    for path in ["/api/v1/devices", "/publication/content/tile.glb", "/api/none"] {
        let answer = server.get_with(path, &[("traceparent", &sent)]).await;
        let answered = answer.header("traceparent");
        assert!(answered.starts_with(&format!("00-{trace}-")) && answered != sent, "{answered}");
    }
    assert_eq!(
        server.get_with("/api/v1/devices", &[("traceparent", "rubbish")]).await.header("traceparent"),
        ""
    );
}

async fn post_with_key(server: &Server, key: &str, path: &str, body: &Value) -> common::Answer {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body.to_string()));
    server.ask(request.unwrap()).await
}

fn one(value: f64) -> Value {
    json!({ "readings": [common::reading("b", "fill_pct", value, "2026-01-01T00:00:10Z")] })
}

#[tokio::test]
async fn a_post_that_is_sent_again_with_its_key_gets_the_answer_of_the_first_time() {
    let server = Server::start().await;
    server.put("b", "waste_bin", 1.0).await;
    let path = "/api/v1/readings";
    let first = post_with_key(&server, "\"k-1\"", path, &one(1.0)).await;
    let again = post_with_key(&server, "k-1", path, &one(1.0)).await;
    assert_eq!((first.json()["accepted"].as_u64(), first.header("idempotent-replayed")), (Some(1), ""));
    // Done a second time it would be a duplicate.
    assert_eq!((again.body, again.headers["idempotent-replayed"].to_str().unwrap()), (first.body, "true"));
    assert_ne!(first.headers["x-request-id"], again.headers["x-request-id"]);
    check_problem(&post_with_key(&server, "k-1", path, &one(2.0)).await, 422, "idempotency_key_reused");
    let other = post_with_key(&server, "k-2", path, &one(1.0)).await;
    assert_eq!(other.json()["duplicates"], 1);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_and_what_failed_on_our_side_is_tried_again() {
    let server = Server::start().await;
    server.put("b", "waste_bin", 1.0).await;
    let path = "/api/v1/readings";
    for key in ["", "\"\"", &"x".repeat(256)] {
        check_problem(&post_with_key(&server, key, path, &one(1.0)).await, 400, "bad_idempotency_key");
    }
    let large = json!({ "readings": "x".repeat(5 << 20) });
    check_problem(&post_with_key(&server, "large", path, &large).await, 413, "body_too_large");
    server.app.store.close().await.unwrap();
    for _ in 0..2 {
        let answer = post_with_key(&server, "k", path, &one(1.0)).await;
        check_problem(&answer, 503, "storage");
        assert_eq!((answer.header("idempotent-replayed"), answer.header("retry-after")), ("", "5"));
    }
}

#[tokio::test]
async fn a_refusal_by_the_key_of_writing_is_not_remembered() {
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    let server = Server::start_in(folder, Some("0123456789abcdef")).await;
    let path = "/api/v1/readings";
    check_problem(&post_with_key(&server, "k", path, &one(1.0)).await, 401, "key_required");
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", "k")
        .header(header::AUTHORIZATION, "Bearer 0123456789abcdef")
        .body(Body::from(one(1.0).to_string()));
    assert_eq!(server.ask(request.unwrap()).await.status, 200);
}

#[tokio::test]
async fn one_address_leads_to_the_tileset_of_the_served_version() {
    let server = Server::start().await;
    for (query, expected) in [("", "full/tileset.json"), ("?scene=full", "full/tileset.json")] {
        let answer = server.get(&format!("/publication/tileset.json{query}")).await;
        assert_eq!(answer.status, 307);
        assert_eq!(answer.header("location"), format!("/publication/versions/v1/{expected}"));
        assert_eq!(answer.header("cache-control"), "no-cache");
        assert_eq!(server.get(answer.header("location")).await.status, 200);
    }
    let problem = check_problem(&server.get("/publication/tileset.json?scene=x").await, 404, "unknown_scene");
    assert!(problem["hint"].as_str().unwrap().contains("full"));
}
