//! Sessions in memory, so that a request of someone signed in asks the database once, and then no
//! more than once a minute. What is here is forgotten whenever users or sessions change.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use time::{Duration, OffsetDateTime};

use crate::domain::audit::Digest;
use crate::domain::people::SessionLimits;
use crate::store::{Session, Store, StoreError};

/// Sessions in memory; when there are more, all are looked up again.
const KNOWN_LIMIT: usize = 100_000;
/// How often the use of a session is noted in the store.
const TOUCH_EVERY: Duration = Duration::MINUTE;

/// The sessions that were used lately.
pub(super) struct Sessions {
    limits: SessionLimits,
    known: RwLock<HashMap<Digest, Arc<Known>>>,
    /// Counts how often all was forgotten: what was looked up before is not kept after.
    generation: AtomicU64,
}

struct Known {
    user: String,
    created: OffsetDateTime,
    seen_s: AtomicI64,
    noted_s: AtomicI64,
}

impl Sessions {
    pub(super) fn new(limits: SessionLimits) -> Self {
        Self { limits, known: RwLock::default(), generation: AtomicU64::new(0) }
    }

    /// How long sessions hold.
    pub(super) fn limits(&self) -> SessionLimits {
        self.limits
    }

    /// The user of a session that holds.
    pub(super) async fn user(
        &self,
        store: &Arc<dyn Store>,
        digest: &Digest,
        now: OffsetDateTime,
    ) -> Result<Option<String>, StoreError> {
        let Some(known) = self.find(store, digest).await? else { return Ok(None) };
        let seen = OffsetDateTime::from_unix_timestamp(known.seen_s.load(Ordering::Relaxed)).unwrap_or(now);
        Ok((self.limits.end(known.created, seen) > now).then(|| known.user.clone()))
    }

    /// Notes that a session is used, which keeps it from falling idle.
    pub(super) fn touch(&self, store: &Arc<dyn Store>, digest: &Digest, now: OffsetDateTime) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(digest).cloned();
        let Some(known) = known else { return };
        let now_s = now.unix_timestamp();
        known.seen_s.fetch_max(now_s, Ordering::Relaxed);
        let noted_s = known.noted_s.load(Ordering::Relaxed);
        if now_s - noted_s >= TOUCH_EVERY.whole_seconds()
            && known.noted_s.compare_exchange(noted_s, now_s, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        {
            let (store, digest) = (Arc::clone(store), *digest);
            tokio::spawn(async move {
                if let Err(error) = store.touch_session(digest, now).await {
                    tracing::warn!(%error, "the use of a session could not be noted");
                }
            });
        }
    }

    /// Forgets everything.
    pub(super) fn forget(&self) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        self.generation.fetch_add(1, Ordering::Release);
        known.clear();
    }

    async fn find(&self, store: &Arc<dyn Store>, digest: &Digest) -> Result<Option<Arc<Known>>, StoreError> {
        let generation = self.generation.load(Ordering::Acquire);
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(digest) {
            return Ok(Some(Arc::clone(known)));
        }
        let Some(session) = store.session(*digest).await? else { return Ok(None) };
        let found = Arc::new(Known::from(session));
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_LIMIT {
            known.clear();
        }
        if self.generation.load(Ordering::Acquire) == generation {
            known.insert(*digest, Arc::clone(&found));
        }
        Ok(Some(found))
    }
}

impl From<Session> for Known {
    fn from(session: Session) -> Self {
        let seen_s = session.seen.unix_timestamp();
        Self {
            user: session.user,
            created: session.created,
            seen_s: AtomicI64::new(seen_s),
            noted_s: AtomicI64::new(seen_s),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::store::SqliteStore;

    #[tokio::test]
    async fn use_keeps_a_session_from_falling_idle_until_its_time_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}/twin.db", folder.path().display());
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&address).await.unwrap());
        let limits = SessionLimits {
            idle: std::time::Duration::from_secs(60),
            most: std::time::Duration::from_secs(100),
        };
        let sessions = Sessions::new(limits);
        let (start, digest) = (datetime!(2026-05-01 12:00 UTC), Digest::default());
        let session = Session { digest, user: "ann".into(), created: start, seen: start };
        sessions.known.write().unwrap().insert(digest, Arc::new(Known::from(session)));
        let after = |seconds| start + Duration::seconds(seconds);
        let holds = async |seconds| sessions.user(&store, &digest, after(seconds)).await.unwrap().is_some();
        assert!(holds(59).await && !holds(60).await);
        sessions.touch(&store, &digest, after(59));
        assert!(holds(99).await && !holds(100).await);
    }
}
