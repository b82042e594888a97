//! Two thousand ways out of the publication's folder, none of which leads there.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};

use crate::common::process::{Process, folder};

const SECRET: &str = "nobody may read this";

/// How a step upwards has been written to fool servers.
const STEPS: &[&str] = &[
    "..",
    "%2e%2e",
    "%2E%2E",
    ".%2e",
    "%2e.",
    "%252e%252e",
    "%25%32%65%25%32%65",
    "..%00",
    "%00..",
    "..;",
    "..%20",
    "..%09",
    "...",
    "....",
    "%c0%ae%c0%ae",
    "%e0%80%ae%e0%80%ae",
    "%uff0e%uff0e",
    "\u{ff0e}\u{ff0e}",
    ".%00.",
    "%2e%00%2e",
    "..%0a",
    "..%0d%0a",
    "?..",
    "..?",
    "..#",
    "~",
    "%7e",
    ".",
    "%2e",
    "",
];
/// How the slash between steps has been written.
const SLASHES: &[&str] = &[
    "/",
    "//",
    "%2f",
    "%2F",
    "%5c",
    "\\",
    "%252f",
    "%255c",
    "/./",
    "/%2e/",
    "%c0%af",
    "%e0%80%af",
    "%u2215",
    "/%00/",
    ";/",
    "/;/",
    "\\/",
    "%2f%2f",
];
/// Where a step may begin.
const STARTS: &[&str] = &["content", "versions", "versions/v1", "content/tile.glb", "versions/v1/full", ""];
/// What lies outside.
const TARGETS: &[&str] = &["secret.txt", "current", "twin.db", "publication/current", "etc/passwd"];

/// Each way with a depth of one to four steps: some 2,000 strings that differ.
fn ways() -> Vec<String> {
    let mut ways = BTreeSet::new();
    let mut turn = 0;
    for step in STEPS {
        for slash in SLASHES {
            for start in STARTS {
                turn += 1;
                let target = TARGETS[turn % TARGETS.len()];
                let climb = vec![*step; 1 + turn % 4].join(slash);
                ways.insert(format!("{start}{slash}{climb}{slash}{target}"));
            }
        }
    }
    ways.into_iter().collect()
}

/// The bytes of a request's target: what is not ASCII goes as it is, as a malicious client sends it.
fn ask(stream: &mut (impl Read + Write), path: &str) -> Option<(u16, String)> {
    // In one piece, or each request waits for the delayed acknowledgement of its first part.
    stream.write_all(format!("GET /publication/{path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).ok()?;
    let mut reader = BufReader::new(stream);
    let (mut status, mut length) = (0, 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_lowercase();
        if let Some(rest) = line.strip_prefix("http/1.1 ") {
            status = rest.get(..3)?.parse().ok()?;
        } else if let Some(rest) = line.strip_prefix("content-length: ") {
            length = rest.parse().ok()?;
        } else if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((status, String::from_utf8_lossy(&body).into_owned()))
}

#[test]
fn two_thousand_ways_out_lead_nowhere() {
    let folder = folder();
    let root = folder.path();
    std::fs::write(root.join("secret.txt"), SECRET).unwrap();
    std::fs::write(root.join("publication/secret.txt"), SECRET).unwrap();
    std::fs::create_dir_all(root.join("publication/content/.hidden")).unwrap();
    std::fs::write(root.join("publication/content/.hidden/secret.txt"), SECRET).unwrap();
    let ways = ways();
    assert!(ways.len() >= 2_000, "{}", ways.len());
    let server = Process::start_with(root, &[]);
    let mut stream = server.connect();
    assert_eq!(ask(&mut stream, "content/tile.glb").unwrap(), (200, "glTF012345".into()));
    let (mut refused, mut closed) = (0, 0);
    for way in &ways {
        match ask(&mut stream, way) {
            Some((status, body)) => {
                assert!(matches!(status, 400 | 404), "{status} for {way}");
                assert!(!body.contains(SECRET) && !body.contains("root:"), "{way}");
                refused += 1;
            }
            // What is no request at all ends the connection.
            None => closed += 1,
        }
        // After a refusal of the request itself the server closes; go on with another connection.
        if ask(&mut stream, "content/tile.glb").is_none_or(|(status, _)| status != 200) {
            stream = server.connect();
        }
    }
    assert_eq!(refused + closed, ways.len());
    assert!(refused > 1_500, "{refused} were answered, {closed} closed the connection");
}
