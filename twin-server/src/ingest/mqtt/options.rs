//! What is to be known of a broker before it is asked for anything. Read by `config`, used by
//! [`super::start`].

use std::path::PathBuf;

use super::address::Address;

/// Longest prefix and client id, in bytes.
const NAME_LIMIT: usize = 200;

/// The broker to take readings from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MqttConfig {
    /// Where it is; none, and nothing is taken.
    pub broker: Option<Address>,
    /// Version of MQTT.
    pub version: MqttVersion,
    /// What topics begin with.
    pub prefix: String,
    /// Name of the session in which the broker keeps what comes while the server is away.
    pub client_id: String,
    /// Certificates to trust, instead of the system's.
    pub ca: Option<PathBuf>,
    /// Whether the broker is told of states and alarms.
    pub publish: bool,
}

impl Default for MqttConfig {
    fn default() -> Self {
        Self {
            broker: None,
            version: MqttVersion::V5,
            prefix: "twin".into(),
            // Must not change by itself: it names the session.
            client_id: "twin-server".into(),
            ca: None,
            publish: false,
        }
    }
}

impl MqttConfig {
    /// Name of the connection that tells.
    pub(super) fn telling_id(&self) -> String {
        format!("{}-out", self.client_id)
    }
}

/// A version of MQTT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MqttVersion {
    /// 3.1.1 (2014): what every broker speaks.
    V3,
    /// 5 (2019): reasons for refusals, and a bound on messages under way.
    V5,
}

impl MqttVersion {
    /// All of them, the better first.
    pub const ALL: [Self; 2] = [Self::V5, Self::V3];

    /// The version as people write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V3 => "3.1.1",
            Self::V5 => "5",
        }
    }
}

/// Why a name is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MqttNameError {
    /// The prefix could not be one of topics.
    #[error(
        "cannot begin topics\nhint: write one or several words with `/` between them, such as `twin` or `city/east`, without `+`, `#` and `$` in front"
    )]
    Prefix,
    /// The client id could not be one.
    #[error("needs 1 to {NAME_LIMIT} visible ASCII characters")]
    ClientId,
}

/// A text that topics can begin with.
///
/// # Errors
/// [`MqttNameError::Prefix`] if they cannot.
pub fn prefix(text: &str) -> Result<String, MqttNameError> {
    let word = |word: &str| !word.is_empty() && !word.contains(['+', '#', '\0']);
    let good = text.len() <= NAME_LIMIT && !text.starts_with('$') && text.split('/').all(word);
    good.then(|| text.to_owned()).ok_or(MqttNameError::Prefix)
}

/// A text that can name a session.
///
/// # Errors
/// [`MqttNameError::ClientId`] if it cannot.
pub fn client_id(text: &str) -> Result<String, MqttNameError> {
    let good = (1..=NAME_LIMIT).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    good.then(|| text.to_owned()).ok_or(MqttNameError::ClientId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_words_between_slashes() {
        for good in ["twin", "city/east", "小区"] {
            assert_eq!(prefix(good).as_deref(), Ok(good));
        }
        for bad in ["", "/", "/twin", "twin/", "a//b", "a/+", "#", "$SYS", "$share/a", "a\0"] {
            assert_eq!(prefix(bad), Err(MqttNameError::Prefix), "{bad}");
        }
    }

    #[test]
    fn a_client_id_can_be_seen() {
        assert!(client_id("twin-server.2").is_ok());
        for bad in ["", "a b", "小区", &"x".repeat(NAME_LIMIT + 1)] {
            assert_eq!(client_id(bad), Err(MqttNameError::ClientId), "{bad}");
        }
    }
}
