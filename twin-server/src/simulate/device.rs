//! One simulated device: the hour and chance come in, readings and incidents go out.

use twin_schemas::live::DeviceView;

use super::curves;
use super::random::Random;

/// A device and what it remembers between reports.
#[derive(Debug)]
pub(super) struct SimDevice {
    pub(super) id: String,
    pub(super) kind: String,
    random: Random,
    /// What makes one device differ from the next, 0 to 1.
    character: f64,
    /// Of a meter: what it has counted. Of a bin: how full it is. Of a lift: its floor.
    level: f64,
    battery_pct: f64,
    incident: Option<Incident>,
}

#[derive(Debug, Clone, Copy)]
struct Incident {
    fault: Fault,
    left_s: f64,
}

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    LampOut,
    LidOpen,
    HighWater,
    Smoke,
    PipeBurst,
    Overload,
    PictureLost,
    BinFull,
    BinOnFire,
    LiftStuck,
    Trapped,
}

impl Fault {
    /// In words, for the line that tells of it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::LampOut => "lamp is out",
            Self::LidOpen => "cover is open",
            Self::HighWater => "water is high",
            Self::Smoke => "smoke",
            Self::PipeBurst => "pipe has burst",
            Self::Overload => "overloaded",
            Self::PictureLost => "no picture",
            Self::BinFull => "bin is full",
            Self::BinOnFire => "bin is on fire",
            Self::LiftStuck => "lift is stuck",
            Self::Trapped => "someone is trapped in the lift",
        }
    }

    fn of_kind(kind: &str) -> &'static [Self] {
        match kind {
            "street_lamp" => &[Self::LampOut],
            "manhole_cover" => &[Self::LidOpen, Self::HighWater],
            "smoke_detector" => &[Self::Smoke],
            "water_meter" => &[Self::PipeBurst],
            "electricity_meter" => &[Self::Overload],
            "camera" => &[Self::PictureLost],
            "waste_bin" => &[Self::BinFull, Self::BinOnFire],
            "lift" => &[Self::LiftStuck, Self::Trapped],
            _ => &[],
        }
    }
}

/// The beginning or the end of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Begins(Fault),
    Ends(Fault),
}

impl SimDevice {
    /// A device that goes on from what the server last heard of it.
    pub(super) fn new(view: &DeviceView, seed: u64) -> Self {
        let mut random = Random::new(seed, &view.device.id);
        let character = random.unit();
        let known = |stream: &str| view.latest.get(stream).map(|latest| latest.value);
        let level = match view.device.kind.as_str() {
            "water_meter" => known("volume_m3").unwrap_or_else(|| random.between(500.0, 9_000.0)),
            "electricity_meter" => known("energy_kwh").unwrap_or_else(|| random.between(5e3, 9e4)),
            "waste_bin" => known("fill_pct").unwrap_or_else(|| random.between(5.0, 60.0)),
            "lift" => known("floor").unwrap_or(1.0),
            _ => 0.0,
        };
        let battery_pct = known("battery_pct").unwrap_or_else(|| random.between(35.0, 100.0));
        let (id, kind) = (view.device.id.clone(), view.device.kind.clone());
        Self { id, kind, random, character, level, battery_pct, incident: None }
    }

    /// Whether something is wrong with it now.
    pub(super) fn is_faulty(&self) -> bool {
        self.incident.is_some()
    }

    /// Lets `dt_s` seconds pass. With `chance` something goes wrong that was right.
    pub(super) fn pass(&mut self, dt_s: f64, chance: f64) -> Option<Turn> {
        if let Some(incident) = &mut self.incident {
            incident.left_s -= dt_s;
            if incident.left_s > 0.0 {
                return None;
            }
            let fault = incident.fault;
            self.incident = None;
            if fault == Fault::BinFull {
                self.level = 4.0;
            }
            return Some(Turn::Ends(fault));
        }
        let faults = Fault::of_kind(&self.kind);
        if faults.is_empty() || !self.random.chance(chance) {
            return None;
        }
        let fault = faults[(self.random.unit() * faults.len() as f64) as usize];
        self.incident = Some(Incident { fault, left_s: self.random.between(25.0, 120.0) });
        Some(Turn::Begins(fault))
    }

