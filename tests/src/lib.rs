//! The harness of the end-to-end tests: the real programs, on free ports, in private folders.
//!
//! Every process that a test starts ends with it, also when it fails.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// The root of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folder of real surveys, or `None` after saying that the test is skipped.
#[must_use]
pub fn survey_data() -> Option<PathBuf> {
    let root =
        std::env::var_os("TWIN_TEST_DATA").map_or_else(|| repository().join("../shared/data"), PathBuf::from);
    let found = root.join("osgb/cc-zhongshan").is_dir();
    if !found {
        say(&format!("SKIPPED: no test data at `{}` (set TWIN_TEST_DATA)", root.display()));
    }
    found.then_some(root)
}

/// A program of the workspace, built beside this test.
///
/// # Errors
/// If it was not built.
pub fn program(name: &str) -> Result<Command, String> {
    let test = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = test.ancestors().nth(2).ok_or("the test stands in no target folder")?;
    let path = folder.join(name);
    if path.is_file() {
        Ok(Command::new(path))
    } else {
        Err(format!("`{}` is missing\nhint: cargo build --workspace", path.display()))
    }
}

/// Runs a command to its end.
///
/// # Errors
/// If it fails, with everything that it printed.
pub fn run(command: &mut Command) -> Result<Output, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        Ok(output)
    } else {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Err(format!("{command:?} failed\n{}\n{}", text(&output.stdout), text(&output.stderr)))
    }
}

/// A server on a free loopback port, stopped when dropped.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:<port>`.
    pub address: String,
}

impl Server {
    /// Starts `twin-server serve` and waits until it listens.
    ///
    /// # Errors
    /// If it ends before it listens.
    pub fn start(publication: &Path, database: &Path) -> Result<Self, String> {
        Self::start_as(publication, database, |command| command.args(["--listen", "127.0.0.1:0"]))
    }

    /// As [`Self::start`], configured in a way of its own, which says where to listen.
    ///
    /// # Errors
    /// If it ends before it listens.
    pub fn start_as(
        publication: &Path,
        database: &Path,
        configured: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Result<Self, String> {
        let mut command = program("twin-server")?;
        command.arg("serve").arg("--publication").arg(publication);
        command.arg("--database").arg(format!("sqlite:{}", database.display()));
        configured(&mut command).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let out = child.stdout.take().ok_or("no standard output")?;
        let line = BufReader::new(out).lines().next().and_then(Result::ok);
        if let Some(address) = line.as_deref().and_then(|line| line.strip_prefix("listening on ")) {
            return Ok(Self { child, address: address.to_owned() });
        }
        let _ = child.kill();
        let _ = child.wait();
        Err(format!("the server said {line:?} instead of its address"))
    }

    /// The body of a GET, as JSON.
    ///
    /// # Errors
    /// If the server does not answer with JSON.
    pub fn get(&self, path: &str) -> Result<serde_json::Value, String> {
        let mut response = ureq::get(format!("{}{path}", self.address))
            .call()
            .map_err(|error| format!("{path}: {error}"))?;
        response.body_mut().read_json().map_err(|error| format!("{path}: {error}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The library by which a program's clock can be set off, with `LD_PRELOAD` and `FAKETIME`.
///
/// # Panics
/// If it is not installed.
#[must_use]
pub fn clock_library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().filter_map(Result::ok);
    folders
        .map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"))
        .find(|library| library.is_file())
        .expect("libfaketime is installed (scripts/setup does it)")
}

/// A loopback port that was free a moment ago, for programs that must know it before they start.
///
/// # Errors
/// If there is none.
pub fn free_port() -> Result<u16, String> {
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    free.map(|address| address.port()).map_err(|error| error.to_string())
}

/// Runs a script of `tests/browser` with Node.
///
/// # Errors
/// If a case fails, with its report.
pub fn node(script: &str, arguments: &[&str], address: Option<&str>) -> Result<String, String> {
    let mut command = Command::new("node");
    if address.is_some() {
        command.arg("--test-reporter=spec");
    }
    command.arg(script).args(arguments).current_dir(repository().join("tests/browser"));
    if let Some(address) = address {
        command.env("TWIN_ADDRESS", address);
    }
    let told = run(&mut command).map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    if address.is_none() {
        told
    } else {
        told.map(|text| short(script, &text)).map_err(|text| failed_first(&text))
    }
}

/// Lines of the reporter about tests that passed, and about counts.
const PASSED: [char; 2] = ['\u{2714}', '\u{2139}'];

/// What is worth a line of a case that passed: how many tests in what time, and the figures that it told.
fn short(script: &str, report: &str) -> String {
    let count = |name: &str| {
        let head = format!("\u{2139} {name} ");
        report.lines().rev().find_map(|line| line.trim().strip_prefix(&head)).unwrap_or("?").to_owned()
    };
    let is_told = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with(PASSED);
    let figures: Vec<&str> = report.lines().filter(is_told).collect();
    let (passed, all, time_ms) = (count("pass"), count("tests"), count("duration_ms"));
    format!("{script}: {passed} of {all} in {time_ms} ms\n{}", figures.join("\n"))
}

/// A report without the tests that passed: what failed must not be lost among them where a report is cut short.
fn failed_first(report: &str) -> String {
    let rest: Vec<&str> = report.lines().filter(|line| !line.trim_start().starts_with(PASSED)).collect();
    rest.join("\n")
}

/// A line on standard error, for skipped tests and figures.
#[expect(clippy::print_stderr, reason = "tests speak to the person who runs them")]
pub fn say(text: &str) {
    eprintln!("{text}");
}
