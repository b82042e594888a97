//! SensorThings as clients that nobody here wrote use it: frost-sta-client, the Python client of the
//! Fraunhofer IOSB. Skipped, and said so, where it is not installed; `scripts/setup` installs it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests fail like tests, and say what they leave out"
)]

mod common;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use common::{device, publish, reading};
use serde_json::json;

/// A running server; killed when dropped.
struct Process {
    child: Child,
    url: String,
}

impl Process {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_twin-server"))
            .args(["serve", "--listen", "127.0.0.1:0", "--publication"])
            .arg(folder.join("publication"))
            .args(["--database", &format!("sqlite:{}/twin.db", folder.display())])
            // The readings are of a fixed day and grow old.
            .args(["--retention-days", "0"])
            .env("TWIN_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}")).trim().to_owned();
        Self { child, url }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The Python that has the client; nothing if it is not installed.
fn python() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_BIN_EXE_twin-server")).ancestors().nth(2).unwrap();
    let python = target.join("sta-venv/bin/python");
    if !python.exists() {
        let path = python.display();
        eprintln!("SKIPPED: frost-sta-client is not at `{path}` (run `scripts/setup test`)");
        return None;
    }
    Some(python)
}

#[test]
fn frost_sta_client_creates_filters_expands_pages_changes_and_removes() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    let server = Process::start(folder.path());
    let url = format!("{}/api/v1/devices/lamp-1", server.url);
    ureq::put(&url).header("content-type", "application/json").send(device("street_lamp", 10.0)).unwrap();
    let readings: Vec<_> = (0..250)
        .map(|n| {
            reading("lamp-1", "power_w", f64::from(n), &format!("2026-05-01T12:{:02}:{:02}Z", n / 60, n % 60))
        })
        .collect();
    ureq::post(format!("{}/api/v1/readings", server.url)).send_json(json!({ "readings": readings })).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/frost.py");
    let output = Command::new(python).arg(script).arg(format!("{}/sta/v1.1", server.url)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "all steps done");
}