    /// What it reports at this hour of the day, `dt_s` seconds after its last report.
    pub(super) fn report(&mut self, hour: f64, dt_s: f64) -> Vec<(&'static str, f64)> {
        let fault = self.incident.map(|incident| incident.fault);
        // A battery lasts about two years.
        self.battery_pct = (self.battery_pct - dt_s * 1.6e-6).max(6.0);
        let mut readings = match self.kind.as_str() {
            "street_lamp" => self.lamp(hour, fault),
            "manhole_cover" => self.cover(fault),
            "smoke_detector" => self.detector(hour, fault),
            "water_meter" => self.water(hour, dt_s, fault),
            "electricity_meter" => self.electricity(hour, dt_s, fault),
            "camera" => self.camera(hour, fault),
            "waste_bin" => self.bin(hour, dt_s, fault),
            "lift" => self.lift(hour, fault),
            _ => Vec::new(),
        };
        for (_, value) in &mut readings {
            // Sensors do not report more digits than they have.
            *value = (*value * 1000.0).round() / 1000.0;
        }
        readings
    }

    fn noise(&mut self, size: f64) -> f64 {
        self.random.between(-size, size)
    }

    fn lamp(&mut self, hour: f64, fault: Option<Fault>) -> Vec<(&'static str, f64)> {
        // Each lamp has its own eye for dusk.
        let light = curves::lamp_light((hour + (self.character - 0.5) * 0.3).rem_euclid(24.0));
        let out = fault == Some(Fault::LampOut);
        let power_w = if out || light == 0.0 { 0.0 } else { 120.0 * light + self.noise(4.0) };
        vec![("lamp_fault", f64::from(out)), ("power_w", power_w), ("voltage_v", self.mains_v())]
    }

    fn cover(&mut self, fault: Option<Fault>) -> Vec<(&'static str, f64)> {
        let tilt_deg = if fault == Some(Fault::LidOpen) { 38.0 } else { 1.0 } + self.noise(0.6);
        let water_m = if fault == Some(Fault::HighWater) { 1.9 } else { 0.15 + 0.25 * self.character };
        let water_m = water_m + self.noise(0.03);
        vec![("battery_pct", self.battery_pct), ("tilt_deg", tilt_deg), ("water_level_m", water_m)]
    }

    fn detector(&mut self, hour: f64, fault: Option<Fault>) -> Vec<(&'static str, f64)> {
        let burning = fault == Some(Fault::Smoke);
        let smoke_db_m = if burning { 0.35 + self.noise(0.1) } else { 0.008 + self.noise(0.006) };
        let temperature_c =
            curves::air_c(hour) + 2.0 * self.character + if burning { 14.0 } else { 0.0 } + self.noise(0.2);
        vec![("battery_pct", self.battery_pct), ("smoke_db_m", smoke_db_m), ("temperature_c", temperature_c)]
    }

    fn water(&mut self, hour: f64, dt_s: f64, fault: Option<Fault>) -> Vec<(&'static str, f64)> {
        let burst = fault == Some(Fault::PipeBurst);
        let drawn = curves::water_use(hour) * (4.0 + 5.0 * self.character) * self.random.between(0.7, 1.3);
        let flow = if burst { 18.5 } else { drawn };
        let pressure = if burst { 0.07 } else { 0.31 - 0.006 * drawn };
        self.level += flow * dt_s / 3600.0;
        let pressure = pressure + self.noise(0.004);
        vec![("flow_m3_h", flow), ("pressure_mpa", pressure), ("volume_m3", self.level)]
    }

    fn electricity(&mut self, hour: f64, dt_s: f64, fault: Option<Fault>) -> Vec<(&'static str, f64)> {
        let load =
            curves::electric_load(hour) * (70.0 + 60.0 * self.character) * self.random.between(0.92, 1.08);
        let power_kw = if fault == Some(Fault::Overload) { 212.0 + self.noise(5.0) } else { load };
        self.level += power_kw * dt_s / 3600.0;
        vec![("energy_kwh", self.level), ("power_kw", power_kw), ("voltage_v", self.mains_v())]
    }

    fn camera(&mut self, hour: f64, fault: Option<Fault>) -> Vec<(&'static str, f64)> {
        let lost = fault == Some(Fault::PictureLost);
        let moving = curves::coming_and_going(hour);
        let bitrate = if lost { 0.0 } else { 2.0 + 4.0 * moving + self.noise(0.4) };
        // Recorders overwrite the oldest, so the disk stays at a level of its own.
        let disk_pct = 70.0 + 20.0 * self.character + self.noise(0.5);
        vec![("bitrate_mbps", bitrate), ("disk_used_pct", disk_pct), ("picture_lost", f64::from(lost))]
    }

