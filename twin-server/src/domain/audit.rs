//! The audit log: who did what to what, when, with which outcome. Each entry holds the SHA-256 of
//! the entry before it, so that nobody can change or take out one without changing all that follow.
//! Ids only: names, addresses and contents stay out.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A SHA-256.
pub type Digest = [u8; 32];

/// What the first entry has in place of a digest of the one before.
pub const BEGINNING: Digest = [0; 32];
/// Longest text of an entry, in characters; longer ones are cut.
const TEXT_LIMIT: usize = 300;

/// How something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is about to be done; the outcome follows in an entry with the same request, unless the
    /// server was killed in between.
    Begun,
    /// It was done.
    Done,
    /// It was not allowed.
    Refused,
    /// It could not be done.
    Failed,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 4] = [Self::Begun, Self::Done, Self::Refused, Self::Failed];

    /// Its stable name.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// Something that happened, not yet in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditDraft {
    /// When, in whole microseconds.
    pub at: OffsetDateTime,
    /// Who: `user:…`, `key:…`, `local`, `command-line`, …
    pub actor: String,
    /// What was done, such as `user.add` or `register_devices`.
    pub action: String,
    /// To what: an id or the path of a resource.
    pub object: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What else is worth knowing: the status of the answer, the roles that were given.
    pub detail: String,
    /// Id of the request.
    pub request: String,
}

impl AuditDraft {
    /// Something that was done at an instant.
    #[must_use]
    pub fn new(at: OffsetDateTime, actor: String, action: &str, object: impl Into<String>) -> Self {
        let at = super::reading::whole_microseconds(at);
        let (outcome, detail, request) = (Outcome::Done, String::new(), String::new());
        Self { at, actor, action: action.to_owned(), object: object.into(), outcome, detail, request }.cut()
    }

    /// With its outcome.
    #[must_use]
    pub fn ending(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    /// With what else is worth knowing.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }.cut()
    }

    /// With the id of its request.
    #[must_use]
    pub fn of_request(self, request: impl Into<String>) -> Self {
        Self { request: request.into(), ..self }.cut()
    }

    fn cut(mut self) -> Self {
        for text in [&mut self.actor, &mut self.action, &mut self.object, &mut self.detail, &mut self.request]
        {
            if let Some((end, _)) = text.char_indices().nth(TEXT_LIMIT) {
                text.truncate(end);
            }
        }
        self
    }

    /// The digest of the entry that this becomes at a place of the log. Every field goes in with its
    /// length, so that no two entries have the same bytes.
    #[must_use]
    pub fn digest(&self, seq: i64, previous: &Digest) -> Digest {
        let mut hash = Sha256::new();
        hash.update(b"community-twin audit 1");
        hash.update(seq.to_be_bytes());
        hash.update(previous);
        hash.update((self.at.unix_timestamp_nanos() / 1_000).to_be_bytes());
        let outcome = self.outcome.id();
        for text in [&self.actor, &self.action, &self.object, outcome, &self.detail, &self.request] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        hash.finalize().into()
    }
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its place, from 1, without gaps.
    pub seq: i64,
    /// What happened.
    pub what: AuditDraft,
    /// Digest of the entry before.
    pub previous: Digest,
    /// Its own digest.
    pub digest: Digest,
}

/// Where the chain breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenChain {
    /// An entry is missing.
    #[error("entry {expected} is missing; {found} stands in its place")]
    Missing {
        /// The place that is empty.
        expected: i64,
        /// What comes next.
        found: i64,
    },
    /// An entry does not hold the digest of the one before.
    #[error("entry {0} does not follow the entry before it")]
    Link(i64),
    /// An entry is not what it was when it was written.
    #[error("entry {0} was changed")]
    Changed(i64),
    /// The log ends before, or differs at, an entry that was noted down earlier.
    #[error("entry {0} is not the one that was noted down")]
    Head(i64),
}

/// A walk along the log, from its first entry on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Place of the last entry that was seen; 0 before the first.
    pub seq: i64,
    /// Its digest.
    pub head: Digest,
}

