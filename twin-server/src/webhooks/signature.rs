//! Signatures of deliveries, as Standard Webhooks 1.0 says: HMAC-SHA-256 over id, instant and body, so that a
//! receiver knows who sent it and that it is not an old one sent again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::auth::secret::NoRandomness;

/// What secrets begin with.
pub const SECRET_PREFIX: &str = "whsec_";

/// The headers of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// `webhook-timestamp`: seconds since 1970.
    pub timestamp: String,
    /// `webhook-signature`: version and signature.
    pub signature: String,
}

/// A secret of 256 random bits.
///
/// # Errors
/// If the system has no random numbers.
pub fn new_secret() -> Result<String, NoRandomness> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(format!("{SECRET_PREFIX}{}", STANDARD.encode(bytes)))
}

/// Signs a body.
#[must_use]
pub fn sign(secret: &str, id: &str, unix_s: i64, body: &str) -> Signed {
    let key = secret.strip_prefix(SECRET_PREFIX).and_then(|text| STANDARD.decode(text).ok());
    // A secret that is none signs with its own text: wrong, but no reason to stop.
    let key = key.unwrap_or_else(|| secret.as_bytes().to_vec());
    let timestamp = unix_s.to_string();
    let signature = match Hmac::<Sha256>::new_from_slice(&key) {
        Ok(mut mac) => {
            for part in [id, ".", &timestamp, ".", body] {
                mac.update(part.as_bytes());
            }
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        }
        // HMAC takes keys of any length.
        Err(_) => String::new(),
    };
    Signed { timestamp, signature }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn a_signature_is_the_one_of_the_reference_libraries() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed.signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(signed.timestamp, "1614265330");
    }

    #[test]
    fn secrets_differ_and_hold_256_bits() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(one, other);
        let bytes = STANDARD.decode(one.strip_prefix(SECRET_PREFIX).unwrap()).unwrap();
        assert_eq!(bytes.len(), 32);
    }
}
