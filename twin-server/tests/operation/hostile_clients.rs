//! Clients that are slow, greedy or malicious, on real sockets: others are served meanwhile.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::common::process::{Process, folder};

/// Sends a request on a connection of its own and gives the whole answer.
fn ask(server: &Process, request: &str) -> String {
    let mut stream = server.connect();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn is_served(server: &Process) -> bool {
    ask(server, "GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
        .starts_with("HTTP/1.1 200")
}

/// Waits until the other side ends the connection.
fn is_cut(mut stream: TcpStream, within: Duration) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let deadline = Instant::now() + within;
    let mut piece = [0; 4096];
    while Instant::now() < deadline {
        match stream.read(&mut piece) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return true,
        }
    }
    false
}

#[test]
fn heads_that_come_byte_by_byte_hold_no_one_up_and_are_cut() {
    let folder = folder();
    let server = Process::start_with(folder.path(), &["--set", "limits.header_timeout_s=2"]);
    let mut slow: Vec<TcpStream> = (0..300).map(|_| server.connect()).collect();
    for stream in &mut slow {
        stream.write_all(b"GET /healthz HT").unwrap();
    }
    assert!(is_served(&server));
    // A byte now and then does not prolong it.
    std::thread::sleep(Duration::from_millis(500));
    for stream in &mut slow {
        let _ = stream.write_all(b"T");
    }
    assert!(is_served(&server));
    assert!(slow.into_iter().all(|stream| is_cut(stream, Duration::from_secs(30))));
    assert!(is_served(&server));
}

#[test]
fn bodies_that_do_not_come_are_answered_and_cut() {
    let folder = folder();
    let server = Process::start_with(folder.path(), &["--set", "limits.request_timeout_s=2"]);
    let head = "POST /api/v1/readings HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
                content-length: 1000\r\n\r\n{\"readings\":[";
    let mut slow: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
    for stream in &mut slow {
        stream.write_all(head.as_bytes()).unwrap();
    }
    assert!(is_served(&server));
    let mut first = slow.pop().unwrap();
    let mut answer = [0; 12];
    first.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 503");
    assert!(slow.into_iter().all(|stream| is_cut(stream, Duration::from_secs(30))));
}

#[test]
fn a_client_that_does_not_take_its_answer_is_cut() {
    let folder = folder();
    let tile = folder.path().join("publication/content/large.glb");
    std::fs::File::create(tile).unwrap().set_len(200 << 20).unwrap();
    let server = Process::start_with(folder.path(), &["--set", "limits.stall_timeout_s=1"]);
    let request = b"GET /publication/content/large.glb HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
    let mut greedy: Vec<TcpStream> = (0..20).map(|_| server.connect()).collect();
    for stream in &mut greedy {
        stream.write_all(request).unwrap();
    }
    let cut = || server.figure("twin_connections_total{outcome=\"cut\"}");
    let deadline = Instant::now() + Duration::from_secs(60);
    while cut() < 20.0 && Instant::now() < deadline {
        assert!(is_served(&server));
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(cut() >= 20.0, "{}", cut());
}

#[test]
fn eight_megabytes_of_brackets_are_refused_and_others_are_served() {
    let folder = folder();
    let server = Process::start_with(folder.path(), &[]);
    let sender = |size: usize| {
        let mut stream = server.connect();
        std::thread::spawn(move || {
            let head = format!(
                "POST /api/v1/readings HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
                 content-length: {size}\r\nconnection: close\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).unwrap();
            // The server may answer, and close, before it has all.
            let _ = stream.write_all(&vec![b'['; size]);
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).unwrap();
            String::from_utf8_lossy(&answer).into_owned()
        })
    };
    let senders: Vec<_> =
        [8 << 20, 8 << 20, 4 << 20, 1 << 20].into_iter().map(|size| (size, sender(size))).collect();
    for _ in 0..20 {
        assert!(is_served(&server));
    }
    for (size, sender) in senders {
        let expected = if size > 4 << 20 { "HTTP/1.1 413" } else { "HTTP/1.1 422" };
        assert_eq!(sender.join().unwrap(), expected, "{size}");
    }
    assert!(is_served(&server));
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let folder = folder();
    let server = Process::start_with(folder.path(), &[]);
    for request in [
        format!("GET /{} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", "a".repeat(100_000)),
        format!("GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: {}\r\n\r\n", "a".repeat(200_000)),
        format!("GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n{}\r\n", "a: b\r\n".repeat(2_000)),
    ] {
        let answer = ask(&server, &request);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    assert!(is_served(&server));
}

#[test]
fn connections_beyond_the_limit_hear_so_and_the_first_ones_are_served() {
    let folder = folder();
    let server = Process::start_with(folder.path(), &["--set", "limits.connections=20"]);
    let mut first = server.connect();
    let mut ask_first = move || {
        first.write_all(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").unwrap();
        let mut answer = [0; 12];
        first.read_exact(&mut answer).unwrap();
        let mut rest = [0; 4096];
        let _ = first.read(&mut rest).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    assert_eq!(ask_first(), "HTTP/1.1 200");
    let held: Vec<TcpStream> = (0..60).map(|_| server.connect()).collect();
    let refused = ask(&server, "");
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("too_many_connections"), "{refused}");
    assert_eq!(ask_first(), "HTTP/1.1 200");
    drop(held);
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_served(&server) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(is_served(&server));
}
