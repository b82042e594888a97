//! Contact data as it lies in the database: AES-256-GCM-SIV (RFC 8452), which a nonce that comes twice does not
//! break, with the row that a text belongs to as associated data, so that no row can be read as another. Numbers
//! are found by a keyed digest (HMAC-SHA-256): without the key, nobody can try all numbers there are.
//!
//! Texts come in, sealed texts go out, and back. Called by `contacts`, by `reports` and by the commands.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::keys::{ContactKey, ContactsConfig};
use crate::domain::audit::Digest;
use crate::domain::contact::{CodePurpose, Contact, ContactRow, Phone, Sealed, SealedPhone};
use crate::domain::privacy::Personal;

/// Longest text that is sealed or opened, in bytes: a name and a number are shorter.
const TEXT_LIMIT_BYTES: usize = 1024;

/// Why a text cannot be sealed or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The library refuses a key, or the system has no random numbers.
    #[error("contact data cannot be encrypted here")]
    Library,
    /// The key is not configured any more.
    #[error(
        "contact data of `{row}` lies under the key `{key}`, which is not configured\nhint: list it in `contacts.old_keys`"
    )]
    UnknownKey {
        /// What it is about.
        row: String,
        /// The id of the key.
        key: String,
    },
    /// It was changed, or moved from another row.
    #[error("contact data of `{0}` is not what was sealed")]
    Damaged(String),
}

/// What follows from one key.
struct Keys {
    id: String,
    seal: RandomizedNonceKey,
    look_up: [u8; 32],
}

/// Seals, opens, and finds.
pub struct Vault {
    /// The first seals; all open.
    keys: Vec<Keys>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ids = self.keys.iter().map(|keys| &keys.id);
        f.write_str("Vault")?;
        f.debug_list().entries(ids).finish()
    }
}

/// A contact as it is sealed.
#[derive(Serialize, Deserialize)]
struct Written {
    name: String,
    phone: String,
}

impl Vault {
    /// The vault of a configuration, if that has a key.
    ///
    /// # Errors
    /// If the library refuses a key.
    pub fn of(config: &ContactsConfig) -> Result<Option<Self>, VaultError> {
        let Some(key) = &config.key else { return Ok(None) };
        let old = config.old_keys.iter().filter(|old| *old != key);
        let keys = std::iter::once(key).chain(old).map(Keys::of).collect::<Result<_, _>>()?;
        Ok(Some(Self { keys }))
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn key_id(&self) -> &str {
        self.keys.first().map_or("", |keys| &keys.id)
    }

    /// What a number is found by, under each key, first the one that seals.
    #[must_use]
    pub fn marks(&self, phone: &Phone) -> Vec<Digest> {
        self.keys.iter().map(|keys| keys.digest(&["number", phone.plain()])).collect()
    }

    /// What is kept of a code that was sent to a number for something.
    #[must_use]
    pub fn code_digest(&self, purpose: CodePurpose<'_>, phone: &Phone, code: &str) -> Digest {
        let keys = self.keys.first();
        keys.map(|keys| keys.digest(&["code", &purpose.to_string(), phone.plain(), code])).unwrap_or_default()
    }

    /// A user's number for the store.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub fn seal_phone(&self, user: &str, phone: &Phone) -> Result<SealedPhone, VaultError> {
        let sealed = self.seal(&ContactRow::User(user.to_owned()), phone.plain())?;
        Ok(SealedPhone { marks: self.marks(phone), sealed })
    }

