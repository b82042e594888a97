//! How it stands with the broker: connection and worker tell, `api::mqtt` asks.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use time::{Duration, OffsetDateTime};

use super::message::cut;
use super::options::MqttConfig;

/// Refusals that are kept.
const REFUSALS: usize = 200;
/// Refusals are logged no more often than this; a wrong device may send a thousand in a second.
const LOG_EVERY: Duration = Duration::seconds(1);

/// What is known about the broker and what came from it. Cheap to tell.
#[derive(Debug)]
pub struct MqttStatus {
    broker: String,
    version: &'static str,
    client_id: String,
    topics: String,
    counts: Counts,
    state: Mutex<State>,
}

/// What came, since the server started.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) messages: AtomicU64,
    pub(super) accepted: AtomicU64,
    pub(super) duplicates: AtomicU64,
    pub(super) ignored: AtomicU64,
    pub(super) dropped: AtomicU64,
    refused_messages: AtomicU64,
    refused_readings: AtomicU64,
}

#[derive(Debug)]
struct State {
    connected: bool,
    since: OffsetDateTime,
    last_error: Option<Told>,
    stalled: Option<Told>,
    refusals: VecDeque<Refused>,
    logged: OffsetDateTime,
    not_logged: u64,
}

/// What was said, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// When.
    pub time: OffsetDateTime,
    /// What.
    pub message: String,
}

/// A message, or a reading of one, that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// When it was refused.
    pub time: OffsetDateTime,
    /// The topic that it came on.
    pub topic: String,
    /// Stable name of the reason.
    pub code: String,
    /// The reason in one sentence.
    pub message: String,
}

/// Everything at one moment.
#[derive(Debug, Clone)]
pub struct MqttSnapshot {
    /// Address of the broker, without name and password.
    pub broker: String,
    /// Version of MQTT.
    pub version: &'static str,
    /// Name of the session.
    pub client_id: String,
    /// The filter of the topics.
    pub topics: String,
    /// Whether messages can come now.
    pub connected: bool,
    /// Since when that is so.
    pub since: OffsetDateTime,
    /// Why it last was not so.
    pub last_error: Option<Told>,
    /// Why readings that came wait for the store.
    pub stalled: Option<Told>,
    /// Messages that came.
    pub messages: u64,
    /// Readings stored.
    pub accepted: u64,
    /// Readings that were there already.
    pub duplicates: u64,
    /// Messages that say nothing.
    pub ignored: u64,
    /// Messages without assured delivery for which there was no room.
    pub dropped: u64,
    /// Messages refused as a whole.
    pub refused_messages: u64,
    /// Readings refused in messages that were taken.
    pub refused_readings: u64,
    /// The last refusals, newest first.
    pub refusals: Vec<Refused>,
}

impl MqttStatus {
    pub(super) fn new(config: &MqttConfig, broker: String, topics: String) -> Self {
        let now = OffsetDateTime::now_utc();
        let state = State {
            connected: false,
            since: now,
            last_error: None,
            stalled: None,
            refusals: VecDeque::new(),
            logged: now - LOG_EVERY,
            not_logged: 0,
        };
        Self {
            broker,
            version: config.version.as_str(),
            client_id: config.client_id.clone(),
            topics,
            counts: Counts::default(),
            state: Mutex::new(state),
        }
    }

    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The broker gives what it has.
    pub(super) fn connected(&self, session_present: bool) {
        let Self { broker, topics, .. } = self;
        tracing::info!(broker, topics, session_present, "readings come from the broker");
        let mut state = self.state();
        (state.connected, state.since) = (true, OffsetDateTime::now_utc());
    }

    /// The broker is not there, for this reason. The same reason is logged once, not at each attempt.
    pub(super) fn lost(&self, message: &str) {
        let now = OffsetDateTime::now_utc();
        let message = cut(message);
        let mut state = self.state();
        if state.connected || state.last_error.as_ref().is_none_or(|last| last.message != message) {
            tracing::warn!(
                broker = self.broker,
                reason = message,
                "no connection to the broker, trying again"
            );
        }
        if state.connected {
            (state.connected, state.since) = (false, now);
        }
        state.last_error = Some(Told { time: now, message });
    }

