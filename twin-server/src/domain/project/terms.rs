//! The days of the review, as a city sets them. No norm gives days for the steps but for the notice; the defaults are ours.

use super::NOTICE_DAYS;

/// Most days of a step: ten years.
pub const TERM_LIMIT_DAYS: u32 = 3_660;

/// Days within which steps are to be done, and the fewest full days of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The preliminary review (初审).
    pub screen_days: u32,
    /// The assessment (评审).
    pub assess_days: u32,
    /// The verification (复核).
    pub verify_days: u32,
    /// Until the notice is put up.
    pub publish_days: u32,
    /// Fewest full days of a notice, not under [`NOTICE_DAYS`].
    pub notice_days: u32,
    /// The confirmation (确认).
    pub confirm_days: u32,
    /// Until suspended works go on.
    pub resume_days: u32,
    /// Until the first evaluation.
    pub evaluate_days: u32,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            screen_days: 10,
            assess_days: 20,
            verify_days: 15,
            publish_days: 10,
            notice_days: NOTICE_DAYS as u32,
            confirm_days: 10,
            resume_days: 30,
            evaluate_days: 365,
        }
    }
}