    /// A user's number from the store.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn open_phone(&self, user: &str, sealed: &Sealed) -> Result<Phone, VaultError> {
        let row = ContactRow::User(user.to_owned());
        Phone::parse(&self.open(&row, sealed)?).map_err(|_| VaultError::Damaged(row.to_string()))
    }

    /// A report's contact for the store.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub fn seal_contact(&self, report: u64, contact: &Contact) -> Result<Sealed, VaultError> {
        let Contact { name, phone } = contact;
        let written = Written { name: name.for_store().to_owned(), phone: phone.plain().to_owned() };
        let text = serde_json::to_string(&written).map_err(|_| VaultError::Library)?;
        self.seal(&ContactRow::Report(report), &text)
    }

    /// A report's contact from the store.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn open_contact(&self, report: u64, sealed: &Sealed) -> Result<Contact, VaultError> {
        let row = ContactRow::Report(report);
        let damaged = || VaultError::Damaged(row.to_string());
        let Written { name, phone } =
            serde_json::from_str(&self.open(&row, sealed)?).map_err(|_| damaged())?;
        Ok(Contact { name: Personal::new(name), phone: Phone::parse(&phone).map_err(|_| damaged())? })
    }

    /// The same text under the key that seals now, and what it is found by from now on if it is a user's number.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn reseal(&self, row: &ContactRow, sealed: &Sealed) -> Result<(Sealed, Option<Digest>), VaultError> {
        match row {
            ContactRow::User(user) => {
                let anew = self.seal_phone(user, &self.open_phone(user, sealed)?)?;
                Ok((anew.sealed, anew.marks.first().copied()))
            }
            ContactRow::Report(_) => Ok((self.seal(row, &self.open(row, sealed)?)?, None)),
        }
    }

    fn seal(&self, row: &ContactRow, text: &str) -> Result<Sealed, VaultError> {
        let keys = self.keys.first().ok_or(VaultError::Library)?;
        if text.len() > TEXT_LIMIT_BYTES {
            return Err(VaultError::Library);
        }
        let mut rest = text.as_bytes().to_vec();
        let nonce = keys.seal.seal_in_place_append_tag(Aad::from(row.to_string()), &mut rest);
        let nonce = nonce.map_err(|_| VaultError::Library)?;
        let mut data = nonce.as_ref().to_vec();
        data.append(&mut rest);
        Ok(Sealed { key: keys.id.clone(), data })
    }

    fn open(&self, row: &ContactRow, sealed: &Sealed) -> Result<String, VaultError> {
        let damaged = || VaultError::Damaged(row.to_string());
        let keys = self.keys.iter().find(|keys| keys.id == sealed.key).ok_or_else(|| {
            VaultError::UnknownKey { row: row.to_string(), key: sealed.key.chars().take(16).collect() }
        })?;
        let limit = NONCE_LEN + TEXT_LIMIT_BYTES + AES_256_GCM_SIV.tag_len();
        let parts = sealed.data.split_at_checked(NONCE_LEN).filter(|_| sealed.data.len() <= limit);
        let (nonce, rest) = parts.ok_or_else(damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| damaged())?;
        let mut rest = rest.to_vec();
        let text = keys.seal.open_in_place(nonce, Aad::from(row.to_string()), &mut rest);
        String::from_utf8(text.map_err(|_| damaged())?.to_vec()).map_err(|_| damaged())
    }
}

impl Keys {
    /// One key is never used for two things: each use has one derived from it.
    fn of(key: &ContactKey) -> Result<Self, VaultError> {
        let seal = mac(key.bytes(), &["contacts", "seal"]);
        let look_up = mac(key.bytes(), &["contacts", "look up"]);
        let seal = RandomizedNonceKey::new(&AES_256_GCM_SIV, &seal).map_err(|_| VaultError::Library)?;
        Ok(Self { id: key.id(), seal, look_up })
    }

    fn digest(&self, parts: &[&str]) -> Digest {
        mac(&self.look_up, parts)
    }
}

