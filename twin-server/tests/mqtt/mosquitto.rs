//! A Mosquitto of a test's own: on a free port, in a private folder, with the configuration that
//! `scripts/deploy/mosquitto` offers, but for places and ports.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::common::until;

/// Everyone's password.
pub(crate) const PASSWORD: &str = "p@ss/word";
/// The server's name, and the devices'.
const USERS: [&str; 5] = ["twin", "bin-1", "bin-2", "bin-3", READER];
/// One who hears what the server tells.
const READER: &str = "reader";

/// A running broker, or one that is away for now. Ended when dropped.
pub(crate) struct Mosquitto {
    child: Option<Child>,
    folder: TempDir,
    pub(crate) port: u16,
    tls_port: Option<u16>,
}

impl Mosquitto {
    /// A broker, or none after saying that the test is skipped.
    pub(crate) fn start() -> Option<Self> {
        let mut broker = Self::prepared()?;
        broker.start_again();
        Some(broker)
    }

    /// A broker that takes encrypted connections too, with a certificate of its own authority.
    pub(crate) fn start_with_tls() -> Option<Self> {
        let mut broker = Self::prepared()?;
        if Command::new("openssl").arg("version").output().is_err() {
            eprintln!("SKIPPED: no `openssl` (scripts/setup test)");
            return None;
        }
        certificates(broker.folder.path());
        broker.tls_port = Some(free_port());
        broker.start_again();
        Some(broker)
    }

    /// A broker that is not there yet.
    pub(crate) fn prepared() -> Option<Self> {
        if Command::new("mosquitto").arg("-h").output().is_err() {
            eprintln!("SKIPPED: no `mosquitto` (scripts/setup test)");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let passwords = folder.path().join("passwords");
        std::fs::write(&passwords, "").unwrap();
        for user in USERS {
            let done =
                Command::new("mosquitto_passwd").arg("-b").arg(&passwords).args([user, PASSWORD]).output();
            assert!(done.unwrap().status.success());
        }
        let rules = std::fs::read_to_string(offered().join("acl")).unwrap();
        let more = format!("{rules}\nuser {READER}\ntopic read twin/#\ntopic read v1.1/#\n");
        std::fs::write(folder.path().join("acl"), more).unwrap();
        Some(Self { child: None, folder, port: free_port(), tls_port: None })
    }

    /// Starts, or starts again with what was saved.
    pub(crate) fn start_again(&mut self) {
        let folder = self.folder.path();
        std::fs::write(folder.join("mosquitto.conf"), self.configuration()).unwrap();
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let child = Command::new("mosquitto")
            .arg("-c")
            .arg(folder.join("mosquitto.conf"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let child = self.child.insert(child);
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = || std::fs::read_to_string(folder.join("log")).unwrap_or_default();
            assert!(child.try_wait().unwrap().is_none() && Instant::now() < deadline, "{}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it as a supervisor does, so that it saves what it has.
    pub(crate) fn stop(&mut self) {
        self.signal("-TERM");
        self.child.take().unwrap().wait().unwrap();
    }

    /// Ends it as a crash does: what came since it last saved is gone.
    pub(crate) fn kill(&mut self) {
        self.signal("-KILL");
        self.child.take().unwrap().wait().unwrap();
    }

    /// Has it save what it has.
    pub(crate) fn save(&self) {
        let saved = self.folder.path().join("mosquitto.db");
        let _ = std::fs::remove_file(&saved);
        self.signal("-USR1");
        until("what the broker saves", || saved.exists());
    }

    fn signal(&self, name: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Where the server finds it.
    pub(crate) fn url(&self) -> String {
        format!("mqtt://twin:p%40ss%2Fword@127.0.0.1:{}", self.port)
    }

    /// Where the server finds it, encrypted; and the certificates to trust.
    pub(crate) fn tls_url(&self) -> (String, std::path::PathBuf) {
        let port = self.tls_port.unwrap();
        (format!("mqtts://twin:p%40ss%2Fword@localhost:{port}"), self.folder.path().join("ca.crt"))
    }

    /// Publishes with assured delivery, as a device.
    pub(crate) fn publish(&self, user: &str, topic: &str, payload: &str) -> Output {
        self.publish_with(user, topic, payload, &["-q", "1"])
    }

    pub(crate) fn publish_with(&self, user: &str, topic: &str, payload: &str, options: &[&str]) -> Output {
        let mut command = Command::new("mosquitto_pub");
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-u", user, "-P", PASSWORD]);
        let payload = if payload.is_empty() { vec!["-n"] } else { vec!["-m", payload] };
        let output = command.args(["-t", topic]).args(payload).args(options).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// What the broker keeps of a topic.
    pub(crate) fn kept(&self, topic: &str) -> Option<String> {
        let output = self.subscriber(topic).args(["--retained-only", "-C", "1", "-W", "1"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (!text.is_empty()).then_some(text)
    }

    /// Listens to a topic.
    pub(crate) fn listen(&self, topic: &str) -> Listener {
        let mut child = self.subscriber(topic).stdout(Stdio::piped()).spawn().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&lines);
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                heard.lock().unwrap().push(line);
            }
        });
        Listener { child, lines }
    }

    fn subscriber(&self, topic: &str) -> Command {
        let mut command = Command::new("mosquitto_sub");
        command.args([
            "-h",
            "127.0.0.1",
            "-p",
            &self.port.to_string(),
            "-u",
            READER,
            "-P",
            PASSWORD,
            "-t",
            topic,
        ]);
        command
    }

    /// The offered configuration with places and ports of this test.
    fn configuration(&self) -> String {
        let mut text = std::fs::read_to_string(offered().join("mosquitto.conf")).unwrap();
        let folder = self.folder.path().display();
        let mut replace = |from: &str, to: String| {
            assert!(text.contains(from), "`{from}` is no longer in the offered configuration");
            text = text.replace(from, &to);
        };
        replace("\nlistener 1883\n", format!("\nlistener {} 127.0.0.1\n", self.port));
        replace(" /etc/mosquitto/passwords\n", format!(" {folder}/passwords\n"));
        replace(" /etc/mosquitto/acl\n", format!(" {folder}/acl\n"));
        replace(" /var/lib/mosquitto/\n", format!(" {folder}/\n"));
        if let Some(port) = self.tls_port {
            replace("\n# listener 8883\n", format!("\nlistener {port} 127.0.0.1\n"));
            replace("\n# certfile /etc/mosquitto/certs/", format!("\ncertfile {folder}/"));
            replace("\n# keyfile /etc/mosquitto/certs/", format!("\nkeyfile {folder}/"));
            replace("\n# tls_version", "\ntls_version".into());
        }
        // Mosquitto gives up being root otherwise, and cannot read the folder then.
        text + "user root\n"
    }
}

/// A client that listens; ended when dropped.
pub(crate) struct Listener {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Listener {
    /// What it has heard.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn offered() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/deploy/mosquitto")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// An authority, and a certificate for `localhost` that it signed.
fn certificates(folder: &Path) {
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    let authority = ["req", "-x509", "-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.crt"];
    openssl(&[&authority[..], &key].concat());
    let request = ["req", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"];
    openssl(&[&request[..], &key].concat());
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
        .unwrap();
    openssl(&[
        "x509",
        "-req",
        "-in",
        "server.csr",
        "-CA",
        "ca.crt",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-extfile",
        "names",
        "-out",
        "server.crt",
    ]);
}
