//! The server as a process on a real socket: events, stopping, being killed, simulated devices.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::client::Client;
use crate::common::events::Events;
use crate::common::process::{Process, folder, serve};
use crate::common::{device, publish, reading};
use serde_json::{Value, json};

/// A running server, asked as its viewers ask it.
trait Viewed {
    fn put_at(&self, id: &str, kind: &str, east_m: f64);
    fn delete(&self, id: &str);
    fn events(&self, query: &str, last: Option<&str>) -> Events;
}

impl Viewed for Process {
    fn put_at(&self, id: &str, kind: &str, east_m: f64) {
        let url = format!("{}/api/v1/devices/{id}", self.url);
        let body = device(kind, east_m);
        ureq::put(&url).header("content-type", "application/json").send(body).unwrap();
    }

    fn delete(&self, id: &str) {
        ureq::delete(format!("{}/api/v1/devices/{id}", self.url)).call().unwrap();
    }

    fn events(&self, query: &str, last: Option<&str>) -> Events {
        Events::open(self, query, last)
    }
}

fn fill(value: f64) -> Value {
    json!([{ "device": "b", "stream": "fill_pct", "value": value }])
}

#[test]
fn a_viewer_sees_everything_and_then_every_change() {
    let folder = folder();
    let server = Process::start(folder.path());
    server.put_at("b", "waste_bin", 10.0);
    let mut events = server.events("", None);
    let (_, snapshot) = events.expect("snapshot");
    assert_eq!((&snapshot["publication"], &snapshot["devices"][0]["id"]), (&json!("v1"), &json!("b")));
    server.post(&fill(95.0)).unwrap();
    let (_, changed) = events.expect("device");
    assert_eq!(
        (&changed["device"]["status"], &changed["device"]["reason"]["zh"]),
        (&json!("warning"), &json!("已满"))
    );
    server.put_at("b", "waste_bin", 20.0);
    assert_eq!(events.expect("device").1["device"]["position"]["east_m"], 20.0);
    server.delete("b");
    assert_eq!(events.expect("device-removed").1, json!({ "id": "b" }));
    publish(&folder.path().join("publication"), "v2");
    assert_eq!(events.expect("publication").1, json!({ "publication": "v2" }));
}

#[test]
fn a_cut_stream_goes_on_without_gap_or_repetition() {
    let folder = folder();
    let server = Process::start(folder.path());
    for id in ["a", "b", "c"] {
        server.put_at(id, "waste_bin", 10.0);
    }
    let mut events = server.events("", None);
    events.expect("snapshot");
    server.post(&fill(10.0)).unwrap();
    let (last, _) = events.expect("device");
    drop(events);
    server.post(&fill(95.0)).unwrap();
    server.delete("a");
    server.put_at("d", "lift", 1.0);
    for (query, header) in [(String::new(), Some(last.as_str())), (format!("?last_event_id={last}"), None)] {
        let mut events = server.events(&query, header);
        assert_eq!(events.expect("device").1["device"]["latest"]["fill_pct"]["value"], 95.0);
        assert_eq!(events.expect("device-removed").1["id"], "a");
        assert_eq!(events.expect("device").1["device"]["id"], "d");
    }
    let mut unknown = server.events("", Some("another-run-7"));
    assert_eq!(unknown.expect("snapshot").1["devices"].as_array().unwrap().len(), 3);
}

#[test]
fn a_viewer_may_ask_for_one_kind_and_one_place() {
    let folder = folder();
    let server = Process::start(folder.path());
    for (id, kind, east_m) in [("b", "waste_bin", 10.0), ("far", "waste_bin", 90.0), ("l", "lift", 10.0)] {
        server.put_at(id, kind, east_m);
    }
    let mut events = server.events("?kind=waste_bin&bbox=0,0,50,50", None);
    assert_eq!(events.expect("snapshot").1["devices"].as_array().unwrap().len(), 1);
    server.put_at("l", "lift", 12.0);
    server.post(&fill(10.0)).unwrap();
    // The lift moved and is not covered: told as removed, which a viewer without it ignores.
    assert_eq!(events.expect("device-removed").1["id"], "l");
    assert_eq!(events.expect("device").1["device"]["id"], "b");
    server.put_at("b", "waste_bin", 70.0);
    assert_eq!(events.expect("device-removed").1["id"], "b");
}

#[test]
fn many_viewers_that_connect_amid_changes_end_with_the_same_state() {
    let folder = folder();
    let server = Process::start(folder.path());
    for i in 0..20 {
        server.put_at(&format!("b{i}"), "waste_bin", f64::from(i));
    }
    let post = |value: u32| {
        let readings: Vec<Value> = (0..20)
            .map(|i| json!({ "device": format!("b{i}"), "stream": "fill_pct", "value": value }))
            .collect();
        server.post(&json!(readings)).unwrap();
    };
    std::thread::scope(|scope| {
        let viewers: Vec<_> = (0..10)
            .map(|_| {
                let server = &server;
                scope.spawn(move || {
                    let mut events = server.events("", None);
                    let mut values = std::collections::BTreeMap::new();
                    let mut note = |device: &Value| {
                        values
                            .insert(device["id"].to_string(), device["latest"]["fill_pct"]["value"].clone());
                        values.len() == 20 && values.values().all(|value| *value == 50.0)
                    };
                    let (_, snapshot) = events.expect("snapshot");
                    for device in snapshot["devices"].as_array().unwrap() {
                        note(device);
                    }
                    while !note(&events.expect("device").1["device"]) {}
                })
            })
            .collect();
        for value in 1..=50 {
            post(value);
        }
        // A viewer that came after the last change sees it in its snapshot; wake those with one more.
        let deadline = Instant::now() + Duration::from_secs(20);
        while viewers.iter().any(|viewer| !viewer.is_finished()) && Instant::now() < deadline {
            post(50);
            std::thread::sleep(Duration::from_millis(50));
        }
        for viewer in viewers {
            viewer.join().unwrap();
        }
    });
}

