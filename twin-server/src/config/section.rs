//! What a section of the configuration is: a struct and a table of its keys. The table alone says
//! how each key is read, shown, explained and found in the environment, so that the file, the
//! environment, options, `config print` and `config example` cannot disagree.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use toml::de::DeValue;

/// A section: a struct that has defaults, and the table of its keys.
pub trait Section: Sized + 'static {
    /// Name of the section in the file; empty for the keys above all sections.
    const NAME: &'static str;
    /// What the section is about, in one sentence.
    const ABOUT: &'static str;
    /// Its keys, in the order in which the example shows them.
    const KEYS: &'static [Key<Self>];
}

/// One key of a section.
pub struct Key<S> {
    /// Name in the file; in the environment it is `TWIN_<SECTION>_<KEY>`.
    pub name: &'static str,
    /// What it means, with unit and range, in one line.
    pub about: &'static str,
    /// Whether its value must not be printed.
    pub secret: bool,
    /// The value as it is written in the file; nothing if it is not set.
    pub show: fn(&S) -> Option<String>,
    /// What may stand there, for keys that are not set by default.
    pub sample: &'static str,
    /// Takes a value over; the error says what is wrong with it, to stand after the key's name.
    pub set: fn(&mut S, Given<'_>) -> Result<(), String>,
}

/// A value as it is given: by the file with its type, by environment and options as text.
#[derive(Debug, Clone, Copy)]
pub enum Given<'a> {
    /// From the file.
    Value(&'a DeValue<'a>),
    /// From the environment or an option.
    Text(&'a str),
}

impl<'a> Given<'a> {
    /// A text.
    ///
    /// # Errors
    /// If it is something else.
    pub fn text(self) -> Result<&'a str, String> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Value(value) => value.as_str().ok_or_else(|| wrong_type(value, "a text")),
        }
    }

    /// A text that reads as a `T`, which is called `what` in the message.
    ///
    /// # Errors
    /// If it does not.
    pub fn parsed<T: FromStr>(self, what: &str) -> Result<T, String> {
        let text = self.text()?;
        text.parse().map_err(|_| format!("is `{text}`, {what} is needed"))
    }

    /// One of some words.
    ///
    /// # Errors
    /// If it is another; the message names them.
    pub fn one_of<T: Copy>(self, words: &[(&str, T)]) -> Result<T, String> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            format!("is `{text}`, one of {} is needed", known.join(", "))
        })
    }

    /// A whole number within a range.
    ///
    /// # Errors
    /// If it is none, or outside.
    pub fn integer<T>(self, range: RangeInclusive<T>) -> Result<T, String>
    where
        T: TryFrom<i64> + PartialOrd + Display + Copy,
    {
        let number = match self {
            Self::Text(text) => {
                text.trim().parse().map_err(|_| format!("is `{text}`, a whole number is needed"))?
            }
            Self::Value(DeValue::Integer(number)) => i64::from_str_radix(number.as_str(), number.radix())
                .map_err(|_| format!("is `{}`, which is too large", number.as_str()))?,
            Self::Value(value) => return Err(wrong_type(value, "a whole number")),
        };
        T::try_from(number)
            .ok()
            .filter(|number| range.contains(number))
            .ok_or_else(|| format!("is {number}, {} to {} are taken", range.start(), range.end()))
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// If it is neither.
    pub fn flag(self) -> Result<bool, String> {
        match self {
            Self::Text("true") => Ok(true),
            Self::Text("false") => Ok(false),
            Self::Text(text) => Err(format!("is `{text}`, `true` or `false` is needed")),
            Self::Value(value) => value.as_bool().ok_or_else(|| wrong_type(value, "`true` or `false`")),
        }
    }

    /// A list of texts; environment and options separate them by commas.
    ///
    /// # Errors
    /// If it is something else.
    pub fn texts(self) -> Result<Vec<String>, String> {
        match self {
            Self::Text(text) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Ok(items.map(str::to_owned).collect())
            }
            Self::Value(value) => {
                let list = value.as_array().ok_or_else(|| wrong_type(value, "a list of texts"))?;
                let items = list.iter().map(|item| {
                    let item = item.get_ref();
                    item.as_str().map(str::to_owned).ok_or_else(|| wrong_type(item, "a list of texts"))
                });
                items.collect()
            }
        }
    }
}

fn wrong_type(value: &DeValue<'_>, needed: &str) -> String {
    format!("is of type {}, {needed} is needed", value.type_str())
}

/// A text as it is written in the file.
#[must_use]
pub fn literal(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A section whose type is not known: what file, environment and printing work with.
pub(super) trait AnySection {
    fn about(&self) -> &'static str;
    fn keys(&self) -> Vec<KeyInfo>;
    /// Takes a value over; nothing if there is no such key.
    fn set(&mut self, key: &str, given: Given<'_>) -> Option<Result<(), String>>;
}

/// What a key is and holds.
pub(super) struct KeyInfo {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) secret: bool,
    pub(super) sample: &'static str,
    pub(super) shown: Option<String>,
}

impl<S: Section> AnySection for S {
    fn about(&self) -> &'static str {
        S::ABOUT
    }

    fn keys(&self) -> Vec<KeyInfo> {
        let info = |key: &Key<S>| KeyInfo {
            name: key.name,
            about: key.about,
            secret: key.secret,
            sample: key.sample,
            shown: (key.show)(self),
        };
        S::KEYS.iter().map(info).collect()
    }

    fn set(&mut self, key: &str, given: Given<'_>) -> Option<Result<(), String>> {
        let key = S::KEYS.iter().find(|known| known.name == key)?;
        Some((key.set)(self, given))
    }
}
