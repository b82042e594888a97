//! `[log]`: what is written to standard error, and how.

use super::section::{Key, Section, literal};

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// Names of the formats.
pub(crate) const FORMATS: &[(&str, LogFormat)] = &[("text", LogFormat::Text), ("json", LogFormat::Json)];

/// The log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// How a line looks.
    pub format: LogFormat,
    /// What is written, such as `info` or `warn,twin_server=debug`.
    pub filter: String,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info".into() }
    }
}

impl Section for LogConfig {
    const NAME: &'static str = "log";
    const ABOUT: &'static str = "What is written to standard error.";
    const KEYS: &'static [Key<Self>] = &[
        Key {
            name: "format",
            about: "`text` for people, `json` for programs",
            secret: false,
            sample: "",
            show: |log| {
                FORMATS.iter().find(|(_, format)| *format == log.format).map(|(name, _)| literal(name))
            },
            set: |log, given| given.one_of(FORMATS).map(|format| log.format = format),
        },
        Key {
            name: "filter",
            about: "`error`, `warn`, `info`, `debug`, or by module: `warn,twin_server=debug`; TWIN_LOG overrules it",
            secret: false,
            sample: "",
            show: |log| Some(literal(&log.filter)),
            set: |log, given| {
                let text = given.text()?;
                tracing_subscriber::EnvFilter::try_new(text)
                    .map_err(|_| format!("is `{text}`, which is not a filter of log lines"))?;
                text.clone_into(&mut log.filter);
                Ok(())
            },
        },
    ];
}