#[test]
fn a_told_server_ends_its_streams_and_stops_within_two_seconds() {
    for name in ["-TERM", "-INT"] {
        let folder = folder();
        let mut server = Process::start(folder.path());
        server.put_at("b", "waste_bin", 10.0);
        let mut events = server.events("", None);
        events.expect("snapshot");
        let (code, took) = server.signal(name);
        assert_eq!(code, Some(0));
        assert!(took < Duration::from_secs(2), "{took:?}");
        assert!(events.next().is_none());
        // The log is part of the database again: one file to copy.
        assert!(!folder.path().join("twin.db-wal").exists());
    }
}

#[test]
fn a_killed_server_has_everything_that_it_acknowledged() {
    let folder = folder();
    let mut server = Process::start(folder.path());
    server.put_at("b", "waste_bin", 10.0);
    let url = server.url.clone();
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let url = format!("{url}/api/v1/readings");
            std::thread::spawn(move || {
                let mut acknowledged = Vec::new();
                for second in 0.. {
                    let time = format!(
                        "2026-01-0{}T{:02}:{:02}:{:02}Z",
                        writer + 1,
                        second / 3600,
                        second / 60 % 60,
                        second % 60
                    );
                    let body = json!({ "readings": [reading("b", "fill_pct", 1.0, &time)] });
                    match ureq::post(&url).send_json(body) {
                        Ok(_) => acknowledged.push(time),
                        Err(_) => return acknowledged,
                    }
                }
                acknowledged
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(700));
    server.signal("-KILL");
    let acknowledged: Vec<String> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());
    let server = Process::start(folder.path());
    let history = server.get("/api/v1/devices/b/readings?stream=fill_pct&limit=10000");
    let stored: std::collections::BTreeSet<&str> =
        history["readings"].as_array().unwrap().iter().map(|r| r["time"].as_str().unwrap()).collect();
    let lost: Vec<&String> = acknowledged.iter().filter(|time| !stored.contains(time.as_str())).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn what_keeps_it_from_starting_is_said_with_the_next_step() {
    let folder = folder();
    let server = Process::start(folder.path());
    let taken = server.url.strip_prefix("http://").unwrap();
    let missing = tempfile::tempdir().unwrap();
    for (folder, arguments, expected) in [
        (folder.path(), vec!["--listen", taken], "choose a free port"),
        (folder.path(), vec!["--listen", "0.0.0.0:0"], "TWIN_INGEST_KEY"),
        (folder.path(), vec!["--listen", "127.0.0.1:0", "--ingest-key", "short"], "at least 16"),
        (missing.path(), vec!["--listen", "127.0.0.1:0"], "tile-builder build"),
    ] {
        let output = serve(folder).args(arguments).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1));
        assert!(message.contains(expected) && message.contains("hint:"), "{message}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn simulated_devices_report_and_stop_when_told() {
    let folder = folder();
    let server = Process::start(folder.path());
    for (id, kind) in [("b", "waste_bin"), ("l", "lift"), ("s", "smoke_detector")] {
        server.put_at(id, kind, 10.0);
    }
    let mut simulator = simulate(&server, &[]);
    let mut events = server.events("", None);
    events.expect("snapshot");
    for _ in 0..6 {
        events.expect("device");
    }
    assert!(Command::new("kill").args(["-TERM", &simulator.id().to_string()]).status().unwrap().success());
    assert_eq!(simulator.wait().unwrap().code(), Some(0));
    let list = server.get("/api/v1/devices");
    assert!(list["devices"].as_array().unwrap().iter().all(|d| d["status"] != "offline"), "{list}");
}

#[test]
fn simulated_devices_report_with_a_key_where_nobody_may_read_without() {
    let folder = folder();
    let key = "0123456789abcdef";
    let server = Process::start_with(folder.path(), &["--ingest-key", key, "--require-sign-in"]);
    let client = Client::new(&server.url, &[("x-api-key", key)]);
    let registration = serde_json::from_str(&device("waste_bin", 10.0)).unwrap();
    assert_eq!(client.send("PUT", "/api/v1/devices/b", &registration).unwrap().status, 201);
    let mut simulator = simulate(&server, &["--ingest-key", key]);
    // Not for ever; no test measures this.
    let reported = (0..2_000).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        client.get("/api/v1/devices").json()["devices"][0]["status"] != "offline"
    });
    simulator.kill().unwrap();
    simulator.wait().unwrap();
    assert!(reported);
}

fn simulate(server: &Process, options: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_twin-server"))
        .args(["simulate", "--server", &server.url, "--interval", "20ms", "--seed", "3"])
        .args(options)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn an_alarm_of_an_acknowledged_reading_outlasts_a_kill() {
    let folder = folder();
    let mut server = Process::start(folder.path());
    server.put_at("s", "smoke_detector", 10.0);
    for value in [0.01, 0.3] {
        server.post(&json!([{ "device": "s", "stream": "smoke_db_m", "value": value }])).unwrap();
    }
    let before = server.get("/api/v1/alarms");
    assert_eq!(before["alarms"].as_array().unwrap().len(), 1);
    server.signal("-KILL");
    let server = Process::start(folder.path());
    assert_eq!(server.get("/api/v1/alarms"), before);
    let (_, snapshot) = server.events("", None).expect("snapshot");
    assert_eq!(snapshot["alarms"], before["alarms"]);
}
