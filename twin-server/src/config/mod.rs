//! The configuration of the server: defaults, a file, the environment and options come in; a checked
//! [`ServeConfig`] goes out. Made by `cli`, used by `app`.
//!
//! A new section is a file here with a struct and the table of its keys ([`Section`]), a field of
//! [`ServeConfig`], its name in [`SECTIONS`] and a line in [`ServeConfig::section_mut`].

mod auth;
mod contacts;
mod limits;
mod load;
mod log;
mod metrics;
mod mqtt;
mod oidc;
mod print;
mod renewal;
mod retention;
mod section;
mod sms;
#[cfg(test)]
mod tests;
mod webhooks;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

pub use limits::LimitsConfig;
pub use load::{Loaded, Origin, Sources};
pub use log::{LogConfig, LogFormat};
pub use metrics::{MetricsAccess, MetricsConfig};
pub use print::{effective, example};
pub use renewal::ReportsConfig;
pub use section::{Given, Key, Section, literal};

use crate::auth::AuthConfig;
use crate::auth::oidc::OidcConfig;
use crate::contacts::{ContactsConfig, SmsConfig};
use crate::domain::project::Terms;
use crate::domain::retention::Retention;
use crate::ingest::mqtt::MqttConfig;
use crate::store;
use crate::webhooks::WebhooksConfig;
use section::{AnySection, KeyInfo};

/// Shortest ingest key that is taken: 16 random characters cannot be guessed.
const KEY_MIN: usize = 16;

/// What the server needs to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServeConfig {
    /// Folder of the publication.
    pub publication: PathBuf,
    /// Address of the database, `sqlite:<file>` or `postgres://<user>:<password>@<host>/<database>`.
    pub database: String,
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The key that writing needs.
    pub ingest_key: Option<String>,
    /// Memory for files of the publication.
    pub cache_bytes: usize,
    /// How long readings are kept.
    pub retention: Retention,
    /// Bounds on connections and time.
    pub limits: LimitsConfig,
    /// The log.
    pub log: LogConfig,
    /// The figures for Prometheus.
    pub metrics: MetricsConfig,
    /// Who may do what.
    pub auth: AuthConfig,
    /// The identity provider.
    pub oidc: OidcConfig,
    /// What is set about reports.
    pub reports: ReportsConfig,
    /// The days of the review of projects.
    pub projects: Terms,
    /// How contact data is kept.
    pub contacts: ContactsConfig,
    /// Where codes are sent.
    pub sms: SmsConfig,
    /// The broker that readings come from too.
    pub mqtt: MqttConfig,
    /// Where events may be posted.
    pub webhooks: WebhooksConfig,
}

/// The sections in the order of the example; the keys above all sections come first.
const SECTIONS: &[&str] = &[
    "",
    AuthConfig::NAME,
    OidcConfig::NAME,
    ReportsConfig::NAME,
    Terms::NAME,
    ContactsConfig::NAME,
    SmsConfig::NAME,
    Retention::NAME,
    MqttConfig::NAME,
    WebhooksConfig::NAME,
    LimitsConfig::NAME,
    LogConfig::NAME,
    MetricsConfig::NAME,
];

impl ServeConfig {
    fn section_mut(&mut self, name: &str) -> Option<&mut dyn AnySection> {
        match name {
            "" => Some(self),
            Retention::NAME => Some(&mut self.retention),
            LimitsConfig::NAME => Some(&mut self.limits),
            LogConfig::NAME => Some(&mut self.log),
            MetricsConfig::NAME => Some(&mut self.metrics),
            AuthConfig::NAME => Some(&mut self.auth),
            OidcConfig::NAME => Some(&mut self.oidc),
            ReportsConfig::NAME => Some(&mut self.reports),
            Terms::NAME => Some(&mut self.projects),
            ContactsConfig::NAME => Some(&mut self.contacts),
            SmsConfig::NAME => Some(&mut self.sms),
            MqttConfig::NAME => Some(&mut self.mqtt),
            WebhooksConfig::NAME => Some(&mut self.webhooks),
            _ => None,
        }
    }

