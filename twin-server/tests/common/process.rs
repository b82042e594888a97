//! What tests of the server as a process share: starting it on a free port and asking it.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{device, publish};

/// A running `twin-server serve`; killed when dropped.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) url: String,
}

impl Process {
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    pub(crate) fn start_with(folder: &Path, options: &[&str]) -> Self {
        let mut command = serve(folder);
        command.args(["--listen", "127.0.0.1:0"]).args(options);
        Self::spawn(command)
    }

    /// Starts it on a database that another has left.
    pub(crate) fn start_on(folder: &Path, name: &str) -> Self {
        let mut command = serve_database(folder, name);
        command.args(["--listen", "127.0.0.1:0"]);
        Self::spawn(command)
    }

    /// Starts it on a database by its address.
    pub(crate) fn start_at(folder: &Path, address: &str) -> Self {
        let mut command = serve_address(folder, address);
        command.args(["--listen", "127.0.0.1:0"]);
        Self::spawn(command)
    }

    /// Starts a command that prints its address as `serve` does.
    pub(crate) fn spawn(command: Command) -> Self {
        Self::spawn_with_log(command, Stdio::null())
    }

    /// As [`Self::spawn`], with what it logs.
    pub(crate) fn spawn_with_log(mut command: Command, log: impl Into<Stdio>) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}")).trim().to_owned();
        Self { child, url }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.url.strip_prefix("http://").unwrap()).unwrap();
        // Nothing here may hang for ever; no test measures this.
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    pub(crate) fn put(&self, id: &str, kind: &str) {
        let url = format!("{}/api/v1/devices/{id}", self.url);
        ureq::put(&url).header("content-type", "application/json").send(device(kind, 1.0)).unwrap();
    }

    pub(crate) fn post(&self, readings: &Value) -> Result<Value, ureq::Error> {
        let url = format!("{}/api/v1/readings", self.url);
        ureq::post(&url).send_json(json!({ "readings": readings }))?.body_mut().read_json()
    }

    pub(crate) fn text(&self, path: &str) -> String {
        ureq::get(format!("{}{path}", self.url)).call().unwrap().body_mut().read_to_string().unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path)).unwrap()
    }

    /// A figure of `/metrics`, by its whole name with labels.
    pub(crate) fn figure(&self, name: &str) -> f64 {
        let text = self.text("/metrics");
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} is not there:\n{text}")).parse().unwrap()
    }

    /// Sends a signal and waits for the end; gives the exit code and how long it took.
    pub(crate) fn signal(&mut self, name: &str) -> (Option<i32>, Duration) {
        let started = Instant::now();
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
        (self.child.wait().unwrap().code(), started.elapsed())
    }

    /// Tells it to stop and waits until it has.
    pub(crate) fn stop(mut self) {
        assert_eq!(self.signal("-TERM").0, Some(0));
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `serve` on a folder that [`folder`] made.
pub(crate) fn serve(folder: &Path) -> Command {
    serve_database(folder, "twin.db")
}

/// As [`serve`], on another database in the folder.
pub(crate) fn serve_database(folder: &Path, name: &str) -> Command {
    serve_address(folder, &database(folder, name))
}

/// As [`serve`], on the database that an address names.
pub(crate) fn serve_address(folder: &Path, address: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twin-server"));
    command
        .arg("serve")
        .arg("--publication")
        .arg(folder.join("publication"))
        .args(["--database", address])
        // The readings of the tests are of a fixed day and grow old.
        .args(["--retention-days", "0"])
        .env_remove("TWIN_CONFIG")
        .env("TWIN_LOG", "warn");
    command
}

pub(crate) fn database(folder: &Path, name: &str) -> String {
    format!("sqlite:{}", folder.join(name).display())
}

/// A folder with a tiny publication.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    folder
}
