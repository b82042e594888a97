//! Purpose: what readings cost that come by MQTT: how many a second go from publishers through a real
//!          Mosquitto to the disk, beside the same messages to a subscriber that does nothing with them; and
//!          how long one takes from being published to being stored.
//! Inputs:  `TWIN_BENCH_MESSAGES` (default 100,000), `TWIN_BENCH_RATE` (messages a second while times are
//!          taken, default 2,000), `TWIN_BENCH_SECONDS` (of that, default 10), `TWIN_BENCH_FOLDER` (default: the
//!          system's temporary folder); `mosquitto` on the path.
//! Outputs: a table on standard output.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench prints, and stops where it fails"
)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rumqttc_v4::{AsyncClient, EventLoop, MqttOptions, PublishOptions, QoS};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalPoint;
use twin_schemas::live::Device;
use twin_server::domain::kinds::DeviceKinds;
use twin_server::domain::state::DeviceState;
use twin_server::ingest::Writer;
use twin_server::ingest::mqtt::options::MqttVersion;
use twin_server::ingest::mqtt::{self, MqttConfig, MqttStatus};
use twin_server::live::{DeviceFilter, Entry, Hub, Subscription};
use twin_server::store;
use twin_server::webhooks::Outbox;

const DEVICES: usize = 1_000;
const PUBLISHERS: usize = 4;
const STREAM: &str = "fill_pct";

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |text| text.replace('_', "").parse().unwrap())
}

fn row(what: &str, measured: &str, limit: &str) {
    println!("| {what} | {measured} | {limit} |");
}

struct Mosquitto(Child);

