//! The keys in memory: the digest of a key comes in, whoever holds it goes out, counted against the
//! quota. The table is replaced whole when a key is issued or revoked; counters live on.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use time::{Date, OffsetDateTime};

use crate::domain::audit::Digest;
use crate::domain::keys::{ApiKey, KeyState, KeyUse};
use crate::domain::permission::Actor;

/// All keys that were issued.
#[derive(Default)]
pub(super) struct KeyRing {
    keys: ArcSwap<HashMap<Digest, Held>>,
}

#[derive(Clone)]
struct Held {
    key: Arc<ApiKey>,
    actor: Arc<Actor>,
    counters: Arc<Counters>,
}

struct Counters {
    minute: Option<DefaultDirectRateLimiter>,
    /// The day that `today` counts, as a Julian day.
    day: AtomicI64,
    today: AtomicU64,
    /// Since the counts were last taken to the store.
    requests: AtomicU64,
    refused: AtomicU64,
    last_s: AtomicI64,
}

/// Why a key is not let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KeyRefusal {
    /// There is no such key.
    Unknown,
    /// It ended by itself.
    Expired(String),
    /// It was revoked.
    Revoked(String),
    /// It is over its quota of a minute.
    Minute(Duration),
    /// It is over its quota of a day.
    Day(Duration),
}

impl KeyRing {
    /// Takes over the keys as they are stored now, with what was used of today's quotas before this
    /// process began.
    pub(super) fn replace(&self, keys: Vec<ApiKey>, uses: &[KeyUse], public: bool, today: Date) {
        let before = self.keys.load();
        let table = keys.into_iter().map(|key| {
            let used = uses.iter().filter(|used| used.key == key.id && used.day == today);
            let known = before.get(&key.digest).map(|held| Arc::clone(&held.counters));
            let counters = known.unwrap_or_else(|| {
                Arc::new(Counters::new(&key, today, used.map(|used| used.requests).sum()))
            });
            (key.digest, Held { actor: Arc::new(key.actor(public)), counters, key: Arc::new(key) })
        });
        self.keys.store(Arc::new(table.collect()));
    }

    /// Whoever holds the key, after counting the request.
    pub(super) fn take(&self, digest: &Digest, now: OffsetDateTime) -> Result<Arc<Actor>, KeyRefusal> {
        let keys = self.keys.load();
        let held = keys.get(digest).ok_or(KeyRefusal::Unknown)?;
        match held.key.state(now) {
            KeyState::Good => {}
            KeyState::Expired => return Err(KeyRefusal::Expired(held.key.id.clone())),
            KeyState::Revoked => return Err(KeyRefusal::Revoked(held.key.id.clone())),
        }
        held.counters.count(held.key.quota.per_day, now)?;
        Ok(Arc::clone(&held.actor))
    }

    /// Whoever holds the key, if it is still good; counts nothing.
    pub(super) fn holder(&self, digest: &Digest, now: OffsetDateTime) -> Option<Arc<Actor>> {
        let keys = self.keys.load();
        let held = keys.get(digest)?;
        (held.key.state(now) == KeyState::Good).then(|| Arc::clone(&held.actor))
    }

    /// Whoever holds the key with this id, if it is still good.
    pub(super) fn holder_of(&self, id: &str, now: OffsetDateTime) -> Option<Arc<Actor>> {
        let keys = self.keys.load();
        let held = keys.values().find(|held| held.key.id == id)?;
        (held.key.state(now) == KeyState::Good).then(|| Arc::clone(&held.actor))
    }

    /// All keys.
    pub(super) fn all(&self) -> Vec<Arc<ApiKey>> {
        let mut keys: Vec<_> = self.keys.load().values().map(|held| Arc::clone(&held.key)).collect();
        keys.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        keys
    }

    /// What was counted since this was last asked.
    pub(super) fn drain(&self, today: Date) -> Vec<KeyUse> {
        let keys = self.keys.load();
        let taken = keys.values().filter_map(|held| held.counters.drain(&held.key.id, today));
        taken.collect()
    }

    /// Gives back counts that could not be stored.
    pub(super) fn put_back(&self, uses: &[KeyUse]) {
        for held in self.keys.load().values() {
            for used in uses.iter().filter(|used| used.key == held.key.id) {
                held.counters.requests.fetch_add(used.requests, Ordering::Relaxed);
                held.counters.refused.fetch_add(used.refused, Ordering::Relaxed);
            }
        }
    }
}

impl Counters {
    fn new(key: &ApiKey, today: Date, used: u64) -> Self {
        let minute = key.quota.per_minute.and_then(NonZeroU32::new);
        Self {
            minute: minute.map(|most| RateLimiter::direct(Quota::per_minute(most))),
            day: AtomicI64::new(today.to_julian_day().into()),
            today: AtomicU64::new(used),
            requests: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            last_s: AtomicI64::new(0),
        }
    }

