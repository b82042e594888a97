//! New users, invitations and keys: checked wishes come in, values for the store and secrets to be
//! shown once go out. Called by the API and by the commands.

use time::{Duration, OffsetDateTime};

use super::secret::{NoRandomness, id, secret};
use crate::domain::keys::{self, ApiKey, KeyError, KeyQuota};
use crate::domain::people::{User, UserError, check_display_name, check_grants, check_name};
use crate::domain::permission::{Grant, Role, Scope};
use crate::domain::privacy::Personal;
use crate::domain::reading::whole_microseconds;
use crate::store::Invitation;

/// How long an invitation holds.
const INVITATION: Duration = Duration::days(7);
/// What every key begins with, so that scanners for lost secrets know one.
const KEY_PREFIX: &str = "twk";

/// Why something cannot be issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The user may not be.
    #[error(transparent)]
    User(#[from] UserError),
    /// The key may not be.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// There is no secret.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// A user who has no password yet.
///
/// # Errors
/// If the name or the roles may not be.
pub fn user(
    name: &str,
    display_name: Option<Personal>,
    grants: Vec<Grant>,
    now: OffsetDateTime,
) -> Result<User, IssueError> {
    let name = name.trim().to_lowercase();
    check_name(&name)?;
    check_display_name(display_name.as_ref())?;
    check_grants(&grants)?;
    let (disabled, has_password, has_phone, subject) = (false, false, false, None);
    let created = whole_microseconds(now);
    Ok(User { id: id()?, name, display_name, grants, disabled, has_password, subject, has_phone, created })
}

/// An invitation and its token.
///
/// # Errors
/// If the system has no random numbers.
pub fn invitation(now: OffsetDateTime) -> Result<(Invitation, String), NoRandomness> {
    let (token, digest) = secret("")?;
    Ok((Invitation { digest, expires: whole_microseconds(now + INVITATION) }, token))
}

/// Behind the viewer's address, the page that takes an invitation: residents have one of their own. The token stands
/// behind `#`, so that it stays out of logs.
#[must_use]
pub fn invitation_link(token: &str, grants: &[Grant]) -> String {
    let is_resident = !grants.is_empty() && grants.iter().all(|grant| grant.role == Role::Resident);
    format!("/{}#invitation={token}", if is_resident { "resident" } else { "" })
}

/// A key as someone wants it.
#[derive(Debug, Clone)]
pub struct KeyWish {
    /// What it is for.
    pub name: String,
    /// Its role.
    pub grant: Grant,
    /// What it is narrowed to.
    pub scope: Scope,
    /// How often it may be used.
    pub quota: KeyQuota,
    /// When it ends by itself.
    pub expires: Option<OffsetDateTime>,
}

/// A key and its secret.
///
/// # Errors
/// If the key may not be.
pub fn key(wish: KeyWish, issuer: String, now: OffsetDateTime) -> Result<(ApiKey, String), IssueError> {
    let id = id()?;
    let (secret, digest) = secret(&format!("{KEY_PREFIX}_{id}_"))?;
    let key = ApiKey {
        id,
        name: wish.name,
        digest,
        grant: wish.grant,
        scope: wish.scope,
        quota: wish.quota,
        issuer,
        created: whole_microseconds(now),
        expires: wish.expires.map(whole_microseconds),
        revoked: None,
    };
    keys::check(&key, now)?;
    Ok((key, secret))
}

/// The visible beginning of a key, by which people tell keys apart.
#[must_use]
pub fn prefix(key: &ApiKey) -> String {
    format!("{KEY_PREFIX}_{}", key.id)
}
