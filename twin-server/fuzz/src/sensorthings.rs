//! Fuzz target of SensorThings requests: no path and no query may make their readers panic or hang, and a
//! filter that is read and written reads the same again. The first byte chooses what is read. `scripts/fuzz`
//! builds it with coverage and runs it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use twin_server::sensorthings::model::Set;
use twin_server::sensorthings::path::ResourcePath;
use twin_server::sensorthings::{filter, options, query_text};

/// Longer texts are refused for their length before they are read.
const WRITTEN_MOST: usize = 2_000;

fn query(text: &str) {
    let Some(pairs) = query_text::pairs(text) else { return };
    for set in [Set::Thing, Set::Datastream, Set::Observation, Set::Location] {
        let _ = options::parse(&pairs, set);
    }
}

fn read_again(text: &str) {
    let Ok(expr) = filter::parse(text) else { return };
    let _ = filter::check_paths(&expr, Set::Observation);
    let written = expr.to_string();
    // Parentheses make it longer and deeper, for which it may be refused.
    if written.len() > WRITTEN_MOST {
        return;
    }
    if let Ok(again) = filter::parse(&written) {
        assert_eq!(again.to_string(), written, "`{text}` was read as another filter");
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((what, bytes)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match what % 3 {
        0 => drop(ResourcePath::parse(text)),
        1 => query(text),
        _ => read_again(text),
    }
});
