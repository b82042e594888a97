//! The keys under which contact data lies in the database: 32 bytes each as people write them into the
//! configuration. Called by `config` and by the commands.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// A key of 32 bytes. It prints as its id.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactKey([u8; 32]);

impl ContactKey {
    /// What stands beside whatever was sealed with it: tells keys apart and nothing about them.
    #[must_use]
    pub fn id(&self) -> String {
        let digest = Sha256::new_with_prefix(b"id of a contact key\0").chain_update(self.0).finalize();
        format!("{:08x}", digest.iter().take(4).fold(0_u32, |id, byte| id << 8 | u32::from(*byte)))
    }

    /// The bytes, for the vault alone.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ContactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContactKey({})", self.id())
    }
}

impl FromStr for ContactKey {
    type Err = String;

    /// Reads 64 hexadecimal digits, or base64 of 32 bytes. The text is not repeated in the error.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let bytes = if text.len() == 64 { of_hex(text) } else { of_base64(text) };
        let bytes = bytes.ok_or(
            "is no key of 32 bytes\nhint: `openssl rand -hex 32` makes one; base64 of 32 bytes is taken, too",
        )?;
        // What anyone would try first; a slip, not a key.
        if bytes.iter().all(|byte| *byte == bytes[0]) {
            return Err("is one byte repeated\nhint: `openssl rand -hex 32` makes a good one".into());
        }
        Ok(Self(bytes))
    }
}

fn of_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    text.bytes().all(|b| b.is_ascii_hexdigit()).then_some(bytes)
}

fn of_base64(text: &str) -> Option<[u8; 32]> {
    // 32 bytes are 44 characters: nothing longer is decoded.
    (text.len() <= 44).then(|| STANDARD.decode(text).ok()?.try_into().ok()).flatten()
}

/// How contact data is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactsConfig {
    /// The key that everything is sealed with; without one there is no contact data.
    pub key: Option<ContactKey>,
    /// Keys of before: what was sealed with them can be read, and is sealed anew.
    pub old_keys: Vec<ContactKey>,
    /// Days after the end of a report that its contact and its voices are kept.
    pub keep_days: u32,
}

impl Default for ContactsConfig {
    /// A month: for as long a report may be opened again.
    fn default() -> Self {
        Self { key: None, old_keys: Vec::new(), keep_days: 30 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_32_bytes_in_either_form_and_prints_as_its_id() {
        let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        let key: ContactKey = hex.parse().unwrap();
        let same = STANDARD.encode((0..32).collect::<Vec<u8>>()).parse::<ContactKey>().unwrap();
        assert_eq!(key, same);
        assert_eq!((key.id().len(), format!("{key:?}")), (8, format!("ContactKey({})", key.id())));
        let short = &hex[2..];
        for bad in ["", "secret", short, &"0".repeat(64), &"z".repeat(64), &format!("+{}", &hex[1..])] {
            let error = bad.parse::<ContactKey>().unwrap_err();
            assert!(error.contains("openssl rand") && (bad.is_empty() || !error.contains(bad)), "{bad}");
        }
    }
}
