//! How sending a message goes: what became of each try comes in, when to try again goes out. Tried for a day, ever more
//! seldom, and then given up.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

/// How long a message is tried, from what it tells of: old news help nobody.
pub const TRY_FOR: Duration = Duration::hours(24);
/// Pauses between tries: doubled each time, from the first to the last.
const PAUSE_FIRST: Duration = Duration::seconds(30);
const PAUSE_LAST: Duration = Duration::hours(1);
/// Longest reason that is kept.
const REASON_LIMIT: usize = 300;

/// How a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageEnd {
    /// The gateway has it.
    Sent,
    /// It could not be sent within a day.
    GivenUp,
    /// Its user has had as many as a day allows.
    OverLimit,
    /// Its user wants none any more, or has no number.
    Unwanted,
}

/// How sending goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageProgress {
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried again; absent before the first try and after the end.
    #[serde(with = "time::serde::rfc3339::option", default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_try: Option<OffsetDateTime>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<MessageEnd>,
    /// When.
    #[serde(with = "time::serde::rfc3339::option", default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<OffsetDateTime>,
    /// Why the last try failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

impl MessageProgress {
    /// It is over without a try.
    pub fn stop(&mut self, end: MessageEnd, now: OffsetDateTime) {
        (self.end, self.ended_at, self.next_try) = (Some(end), Some(now), None);
    }

    /// Takes in what became of a try of a message about something that happened at `at`.
    pub fn note(&mut self, outcome: Result<(), String>, at: OffsetDateTime, now: OffsetDateTime) {
        self.tries += 1;
        let Err(reason) = outcome else {
            self.last_error = None;
            return self.stop(MessageEnd::Sent, now);
        };
        self.last_error = Some(reason.chars().take(REASON_LIMIT).collect());
        if now - at >= TRY_FOR {
            return self.stop(MessageEnd::GivenUp, now);
        }
        let doubled = PAUSE_FIRST * 2_i32.saturating_pow(self.tries.saturating_sub(1).min(16));
        self.next_try = Some(now + doubled.min(PAUSE_LAST));
    }
}
