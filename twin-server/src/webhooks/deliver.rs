//! The delivery job: events that wait in the store come in, posts go out, each webhook in order, several webhooks
//! at once. Started by `app`; ends when the server stops.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Client, Outbox, Posted, sign};
use crate::domain::permission::Actor;
use crate::domain::webhook::{Failure, Outgoing, Progress, Try, Webhook};
use crate::metrics::WEBHOOKS;
use crate::store::{Store, StoreError, StoredWebhook};

/// What an event is as a body: a `CloudEvent` in structured mode.
const EVENT: &str = "application/cloudevents+json; charset=utf-8";
/// Webhooks that are delivered to at once.
const AT_ONCE: usize = 8;
/// Events that are fetched at a time.
const BATCH: u32 = 100;
/// Events that one webhook gets before others have their turn.
const TURN: usize = 100;
/// How often it is looked for what is due, beside when something happened.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Who has set a webhook, with what they hold now; a visitor if they are not known or may do nothing any more.
pub type OwnerOf = Arc<dyn Fn(Option<&str>) -> Arc<Actor> + Send + Sync>;

/// Carries events to webhooks.
pub struct Courier {
    store: Arc<dyn Store>,
    client: Client,
    source: String,
    owner_of: OwnerOf,
}

/// How a try ended, for whoever asked for it.
#[derive(Debug)]
pub struct Attempt {
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// Why it did not arrive.
    pub error: Option<String>,
}

impl Courier {
    /// A courier. `source` is the attribute of all its events; by `owner_of` it is decided who hears what only some may.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, client: Client, source: String, owner_of: OwnerOf) -> Self {
        Self { store, client, source, owner_of }
    }

    /// Posts one event once.
    pub async fn attempt(&self, hook: &Webhook, secret: &str, id: &str, event: &Outgoing) -> Attempt {
        let body = event.envelope(&self.source, id);
        let signed = sign(secret, id, OffsetDateTime::now_utc().unix_timestamp(), &body);
        match self.client.post(Posted { url: &hook.url, id, signed, media_type: EVENT, body }).await {
            Ok(status) if status.is_success() => Attempt { status: Some(status.as_u16()), error: None },
            Ok(status) => {
                let hint = if status.is_redirection() { "; redirects are not followed" } else { "" };
                Attempt {
                    status: Some(status.as_u16()),
                    error: Some(format!("the receiver answered HTTP {}{hint}", status.as_u16())),
                }
            }
            Err(error) => Attempt { status: None, error: Some(error) },
        }
    }

    /// Delivers what waits for one webhook, until one try fails or its turn is over.
    async fn turn(&self, stored: StoredWebhook) -> Result<(), StoreError> {
        let StoredWebhook { hook, secret, mut progress, mut cursor } = stored;
        let (start, mut tries) = (cursor, 0);
        let mut noted = start;
        'turn: while tries < TURN {
            let events = self.store.outgoing(cursor, BATCH).await?;
            if events.is_empty() {
                break;
            }
            for (number, event) in events {
                // Looked up for each: while a receiver takes its time, rights are taken.
                let is_open = || event.is_open_to(&(self.owner_of)(hook.owner.as_deref()));
                if hook.wants(&event) && is_open() {
                    let attempt = self.attempt(&hook, &secret, &number.to_string(), &event).await;
                    let now = OffsetDateTime::now_utc();
                    let (goes_on, failure) = judge(&mut progress, attempt, (number, &event), now);
                    tries += 1;
                    let dealt_with = if goes_on { number } else { cursor };
                    self.store.note_delivery(&hook.id, dealt_with, &progress, failure.as_ref()).await?;
                    noted = dealt_with;
                    if !goes_on || !progress.is_due(now) || failure.is_some() {
                        break 'turn;
                    }
                }
                cursor = number;
            }
        }
        // What it does not want is dealt with too.
        if cursor > noted {
            self.store.note_delivery(&hook.id, cursor, &progress, None).await?;
        }
        Ok(())
    }
}

