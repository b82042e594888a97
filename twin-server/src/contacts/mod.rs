//! Contact data: numbers of users, codes that prove them, and whom to call about a report. Everything lies sealed
//! and apart in the store (`vault`), and is plain here alone: on its way to whoever may call, and to the gateway
//! that carries codes and messages (`gateway`, `messenger`).
//!
//! Made by `app` if the configuration has a key; without one there is no contact data and nothing else changes.

mod code;
mod gateway;
mod keys;
mod messenger;
mod vault;

use std::sync::Arc;

use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tracing::Instrument;

pub use self::code::Code;
pub use self::gateway::{Content, Gateway, GatewaySecret, GatewayUrl, Message, SmsConfig, gateway_of};
pub use self::keys::{ContactKey, ContactsConfig};
pub use self::messenger::Messenger;
pub use self::vault::{Vault, VaultError};
use crate::auth::secret::NoRandomness;
use crate::domain::audit::AuditDraft;
use crate::domain::contact::{CODE_FOR, CODE_TRIES, CodePurpose, Contact, ContactRow, Phone, Sealed};
use crate::store::{NewCode, Resealed, Store, StoreError};

/// Codes that are on their way at once; a gateway that hangs must not gather more.
const SENDING: usize = 32;
/// Sealed texts that are sealed anew in one transaction.
const RESEALED_AT_ONCE: usize = 500;

/// Why contact data could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ContactFault {
    /// It cannot be sealed or read.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no code.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// Contact data.
pub struct Contacts {
    store: Arc<dyn Store>,
    vault: Arc<Vault>,
    gateway: Arc<dyn Gateway>,
    sending: Arc<Semaphore>,
}

impl Contacts {
    /// Contact data in a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, vault: Arc<Vault>, gateway: Arc<dyn Gateway>) -> Self {
        Self { store, vault, gateway, sending: Arc::new(Semaphore::new(SENDING)) }
    }

    /// What seals and finds.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The number of a user.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn phone_of(&self, user: &str) -> Result<Option<Phone>, ContactFault> {
        let sealed = self.store.phone_of(user).await?;
        Ok(sealed.map(|sealed| self.vault.open_phone(user, &sealed)).transpose()?)
    }

    /// The user whose number it is, by id.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn user_of(&self, phone: &Phone) -> Result<Option<String>, ContactFault> {
        Ok(self.store.user_of_phone(&self.vault.marks(phone)).await?)
    }

    /// Makes a code for a number, which takes the place of an earlier one. It is sent only if `is_sent`; what is
    /// stored, and how long it takes, is the same for a number that nobody has.
    ///
    /// # Errors
    /// If it cannot be stored. How sending ends is told to the log alone.
    pub async fn begin(
        &self,
        purpose: CodePurpose<'_>,
        phone: &Phone,
        is_sent: bool,
        audit: &AuditDraft,
    ) -> Result<(), ContactFault> {
        let code = Code::new()?;
        let new = NewCode {
            mark: self.vault.marks(phone).first().copied().unwrap_or_default(),
            purpose: purpose.to_string(),
            digest: self.vault.code_digest(purpose, phone, code.digits()),
            expires: audit.at + CODE_FOR,
        };
        self.store.put_code(&new, audit).await?;
        if is_sent {
            let purpose = if purpose == CodePurpose::SignIn { "sign_in" } else { "attach" };
            self.send(Message { to: phone.clone(), content: Content::Code { code, purpose } });
        }
        Ok(())
    }

    /// Whether a code is the one that was sent to a number for something; it is used up then. Each call counts
    /// as a try, of which a code has few.
    ///
    /// # Errors
    /// If the store refuses.
    pub async fn prove(
        &self,
        purpose: CodePurpose<'_>,
        phone: &Phone,
        code: &str,
        now: OffsetDateTime,
    ) -> Result<bool, ContactFault> {
        let mark = self.vault.marks(phone).first().copied().unwrap_or_default();
        // What does not look like a code is tried as well: it costs a try and takes as long.
        let typed = Code::typed(code);
        let digits = typed.as_ref().map_or("", Code::digits);
        let digest = self.vault.code_digest(purpose, phone, digits);
        Ok(self.store.try_code(mark, &purpose.to_string(), digest, now, CODE_TRIES).await?)
    }

    /// Whom to call about a report.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn of_report(&self, id: u64) -> Result<Option<Contact>, ContactFault> {
        let sealed = self.store.report_contact(id).await?;
        Ok(sealed.map(|sealed| self.vault.open_contact(id, &sealed)).transpose()?)
    }

    /// Seals anew what lies under keys of before; gives how many texts it were. What cannot be read stays as it is
    /// and is told.
    ///
    /// # Errors
    /// If the store refuses.
    pub async fn reseal(&self) -> Result<u64, ContactFault> {
        let old = self.store.sealed_otherwise(self.vault.key_id()).await?;
        let mut done = 0;
        for some in old.chunks(RESEALED_AT_ONCE) {
            let anew: Vec<Resealed> =
                some.iter().filter_map(|(row, before)| self.anew(row, before)).collect();
            done += self.store.reseal(&anew).await?;
        }
        Ok(done)
    }

    fn anew(&self, row: &ContactRow, before: &Sealed) -> Option<Resealed> {
        match self.vault.reseal(row, before) {
            Ok((after, mark)) => Some(Resealed { row: row.clone(), before: before.clone(), after, mark }),
            Err(error) => {
                tracing::error!(%error, "contact data stays as it is");
                None
            }
        }
    }

    fn send(&self, message: Message) {
        let Ok(room) = Arc::clone(&self.sending).try_acquire_owned() else {
            tracing::error!(
                to = message.to.masked(),
                "too many codes are on their way, and one was not sent"
            );
            return;
        };
        let gateway = Arc::clone(&self.gateway);
        let work = async move {
            if let Err(failed) = gateway.send(&message).await {
                tracing::error!(to = message.to.masked(), reason = failed.why, "a code could not be sent");
            }
            drop(room);
        };
        tokio::spawn(work.in_current_span());
    }
}
