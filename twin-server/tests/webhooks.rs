//! Webhooks, delivered to a receiver on loopback by a server as a process: order, repetition, signatures, what
//! outlasts a kill, and what is refused.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use crate::common::people::{People, ZONE_1, ZONE_2, send_as};
use crate::common::process::{Process, folder};
use crate::common::quarter::{Quarter, lift};
use crate::common::{Server, check_problem, publish};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use twin_server::domain::permission::{Grant, Role};

/// What webhooks of the tests hear of renewal.
const RENEWAL: [&str; 2] = ["twin.report.changed", "twin.project.changed"];
/// Nothing here may hang for ever; no test measures this.
const PATIENCE: Duration = Duration::from_secs(60);
const PRIVATE: &[&str] = &["--set", "webhooks.allow_private=true"];

/// A delivery as it came.
#[derive(Debug)]
struct Delivery {
    headers: Vec<(String, String)>,
    body: String,
}

impl Delivery {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    fn event(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn kind(&self) -> String {
        self.event()["type"].as_str().unwrap().to_owned()
    }
}

/// A receiver: answers with the statuses that it is given, then with 204.
struct Receiver {
    address: SocketAddr,
    deliveries: mpsc::Receiver<Delivery>,
    /// Whoever holds them has the receiver wait with its answer.
    answers: Arc<Mutex<Vec<u16>>>,
    /// Deliveries that have come, answered or not.
    come: Arc<AtomicUsize>,
}

impl Receiver {
    fn start(answers: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answers = Arc::new(Mutex::new(answers.iter().rev().copied().collect::<Vec<_>>()));
        let (sender, deliveries) = mpsc::channel();
        let queue = Arc::clone(&answers);
        let come = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&come);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut reader = BufReader::new(stream.unwrap());
                let Some(delivery) = read(&mut reader) else { continue };
                count.fetch_add(1, Ordering::AcqRel);
                let status = queue.lock().unwrap().pop().unwrap_or(204);
                let location = if status == 302 { "location: /elsewhere\r\n" } else { "" };
                let head = format!("HTTP/1.1 {status} X\r\n{location}content-length: 0\r\n\r\n");
                let _ = reader.get_mut().write_all(head.as_bytes());
                if sender.send(delivery).is_err() {
                    return;
                }
            }
        });
        Self { address, deliveries, answers, come }
    }

    fn url(&self) -> String {
        format!("http://{}/hook?a=b", self.address)
    }

    fn next(&self) -> Delivery {
        self.deliveries.recv_timeout(PATIENCE).unwrap()
    }
}

fn read(reader: &mut impl BufRead) -> Option<Delivery> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    assert_eq!(line.trim_end(), "POST /hook?a=b HTTP/1.1");
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let delivery = Delivery { headers, body: String::new() };
    let mut body = vec![0; delivery.header("content-length").parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some(Delivery { body: String::from_utf8(body).unwrap(), ..delivery })
}

/// Adds a webhook; gives its id and its secret.
fn add(server: &Process, settings: &Value) -> (String, String) {
    let added: Value = ureq::post(format!("{}/api/v1/webhooks", server.url))
        .send_json(settings)
        .unwrap()
        .body_mut()
        .read_json()
        .unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&added["webhook"]["id"]), text(&added["secret"]))
}

fn smoke(server: &Process, value: f64) {
    server.post(&json!([{ "device": "s", "stream": "smoke_db_m", "value": value }])).unwrap();
}

fn try_out(server: &Process, id: &str) -> Value {
    let answer = ureq::post(format!("{}/api/v1/webhooks/{id}/test", server.url)).send_empty();
    answer.unwrap().body_mut().read_json().unwrap()
}

