//! Purpose: what SensorThings questions cost over many devices, through the whole router, in one run.
//! Inputs:  `TWIN_BENCH_DEVICES` (default 5,000), `TWIN_BENCH_MINUTES` of readings of each stream (default 20),
//!          `TWIN_BENCH_ROUNDS` (default 5), `TWIN_BENCH_PACKED=1` to have all readings packed before.
//! Outputs: a table on standard output: milliseconds (the best round), bytes, question.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench prints, and stops where it fails"
)]

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use tower::ServiceExt;
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalPoint;
use twin_schemas::live::{Device, Reading};
use twin_server::app::{self, App};
use twin_server::config::ServeConfig;
use twin_server::domain::retention::Retention;
use twin_server::ingest::Clocks;

/// As the server has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const START: OffsetDateTime = datetime!(2026-05-01 12:00 UTC);
const STREAMS: [&str; 3] = ["lamp_fault", "power_w", "voltage_v"];
const QUESTIONS: &[(&str, &str)] = &[
    (
        "newest of all streams, whole (target < 50 ms)",
        "Things?$top=10000&$expand=Datastreams($expand=Observations($orderby=phenomenonTime%20desc;$top=1))",
    ),
    (
        "newest of all streams, selected",
        "Things?$top=10000&$select=id&$expand=Datastreams($select=id;$expand=Observations($orderby=phenomenonTime%20desc;$top=1;$select=result))",
    ),
    ("the newest hundred of all", "Observations?$orderby=phenomenonTime%20desc&$top=100"),
    ("a page of one history", "Datastreams('d00001:power_w')/Observations?$top=100"),
    ("how many observations there are", "Observations?$count=true&$top=0"),
    ("one thing by name", "Things?$filter=name%20eq%20'Lamp%2042'"),
    ("things by what was observed", "Things?$top=10&$filter=Datastreams/Observations/result%20eq%20399"),
];

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |text| text.replace('_', "").parse().unwrap())
}

fn publish(folder: &std::path::Path) {
    let version = folder.join("versions/v1");
    std::fs::create_dir_all(&version).unwrap();
    let bounds = r#"{"min":{"east_m":0,"north_m":0,"up_m":0},"max":{"east_m":100,"north_m":100,"up_m":30}}"#;
    let catalog = format!(
        r#"{{"format":1,"community":{{"id":"c","name":{{}},"bounds":{bounds},"origin":{{"longitude_deg":113.388,"latitude_deg":22.524,"height_m":12.0}}}},"sources":[],"scenes":[],"model":"model.ndjson"}}"#
    );
    std::fs::write(version.join("catalog.json"), catalog).unwrap();
    let object = format!(r#"{{"id":"community/c","class":"community","bounds":{bounds}}}"#);
    std::fs::write(version.join("model.ndjson"), object).unwrap();
    std::fs::write(folder.join("current"), "v1").unwrap();
}

async fn fill(app: &App, devices: usize, minutes: usize) {
    for n in 0..devices {
        let device = Device {
            id: format!("d{n:05}"),
            kind: "street_lamp".into(),
            name: LocalizedText::new(format!("灯 {n}"), format!("Lamp {n}")),
            position: LocalPoint { east_m: (n % 100) as f64, north_m: (n / 100) as f64, up_m: 0.0 },
            object: None,
        };
        app.writer.register(device).await.unwrap();
    }
    for minute in 0..minutes {
        let time = Some(START + Duration::minutes(minute as i64));
        let readings = (0..devices).flat_map(|n| {
            let value = ((n + minute) % 400) as f64;
            STREAMS.map(|stream| Reading { device: format!("d{n:05}"), stream: stream.into(), value, time })
        });
        app.writer.ingest(readings.collect(), Clocks::Devices).await.unwrap();
    }
}

async fn ask(router: &Router, question: &str) -> usize {
    let request = Request::get(format!("/sta/v1.1/{question}")).header("host", "127.0.0.1:8080");
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200, "{question}");
    axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().len()
}

#[tokio::main]
async fn main() {
    let (devices, minutes) = (number("TWIN_BENCH_DEVICES", 5_000), number("TWIN_BENCH_MINUTES", 20));
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"));
    let config = ServeConfig {
        listen: "127.0.0.1:0".parse().unwrap(),
        cache_bytes: 1 << 20,
        retention: Retention { days: 0, ..Retention::default() },
        ..ServeConfig::of(
            folder.path().join("publication"),
            format!("sqlite:{}/twin.db", folder.path().display()),
        )
    };
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    let (app, _background) = app::start(&config, stopping).await.unwrap();
    fill(&app, devices, minutes).await;
    let router = twin_server::router::router(Arc::clone(&app));
    let rounds = number("TWIN_BENCH_ROUNDS", 5);
    if number("TWIN_BENCH_PACKED", 0) == 1 {
        app.store.close_all().await.unwrap();
    }
    println!("{devices} devices, {} streams, {minutes} readings each", devices * STREAMS.len());
    println!("| ms | bytes | question |\n|---|---|---|");
    for (what, question) in QUESTIONS {
        let (mut best, mut bytes) = (f64::INFINITY, 0);
        for _ in 0..rounds {
            let started = Instant::now();
            bytes = ask(&router, question).await;
            best = best.min(started.elapsed().as_secs_f64() * 1000.0);
        }
        println!("| {best:.1} | {bytes} | {what} |");
    }
}