    fn keys_of(&mut self, section: &str) -> Vec<KeyInfo> {
        self.section_mut(section).map(|section| section.keys()).unwrap_or_default()
    }

    /// The defaults for a publication and a database.
    #[must_use]
    pub fn of(publication: impl Into<PathBuf>, database: impl Into<String>) -> Self {
        Self { publication: publication.into(), database: database.into(), ..Self::default() }
    }
}

impl Default for ServeConfig {
    fn default() -> Self {
        Self {
            publication: PathBuf::new(),
            database: String::new(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            ingest_key: None,
            cache_bytes: 256 << 20,
            retention: Retention::default(),
            limits: LimitsConfig::default(),
            log: LogConfig::default(),
            metrics: MetricsConfig::default(),
            auth: AuthConfig::default(),
            oidc: OidcConfig::default(),
            reports: ReportsConfig::default(),
            projects: Terms::default(),
            contacts: ContactsConfig::default(),
            sms: SmsConfig::default(),
            mqtt: MqttConfig::default(),
            webhooks: WebhooksConfig::default(),
        }
    }
}

impl Section for ServeConfig {
    const NAME: &'static str = "";
    const ABOUT: &'static str = "What is served, and where.";
    const KEYS: &'static [Key<Self>] = &[
        Key {
            name: "publication",
            about: "folder of the publication, as `tile-builder build --out` wrote it",
            secret: false,
            sample: "\"publication\"",
            show: |config| {
                let path = config.publication.display().to_string();
                (!path.is_empty()).then(|| literal(&path))
            },
            set: |config, given| given.text().map(|text| config.publication = text.into()),
        },
        Key {
            name: "database",
            about: "database: `sqlite:<file>`, made if it is missing, or `postgres://<user>:<password>@<host>/<database>`, which must exist (PostgreSQL 14 or later)",
            secret: false,
            sample: "\"sqlite:twin.db\"",
            show: |config| (!config.database.is_empty()).then(|| literal(&store::shown(&config.database))),
            set: |config, given| given.text().map(|text| text.clone_into(&mut config.database)),
        },
        Key {
            name: "listen",
            about: "address and port to listen on; port 0 takes a free one; a socket from systemd goes first",
            secret: false,
            sample: "",
            show: |config| Some(literal(&config.listen.to_string())),
            set: |config, given| {
                given.parsed("an address and port such as `127.0.0.1:8080`").map(|to| config.listen = to)
            },
        },
        Key {
            name: "ingest_key",
            about: "key with which devices are registered and report; needed beyond loopback",
            secret: true,
            sample: "\"<the output of openssl rand -hex 32>\"",
            show: |config| config.ingest_key.as_deref().map(literal),
            set: |config, given| {
                given.text().map(|key| config.ingest_key = (!key.is_empty()).then(|| key.to_owned()))
            },
        },
        Key {
            name: "cache_mib",
            about: "memory for published files, in MiB",
            secret: false,
            sample: "",
            show: |config| Some((config.cache_bytes >> 20).to_string()),
            set: |config, given| given.integer(0..=1_048_576_usize).map(|mib| config.cache_bytes = mib << 20),
        },
    ];
}