#[test]
fn what_happens_is_posted_in_order_as_signed_cloudevents() {
    let (folder, receiver) = (folder(), Receiver::start(&[]));
    let server = Process::start_with(folder.path(), PRIVATE);
    server.put("s", "smoke_detector");
    let (id, secret) = add(&server, &json!({ "name": "duty", "url": receiver.url() }));
    smoke(&server, 0.3);
    let opened = receiver.next();
    assert_eq!(opened.header("content-type"), "application/cloudevents+json; charset=utf-8");
    let event = opened.event();
    assert_eq!((&event["specversion"], &event["source"]), (&json!("1.0"), &json!("/communities/garden")));
    assert_eq!(
        (&event["type"], &event["data"]["alarm"]["device"]),
        (&json!("twin.alarm.opened"), &json!("s"))
    );
    assert_eq!(event["id"], opened.header("webhook-id"));
    let mut mac =
        Hmac::<sha2::Sha256>::new_from_slice(&STANDARD.decode(&secret["whsec_".len()..]).unwrap()).unwrap();
    let signed =
        format!("{}.{}.{}", opened.header("webhook-id"), opened.header("webhook-timestamp"), opened.body);
    mac.update(signed.as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    assert_eq!(opened.header("webhook-signature"), expected);
    let status = receiver.next().event();
    assert_eq!(
        (&status["type"], &status["subject"]),
        (&json!("twin.device.status_changed"), &json!("devices/s"))
    );
    assert_eq!(
        (&status["data"]["status_before"], &status["data"]["status"]),
        (&json!("offline"), &json!("alarm"))
    );
    publish(&folder.path().join("publication"), "v2");
    let switched = receiver.next().event();
    assert_eq!(
        (&switched["type"], &switched["data"]["publication"]),
        (&json!("twin.publication.switched"), &json!("v2"))
    );
    let number = |event: &Value| event["id"].as_str().unwrap().parse::<u64>().unwrap();
    assert!(number(&event) < number(&status) && number(&status) < number(&switched));
    let shown = server.text(&format!("/api/v1/webhooks/{id}"));
    assert!(!shown.contains(&secret) && shown.contains("\"failures\":[]"), "{shown}");
}

#[test]
fn what_is_refused_comes_again_before_what_follows() {
    let (folder, receiver) = (folder(), Receiver::start(&[500, 302, 429]));
    let server = Process::start_with(folder.path(), PRIVATE);
    server.put("s", "smoke_detector");
    let wanted = json!(["twin.alarm.opened", "twin.alarm.cleared", "twin.alarm.changed"]);
    let (id, _) = add(&server, &json!({ "name": "duty", "url": receiver.url(), "types": wanted }));
    smoke(&server, 0.3);
    let first = receiver.next();
    smoke(&server, 0.0);
    let again: Vec<Delivery> = (0..3).map(|_| receiver.next()).collect();
    for each in &again {
        assert_eq!((each.header("webhook-id"), &each.body), (first.header("webhook-id"), &first.body));
    }
    let next = receiver.next();
    assert!(next.event()["id"] != first.event()["id"] && next.kind() != "twin.alarm.opened", "{next:?}");
    let shown = server.get(&format!("/api/v1/webhooks/{id}"));
    assert!(shown["progress"]["delivered"].as_u64().unwrap() >= 1, "{shown}");
    assert!(server.figure("twin_webhook_tries_total{outcome=\"failed\"}") >= 3.0);
}

#[test]
fn nothing_is_lost_over_a_kill() {
    let (folder, receiver) = (folder(), Receiver::start(&[503; 100]));
    let mut server = Process::start_with(folder.path(), PRIVATE);
    server.put("s", "smoke_detector");
    add(&server, &json!({ "name": "duty", "url": receiver.url(), "types": ["twin.alarm.opened"] }));
    smoke(&server, 0.3);
    let first = receiver.next();
    server.signal("-KILL");
    receiver.answers.lock().unwrap().clear();
    // Tries before the kill.
    while receiver.deliveries.try_recv().is_ok() {}
    let _server = Process::start_with(folder.path(), PRIVATE);
    assert_eq!(receiver.next().event(), first.event());
}

#[test]
fn a_receiver_that_does_not_want_events_any_more_gets_none() {
    let (folder, receiver) = (folder(), Receiver::start(&[410]));
    let server = Process::start_with(folder.path(), PRIVATE);
    server.put("s", "smoke_detector");
    let (id, _) = add(&server, &json!({ "name": "duty", "url": receiver.url() }));
    smoke(&server, 0.3);
    receiver.next();
    let path = format!("/api/v1/webhooks/{id}");
    while server.get(&path)["progress"]["disabled_because"] != "the receiver answered 410 Gone" {
        std::thread::sleep(Duration::from_millis(20));
    }
    smoke(&server, 0.0);
    let settings = json!({ "name": "duty", "url": receiver.url(), "types": ["twin.publication.switched"] });
    ureq::put(format!("{}{path}", server.url)).send_json(&settings).unwrap();
    publish(&folder.path().join("publication"), "v2");
    // Enabled again, it hears of what happens from then on.
    assert_eq!(receiver.next().kind(), "twin.publication.switched");
}

#[test]
fn a_test_is_posted_at_once_and_tells_what_became_of_it() {
    let (folder, receiver) = (folder(), Receiver::start(&[204, 500]));
    let server = Process::start_with(folder.path(), PRIVATE);
    let (id, _) = add(&server, &json!({ "name": "duty", "url": receiver.url(), "enabled": false }));
    assert_eq!(try_out(&server, &id), json!({ "delivered": true, "status": 204 }));
    assert_eq!(receiver.next().kind(), "twin.webhook.test");
    let failed = try_out(&server, &id);
    assert_eq!((&failed["delivered"], &failed["status"]), (&json!(false), &json!(500)));
}

#[test]
fn addresses_that_only_the_server_reaches_are_not_posted_to() {
    let (folder, receiver) = (folder(), Receiver::start(&[]));
    let server = Process::start(folder.path());
    let port = receiver.address.port();
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "127.1", "0x7f000001"] {
        let (id, _) = add(&server, &json!({ "name": "x", "url": format!("http://{host}:{port}/hook?a=b") }));
        let tried = try_out(&server, &id);
        assert_eq!(tried["delivered"], false, "{host}: {tried}");
    }
    assert!(receiver.deliveries.try_recv().is_err());
}

