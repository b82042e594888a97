//! How sending a message goes: that a try begins and what became of it come in, when to try again goes out. Tried for a day,
//! ever more seldom, and then given up.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use crate::domain::backoff::{Backoff, TRY_FOR, kept};
use crate::domain::cycle::words;

/// How soon a message is tried again.
const PAUSES: Backoff = Backoff { first: Duration::seconds(30), last: Duration::hours(1) };

/// How a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageEnd {
    /// The gateway has it.
    Sent,
    /// It could not be sent within a day, or the gateway does not take it.
    GivenUp,
    /// Its user has had as many as a day allows.
    OverLimit,
    /// Its user wants none any more, or has no number.
    Unwanted,
}

words!(MessageEnd {
    Sent "sent" "已发送" "sent",
    GivenUp "given_up" "已放弃" "given up",
    OverLimit "over_limit" "超过每日上限" "beyond a day's limit",
    Unwanted "unwanted" "不需要" "not wanted any more",
});

/// Why a try failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The reason, without number or code.
    pub why: String,
    /// Whether it may go better later.
    pub may_pass: bool,
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

    /// Gives up what is no news any more, however seldom it was tried. True: it is over.
    #[must_use]
    pub fn lapses(&mut self, at: OffsetDateTime, now: OffsetDateTime) -> bool {
        let late = now - at >= TRY_FOR;
        if late {
            self.last_error.get_or_insert_with(|| "it could not be sent within a day".into());
            self.stop(MessageEnd::GivenUp, now);
        }
        late
    }

    /// Begins a try: it counts, and the next one is due later, whatever becomes of it. Kept before anything is sent, or a
    /// store that takes nothing would have the same message sent again and again.
    pub fn begin(&mut self, now: OffsetDateTime) {
        self.tries += 1;
        self.next_try = Some(now + PAUSES.pause(self.tries));
    }

    /// Takes in what became of the try that was begun.
    pub fn note(&mut self, outcome: Result<(), Failed>, now: OffsetDateTime) {
        match outcome {
            Ok(()) => {
                self.last_error = None;
                self.stop(MessageEnd::Sent, now);
            }
            Err(Failed { why, may_pass }) => {
                self.last_error = Some(kept(&why));
                if !may_pass {
                    self.stop(MessageEnd::GivenUp, now);
                }
            }
        }
    }
}