    fn bin(&mut self, hour: f64, dt_s: f64, fault: Option<Fault>) -> Vec<(&'static str, f64)> {
        // Fills in about a day, is emptied before it is full.
        self.level += dt_s * curves::coming_and_going(hour) * (0.0015 + 0.001 * self.character);
        if self.level > 72.0 {
            self.level = 4.0;
        }
        let fill_pct = if fault == Some(Fault::BinFull) { 96.0 } else { self.level };
        let burning = fault == Some(Fault::BinOnFire);
        let temperature_c = curves::air_c(hour) + if burning { 70.0 } else { 3.0 } + self.noise(0.5);
        vec![("battery_pct", self.battery_pct), ("fill_pct", fill_pct), ("temperature_c", temperature_c)]
    }

    fn lift(&mut self, hour: f64, fault: Option<Fault>) -> Vec<(&'static str, f64)> {
        let stands = matches!(fault, Some(Fault::LiftStuck | Fault::Trapped));
        if !stands && self.random.chance(0.1 + 0.8 * curves::coming_and_going(hour).min(1.0)) {
            let top = 7.0 + (self.character * 11.0).round();
            self.level = if self.random.chance(0.5) { 1.0 } else { self.random.between(1.0, top).round() };
        }
        let machine_room_c = curves::air_c(hour) + 6.0 + self.noise(0.5);
        let trapped = fault == Some(Fault::Trapped);
        vec![
            ("fault", f64::from(stands)),
            ("floor", self.level),
            ("machine_room_c", machine_room_c),
            ("trapped", f64::from(trapped)),
        ]
    }

    fn mains_v(&mut self) -> f64 {
        221.0 + 4.0 * (self.character - 0.5) + self.noise(2.0)
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;
    use twin_schemas::LocalizedText;
    use twin_schemas::geometry::LocalPoint;
    use twin_schemas::live::{Device, DeviceStatus, Reading};

    use super::*;
    use crate::domain::kinds::DeviceKinds;
    use crate::domain::reading::check;
    use crate::domain::state::DeviceState;

    fn device(kind: &str, id: &str) -> (Device, SimDevice) {
        let device = Device {
            id: id.into(),
            kind: kind.into(),
            name: LocalizedText::default(),
            position: LocalPoint::default(),
            object: None,
        };
        let sim = SimDevice::new(&DeviceState::default().view(&device), 1);
        (device, sim)
    }

    /// The status that the server gives a device for what it reports, which must be plausible.
    fn judged(sim: &mut SimDevice, hour: f64) -> DeviceStatus {
        let kinds = DeviceKinds::built_in().unwrap();
        let kind = kinds.get(&sim.kind).unwrap();
        let now = OffsetDateTime::now_utc();
        let mut state = DeviceState::default();
        for (stream, value) in sim.report(hour, 10.0) {
            let reading = Reading { device: sim.id.clone(), stream: stream.into(), value, time: None };
            let reading = check(reading, kind, now).unwrap();
            assert!(reading.plausible, "{reading:?}");
            state.observe(&reading, kind, now);
        }
        state.status().0
    }

    #[test]
    fn an_ordinary_day_is_normal_for_every_kind() {
        for kind in DeviceKinds::built_in().unwrap().list() {
            for number in 0..20 {
                let (_, mut sim) = device(&kind.id, &format!("{}-{number}", kind.id));
                for quarter in 0..96 {
                    let status = judged(&mut sim, f64::from(quarter) / 4.0);
                    assert_eq!(status, DeviceStatus::Normal, "{} at quarter {quarter}", sim.id);
                }
                assert_eq!(sim.report(0.0, 1.0).len(), kind.streams.len());
            }
        }
    }

    #[test]
    fn every_incident_is_seen_by_the_server_and_ends() {
        for kind in DeviceKinds::built_in().unwrap().list() {
            for number in 0..20 {
                let (_, mut sim) = device(&kind.id, &format!("{}-{number}", kind.id));
                let Some(Turn::Begins(fault)) = sim.pass(1.0, 1.0) else { unreachable!("{}", kind.id) };
                assert!(judged(&mut sim, 12.0) >= DeviceStatus::Warning, "{fault:?}");
                assert_eq!(sim.pass(200.0, 0.0), Some(Turn::Ends(fault)));
                assert_eq!(judged(&mut sim, 12.0), DeviceStatus::Normal, "{fault:?}");
            }
        }
    }

    #[test]
    fn a_meter_goes_on_from_what_the_server_knows() {
        let (device, mut sim) = device("water_meter", "w");
        let first = sim.report(8.0, 3600.0)[2].1;
        let mut view = DeviceState::default().view(&device);
        view.latest.insert(
            "volume_m3".into(),
            twin_schemas::live::LatestReading { value: first, time: OffsetDateTime::UNIX_EPOCH },
        );
        assert!(SimDevice::new(&view, 99).report(8.0, 60.0)[2].1 >= first);
    }
}
