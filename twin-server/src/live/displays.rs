//! The displays whose states viewers follow. Part of the hub.

use std::collections::BTreeMap;
use std::sync::Arc;

use twin_schemas::displays::DisplayEvent;

use super::log::json;

/// Displays by their ids.
#[derive(Debug, Default)]
pub(super) struct DisplayBoard(BTreeMap<String, Posted>);

#[derive(Debug)]
struct Posted {
    /// The event as JSON, shared by all viewers.
    json: Arc<str>,
    seq: u64,
}

impl DisplayBoard {
    /// Posts a display, or takes down one that is gone, under the number of the change; gives what viewers are
    /// told, and the number of the change before.
    pub(super) fn post(&mut self, event: &DisplayEvent, seq: u64) -> (Arc<str>, Option<u64>) {
        let text: Arc<str> = json(event).into();
        let before = if event.state.is_some() {
            self.0.insert(event.id.clone(), Posted { json: Arc::clone(&text), seq })
        } else {
            self.0.remove(&event.id)
        };
        (text, before.map(|before| before.seq))
    }

    /// All displays, as a JSON array.
    pub(super) fn list(&self) -> String {
        format!("[{}]", self.0.values().map(|posted| &*posted.json).collect::<Vec<_>>().join(","))
    }
}
