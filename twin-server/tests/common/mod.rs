//! What the tests of the interface share: a tiny publication, a private database, and a way to ask
//! the router.

pub(crate) mod client;
pub(crate) mod events;
pub(crate) mod gateway;
pub(crate) mod people;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod quarter;
pub(crate) mod stream;
pub(crate) mod street;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt;
use twin_server::app::{self, App};
use twin_server::auth::AuthConfig;
use twin_server::config::ServeConfig;
use twin_server::domain::retention::Retention;

/// Waits for something that must come. The limit is for a machine that is busy with other tests.
#[track_caller]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "`{what}` did not come");
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// How long what a server needs is away where a test takes it away: `TWIN_OUTAGE_SECONDS`, 2 without.
pub(crate) fn outage() -> Duration {
    let seconds = std::env::var("TWIN_OUTAGE_SECONDS").map_or(2, |text| text.parse().unwrap());
    Duration::from_secs(seconds)
}

/// A server without a socket, on a publication and a database of its own.
pub(crate) struct Server {
    pub(crate) folder: TempDir,
    pub(crate) router: Router,
    pub(crate) app: Arc<App>,
    pub(crate) stop: watch::Sender<bool>,
}

/// An answer with its body read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_with_key(None).await
    }

    pub(crate) async fn start_with_key(ingest_key: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        publish(&folder.path().join("publication"), "v1");
        Self::start_in(folder, ingest_key).await
    }

    pub(crate) async fn start_in(folder: TempDir, ingest_key: Option<&str>) -> Self {
        Self::start_with(folder, ingest_key, AuthConfig::default()).await
    }

    pub(crate) async fn start_with(folder: TempDir, ingest_key: Option<&str>, auth: AuthConfig) -> Self {
        let ingest_key = ingest_key.map(str::to_owned);
        Self::start_as(folder, |config| ServeConfig { ingest_key, auth, ..config }).await
    }

    /// A server that is configured in its own way.
    pub(crate) async fn start_as(
        folder: TempDir,
        configured: impl FnOnce(ServeConfig) -> ServeConfig,
    ) -> Self {
        let config = configured(ServeConfig {
            listen: "127.0.0.1:0".parse().unwrap(),
            cache_bytes: 1 << 20,
            // The readings of the tests are of a fixed day and grow old.
            retention: Retention { days: 0, ..Retention::default() },
            ..ServeConfig::of(
                folder.path().join("publication"),
                format!("sqlite:{}/twin.db", folder.path().display()),
            )
        });
        let (stop, stopping) = watch::channel(false);
        let (app, _background) = app::start(&config, stopping).await.unwrap();
        Self { folder, router: twin_server::router::router(Arc::clone(&app)), app, stop }
    }

    /// Stops it as the real one stops; its folder is left.
    pub(crate) async fn end(self) -> TempDir {
        self.stop.send_replace(true);
        self.app.auth.flush().await;
        self.app.store.close().await.unwrap();
        self.folder
    }

    /// The server after a restart.
    pub(crate) async fn restart(self) -> Self {
        Self::start_in(self.end().await, None).await
    }

    pub(crate) async fn raw(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.raw(request).await.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = headers.iter().fold(Request::get(path), |r, (name, value)| r.header(*name, *value));
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::builder().method(method).uri(path);
        self.ask(request.header(header::CONTENT_TYPE, "application/json").body(body.into()).unwrap()).await
    }

    /// Registers a device and gives its view.
    pub(crate) async fn put(&self, id: &str, kind: &str, east_m: f64) -> Value {
        let answer = self.send("PUT", &format!("/api/v1/devices/{id}"), device(kind, east_m)).await;
        assert!(answer.status.is_success(), "{}", answer.text());
        answer.json()
    }

    /// Posts readings and gives the counts.
    pub(crate) async fn post(&self, readings: Value) -> Value {
        let body = json!({ "readings": readings }).to_string();
        let answer = self.send("POST", "/api/v1/readings", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()
    }

    /// Sends a request that must fail as a problem with this status and code; gives the problem.
    pub(crate) async fn check_problem(&self, request: Request<Body>, status: u16, code: &str) -> Value {
        check_problem(&self.ask(request).await, status, code)
    }
}

/// The answer must be a problem with this status and code.
pub(crate) fn check_problem(answer: &Answer, status: u16, code: &str) -> Value {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert!(!answer.header("x-request-id").is_empty());
    let problem = answer.json();
    assert_eq!((problem["status"].as_u64(), problem["code"].as_str()), (Some(status.into()), Some(code)));
    assert_eq!(problem["type"], "about:blank");
    assert!(!problem["detail"].as_str().unwrap().is_empty());
    problem
}

/// A registration of a device as it is put.
pub(crate) fn device(kind: &str, east_m: f64) -> String {
    let position = json!({ "east_m": east_m, "north_m": 5.0, "up_m": 0.0 });
    json!({ "kind": kind, "name": { "zh": "设备", "en": "Device" }, "position": position }).to_string()
}

/// One reading.
pub(crate) fn reading(device: &str, stream: &str, value: f64, time: &str) -> Value {
    json!({ "device": device, "stream": stream, "value": value, "time": time })
}

/// Writes a version of a tiny publication and makes it the current one.
pub(crate) fn publish(root: &Path, version: &str) {
    let folder = root.join("versions").join(version);
    std::fs::create_dir_all(folder.join("full")).unwrap();
    std::fs::create_dir_all(root.join("content")).unwrap();
    let bounds = |size: f64| {
        json!({ "min": { "east_m": 0.0, "north_m": 0.0, "up_m": 0.0 },
                "max": { "east_m": size, "north_m": size, "up_m": 30.0 } })
    };
    let catalog = json!({
        "format": 1,
        "community": { "id": "garden", "name": { "zh": "花园", "en": "Garden" }, "bounds": bounds(100.0),
            "origin": { "longitude_deg": 113.388, "latitude_deg": 22.524, "height_m": 12.0 } },
        "sources": [],
        "scenes": [{ "id": "full", "profile": "full", "tileset": "full/tileset.json", "bounds": bounds(100.0),
            "tiles": 1, "triangles": 2, "texture_px": 0, "size_bytes": 10 }],
        "model": "model.ndjson",
    });
    let ring = json!([[[[0, 0], [20, 0], [0, 20], [0, 0]]]]);
    let objects = [
        json!({ "id": "community/garden", "class": "community", "bounds": bounds(100.0) }),
        json!({ "id": "zone/z1", "class": "zone", "name": { "zh": "一组团" }, "bounds": bounds(50.0), "parent": "community/garden" }),
        json!({ "id": "building/b1", "class": "building", "bounds": bounds(20.0), "zone": "zone/z1", "footprint": ring }),
    ];
    let lines: Vec<String> = objects.iter().map(Value::to_string).collect();
    std::fs::write(folder.join("catalog.json"), catalog.to_string()).unwrap();
    std::fs::write(folder.join("model.ndjson"), lines.join("\n")).unwrap();
    std::fs::write(folder.join("full/tileset.json"), "{\"asset\":{\"version\":\"1.1\"}}").unwrap();
    std::fs::write(folder.join("full/tileset.json.gz"), "gzipped").unwrap();
    std::fs::write(folder.join("full/tileset.json.br"), "brotli").unwrap();
    std::fs::write(folder.join("report.html"), "<h1>report</h1>").unwrap();
    std::fs::write(root.join("content/tile.glb"), "glTF012345").unwrap();
    std::fs::write(root.join("current"), version).unwrap();
}
