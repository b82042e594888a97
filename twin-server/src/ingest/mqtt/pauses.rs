//! Pauses between attempts to connect: each longer than the one before, up to a bound, and short again once a
//! connection has held.

use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_millis(500);
const LAST: Duration = Duration::from_secs(30);
/// A connection that held so long was a good one; the next attempt may come soon.
const GOOD: Duration = Duration::from_secs(10);

/// The pauses of one task that connects again and again.
pub(super) struct Pauses {
    next: Duration,
    attempted: Instant,
}

impl Pauses {
    /// Begins with the first attempt.
    pub(super) fn new() -> Self {
        Self { next: FIRST, attempted: Instant::now() }
    }

    /// An attempt begins.
    pub(super) fn attempt(&mut self) {
        self.attempted = Instant::now();
    }

    /// Whether the attempt led to a connection that has held.
    pub(super) fn was_good(&self) -> bool {
        self.attempted.elapsed() >= GOOD
    }

    /// The attempt failed, or its connection is lost: how long to wait.
    pub(super) fn after_loss(&mut self) -> Duration {
        self.after(self.was_good())
    }

    fn after(&mut self, was_good: bool) -> Duration {
        if was_good {
            self.next = FIRST;
        }
        let pause = self.next;
        self.next = (pause * 2).min(LAST);
        jittered(pause)
    }
}

/// Between half of a pause and all of it, so that many servers do not come back at once.
fn jittered(pause: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX);
    pause / 2 + (pause / 2).mul_f64(f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_bound_and_begin_anew_after_a_good_connection() {
        let mut pauses = Pauses::new();
        let mut check = |was_good, expected: Duration| {
            let pause = pauses.after(was_good);
            assert!((expected / 2..=expected).contains(&pause), "{pause:?} instead of {expected:?}");
        };
        for doublings in 0..6 {
            check(false, FIRST * (1 << doublings));
        }
        for _ in 0..100 {
            check(false, LAST);
        }
        check(true, FIRST);
        check(false, FIRST * 2);
    }
}
