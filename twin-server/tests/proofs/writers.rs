//! Devices, gateways and people who write until the server is gone, and remember what it acknowledged.

use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::common::client::{Client, Told};
use crate::common::reading;

/// Readings of history that are asked for at once.
const PAGE: usize = 50_000;

/// Readings of one stream, one a second, each with a value that follows from its place.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) device: String,
    /// Readings that are sent together.
    pub(crate) at_once: u64,
    /// How many the server has acknowledged; a reading that was sent in vain is sent again, as devices do.
    pub(crate) acknowledged: u64,
}

/// The instant of a reading by its place.
pub(crate) fn instant(place: u64) -> String {
    let start = OffsetDateTime::from_unix_timestamp(1_767_225_600).unwrap();
    (start + Duration::seconds(i64::try_from(place).unwrap())).format(&Rfc3339).unwrap()
}

pub(crate) fn value(place: u64) -> f64 {
    f64::from(u32::try_from(place % 101).unwrap())
}

impl Series {
    pub(crate) fn new(device: &str, at_once: u64) -> Self {
        Self { device: device.to_owned(), at_once, acknowledged: 0 }
    }

    /// Sends the next readings; every second batch comes with the newest first, so that the others are late.
    /// The answer, or nothing if there was none.
    pub(crate) fn send_next(&mut self, client: &Client) -> Option<Told> {
        let places = self.acknowledged..self.acknowledged + self.at_once;
        let one = |place| reading(&self.device, "fill_pct", value(place), &instant(place));
        let mut readings: Vec<Value> = places.map(one).collect();
        if self.acknowledged / self.at_once % 2 == 1 {
            readings.reverse();
        }
        let told = client.send("POST", "/api/v1/readings", &json!({ "readings": readings }))?;
        if told.status == 200 {
            let answer = told.json();
            let count = |field: &str| answer[field].as_u64().unwrap();
            assert_eq!(count("accepted") + count("duplicates"), self.at_once, "{answer}");
            self.acknowledged += self.at_once;
        }
        Some(told)
    }

    /// Everything that was acknowledged is stored from a place on, nothing else is but at most what was sent
    /// last and not acknowledged, that as a whole, and the device shows the newest.
    pub(crate) fn check(&self, client: &Client, from: u64) {
        let Self { device, at_once, acknowledged } = self;
        let mut count = from;
        loop {
            let query = format!("stream=fill_pct&keep=oldest&limit={PAGE}&from={}", instant(count));
            let history = client.get(&format!("/api/v1/devices/{device}/readings?{query}")).json();
            let stored = history["readings"].as_array().unwrap();
            for (place, stored) in (count..).zip(stored) {
                let found = (stored["time"].as_str().unwrap(), stored["value"].as_f64().unwrap());
                assert_eq!(found, (&*instant(place), value(place)), "{device}: a gap or a change at {place}");
            }
            count += stored.len() as u64;
            if stored.len() < PAGE {
                break;
            }
        }
        let is_whole = count == *acknowledged || count == acknowledged + at_once;
        assert!(is_whole, "{device}: {acknowledged} acknowledged, {count} stored");
        let Some(newest) = count.checked_sub(1) else { return };
        let latest = &client.get(&format!("/api/v1/devices/{device}")).json()["latest"]["fill_pct"];
        assert_eq!(latest["time"].as_str().unwrap(), instant(newest), "{device}");
        assert_eq!(latest["value"], value(newest), "{device}");
    }
}

/// Changes that belong in the audit log, made by a gateway with a key and by an administrator.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Objects of the entries that must be there.
    pub(crate) audited: Vec<String>,
    /// Addresses that must be there.
    pub(crate) made: Vec<String>,
    /// What the property of the building was last acknowledged to be.
    pub(crate) property: u64,
}

impl Changes {
    /// Makes one change of each kind; false if the server is gone. `name` names no other change.
    pub(crate) fn make(&mut self, gateway: &Client, admin: &Client, name: &str) -> bool {
        let device = format!("/api/v1/devices/{name}");
        let position = json!({ "east_m": 10.0, "north_m": 5.0, "up_m": 0.0 });
        let body = json!({ "kind": "lift", "position": position });
        let Some(told) = gateway.send("PUT", &device, &body) else { return false };
        assert_eq!(told.status, 201, "{}", told.body);
        self.audited.push(device.clone());
        self.made.push(device);
        let body = json!({ "name": name, "role": "device" });
        let Some(told) = admin.send("POST", "/api/v1/keys", &body) else { return false };
        assert_eq!(told.status, 201, "{}", told.body);
        let id = told.json()["key"]["id"].as_str().unwrap().to_owned();
        self.audited.push(format!("key:{id}"));
        self.made.push(format!("/api/v1/keys/{id}"));
        let building = "/api/v1/objects/building/b1";
        let body = json!({ "properties": { "count": self.property + 1 } });
        let Some(told) = admin.send("PATCH", building, &body) else { return false };
        assert_eq!(told.status, 200, "{}", told.body);
        self.audited.push(building.to_owned());
        self.property += 1;
        true
    }

    /// What was acknowledged is there, and so are its entries since a place of the audit log.
    pub(crate) fn check(&mut self, admin: &Client, audit: &str) {
        for path in self.made.drain(..) {
            admin.get(&path);
        }
        let object = admin.get("/api/v1/objects/building/b1").json();
        let found = object["properties"]["count"].as_u64().unwrap_or_default();
        let known = self.property..=self.property + 1;
        assert!(known.contains(&found), "{found} is stored, {} acknowledged", self.property);
        self.property = found;
        let objects: std::collections::BTreeSet<&str> =
            audit.lines().filter_map(|line| line.split(',').nth(4)).collect();
        for object in self.audited.drain(..) {
            assert!(objects.contains(&*object), "{object} is not in the audit log");
        }
    }
}
