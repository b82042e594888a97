//! What keeps up with time: changes by other processes are taken over, the use of keys is stored, and
//! what has ended is forgotten. Started by `app`; ends when the server stops.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};

use super::Auth;
use crate::store::StoreError;

/// A key that another process revokes is refused within a second.
const LOOK_EVERY: Duration = Duration::from_millis(400);
/// What a killed server forgets of the use of keys.
const STORE_EVERY: Duration = Duration::from_secs(5);
const TIDY_EVERY: Duration = Duration::from_secs(60);

/// Works until the server stops.
pub(crate) async fn keep_up(auth: Arc<Auth>, mut stop: watch::Receiver<bool>) {
    let (mut look, mut store, mut tidy) = (every(LOOK_EVERY), every(STORE_EVERY), every(TIDY_EVERY));
    loop {
        tokio::select! {
            () = async { let _ = stop.wait_for(|stop| *stop).await; } => return auth.store_uses().await,
            _ = look.tick() => report(auth.look().await),
            _ = store.tick() => auth.store_uses().await,
            _ = tidy.tick() => report(auth.tidy().await),
        }
    }
}

fn every(time: Duration) -> Interval {
    let mut ticks = tokio::time::interval(time);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

fn report(done: Result<(), StoreError>) {
    if let Err(error) = done {
        tracing::error!(%error, "users and keys could not be looked after");
    }
}

impl Auth {
    async fn look(&self) -> Result<(), StoreError> {
        if self.is_stale().await? { self.reload().await } else { Ok(()) }
    }

    pub(super) async fn store_uses(&self) {
        let uses = self.keys.drain(OffsetDateTime::now_utc().date());
        if uses.is_empty() {
            return;
        }
        if let Err(error) = self.store.add_key_uses(&uses).await {
            self.keys.put_back(&uses);
            report(Err(error));
        }
    }

    async fn tidy(&self) -> Result<(), StoreError> {
        self.limiters.tidy();
        let (now, limits) = (OffsetDateTime::now_utc(), self.sessions.limits());
        let dropped = self.store.drop_sessions(now - limits.idle, now - limits.most).await?;
        if dropped > 0 {
            tracing::debug!(dropped, "sessions that ended were forgotten");
        }
        Ok(())
    }
}
