//! `[reports]` and `[projects]`: which kinds of report there are, and the days of the review of projects.

use std::path::PathBuf;

use super::ConfigError;
use super::section::{Key, Section, literal};
use crate::domain::project::{NOTICE_DAYS, NOTICE_DAYS_LIMIT, TERM_LIMIT_DAYS, Terms};
use crate::domain::report::ReportKinds;

/// Largest file of kinds.
const FILE_LIMIT_BYTES: u64 = 1024 * 1024;

/// What is set about reports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportsConfig {
    /// The file of kinds; absent: those that come with the server.
    pub kinds: Option<PathBuf>,
}

impl ReportsConfig {
    /// The kinds of report, read anew at each start.
    ///
    /// # Errors
    /// If the file cannot be read, or a kind in it cannot be meant: with the file, the kind and the reason.
    pub fn read_kinds(&self) -> Result<ReportKinds, ConfigError> {
        let Some(path) = &self.kinds else {
            return ReportKinds::built_in().map_err(|error| ConfigError::Kinds {
                path: "assets/report-kinds.json".into(),
                reason: error.to_string(),
            });
        };
        let wrong = |reason: String| ConfigError::Kinds { path: path.display().to_string(), reason };
        let size = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?.len();
        if size > FILE_LIMIT_BYTES {
            return Err(wrong(format!("it has {size} bytes, limit {FILE_LIMIT_BYTES} bytes")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        ReportKinds::parse(&text).map_err(|error| wrong(error.to_string()))
    }
}

impl Section for ReportsConfig {
    const NAME: &'static str = "reports";
    const ABOUT: &'static str = "Reports of residents.";
    const KEYS: &'static [Key<Self>] = &[Key {
        name: "kinds",
        about: "file with the kinds of report, in the form of assets/report-kinds.json; without one those that come along",
        secret: false,
        sample: "\"kinds.json\"",
        show: |reports| reports.kinds.as_ref().map(|path| literal(&path.display().to_string())),
        set: |reports, given| {
            let text = given.text()?;
            reports.kinds = (!text.is_empty()).then(|| PathBuf::from(text));
            Ok(())
        },
    }];
}

/// A key for the days of a step.
macro_rules! days {
    ($name:ident, $about:literal) => {
        Key {
            name: stringify!($name),
            about: $about,
            secret: false,
            sample: "",
            show: |terms| Some(terms.$name.to_string()),
            set: |terms, given| given.integer(1..=TERM_LIMIT_DAYS).map(|days| terms.$name = days),
        }
    };
}

impl Section for Terms {
    const NAME: &'static str = "projects";
    const ABOUT: &'static str =
        "Days of the review of projects; a step that has begun keeps the day that it was given.";
    const KEYS: &'static [Key<Self>] = &[
        days!(screen_days, "days for the preliminary review (初审)"),
        days!(assess_days, "days for the assessment (评审)"),
        days!(verify_days, "days for the verification (复核)"),
        days!(publish_days, "days until the notice is put up (公示准备)"),
        Key {
            name: "notice_days",
            about: "fewest full days of a notice (公示), 10 to 366: the guideline knows no fewer than 10",
            secret: false,
            sample: "",
            show: |terms| Some(terms.notice_days.to_string()),
            set: |terms, given| {
                given
                    .integer(NOTICE_DAYS as u32..=NOTICE_DAYS_LIMIT as u32)
                    .map(|days| terms.notice_days = days)
            },
        },
        days!(confirm_days, "days for the confirmation (确认)"),
        days!(resume_days, "days until suspended works go on (复工)"),
        days!(evaluate_days, "days until the first evaluation (评价)"),
    ];
}
