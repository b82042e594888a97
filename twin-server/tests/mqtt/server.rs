//! What the tests ask of a server that takes readings from a broker.

use std::collections::BTreeSet;

use serde_json::Value;

use super::publisher::number;
use crate::common::process::Process;
use crate::common::until;

/// The stream of the devices in these tests.
pub(crate) const STREAM: &str = "fill_pct";

/// What these tests ask of a server.
pub(crate) trait Fed: Sized {
    fn with_bins(self, ids: &[&str]) -> Self;
    fn broker(&self) -> Value;
    fn history(&self, id: &str) -> Vec<(String, f64)>;
    fn numbers(&self, id: &str) -> BTreeSet<u32>;
    fn values(&self, id: &str) -> Vec<f64>;
    fn connected(self) -> Self;
}

impl Fed for Process {
    /// Registers bins.
    fn with_bins(self, ids: &[&str]) -> Self {
        for id in ids {
            self.put(id, "waste_bin");
        }
        self
    }

    fn broker(&self) -> Value {
        self.get("/api/v1/mqtt")
    }

    /// The readings of a bin: time and value.
    fn history(&self, id: &str) -> Vec<(String, f64)> {
        let answer = self.get(&format!("/api/v1/devices/{id}/readings?stream={STREAM}&limit=100000"));
        assert_eq!(answer["truncated"], false);
        let reading =
            |one: &Value| (one["time"].as_str().unwrap().to_owned(), one["value"].as_f64().unwrap());
        answer["readings"].as_array().unwrap().iter().map(reading).collect()
    }

    /// The numbers of the readings of a bin whose publisher numbers them, each of which is there once.
    fn numbers(&self, id: &str) -> BTreeSet<u32> {
        let history = self.history(id);
        let numbers: BTreeSet<u32> = history.iter().map(|(time, _)| number(time)).collect();
        assert_eq!(numbers.len(), history.len());
        numbers
    }

    /// The values of a bin's readings in the order of time.
    fn values(&self, id: &str) -> Vec<f64> {
        self.history(id).into_iter().map(|(_, value)| value).collect()
    }

    /// Waits until the server takes messages.
    fn connected(self) -> Self {
        until("connected", || self.broker()["connected"] == true);
        self
    }
}