/// Takes in what became of a try. Whether the next event may come, and the event's failure if it was given up.
fn judge(
    progress: &mut Progress,
    attempt: Attempt,
    (number, event): (u64, &Outgoing),
    now: OffsetDateTime,
) -> (bool, Option<Failure>) {
    let outcome = match attempt {
        Attempt { error: None, .. } => Try::Delivered,
        Attempt { status: Some(410), .. } => Try::Unwanted,
        Attempt { error: Some(reason), .. } => Try::Failed(reason),
    };
    let delivered = outcome == Try::Delivered;
    WEBHOOKS.count(delivered);
    let dealt_with = progress.note(outcome, now);
    let failure = (dealt_with && !delivered).then(|| Failure {
        event: number,
        r#type: event.r#type.id().to_owned(),
        subject: event.subject.clone(),
        at: now,
        reason: progress.last_error.clone().unwrap_or_default(),
    });
    if failure.is_some() {
        WEBHOOKS.given_up.add(1);
    }
    (dealt_with, failure)
}

/// Delivers until the server stops. What is on its way then is cut, and comes again after the next start.
pub async fn deliver(courier: Arc<Courier>, outbox: Arc<Outbox>, mut stop: watch::Receiver<bool>) {
    let mut turns: JoinSet<(String, Result<(), StoreError>)> = JoinSet::new();
    let mut busy = HashSet::new();
    loop {
        if let Err(error) = start_turns(&courier, &outbox, &mut turns, &mut busy).await {
            tracing::error!(%error, "webhooks cannot be looked up");
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = outbox.rung() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            Some(ended) = turns.join_next() => end_turn(ended, &mut busy),
        }
        while let Some(ended) = turns.try_join_next() {
            end_turn(ended, &mut busy);
        }
    }
}

async fn start_turns(
    courier: &Arc<Courier>,
    outbox: &Outbox,
    turns: &mut JoinSet<(String, Result<(), StoreError>)>,
    busy: &mut HashSet<String>,
) -> Result<(), StoreError> {
    let now = OffsetDateTime::now_utc();
    let mut hooks = courier.store.webhooks().await?;
    hooks.retain(|stored| stored.hook.enabled);
    outbox.want(!hooks.is_empty());
    let last = courier.store.last_outgoing().await?;
    forget(&*courier.store, &hooks, last).await?;
    // Whoever waits longest comes first.
    hooks.sort_by_key(|stored| stored.cursor);
    for stored in hooks {
        let waits = stored.cursor < last && stored.progress.is_due(now);
        if waits && turns.len() < AT_ONCE && busy.insert(stored.hook.id.clone()) {
            let courier = Arc::clone(courier);
            turns.spawn(async move { (stored.hook.id.clone(), courier.turn(stored).await) });
        }
    }
    Ok(())
}

/// Deletes what all have dealt with. One that is disabled begins anew when it is enabled: nothing is kept for it.
async fn forget(store: &dyn Store, hooks: &[StoredWebhook], last: u64) -> Result<(), StoreError> {
    let active = hooks.iter().filter(|stored| stored.progress.disabled_because.is_none());
    let up_to = active.map(|stored| stored.cursor).min().unwrap_or(last);
    if up_to > 0 && store.outgoing(0, 1).await?.first().is_some_and(|(first, _)| *first <= up_to) {
        store.forget_outgoing(up_to).await?;
    }
    Ok(())
}

fn end_turn(
    ended: Result<(String, Result<(), StoreError>), tokio::task::JoinError>,
    busy: &mut HashSet<String>,
) {
    match ended {
        Ok((id, done)) => {
            busy.remove(&id);
            if let Err(error) = done {
                tracing::error!(%error, webhook = id, "what became of a delivery cannot be stored; it comes again");
            }
        }
        Err(error) => {
            // Its name is lost; the others begin again at what the store has.
            tracing::error!(%error, "a delivery failed");
            busy.clear();
        }
    }
}
