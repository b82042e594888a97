//! One viewer's stream of events: first everything, then what changes, in order, until the server
//! stops. Called by the API's event stream.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::{DeviceFilter, Hub, LiveEvent};

/// Events fetched from the hub at a time. Together with one snapshot it bounds what a viewer that
/// does not read holds in memory.
const BATCH: usize = 256;

/// Changes reach a viewer at most this often, several at once: with a thousand viewers most of the work is
/// waking them, and no eye tells the difference.
const PACE: Duration = Duration::from_millis(20);

/// The id of an event on the wire, `<epoch>.<rights>-<seq>`: one that was told under other rights is no place to go on from,
/// for what was kept back then is not told later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventId {
    run: String,
    seq: u64,
}

impl EventId {
    /// Reads an id as a reconnecting viewer sends it; nothing if it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (run, seq) = text.trim().rsplit_once('-')?;
        Some(Self { run: run.to_owned(), seq: seq.parse().ok()? })
    }
}

/// A viewer's place in the log.
#[derive(Debug)]
pub struct Subscription {
    hub: Arc<Hub>,
    filter: DeviceFilter,
    /// What the ids of its events begin with.
    run: String,
    /// Nothing: a snapshot is due.
    seen: Option<u64>,
    changed: watch::Receiver<u64>,
    stop: watch::Receiver<bool>,
    ready: VecDeque<LiveEvent>,
    /// When changes may be fetched again.
    next_fetch: Instant,
}

impl Subscription {
    /// Subscribes. With the id of the last event of an earlier stream it goes on from there if the
    /// log still reaches so far and the rights are those of then; otherwise it starts with a snapshot.
    #[must_use]
    pub fn new(
        hub: Arc<Hub>,
        filter: DeviceFilter,
        last: Option<&EventId>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let run = format!("{}.{}", hub.epoch(), filter.rights());
        let seen = last.filter(|last| last.run == run).map(|last| last.seq);
        let changed = hub.watch();
        Self { hub, filter, run, seen, changed, stop, ready: VecDeque::new(), next_fetch: Instant::now() }
    }

    /// An event that comes next without waiting, with its id.
    pub fn ready(&mut self) -> Option<(String, LiveEvent)> {
        let event = self.ready.pop_front()?;
        Some((format!("{}-{}", self.run, event.seq), event))
    }

    /// Follows something else from now on, beginning with a snapshot; who listens stays who it was, and alarms stay out where they
    /// were.
    pub fn change(&mut self, filter: DeviceFilter) {
        let (without_alarms, readers) =
            (self.filter.without_alarms, std::mem::take(&mut self.filter.readers));
        (self.filter, self.seen) = (DeviceFilter { without_alarms, readers, ..filter }, None);
        self.next_fetch = Instant::now();
        self.ready.clear();
    }

    /// The next event with its id; nothing when the server stops.
    pub async fn next(&mut self) -> Option<(String, LiveEvent)> {
        loop {
            if *self.stop.borrow() {
                return None;
            }
            if let Some(next) = self.ready() {
                return Some(next);
            }
            tokio::select! {
                () = tokio::time::sleep_until(self.next_fetch) => {}
                stopped = self.stop.changed() => {
                    stopped.ok()?;
                    continue;
                }
            }
            // Marked as seen before the hub is read: a change in between wakes us once too often,
            // never once too seldom.
            self.changed.borrow_and_update();
            self.fetch();
            if self.ready.is_empty() {
                tokio::select! {
                    changed = self.changed.changed() => changed.ok()?,
                    stopped = self.stop.changed() => stopped.ok()?,
                }
            }
        }
    }

    fn fetch(&mut self) {
        let changes = self.seen.and_then(|seen| self.hub.changes(seen, &self.filter, BATCH));
        let delivery = changes.unwrap_or_else(|| self.hub.snapshot(&self.filter));
        self.seen = Some(delivery.seen);
        self.ready.extend(delivery.events);
        if !self.ready.is_empty() {
            self.next_fetch = Instant::now() + PACE;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::permission::{Actor, Grant, Role, Who};
    use crate::live::Readers;

    fn follow(
        hub: &Arc<Hub>,
        filter: DeviceFilter,
        last: Option<&str>,
    ) -> (Subscription, watch::Sender<bool>) {
        let (stop, stopped) = watch::channel(false);
        let last = last.and_then(EventId::parse);
        (Subscription::new(Arc::clone(hub), filter, last.as_ref(), stopped), stop)
    }

    async fn next(subscription: &mut Subscription) -> (EventId, &'static str) {
        let (id, event) = subscription.next().await.unwrap();
        (EventId::parse(&id).unwrap(), event.name)
    }

    fn id(run: &str, seq: u64) -> EventId {
        EventId { run: run.to_owned(), seq }
    }

    #[tokio::test]
    async fn a_stream_starts_with_a_snapshot_and_ends_with_the_server() {
        let hub = Arc::new(Hub::new("run".into(), "v1".into(), Vec::new()));
        let run = format!("run.{}", DeviceFilter::default().rights());
        let (mut subscription, stop) = follow(&hub, DeviceFilter::default(), None);
        assert_eq!(next(&mut subscription).await, (id(&run, 0), "snapshot"));
        hub.publish("v2");
        assert_eq!(next(&mut subscription).await, (id(&run, 1), "publication"));
        stop.send(true).unwrap();
        assert!(subscription.next().await.is_none());
    }

    #[tokio::test]
    async fn a_known_id_goes_on_and_any_other_starts_anew() {
        let hub = Arc::new(Hub::new("run".into(), "v1".into(), Vec::new()));
        hub.publish("v2");
        let run = format!("run.{}", DeviceFilter::default().rights());
        for (last, name) in [
            (format!("{run}-0"), "publication"),
            (format!("{run}-7"), "snapshot"),
            ("run-0".into(), "snapshot"),
            (format!("other{}-0", &run[3..]), "snapshot"),
            ("rubbish".into(), "snapshot"),
            (format!("{run}-99999999999999999999"), "snapshot"),
        ] {
            let (mut subscription, _stop) = follow(&hub, DeviceFilter::default(), Some(&last));
            assert_eq!(next(&mut subscription).await, (id(&run, 1), name), "{last}");
        }
    }

    #[tokio::test]
    async fn an_id_from_under_other_rights_starts_anew() {
        let hub = Arc::new(Hub::new("run".into(), "v1".into(), Vec::new()));
        let of = |role: Role, zones: &[&str]| {
            let zones = (!zones.is_empty()).then(|| zones.iter().map(|zone| (*zone).to_owned()).collect());
            let actor = Actor::new(Who::User("u".into()), vec![Grant { role, zones }], true);
            let readers = Readers { reports: Some(Arc::new(actor)), projects: None };
            DeviceFilter { readers, ..DeviceFilter::default() }
        };
        let (mut before, _stop) = follow(&hub, of(Role::Community, &[]), None);
        let (last, _) = before.next().await.unwrap();
        hub.publish("v2");
        for (filter, name) in [
            (of(Role::Community, &[]), "publication"),
            (of(Role::Community, &["zone/z1"]), "snapshot"),
            (of(Role::Resident, &[]), "snapshot"),
            (DeviceFilter { without_alarms: true, ..of(Role::Community, &[]) }, "snapshot"),
            (DeviceFilter::default(), "snapshot"),
        ] {
            let (mut again, _stop) = follow(&hub, filter, Some(&last));
            assert_eq!(next(&mut again).await.1, name);
        }
    }
}
