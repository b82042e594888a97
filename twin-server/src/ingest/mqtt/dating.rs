//! Instants for readings that bring none: the one at which their message was received. A message that the
//! broker sends again is given the instant that it was given first, so that its readings count once.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};

use time::OffsetDateTime;

use super::link::{Message, RECEIVE_MAXIMUM};

/// Messages that are remembered: those that the broker may not know to be acknowledged are among the last so
/// many. More would take a message for another of the same number and words from long ago.
const REMEMBERED: usize = RECEIVE_MAXIMUM as usize;

/// The instants that messages were given, over all connections of one session.
pub(super) struct Dating {
    clock: Clock,
    hasher: RandomState,
    given: VecDeque<Given>,
}

/// What a message with assured delivery was given.
struct Given {
    packet: u16,
    hash: u64,
    instant: OffsetDateTime,
}

impl Dating {
    /// Knows of no messages.
    pub(super) fn new() -> Self {
        let clock = Clock(OffsetDateTime::UNIX_EPOCH);
        Self { clock, hasher: RandomState::new(), given: VecDeque::new() }
    }

    /// The instant of a message that was just received.
    pub(super) fn instant(&mut self, message: &Message) -> OffsetDateTime {
        let Some(packet) = message.packet() else { return self.clock.next() };
        let hash = self.hasher.hash_one((message.topic(), message.payload()));
        self.of_packet(packet, hash, message.sent_again())
    }

    fn of_packet(&mut self, packet: u16, hash: u64, sent_again: bool) -> OffsetDateTime {
        if sent_again {
            // Numbers are used again: the last message that had it is meant.
            let before = self.given.iter().rev().find(|given| given.packet == packet);
            if let Some(before) = before.filter(|before| before.hash == hash) {
                return before.instant;
            }
        }
        if self.given.len() == REMEMBERED {
            self.given.pop_front();
        }
        let instant = self.clock.next();
        self.given.push_back(Given { packet, hash, instant });
        instant
    }

    /// Forgets all messages: the broker has, too.
    pub(super) fn forget(&mut self) {
        self.given.clear();
    }
}

/// Instants of receipt, each later than the one before: a store takes two readings of one stream and one
/// instant for the same.
struct Clock(OffsetDateTime);

impl Clock {
    fn next(&mut self) -> OffsetDateTime {
        self.0 = OffsetDateTime::now_utc().max(self.0 + time::Duration::microseconds(1));
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reading::whole_microseconds;

    #[test]
    fn no_two_messages_are_received_at_one_microsecond() {
        let mut clock = Clock(OffsetDateTime::UNIX_EPOCH);
        let mut before = whole_microseconds(clock.next());
        for _ in 0..10_000 {
            let now = whole_microseconds(clock.next());
            assert!(now > before);
            before = now;
        }
    }

    #[test]
    fn only_the_same_message_sent_again_has_the_same_instant() {
        let mut dating = Dating::new();
        let first = dating.of_packet(7, 1, false);
        assert_eq!(dating.of_packet(7, 1, true), first);
        for (packet, hash, sent_again) in [(7, 2, true), (8, 1, true), (7, 1, true), (7, 1, false)] {
            assert_ne!(dating.of_packet(packet, hash, sent_again), first, "{packet} {hash} {sent_again}");
        }
    }

    #[test]
    fn as_many_messages_are_remembered_as_may_be_under_way() {
        let mut dating = Dating::new();
        let first = dating.of_packet(1, 1, false);
        for packet in 2..=RECEIVE_MAXIMUM {
            dating.of_packet(packet, 1, false);
        }
        assert_eq!(dating.of_packet(1, 1, true), first);
        dating.of_packet(RECEIVE_MAXIMUM + 1, 1, false);
        assert_ne!(dating.of_packet(1, 1, true), first);
        dating.forget();
        assert!(dating.given.is_empty());
    }
}