    fn count(&self, per_day: Option<u32>, now: OffsetDateTime) -> Result<(), KeyRefusal> {
        let counted = self.within(per_day, now);
        let counter = if counted.is_ok() { &self.requests } else { &self.refused };
        counter.fetch_add(1, Ordering::Relaxed);
        self.last_s.store(now.unix_timestamp(), Ordering::Relaxed);
        counted
    }

    fn within(&self, per_day: Option<u32>, now: OffsetDateTime) -> Result<(), KeyRefusal> {
        if let Some(minute) = &self.minute
            && let Err(not_until) = minute.check()
        {
            return Err(KeyRefusal::Minute(not_until.wait_time_from(DefaultClock::default().now())));
        }
        let Some(most) = per_day else { return Ok(()) };
        let day = i64::from(now.date().to_julian_day());
        if self.day.swap(day, Ordering::Relaxed) != day {
            self.today.store(0, Ordering::Relaxed);
        }
        let spent = |count: u64| (count < u64::from(most)).then_some(count + 1);
        if self.today.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent).is_err() {
            let midnight = (now.date().midnight().assume_utc() + time::Duration::DAY) - now;
            return Err(KeyRefusal::Day(midnight.unsigned_abs()));
        }
        Ok(())
    }

    fn drain(&self, key: &str, day: Date) -> Option<KeyUse> {
        let requests = self.requests.swap(0, Ordering::Relaxed);
        let refused = self.refused.swap(0, Ordering::Relaxed);
        let last = OffsetDateTime::from_unix_timestamp(self.last_s.load(Ordering::Relaxed)).ok()?;
        (requests + refused > 0).then(|| KeyUse { key: key.to_owned(), day, requests, refused, last })
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;
    use crate::domain::keys::KeyQuota;
    use crate::domain::permission::{Grant, Role, Scope};

    const LATE: OffsetDateTime = datetime!(2026-05-01 23:59:50 UTC);

    fn key(quota: KeyQuota) -> ApiKey {
        ApiKey {
            id: "k".into(),
            name: "gateway".into(),
            digest: [7; 32],
            grant: Grant::whole(Role::Device),
            scope: Scope::default(),
            quota,
            issuer: "user:u".into(),
            created: LATE,
            expires: None,
            revoked: None,
        }
    }

    fn ring(quota: KeyQuota, uses: &[KeyUse]) -> KeyRing {
        let ring = KeyRing::default();
        ring.replace(vec![key(quota)], uses, true, LATE.date());
        ring
    }

    #[test]
    fn a_revoked_key_is_refused_from_the_next_request_on() {
        let ring = ring(KeyQuota::default(), &[]);
        assert!(ring.take(&[7; 32], LATE).is_ok());
        assert_eq!(ring.take(&[8; 32], LATE), Err(KeyRefusal::Unknown));
        let revoked = ApiKey { revoked: Some(LATE), ..key(KeyQuota::default()) };
        ring.replace(vec![revoked], &[], true, LATE.date());
        assert_eq!(ring.take(&[7; 32], LATE), Err(KeyRefusal::Revoked("k".into())));
        assert_eq!(ring.holder(&[7; 32], LATE), None);
    }

    #[test]
    fn a_daily_quota_counts_what_was_used_before_and_begins_anew_at_midnight() {
        let used =
            KeyUse { key: "k".into(), day: date!(2026 - 05 - 01), requests: 3, refused: 0, last: LATE };
        let ring = ring(KeyQuota { per_minute: None, per_day: Some(5) }, std::slice::from_ref(&used));
        assert!(ring.take(&[7; 32], LATE).is_ok() && ring.take(&[7; 32], LATE).is_ok());
        assert_eq!(ring.take(&[7; 32], LATE), Err(KeyRefusal::Day(Duration::from_secs(10))));
        assert!(ring.take(&[7; 32], LATE + Duration::from_secs(10)).is_ok());
    }

    #[test]
    fn a_quota_of_a_minute_is_kept_when_the_table_is_replaced() {
        let quota = KeyQuota { per_minute: Some(2), per_day: None };
        let ring = ring(quota, &[]);
        assert!(ring.take(&[7; 32], LATE).is_ok() && ring.take(&[7; 32], LATE).is_ok());
        ring.replace(vec![key(quota)], &[], true, LATE.date());
        assert!(matches!(ring.take(&[7; 32], LATE), Err(KeyRefusal::Minute(_))));
    }

    #[test]
    fn use_is_counted_once_and_given_back_if_it_could_not_be_stored() {
        let ring = ring(KeyQuota { per_minute: None, per_day: Some(2) }, &[]);
        for _ in 0..3 {
            let _ = ring.take(&[7; 32], LATE);
        }
        let drained = ring.drain(LATE.date());
        assert_eq!((drained[0].requests, drained[0].refused, drained[0].last), (2, 1, LATE));
        assert!(ring.drain(LATE.date()).is_empty());
        ring.put_back(&drained);
        assert_eq!(ring.drain(LATE.date()), drained);
    }
}
