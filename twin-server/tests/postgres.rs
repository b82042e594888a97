//! The server as a process on `PostgreSQL`: a whole life with restarts, a database that goes away under load,
//! commands beside it. `scripts/setup test` installs `PostgreSQL`; without it, the tests say that they are skipped.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::common::people::PASSWORD;
use crate::common::postgres::Cluster;
use crate::common::process::{Process, folder, serve_address};
use crate::common::{device, reading};
use serde_json::{Value, json};

/// Nothing here may hang for ever; no test measures this.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client of the server that reads refusals, too.
struct Client {
    agent: ureq::Agent,
    url: String,
}

impl Client {
    fn of(server: &Process) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
        Self { agent: config.build().new_agent(), url: server.url.clone() }
    }

    /// Sends JSON as a page of the server does, and gives status, cookie and body.
    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> (u16, String, Value) {
        let request = axum::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        let request =
            request.header("content-type", "application/json").header("sec-fetch-site", "same-origin");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let mut answer = self.agent.run(request.body(body.to_string()).unwrap()).unwrap();
        if path == "/api/v1/readings" && answer.status() == 503 {
            assert_eq!(answer.headers()["retry-after"], "5");
        }
        let cookie = answer.headers().get("set-cookie").map_or("", |cookie| cookie.to_str().unwrap());
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let text = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), cookie, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    fn get(&self, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
        let request = axum::http::Request::get(format!("{}{path}", self.url));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let mut answer = self.agent.run(request.body(()).unwrap()).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

fn command(address: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twin-server"));
    command.args(arguments).env("TWIN_DATABASE", address).env_remove("TWIN_CONFIG").output().unwrap()
}

fn at(second: u32) -> String {
    format!("2026-05-01T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

fn times(history: &Value) -> BTreeSet<String> {
    let readings = history["readings"].as_array().unwrap().iter();
    readings.map(|reading| reading["time"].as_str().unwrap().to_owned()).collect()
}

/// What must be there before a restart and after, for an administrator's browser and a machine with a key.
fn check_all(server: &Process, cookie: &str, key: &str) {
    let client = Client::of(server);
    let browser = [("cookie", cookie)];
    let (_, devices) = client.get("/api/v1/devices", &browser);
    assert_eq!(devices["devices"].as_array().unwrap().len(), 2, "{devices}");
    let (_, history) = client.get("/api/v1/devices/b/readings?stream=fill_pct&limit=10000", &browser);
    assert_eq!(times(&history).len(), 600);
    let path =
        format!("/api/v1/devices/b/aggregates?stream=fill_pct&from={}&to={}&step_s=3600", at(0), at(3599));
    let (_, steps) = client.get(&path, &browser);
    assert_eq!((&steps["steps"][0]["readings"], &steps["steps"][0]["max"]), (&json!(600), &json!(59.9)));
    let (_, alarms) = client.get("/api/v1/alarms?state=open", &browser);
    assert_eq!(alarms["alarms"][0]["device"], "s", "{alarms}");
    let (status, me) = client.get("/api/v1/session", &browser);
    assert_eq!((status, &me["user"]["name"]), (200, &json!("root")), "{me}");
    let (status, _) = client.get("/api/v1/devices/b", &[("authorization", &format!("Bearer {key}"))]);
    assert_eq!(status, 200);
    let (_, ready) = client.get("/health/ready", &[]);
    assert_eq!(ready["devices"], 2);
}

#[test]
fn a_community_on_postgresql_outlasts_restarts() {
    let Some(cluster) = Cluster::start(false) else { return };
    let (address, folder) = (cluster.database(), folder());
    let mut server = Process::start_at(folder.path(), &address);
    server.put("b", "waste_bin");
    server.put("s", "smoke_detector");
    let readings = |range: std::ops::Range<u32>| -> Value {
        range.map(|s| reading("b", "fill_pct", f64::from(s) / 10.0, &at(s))).collect()
    };
    assert_eq!(server.post(&readings(0..500)).unwrap()["accepted"], 500);
    // In no order, and some again.
    assert_eq!(server.post(&readings(550..600)).unwrap()["accepted"], 50);
    let late = server.post(&readings(490..550)).unwrap();
    assert_eq!((&late["accepted"], &late["duplicates"]), (&json!(50), &json!(10)));
    let now = time::OffsetDateTime::now_utc().format(&time::format_description::well_known::Rfc3339).unwrap();
    server.post(&json!([reading("s", "smoke_db_m", 0.3, &now)])).unwrap();
    let client = Client::of(&server);
    let root = json!({ "name": "root", "roles": [{ "role": "administrator" }], "password": PASSWORD });
    assert_eq!(client.send("POST", "/api/v1/users", &[], &root).0, 201);
    let (status, cookie, _) =
        client.send("POST", "/api/v1/session", &[], &json!({ "name": "root", "password": PASSWORD }));
    assert_eq!(status, 200);
    let key = json!({ "name": "gateway", "role": "device" });
    let (status, _, issued) = client.send("POST", "/api/v1/keys", &[("cookie", &cookie)], &key);
    assert_eq!(status, 201, "{issued}");
    let key = issued["secret"].as_str().unwrap().to_owned();
    check_all(&server, &cookie, &key);
    // Once in good order, once not.
    assert_eq!(server.signal("-TERM").0, Some(0));
    let mut server = Process::start_at(folder.path(), &address);
    check_all(&server, &cookie, &key);
    server.signal("-KILL");
    let server = Process::start_at(folder.path(), &address);
    check_all(&server, &cookie, &key);
    beside_a_server(folder.path(), &address);
    let audited = command(&address, &["audit", "verify"]);
    assert!(audited.status.success(), "{}", String::from_utf8_lossy(&audited.stderr));
    server.stop();
}

/// Commands work beside a server; a second server, and what is SQLite's alone, are refused with the next step.
fn beside_a_server(folder: &Path, address: &str) {
    let listed = command(address, &["user", "list"]);
    assert!(String::from_utf8_lossy(&listed.stdout).contains("root"), "{listed:?}");
    let second = serve_address(folder, address).args(["--listen", "127.0.0.1:0"]).output().unwrap();
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(1));
    assert!(told.contains("is in use") && told.contains("hint: stop the server"), "{told}");
    let out = folder.join("backup.tar");
    let backup = command(address, &["backup", "--out", out.to_str().unwrap()]);
    let told = String::from_utf8_lossy(&backup.stderr).into_owned();
    assert!(backup.status.code() == Some(1) && told.contains("pg_dump"), "{told}");
    let shape = command(address, &["migrate"]);
    assert_eq!(String::from_utf8_lossy(&shape.stdout), "the database has the present shape\n");
}

#[test]
fn migrate_makes_the_tables_and_says_so() {
    let Some(cluster) = Cluster::start(false) else { return };
    let address = cluster.database();
    let said = |arguments: &[&str]| String::from_utf8(command(&address, arguments).stdout).unwrap();
    let to_do = said(&["migrate", "--dry-run"]);
    assert!(to_do.starts_with("to do: 0001 store\nto do: 0002 webhooks\n"), "{to_do}");
    assert_eq!(said(&["migrate"]), to_do.replace("to do:", "done:"));
    assert_eq!(said(&["migrate"]), "the database has the present shape\n");
}

#[test]
fn a_database_that_crashes_under_load_loses_nothing_acknowledged_and_is_taken_up_again() {
    let Some(mut cluster) = Cluster::start(true) else { return };
    let (address, folder) = (cluster.database(), folder());
    let server = Process::start_at(folder.path(), &address);
    server.put("b", "waste_bin");
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (client, stop) = (Client::of(&server), Arc::clone(&stop));
            std::thread::spawn(move || write_until(&client, writer, &stop))
        })
        .collect();
    std::thread::sleep(Duration::from_millis(700));
    cluster.crash();
    let client = Client::of(&server);
    await_ready(&client, 503);
    // A change needs its audit entry first.
    let body: Value = serde_json::from_str(&device("waste_bin", 1.0)).unwrap();
    let (status, _, problem) = client.send("PUT", "/api/v1/devices/c", &[], &body);
    assert_eq!((status, &problem["code"]), (503, &json!("audit_unavailable")), "{problem}");
    cluster.run();
    await_ready(&client, 200);
    std::thread::sleep(Duration::from_millis(300));
    stop.store(true, Ordering::Relaxed);
    let (mut acknowledged, mut refusals) = (Vec::new(), 0);
    for writer in writers {
        let (times, refused) = writer.join().unwrap();
        acknowledged.extend(times);
        refusals += refused;
    }
    assert!(acknowledged.len() > 20 && refusals > 0, "{} and {refusals}", acknowledged.len());
    let path = "/api/v1/devices/b/readings?stream=fill_pct&limit=10000&from=";
    let check = |server: &Process| {
        for writer in 0..4 {
            let day = format!("{path}2026-01-0{day}T00:00:00Z&to=2026-01-0{day}T23:59:59Z", day = writer + 1);
            let stored = times(&server.get(&day));
            let day = format!("2026-01-0{}", writer + 1);
            let lost: Vec<&String> = acknowledged
                .iter()
                .filter(|time| time.starts_with(&day) && !stored.contains(*time))
                .collect();
            assert!(lost.is_empty(), "{lost:?}");
        }
    };
    // Without a restart, and after one.
    check(&server);
    drop(server);
    check(&Process::start_at(folder.path(), &address));
}

/// Posts reading after reading until it is told to stop; gives those that were acknowledged and how many times
/// the server refused.
fn write_until(client: &Client, writer: u32, stop: &AtomicBool) -> (Vec<String>, usize) {
    let (mut acknowledged, mut refused, mut second) = (Vec::new(), 0, 0);
    while !stop.load(Ordering::Relaxed) && second < 9_000 {
        let time = format!("2026-01-0{}{}", writer + 1, &at(second)[10..]);
        let body = json!({ "readings": [reading("b", "fill_pct", 1.0, &time)] });
        match client.send("POST", "/api/v1/readings", &[], &body) {
            (200, ..) => {
                acknowledged.push(time);
                second += 1;
            }
            (status, _, problem) => {
                assert_eq!((status, &problem["code"]), (503, &json!("storage")), "{problem}");
                refused += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
    (acknowledged, refused)
}

fn await_ready(client: &Client, status: u16) {
    let started = Instant::now();
    while client.get("/health/ready", &[]).0 != status {
        assert!(started.elapsed() < PATIENCE, "`/health/ready` never answers {status}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