#[tokio::test]
async fn a_webhook_that_cannot_be_is_refused_by_name() {
    let server = Server::start().await;
    for (settings, code) in [
        (json!({ "name": "x", "url": "ftp://a" }), "bad_url"),
        (json!({ "name": "x", "url": "https://u:p@a" }), "bad_url"),
        (json!({ "name": " ", "url": "https://a" }), "bad_name"),
        (json!({ "name": "x", "url": "https://a", "kinds": ["dragon"] }), "unknown_kind"),
        (json!({ "name": "x", "url": "https://a", "types": ["twin.webhook.test"] }), "bad_event_type"),
        (json!({ "name": "x", "url": "https://a", "types": ["dragon"] }), "bad_value"),
    ] {
        let answer = server.send("POST", "/api/v1/webhooks", settings.to_string()).await;
        check_problem(&answer, 422, code);
    }
    for (method, path) in [
        ("GET", "/api/v1/webhooks/none"),
        ("DELETE", "/api/v1/webhooks/none"),
        ("POST", "/api/v1/webhooks/none/test"),
        ("POST", "/api/v1/webhooks/none/secret"),
    ] {
        check_problem(&server.send(method, path, "").await, 404, "unknown_webhook");
    }
    let added =
        server.send("POST", "/api/v1/webhooks", json!({ "name": "x", "url": "https://a" }).to_string());
    let added = added.await.json();
    let path = format!("/api/v1/webhooks/{}", added["webhook"]["id"].as_str().unwrap());
    let renewed = server.send("POST", &format!("{path}/secret"), "").await.json();
    assert_ne!(renewed["secret"], added["secret"]);
    assert_eq!(server.send("DELETE", &path, "").await.status.as_u16(), 204);
    assert_eq!(server.get("/api/v1/webhooks").await.json(), json!({ "webhooks": [] }));
}

/// A change over HTTP that must be taken; gives the answer.
fn done(server: &Process, path: &str, body: &Value) -> Value {
    let answer = ureq::post(format!("{}/api/v1/{path}", server.url)).send_json(body);
    answer.unwrap_or_else(|error| panic!("{path} {body}: {error}")).body_mut().read_json().unwrap()
}