impl Mosquitto {
    fn start(folder: &Path) -> Option<(Self, u16)> {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let text = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 4096\n\
             max_queued_messages 10000000\nset_tcp_nodelay true\n"
        );
        std::fs::write(folder.join("mosquitto.conf"), text).unwrap();
        let mut command = Command::new("mosquitto");
        command.arg("-c").arg(folder.join("mosquitto.conf")).stdout(Stdio::null()).stderr(Stdio::null());
        let broker = Self(command.spawn().ok()?);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        Some((broker, port))
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn client(port: u16, id: &str) -> (AsyncClient, EventLoop) {
    let mut options = MqttOptions::new(id, ("127.0.0.1", port));
    options.set_inflight(1000);
    let (client, mut events) = AsyncClient::builder(options).capacity(1000).build();
    let mut network = events.network_options();
    network.set_tcp_nodelay(true);
    events.set_network_options(network);
    (client, events)
}

fn topic(device: usize) -> String {
    format!("twin/devices/bin-{:04}/readings", device % DEVICES)
}

/// `readings` readings of one stream, a microsecond apart, the last one of now.
fn payload(readings: usize) -> String {
    let now = OffsetDateTime::now_utc();
    let one = |before: usize| {
        let time = now - time::Duration::microseconds(before as i64);
        let time = time.format(&Rfc3339).unwrap();
        format!("{{\"stream\":\"{STREAM}\",\"value\":{},\"time\":\"{time}\"}}", before % 100)
    };
    format!("[{}]", (0..readings).rev().map(one).collect::<Vec<_>>().join(","))
}

/// Publishes as fast as the broker takes it, from several clients.
fn publish(port: u16, messages: usize, readings: usize) -> Vec<JoinHandle<()>> {
    let publisher = |index: usize| {
        tokio::spawn(async move {
            let (client, mut events) = client(port, &format!("publisher-{index}"));
            let polling = tokio::spawn(async move { while events.poll().await.is_ok() {} });
            let mut last = None;
            for message in (index..messages).step_by(PUBLISHERS) {
                let (topic, payload) = (topic(message), payload(readings));
                let sent = client.publish_tracked(topic, payload, PublishOptions::at_least_once());
                last = Some(sent.await.unwrap());
            }
            if let Some(last) = last {
                last.wait_async().await.unwrap();
            }
            client.disconnect().await.unwrap();
            polling.await.unwrap();
        })
    };
    (0..PUBLISHERS).map(publisher).collect()
}

/// Messages a second to a subscriber that acknowledges and forgets them.
async fn bare_rate(port: u16, messages: usize, readings: usize) -> f64 {
    let (client, mut events) = client(port, "bare");
    client.subscribe("twin/devices/+/+", QoS::AtLeastOnce).await.unwrap();
    let mut came = 0;
    let mut started = None;
    let mut publishers = Vec::new();
    while came < messages {
        match events.poll().await.unwrap() {
            rumqttc_v4::Event::Incoming(rumqttc_v4::Packet::SubAck(_)) => {
                started = Some(Instant::now());
                publishers = publish(port, messages, readings);
            }
            rumqttc_v4::Event::Incoming(rumqttc_v4::Packet::Publish(_)) => came += 1,
            _ => {}
        }
    }
    let seconds = started.unwrap().elapsed().as_secs_f64();
    client.disconnect().await.unwrap();
    while events.poll().await.is_ok() {}
    for publisher in publishers {
        publisher.await.unwrap();
    }
    messages as f64 / seconds
}

/// Readings a second from publishers to the disk.
async fn stored_rate(status: &MqttStatus, port: u16, messages: usize, readings: usize) -> f64 {
    let before = status.snapshot().accepted;
    let started = Instant::now();
    let publishers = publish(port, messages, readings);
    let all = (messages * readings) as u64;
    while status.snapshot().accepted - before < all {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let seconds = started.elapsed().as_secs_f64();
    for publisher in publishers {
        publisher.await.unwrap();
    }
    all as f64 / seconds
}

/// Milliseconds from being published to being stored and told to viewers, sorted.
async fn delays_ms(port: u16, mut viewer: Subscription, rate: usize, seconds: usize) -> Vec<f64> {
    let all = rate * seconds;
    let publisher = tokio::spawn(async move {
        let (client, mut events) = client(port, "paced");
        let polling = tokio::spawn(async move { while events.poll().await.is_ok() {} });
        let started = Instant::now();
        for message in 0..all {
            let due = started + Duration::from_secs_f64(message as f64 / rate as f64);
            tokio::time::sleep_until(due.into()).await;
            client.publish(topic(message), payload(1), PublishOptions::at_least_once()).await.unwrap();
        }
        client.disconnect().await.unwrap();
        polling.await.unwrap();
    });
    let mut delays = Vec::with_capacity(all);
    // The hub joins changes of one device; at less than a message a device and second it has none to join.
    while delays.len() < all {
        let next = tokio::time::timeout(Duration::from_secs(2), viewer.next()).await;
        let Ok(Some((_, event))) = next else { break };
        if event.name != "device" {
            continue;
        }
        let data: serde_json::Value = serde_json::from_str(&event.data).unwrap();
        let time = data["device"]["latest"][STREAM]["time"].as_str().unwrap();
        let time = OffsetDateTime::parse(time, &Rfc3339).unwrap();
        delays.push((OffsetDateTime::now_utc() - time).as_seconds_f64() * 1000.0);
    }
    publisher.await.unwrap();
    delays.sort_by(f64::total_cmp);
    delays
}

#[tokio::main]
async fn main() {
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    let folder = std::env::var("TWIN_BENCH_FOLDER").map_or_else(|_| std::env::temp_dir(), Into::into);
    let folder = tempfile::tempdir_in(folder).unwrap();
    let Some((_broker, port)) = Mosquitto::start(folder.path()) else {
        println!("skipped: no `mosquitto` (scripts/setup test)");
        return;
    };
    let messages = number("TWIN_BENCH_MESSAGES", 100_000);
    let (rate, seconds) = (number("TWIN_BENCH_RATE", 2_000), number("TWIN_BENCH_SECONDS", 10));

    let kinds = Arc::new(DeviceKinds::built_in().unwrap());
    let kind = kinds.get("waste_bin").unwrap();
    let devices: Vec<Device> = (0..DEVICES)
        .map(|index| Device {
            id: format!("bin-{index:04}"),
            kind: kind.id.clone(),
            name: LocalizedText::default(),
            position: LocalPoint { east_m: index as f64, north_m: 0.0, up_m: 0.0 },
            object: None,
        })
        .collect();
    let store = store::open(&format!("sqlite:{}/twin.db", folder.path().display())).await.unwrap();
    store.register(&devices).await.unwrap();
    let entry =
        |device: Device| Entry { device: device.into(), kind: kind.clone(), state: DeviceState::default() };
    let hub = Arc::new(Hub::new("bench".into(), "v".into(), devices.into_iter().map(entry).collect()));
    let nowhere = Arc::new(|_: &Device| None);
    let outbox = Arc::new(Outbox::new(Arc::clone(&hub), Arc::clone(&store), nowhere));
    let (writer, handle) = Writer::new(Arc::clone(&hub), Arc::clone(&store), Arc::clone(&kinds), outbox);
    tokio::spawn(writer.run());
    let (stop, stopping) = watch::channel(false);

    println!("{messages} messages, {DEVICES} devices, {PUBLISHERS} publishers\n");
    println!("| what | measured | limit |\n|---|---|---|");
    let bare = bare_rate(port, messages, 1).await;
    row("to a subscriber that forgets them, messages/s", &format!("{bare:.0}"), "–");
    for version in [MqttVersion::V3, MqttVersion::V5] {
        let config = MqttConfig {
            broker: Some(format!("mqtt://127.0.0.1:{port}").parse().unwrap()),
            version,
            client_id: format!("bench-{}", version.as_str()),
            ..MqttConfig::default()
        };
        let (this_one, this_stopping) = watch::channel(false);
        let (status, task) = mqtt::start(&config, handle.clone(), this_stopping).unwrap().unwrap();
        while !status.snapshot().connected {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let name = version.as_str();
        let single = stored_rate(&status, port, messages, 1).await;
        let measured = format!("{single:.0} ({:.0} %)", single / bare * 100.0);
        row(&format!("{name}: stored, one reading a message, readings/s"), &measured, "20,000 at least");
        let many = stored_rate(&status, port, messages / 20, 100).await;
        row(&format!("{name}: stored, 100 readings a message, readings/s"), &format!("{many:.0}"), "–");
        let viewer = Subscription::new(Arc::clone(&hub), DeviceFilter::default(), None, stopping.clone());
        let delays = delays_ms(port, viewer, rate, seconds).await;
        let at = |share: f64| delays.get((delays.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
        row(
            &format!("{name}: published to stored at {rate}/s, ms (p50, p99; {} told)", delays.len()),
            &format!("{:.2}, {:.2}", at(0.5), at(0.99)),
            "–",
        );
        this_one.send_replace(true);
        task.await.unwrap();
    }
    stop.send_replace(true);
    store.close().await.unwrap();
}
