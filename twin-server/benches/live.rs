//! Purpose: how soon a reading, and the alarm that it opens, is with a thousand viewers, and how many changes a
//!          second reach them, on real sockets, with the server and the viewers on the same processors.
//! Inputs:  `TWIN_BENCH_VIEWERS` (default 1,000), `TWIN_BENCH_SECONDS` (default 10 a rate).
//! Outputs: two tables on standard output.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench prints, and stops where it fails"
)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use twin_server::app;
use twin_server::config::ServeConfig;

/// Devices that report in turn.
const DEVICES: usize = 100;
/// Readings a second, one a request.
const RATES: [u32; 4] = [10, 50, 100, 200];
/// Alarms that open or end a second.
const ALARM_RATES: [u32; 2] = [1, 20];
/// What a value counts, in microseconds: a water meter does not go up to a whole run of them.
const UNIT_US: f64 = 100.0;
/// Viewers whose every event is timed; the others are counted.
const TIMED_EVERY: usize = 10;

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |text| text.replace('_', "").parse().unwrap())
}

/// The least that a server needs to start.
fn publish(root: &Path) {
    let folder = root.join("versions/v1");
    std::fs::create_dir_all(&folder).unwrap();
    let corner = |size: f64| json!({ "east_m": size, "north_m": size, "up_m": size });
    let bounds = json!({ "min": corner(0.0), "max": corner(100.0) });
    let catalog = json!({
        "format": 1, "sources": [], "scenes": [], "model": "model.ndjson",
        "community": { "id": "bench", "name": { "en": "Bench" }, "bounds": bounds },
    });
    std::fs::write(folder.join("catalog.json"), catalog.to_string()).unwrap();
    std::fs::write(folder.join("model.ndjson"), "").unwrap();
    std::fs::write(root.join("current"), "v1").unwrap();
}

