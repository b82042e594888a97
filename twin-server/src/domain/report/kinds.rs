//! The kinds of report that a community knows: a list comes in, checked kinds go out. The server brings one,
//! `assets/report-kinds.json`; a city may bring its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use twin_schemas::LocalizedText;
use twin_schemas::reports::{ReportKind, ReportLine};

use crate::domain::registration::check_id;

/// Longest time of a step: a year.
const LIMIT_H: u32 = 24 * 366;
/// Furthest that two reports of the same may be apart, in metres.
const SAME_WITHIN_LIMIT_M: f64 = 1_000.0;

/// Most kinds of a list: more than anybody chooses from.
const KINDS_LIMIT: usize = 200;
/// Longest name of a kind, in characters.
const NAME_LIMIT: usize = 50;

/// All kinds, in the order of the list.
#[derive(Debug, Clone)]
pub struct ReportKinds {
    list: Vec<Arc<ReportKind>>,
    by_id: BTreeMap<String, Arc<ReportKind>>,
    /// What stands for a kind that was taken out of the list: as the last of it, which is the most general.
    former: Arc<ReportKind>,
}

/// Why a list of kinds cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReportKindsError {
    /// Not JSON, or not a list of kinds.
    #[error("report kinds: {0}")]
    Json(#[from] serde_json::Error),
    /// There is no kind for one of the lines.
    #[error("report kinds: there is none for a `{0}`")]
    None(&'static str),
    /// There are too many.
    #[error("there are {0} report kinds, limit {KINDS_LIMIT}")]
    TooMany(usize),
    /// A kind contradicts itself.
    #[error("report kind `{kind}`: {problem}")]
    Kind {
        /// Id of the kind.
        kind: String,
        /// What is wrong, in words.
        problem: String,
    },
}

impl ReportKinds {
    /// The kinds that are built into the server.
    ///
    /// # Errors
    /// If the embedded file contradicts itself, which a test keeps from happening.
    pub fn built_in() -> Result<Self, ReportKindsError> {
        Self::parse(include_str!("../../../../assets/report-kinds.json"))
    }

    /// Reads and checks a list of kinds.
    ///
    /// # Errors
    /// If the text is not a list of kinds, an id appears twice, a limit is 0, or a line has no kind.
    pub fn parse(json: &str) -> Result<Self, ReportKindsError> {
        let list: Vec<Arc<ReportKind>> =
            serde_json::from_str::<Vec<ReportKind>>(json)?.into_iter().map(Arc::new).collect();
        if list.len() > KINDS_LIMIT {
            return Err(ReportKindsError::TooMany(list.len()));
        }
        let mut by_id = BTreeMap::new();
        for kind in &list {
            let wrong = |problem: String| ReportKindsError::Kind { kind: kind.id.clone(), problem };
            check(kind).map_err(wrong)?;
            if by_id.insert(kind.id.clone(), Arc::clone(kind)).is_some() {
                return Err(wrong("appears twice".into()));
            }
        }
        let general = list.last().ok_or(ReportKindsError::None("problem"))?;
        let former = ReportKind {
            name: LocalizedText::new("原有类别", "Former kind"),
            former: true,
            ..ReportKind::clone(general)
        };
        let kinds = Self { former: Arc::new(former), list, by_id };
        for (line, id) in [(ReportLine::Problem, "problem"), (ReportLine::Suggestion, "suggestion")] {
            if kinds.of(line).next().is_none() {
                return Err(ReportKindsError::None(id));
            }
        }
        Ok(kinds)
    }

    /// The kind with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Arc<ReportKind>> {
        self.by_id.get(id)
    }

    /// The kind with this id; for one that was taken out of the list a former one, which is as the last of the list is.
    #[must_use]
    pub fn get_or_former(&self, id: &str) -> &Arc<ReportKind> {
        self.get(id).unwrap_or(&self.former)
    }

    /// All kinds, in the order of the list.
    #[must_use]
    pub fn list(&self) -> &[Arc<ReportKind>] {
        &self.list
    }

    /// The kinds that can be chosen on a line.
    pub fn of(&self, line: ReportLine) -> impl Iterator<Item = &Arc<ReportKind>> {
        self.list.iter().filter(move |kind| is_of(kind, line))
    }
}

/// Whether a kind can be chosen on a line.
#[must_use]
pub fn is_of(kind: &ReportKind, line: ReportLine) -> bool {
    !kind.former && (kind.lines.is_empty() || kind.lines.contains(&line))
}

