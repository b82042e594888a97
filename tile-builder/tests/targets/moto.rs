//! A real server of the S3 protocol, `moto_server` of `PyPI`, for as long as a test runs. Used by
//! `targets`.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tile_builder::publish::s3::S3Target;

/// The server asks who is there, and does not hold the signature against the key.
pub(crate) const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=anybody/20261120/us-east-1/s3/aws4_request, \
                      SignedHeaders=host, Signature=00";

pub(crate) struct Moto {
    process: Child,
    pub(crate) url: String,
}

impl Moto {
    /// Starts a server; `guarded` after so many requests, it asks for known keys. `None`, and a word
    /// about it, if there is none here.
    pub(crate) fn start(guarded: Option<u32>) -> Option<Self> {
        let target = Path::new(env!("CARGO_BIN_EXE_tile-builder")).ancestors().nth(2).unwrap();
        let installed = target.join("s3-venv/bin/moto_server");
        let program = if installed.is_file() { installed } else { PathBuf::from("moto_server") };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        if let Some(requests) = guarded {
            command.env("INITIAL_NO_AUTH_ACTION_COUNT", requests.to_string());
        }
        let Ok(process) = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
            eprintln!("SKIPPED: publishing to S3; there is no `moto_server` (run `scripts/setup test`)");
            return None;
        };
        let server = Self { process, url: format!("http://127.0.0.1:{port}") };
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the server of S3 does not answer");
            std::thread::sleep(Duration::from_millis(100));
        }
        Some(server)
    }

    pub(crate) fn make_bucket(&self, name: &str) {
        let url = format!("{}/{name}", self.url);
        ureq::put(url).header("authorization", SIGNED).send_empty().unwrap();
    }

    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        let settings = [
            ("AWS_ENDPOINT_URL", self.url.as_str()),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_ACCESS_KEY_ID", "anybody"),
            ("AWS_SECRET_ACCESS_KEY", "anything"),
            ("AWS_REGION", "us-east-1"),
        ];
        settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    pub(crate) fn open(&self, address: &str) -> S3Target {
        S3Target::open(address, self.settings()).unwrap()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
