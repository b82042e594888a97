//! Things of which each viewer is told those that it may read, and of the others that they have left its sight:
//! residents' reports and projects. Changes come in from the hub, events go out to it, each for one viewer.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::DeviceFilter;
use super::log::json;
use crate::domain::permission::Actor;

/// Earlier versions of which a thing remembers who could read them; of more, the oldest are forgotten.
const BEFORE_MOST: usize = 8;

/// A thing as it is on a board.
pub(super) trait Told {
    /// What viewers are told of it who may read it.
    type Event: Serialize;
    /// Names of the events: it is there or changed, and it has left the viewer's sight.
    const NAMES: [&'static str; 2];

    /// Its number.
    fn id(&self) -> u64;
    /// Whom the viewer is that must be able to read it; none for one that is told of no such thing.
    fn reader(filter: &DeviceFilter) -> Option<&Actor>;
    /// Whether the reader may read it, and it lies where the viewer looks.
    fn is_for(&self, reader: &Actor, filter: &DeviceFilter) -> bool;
    /// What viewers are told.
    fn event(&self) -> Self::Event;
    /// What decides who may read it, without what only they read: what a board keeps.
    fn bare(self) -> Self;
}

/// What is told of a thing that one may not read any more.
#[derive(Serialize)]
struct Removed {
    id: u64,
}

/// Things by their numbers, while the log knows of their last change.
#[derive(Debug)]
pub(super) struct Board<T>(BTreeMap<u64, Posted<T>>);

#[derive(Debug)]
struct Posted<T> {
    now: T,
    /// What it was while the log has known of it, the oldest first, each with the number of the change that ended it.
    before: Vec<(T, u64)>,
    /// The event as JSON, shared by all viewers.
    json: Arc<str>,
    seq: u64,
}

impl<T> Default for Board<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Told> Board<T> {
    /// Posts a thing as it is now, with what it was before, under the number of its change; gives the number of the
    /// change before.
    pub(super) fn post(&mut self, before: Option<T>, now: T, seq: u64) -> Option<u64> {
        let (id, text) = (now.id(), json(&now.event()).into());
        let posted = self.0.remove(&id);
        let last = posted.as_ref().map(|posted| posted.seq);
        let mut earlier = posted.map(|posted| posted.before).unwrap_or_default();
        earlier.extend(before.map(|before| (before.bare(), seq)));
        let over = earlier.len().saturating_sub(BEFORE_MOST);
        earlier.drain(..over);
        self.0.insert(id, Posted { now: now.bare(), before: earlier, json: text, seq });
        last
    }

    /// Forgets a thing that the log has forgotten.
    pub(super) fn forget(&mut self, id: u64) {
        self.0.remove(&id);
    }

    /// Name and data of the event for a viewer that has seen everything up to `seen`; nothing if it has nothing to do
    /// with the thing. That one has left its sight is told once: later changes are not its business.
    pub(super) fn tell(&self, id: u64, seen: u64, filter: &DeviceFilter) -> Option<(&'static str, Arc<str>)> {
        let (posted, reader) = (self.0.get(&id)?, T::reader(filter)?);
        let [changed, removed] = T::NAMES;
        if posted.now.is_for(reader, filter) {
            return Some((changed, Arc::clone(&posted.json)));
        }
        let could =
            posted.before.iter().any(|(before, until)| *until > seen && before.is_for(reader, filter));
        could.then(|| (removed, json(&Removed { id }).into()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::permission::Who;
    use crate::live::Readers;

    /// A thing that some may read at times.
    #[derive(Debug, Clone)]
    struct Toy(bool);

    impl Told for Toy {
        type Event = bool;
        const NAMES: [&'static str; 2] = ["toy", "toy-removed"];

        fn id(&self) -> u64 {
            7
        }

        fn reader(filter: &DeviceFilter) -> Option<&Actor> {
            filter.readers.projects.as_deref()
        }

        fn is_for(&self, _: &Actor, _: &DeviceFilter) -> bool {
            self.0
        }

        fn event(&self) -> bool {
            self.0
        }

        fn bare(self) -> Self {
            self
        }
    }

    proptest! {
        /// Whatever it was and whenever a viewer looked last: it is told what it may read, that it may not any more if it
        /// could since, and nothing else.
        #[test]
        fn a_viewer_is_told_that_something_has_left_only_if_it_could_be_seen_since(
            course in prop::collection::vec(any::<bool>(), 1..=BEFORE_MOST),
            seen in 0_u64..10,
        ) {
            let mut board = Board::default();
            let mut before = None;
            for (seq, open) in (1..).zip(&course) {
                let last = board.post(before.replace(Toy(*open)), Toy(*open), seq);
                prop_assert_eq!(last, (seq > 1).then(|| seq - 1));
            }
            let reader = Actor::new(Who::Visitor, Vec::new(), true);
            let readers = Readers { projects: Some(Arc::new(reader)), reports: None };
            let filter = DeviceFilter { readers, ..DeviceFilter::default() };
            let (now, earlier) = course.split_last().unwrap();
            // What was posted under a number ended under the next.
            let could = (2..).zip(earlier).any(|(until, open)| *open && until > seen);
            let expected = if *now { Some("toy") } else { could.then_some("toy-removed") };
            prop_assert_eq!(board.tell(7, seen, &filter).map(|(name, _)| name), expected);
            prop_assert!(board.tell(7, seen, &DeviceFilter::default()).is_none(), "nobody asks");
            board.forget(7);
            prop_assert!(board.tell(7, seen, &filter).is_none());
        }
    }
}
