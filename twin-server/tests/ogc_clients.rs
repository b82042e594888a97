//! OGC API - Features with clients that nobody here wrote: GDAL's OAPIF driver and `OWSLib`. Where one is
//! missing, its test says so and passes; `scripts/setup test` installs both.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::{Arc, Mutex};

use crate::common::Server;
use crate::ogc;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use tokio::net::TcpListener;
use tokio::process::Command;

/// A server on a socket, and what was asked of it.
struct Listening {
    server: Server,
    base: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Listening {
    async fn start() -> Self {
        let server = ogc::start().await;
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let router = server.router.clone().layer(from_fn(move |request: Request, next: Next| {
            log.lock().unwrap().push(request.uri().to_string());
            next.run(request)
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/ogc", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { server, base, asked }
    }

    /// Whether a request held this text.
    fn was_asked(&self, text: &str) -> bool {
        self.asked.lock().unwrap().iter().any(|uri| uri.contains(text))
    }

    fn forget(&self) {
        self.asked.lock().unwrap().clear();
    }
}

/// Runs a program that is not there everywhere; nothing if it is not.
async fn run(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .env_remove("http_proxy")
        .env("GDAL_HTTP_PROXY", "")
        .env("NO_PROXY", "*")
        .output()
        .await;
    match output {
        Ok(Output { status, stdout, stderr }) => {
            let (out, err) =
                (String::from_utf8_lossy(&stdout).into_owned(), String::from_utf8_lossy(&stderr));
            assert!(status.success() && !err.contains("ERROR"), "{arguments:?}\n{out}\n{err}");
            Some(out)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("SKIPPED: `{}` is not installed\nhint: scripts/setup test", program.display());
            None
        }
        Err(error) => panic!("{}: {error}", program.display()),
    }
}

/// The number that `ogrinfo` gives behind `Feature Count:`.
fn count(info: &str) -> usize {
    let line = info.lines().find_map(|line| line.strip_prefix("Feature Count: "));
    line.unwrap_or_else(|| panic!("{info}")).trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gdal_reads_layers_with_types_and_all_of_their_features() {
    let listening = Listening::start().await;
    let source = format!("OAPIF:{}", listening.base);
    let Some(info) = run(Path::new("ogrinfo"), &["-ro", "-so", "-al", &source, "buildings"]).await else {
        return;
    };
    assert_eq!(count(&info), 120);
    for line in [
        "Geometry: 3D Polygon",
        "floors: Integer",
        "area_m2: Real",
        "listed: Integer(Boolean)",
        "name_zh: String",
        "GEOGCRS[\"WGS 84\"",
    ] {
        assert!(info.contains(line), "{line}\n{info}");
    }
    let devices = run(Path::new("ogrinfo"), &["-ro", "-al", &source, "devices"]).await.unwrap();
    assert_eq!(count(&devices), 4);
    for line in [
        "3D Point",
        "last_reading (DateTime) = 2026/01/02 08:00:00",
        "fill_pct (Real) = 43.5",
        "POINT Z (113.38",
    ] {
        assert!(devices.contains(line), "{line}\n{devices}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gdal_copies_what_lies_in_a_box() {
    let listening = Listening::start().await;
    let (source, target) =
        (format!("OAPIF:{}", listening.base), listening.server.folder.path().join("out.gpkg"));
    let target = target.to_str().unwrap();
    // The corner of the origin, and then some.
    let sides = ["113.3879", "22.5239", "113.3889", "22.5249"];
    let copy = [&["-f", "GPKG", target, &source, "buildings", "-spat"][..], &sides].concat();
    let Some(_) = run(Path::new("ogr2ogr"), &copy).await else { return };
    assert!(listening.was_asked("bbox="));
    let info = run(Path::new("ogrinfo"), &["-ro", "-so", "-al", target, "buildings"]).await.unwrap();
    let path = format!("/ogc/collections/buildings/items?limit=1000&bbox={}", sides.join(","));
    let expected = listening.server.get(&path).await.json()["numberMatched"].as_u64().unwrap();
    assert_eq!(count(&info) as u64, expected);
    assert!((5..60).contains(&expected), "{expected}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gdal_lets_the_server_filter() {
    let listening = Listening::start().await;
    let source = format!("OAPIF:{}", listening.base);
    for (filter, asked, expected) in [
        ("floors = 7", "filter=", 17),
        ("floors >= 3 AND use = 'school'", "filter=", 29),
        ("name_en LIKE 'Building 1%'", "filter=", 31),
        ("use ILIKE 'SCHOOL' OR floors = 7", "filter=", 51),
        ("height_m > 17.5", "filter=", 34),
        ("built IS NULL", "filter=", 90),
    ] {
        listening.forget();
        let arguments = ["-ro", "-so", "-al", &source, "buildings", "-where", filter];
        let Some(info) = run(Path::new("ogrinfo"), &arguments).await else { return };
        assert_eq!(count(&info), expected, "{filter}\n{info}");
        assert!(listening.was_asked(asked), "{filter}: {:?}", listening.asked.lock().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owslib_finds_its_way() {
    let listening = Listening::start().await;
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from);
    let python = target.join("ogc-venv/bin/python");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ogc/owslib_client.py");
    let Some(out) = run(&python, &[script, &format!("{}/", listening.base)]).await else { return };
    assert_eq!(out.trim(), "every answer is as expected");
    assert!(listening.was_asked("filter="));
}