fn check(kind: &ReportKind) -> Result<(), String> {
    check_id(&kind.id).map_err(|_| "an id has 1 to 64 letters, digits, `-`, `_` or `.`".to_owned())?;
    let named = [&kind.name.zh, &kind.name.en].into_iter().flatten();
    let longest = named.map(|name| name.chars().count()).max().unwrap_or_default();
    if kind.name.en_or_zh().trim().is_empty() || longest > NAME_LIMIT {
        return Err(format!("`name` has 1 to {NAME_LIMIT} characters in at least one language"));
    }
    let limits = kind.limits;
    let steps = [
        ("accept_h", limits.accept_h),
        ("dispatch_h", limits.dispatch_h),
        ("handle_h", limits.handle_h),
        ("check_h", limits.check_h),
        ("confirm_h", limits.confirm_h),
    ];
    for (name, hours) in steps {
        if !(1..=LIMIT_H).contains(&hours) {
            return Err(format!("`{name}` is {hours}, from 1 to {LIMIT_H} is possible"));
        }
    }
    if !(0.0..=SAME_WITHIN_LIMIT_M).contains(&kind.same_within_m) {
        return Err(format!(
            "`same_within_m` is {}, from 0 to {SAME_WITHIN_LIMIT_M} is possible",
            kind.same_within_m
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &str) {
        let error = ReportKinds::parse(json).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    const LAMP: &str = r#"{"id":"lamp","name":{"zh":"灯","en":"lamp"},"icon":"lamp","body":"property",
        "limits":{"accept_h":8,"dispatch_h":8,"handle_h":72,"check_h":48,"confirm_h":168},"same_within_m":25}"#;

    #[test]
    fn the_built_in_kinds_serve_both_lines_and_have_both_names() {
        let kinds = ReportKinds::built_in().unwrap();
        for line in [ReportLine::Problem, ReportLine::Suggestion] {
            assert!(kinds.of(line).count() >= 3, "{line:?}");
        }
        assert!(kinds.list().iter().all(|kind| kind.name.zh.is_some() && kind.name.en.is_some()));
    }

    #[test]
    fn a_kind_that_is_not_in_the_list_any_more_is_a_former_one_with_the_limits_of_the_last() {
        let kinds = ReportKinds::parse(&format!("[{LAMP}]")).unwrap();
        assert_eq!(kinds.get_or_former("lamp").name.en.as_deref(), Some("lamp"));
        let former = kinds.get_or_former("gone");
        assert_eq!((former.name.zh.as_deref(), former.limits), (Some("原有类别"), kinds.list()[0].limits));
        assert!(kinds.get("gone").is_none());
        let list = format!("[{},{LAMP}]", LAMP.replace("\"id\":\"lamp\"", "\"id\":\"gas\",\"former\":true"));
        let kinds = ReportKinds::parse(&list).unwrap();
        let chosen: Vec<&str> = kinds.of(ReportLine::Problem).map(|kind| kind.id.as_str()).collect();
        assert_eq!((chosen, kinds.get("gas").map(|kind| kind.former)), (vec!["lamp"], Some(true)));
    }

    #[test]
    fn a_list_that_cannot_be_meant_is_refused() {
        assert!(ReportKinds::parse(&format!("[{LAMP}]")).is_ok());
        check("[]", "none for a `problem`");
        check(&format!("[{LAMP},{LAMP}]"), "report kind `lamp`: appears twice");
        check(&format!("[{}]", LAMP.replace(":72", ":0")), "`handle_h` is 0, from 1 to 8784");
        check(&format!("[{}]", LAMP.replace(":25", ":-1")), "`same_within_m` is -1");
        check(
            &format!("[{}]", LAMP.replace("\"灯\"", "\" \"").replace(",\"en\":\"lamp\"", "")),
            "report kind `lamp`: `name`",
        );
        check(&format!("[{}]", vec![LAMP; 201].join(",")), "there are 201 report kinds, limit 200");
        check(&format!("[{}]", LAMP.replace("\"lamp\",\"name", "\"a b\",\"name")), "an id has 1 to 64");
        check(
            &format!("[{}]", LAMP.replace("\"body\"", "\"lines\":[\"problem\"],\"body\"")),
            "none for a `suggestion`",
        );
    }
}