    /// The store takes nothing, or takes readings again.
    pub(super) fn stalled(&self, reason: Option<String>) {
        let mut state = self.state();
        state.stalled = reason.map(|message| {
            let time = state.stalled.as_ref().map_or_else(OffsetDateTime::now_utc, |first| first.time);
            Told { time, message }
        });
    }

    /// A whole message was refused.
    pub(super) fn refuse_message(&self, topic: &str, code: &str, message: String) {
        self.counts.refused_messages.fetch_add(1, Relaxed);
        self.refuse(topic, code, message);
    }

    /// A reading of a message was refused.
    pub(super) fn refuse_reading(&self, topic: &str, code: &str, message: String) {
        self.counts.refused_readings.fetch_add(1, Relaxed);
        self.refuse(topic, code, message);
    }

    fn refuse(&self, topic: &str, code: &str, message: String) {
        let time = OffsetDateTime::now_utc();
        let mut state = self.state();
        if time - state.logged >= LOG_EVERY {
            let others = std::mem::take(&mut state.not_logged);
            state.logged = time;
            tracing::warn!(
                topic = cut(topic),
                code,
                reason = message,
                others,
                "refused what came from the broker"
            );
        } else {
            state.not_logged += 1;
        }
        state.refusals.truncate(REFUSALS - 1);
        let refused = Refused { time, topic: cut(topic), code: code.to_owned(), message };
        state.refusals.push_front(refused);
    }

    /// Whether messages can come now.
    pub(super) fn is_connected(&self) -> bool {
        self.state().connected
    }

    /// Everything now.
    #[must_use]
    pub fn snapshot(&self) -> MqttSnapshot {
        let state = self.state();
        let counts = &self.counts;
        MqttSnapshot {
            broker: self.broker.clone(),
            version: self.version,
            client_id: self.client_id.clone(),
            topics: self.topics.clone(),
            connected: state.connected,
            since: state.since,
            last_error: state.last_error.clone(),
            stalled: state.stalled.clone(),
            messages: counts.messages.load(Relaxed),
            accepted: counts.accepted.load(Relaxed),
            duplicates: counts.duplicates.load(Relaxed),
            ignored: counts.ignored.load(Relaxed),
            dropped: counts.dropped.load(Relaxed),
            refused_messages: counts.refused_messages.load(Relaxed),
            refused_readings: counts.refused_readings.load(Relaxed),
            refusals: state.refusals.iter().cloned().collect(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status() -> MqttStatus {
        MqttStatus::new(&MqttConfig::default(), "mqtt://b:1883".into(), "twin/devices/+/+".into())
    }

    #[test]
    fn the_last_refusals_are_kept_newest_first() {
        let status = status();
        for i in 0..=REFUSALS {
            status.refuse_message(&format!("topic {i}"), "bad_payload", "reason".into());
        }
        status.refuse_reading(&"x".repeat(10_000), "unknown_device", "reason".into());
        let snapshot = status.snapshot();
        assert_eq!(snapshot.refusals.len(), REFUSALS);
        assert!(snapshot.refusals[0].topic.len() < 300);
        assert_eq!(snapshot.refusals[1].topic, format!("topic {REFUSALS}"));
        assert_eq!((snapshot.refused_messages, snapshot.refused_readings), (REFUSALS as u64 + 1, 1));
    }

    #[test]
    fn since_is_when_the_connection_came_or_went_and_no_attempt() {
        let status = status();
        let started = status.snapshot().since;
        status.lost("refused");
        assert_eq!(status.snapshot().since, started);
        status.connected(false);
        let connected = status.snapshot();
        assert!(connected.connected && connected.last_error.unwrap().message == "refused");
        status.lost("gone");
        let lost = status.snapshot();
        assert!(!lost.connected && lost.since >= connected.since);
        status.lost("refused");
        assert_eq!(status.snapshot().since, lost.since);
    }

    #[test]
    fn a_stall_began_when_it_was_first_told() {
        let status = status();
        status.stalled(Some("a".into()));
        let first = status.snapshot().stalled.unwrap().time;
        status.stalled(Some("b".into()));
        let second = status.snapshot().stalled.unwrap();
        assert_eq!((second.time, second.message.as_str()), (first, "b"));
        status.stalled(None);
        assert_eq!(status.snapshot().stalled, None);
    }
}
