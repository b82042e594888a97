//! The server shown to hold: killed at random, on a full disk, without its database for a while, asked by a
//! client that knows nothing but the OpenAPI document, and asked the same thing by every door. One program for
//! all of it, which is linked once.

#[cfg(target_os = "linux")]
mod full_disk;
mod kills;
mod openapi;
mod outage;
mod side_doors;
mod writers;

use std::io::Write;
use std::process::{Command, Stdio};

/// Runs a command of the server on a database, with a line for its standard input; gives what it prints.
fn command(address: &str, arguments: &[&str], line: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_twin-server"))
        .args(arguments)
        .env("TWIN_DATABASE", address)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A number from the environment.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}
