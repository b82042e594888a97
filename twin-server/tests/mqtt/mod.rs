//! Readings from a real broker: Mosquitto with the configuration that `scripts/deploy/mosquitto` offers.
//! `scripts/setup test` installs it; without it, the tests say that they are skipped.

mod mosquitto;
mod outage;
mod publisher;
mod server;
mod telling;
mod wire;

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::common::process::{Process, folder};
use crate::common::until;
use mosquitto::Mosquitto;
use publisher::Publisher;
use serde_json::json;
use server::Fed;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wire::Door;

const TOPIC: &str = "twin/devices/bin-1/fill_pct";
const READINGS: &str = "twin/devices/bin-1/readings";

#[test]
fn a_message_of_either_version_is_a_reading() {
    let Some(broker) = Mosquitto::start() else { return };
    for (version, other) in [("5", "mqttv311"), ("3.1.1", "mqttv5")] {
        let folder = folder();
        let options = ["--mqtt", &broker.url(), "--mqtt-version", version, "--mqtt-client-id", version];
        let server = Process::start_with(folder.path(), &options).with_bins(&["bin-1"]).connected();
        broker.publish_with("bin-1", TOPIC, "21.5", &["-q", "1", "-V", other]);
        let dated = r#"[{"stream":"fill_pct","value":7,"time":"2026-01-01T00:00:00Z"}]"#;
        broker.publish("bin-1", READINGS, dated);
        until("both readings", || server.values("bin-1") == [7.0, 21.5]);
        let state = server.broker();
        assert_eq!(state["version"], version);
        assert_eq!(state["broker"], format!("mqtt://127.0.0.1:{}", broker.port));
        assert_eq!((&state["counts"]["messages"], &state["counts"]["accepted"]), (&2.into(), &2.into()));
        assert!(!state.to_string().contains("word"), "{state}");
    }
}

#[test]
fn only_times_that_devices_tell_say_how_their_clocks_stand() {
    let Some(broker) = Mosquitto::start() else { return };
    let folder = folder();
    let options = ["--mqtt", &broker.url()];
    let server = Process::start_with(folder.path(), &options).with_bins(&["bin-1", "bin-2"]).connected();
    for i in 1..=4 {
        broker.publish("bin-1", TOPIC, &i.to_string());
        let time = (OffsetDateTime::now_utc() - time::Duration::seconds(20)).format(&Rfc3339).unwrap();
        let dated = json!([{ "stream": "fill_pct", "value": i, "time": time }]).to_string();
        broker.publish("bin-2", "twin/devices/bin-2/readings", &dated);
        until("both readings", || ["bin-1", "bin-2"].iter().all(|id| server.values(id).len() == i));
    }
    assert_eq!(server.get("/api/v1/devices/bin-1").get("clock"), None);
    assert_eq!(server.get("/api/v1/devices/bin-2")["clock"]["is_off"], true);
}

#[test]
fn a_device_cannot_write_for_another() {
    let Some(broker) = Mosquitto::start() else { return };
    let folder = folder();
    let options = ["--mqtt", &broker.url()];
    let server = Process::start_with(folder.path(), &options).with_bins(&["bin-1", "bin-2"]).connected();
    // By the topic: the broker drops it. By the payload: the server refuses it.
    broker.publish("bin-2", TOPIC, "1");
    broker.publish(
        "bin-2",
        "twin/devices/bin-2/readings",
        r#"{"device":"bin-1","stream":"fill_pct","value":2}"#,
    );
    broker.publish("bin-2", "twin/devices/bin-2/fill_pct", "3");
    until("the own reading", || server.values("bin-2") == [3.0]);
    assert!(server.values("bin-1").is_empty());
    let state = server.broker();
    assert_eq!(state["counts"]["messages"], 2);
    assert_eq!(state["refusals"][0]["code"], "other_device");
}

