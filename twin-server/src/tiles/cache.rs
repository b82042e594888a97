//! Ready answers in memory, bounded in bytes. Called by [`super::files`].
//!
//! A hit takes a read lock, one look-up and one relaxed load: hot tiles are asked for from all cores
//! at once. What was not asked for since the hand last came by is dropped first (second chance,
//! Corbató 1968), which needs no order to be kept on a hit, as the least recently used would.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};

use super::ready::{Ready, Takes, WAYS};

/// Counted for each answer beside its bytes: key, map, headers.
const OVERHEAD_BYTES: usize = 1024;

/// The answers by path and by what the client takes.
#[derive(Debug)]
pub(super) struct Cache {
    limit_bytes: usize,
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    slots: HashMap<Arc<str>, Slot>,
    /// The paths in the order in which the hand comes by.
    ring: VecDeque<Arc<str>>,
    used_bytes: usize,
}

#[derive(Debug, Default)]
struct Slot {
    answers: [Option<Arc<Ready>>; WAYS],
    asked: AtomicBool,
    cost_bytes: usize,
}

impl Cache {
    pub(super) fn new(limit_bytes: usize) -> Self {
        Self { limit_bytes, inner: RwLock::default() }
    }

    /// The answer for a decoded path.
    pub(super) fn get(&self, path: &str, takes: Takes) -> Option<Arc<Ready>> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let slot = inner.slots.get(path)?;
        let ready = slot.answers.get(takes.way())?.clone()?;
        if !slot.asked.load(Relaxed) {
            slot.asked.store(true, Relaxed);
        }
        Some(ready)
    }

    /// Remembers an answer; one larger than an eighth of the cache is not worth what it would push out.
    pub(super) fn put(&self, path: &str, takes: Takes, ready: &Arc<Ready>) {
        if ready.bytes.len() + OVERHEAD_BYTES > self.limit_bytes / 8 {
            return;
        }
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.put(path, takes, ready);
        inner.make_room(self.limit_bytes);
    }

    /// Drops the paths that need not be kept.
    pub(super) fn retain(&self, keep: impl Fn(&str) -> bool) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        for path in std::mem::take(&mut inner.ring) {
            if keep(&path) {
                inner.ring.push_back(path);
            } else {
                inner.forget(&path);
            }
        }
    }

    /// Bytes in use.
    pub(super) fn used_bytes(&self) -> usize {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).used_bytes
    }
}

impl Inner {
    fn put(&mut self, path: &str, takes: Takes, ready: &Arc<Ready>) {
        if !self.slots.contains_key(path) {
            let key: Arc<str> = path.into();
            self.slots.insert(Arc::clone(&key), Slot::default());
            self.ring.push_back(key);
        }
        let Some(slot) = self.slots.get_mut(path) else { return };
        if let Some(place) = slot.answers.get_mut(takes.way()) {
            *place = Some(Arc::clone(ready));
        }
        let cost_bytes = slot.cost(path);
        self.used_bytes = self.used_bytes + cost_bytes - slot.cost_bytes;
        slot.cost_bytes = cost_bytes;
    }

    fn make_room(&mut self, limit_bytes: usize) {
        while self.used_bytes > limit_bytes {
            let Some(path) = self.ring.pop_front() else { break };
            let asked = self.slots.get(&path).is_some_and(|slot| slot.asked.swap(false, Relaxed));
            if asked {
                self.ring.push_back(path);
            } else {
                self.forget(&path);
            }
        }
    }

    fn forget(&mut self, path: &str) {
        if let Some(slot) = self.slots.remove(path) {
            self.used_bytes -= slot.cost_bytes;
        }
    }
}

impl Slot {
    /// An answer that stands for several ways of asking is counted once.
    fn cost(&self, path: &str) -> usize {
        let mut seen: Vec<&Arc<Ready>> = Vec::with_capacity(WAYS);
        for ready in self.answers.iter().flatten() {
            if !seen.iter().any(|known| Arc::ptr_eq(known, ready)) {
                seen.push(ready);
            }
        }
        seen.iter().map(|ready| OVERHEAD_BYTES + path.len() + ready.bytes.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::path::PublicPath;
    use super::super::ready::Heads;
    use super::*;

    const PLAIN: Takes = Takes { brotli: false, gzip: false };
    const GZIP: Takes = Takes { brotli: false, gzip: true };

    fn file(size: usize) -> Arc<Ready> {
        let path = PublicPath::parse("content/a.glb").unwrap();
        Arc::new(Ready { bytes: vec![0; size].into(), heads: Heads::new(&path, None, size as u64) })
    }

    #[test]
    fn what_was_not_asked_for_makes_room() {
        let cache = Cache::new(16_000);
        for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            cache.put(name, PLAIN, &file(960));
        }
        for name in ["a", "c", "d", "e", "f", "g", "h"] {
            assert!(cache.get(name, PLAIN).is_some());
        }
        cache.put("i", PLAIN, &file(960));
        assert!(cache.get("b", PLAIN).is_none());
        assert!(cache.get("a", PLAIN).is_some() && cache.get("i", PLAIN).is_some());
        assert!(cache.used_bytes() <= 16_000);
    }

    #[test]
    fn the_cache_stays_bounded_though_everything_is_asked_for() {
        let cache = Cache::new(16_000);
        for number in 0..100 {
            let name = format!("file-{number}");
            cache.put(&name, PLAIN, &file(500 + number));
            cache.get(&name, PLAIN);
            assert!(cache.used_bytes() <= 16_000);
        }
        let inner = cache.inner.read().unwrap();
        assert_eq!(inner.slots.len(), inner.ring.len());
        assert_eq!(inner.used_bytes, inner.slots.values().map(|slot| slot.cost_bytes).sum::<usize>());
    }

    #[test]
    fn one_answer_for_two_ways_of_asking_is_counted_once() {
        let cache = Cache::new(16_000);
        let answer = file(900);
        cache.put("a", PLAIN, &answer);
        let once = cache.used_bytes();
        cache.put("a", GZIP, &answer);
        assert_eq!(cache.used_bytes(), once);
        cache.put("a", GZIP, &file(100));
        assert!(cache.used_bytes() > once);
    }

    #[test]
    fn what_is_too_large_is_not_kept_and_what_is_old_is_dropped() {
        let cache = Cache::new(16_000);
        cache.put("large", PLAIN, &file(2000));
        assert!(cache.get("large", PLAIN).is_none());
        for name in ["content/a", "versions/v1/b", "versions/v2/c"] {
            cache.put(name, PLAIN, &file(10));
        }
        cache.retain(|path| !path.starts_with("versions/v1/"));
        assert!(cache.get("versions/v1/b", PLAIN).is_none() && cache.get("versions/v2/c", PLAIN).is_some());
        cache.retain(|_| false);
        assert_eq!(cache.used_bytes(), 0);
    }
}
