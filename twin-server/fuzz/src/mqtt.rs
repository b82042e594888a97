//! Fuzz target of MQTT messages: no topic and no payload may make their reader panic or hang. The topic ends at
//! the first line end. `scripts/fuzz` builds it with coverage and runs it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use twin_server::ingest::mqtt::message;

fuzz_target!(|data: &[u8]| {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (topic, payload) = data.split_at(end);
    let payload = payload.get(1..).unwrap_or_default();
    if let Ok(readings) = message::read("twin", topic, payload) {
        // A message holds at most what its bytes could say.
        assert!(readings.len() <= data.len());
    }
});
