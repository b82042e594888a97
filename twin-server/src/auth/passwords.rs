//! Passwords as Argon2id strings (RFC 9106). Hashing takes tens of milliseconds and 19 MiB, so it runs
//! beside the requests, a few at a time.

use std::sync::Arc;

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use tokio::sync::Semaphore;

/// Passwords that are hashed at once.
const AT_ONCE: usize = 2;
/// Requests that wait for it; more are sent away, so that sign-ins cannot stop everything else.
const WAITING: usize = 64;

/// Why a password was not hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too many wait.
    #[error("too many passwords are being checked")]
    Busy,
    /// The library failed.
    #[error("the password could not be hashed")]
    Failed,
}

/// Hashes and checks passwords.
#[derive(Debug)]
pub struct Passwords {
    room: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// Checked in place of the password of a user who does not exist, so that both take as long.
    nobody: String,
}

impl Passwords {
    /// Ready to hash.
    ///
    /// # Errors
    /// If hashing does not work at all.
    pub fn new() -> Result<Self, PasswordError> {
        Ok(Self {
            room: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            nobody: hash("nobody has this password")?,
        })
    }

    /// Hashes a password.
    ///
    /// # Errors
    /// If too many wait, or the library fails.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.work(move || hash(&password)).await
    }

    /// Whether a password is the one that was hashed. Takes as long if there is none.
    ///
    /// # Errors
    /// If too many wait, or the library fails.
    pub async fn matches(&self, password: String, hashed: Option<String>) -> Result<bool, PasswordError> {
        let known = hashed.is_some();
        let hashed = hashed.unwrap_or_else(|| self.nobody.clone());
        let matches = self.work(move || Ok(matches(&password, &hashed))).await?;
        Ok(matches && known)
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let waits = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| PasswordError::Failed)?;
        let done = tokio::task::spawn_blocking(move || {
            // Given back when the work is done, also if the client has gone.
            let _held = (waits, room);
            work()
        });
        done.await.map_err(|_| PasswordError::Failed)?
    }
}

/// Hashes with a random salt and the parameters that OWASP names first among the equal ones for a
/// server: 19 MiB, two passes, one lane
/// (<https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>).
pub(crate) fn hash(password: &str) -> Result<String, PasswordError> {
    let hashed: PasswordHash =
        Argon2::default().hash_password(password.as_bytes()).map_err(|_| PasswordError::Failed)?;
    Ok(hashed.to_string())
}

fn matches(password: &str, hashed: &str) -> bool {
    PasswordHash::new(hashed)
        .is_ok_and(|hashed| Argon2::default().verify_password(password.as_bytes(), &hashed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_matches() {
        let passwords = Passwords::new().unwrap();
        let hashed = passwords.hash("三棵柳树 two bridges".into()).await.unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert!(passwords.matches("三棵柳树 two bridges".into(), Some(hashed.clone())).await.unwrap());
        assert!(!passwords.matches("三棵柳树 two bridge".into(), Some(hashed.clone())).await.unwrap());
        assert!(!passwords.matches("nobody has this password".into(), None).await.unwrap());
        assert!(!passwords.matches(String::new(), Some("not a hash".into())).await.unwrap());
        assert_ne!(passwords.hash("三棵柳树 two bridges".into()).await.unwrap(), hashed);
    }

    #[tokio::test]
    async fn more_than_may_wait_are_sent_away() {
        let passwords = Passwords::new().unwrap();
        let _all = passwords.waiting.acquire_many((AT_ONCE + WAITING) as u32).await.unwrap();
        assert_eq!(passwords.hash("x".into()).await, Err(PasswordError::Busy));
    }
}