#[test]
fn bad_messages_are_listed_and_stop_nothing() {
    let Some(broker) = Mosquitto::start() else { return };
    for version in ["5", "3.1.1"] {
        let folder = folder();
        let options = ["--mqtt", &broker.url(), "--mqtt-version", version, "--mqtt-client-id", version];
        let server = Process::start_with(folder.path(), &options).with_bins(&["bin-1"]).connected();
        let ahead = r#"{"value":1,"time":"2999-01-01T00:00:00Z"}"#;
        let half = r#"[{"stream":"nothing","value":1},{"stream":"fill_pct","value":50}]"#;
        for (topic, payload) in [(TOPIC, "hello"), (TOPIC, ""), (READINGS, half), (TOPIC, ahead)] {
            broker.publish("bin-1", topic, payload);
        }
        broker.publish("bin-2", "twin/devices/bin-2/fill_pct", "1");
        broker.publish("bin-1", TOPIC, "51");
        until("what is good", || server.values("bin-1") == [50.0, 51.0]);
        let state = server.broker();
        let refusals: Vec<(&str, &str)> = state["refusals"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["topic"].as_str().unwrap(), one["code"].as_str().unwrap()))
            .collect();
        let mut expected = [
            ("twin/devices/bin-2/fill_pct", "unknown_device"),
            (TOPIC, "time_in_future"),
            (READINGS, "unknown_stream"),
            (TOPIC, "bad_payload"),
        ];
        // A message is refused before the readings that wait for the store; those are in order.
        let mut found = refusals.clone();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
        let counts = &state["counts"];
        let numbers = ["messages", "accepted", "refused_messages", "refused_readings", "ignored"];
        assert_eq!(numbers.map(|name| counts[name].as_u64().unwrap()), [6, 2, 1, 3, 1]);
        assert!(state.get("stalled").is_none());
    }
}

#[test]
fn readings_without_time_are_told_apart() {
    let Some(broker) = Mosquitto::start() else { return };
    let folder = folder();
    let options = ["--mqtt", &broker.url()];
    let mut server = Process::start_with(folder.path(), &options).with_bins(&["bin-1"]).connected();
    let numbers: Vec<String> = (0..500).map(|number| (number % 100).to_string()).collect();
    let lines = numbers.join("\n");
    let values: Vec<f64> = numbers.iter().map(|number| number.parse().unwrap()).collect();
    let mut all = Command::new("mosquitto_pub")
        .args([
            "-p",
            &broker.port.to_string(),
            "-u",
            "bin-1",
            "-P",
            mosquitto::PASSWORD,
            "-t",
            TOPIC,
            "-q",
            "1",
            "-l",
        ])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    all.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    assert!(all.wait().unwrap().success());
    // Told to stop in the midst of it, the server leaves nothing half done: what it stored is acknowledged.
    assert_eq!(server.signal("-TERM").0, Some(0));
    let server = Process::start_with(folder.path(), &options).connected();
    until("all of them", || server.values("bin-1").len() >= values.len());
    broker.publish("bin-1", TOPIC, "100");
    until("one more", || server.values("bin-1").last() == Some(&100.0));
    assert_eq!(server.values("bin-1")[..values.len()], values[..]);
    assert_eq!(server.values("bin-1").len(), values.len() + 1);
}

#[test]
fn what_a_broker_kept_of_unknown_age_is_no_measurement_of_now() {
    let Some(broker) = Mosquitto::start() else { return };
    let retained = ["-q", "1", "-r"];
    broker.publish_with("bin-1", TOPIC, "1", &retained);
    broker.publish_with(
        "bin-2",
        "twin/devices/bin-2/fill_pct",
        r#"{"value":2,"time":"2026-01-01T00:00:00Z"}"#,
        &retained,
    );
    let folder = folder();
    // The broker sends what it kept at once: the bins must be there by then.
    Process::start(folder.path()).with_bins(&["bin-1", "bin-2"]).stop();
    for start in 1..=2 {
        let server = Process::start_with(folder.path(), &["--mqtt", &broker.url()]).connected();
        until("both messages", || server.broker()["counts"]["messages"] == 2);
        broker.publish("bin-1", TOPIC, "3");
        until("a reading of now", || server.values("bin-1").len() == start);
        assert!(server.values("bin-1").iter().all(|value| *value == 3.0));
        assert_eq!(server.values("bin-2"), [2.0]);
    }
}

#[test]
fn the_server_serves_without_its_broker_and_finds_it_later() {
    let Some(mut broker) = Mosquitto::prepared() else { return };
    let folder = folder();
    let server = Process::start_with(folder.path(), &["--mqtt", &broker.url()]).with_bins(&["bin-1"]);
    until("an attempt", || server.broker()["last_error"]["message"].is_string());
    assert_eq!(server.broker()["connected"], false);
    broker.start_again();
    let server = server.connected();
    broker.publish("bin-1", TOPIC, "4");
    until("the reading", || server.values("bin-1") == [4.0]);
}

