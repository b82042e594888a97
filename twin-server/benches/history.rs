//! Purpose: what the history costs: storing, packing, disk, opening, and the questions of the issue, each
//!          beside its stated limit, in one run.
//! Inputs:  `TWIN_BENCH_READINGS` (default 10,000,000; the stated limits are for 100,000,000),
//!          `TWIN_BENCH_DEVICES` (default 5,000), `TWIN_BENCH_FOLDER` (default: the system's temporary folder).
//! Outputs: a table on standard output.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench prints, and stops where it fails"
)]

use std::time::Instant;

use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use twin_server::domain::reading::CheckedReading;
use twin_server::domain::summary::Grid;
use twin_server::store::{self, AggregateQuery, End, HistoryQuery, ReadingsToStore, Store};

const START: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
/// Readings in one transaction: what a group commit joins under load.
const BATCH: usize = 20_000;
/// A day at 1 Hz.
const DAY_S: usize = 86_400;
/// The stream whose day is asked for.
const STREAM: &str = "power_w";

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |text| text.replace('_', "").parse().unwrap())
}

/// A load curve with the noise and the resolution of a cheap meter: tenths of a watt.
fn value(device: usize, second: usize) -> f64 {
    let noise = (device * 7919 + second * 104_729) % 97;
    let daily = (second as f64 / DAY_S as f64 * std::f64::consts::TAU).sin();
    ((60.0 + device as f64 % 40.0 + 30.0 * daily) * 10.0 + noise as f64 / 10.0).round() / 10.0
}

fn reading(device: usize, second: usize, jitter_ms: i64) -> CheckedReading {
    CheckedReading {
        device: format!("meter-{device:05}"),
        stream: STREAM.into(),
        value: value(device, second),
        time: START + Duration::seconds(second as i64) + Duration::milliseconds(jitter_ms),
        plausible: true,
    }
}

fn row(what: &str, measured: &str, limit: &str) {
    println!("| {what} | {measured} | {limit} |");
}

/// The median and the worst of several runs, in milliseconds.
async fn timed<F: Future>(runs: usize, mut ask: impl FnMut(usize) -> F) -> (f64, f64) {
    let mut times = Vec::with_capacity(runs);
    for run in 0..runs {
        let started = Instant::now();
        ask(run).await;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    (times[runs / 2], times[runs - 1])
}

fn resident_mb() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or_default();
    pages * 4096.0 / 1e6
}

async fn fill(store: &dyn Store, readings: usize, devices: usize) -> f64 {
    // One device reports each second for a day, the others every minute, as long as it takes.
    let (mut second, mut stored, mut seconds) = (0, 0, 0.0);
    let mut batch = ReadingsToStore::default();
    while stored < readings {
        let turn = second % 60;
        if second < DAY_S {
            batch.fresh.push(reading(0, second, 0));
        }
        for device in (1 + turn..=devices).step_by(60) {
            batch.fresh.push(reading(device, second, (device * 31 % 900) as i64));
        }
        second += 1;
        if batch.fresh.len() >= BATCH {
            stored += batch.fresh.len();
            let started = Instant::now();
            store.append(&batch).await.unwrap();
            store.close_old().await.unwrap();
            seconds += started.elapsed().as_secs_f64();
            batch.fresh.clear();
        }
    }
    stored as f64 / seconds
}

#[tokio::main]
async fn main() {
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    let (readings, devices) =
        (number("TWIN_BENCH_READINGS", 10_000_000), number("TWIN_BENCH_DEVICES", 5_000));
    let folder = std::env::var("TWIN_BENCH_FOLDER").map_or_else(|_| std::env::temp_dir(), Into::into);
    let folder = tempfile::tempdir_in(folder).unwrap();
    let address = format!("sqlite:{}/twin.db", folder.path().display());
    println!("{readings} readings of {devices} devices\n\n| what | measured | limit |\n|---|---|---|");

    let store = store::open(&address).await.unwrap();
    let rate = fill(&*store, readings, devices).await;
    row("stored and packed, readings/s", &format!("{rate:.0}"), "500,000 at least");
    store.close_all().await.unwrap();
    store.close().await.unwrap();
    let bytes = std::fs::metadata(folder.path().join("twin.db")).unwrap().len();
    row("disk, B a packed reading, whole file", &format!("{:.2}", bytes as f64 / readings as f64), "12");

    let started = Instant::now();
    let store = store::open(&address).await.unwrap();
    row("opened, ms", &format!("{:.0}", started.elapsed().as_secs_f64() * 1000.0), "1,000");

    let (median, worst) = timed(50, async |_| {
        assert!(store.tips().await.unwrap().len() >= devices);
    })
    .await;
    row("latest of all devices, ms (median, worst)", &format!("{median:.2}, {worst:.2}"), "50");

    let device = "meter-00000".to_owned();
    let day = HistoryQuery {
        device: device.clone(),
        stream: STREAM.into(),
        from: Some(START),
        to: Some(START + Duration::days(1)),
        limit: 100_000,
        end: End::Newest,
    };
    // Few readings are less than a day.
    let expected = DAY_S.min(readings / (devices / 60 + 2));
    let (median, worst) = timed(20, async |_| {
        let found = store.history(day.clone()).await.unwrap().len();
        assert!(found >= expected, "{found}");
    })
    .await;
    row("one device, one day at 1 Hz, ms (median, worst)", &format!("{median:.2}, {worst:.2}"), "30");

    let from_us = START.unix_timestamp() * 1_000_000;
    let grid = Grid::new(from_us, from_us + DAY_S as i64 * 1_000_000 - 1, 300_000_000, 0).unwrap();
    let (median, worst) = timed(20, async |_| {
        let query = AggregateQuery { device: device.clone(), stream: STREAM.into(), grid };
        assert!(!store.aggregate(query).await.unwrap().is_empty());
    })
    .await;
    row("the same in steps of 5 min, ms (median, worst)", &format!("{median:.2}, {worst:.2}"), "–");

    let month = 30 * DAY_S as i64 * 1_000_000;
    let grid = Grid::new(from_us, from_us + month, 86_400_000_000, 0).unwrap();
    let (median, worst) = timed(100, async |run| {
        let device = format!("meter-{:05}", 1 + run % devices);
        store.aggregate(AggregateQuery { device, stream: STREAM.into(), grid }).await.unwrap();
    })
    .await;
    row("a month of another device in days, ms (median, worst)", &format!("{median:.2}, {worst:.2}"), "–");
    row("memory, MB", &format!("{:.0}", resident_mb()), "–");
    store.close().await.unwrap();
}
