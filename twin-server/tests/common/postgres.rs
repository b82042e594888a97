//! A `PostgreSQL` of the tests' own, in a folder of its own and behind a socket there. It ends with the process
//! that started it, however that ends: a shell waits for the other end of a pipe. Used by the tests of the
//! interface and, from within the crate, by the suite that all stores pass.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::io::Write;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The name of its administrator.
const USER: &str = "twin";
/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(60);
/// Runs the server until the pipe says how to end it. When the pipe ends, the folder goes, too.
const KEEPER: &str = r#"
"$@" >>"$FOLDER/log" 2>&1 &
server=$!
if read -r signal; then kill "-$signal" $server; wait $server
else kill -INT $server; wait $server; rm -rf "$FOLDER"; fi
"#;

/// A `PostgreSQL` that runs, or has run.
pub(crate) struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    safe: bool,
    keeper: Option<Child>,
}

impl Cluster {
    /// The one that the tests of this process share; none, after saying so, if `PostgreSQL` is missing. It does
    /// not wait for the disk.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(false)).as_ref()
    }

    /// Starts one; `safe` has it wait for the disk, as in earnest.
    pub(crate) fn start(safe: bool) -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!("skipped: PostgreSQL is not installed; `scripts/setup test` installs it");
            return None;
        };
        let folder = tempfile::tempdir().unwrap().keep();
        let mut cluster = Self { folder, programs, safe, keeper: None };
        if let Some((user, group)) = unprivileged() {
            chown(&cluster.folder, Some(user), Some(group)).unwrap();
        }
        let options = ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions"];
        let mut initdb = cluster.command("initdb");
        initdb.args(["-U", USER, "-D"]).arg(cluster.folder.join("data")).args(options);
        let made = initdb.stdout(Stdio::null()).output().unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        cluster.run();
        Some(cluster)
    }

    /// Starts the server and waits until it answers.
    pub(crate) fn run(&mut self) {
        let server = self.command("postgres");
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(server.get_program()).args(server.get_args());
        keeper.arg("-D").arg(self.folder.join("data")).arg("-k").arg(&self.folder);
        let safe = if self.safe { "on" } else { "off" };
        for setting in ["listen_addresses=", "shared_buffers=32MB", "max_connections=60"] {
            keeper.args(["-c", setting]);
        }
        for setting in ["fsync", "full_page_writes"] {
            keeper.arg("-c").arg(format!("{setting}={safe}"));
        }
        keeper.env("FOLDER", &self.folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        self.keeper = Some(keeper.spawn().unwrap());
        let started = Instant::now();
        while !self.tool("pg_isready").arg("-q").status().unwrap().success() {
            let log = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(started.elapsed() < PATIENCE, "PostgreSQL does not start:\n{}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the server at once, as a crash does.
    pub(crate) fn crash(&mut self) {
        let mut keeper = self.keeper.take().unwrap();
        keeper.stdin.take().unwrap().write_all(b"QUIT\n").unwrap();
        keeper.wait().unwrap();
    }

    /// Makes a database and gives its address.
    pub(crate) fn database(&self) -> String {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("case_{}", MADE.fetch_add(1, Ordering::Relaxed));
        let made = self.tool("createdb").arg(&name).output().unwrap();
        assert!(made.status.success(), "createdb: {}", String::from_utf8_lossy(&made.stderr));
        format!("postgres:///{name}?host={}&user={USER}", self.folder.display())
    }

    /// One of `PostgreSQL`'s tools, at this server.
    pub(crate) fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.arg("-h").arg(&self.folder).args(["-U", USER]).stdin(Stdio::null());
        command
    }

    /// A program of the server, as a user that it runs for.
    fn command(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let Some((user, group)) = unprivileged() else { return Command::new(program) };
        let mut command = Command::new("setpriv");
        command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
        command.arg(program).current_dir("/");
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        match self.keeper.take() {
            Some(mut keeper) => {
                drop(keeper.stdin.take());
                let _ = keeper.wait();
            }
            None => drop(std::fs::remove_dir_all(&self.folder)),
        }
    }
}

/// Where the newest version that is installed has its programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.map(|entry| entry.path()).max_by_key(|path| number(path));
    newest.map(|path| path.join("bin")).filter(|path| path.join("initdb").exists())
}

/// A user and a group for the server where we are root, for whom it does not run.
fn unprivileged() -> Option<(u32, u32)> {
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let id = |option, user| {
        let output = Command::new("id").args([option, user]).output().unwrap();
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    let of = |user| Some((id("-u", user)?, id("-g", user)?));
    root.then(|| of("postgres").or_else(|| of("nobody")).unwrap())
}
