//! What is sent with reports, projects and check-ups beside words: photographs and voices. What a store can be asked of
//! them.

use time::OffsetDateTime;
use twin_schemas::reports::{ReportVoice, VoiceFormat};

use super::Answer;
use crate::domain::audit::AuditDraft;

/// What was taken in: the two sorts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Media {
    /// A photograph.
    Photo {
        /// Width of the larger file.
        width_px: u32,
        /// Height of the larger file.
        height_px: u32,
        /// The smaller file.
        small: Vec<u8>,
        /// The larger file.
        large: Vec<u8>,
    },
    /// A voice.
    Voice {
        /// What its file is.
        format: VoiceFormat,
        /// How long it is.
        duration_ms: u32,
        /// The file.
        file: Vec<u8>,
    },
}

/// The sorts, as they stand in tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Photographs.
    Photo,
    /// Voices.
    Voice,
}

impl Sort {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Voice => "voice",
        }
    }
}

/// An attachment that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttachment {
    /// Its id, which cannot be guessed.
    pub id: String,
    /// Who sent it: `user:…`, `key:…`.
    pub owner: String,
    /// When.
    pub at: OffsetDateTime,
    /// What it is.
    pub media: Media,
}

/// What is known of an attachment, without its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentFacts {
    /// Who sent it.
    pub owner: String,
    /// The voice, if it is one; a photograph otherwise.
    pub voice: Option<ReportVoice>,
    /// The report that it was sent with.
    pub report: Option<u64>,
    /// The project with whose progress it was sent.
    pub project: Option<u64>,
    /// The check-up that it belongs to a value of.
    pub check_up: Option<u64>,
}

/// Which of an attachment's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSize {
    /// The one of a photograph for lists.
    Small,
    /// The other, and that of a voice.
    Large,
}

/// Photographs and voices.
pub trait AttachmentStore: Send + Sync {
    /// Takes one in. False, and it is not stored, if its owner has `most` or more that were not sent yet, of whatever sort.
    fn add_attachment<'a>(&'a self, new: &'a NewAttachment, most: u32) -> Answer<'a, bool>;

    /// What is known of one.
    fn attachment<'a>(&'a self, id: &'a str) -> Answer<'a, Option<AttachmentFacts>>;

    /// A file of one.
    fn attachment_file<'a>(&'a self, id: &'a str, size: FileSize) -> Answer<'a, Option<Vec<u8>>>;

    /// Deletes what was taken in before an instant and never sent; gives how many it were.
    fn drop_unsent(&self, before: OffsetDateTime) -> Answer<'_, u64>;

    /// The reports that have a voice, by number.
    fn reports_with_voice(&self) -> Answer<'_, Vec<u64>>;

    /// Deletes the voices of reports, and what names them in their trails; gives how many there were. `audit` is written
    /// if there was any.
    fn drop_report_voices<'a>(&'a self, ids: &'a [u64], audit: &'a [AuditDraft]) -> Answer<'a, u64>;
}
