//! Why something is not possible, in both languages: English is the `Display` of an error, Chinese stands beside it.
//! What each course refuses alike, by its table, stands here once; `report`, `checkup`, `project` and `programming`
//! add what is their own. Shown by the interface, read by people.

use twin_schemas::LocalizedText;

use super::cycle::Word;

/// An error that people read in Chinese, too.
pub trait InChinese: std::error::Error {
    /// The same in Chinese, with what to do about it.
    fn zh(&self) -> String;
}

/// What a service says in Chinese that cannot store something.
pub const NOT_STORED_ZH: &str = "服务器没有能保存；请稍后再试";
/// What a service says in Chinese that is stopping.
pub const STOPPING_ZH: &str = "服务器正在停止；请稍后再试";
/// What is said in Chinese of a photograph or voice that is not there to be sent.
pub const UNKNOWN_PHOTO_ZH: &str =
    "有照片或录音不是您上传的、已经提交过，或上传后超过一天没有提交；请重新上传";

/// A word with the stable name by which programs know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    id: &'static str,
    zh: &'static str,
}

impl Named {
    /// A word that is none of a course.
    #[must_use]
    pub const fn new(id: &'static str, zh: &'static str) -> Self {
        Self { id, zh }
    }

    /// Its stable name.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.id
    }

    /// Its name in Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        self.zh
    }
}

impl<W: Word> From<W> for Named {
    fn from(word: W) -> Self {
        Self::new(word.id(), word.zh())
    }
}

/// What the table of a course refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPossible {
    /// Not from this state.
    #[error("`{}` is not possible while the {} is `{}`", deed.id, what.id, state.id)]
    State {
        /// What was to be done.
        deed: Named,
        /// With what.
        what: Named,
        /// Its state.
        state: Named,
    },
    /// Not by this one.
    #[error("`{}` is for {}", deed.id, joined(by, " or ", LocalizedText::en_or_zh))]
    Party {
        /// What was to be done.
        deed: Named,
        /// Who may do it.
        by: Vec<LocalizedText>,
    },
    /// Something must be said with it.
    #[error("`{}` needs {}", deed.id, need.en_or_zh())]
    Missing {
        /// What was to be done.
        deed: Named,
        /// What is missing.
        need: LocalizedText,
    },
}

impl NotPossible {
    /// A deed is not possible from a state.
    pub fn state(deed: impl Into<Named>, what: Named, state: impl Into<Named>) -> Self {
        Self::State { deed: deed.into(), what, state: state.into() }
    }

    /// A deed is for others.
    pub fn party<P: Word>(deed: impl Into<Named>, by: impl IntoIterator<Item = P>) -> Self {
        Self::Party { deed: deed.into(), by: by.into_iter().map(Word::name).collect() }
    }

    /// A deed comes without what must be said with it.
    pub fn missing(deed: impl Into<Named>, need: LocalizedText) -> Self {
        Self::Missing { deed: deed.into(), need }
    }
}

impl InChinese for NotPossible {
    fn zh(&self) -> String {
        match self {
            Self::State { deed, what, state } => {
                format!("{}目前为“{}”，不能“{}”", what.zh, state.zh, deed.zh)
            }
            Self::Party { deed, by } => {
                format!("“{}”须由{}办理", deed.zh, joined(by, "或", LocalizedText::zh_or_en))
            }
            Self::Missing { deed, need } => format!("“{}”需要填写：{}", deed.zh, need.zh_or_en()),
        }
    }
}

fn joined(names: &[LocalizedText], by: &str, in_words: fn(&LocalizedText) -> &str) -> String {
    names.iter().map(in_words).collect::<Vec<_>>().join(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_table_refuses_is_told_in_both_languages() {
        let deed = Named::new("publish", "公示");
        let state = NotPossible::state(deed, Named::new("project", "项目"), Named::new("draft", "编制中"));
        assert_eq!(state.to_string(), "`publish` is not possible while the project is `draft`");
        assert_eq!(state.zh(), "项目目前为“编制中”，不能“公示”");
        let by =
            vec![LocalizedText::new("社区", "the community"), LocalizedText::new("网格员", "a grid worker")];
        let party = NotPossible::Party { deed, by };
        assert_eq!(party.to_string(), "`publish` is for the community or a grid worker");
        assert_eq!(party.zh(), "“公示”须由社区或网格员办理");
    }
}