#[test]
fn what_happens_to_reports_and_projects_is_posted_in_order_also_over_a_kill() {
    let (folder, receiver) = (folder(), Receiver::start(&[503; 100]));
    let mut server = Process::start_with(folder.path(), PRIVATE);
    add(&server, &json!({ "name": "city", "url": receiver.url(), "types": RENEWAL }));
    let place = json!({ "position": { "east_m": 10.0, "north_m": 5.0, "up_m": 0.0 } });
    let report = json!({ "line": "problem", "kind": "lighting", "text": "no light", "place": place });
    done(&server, "reports", &report);
    done(&server, "reports/1/deeds", &json!({ "deed": "accept" }));
    done(&server, "projects", &lift());
    done(&server, "projects/1/deeds", &json!({ "deed": "declare" }));
    receiver.next();
    server.signal("-KILL");
    receiver.answers.lock().unwrap().clear();
    while receiver.deliveries.try_recv().is_ok() {}
    let _server = Process::start_with(folder.path(), PRIVATE);
    let heard: Vec<Value> = (0..4).map(|_| receiver.next().event()).collect();
    let of = |event: &Value| {
        let what = &event["data"]["event"];
        let word = if what.is_null() { &json!("") } else { what.get("deed").unwrap_or(&what["type"]) };
        format!(
            "{} {} {}",
            event["type"].as_str().unwrap(),
            event["subject"].as_str().unwrap(),
            word.as_str().unwrap()
        )
    };
    let expected = [
        "twin.report.changed reports/1 submitted",
        "twin.report.changed reports/1 accept",
        // What happens before the notice is among those who work on it.
        "twin.project.changed projects/1 ",
        "twin.project.changed projects/1 ",
    ];
    assert_eq!(heard.iter().map(of).collect::<Vec<_>>(), expected);
    assert_eq!(heard[1]["data"]["report"]["state"], "accepted");
    assert_eq!(heard[3]["data"]["project"]["state"], "declared");
    assert!(!heard[0].to_string().contains("no light"), "{}", heard[0]);
}

/// A webhook as an administrator or a key sets it.
async fn set(server: &Server, headers: &[(&str, &str)], settings: &Value) -> String {
    let request = axum::http::Request::post("/api/v1/webhooks").header("content-type", "application/json");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let added = server.ask(request.body(axum::body::Body::from(settings.to_string())).unwrap()).await;
    assert_eq!(added.status.as_u16(), 201, "{}", added.text());
    added.json()["webhook"]["id"].as_str().unwrap().to_owned()
}

/// A server that may post to this machine.
async fn posting_here() -> Server {
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    Server::start_as(folder, |mut config| {
        config.webhooks.allow_private = true;
        config
    })
    .await
}

// Receivers block a thread each.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_webhook_hears_what_whoever_set_it_may_read_and_where_it_looks() {
    let server = posting_here().await;
    let receivers: Vec<Receiver> = (0..4).map(|_| Receiver::start(&[])).collect();
    let settings = |at: usize, zones: &[&str]| {
        let receiver: &Receiver = &receivers[at];
        json!({ "name": "x", "url": receiver.url(), "types": RENEWAL, "zones": zones })
    };
    // Set by whoever is on the machine while there are no users; from then on nobody answers for it.
    set(&server, &[], &settings(0, &[])).await;
    let quarter = Quarter::of(&server).await;
    let root: [(&str, &str); 2] = [("cookie", &quarter.people.cookie), ("sec-fetch-site", "same-origin")];
    set(&server, &root, &settings(1, &[])).await;
    set(&server, &root, &settings(2, &["zone/z2"])).await;
    let narrow = json!({ "name": "narrow", "role": "administrator", "actions": ["manage_webhooks"] });
    let narrow = quarter.people.key(&narrow).await;
    set(&server, &[("x-api-key", &narrow.secret)], &settings(3, &[])).await;

    let report = async |east_m: f64, open: bool| {
        let place = json!({ "position": { "east_m": east_m, "north_m": 5.0, "up_m": 0.0 } });
        let text = "call 13800005678";
        let draft =
            json!({ "line": "problem", "kind": "lighting", "text": text, "place": place, "open": open });
        let taken = quarter.send(&quarter.resident, "POST", "/api/v1/reports", &draft).await;
        assert_eq!(taken.status.as_u16(), 201, "{}", taken.text());
        taken.json()["id"].as_u64().unwrap()
    };
    report(ZONE_1, false).await;
    let open = report(ZONE_2, true).await;
    let accept = json!({ "deed": "accept" });
    let path = format!("/api/v1/reports/{open}/deeds");
    quarter.send(&quarter.community, "POST", &path, &accept).await;
    let said = json!({ "text": "which lamp?" });
    quarter.send(&quarter.community, "POST", &format!("/api/v1/reports/{open}/messages"), &said).await;
    let project = quarter.on_notice().await;
    assert_eq!(project, 1);

    let heard = |at: usize, count: usize| -> Vec<Value> {
        let receiver: &Receiver = &receivers[at];
        tokio::task::block_in_place(|| (0..count).map(|_| receiver.next().event()).collect())
    };
    let subjects = |events: &[Value]| -> Vec<String> {
        events.iter().map(|event| event["subject"].as_str().unwrap().to_owned()).collect()
    };
    // Everyone may read the open report once it is taken up, and the project once it is on notice.
    let public = heard(0, 3);
    assert_eq!(subjects(&public), ["reports/2", "reports/2", "projects/1"]);
    // A key that may manage webhooks and nothing else reads what everyone does.
    assert_eq!(heard(3, 3), public);
    assert_eq!(public[0]["data"]["event"], json!({ "type": "done", "deed": "accept" }));
    assert_eq!(public[1]["data"]["event"], Value::Null, "talk is between those who talk");
    assert_eq!(public[2]["data"]["event"]["deed"], "publish");
    let all = heard(1, 10);
    let expected: Vec<&str> =
        ["reports/1", "reports/2", "reports/2", "reports/2"].into_iter().chain(["projects/1"; 6]).collect();
    assert_eq!(subjects(&all), expected);
    let user = quarter.get(&quarter.resident, "/api/v1/session").await.json()["user"]["id"].clone();
    for event in &all {
        let text = event.to_string();
        for hidden in ["13800005678", "which lamp", "现予公示", user.as_str().unwrap()] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
    assert_eq!(subjects(&heard(2, 3)), ["reports/2", "reports/2", "reports/2"]);
    nothing_waits(&quarter.people).await;
    assert!(receivers.iter().all(|receiver| receiver.deliveries.try_recv().is_err()));
    server.stop.send_replace(true);
}

