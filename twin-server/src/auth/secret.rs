//! Random secrets and ids. A secret is shown once; what is kept of it is its SHA-256, which is
//! enough for 256 random bits.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::domain::audit::Digest;

/// Letters and digits of ids that cannot be taken for one another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// 50 random bits: no two of a community's ids meet.
const ID_LENGTH: usize = 10;

/// The system has no random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random numbers")]
pub struct NoRandomness;

/// A secret of 256 random bits as 43 characters of URL-safe base64, and its digest.
///
/// # Errors
/// If the system has no random numbers.
pub fn secret(prefix: &str) -> Result<(String, Digest), NoRandomness> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes));
    let digest = digest(text.as_bytes());
    Ok((text, digest))
}

/// A random id.
///
/// # Errors
/// If the system has no random numbers.
pub fn id() -> Result<String, NoRandomness> {
    let mut bytes = [0; ID_LENGTH];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

/// What is kept of a secret.
#[must_use]
pub fn digest(secret: &[u8]) -> Digest {
    Sha256::digest(secret).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_ids_differ_and_can_stand_in_headers_and_links() {
        let (one, one_digest) = secret("twk_").unwrap();
        let (other, other_digest) = secret("twk_").unwrap();
        assert!(one != other && one_digest != other_digest && id().unwrap() != id().unwrap());
        assert_eq!((one.len(), one_digest), (47, digest(one.as_bytes())));
        assert!(one.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')));
        assert_eq!(id().unwrap().len(), ID_LENGTH);
    }
}
