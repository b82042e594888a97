//! From file, environment and options to the configuration: defaults, then the file, then the
//! environment, then options; each overrules the one before. Called by `cli`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::section::Given;
use super::{ConfigError, SECTIONS, ServeConfig};

/// Largest file that is read.
const FILE_LIMIT_BYTES: u64 = 1024 * 1024;
/// How alike a word must be to be offered in place of an unknown one (Jaro-Winkler).
const ALIKE: f64 = 0.8;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A line of the file.
    File {
        /// The file as it was named.
        name: String,
        /// Its line, from 1.
        line: usize,
    },
    /// A variable of the environment.
    Environment(String),
    /// An option of the command.
    Option(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line } => write!(f, "{name}:{line}"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Option(name) => write!(f, "option `--{name}`"),
        }
    }
}

/// What the configuration is made from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file, with its text.
    pub file: Option<(String, String)>,
    /// Variables by name.
    pub environment: BTreeMap<String, String>,
    /// Options: name of the option, key such as `listen` or `limits.viewers`, value.
    pub options: Vec<(String, String, String)>,
}

impl Sources {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// If it cannot be read, or is too large.
    pub fn read_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let name = path.display().to_string();
        let fail = |reason: String| ConfigError::Read { path: name.clone(), reason };
        let size = std::fs::metadata(path).map_err(|error| fail(error.to_string()))?.len();
        if size > FILE_LIMIT_BYTES {
            return Err(fail(format!("it has {size} bytes, limit {FILE_LIMIT_BYTES} bytes")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
        self.file = Some((name, text));
        Ok(())
    }
}

/// A configuration and where its values came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The configuration; single values are checked, what several tell together is not
    /// ([`ServeConfig::checked`]).
    pub config: ServeConfig,
    /// Of each key that is not at its default, the place that decided.
    pub origins: BTreeMap<String, Origin>,
}

impl Loaded {
    /// Puts the sources on top of one another.
    ///
    /// # Errors
    /// With place, key and reason for the first value that is not understood.
    pub fn from(sources: &Sources) -> Result<Self, ConfigError> {
        let mut loaded = Self { config: ServeConfig::default(), origins: BTreeMap::new() };
        if let Some((name, text)) = &sources.file {
            loaded.take_file(name, text)?;
        }
        loaded.take_environment(&sources.environment)?;
        for (option, key, value) in &sources.options {
            let (section, name) = key.rsplit_once('.').unwrap_or(("", key));
            loaded.take(section, name, Given::Text(value), Origin::Option(option.clone()))?;
        }
        Ok(loaded)
    }

    fn take_file(&mut self, name: &str, text: &str) -> Result<(), ConfigError> {
        let origin = |offset: usize| Origin::File { name: name.to_owned(), line: line_of(text, offset) };
        let root = DeTable::parse(text).map_err(|error| ConfigError::At {
            place: origin(error.span().map_or(0, |span| span.start)),
            problem: error.message().to_owned(),
        })?;
        // In the order of lines, so that the first mistake is told first.
        for (key, value) in by_line(root.get_ref()) {
            let DeValue::Table(table) = value.get_ref() else {
                self.take("", key.get_ref(), Given::Value(value.get_ref()), origin(key.span().start))?;
                continue;
            };
            if !SECTIONS.contains(&key.get_ref().as_ref()) {
                return Err(unknown(origin(key.span().start), "", key.get_ref(), &self.config));
            }
            for (inner, value) in by_line(table) {
                let place = origin(inner.span().start);
                self.take(key.get_ref(), inner.get_ref(), Given::Value(value.get_ref()), place)?;
            }
        }
        Ok(())
    }

    fn take_environment(&mut self, environment: &BTreeMap<String, String>) -> Result<(), ConfigError> {
        for section in SECTIONS {
            for key in self.config.keys_of(section) {
                let variable = variable(section, key.name);
                if let Some(value) = environment.get(&variable) {
                    self.take(section, key.name, Given::Text(value), Origin::Environment(variable))?;
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, section: &str, key: &str, given: Given<'_>, place: Origin) -> Result<(), ConfigError> {
        let set = self.config.section_mut(section).and_then(|section| section.set(key, given));
        match set {
            None => Err(unknown(place, section, key, &self.config)),
            Some(Err(problem)) => {
                Err(ConfigError::At { place, problem: format!("`{}` {problem}", path(section, key)) })
            }
            Some(Ok(())) => {
                self.origins.insert(path(section, key), place);
                Ok(())
            }
        }
    }
}

/// The variable of the environment that overrules a key.
pub(super) fn variable(section: &str, key: &str) -> String {
    format!("twin_{}", path(section, key)).replace('.', "_").to_uppercase()
}

/// A key with its section.
pub(super) fn path(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

fn by_line<'t, 'i>(
    table: &'t DeTable<'i>,
) -> Vec<(&'t Spanned<std::borrow::Cow<'i, str>>, &'t Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The complaint about a name that is none, with the name that was probably meant.
fn unknown(place: Origin, section: &str, key: &str, config: &ServeConfig) -> ConfigError {
    let mut config = config.clone();
    if let Some(problem) = mistaken_kind(&place, section, key, &mut config) {
        return ConfigError::At { place, problem };
    }
    let mut known = Vec::new();
    for name in SECTIONS {
        known.extend(config.keys_of(name).into_iter().map(|key| path(name, key.name)));
        known.push((*name).to_owned());
    }
    let score = |known: &String| {
        let (home, last) = known.rsplit_once('.').unwrap_or(("", known));
        // Of two that are as near, the one of the same section.
        strsim::jaro_winkler(last, key) + if home == section { 0.01 } else { 0.0 }
    };
    let best = known.iter().filter(|known| !known.is_empty()).max_by(|a, b| score(a).total_cmp(&score(b)));
    let hint = match best.filter(|best| score(best) >= ALIKE) {
        Some(best) => {
            // Within its own section the name alone is what has to be written.
            let bare = best.strip_prefix(&format!("{section}.")).unwrap_or(best);
            format!("did you mean `{bare}`?")
        }
        None => "`twin-server config example` shows all that is known".into(),
    };
    ConfigError::At { place, problem: format!("`{key}` is unknown\nhint: {hint}") }
}

/// The complaint about a section that is given a value, or a key above all sections that is written as one.
fn mistaken_kind(place: &Origin, section: &str, key: &str, config: &mut ServeConfig) -> Option<String> {
    if !section.is_empty() {
        return None;
    }
    if SECTIONS.contains(&key) {
        let hint = match place {
            Origin::File { .. } => format!("write `[{key}]` and its keys below"),
            Origin::Environment(_) | Origin::Option(_) => {
                format!("name one of its keys: `{key}.<key>=<value>`")
            }
        };
        return Some(format!("`{key}` is a section\nhint: {hint}"));
    }
    let is_key = config.keys_of("").iter().any(|known| known.name == key);
    is_key.then(|| format!("`{key}` is no section\nhint: write `{key} = <value>` above all sections"))
}
