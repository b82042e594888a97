//! The stream of server-sent events, as viewers follow it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::process::Process;

/// A stream of server-sent events.
pub(crate) struct Events(BufReader<Box<dyn Read + Send>>);

/// Id, name and data of an event.
pub(crate) type Event = (String, String, Value);

impl Events {
    /// Opens the stream; `last` is the id of the last event that was seen in an earlier one.
    pub(crate) fn open(server: &Process, query: &str, last: Option<&str>) -> Self {
        let mut request = ureq::get(format!("{}/api/v1/events{query}", server.url));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let body = request.call().unwrap().into_body().into_reader();
        Self(BufReader::new(Box::new(body)))
    }

    /// The next event; nothing when the stream ended.
    pub(crate) fn next(&mut self) -> Option<Event> {
        let (mut id, mut name, mut data) = (String::new(), String::new(), String::new());
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).ok()? == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("id", value)) => value.clone_into(&mut id),
                Some(("event", value)) => value.clone_into(&mut name),
                Some(("data", value)) => data.push_str(value),
                None if line == "\n" && !name.is_empty() => {
                    return Some((id, name, serde_json::from_str(&data).unwrap()));
                }
                _ => {}
            }
        }
    }

    /// The next event, which must have this name; gives its id and data.
    pub(crate) fn expect(&mut self, expected: &str) -> (String, Value) {
        let (id, name, data) = self.next().unwrap();
        assert_eq!(name, expected, "{data}");
        (id, data)
    }
}

/// A viewer who follows the stream for as long as it goes, and knows what each stream of each device last was.
pub(crate) struct Viewer(Arc<Mutex<Seen>>);

/// Time and value of the last reading of a stream.
pub(crate) type Latest = (String, f64);

#[derive(Default)]
struct Seen {
    latest: BTreeMap<(String, String), Latest>,
    snapshots: usize,
    last_id: String,
}

impl Viewer {
    /// Follows from an event on that was seen in an earlier stream, or from the beginning.
    pub(crate) fn follow(server: &Process, last: Option<&str>) -> Self {
        let mut events = Events::open(server, "", last);
        let seen = Arc::new(Mutex::new(Seen::default()));
        let kept = Arc::clone(&seen);
        std::thread::spawn(move || {
            while let Some(event) = events.next() {
                kept.lock().unwrap().take(event);
            }
        });
        Self(seen)
    }

    /// The last reading of a stream, as far as it was told.
    pub(crate) fn latest(&self, device: &str, stream: &str) -> Option<Latest> {
        self.0.lock().unwrap().latest.get(&(device.to_owned(), stream.to_owned())).cloned()
    }

    /// How often it was told everything instead of what changed.
    pub(crate) fn snapshots(&self) -> usize {
        self.0.lock().unwrap().snapshots
    }

    /// The id of the last event.
    pub(crate) fn last_id(&self) -> String {
        self.0.lock().unwrap().last_id.clone()
    }
}

impl Seen {
    fn take(&mut self, (id, name, data): Event) {
        self.last_id = id;
        let devices = match &*name {
            "snapshot" => {
                self.snapshots += 1;
                data["devices"].as_array().unwrap().clone()
            }
            "device" => vec![data["device"].clone()],
            _ => Vec::new(),
        };
        for device in devices {
            for (stream, latest) in device["latest"].as_object().unwrap() {
                let key = (device["id"].as_str().unwrap().to_owned(), stream.clone());
                let latest = (latest["time"].as_str().unwrap().to_owned(), latest["value"].as_f64().unwrap());
                self.latest.insert(key, latest);
            }
        }
    }
}
