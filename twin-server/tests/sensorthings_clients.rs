//! SensorThings as clients that nobody here wrote use it: frost-sta-client, the Python client of the
//! Fraunhofer IOSB. Skipped, and said so, where it is not installed; `scripts/setup` installs it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::process::{Process, folder};
use crate::common::reading;
use serde_json::json;

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
    let folder = folder();
    let server = Process::start(folder.path());
    server.put("lamp-1", "street_lamp");
    let readings: Vec<_> = (0..250)
        .map(|n| {
            reading("lamp-1", "power_w", f64::from(n), &format!("2026-05-01T12:{:02}:{:02}Z", n / 60, n % 60))
        })
        .collect();
    server.post(&json!(readings)).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/frost.py");
    let output = Command::new(python).arg(script).arg(format!("{}/sta/v1.1", server.url)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "all steps done");
}
