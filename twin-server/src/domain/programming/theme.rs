//! What belongs together in one task: a list of themes comes in, checked themes go out. The server brings one,
//! `assets/task-themes.json`.

use std::collections::{BTreeMap, BTreeSet};

use twin_schemas::indicators::Indicator;
use twin_schemas::programming::{NeedKind, ResourceKind, TaskTheme};
use twin_schemas::projects::ProjectKind;

use crate::domain::cycle::Word as _;
use crate::domain::registration::check_id;

/// All themes, in the order of the list.
#[derive(Debug, Clone)]
pub struct TaskThemes {
    list: Vec<TaskTheme>,
    by_need: BTreeMap<NeedKind, usize>,
    by_dimension: BTreeMap<(String, Option<String>), usize>,
}

/// Why a list of themes cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ThemesError {
    /// Not JSON, or not a list of themes.
    #[error("task themes: {0}")]
    Json(#[from] serde_json::Error),
    /// There is none.
    #[error("task themes: there are none")]
    Empty,
    /// A theme contradicts itself or another.
    #[error("task theme `{theme}`: {problem}")]
    Theme {
        /// Id of the theme.
        theme: String,
        /// What is wrong, in words.
        problem: String,
    },
    /// A kind of need belongs to none.
    #[error("task themes: `{0}` is in none")]
    Need(&'static str),
}

impl TaskThemes {
    /// The themes that are built into the server.
    ///
    /// # Errors
    /// If the embedded file contradicts itself, which a test keeps from happening.
    pub fn built_in() -> Result<Self, ThemesError> {
        Self::parse(include_str!("../../../../assets/task-themes.json"))
    }

    /// Reads and checks a list of themes.
    ///
    /// # Errors
    /// If the text is no list of themes, an id appears twice, something belongs to two of them, or a kind of need to
    /// none.
    pub fn parse(json: &str) -> Result<Self, ThemesError> {
        let list: Vec<TaskTheme> = serde_json::from_str(json)?;
        let (mut ids, mut by_need, mut by_dimension) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        for (at, theme) in list.iter().enumerate() {
            let wrong = |problem: String| ThemesError::Theme { theme: theme.id.clone(), problem };
            check_id(&theme.id).map_err(|_| wrong("has an id that is none".into()))?;
            if !ids.insert(&theme.id) {
                return Err(wrong("appears twice".into()));
            }
            if theme.resources.is_empty() {
                return Err(wrong("no resource suits it".into()));
            }
            for need in &theme.needs {
                if by_need.insert(*need, at).is_some() {
                    return Err(wrong(format!("`{}` belongs to another, too", need.id())));
                }
            }
            for named in &theme.indicators {
                let key = (named.dimension.clone(), named.group.clone());
                if by_dimension.insert(key, at).is_some() {
                    return Err(wrong(format!("`{}` belongs to another, too", named.dimension)));
                }
            }
        }
        if list.is_empty() {
            return Err(ThemesError::Empty);
        }
        if let Some(need) = NeedKind::ALL.iter().find(|kind| !by_need.contains_key(kind)) {
            return Err(ThemesError::Need(need.id()));
        }
        Ok(Self { list, by_need, by_dimension })
    }

    /// All themes, in the order of the list.
    #[must_use]
    pub fn list(&self) -> &[TaskTheme] {
        &self.list
    }

    /// The place in the list of the theme that a need belongs to.
    #[must_use]
    pub fn of_need(&self, kind: NeedKind) -> usize {
        self.by_need.get(&kind).copied().unwrap_or(self.last())
    }

    /// The place in the list of the theme that the problems of an indicator belong to; the last if none names it, or the
    /// indicator is not known any more.
    #[must_use]
    pub fn of_indicator(&self, indicator: Option<&Indicator>) -> usize {
        let Some(indicator) = indicator else { return self.last() };
        let dimension = indicator.dimension.zh.clone().unwrap_or_default();
        let group = indicator.group.zh.clone();
        let grouped = self.by_dimension.get(&(dimension.clone(), group));
        grouped.or_else(|| self.by_dimension.get(&(dimension, None))).copied().unwrap_or(self.last())
    }

    /// The kinds of resource that suit tasks of a kind.
    #[must_use]
    pub fn resources_of(&self, kind: ProjectKind) -> BTreeSet<ResourceKind> {
        let themes = self.list.iter().filter(|theme| theme.kind == kind);
        themes.flat_map(|theme| theme.resources.iter().copied()).collect()
    }

    fn last(&self) -> usize {
        self.list.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::checkup::Catalogue;

    #[test]
    fn every_dimension_of_the_built_in_catalogue_has_a_theme_and_every_kind_of_task_one() {
        let (themes, catalogue) = (TaskThemes::built_in().unwrap(), Catalogue::built_in().unwrap());
        for indicator in catalogue.list() {
            let theme = themes.of_indicator(Some(indicator));
            assert_ne!(themes.list()[theme].id, "other", "{}", indicator.code);
        }
        for kind in ProjectKind::ALL {
            assert!(!themes.resources_of(*kind).is_empty(), "{kind:?}");
        }
    }

    #[test]
    fn a_group_goes_before_its_dimension_and_what_nobody_names_is_other() {
        let (themes, catalogue) = (TaskThemes::built_in().unwrap(), Catalogue::built_in().unwrap());
        let mut indicator = catalogue.list()[0].as_ref().clone();
        let of = |indicator: &Indicator| themes.list()[themes.of_indicator(Some(indicator))].id.as_str();
        indicator.dimension.zh = Some("小区（社区）".into());
        indicator.group.zh = Some("管理健全".into());
        assert_eq!(of(&indicator), "operation");
        indicator.group.zh = Some("设施完善".into());
        assert_eq!(of(&indicator), "facilities");
        indicator.dimension.zh = Some("城市".into());
        assert_eq!(of(&indicator), "other");
        assert_eq!(themes.list()[themes.of_indicator(None)].id, "other");
        assert_eq!(themes.list()[themes.of_need(NeedKind::Safety)].id, "housing");
    }

    #[test]
    fn themes_that_contradict_each_other_are_refused_by_name() {
        let theme = |id: &str, needs: &str| {
            format!(
                r#"{{"id":"{id}","name":{{"zh":"x"}},"kind":"operation","level":"basic","needs":{needs},"resources":["money"]}}"#
            )
        };
        let told = |list: String| TaskThemes::parse(&list).unwrap_err().to_string();
        assert!(told(format!("[{}]", theme("a", r#"["other"]"#))).contains("`housing` is in none"));
        let twice = format!("[{},{}]", theme("a", r#"["other"]"#), theme("b", r#"["other"]"#));
        assert!(told(twice).contains("task theme `b`: `other` belongs to another"));
        assert!(told("[]".into()).contains("there are none"));
    }
}