#[test]
fn a_killed_server_loses_nothing_that_its_publishers_were_told_is_delivered() {
    for version in ["5", "3.1.1"] {
        let Some(broker) = Mosquitto::start() else { return };
        let folder = folder();
        let options = ["--mqtt", &broker.url(), "--mqtt-version", version];
        let bins = ["bin-1", "bin-2", "bin-3"];
        let mut server = Process::start_with(folder.path(), &options).with_bins(&bins).connected();
        let publishers = bins.map(|bin| Publisher::start(broker.port, bin));
        for _ in 0..3 {
            let before = server.values("bin-3").len();
            until("some readings", || server.values("bin-3").len() > before + 20);
            server.signal("-KILL");
            server = Process::start_with(folder.path(), &options).connected();
        }
        for (bin, acknowledged) in bins.iter().zip(Publisher::finish(publishers)) {
            assert_all_there(&server, bin, &acknowledged);
        }
    }
}

/// Waits until everything acknowledged is in the history: each once, and nothing else.
#[track_caller]
fn assert_all_there(server: &Process, bin: &str, acknowledged: &BTreeSet<u32>) {
    until("the last reading", || server.numbers(bin).last() == acknowledged.last());
    let stored = server.numbers(bin);
    let lost: Vec<&u32> = acknowledged.difference(&stored).collect();
    assert!(lost.is_empty(), "{} lost: {lost:?}", lost.len());
    assert_eq!(stored, *acknowledged);
}

#[test]
fn an_encrypted_connection_needs_a_trusted_certificate() {
    let Some(broker) = Mosquitto::start_with_tls() else { return };
    let (url, ca) = broker.tls_url();
    for version in ["5", "3.1.1"] {
        let folder = folder();
        let options = ["--mqtt", &url, "--mqtt-version", version, "--mqtt-client-id", version];
        let trusting = [&options[..], &["--mqtt-ca", ca.to_str().unwrap()]].concat();
        let server = Process::start_with(folder.path(), &trusting).with_bins(&["bin-1"]).connected();
        broker.publish("bin-1", TOPIC, "5");
        until("the reading", || server.values("bin-1") == [5.0]);
        drop(server);
        let server = Process::start_with(folder.path(), &options);
        until("a refusal", || server.broker()["last_error"]["message"].is_string());
        let message = server.broker()["last_error"]["message"].to_string();
        assert!(message.contains("certificate") || message.contains("UnknownIssuer"), "{message}");
    }
}

#[test]
fn a_refused_subscription_is_told_and_tried_again() {
    for (version, refused) in [("5", 0x87), ("3.1.1", 0x80)] {
        let broker = Door::open(version);
        let folder = folder();
        let options = ["--mqtt", &broker.url(), "--mqtt-version", version];
        let server = Process::start_with(folder.path(), &options);
        for _ in 0..2 {
            broker.take_in(false, refused).end();
        }
        until("the refusal", || {
            server.broker()["last_error"]["message"].to_string().contains("refuses the subscription")
        });
        assert_eq!(server.broker()["connected"], false);
    }
}

#[test]
fn what_was_acknowledged_in_vain_and_comes_again_counts_once() {
    for version in ["5", "3.1.1"] {
        let broker = Door::open(version);
        let folder = folder();
        let options = ["--mqtt", &broker.url(), "--mqtt-version", version];
        let server = Process::start_with(folder.path(), &options).with_bins(&["bin-1"]);
        let mut first = broker.take_in(false, 1);
        first.deliver(1, false, TOPIC, "21.5");
        // The broker goes, and has not heard of it.
        drop(first);
        let mut second = broker.take_in(true, 1);
        second.deliver(1, true, TOPIC, "21.5");
        assert_eq!(server.values("bin-1"), [21.5]);
        assert_eq!(server.broker()["counts"]["duplicates"], 1);
        // The same words under the same number are a reading of their own if they are sent first.
        second.deliver(1, false, TOPIC, "21.5");
        assert_eq!(server.values("bin-1"), [21.5, 21.5]);
    }
}

#[test]
fn what_is_wrong_with_the_options_is_said_without_the_password() {
    let folder = folder();
    let missing = folder.path().join("missing.crt");
    for (options, expected) in [
        (vec!["--mqtt", "http://u:geheim@b"], "hint: write `mqtt://host:1883`"),
        (vec!["--mqtt", "mqtt://u:geheim@b:x"], "no number from 1 to 65535"),
        (vec!["--mqtt", "mqtt://b", "--mqtt-prefix", "a/#"], "hint: write one or several words"),
        (vec!["--mqtt", "mqtts://u:geheim@b", "--mqtt-ca", missing.to_str().unwrap()], "missing.crt"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_twin-server"))
            .args(["serve", "--listen", "127.0.0.1:0", "--publication"])
            .arg(folder.path().join("publication"))
            .args(["--database", &format!("sqlite:{}/twin.db", folder.path().display())])
            .args(options)
            .output()
            .unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.contains(expected) && !message.contains("geheim"), "{message}");
    }
}
