//! The address of a broker: a URL comes in, checked parts go out. Called where options are read.
//!
//! What is shown of an address never has the name and the password; what is said of a bad one shows
//! nothing of it at all, for nobody knows which part of it is the password.

use std::fmt;
use std::str::FromStr;

use percent_encoding::percent_decode_str;

/// Port of MQTT without encryption (IANA).
const PORT: u16 = 1883;
/// Port of MQTT over TLS (IANA).
const PORT_TLS: u16 = 8883;
/// Longest name or password: a length has two bytes in the protocol, and people need fewer.
const CREDENTIAL_LIMIT: usize = 1024;
/// Longest name of a host (RFC 1035).
const HOST_LIMIT: usize = 253;

/// Where a broker is, and as whom to go there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Name or number of the host; an IPv6 number without its brackets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// Name and password, if the broker asks for them.
    pub credentials: Option<Credentials>,
}

/// A name and a password. Its `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The name.
    pub user: String,
    /// The password; may be empty.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// Why a text is no address of a broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Neither `mqtt://` nor `mqtts://`.
    #[error("the broker's address begins with neither `mqtt://` nor `mqtts://`{HINT}")]
    Scheme,
    /// No name of a host, or characters that none has.
    #[error("the broker's address has no valid host{HINT}")]
    Host,
    /// The port is no number from 1 to 65535.
    #[error("the port of the broker's address is no number from 1 to 65535{HINT}")]
    Port,
    /// Something follows the port.
    #[error("something follows host and port in the broker's address{HINT}")]
    Rest,
    /// The name or the password is empty, too long, or no text.
    #[error("name and password of the broker's address are not understood{HINT}")]
    Credentials,
}

const HINT: &str = "\nhint: write `mqtt://host:1883` or `mqtts://name:password@host:8883`; in name and password, write other characters than letters and digits as %XX, such as %40 for @ and %2F for /";

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (scheme, rest) = text.split_once("://").ok_or(AddressError::Scheme)?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "mqtt" => false,
            "mqtts" => true,
            _ => return Err(AddressError::Scheme),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#']) {
            return Err(AddressError::Rest);
        }
        let (credentials, place) = match rest.rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials.parse()?), place),
            None => (None, rest),
        };
        let (host, port) = host_and_port(place)?;
        let default = if tls { PORT_TLS } else { PORT };
        Ok(Self { host, port: port.unwrap_or(default), tls, credentials })
    }
}

impl FromStr for Credentials {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (user, password) = text.split_once(':').unwrap_or((text, ""));
        let decoded = |part: &str| {
            let text = percent_decode_str(part).decode_utf8().ok()?.into_owned();
            (text.len() <= CREDENTIAL_LIMIT && !text.contains('\0')).then_some(text)
        };
        let user = decoded(user).filter(|user| !user.is_empty()).ok_or(AddressError::Credentials)?;
        let password = decoded(password).ok_or(AddressError::Credentials)?;
        Ok(Self { user, password })
    }
}

fn host_and_port(text: &str) -> Result<(String, Option<u16>), AddressError> {
    let (host, port) = if let Some(number) = text.strip_prefix('[') {
        let (host, rest) = number.split_once(']').ok_or(AddressError::Host)?;
        host.parse::<std::net::Ipv6Addr>().map_err(|_| AddressError::Host)?;
        match rest.strip_prefix(':') {
            None if !rest.is_empty() => return Err(AddressError::Host),
            port => (host, port),
        }
    } else {
        let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
        let of_a_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if !(1..=HOST_LIMIT).contains(&host.len()) || !host.chars().all(of_a_name) {
            return Err(AddressError::Host);
        }
        (host, port)
    };
    Ok((host.to_owned(), port.map(number).transpose()?))
}

fn number(port: &str) -> Result<u16, AddressError> {
    // `parse` would take a sign.
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    port.parse().ok().filter(|port| digits && *port > 0).ok_or(AddressError::Port)
}

/// The address without name and password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "mqtts" } else { "mqtt" };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Address, AddressError> {
        text.parse()
    }

    #[test]
    fn ports_follow_from_the_scheme() {
        for (text, shown, tls) in [
            ("mqtt://broker", "mqtt://broker:1883", false),
            ("MQTTS://broker.example.org/", "mqtts://broker.example.org:8883", true),
            ("mqtt://10.0.0.7:2883", "mqtt://10.0.0.7:2883", false),
            ("mqtts://[::1]", "mqtts://[::1]:8883", true),
            ("mqtt://[fe80::1]:99", "mqtt://[fe80::1]:99", false),
        ] {
            let address = read(text).unwrap();
            assert_eq!((address.to_string().as_str(), address.tls), (shown, tls), "{text}");
            assert_eq!(address.credentials, None);
        }
    }

    #[test]
    fn name_and_password_are_decoded_and_never_shown() {
        let address = read("mqtt://twin:p%40ss%2Fw%C3%B6rd:x@broker:1").unwrap();
        let credentials = address.credentials.as_ref().unwrap();
        assert_eq!((credentials.user.as_str(), credentials.password.as_str()), ("twin", "p@ss/wörd:x"));
        assert_eq!(address.to_string(), "mqtt://broker:1");
        assert!(!format!("{address:?}").contains("twin") && !format!("{address:?}").contains("p@ss"));
        assert_eq!(read("mqtt://twin@b").unwrap().credentials.unwrap().password, "");
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for (text, expected) in [
            ("", AddressError::Scheme),
            ("broker:1883", AddressError::Scheme),
            ("http://broker", AddressError::Scheme),
            ("mqtt://", AddressError::Host),
            ("mqtt://u:secret@", AddressError::Host),
            ("mqtt://bro ker", AddressError::Host),
            ("mqtt://::1", AddressError::Host),
            ("mqtt://[::1", AddressError::Host),
            ("mqtt://[::1]x", AddressError::Host),
            ("mqtt://[secret]:1", AddressError::Host),
            ("mqtt://b:0", AddressError::Port),
            ("mqtt://b:65536", AddressError::Port),
            ("mqtt://b:+1", AddressError::Port),
            ("mqtt://b:", AddressError::Port),
            ("mqtt://b/topic", AddressError::Rest),
            ("mqtt://u:secret/x@b", AddressError::Rest),
            ("mqtt://:secret@b", AddressError::Credentials),
            ("mqtt://u:%FF@b", AddressError::Credentials),
            ("mqtt://u%00:secret@b", AddressError::Credentials),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(error.to_string().contains("hint:") && !error.to_string().contains("secret"));
        }
    }
}
