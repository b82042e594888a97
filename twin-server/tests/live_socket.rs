//! The live stream over a WebSocket, asked by a client that is not ours: what is told, what goes on, what is
//! refused and how it ends.

use std::time::Duration;

use crate::common::people::PASSWORD;
use crate::common::process::{Process, folder};
use crate::common::{device, publish};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Nothing here may hang for ever; no test measures this.
const PATIENCE: Duration = Duration::from_secs(60);

/// A viewer at a socket.
struct Viewer(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Viewer {
    async fn open(server: &Process, query: &str) -> Self {
        Self::open_with(server, query, &[]).await.unwrap()
    }

    /// Opens a socket; gives the status and the problem's code if the server refuses.
    async fn open_with(
        server: &Process,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, (u16, String)> {
        let url = format!("{}/api/v1/live{query}", server.url.replace("http://", "ws://"));
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match tokio::time::timeout(PATIENCE, connect_async(request)).await.unwrap() {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => {
                let body: Value =
                    serde_json::from_slice(answer.body().as_deref().unwrap_or_default()).unwrap_or_default();
                let code = body["code"].as_str().unwrap_or_default().to_owned();
                Err((answer.status().as_u16(), code))
            }
            Err(error) => panic!("{error}"),
        }
    }

    async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    async fn ask(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    /// The next message that is not a sign of life; nothing if the connection is over.
    async fn receive(&mut self) -> Option<Message> {
        let next = async {
            loop {
                match self.0.next().await.and_then(Result::ok)? {
                    Message::Ping(_) | Message::Pong(_) => {}
                    message => return Some(message),
                }
            }
        };
        tokio::time::timeout(PATIENCE, next).await.unwrap()
    }

    async fn next(&mut self) -> Value {
        match self.receive().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// The data of the next event, which must have this name, and its id.
    async fn expect(&mut self, name: &str) -> (Value, String) {
        let mut message = self.next().await;
        assert_eq!(message["event"], name, "{message}");
        let id = message["id"].as_str().unwrap_or_default().to_owned();
        assert!(name == "error" || id.ends_with(&format!("-{}", message["seq"])), "{message}");
        (message["data"].take(), id)
    }

    /// The code with which the server closes, whatever it says before.
    async fn closed(&mut self) -> u16 {
        loop {
            match self.receive().await {
                Some(Message::Close(Some(CloseFrame { code, reason }))) => {
                    assert!(!reason.is_empty());
                    return code.into();
                }
                Some(Message::Text(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

fn put(server: &Process, id: &str, kind: &str, east_m: f64) {
    let url = format!("{}/api/v1/devices/{id}", server.url);
    ureq::put(&url).header("content-type", "application/json").send(device(kind, east_m)).unwrap();
}

fn fill(server: &Process, id: &str, value: f64) {
    server.post(&json!([{ "device": id, "stream": "fill_pct", "value": value }])).unwrap();
}

fn ids(snapshot: &Value) -> Vec<&str> {
    snapshot["devices"].as_array().unwrap().iter().map(|device| device["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_viewer_sees_what_one_of_server_sent_events_sees() {
    let folder = folder();
    let server = Process::start(folder.path());
    server.put("s", "smoke_detector");
    let mut viewer = Viewer::open(&server, "").await;
    let (snapshot, _) = viewer.expect("snapshot").await;
    assert_eq!((&snapshot["publication"], ids(&snapshot)), (&json!("v1"), vec!["s"]));
    server.post(&json!([{ "device": "s", "stream": "smoke_db_m", "value": 0.3 }])).unwrap();
    let (changed, _) = viewer.expect("device").await;
    assert_eq!(changed["device"]["latest"]["smoke_db_m"]["value"], 0.3);
    assert_eq!(viewer.expect("alarm").await.0["alarm"]["device"], "s");
    publish(&folder.path().join("publication"), "v2");
    assert_eq!(viewer.expect("publication").await.0, json!({ "publication": "v2" }));
}

#[tokio::test]
async fn a_cut_stream_goes_on_without_gap_or_repetition() {
    let folder = folder();
    let server = Process::start(folder.path());
    for id in ["a", "b"] {
        server.put(id, "waste_bin");
    }
    let mut viewer = Viewer::open(&server, "").await;
    viewer.expect("snapshot").await;
    fill(&server, "b", 10.0);
    let (_, last) = viewer.expect("device").await;
    drop(viewer);
    fill(&server, "b", 20.0);
    fill(&server, "b", 30.0);
    put(&server, "c", "lift", 1.0);
    let mut viewer = Viewer::open(&server, &format!("?last_event_id={last}")).await;
    assert_eq!(viewer.expect("device").await.0["device"]["latest"]["fill_pct"]["value"], 30.0);
    assert_eq!(viewer.expect("device").await.0["device"]["id"], "c");
    fill(&server, "a", 5.0);
    assert_eq!(viewer.expect("device").await.0["device"]["id"], "a");
    let mut unknown = Viewer::open(&server, "?last_event_id=another-run-7").await;
    assert_eq!(ids(&unknown.expect("snapshot").await.0), ["a", "b", "c"]);
}

#[tokio::test]
async fn a_viewer_may_follow_something_else_without_a_new_connection() {
    let folder = folder();
    let server = Process::start(folder.path());
    // Zone 1 of the publication reaches to 50 m east.
    for (id, kind, east_m) in [("bin", "waste_bin", 10.0), ("far", "waste_bin", 90.0), ("lift", "lift", 10.0)]
    {
        put(&server, id, kind, east_m);
    }
    let mut viewer = Viewer::open(&server, "?kind=waste_bin,lift&zone=zone/z1").await;
    assert_eq!(ids(&viewer.expect("snapshot").await.0), ["bin", "lift"]);
    for (filter, expected) in [
        (json!({ "kinds": ["waste_bin"] }), vec!["bin", "far"]),
        (json!({ "zone": "zone/z1", "kinds": ["waste_bin"] }), vec!["bin"]),
        (json!({ "bbox": [80, 0, 100, 10] }), vec!["far"]),
        (json!({}), vec!["bin", "far", "lift"]),
        (json!({ "zone": "zone/z1", "kinds": ["waste_bin"] }), vec!["bin"]),
    ] {
        viewer.ask(json!({ "subscribe": filter })).await;
        assert_eq!(ids(&viewer.expect("snapshot").await.0), expected, "{filter}");
    }
    fill(&server, "far", 50.0);
    fill(&server, "bin", 50.0);
    assert_eq!(viewer.expect("device").await.0["device"]["id"], "bin");
    // It leaves the zone.
    put(&server, "bin", "waste_bin", 90.0);
    assert_eq!(viewer.expect("device-removed").await.0["id"], "bin");
}

#[tokio::test]
async fn what_is_not_understood_is_told_and_changes_nothing() {
    let folder = folder();
    let server = Process::start(folder.path());
    server.put("b", "waste_bin");
    let mut viewer = Viewer::open(&server, "").await;
    viewer.expect("snapshot").await;
    for (message, code) in [
        ("nonsense", "bad_message"),
        (r#"{"subscribe":{"kinds":["dragon"]}}"#, "unknown_kind"),
        (r#"{"subscribe":{"zone":"zone/nowhere"}}"#, "unknown_zone"),
        (r#"{"subscribe":{"zone":"building/b1"}}"#, "unknown_zone"),
        (r#"{"subscribe":{"bbox":[5,0,1,1]}}"#, "bad_bbox"),
    ] {
        viewer.send(Message::text(message)).await;
        let (problem, _) = viewer.expect("error").await;
        assert_eq!(problem["code"], code, "{problem}");
    }
    fill(&server, "b", 50.0);
    viewer.expect("device").await;
    for (query, status, code) in [
        ("?kind=dragon", 400, "unknown_kind"),
        ("?zone=zone/nowhere", 400, "unknown_zone"),
        ("?colour=red", 400, "bad_query"),
    ] {
        let refused = Viewer::open_with(&server, query, &[]).await.err();
        assert_eq!(refused, Some((status, code.to_owned())), "{query}");
    }
    let plain = ureq::get(format!("{}/api/v1/live", server.url))
        .config()
        .http_status_as_error(false)
        .build()
        .call()
        .unwrap();
    assert_eq!((plain.status().as_u16(), plain.headers()["upgrade"].to_str().unwrap()), (426, "websocket"));
}

#[tokio::test]
async fn hostile_messages_end_the_connection_and_no_other() {
    let folder = folder();
    let server = Process::start(folder.path());
    server.put("b", "waste_bin");
    let mut bystander = Viewer::open(&server, "").await;
    bystander.expect("snapshot").await;
    let long = format!(r#"{{"subscribe":{{"zone":"{}"}}}}"#, "z".repeat(20_000));
    for (message, code) in [(Message::binary(vec![0; 9]), 1003), (Message::text(long), 1009)] {
        let mut viewer = Viewer::open(&server, "").await;
        viewer.expect("snapshot").await;
        viewer.send(message).await;
        assert_eq!(viewer.closed().await, code);
    }
    // So much is not read to its end: whether the reason arrives before the cut is a matter of luck.
    let mut viewer = Viewer::open(&server, "").await;
    viewer.expect("snapshot").await;
    let _ = viewer.0.send(Message::text("x".repeat(1 << 20))).await;
    while let Some(Message::Text(_)) = viewer.receive().await {}
    let mut flood = Viewer::open(&server, "").await;
    for _ in 0..100 {
        if flood.0.send(Message::text("{}")).await.is_err() {
            break;
        }
    }
    assert_eq!(flood.closed().await, 1008);
    fill(&server, "b", 50.0);
    bystander.expect("device").await;
}

#[tokio::test]
async fn a_socket_belongs_to_pages_of_this_server() {
    let folder = folder();
    let server = Process::start(folder.path());
    let cookie = begin(&server);
    let own = server.url.as_str();
    for (headers, expected) in [
        (vec![("cookie", cookie.as_str()), ("origin", own)], None),
        (vec![("cookie", cookie.as_str()), ("origin", "https://evil.example")], Some(403)),
        (vec![("cookie", cookie.as_str())], Some(403)),
        (vec![("origin", "https://evil.example")], Some(403)),
        (vec![], None),
    ] {
        let refused = Viewer::open_with(&server, "", &headers).await.err();
        assert_eq!(refused.as_ref().map(|(status, _)| *status), expected, "{headers:?}");
        assert!(refused.is_none_or(|(_, code)| code == "cross_site"));
    }
}

#[tokio::test]
async fn signing_out_closes_the_socket_with_its_reason() {
    let folder = folder();
    let server = Process::start(folder.path());
    let cookie = begin(&server);
    let headers = [("cookie", cookie.as_str()), ("origin", server.url.as_str())];
    let mut viewer = Viewer::open_with(&server, "", &headers).await.unwrap();
    let mut visitor = Viewer::open(&server, "").await;
    viewer.expect("snapshot").await;
    visitor.expect("snapshot").await;
    let signed_out = ureq::delete(format!("{}/api/v1/session", server.url))
        .header("cookie", &cookie)
        .header("origin", &server.url)
        .call()
        .unwrap();
    assert_eq!(signed_out.status().as_u16(), 204);
    assert_eq!(viewer.closed().await, 1008);
    publish(&folder.path().join("publication"), "v2");
    visitor.expect("publication").await;
}

#[tokio::test]
async fn a_role_that_is_narrowed_or_widened_closes_the_socket() {
    let folder = folder();
    let server = Process::start(folder.path());
    let root = begin(&server);
    let as_root = |method: &str, path: &str, body: &Value| -> Value {
        let request = axum::http::Request::builder().method(method).uri(format!("{}{path}", server.url));
        let request = request.header("cookie", &root).header("origin", &server.url);
        let request = request.header("content-type", "application/json").body(body.to_string()).unwrap();
        ureq::run(request).unwrap().into_body().read_json().unwrap()
    };
    let whole = json!([{ "role": "community" }]);
    let zone = json!([{ "role": "community", "zones": ["zone/z1"] }]);
    let desk = json!({ "name": "desk", "roles": whole, "password": PASSWORD });
    let user = as_root("POST", "/api/v1/users", &desk)["user"]["id"].as_str().unwrap().to_owned();
    let cookie = session(&server, "desk");
    let headers = [("cookie", cookie.as_str()), ("origin", server.url.as_str())];
    for roles in [zone, whole] {
        let mut viewer = Viewer::open_with(&server, "", &headers).await.unwrap();
        viewer.expect("snapshot").await;
        as_root("PATCH", &format!("/api/v1/users/{user}"), &json!({ "roles": roles }));
        assert_eq!(viewer.closed().await, 1008, "{roles}");
    }
}

#[tokio::test]
async fn a_told_server_takes_leave_of_its_viewers() {
    let folder = folder();
    let mut server = Process::start(folder.path());
    let mut viewer = Viewer::open(&server, "").await;
    viewer.expect("snapshot").await;
    let stopping = std::thread::spawn(move || server.signal("-TERM"));
    assert_eq!(viewer.closed().await, 1001);
    assert_eq!(stopping.join().unwrap().0, Some(0));
}

#[tokio::test]
async fn a_socket_keeps_the_place_of_its_connection() {
    let folder = folder();
    let server = Process::start_with(folder.path(), &["--set", "limits.connections=2"]);
    let mut viewers = Vec::new();
    for _ in 0..2 {
        let mut viewer = Viewer::open(&server, "").await;
        viewer.expect("snapshot").await;
        viewers.push(viewer);
    }
    assert!(ureq::get(format!("{}/health/live", server.url)).call().is_err());
    drop(viewers);
    let free = || ureq::get(format!("{}/health/live", server.url)).call().is_ok();
    while !free() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Makes the first user, and gives the cookie of a session.
fn begin(server: &Process) -> String {
    let body = json!({ "name": "root", "roles": [{ "role": "administrator" }], "password": PASSWORD });
    ureq::post(format!("{}/api/v1/users", server.url)).send_json(body).unwrap();
    session(server, "root")
}

/// Signs in, and gives the cookie.
fn session(server: &Process, name: &str) -> String {
    let body = json!({ "name": name, "password": PASSWORD });
    let signed_in = ureq::post(format!("{}/api/v1/session", server.url)).send_json(body).unwrap();
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_filter_names_each_sort_once_and_not_too_many_both_ways_in() {
    let folder = folder();
    let server = Process::start(folder.path());
    for (parameter, field, word) in [("kind", "kinds", "lift"), ("topic", "topics", "projects")] {
        let words = |count: usize| vec![word; count];
        let query = |count: usize| format!("?{parameter}={}", words(count).join(","));
        let mut viewer = Viewer::open(&server, &query(256)).await;
        viewer.expect("snapshot").await;
        viewer.ask(json!({ "subscribe": { field: words(256) } })).await;
        viewer.expect("snapshot").await;
        viewer.ask(json!({ "subscribe": { field: words(257) } })).await;
        assert_eq!(viewer.expect("error").await.0["code"], "too_many_kinds");
        let refused = Viewer::open_with(&server, &query(257), &[]).await.err().unwrap();
        assert_eq!(refused, (400, "too_many_kinds".to_owned()));
    }
}
