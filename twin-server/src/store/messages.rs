//! Messages to residents: what a store can be asked of them. They are written with what they tell of, see [`Tidings`].

use time::OffsetDateTime;

use super::Answer;
use crate::domain::audit::AuditDraft;
use crate::domain::cycle::Word as _;
use crate::domain::message::{MessageChoice, MessageEnd, MessageProgress, NewMessage};
use crate::domain::webhook::Outgoing;

/// What follows from a change and is stored with it, or not at all: what other systems hear of it, and what residents do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tidings {
    /// Events for webhooks, in order.
    pub events: Vec<Outgoing>,
    /// Messages; of users who want none, none is kept.
    pub messages: Vec<NewMessage>,
}

/// A message as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its number.
    pub id: u64,
    /// To whom, and about what.
    pub message: NewMessage,
    /// How sending goes.
    pub progress: MessageProgress,
}

/// Which messages are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// Those that wait.
    Waiting,
    /// Those that ended in one way.
    Ended(MessageEnd),
}

/// Messages.
pub trait MessageStore: Send + Sync {
    /// How a user wants messages; none if they do not, or are disabled.
    fn message_choice<'a>(&'a self, user: &'a str) -> Answer<'a, Option<MessageChoice>>;

    /// Keeps how a user wants messages, or that they do not.
    fn put_message_choice<'a>(
        &'a self,
        user: &'a str,
        choice: Option<MessageChoice>,
        audit: &'a AuditDraft,
    ) -> Answer<'a, ()>;

    /// Messages that are due by an instant, at most so many: of each user the longest due before anyone's next, so that
    /// nobody waits for those of another that do not go.
    fn due_messages(&self, now: OffsetDateTime, limit: u32) -> Answer<'_, Vec<StoredMessage>>;

    /// How many messages to a user were sent after an instant.
    fn messages_sent<'a>(&'a self, user: &'a str, after: OffsetDateTime) -> Answer<'a, u64>;

    /// Keeps how sending goes.
    fn note_message<'a>(&'a self, id: u64, progress: &'a MessageProgress) -> Answer<'a, ()>;

    /// Messages before a number, newest first; at most so many.
    fn messages(
        &self,
        state: Option<MessageState>,
        before: Option<u64>,
        limit: u32,
    ) -> Answer<'_, Vec<StoredMessage>>;

    /// Deletes messages that ended before an instant; gives how many.
    fn drop_messages(&self, before: OffsetDateTime) -> Answer<'_, u64>;
}

impl MessageState {
    /// Whether all are asked for; else how they ended, in the word that a database keeps, or that they have not.
    pub(super) fn split(state: Option<Self>) -> (bool, Option<&'static str>) {
        match state {
            None => (true, None),
            Some(Self::Waiting) => (false, None),
            Some(Self::Ended(end)) => (false, Some(end.id())),
        }
    }
}
