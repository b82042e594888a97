//! A restart behind a socket that the supervisor holds: no connection is refused, nothing that was
//! acknowledged is lost.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::common::process::{Process, folder, serve};
use crate::common::reading;
use serde_json::json;

/// `serve` with a listening socket as systemd passes it: file 3, and the process named in the environment.
fn activated(folder: &Path, socket: &TcpListener) -> Command {
    let serve = serve(folder);
    let mut shell = Command::new("sh");
    shell.args(["-c", "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" \"$@\" 3<&0 0</dev/null"]);
    shell.arg(serve.get_program()).args(serve.get_args()).env("TWIN_LOG", "warn");
    shell.stdin(Stdio::from(OwnedFd::from(socket.try_clone().unwrap())));
    shell
}

#[test]
fn a_restart_refuses_no_connection_and_loses_nothing() {
    let folder = folder();
    let root = folder.path();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let mut server = Process::spawn(activated(root, &socket));
    assert_eq!(server.url, url);
    server.put("b", "waste_bin");
    let (stop, socket) = (&AtomicBool::new(false), &socket);
    let (server, acknowledged) = std::thread::scope(move |scope| {
        let url = format!("{url}/api/v1/readings");
        let client = scope.spawn(move || {
            let mut acknowledged = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let second = acknowledged.len();
                let time =
                    format!("2026-01-01T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60);
                // A connection of its own for each: none may be refused or broken off.
                let body = json!({ "readings": [reading("b", "fill_pct", 1.0, &time)] });
                ureq::post(&url).header("connection", "close").send_json(body).unwrap();
                acknowledged.push(time);
            }
            acknowledged
        });
        for _ in 0..3 {
            std::thread::sleep(Duration::from_millis(200));
            server.stop();
            server = Process::spawn(activated(root, socket));
        }
        std::thread::sleep(Duration::from_millis(200));
        stop.store(true, Ordering::Relaxed);
        (server, client.join().unwrap())
    });
    assert!(acknowledged.len() > 10, "{}", acknowledged.len());
    let history = server.get("/api/v1/devices/b/readings?stream=fill_pct&limit=10000");
    let stored: Vec<&str> =
        history["readings"].as_array().unwrap().iter().map(|r| r["time"].as_str().unwrap()).collect();
    assert_eq!(stored, acknowledged);
}

#[test]
fn a_socket_that_is_open_to_others_needs_the_ingest_key() {
    let folder = folder();
    let socket = TcpListener::bind("0.0.0.0:0").unwrap();
    let output = activated(folder.path(), &socket).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(message.contains("TWIN_INGEST_KEY"), "{message}");
}

#[test]
fn the_supervisor_hears_when_the_server_is_ready_works_and_stops() {
    let folder = folder();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let hear = || {
        let mut text = [0; 64];
        let length = socket.recv(&mut text).unwrap();
        String::from_utf8_lossy(&text[..length]).into_owned()
    };
    let mut command = serve(folder.path());
    command.args(["--listen", "127.0.0.1:0"]).env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "200000");
    let server = Process::spawn(command);
    let mut heard = vec![hear(), hear(), hear()];
    heard.sort();
    assert_eq!(heard, ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]);
    server.stop();
    while hear() != "STOPPING=1" {}
}
