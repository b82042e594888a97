//! Webhooks and the events that wait for them: what a store can be asked of them. Events that follow from
//! readings are written with these, see [`ReadingsToStore`](super::ReadingsToStore).

use super::Answer;
use crate::domain::webhook::{Failure, Outgoing, Progress, Webhook};

/// Failures that are kept of one webhook.
pub(super) const FAILURES_KEPT: i64 = 1_000;

/// A webhook as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWebhook {
    /// What people set.
    pub hook: Webhook,
    /// What its deliveries are signed with.
    pub secret: String,
    /// How delivery goes.
    pub progress: Progress,
    /// The last event that was dealt with.
    pub cursor: u64,
}

/// Webhooks and the events that wait for them.
pub trait WebhookStore: Send + Sync {
    /// All webhooks, by id.
    fn webhooks(&self) -> Answer<'_, Vec<StoredWebhook>>;

    /// Stores a webhook, or replaces it with all that is known of it.
    fn put_webhook<'a>(&'a self, stored: &'a StoredWebhook) -> Answer<'a, ()>;

    /// Removes a webhook. False if there is none.
    fn remove_webhook<'a>(&'a self, id: &'a str) -> Answer<'a, bool>;

    /// Stores how delivery goes, and an event that was given up. Nothing happens if the webhook was removed.
    fn note_delivery<'a>(
        &'a self,
        id: &'a str,
        cursor: u64,
        progress: &'a Progress,
        failure: Option<&'a Failure>,
    ) -> Answer<'a, ()>;

    /// The events that were given up, newest first.
    fn webhook_failures<'a>(&'a self, id: &'a str, limit: u32) -> Answer<'a, Vec<Failure>>;

    /// Adds events that follow from no reading.
    fn add_outgoing<'a>(&'a self, events: &'a [Outgoing]) -> Answer<'a, ()>;

    /// The events after a number, in order.
    fn outgoing(&self, after: u64, limit: u32) -> Answer<'_, Vec<(u64, Outgoing)>>;

    /// The number of the last event; 0 if there never was one.
    fn last_outgoing(&self) -> Answer<'_, u64>;

    /// Deletes events up to a number.
    fn forget_outgoing(&self, up_to: u64) -> Answer<'_, u64>;
}