/// Why a configuration is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file of the kinds of report cannot be used.
    #[error(
        "the kinds of report in `{path}` cannot be used: {reason}\nhint: `assets/report-kinds.json` shows the form"
    )]
    Kinds {
        /// The file.
        path: String,
        /// Why, with the kind that is wrong.
        reason: String,
    },
    /// Anyone could write.
    #[error(
        "`{0}` can be reached from other machines, and without an ingest key anyone there could write\nhint: set TWIN_INGEST_KEY, for example to the output of `openssl rand -hex 32`, or listen on 127.0.0.1"
    )]
    OpenToAll(SocketAddr),
    /// The key could be guessed, or not be sent in a header.
    #[error(
        "the ingest key needs at least {KEY_MIN} visible ASCII characters\nhint: `openssl rand -hex 32` makes a good one"
    )]
    WeakKey,
    /// `/metrics` would be closed to everyone.
    #[error("`metrics.access` is `token`, and `metrics.token` is not set\nhint: set TWIN_METRICS_TOKEN")]
    NoToken,
    /// The identity provider could not be asked.
    #[error("`oidc.issuer` is set, and `oidc.{key}` is not\nhint: set {variable}, or `{key}` in `[oidc]`")]
    NoClient {
        /// The key.
        key: &'static str,
        /// Its variable.
        variable: &'static str,
    },
    /// The gateway of text messages could not tell who posts to it.
    #[error(
        "`sms.url` is set, and `sms.secret` is not\nhint: set TWIN_SMS_SECRET to `whsec_` and the output of `openssl rand -base64 32`, and tell it to the gateway"
    )]
    NoGatewaySecret,
    /// Something that needs a key to keep contact data under.
    #[error(
        "`{0}` is set, and `contacts.key` is not\nhint: set TWIN_CONTACTS_KEY, for example to the output of `openssl rand -hex 32`"
    )]
    NoContactsKey(&'static str),
    /// Something that no server starts without.
    #[error(
        "`{key}` is not set\nhint: give the option `--{key}`, the variable {variable}, or `{key} = {sample}` in the file of `--config`"
    )]
    Missing {
        /// The key.
        key: &'static str,
        /// Its variable.
        variable: &'static str,
        /// What may stand there.
        sample: &'static str,
    },
    /// A value or a name that is not understood.
    #[error("{place}: {problem}")]
    At {
        /// Where it stands.
        place: Origin,
        /// What is wrong, and the next step.
        problem: String,
    },
    /// The file cannot be read.
    #[error("configuration `{path}` cannot be read: {reason}")]
    Read {
        /// The file.
        path: String,
        /// What the file system said.
        reason: String,
    },
}

impl ServeConfig {
    /// Checks what single values cannot tell.
    ///
    /// # Errors
    /// A [`ConfigError`] if something needed is missing, the server would be open to all, or a key is
    /// weak.
    pub fn checked(self) -> Result<Self, ConfigError> {
        if self.publication.as_os_str().is_empty() {
            let (variable, sample) = ("TWIN_PUBLICATION", "\"publication\"");
            return Err(ConfigError::Missing { key: "publication", variable, sample });
        }
        if self.database.is_empty() {
            let (variable, sample) = ("TWIN_DATABASE", "\"sqlite:twin.db\"");
            return Err(ConfigError::Missing { key: "database", variable, sample });
        }
        if self.metrics.access == MetricsAccess::Token && self.metrics.token.is_none() {
            return Err(ConfigError::NoToken);
        }
        if self.oidc.issuer.is_some() {
            if self.oidc.client_id.is_empty() {
                return Err(ConfigError::NoClient { key: "client_id", variable: "TWIN_OIDC_CLIENT_ID" });
            }
            if self.oidc.public_url.is_none() {
                return Err(ConfigError::NoClient { key: "public_url", variable: "TWIN_OIDC_PUBLIC_URL" });
            }
        }
        if self.sms.url.is_some() && self.sms.secret.is_none() {
            return Err(ConfigError::NoGatewaySecret);
        }
        if self.contacts.key.is_none() {
            let needs =
                [(self.sms.url.is_some(), "sms.url"), (self.auth.phone_sign_up, "auth.phone_sign_up")];
            if let Some((_, key)) = needs.into_iter().find(|(is_set, _)| *is_set) {
                return Err(ConfigError::NoContactsKey(key));
            }
        }
        let strong = |key: &String| key.len() >= KEY_MIN && key.bytes().all(|b| b.is_ascii_graphic());
        if self.ingest_key.as_ref().is_some_and(|key| !strong(key)) {
            return Err(ConfigError::WeakKey);
        }
        self.reports.read_kinds()?;
        self.may_listen_on(self.listen)?;
        Ok(self)
    }

    /// Whether the server may be reached at this address.
    ///
    /// # Errors
    /// If others could reach it there and write.
    pub fn may_listen_on(&self, address: SocketAddr) -> Result<(), ConfigError> {
        if self.ingest_key.is_none() && !address.ip().is_loopback() {
            return Err(ConfigError::OpenToAll(address));
        }
        Ok(())
    }
}