async fn request(stream: &mut TcpStream, method: &str, path: &str, body: &str) -> String {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

/// What the viewers saw since it was last asked.
#[derive(Default)]
struct Seen {
    delivered: AtomicU64,
    bytes: AtomicU64,
    latencies_us: Mutex<Vec<u32>>,
    alarm_latencies_us: Mutex<Vec<u32>>,
}

/// When the reading was made that changed an alarm.
fn changed_at(event: &str) -> Option<OffsetDateTime> {
    let text = event.split("\"changed_at\":\"").nth(1)?.split('"').next()?;
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

fn since_us(at: OffsetDateTime) -> u32 {
    u32::try_from((OffsetDateTime::now_utc() - at).whole_microseconds()).unwrap_or(0)
}

/// What a share of the latencies does not exceed, in milliseconds.
async fn percentile_ms(latencies: &Mutex<Vec<u32>>, share: f64) -> f64 {
    let mut sorted = latencies.lock().await.clone();
    sorted.sort_unstable();
    let at = (sorted.len() as f64 * share) as usize;
    sorted.get(at).map_or(f64::NAN, |us| f64::from(*us) / 1000.0)
}

/// Reads events for ever. A value is the instant of the run at which its reading was sent.
async fn watch(address: std::net::SocketAddr, began: Instant, seen: Arc<Seen>, timed: bool) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /api/v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").await.unwrap();
    let mut buffer = vec![0; 64 * 1024];
    let mut rest = Vec::new();
    loop {
        let Ok(read @ 1..) = stream.read(&mut buffer).await else { return };
        seen.bytes.fetch_add(read as u64, Ordering::Relaxed);
        rest.extend_from_slice(&buffer[..read]);
        let now_us = began.elapsed().as_micros() as u64;
        let Some(end) = rest.windows(2).rposition(|pair| pair == b"\n\n") else { continue };
        if !timed {
            // Each event of a device has one such line; what the bench itself costs is taken from the server.
            let delivered = memchr::memmem::find_iter(&rest[..end], b"event: device\n").count();
            seen.delivered.fetch_add(delivered as u64, Ordering::Relaxed);
            rest.drain(..end);
            continue;
        }
        let events = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest.drain(..end);
        let (mut delivered, mut latencies) = (0, Vec::new());
        let alarms = events.split("event: alarm\n").skip(1).filter_map(changed_at);
        seen.alarm_latencies_us.lock().await.extend(alarms.map(since_us));
        for event in events.split("event: device\n").skip(1) {
            delivered += 1;
            let value = event.split("\"value\":").nth(1).and_then(|text| text.split([',', '}']).next());
            let sent: f64 = value.and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
            if sent > 0.0 {
                latencies.push(now_us.saturating_sub((sent * UNIT_US) as u64) as u32);
            }
        }
        seen.delivered.fetch_add(delivered, Ordering::Relaxed);
        seen.latencies_us.lock().await.extend(latencies);
    }
}

/// Posts at a rate for some time; gives how many.
async fn post(address: std::net::SocketAddr, began: Instant, rate: u32, seconds: usize) -> u64 {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut clock = tokio::time::interval(Duration::from_secs(1) / rate);
    let count = u64::from(rate) * seconds as u64;
    for at in 0..count {
        clock.tick().await;
        let device = at as usize % DEVICES;
        let value = began.elapsed().as_micros() as f64 / UNIT_US;
        let body = json!({ "readings": [{ "device": format!("m{device}"), "stream": "volume_m3", "value": value }] });
        let answer = request(&mut stream, "POST", "/api/v1/readings", &body.to_string()).await;
        assert!(answer.contains("\"accepted\":1"), "{answer}");
    }
    count
}

/// Traps someone in a lift and frees him, in turn, at a rate for some time; gives how often.
async fn alarm(address: std::net::SocketAddr, rate: u32, seconds: usize) -> u64 {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let body = json!({ "kind": "lift", "position": { "east_m": 1.0, "north_m": 1.0, "up_m": 0.0 } });
    request(&mut stream, "PUT", &format!("/api/v1/devices/lift-{rate}"), &body.to_string()).await;
    let mut clock = tokio::time::interval(Duration::from_secs(1) / rate);
    let count = u64::from(rate) * seconds as u64;
    for at in 0..count {
        clock.tick().await;
        let time = OffsetDateTime::now_utc().format(&Rfc3339).unwrap();
        let reading = json!({ "device": format!("lift-{rate}"), "stream": "trapped", "value": (at + 1) % 2, "time": time });
        let answer =
            request(&mut stream, "POST", "/api/v1/readings", &json!({ "readings": [reading] }).to_string())
                .await;
        assert!(answer.contains("\"accepted\":1"), "{answer}");
    }
    count
}

#[tokio::main]
async fn main() {
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    let (viewers, seconds) = (number("TWIN_BENCH_VIEWERS", 1_000), number("TWIN_BENCH_SECONDS", 10));
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"));
    let config = ServeConfig {
        listen: "127.0.0.1:0".parse().unwrap(),
        cache_bytes: 1 << 20,
        ..ServeConfig::of(
            folder.path().join("publication"),
            format!("sqlite:{}/twin.db", folder.path().display()),
        )
    };
    let (told, address) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let ready = move |address| {
            told.send(address).unwrap();
            Ok(())
        };
        runtime.block_on(app::serve(&config, std::future::pending(), ready)).unwrap();
    });
    let address = address.await.unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    for device in 0..DEVICES {
        let body =
            json!({ "kind": "water_meter", "position": { "east_m": 1.0, "north_m": 1.0, "up_m": 0.0 } });
        let answer =
            request(&mut stream, "PUT", &format!("/api/v1/devices/m{device}"), &body.to_string()).await;
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }
    let (began, seen) = (Instant::now(), Arc::new(Seen::default()));
    for viewer in 0..viewers {
        tokio::spawn(watch(address, began, Arc::clone(&seen), viewer % TIMED_EVERY == 0));
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    println!(
        "{viewers} viewers\n\n| readings/s | deliveries/s | MB/s | p50 ms | p99 ms | limit |\n|---|---|---|---|---|---|"
    );
    for rate in RATES {
        seen.delivered.store(0, Ordering::Relaxed);
        seen.bytes.store(0, Ordering::Relaxed);
        seen.latencies_us.lock().await.clear();
        let started = Instant::now();
        post(address, began, rate, seconds).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let took_s = started.elapsed().as_secs_f64() - 0.5;
        let (delivered, bytes) = (seen.delivered.load(Ordering::Relaxed), seen.bytes.load(Ordering::Relaxed));
        println!(
            "| {rate} | {:.0} | {:.1} | {:.1} | {:.1} | 100,000/s; p99 100 ms |",
            delivered as f64 / took_s,
            bytes as f64 / took_s / 1e6,
            percentile_ms(&seen.latencies_us, 0.5).await,
            percentile_ms(&seen.latencies_us, 0.99).await,
        );
    }
    println!("\n| alarms/s | alarms seen | p50 ms | p99 ms | limit |\n|---|---|---|---|---|");
    for rate in ALARM_RATES {
        seen.alarm_latencies_us.lock().await.clear();
        let changes = alarm(address, rate, seconds).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let told = seen.alarm_latencies_us.lock().await.len();
        let expected = changes as usize * viewers.div_ceil(TIMED_EVERY);
        println!(
            "| {rate} | {told} of {expected} | {:.1} | {:.1} | p99 100 ms |",
            percentile_ms(&seen.alarm_latencies_us, 0.5).await,
            percentile_ms(&seen.alarm_latencies_us, 0.99).await,
        );
    }
}