/// Waits until all webhooks have dealt with everything.
async fn nothing_waits(people: &People<'_>) {
    for at in 0..600 {
        let shown = people.get("/api/v1/webhooks").await.json();
        if shown["webhooks"].as_array().unwrap().iter().all(|hook| hook["waiting"] == 0) {
            return;
        }
        assert!(at < 599, "{shown}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

// A receiver blocks a thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_its_owner_may_not_read_any_more_is_not_posted_even_in_the_same_turn() {
    let server = posting_here().await;
    let people = People::begin(&server).await;
    let owner = people.user("owner", &Grant::whole(Role::Administrator)).await;
    let path = people.path_of("owner").await;
    let resident = people.user("resident", &Grant::whole(Role::Resident)).await;
    let receiver = Receiver::start(&[]);
    let settings = json!({ "name": "x", "url": receiver.url(), "types": ["twin.report.changed"] });
    set(&server, &[("cookie", &owner), ("sec-fetch-site", "same-origin")], &settings).await;
    let report = async || {
        let place = json!({ "position": { "east_m": ZONE_1, "north_m": 5.0, "up_m": 0.0 } });
        let draft = json!({ "line": "problem", "kind": "lighting", "text": "no light", "place": place });
        let taken = send_as(&server, &resident, "POST", "/api/v1/reports", &draft).await;
        assert_eq!(taken.status.as_u16(), 201, "{}", taken.text());
    };
    let answers = Arc::clone(&receiver.answers);
    let (hold, held) = mpsc::channel::<()>();
    let (holds, is_held) = mpsc::channel();
    let holding = std::thread::spawn(move || {
        let _answers = answers.lock().unwrap();
        holds.send(()).unwrap();
        let _ = held.recv();
    });
    is_held.recv().unwrap();
    report().await;
    while receiver.come.load(Ordering::Acquire) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // The first is at the receiver, which takes its time, and the next follows in the same turn.
    report().await;
    let fewer = people.send("PATCH", &path, &json!({ "roles": [{ "role": "resident" }] })).await;
    assert_eq!(fewer.status.as_u16(), 200, "{}", fewer.text());
    drop(hold);
    holding.join().unwrap();
    let first = tokio::task::block_in_place(|| receiver.next().event());
    assert_eq!(first["subject"], "reports/1");
    nothing_waits(&people).await;
    assert!(receiver.deliveries.try_recv().is_err());
    server.stop.send_replace(true);
}
