//! How what did not arrive is tried again: how often it was tried comes in, how long to wait goes out. Called by what keeps
//! how messages and webhooks go.

use time::Duration;

/// How long anything is tried.
pub(super) const TRY_FOR: Duration = Duration::hours(24);
/// Longest reason that is kept.
const REASON_LIMIT: usize = 300;

/// Pauses between tries: doubled each time, from the first to the last.
pub(super) struct Backoff {
    /// After the first try.
    pub(super) first: Duration,
    /// None is longer.
    pub(super) last: Duration,
}

impl Backoff {
    /// The pause after so many tries.
    pub(super) fn pause(&self, tries: u32) -> Duration {
        let doubled = self.first * 2_i32.saturating_pow(tries.saturating_sub(1).min(20));
        doubled.min(self.last)
    }
}

/// Why a try failed, as it is kept.
pub(super) fn kept(reason: &str) -> String {
    reason.chars().take(REASON_LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_doubled_up_to_the_last_however_often_it_is_tried() {
        let backoff = Backoff { first: Duration::seconds(1), last: Duration::minutes(30) };
        let pauses = [0, 1, 2, 3, 11, 12, 21, u32::MAX].map(|tries| backoff.pause(tries).whole_seconds());
        assert_eq!(pauses, [1, 1, 2, 4, 1024, 1800, 1800, 1800]);
        assert_eq!(kept(&"长".repeat(400)).chars().count(), REASON_LIMIT);
    }
}
