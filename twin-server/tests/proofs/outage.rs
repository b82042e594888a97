//! A database that stops in the midst of everything and is away for a while: whoever asks for what lies in it is
//! told to come again, nothing acknowledged is lost, and everything goes on by itself. `TWIN_OUTAGE_SECONDS` says
//! how long it is away.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::writers::{Series, instant, value};
use crate::common::client::{Client, Told};
use crate::common::events::{Events, Viewer};
use crate::common::postgres::Cluster;
use crate::common::process::{Process, folder};
use crate::common::{device, outage, until};

const STREAM: &str = "fill_pct";
/// How long a device waits before it sends again what was refused.
const PAUSE: Duration = Duration::from_millis(20);

/// A device that sends one reading after the other.
struct Sending {
    series: Mutex<Series>,
    refused: AtomicUsize,
}

impl Sending {
    fn new(device: &str, at_once: u64) -> Self {
        Self { series: Mutex::new(Series::new(device, at_once)), refused: AtomicUsize::new(0) }
    }

    fn acknowledged(&self) -> u64 {
        self.series.lock().unwrap().acknowledged
    }

    /// Sends until it is told to stop, and everything again that was refused.
    fn send_until(&self, client: &Client, stop: &AtomicBool) {
        while !stop.load(SeqCst) {
            let told = self.series.lock().unwrap().send_next(client).unwrap();
            if told.status != 200 {
                check_refused(&told, "readings");
                self.refused.fetch_add(1, SeqCst);
                std::thread::sleep(PAUSE);
            }
        }
    }

    /// A viewer was told of the last reading that is stored.
    fn is_shown(&self, viewer: &Viewer) -> bool {
        let series = self.series.lock().unwrap();
        let last = series.acknowledged - 1;
        viewer.latest(&series.device, STREAM) == Some((instant(last), value(last)))
    }
}

/// Has devices send no more when it goes, also with a test that fails.
struct Sent<'a>(&'a AtomicBool);

impl Drop for Sent<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

#[track_caller]
fn check_refused(told: &Told, what: &str) {
    assert_eq!((told.status, &*told.media_type), (503, "application/problem+json"), "{what}: {}", told.body);
    assert!(told.retry_after.is_some_and(|seconds| seconds > 0), "{what}: no Retry-After");
}

/// What lies in the database is refused, and what does not is there.
fn check_while_away(client: &Client) {
    let device = serde_json::from_str(&device("waste_bin", 1.0)).unwrap();
    let zone = json!({ "class": "zone", "name": { "zh": "区" } });
    for (method, path, body) in [
        ("GET", "/api/v1/alarms?state=cleared", &Value::Null),
        ("GET", "/api/v1/audit", &Value::Null),
        ("GET", "/health/ready", &Value::Null),
        ("PUT", "/api/v1/devices/new", &device),
        ("DELETE", "/api/v1/devices/a", &Value::Null),
        ("PATCH", "/api/v1/objects/building/b1", &zone),
    ] {
        let told = client.send(method, path, body).unwrap();
        check_refused(&told, &format!("{method} {path}"));
    }
    for path in [
        "/api/v1/devices",
        "/api/v1/devices/a",
        "/api/v1/objects/building/b1",
        // All its readings are so new that they lie in memory.
        "/api/v1/devices/a/readings?stream=fill_pct",
        "/api/v1/devices/a/aggregates?stream=fill_pct&points=100&from=2026-01-01T00:00:00Z",
        "/health/live",
    ] {
        client.get(path);
    }
}

#[test]
fn a_database_that_is_away_is_waited_for_and_nothing_acknowledged_is_lost() {
    let Some(mut cluster) = Cluster::start(true) else { return };
    let (address, folder) = (cluster.database(), folder());
    let server = Process::start_at(folder.path(), &address);
    let client = Client::new(&server.url, &[]);
    let sending = [("a", 1), ("b", 1), ("c", 20)].map(|(id, at_once)| Sending::new(id, at_once));
    for device in ["a", "b", "c"] {
        server.put(device, "waste_bin");
    }
    let viewer = Viewer::follow(&server, None);
    let stop = AtomicBool::new(false);
    let all = |holds: fn(&Sending, u64) -> bool, counts: &[u64]| {
        sending.iter().zip(counts).all(|(one, count)| holds(one, *count))
    };
    let counts = || sending.iter().map(Sending::acknowledged).collect::<Vec<_>>();
    let back = std::thread::scope(|scope| {
        let sent = Sent(&stop);
        for one in &sending {
            scope.spawn(|| one.send_until(&client, &stop));
        }
        until("the first readings", || all(|one, _| one.acknowledged() > 100, &[0; 3]));
        cluster.crash();
        // What was stored before the crash may be acknowledged after it; what is refused comes later.
        until("a refusal of each", || all(|one, _| one.refused.load(SeqCst) > 0, &[0; 3]));
        let (before, seen) = (counts(), viewer.last_id());
        check_while_away(&client);
        // Who loses the connection meanwhile goes on where it was.
        let returned = Viewer::follow(&server, Some(&seen));
        std::thread::sleep(outage());
        check_while_away(&client);
        assert_eq!(counts(), before, "acknowledged without a database");
        let started = Instant::now();
        cluster.run();
        until("readings of each again", || all(|one, count| one.acknowledged() > count + 100, &before));
        let back = started.elapsed();
        until("ready again", || client.send("GET", "/health/ready", &Value::Null).unwrap().status == 200);
        drop(sent);
        for viewer in [&viewer, &returned] {
            until("the last states", || sending.iter().all(|one| one.is_shown(viewer)));
        }
        assert_eq!((viewer.snapshots(), returned.snapshots()), (1, 0));
        // Who comes back only now is told what changed, each device once.
        let (mut late, mut told) = (Events::open(&server, "", Some(&seen)), BTreeSet::new());
        while told.len() < sending.len() {
            let (_, name, data) = late.next().unwrap();
            assert_ne!(name, "snapshot");
            assert!(name != "device" || told.insert(data["device"]["id"].to_string()), "{data}");
        }
        back
    });
    let check = |server: &Process| {
        let client = Client::new(&server.url, &[]);
        for one in &sending {
            one.series.lock().unwrap().check(&client, 0);
        }
    };
    check(&server);
    drop(server);
    check(&Process::start_at(folder.path(), &address));
    eprintln!(
        "PostgreSQL away for {:?}: none of {} acknowledged readings lost, {} requests told to come again; \
         readings of every device stored again after {back:.1?}",
        outage(),
        counts().iter().sum::<u64>(),
        sending.iter().map(|one| one.refused.load(SeqCst)).sum::<usize>(),
    );
}
