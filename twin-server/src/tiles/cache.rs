//! Whole files in memory, the least recently used ones dropped first. Files of a publication never
//! change, so nothing here grows stale. Called by [`super::files`].

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::files::Served;
use super::path::PublicPath;

/// Counted for each entry beside its bytes: key, maps and header.
const ENTRY_OVERHEAD_BYTES: usize = 256;

/// What is known of a path.
#[derive(Debug, Clone)]
pub(super) enum Known {
    /// Its file.
    File(Arc<Served>),
    /// There is no such side file.
    Absent,
}

/// A cache bounded in bytes.
#[derive(Debug)]
pub(super) struct Cache {
    limit_bytes: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: HashMap<PublicPath, (u64, Known)>,
    by_use: BTreeMap<u64, PublicPath>,
    clock: u64,
    used_bytes: usize,
}

impl Cache {
    pub(super) fn new(limit_bytes: usize) -> Self {
        Self { limit_bytes, inner: Mutex::default() }
    }

    /// What is known of a file.
    pub(super) fn get(&self, path: &PublicPath) -> Option<Known> {
        let mut inner = self.lock();
        inner.clock += 1;
        let clock = inner.clock;
        let (used, entry) = inner.entries.get_mut(path)?;
        let before = std::mem::replace(used, clock);
        let entry = entry.clone();
        if let Some(path) = inner.by_use.remove(&before) {
            inner.by_use.insert(clock, path);
        }
        Some(entry)
    }

    /// Remembers a file; one larger than an eighth of the cache is not worth what it would push out.
    pub(super) fn put(&self, path: &PublicPath, entry: Known) {
        let size = cost(path, &entry);
        if size > self.limit_bytes / 8 {
            return;
        }
        let mut inner = self.lock();
        inner.drop_entry(path);
        inner.clock += 1;
        let clock = inner.clock;
        inner.used_bytes += size;
        inner.by_use.insert(clock, path.clone());
        inner.entries.insert(path.clone(), (clock, entry));
        while inner.used_bytes > self.limit_bytes {
            let Some((_, oldest)) = inner.by_use.first_key_value() else { break };
            let oldest = oldest.clone();
            inner.drop_entry(&oldest);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn drop_entry(&mut self, path: &PublicPath) {
        if let Some((used, entry)) = self.entries.remove(path) {
            self.by_use.remove(&used);
            self.used_bytes -= cost(path, &entry);
        }
    }
}

fn cost(path: &PublicPath, entry: &Known) -> usize {
    let bytes = match entry {
        Known::File(served) => served.bytes.len(),
        Known::Absent => 0,
    };
    ENTRY_OVERHEAD_BYTES + 2 * path.as_str().len() + bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> PublicPath {
        PublicPath::parse(&format!("content/{name}")).unwrap()
    }

    fn file(size: usize) -> Known {
        Known::File(Arc::new(Served { bytes: vec![0; size].into(), etag: "\"a\"".into() }))
    }

    #[test]
    fn the_least_recently_used_file_makes_room() {
        let cache = Cache::new(16_000);
        for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            cache.put(&path(name), file(1600));
        }
        assert!(cache.get(&path("a")).is_some());
        cache.put(&path("i"), file(1600));
        assert!(cache.get(&path("b")).is_none());
        assert!(cache.get(&path("a")).is_some());
        assert!(cache.lock().used_bytes <= 16_000);
    }

    #[test]
    fn what_is_too_large_is_not_kept_and_what_is_missing_is_remembered() {
        let cache = Cache::new(16_000);
        cache.put(&path("large"), file(2000));
        assert!(cache.get(&path("large")).is_none());
        cache.put(&path("none"), Known::Absent);
        assert!(matches!(cache.get(&path("none")), Some(Known::Absent)));
    }
}
