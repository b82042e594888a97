//! How delivery to a webhook goes: what became of each try comes in, when to try again goes out.
//!
//! Order is kept: an event waits for the one before it, which is tried again for a day and then given up. A
//! receiver that lets several events in a row be given up is no longer tried until a person says so.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use crate::domain::backoff::{Backoff, TRY_FOR, kept};

/// How soon an event is tried again.
const PAUSES: Backoff = Backoff { first: Duration::seconds(1), last: Duration::minutes(30) };
/// Events in a row that are given up before the webhook is disabled.
const GIVEN_UP_MOST: u32 = 5;

/// How delivery goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    /// Events delivered.
    pub delivered: u64,
    /// Events given up.
    pub given_up: u64,
    /// When the last one was delivered.
    #[serde(with = "time::serde::rfc3339::option", default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_delivered: Option<OffsetDateTime>,
    /// Tries of the event that waits.
    pub tries: u32,
    /// When it was first tried.
    #[serde(with = "time::serde::rfc3339::option", default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub first_try: Option<OffsetDateTime>,
    /// When it is tried again.
    #[serde(with = "time::serde::rfc3339::option", default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_try: Option<OffsetDateTime>,
    /// Why the last try failed; absent if it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Why nothing is delivered any more; a person may enable it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_because: Option<String>,
    /// Events given up since the last delivery.
    #[serde(default)]
    pub in_a_row: u32,
}

/// An event that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// Its number, the `id` of its `CloudEvent`.
    pub event: u64,
    /// Its type.
    pub r#type: String,
    /// What it happened to.
    pub subject: String,
    /// When it was given up.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Why.
    pub reason: String,
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Try {
    /// The receiver has it.
    Delivered,
    /// It may be tried again.
    Failed(String),
    /// The receiver says that it does not want events any more (410 Gone).
    Unwanted,
}

impl Progress {
    /// Whether something may be tried now.
    #[must_use]
    pub fn is_due(&self, now: OffsetDateTime) -> bool {
        self.disabled_because.is_none() && self.next_try.is_none_or(|next| next <= now)
    }

    /// Takes in what became of a try. True: the event is dealt with, the next one may come; if it was given up,
    /// `last_error` says why.
    pub fn note(&mut self, outcome: Try, now: OffsetDateTime) -> bool {
        match outcome {
            Try::Delivered => {
                let (delivered, given_up) = (self.delivered + 1, self.given_up);
                *self = Self { delivered, given_up, last_delivered: Some(now), ..Self::default() };
                true
            }
            Try::Unwanted => {
                self.disabled_because = Some("the receiver answered 410 Gone".into());
                false
            }
            Try::Failed(reason) => self.note_failure(&reason, now),
        }
    }

    fn note_failure(&mut self, reason: &str, now: OffsetDateTime) -> bool {
        let reason = kept(reason);
        self.last_error = Some(reason.clone());
        self.tries += 1;
        let first = *self.first_try.get_or_insert(now);
        if now - first < TRY_FOR {
            self.next_try = Some(now + PAUSES.pause(self.tries));
            return false;
        }
        self.given_up += 1;
        self.in_a_row += 1;
        (self.tries, self.first_try, self.next_try) = (0, None, None);
        if self.in_a_row >= GIVEN_UP_MOST {
            self.disabled_because =
                Some(format!("{GIVEN_UP_MOST} events in a row could not be delivered: {reason}"));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-05-01 12:00 UTC);

    /// Tries one event until it is dealt with; gives the tries and the instant.
    fn exhaust(progress: &mut Progress, mut now: OffsetDateTime) -> (u32, OffsetDateTime) {
        for tries in 1.. {
            assert!(progress.is_due(now));
            if progress.note(Try::Failed("HTTP 500".into()), now) {
                return (tries, now);
            }
            assert!(!progress.is_due(now));
            now = progress.next_try.unwrap();
        }
        unreachable!()
    }

    #[test]
    fn an_event_is_tried_ever_more_seldom_for_a_day_and_then_given_up() {
        let mut progress = Progress::default();
        progress.note(Try::Failed("HTTP 500".into()), NOON);
        assert_eq!(progress.next_try, Some(NOON + Duration::seconds(1)));
        progress.note(Try::Failed("HTTP 500".into()), NOON + Duration::seconds(1));
        assert_eq!(progress.next_try, Some(NOON + Duration::seconds(3)));
        let (tries, end) = exhaust(&mut progress, NOON + Duration::seconds(3));
        assert!((50..80).contains(&tries), "{tries}");
        let took = end - NOON;
        assert!(took >= TRY_FOR && took < TRY_FOR + PAUSES.last, "{took}");
        assert_eq!((progress.given_up, progress.last_error.as_deref()), (1, Some("HTTP 500")));
        assert!(progress.is_due(end));
    }

    #[test]
    fn a_receiver_that_is_gone_for_long_is_no_longer_tried() {
        let mut progress = Progress::default();
        let mut now = NOON;
        for _ in 0..GIVEN_UP_MOST {
            assert_eq!(progress.disabled_because, None);
            (_, now) = exhaust(&mut progress, now);
        }
        assert!(progress.disabled_because.as_ref().unwrap().contains("HTTP 500"));
        assert!(!progress.is_due(now + Duration::days(9)));
    }

    #[test]
    fn a_delivery_forgets_what_failed_before() {
        let mut progress = Progress::default();
        progress.note(Try::Failed("HTTP 500".into()), NOON);
        assert!(progress.note(Try::Delivered, NOON + Duration::seconds(1)));
        let expected = Progress {
            delivered: 1,
            last_delivered: Some(NOON + Duration::seconds(1)),
            ..Progress::default()
        };
        assert_eq!(progress, expected);
        assert!(!progress.note(Try::Unwanted, NOON) && !progress.is_due(NOON));
    }
}