impl Default for Chain {
    fn default() -> Self {
        Self { seq: 0, head: BEGINNING }
    }
}

impl Chain {
    /// Goes on to the next entry.
    ///
    /// # Errors
    /// If it is not the one that follows, or was changed.
    pub fn follow(&mut self, entry: &AuditEntry) -> Result<(), BrokenChain> {
        let expected = self.seq + 1;
        if entry.seq != expected {
            return Err(BrokenChain::Missing { expected, found: entry.seq });
        }
        if entry.previous != self.head {
            return Err(BrokenChain::Link(entry.seq));
        }
        if entry.digest != entry.what.digest(entry.seq, &entry.previous) {
            return Err(BrokenChain::Changed(entry.seq));
        }
        *self = Self { seq: entry.seq, head: entry.digest };
        Ok(())
    }

    /// Puts something behind the last entry.
    #[must_use]
    pub fn append(&mut self, what: AuditDraft) -> AuditEntry {
        let (seq, previous) = (self.seq + 1, self.head);
        let digest = what.digest(seq, &previous);
        *self = Self { seq, head: digest };
        AuditEntry { seq, what, previous, digest }
    }
}

/// A digest as people compare it.
#[must_use]
pub fn hex(digest: &[u8]) -> String {
    use std::fmt::Write as _;
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;

    use super::*;

    fn log(count: i64) -> Vec<AuditEntry> {
        let mut chain = Chain::default();
        (0..count)
            .map(|n| {
                let at = datetime!(2026-05-01 12:00 UTC) + Duration::seconds(n);
                chain.append(AuditDraft::new(at, "user:u".into(), "user.add", format!("user:{n}")))
            })
            .collect()
    }

    fn follow(log: &[AuditEntry]) -> Result<Chain, BrokenChain> {
        let mut chain = Chain::default();
        log.iter().try_for_each(|entry| chain.follow(entry)).map(|()| chain)
    }

    #[test]
    fn a_log_as_written_holds_together() {
        let log = log(5);
        assert_eq!(follow(&log).unwrap(), Chain { seq: 5, head: log[4].digest });
        assert_eq!(log[0].previous, BEGINNING);
    }

    #[test]
    fn every_change_is_found_where_it_is() {
        let change = |edit: fn(&mut Vec<AuditEntry>)| {
            let mut log = log(5);
            edit(&mut log);
            follow(&log).unwrap_err()
        };
        assert_eq!(change(|log| log[2].what.object = "user:9".into()), BrokenChain::Changed(3));
        assert_eq!(change(|log| log[2].what.outcome = Outcome::Failed), BrokenChain::Changed(3));
        assert_eq!(change(|log| log[2].what.at += Duration::microseconds(1)), BrokenChain::Changed(3));
        assert_eq!(change(|log| log[2].previous[0] ^= 1), BrokenChain::Link(3));
        assert_eq!(change(|log| drop(log.remove(2))), BrokenChain::Missing { expected: 3, found: 4 });
        assert_eq!(change(|log| log.swap(1, 2)), BrokenChain::Missing { expected: 2, found: 3 });
        // Rewritten with a fresh digest: the next one tells.
        let rewritten = change(|log| {
            log[2].what.actor = "user:x".into();
            log[2].digest = log[2].what.digest(3, &log[2].previous);
        });
        assert_eq!(rewritten, BrokenChain::Link(4));
    }

    #[test]
    fn texts_cannot_flow_into_one_another() {
        let at = datetime!(2026-05-01 12:00 UTC);
        let one = AuditDraft::new(at, "a".into(), "bc", "d");
        let other = AuditDraft::new(at, "ab".into(), "c", "d");
        assert_ne!(one.digest(1, &BEGINNING), other.digest(1, &BEGINNING));
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let at = datetime!(2026-05-01 12:00 UTC);
        let draft = AuditDraft::new(at, "a".into(), "b", "楼".repeat(1000));
        assert_eq!(draft.object.chars().count(), TEXT_LIMIT);
    }
}