/// HMAC-SHA-256 over parts, none of which can be taken for a piece of the one before.
fn mac(key: &[u8; 32], parts: &[&str]) -> Digest {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Digest::default() };
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(byte: u8) -> ContactKey {
        format!("{}{byte:02x}", "17".repeat(31)).parse().unwrap()
    }

    fn vault(now: u8, old: &[u8]) -> Vault {
        let old_keys = old.iter().map(|byte| key(*byte)).collect();
        let config = ContactsConfig { key: Some(key(now)), old_keys, ..ContactsConfig::default() };
        Vault::of(&config).unwrap().unwrap()
    }

    fn phone() -> Phone {
        Phone::parse("13800005678").unwrap()
    }

    #[test]
    fn what_was_sealed_is_read_as_it_was_and_never_looks_the_same() {
        let vault = vault(1, &[]);
        let (one, other) =
            (vault.seal_phone("ann", &phone()).unwrap(), vault.seal_phone("ann", &phone()).unwrap());
        assert_eq!(vault.open_phone("ann", &one.sealed), Ok(phone()));
        assert_eq!(one.marks, other.marks);
        assert_ne!(one.sealed.data, other.sealed.data);
        assert!(!String::from_utf8_lossy(&one.sealed.data).contains("0000"));
        assert!(!format!("{vault:?} {one:?}").contains("13800005678"));
        let contact = Contact::parse(&Personal::new("王建国"), &Personal::new("010-12345678")).unwrap();
        let sealed = vault.seal_contact(7, &contact).unwrap();
        assert_eq!(vault.open_contact(7, &sealed), Ok(contact));
    }

    #[test]
    fn a_row_cannot_be_read_as_another() {
        let vault = vault(1, &[]);
        let SealedPhone { sealed, .. } = vault.seal_phone("ann", &phone()).unwrap();
        assert_eq!(vault.open_phone("bob", &sealed), Err(VaultError::Damaged("user:bob".into())));
        assert_eq!(vault.open_contact(1, &sealed), Err(VaultError::Damaged("report:1".into())));
    }

    #[test]
    fn a_key_can_be_changed_while_the_old_one_is_listed() {
        let SealedPhone { sealed, marks } = vault(1, &[]).seal_phone("ann", &phone()).unwrap();
        let both = vault(2, &[1]);
        assert_eq!(both.open_phone("ann", &sealed), Ok(phone()));
        assert!(both.marks(&phone()).contains(&marks[0]) && both.marks(&phone())[0] != marks[0]);
        let (anew, mark) = both.reseal(&ContactRow::User("ann".into()), &sealed).unwrap();
        assert_eq!(anew.key, both.key_id());
        let alone = vault(2, &[]);
        assert_eq!(mark, alone.marks(&phone()).first().copied());
        assert_eq!(alone.open_phone("ann", &anew), Ok(phone()));
        assert!(matches!(alone.open_phone("ann", &sealed), Err(VaultError::UnknownKey { .. })));
    }

    #[test]
    fn a_code_belongs_to_one_number_and_one_purpose() {
        let (vault, other) = (vault(1, &[]), Phone::parse("13800005679").unwrap());
        let digest = vault.code_digest(CodePurpose::SignIn, &phone(), "123456");
        assert_ne!(digest, vault.code_digest(CodePurpose::SignIn, &other, "123456"));
        assert_ne!(digest, vault.code_digest(CodePurpose::Attach("ann"), &phone(), "123456"));
        assert_ne!(digest, vault.code_digest(CodePurpose::SignIn, &phone(), "123457"));
    }

    proptest! {
        /// No change of a sealed text goes unnoticed, and none makes it panic.
        #[test]
        fn what_was_changed_is_not_read(at in 0_usize..64, with in 1_u8..=255, cut in 0_usize..64) {
            let vault = vault(1, &[]);
            let SealedPhone { sealed, .. } = vault.seal_phone("ann", &phone()).unwrap();
            let mut changed = sealed.clone();
            let at = at % changed.data.len();
            changed.data[at] ^= with;
            prop_assert!(vault.open_phone("ann", &changed).is_err());
            let mut short = sealed.clone();
            short.data.truncate(cut % sealed.data.len());
            prop_assert!(vault.open_phone("ann", &short).is_err());
        }
    }
}
