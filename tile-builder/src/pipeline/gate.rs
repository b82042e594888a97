//! The bound on memory: who wants to read and encode something large waits until there is room.
//!
//! What one thread does between `enter` and the end of its pass must not wait for other threads, nor
//! enter again: a thread that waits for the pool takes up another job meanwhile, which would wait for
//! the room that the thread itself holds. Called by the jobs.

use std::sync::{Condvar, Mutex, PoisonError};

/// What the program itself, the projections and the record being written need.
const FIXED_BYTES: u64 = 96 << 20;

/// A bound that threads share.
#[derive(Debug)]
pub(super) struct Gate {
    limit_bytes: u64,
    used_bytes: Mutex<u64>,
    freed: Condvar,
}

/// Room in memory, given back when dropped.
#[derive(Debug)]
pub(super) struct Pass<'g> {
    gate: &'g Gate,
    bytes: u64,
}

/// What will never fit below the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("needs about {needs_mib} MiB of memory, limit {limit_mib} MiB (`--memory`)")]
pub(super) struct NoRoom {
    needs_mib: u64,
    limit_mib: u64,
}

impl Gate {
    /// A gate for a process that may use so many bytes in all.
    pub(super) fn new(memory_bytes: u64) -> Self {
        let limit_bytes = memory_bytes.saturating_sub(FIXED_BYTES);
        Self { limit_bytes, used_bytes: Mutex::new(0), freed: Condvar::new() }
    }

    /// Bytes that one pass can have at most.
    pub(super) fn limit_bytes(&self) -> u64 {
        self.limit_bytes
    }

    /// Waits for room.
    ///
    /// # Errors
    /// If there can never be enough.
    pub(super) fn enter(&self, bytes: u64) -> Result<Pass<'_>, NoRoom> {
        if bytes > self.limit_bytes {
            let mebibytes = |bytes: u64| bytes.saturating_add(FIXED_BYTES).div_ceil(1 << 20);
            return Err(NoRoom { needs_mib: mebibytes(bytes), limit_mib: mebibytes(self.limit_bytes) });
        }
        let mut used = self.used_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        while *used + bytes > self.limit_bytes {
            used = self.freed.wait(used).unwrap_or_else(PoisonError::into_inner);
        }
        *used += bytes;
        Ok(Pass { gate: self, bytes })
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        *self.gate.used_bytes.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.gate.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn passes_never_add_up_to_more_than_the_limit() {
        let gate = Gate::new(FIXED_BYTES + 100);
        let (now, most) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (gate, now, most) = (&gate, &now, &most);
                scope.spawn(move || {
                    for turn in 0..50 {
                        let bytes = 20 + (thread * 7 + turn) % 50;
                        let pass = gate.enter(bytes).unwrap();
                        most.fetch_max(now.fetch_add(bytes, Ordering::SeqCst) + bytes, Ordering::SeqCst);
                        std::thread::yield_now();
                        now.fetch_sub(bytes, Ordering::SeqCst);
                        drop(pass);
                    }
                });
            }
        });
        assert!(most.load(Ordering::SeqCst) <= 100);
    }

    #[test]
    fn what_can_never_fit_is_refused_with_both_numbers() {
        let reason = Gate::new(FIXED_BYTES + (1 << 20)).enter(5 << 20).unwrap_err();
        assert_eq!(reason.to_string(), "needs about 101 MiB of memory, limit 97 MiB (`--memory`)");
    }
}
