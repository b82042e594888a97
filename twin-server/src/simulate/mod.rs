//! The `simulate` command: a crowd of devices that speak to a server over its public interface, as
//! real ones would. It reads which devices there are, reports for them with the curves of the day,
//! and now and then lets something go wrong and right again.

mod curves;
mod device;
mod random;

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use twin_schemas::live::{DeviceView, IngestAnswer, Reading, ReadingBatch};

use device::{SimDevice, Turn};

/// A device reports at every so-manieth tick, or at once when something turns.
const REPORT_EVERY: usize = 10;
/// The list of devices is read anew after so many ticks.
const REFRESH_EVERY: u64 = 60;
/// Mean time between incidents, over all devices.
const INCIDENT_EVERY_S: f64 = 20.0;
/// Share of all devices that may be faulty at once (but always three may).
const FAULTY_SHARE: f64 = 0.05;
/// Longest pause while the server does not answer.
const PAUSE_LIMIT: Duration = Duration::from_secs(30);
/// Readings in one post; the server takes 10,000.
const BATCH: usize = 5_000;

/// What to simulate.
#[derive(Debug, Clone)]
pub struct SimulateConfig {
    /// Address of the server, such as `http://127.0.0.1:8080`.
    pub server: String,
    /// Time between ticks.
    pub interval: Duration,
    /// What chance starts from.
    pub seed: u64,
    /// The server's ingest key, if it has one.
    pub key: Option<String>,
}

/// The devices and the way to the server.
struct Simulation {
    config: SimulateConfig,
    agent: ureq::Agent,
    devices: BTreeMap<String, SimDevice>,
    /// Degrees east: where the sun stands.
    longitude_deg: f64,
    tick: u64,
}

/// Simulates until `stopped` comes. While the server does not answer it waits and tries again.
///
/// # Errors
/// If standard output is closed.
pub async fn simulate(config: SimulateConfig, stopped: impl Future<Output = ()>) -> anyhow::Result<()> {
    let mut simulation = Simulation::new(config);
    let mut pause = Duration::ZERO;
    tokio::pin!(stopped);
    loop {
        let started = Instant::now();
        // The client blocks, so each tick runs on a thread for that.
        let (back, done) = tokio::task::spawn_blocking(move || {
            let done = simulation.step();
            (simulation, done)
        })
        .await?;
        simulation = back;
        match done {
            Ok(lines) => {
                print(&lines)?;
                pause = Duration::ZERO;
            }
            Err(error) => {
                pause = (pause * 2).clamp(Duration::from_secs(1), PAUSE_LIMIT);
                tracing::warn!("{error:#}; trying again in {} s", pause.as_secs());
                simulation.devices.clear();
            }
        }
        let rest = simulation.config.interval.saturating_sub(started.elapsed()).max(pause);
        tokio::select! {
            () = &mut stopped => return Ok(()),
            () = tokio::time::sleep(rest) => {}
        }
    }
}

