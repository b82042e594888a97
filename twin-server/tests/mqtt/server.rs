//! A server of a test's own, as a process that takes readings from a broker.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{device, publish};

/// The stream of the devices in these tests.
pub(crate) const STREAM: &str = "fill_pct";

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    url: String,
}

impl Server {
    pub(crate) fn start(folder: &Path, options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_twin-server"))
            .args(["serve", "--listen", "127.0.0.1:0", "--retention-days", "0"])
            .arg("--publication")
            .arg(folder.join("publication"))
            .args(["--database", &format!("sqlite:{}/twin.db", folder.display())])
            .args(options)
            .env("TWIN_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}")).trim().to_owned();
        Self { child, url }
    }

    /// Registers bins.
    pub(crate) fn with_bins(self, ids: &[&str]) -> Self {
        for id in ids {
            let url = format!("{}/api/v1/devices/{id}", self.url);
            let body = device("waste_bin", 1.0);
            ureq::put(&url).header("content-type", "application/json").send(body).unwrap();
        }
        self
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        ureq::get(format!("{}{path}", self.url)).call().unwrap().body_mut().read_json().unwrap()
    }

    pub(crate) fn broker(&self) -> Value {
        self.get("/api/v1/mqtt")
    }

    /// The readings of a bin: time and value.
    pub(crate) fn history(&self, id: &str) -> Vec<(String, f64)> {
        let answer = self.get(&format!("/api/v1/devices/{id}/readings?stream={STREAM}&limit=100000"));
        assert_eq!(answer["truncated"], false);
        let reading =
            |one: &Value| (one["time"].as_str().unwrap().to_owned(), one["value"].as_f64().unwrap());
        answer["readings"].as_array().unwrap().iter().map(reading).collect()
    }

    /// The values of a bin's readings in the order of time.
    pub(crate) fn values(&self, id: &str) -> Vec<f64> {
        self.history(id).into_iter().map(|(_, value)| value).collect()
    }

    /// Waits until the server takes messages.
    pub(crate) fn connected(self) -> Self {
        until("connected", || self.broker()["connected"] == true);
        self
    }

    /// Ends it, by a signal; gives the exit code.
    pub(crate) fn signal(&mut self, name: &str) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder with a tiny publication.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    folder
}

/// Waits for something that must come. The limit is for a machine that is busy with other tests.
#[track_caller]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "`{what}` did not come");
        std::thread::sleep(Duration::from_millis(30));
    }
}
