//! What the server tells the broker, and takes back.

use std::path::Path;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::TOPIC;
use super::mosquitto::Mosquitto;
use super::server::{Fed, STREAM};
use super::wire::Door;
use crate::common::process::{Process, folder};
use crate::common::{reading, until};

const STATE: &str = "twin/devices/bin-1/state";

#[test]
fn what_the_server_told_once_is_no_reading_when_it_tells_no_more() {
    let Some(broker) = Mosquitto::start() else { return };
    let folder = folder();
    let server = start(folder.path(), &broker, "5").with_bins(&["bin-1"]).connected();
    until("the state", || broker.kept(STATE).is_some());
    server.stop();
    let server = Process::start_with(folder.path(), &["--mqtt", &broker.url()]).connected();
    until("what the broker kept", || server.broker()["counts"]["messages"] == 1);
    broker.publish("bin-1", TOPIC, "5");
    until("the reading", || server.values("bin-1") == [5.0]);
    let state = server.broker();
    assert_eq!((&state["counts"]["ignored"], &state["refusals"]), (&1.into(), &json!([])));
}

#[test]
fn the_broker_is_told_of_states_and_alarms_and_nothing_of_it_comes_back() {
    let Some(broker) = Mosquitto::start() else { return };
    for version in ["5", "3.1.1"] {
        let folder = folder();
        let server = start(folder.path(), &broker, version).with_bins(&["bin-1"]).connected();
        broker.publish("bin-1", TOPIC, "55");
        // The broker keeps the state, so whoever asks later has it too.
        until("the state", || {
            broker.kept(STATE).is_some_and(|state| {
                let state: Value = serde_json::from_str(&state).unwrap();
                state["latest"][STREAM]["value"] == 55.0
            })
        });
        let listener = broker.listen("v1.1/Datastreams('bin-1:fill_pct')/Observations");
        until("an observation", || {
            broker.publish("bin-1", TOPIC, "60");
            listener.heard().iter().any(|line| {
                let observation: Value = serde_json::from_str(line).unwrap();
                observation["result"] == 60.0 && observation["@iot.id"].is_string()
            })
        });
        let counts = server.broker();
        assert_eq!(counts["refusals"], json!([]), "{counts}");
        remove(&server, "bin-1");
        until("nothing kept", || broker.kept(STATE).is_none());
    }
}

/// Starts a server that tells.
fn start(folder: &Path, broker: &Mosquitto, version: &str) -> Process {
    let url = broker.url();
    let options = ["--mqtt", &url, "--mqtt-version", version, "--set", "mqtt.publish=true"];
    Process::start_with(folder, &options)
}

fn remove(server: &Process, device: &str) {
    ureq::delete(format!("{}/api/v1/devices/{device}", server.url)).call().unwrap();
}

/// Puts up a smoke detector that smells smoke, and waits until the broker keeps the alarm; gives its topic.
fn alarmed(server: &Process, broker: &Mosquitto) -> String {
    server.put("smoke-1", "smoke_detector");
    let now = OffsetDateTime::now_utc().format(&Rfc3339).unwrap();
    server.post(&json!([reading("smoke-1", "smoke_db_m", 0.3, &now)])).unwrap();
    let alarms = server.get("/api/v1/alarms?state=open");
    let topic = format!("twin/alarms/{}", alarms["alarms"][0]["id"]);
    until("the alarm", || broker.kept(&topic).is_some());
    topic
}

#[test]
fn what_ended_while_the_broker_or_the_server_was_away_is_taken_back() {
    let Some(mut broker) = Mosquitto::start() else { return };
    // What a stranger says stays, also under a topic of the server's.
    let stranger = "twin/devices/bin-3/state";
    broker.publish_with("bin-3", stranger, "hello", &["-q", "1", "-r"]);
    for version in ["5", "3.1.1"] {
        let folder = folder();
        let server = start(folder.path(), &broker, version).with_bins(&["bin-1", "bin-2"]).connected();
        until("the state", || broker.kept(STATE).is_some());
        let alarm = alarmed(&server, &broker);
        broker.stop();
        remove(&server, "bin-1");
        remove(&server, "smoke-1");
        broker.start_again();
        for topic in [STATE, &alarm, "twin/devices/smoke-1/state"] {
            until("nothing kept", || broker.kept(topic).is_none());
        }
        let alarm = alarmed(&server, &broker);
        server.stop();
        let server = Process::start(folder.path());
        remove(&server, "smoke-1");
        server.stop();
        let _server = start(folder.path(), &broker, version);
        for topic in [&*alarm, "twin/devices/smoke-1/state"] {
            until("nothing kept", || broker.kept(topic).is_none());
        }
        assert!(broker.kept("twin/devices/bin-2/state").is_some());
        assert_eq!(broker.kept(stranger).as_deref(), Some("hello\n"));
    }
}

#[test]
fn a_broker_that_ends_the_connection_over_a_question_is_told_all_the_same() {
    for version in ["5", "3.1.1"] {
        let broker = Door::open(version);
        let folder = folder();
        Process::start(folder.path()).with_bins(&["bin-1"]).stop();
        let options = ["--mqtt", &broker.url(), "--mqtt-version", version, "--set", "mqtt.publish=true"];
        let _server = Process::start_with(folder.path(), &options);
        broker.take_in_teller().asked();
        assert!(broker.take_in_teller().told().contains(STATE));
        // What was no refusal, but an accident, is asked once more.
        broker.take_in_teller().asked();
    }
}