impl Simulation {
    fn new(config: SimulateConfig) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(10)))
            .http_status_as_error(false)
            .build()
            .into();
        Self { config, agent, devices: BTreeMap::new(), longitude_deg: 120.0, tick: 0 }
    }

    /// One tick: the lines to print, or why the server did not take it.
    fn step(&mut self) -> anyhow::Result<Vec<String>> {
        if self.devices.is_empty() || self.tick.is_multiple_of(REFRESH_EVERY) {
            self.refresh()?;
        }
        let now = OffsetDateTime::now_utc();
        let (readings, lines) = self.readings(now);
        for readings in readings.chunks(BATCH) {
            self.post(readings.to_vec())?;
        }
        self.tick += 1;
        Ok(lines)
    }

    fn readings(&mut self, now: OffsetDateTime) -> (Vec<Reading>, Vec<String>) {
        let dt_s = self.config.interval.as_secs_f64();
        let hour = solar_hour(now, self.longitude_deg);
        let room = (self.devices.len() as f64 * FAULTY_SHARE).max(3.0);
        let faulty = self.devices.values().filter(|device| device.is_faulty()).count() as f64;
        let chance =
            if faulty < room { dt_s / INCIDENT_EVERY_S / self.devices.len().max(1) as f64 } else { 0.0 };
        let (mut readings, mut lines) = (Vec::new(), Vec::new());
        for (number, device) in self.devices.values_mut().enumerate() {
            let turn = device.pass(dt_s, chance);
            lines.extend(turn.map(|turn| line(now, device, turn)));
            let due = (number as u64 + self.tick).is_multiple_of(REPORT_EVERY as u64);
            if due || turn.is_some() || self.tick == 0 {
                let of_device = device.report(hour, dt_s * REPORT_EVERY as f64);
                readings.extend(of_device.into_iter().map(|(stream, value)| Reading {
                    device: device.id.clone(),
                    stream: stream.to_owned(),
                    value,
                    time: Some(now),
                }));
            }
        }
        (readings, lines)
    }

    /// Takes over devices that are new and forgets those that are gone.
    fn refresh(&mut self) -> anyhow::Result<()> {
        #[derive(Deserialize)]
        struct DeviceList {
            devices: Vec<DeviceView>,
        }
        let list: DeviceList = self.get("/api/v1/devices")?;
        let catalog: serde_json::Value = self.get("/api/v1/catalog")?;
        let longitude = catalog.pointer("/catalog/community/origin/longitude_deg");
        self.longitude_deg = longitude.and_then(serde_json::Value::as_f64).unwrap_or(self.longitude_deg);
        let mut before = std::mem::take(&mut self.devices);
        for view in list.devices {
            let known = before.remove(&view.device.id).filter(|device| device.kind == view.device.kind);
            let device = known.unwrap_or_else(|| SimDevice::new(&view, self.config.seed));
            self.devices.insert(view.device.id, device);
        }
        if self.devices.is_empty() {
            anyhow::bail!("the server has no devices; register some with `twin-server import`");
        }
        if before.is_empty() && self.tick == 0 {
            tracing::info!(devices = self.devices.len(), "simulating");
        }
        Ok(())
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let url = format!("{}{path}", self.config.server.trim_end_matches('/'));
        let request = self.signed(self.agent.get(&url));
        let mut response = request.call().with_context(|| format!("`{url}` does not answer"))?;
        anyhow::ensure!(response.status().is_success(), "`{url}` answers {}", response.status());
        let text = response.body_mut().with_config().limit(256 << 20).read_to_string()?;
        serde_json::from_str(&text).with_context(|| format!("`{url}` is not what was expected"))
    }

    /// With the key: a server may let nobody read without one, either.
    fn signed<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        match &self.config.key {
            Some(key) => request.header("authorization", format!("Bearer {key}")),
            None => request,
        }
    }

    fn post(&self, readings: Vec<Reading>) -> anyhow::Result<()> {
        let url = format!("{}/api/v1/readings", self.config.server.trim_end_matches('/'));
        let mut response = self
            .signed(self.agent.post(&url))
            .send_json(ReadingBatch { readings })
            .with_context(|| format!("`{url}` does not answer"))?;
        let text = response.body_mut().read_to_string().unwrap_or_default();
        anyhow::ensure!(response.status().is_success(), "`{url}` answers {}: {text}", response.status());
        let answer: IngestAnswer = serde_json::from_str(&text)?;
        if let Some(rejected) = answer.rejected.first() {
            tracing::warn!(count = answer.rejected.len(), first = rejected.message, "readings were rejected");
        }
        Ok(())
    }
}

/// The hour of the day by the sun, 0 to 24.
fn solar_hour(now: OffsetDateTime, longitude_deg: f64) -> f64 {
    let (hour, minute, second) = now.time().as_hms();
    let utc = f64::from(hour) + f64::from(minute) / 60.0 + f64::from(second) / 3600.0;
    (utc + longitude_deg / 15.0).rem_euclid(24.0)
}

fn line(now: OffsetDateTime, device: &SimDevice, turn: Turn) -> String {
    let (hour, minute, second) = now.time().as_hms();
    let words = match turn {
        Turn::Begins(fault) => fault.words().to_owned(),
        Turn::Ends(fault) => format!("over: {}", fault.words()),
    };
    format!("{hour:02}:{minute:02}:{second:02}Z {} ({}): {words}", device.id, device.kind)
}

fn print(lines: &[String]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush().context("writing to standard output")
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn the_sun_stands_highest_at_noon_of_the_place() {
        assert!((solar_hour(datetime!(2026-05-01 04:00 UTC), 120.0) - 12.0).abs() < 1e-9);
        assert!((solar_hour(datetime!(2026-05-01 23:30 UTC), 15.0) - 0.5).abs() < 1e-9);
    }
}
