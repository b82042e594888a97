//! The checked configuration of the server. Made by `cli`, used by `app`.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::auth::AuthConfig;
use crate::domain::retention::Retention;

/// Shortest ingest key that is taken: 16 random characters cannot be guessed.
const KEY_MIN: usize = 16;

/// What the server needs to start.
#[derive(Debug, Clone)]
pub struct ServeConfig {
    /// Folder of the publication.
    pub publication: PathBuf,
    /// Address of the database, `sqlite:<file>`.
    pub database: String,
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The key that writing needs.
    pub ingest_key: Option<String>,
    /// Who may do what.
    pub auth: AuthConfig,
    /// Memory for files of the publication.
    pub cache_bytes: usize,
    /// How long readings are kept.
    pub retention: Retention,
}

/// Why a configuration is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
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
}

impl ServeConfig {
    /// Checks what single options cannot tell.
    ///
    /// # Errors
    /// A [`ConfigError`] if the server would be open to all, or the key is weak.
    pub fn checked(self) -> Result<Self, ConfigError> {
        let strong = |key: &String| key.len() >= KEY_MIN && key.bytes().all(|b| b.is_ascii_graphic());
        match &self.ingest_key {
            Some(key) if !strong(key) => Err(ConfigError::WeakKey),
            None if !self.listen.ip().is_loopback() => Err(ConfigError::OpenToAll(self.listen)),
            _ => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(listen: &str, key: Option<&str>) -> Option<ConfigError> {
        let config = ServeConfig {
            publication: "p".into(),
            database: "sqlite:d".into(),
            listen: listen.parse().unwrap(),
            ingest_key: key.map(str::to_owned),
            auth: AuthConfig::default(),
            cache_bytes: 0,
            retention: Retention::default(),
        };
        config.checked().err()
    }

    #[test]
    fn only_loopback_may_do_without_a_key() {
        assert_eq!(check("127.0.0.1:0", None), None);
        assert_eq!(check("[::1]:0", None), None);
        assert!(matches!(check("0.0.0.0:80", None), Some(ConfigError::OpenToAll(_))));
        assert_eq!(check("0.0.0.0:80", Some("0123456789abcdef")), None);
    }

    #[test]
    fn a_key_that_can_be_guessed_is_refused() {
        for key in ["", "short", "has a space in the middle"] {
            assert_eq!(check("127.0.0.1:0", Some(key)), Some(ConfigError::WeakKey), "{key}");
        }
    }
}
