//! Killed at a random instant, again and again on one database: whatever was acknowledged is there, the audit
//! log holds together, and the server is ready again by itself.
//!
//! `TWIN_KILL_ROUNDS` sets how often (200 by hand), `TWIN_KILL_SEED` when, `TWIN_TEST_DATABASE` an empty
//! database other than a file of its own.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::writers::{Changes, Series};
use super::{command, number};
use crate::common::client::Client;
use crate::common::people::PASSWORD;
use crate::common::process::{Process, database, folder, serve_address};

/// Numbers that look random (splitmix64), the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// The server that is killed, and what is known of it.
struct Victim<'a> {
    folder: &'a Path,
    address: &'a str,
    cookie: String,
    key: String,
    series: Vec<Series>,
    changes: Changes,
    random: Random,
    /// Place and digest of the last entry of the audit log that was seen.
    head: String,
    ready_ms: Vec<u128>,
}

impl Victim<'_> {
    /// Starts the server and waits until it says that it is ready.
    fn start(&mut self) -> Process {
        if self.random.below(4) == 0 {
            self.kill_while_it_starts();
        }
        let started = Instant::now();
        let mut serve = serve_address(self.folder, self.address);
        serve.args(["--listen", "127.0.0.1:0"]);
        let server = Process::spawn(serve);
        let visitor = Client::new(&server.url, &[]);
        while visitor.send("GET", "/health/ready", &Value::Null).is_none_or(|told| told.status != 200) {
            assert!(started.elapsed() < Duration::from_secs(60), "not ready within a minute");
            std::thread::sleep(Duration::from_millis(5));
        }
        self.ready_ms.push(started.elapsed().as_millis());
        server
    }

    /// Whatever a start does must bear being cut off, too.
    fn kill_while_it_starts(&mut self) {
        let mut serve = serve_address(self.folder, self.address);
        serve.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = serve.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(self.random.below(150)));
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn gateway(&self, server: &Process) -> Client {
        Client::new(&server.url, &[("x-api-key", &self.key)])
    }

    fn admin(&self, server: &Process) -> Client {
        Client::new(&server.url, &[("cookie", &self.cookie), ("sec-fetch-site", "same-origin")])
    }

    /// Everyone writes until the server is killed, at an instant that nobody knows.
    fn kill_while_everyone_writes(&mut self, server: &mut Process, round: u64) {
        let (gateway, admin) = (self.gateway(server), self.admin(server));
        let wait = Duration::from_millis(self.random.below(700));
        let (series, changes) = (&mut self.series, &mut self.changes);
        std::thread::scope(|scope| {
            for one in series {
                let gateway = gateway.clone();
                scope.spawn(move || {
                    while let Some(told) = one.send_next(&gateway) {
                        assert_eq!(told.status, 200, "{}", told.body);
                    }
                });
            }
            scope.spawn(|| {
                let mut count = 0_u32;
                while changes.make(&gateway, &admin, &format!("made-{round}-{count}")) {
                    count += 1;
                }
            });
            std::thread::sleep(wait);
            server.child.kill().unwrap();
        });
        server.child.wait().unwrap();
    }

    fn check(&mut self, server: &Process, before: &[Series], since: &str) {
        let admin = self.admin(server);
        for (one, before) in self.series.iter().zip(before) {
            one.check(&admin, before.acknowledged);
        }
        let audit = admin.get(&format!("/api/v1/audit/export?from={since}")).body;
        self.changes.check(&admin, &audit);
        let verify = if self.head.is_empty() { vec![] } else { vec!["--head", &self.head] };
        let verified = command(self.address, &[["audit", "verify"].as_slice(), &verify].concat(), "");
        verified.lines().nth(1).unwrap().clone_into(&mut self.head);
    }
}

#[test]
fn a_server_that_is_killed_at_random_has_all_that_it_acknowledged() {
    let (rounds, seed) = (number("TWIN_KILL_ROUNDS", 4), number("TWIN_KILL_SEED", 1));
    let folder = folder();
    let own = database(folder.path(), "twin.db");
    let address = std::env::var("TWIN_TEST_DATABASE").unwrap_or(own);
    command(&address, &["user", "add", "root", "--role", "administrator"], &format!("{PASSWORD}\n"));
    let key = command(&address, &["key", "add", "gateway"], "").trim().to_owned();
    let series = [("a", 1), ("b", 1), ("c", 100), ("d", 7)].map(|(id, at_once)| Series::new(id, at_once));
    let mut victim = Victim {
        folder: folder.path(),
        address: &address,
        cookie: String::new(),
        key,
        series: series.to_vec(),
        changes: Changes::default(),
        random: Random(seed),
        head: String::new(),
        ready_ms: Vec::new(),
    };
    let mut server = victim.start();
    victim.cookie = Client::new(&server.url, &[]).sign_in("root", PASSWORD).unwrap();
    for one in &victim.series {
        let body = serde_json::from_str(&crate::common::device("waste_bin", 10.0)).unwrap();
        let told = victim.gateway(&server).send("PUT", &format!("/api/v1/devices/{}", one.device), &body);
        assert_eq!(told.unwrap().status, 201);
    }
    for round in 0..rounds {
        let (before, since) = (victim.series.clone(), OffsetDateTime::now_utc().format(&Rfc3339).unwrap());
        victim.kill_while_everyone_writes(&mut server, round);
        server = victim.start();
        victim.check(&server, &before, &since);
    }
    let admin = victim.admin(&server);
    victim.series.iter().for_each(|one| one.check(&admin, 0));
    let readings: u64 = victim.series.iter().map(|one| one.acknowledged).sum();
    assert!(readings > 0 && victim.changes.property > 0, "the writers never got a word in");
    let mut ready_ms = victim.ready_ms.clone();
    ready_ms.sort_unstable();
    eprintln!(
        "killed {rounds} times (seed {seed}): none of {readings} acknowledged readings and of {} audit entries lost; \
         ready again after {} ms in the middle, {} ms at most",
        victim.head.split(':').next().unwrap(),
        ready_ms[ready_ms.len() / 2],
        ready_ms.last().unwrap()
    );
}
