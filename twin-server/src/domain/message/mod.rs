//! Messages to residents about their reports: what happened to one comes in, what its resident is told goes out, with the
//! words for it and when a try that failed is repeated. Called by the book of reports, by `contacts` and by the API.
//!
//! A message says what happened and where to look. What was said between people is in none.

mod progress;
mod words;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use twin_schemas::reports::{Report, ReportDeed, ReportEntry, ReportEvent};
use utoipa::ToSchema;

pub use progress::{Failed, MessageEnd, MessageProgress};
pub use words::text;

/// Within this long a resident gets no more messages than the server allows a day.
pub const DAY: Duration = Duration::hours(24);

/// What a message is about; its id names the template that a gateway has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub enum MessageTopic {
    /// The report was taken up.
    #[serde(rename = "report_accepted")]
    Accepted,
    /// It was not taken up; the answer says why.
    #[serde(rename = "report_declined")]
    Declined,
    /// Someone has asked or said something.
    #[serde(rename = "report_said")]
    Said,
    /// It was answered, and its resident is to confirm.
    #[serde(rename = "report_answered")]
    Answered,
    /// Someone has seen on site that it is done, and its resident is to confirm.
    #[serde(rename = "report_checked")]
    Checked,
    /// It has entered the programming of a renewal.
    #[serde(rename = "report_programmed")]
    Programmed,
}

/// The language that messages are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageLanguage {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl MessageLanguage {
    /// Its code.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }
}

/// That a user wants messages about their reports, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageChoice {
    /// In which language.
    pub language: MessageLanguage,
}

/// A message that is to be written down with what it tells of, if its user wants any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewMessage {
    /// Id of the user.
    pub user: String,
    /// What it is about.
    pub topic: MessageTopic,
    /// Number of the report.
    pub report: u64,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// What whoever reported is told of something that happened to their report; nothing of what they did themselves, nor of
/// what concerns offices among themselves.
#[must_use]
pub fn of_change(
    report: &Report,
    reporter: Option<&str>,
    entry: &ReportEntry,
    actor: &str,
) -> Option<NewMessage> {
    let user = reporter?;
    if actor.strip_prefix("user:") == Some(user) {
        return None;
    }
    let topic = match entry.event {
        ReportEvent::Said => MessageTopic::Said,
        ReportEvent::Done { deed } => match deed {
            ReportDeed::Accept => MessageTopic::Accepted,
            ReportDeed::Decline => MessageTopic::Declined,
            ReportDeed::Answer | ReportDeed::Follow => MessageTopic::Answered,
            ReportDeed::Pass => MessageTopic::Checked,
            ReportDeed::Programme => MessageTopic::Programmed,
            _ => return None,
        },
        ReportEvent::Submitted | ReportEvent::Urged { .. } => return None,
    };
    Some(NewMessage { user: user.to_owned(), topic, report: report.id, at: entry.at })
}

/// The address of a report on the residents' page of a server that is known at `base`.
#[must_use]
pub fn link(base: &str, report: u64) -> String {
    format!("{}/resident#report/{report}", base.trim_end_matches('/'))
}

#[cfg(test)]
mod tests;
