//! Keys of machines: what one may do, how often, until when.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::audit::Digest;
use super::people::{UserError, check_zones};
use super::permission::{Action, Actor, Grant, Role, Scope, Who};

/// Longest name of a key, in characters.
pub const NAME_LIMIT: usize = 100;
/// Most devices and zones that a key is limited to.
pub const LIST_LIMIT: usize = 1_000;

/// How often a key may be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyQuota {
    /// Requests in a minute; absent for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub per_minute: Option<u32>,
    /// Requests in a day (UTC); absent for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub per_day: Option<u32>,
}

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Stable id; also the visible beginning of the key.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the key. The key is random, so that nothing slower is needed.
    pub digest: Digest,
    /// Its role.
    pub grant: Grant,
    /// What it is narrowed to.
    pub scope: Scope,
    /// How often it may be used.
    pub quota: KeyQuota,
    /// Who issued it.
    pub issuer: String,
    /// When it was issued.
    pub created: OffsetDateTime,
    /// When it ends by itself.
    pub expires: Option<OffsetDateTime>,
    /// When it was revoked.
    pub revoked: Option<OffsetDateTime>,
}

/// Why a key is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It is taken.
    Good,
    /// It ended by itself.
    Expired,
    /// It was revoked.
    Revoked,
}

impl ApiKey {
    /// Whether it is taken at an instant.
    #[must_use]
    pub fn state(&self, now: OffsetDateTime) -> KeyState {
        if self.revoked.is_some() {
            KeyState::Revoked
        } else if self.expires.is_some_and(|end| end <= now) {
            KeyState::Expired
        } else {
            KeyState::Good
        }
    }

    /// Whoever holds it.
    #[must_use]
    pub fn actor(&self, reads_publicly: bool) -> Actor {
        Actor::new(Who::Key(self.id.clone()), vec![self.grant.clone()], reads_publicly)
            .narrowed(self.scope.clone())
    }
}

/// Why a key cannot be issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name.
    #[error("a key's name has 1 to {NAME_LIMIT} characters, not {0}")]
    Name(usize),
    /// A list is empty or too long.
    #[error("`{what}` holds {count}, 1 to {LIST_LIMIT} are taken\nhint: leave it out for no limit")]
    Count {
        /// The list.
        what: &'static str,
        /// Its length.
        count: usize,
    },
    /// The id of a zone.
    #[error(transparent)]
    Zone(#[from] UserError),
    /// A device's id.
    #[error("`{0}` is neither the id of a device nor the beginning of one with `*` behind it")]
    Device(String),
    /// The action is not one of the role's.
    #[error("role `{role}` may not `{action}`", role = .role.id(), action = .action.id())]
    Action {
        /// The role.
        role: Role,
        /// The action.
        action: Action,
    },
    /// Only people may.
    #[error("`{}` is for people, not for keys", .0.id())]
    ForPeople(Action),
    /// It would never be taken.
    #[error("`expires` is not in the future")]
    Expired,
    /// A quota of nothing.
    #[error("a quota is at least 1\nhint: leave it out for no limit")]
    Quota,
}

/// Checks a key before it is issued.
///
/// # Errors
/// The first [`KeyError`] that holds.
pub fn check(key: &ApiKey, now: OffsetDateTime) -> Result<(), KeyError> {
    let length = key.name.chars().count();
    if !(1..=NAME_LIMIT).contains(&length) || key.name.chars().any(char::is_control) {
        return Err(KeyError::Name(length));
    }
    count("zones", key.grant.zones.as_ref().map(BTreeSet::len))?;
    count("devices", key.scope.devices.as_ref().map(BTreeSet::len))?;
    count("actions", key.scope.actions.as_ref().map(BTreeSet::len))?;
    check_zones(&key.grant)?;
    for device in key.scope.devices.iter().flatten() {
        let start = device.strip_suffix('*').unwrap_or(device);
        let good = start.is_empty() && device == "*" || super::registration::check_id(start).is_ok();
        if !good {
            return Err(KeyError::Device(device.chars().take(NAME_LIMIT).collect()));
        }
    }
    let role = key.grant.role;
    for action in key.scope.actions.iter().flatten().copied() {
        if action.is_for_people() {
            return Err(KeyError::ForPeople(action));
        }
        if !action.is_of(role) {
            return Err(KeyError::Action { role, action });
        }
    }
    if key.expires.is_some_and(|end| end <= now) {
        return Err(KeyError::Expired);
    }
    if key.quota.per_minute == Some(0) || key.quota.per_day == Some(0) {
        return Err(KeyError::Quota);
    }
    Ok(())
}

fn count(what: &'static str, count: Option<usize>) -> Result<(), KeyError> {
    match count {
        Some(count) if !(1..=LIST_LIMIT).contains(&count) => Err(KeyError::Count { what, count }),
        _ => Ok(()),
    }
}

/// How a key was used on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// Id of the key.
    pub key: String,
    /// The day (UTC).
    pub day: time::Date,
    /// Requests that were let through.
    pub requests: u64,
    /// Requests beyond the quota.
    pub refused: u64,
    /// The last request.
    pub last: OffsetDateTime,
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-05-01 12:00 UTC);

    fn key() -> ApiKey {
        ApiKey {
            id: "k".into(),
            name: "gateway".into(),
            digest: [0; 32],
            grant: Grant::whole(Role::Device),
            scope: Scope::default(),
            quota: KeyQuota::default(),
            issuer: "user:u".into(),
            created: NOON,
            expires: None,
            revoked: None,
        }
    }

    fn with_devices(devices: &[&str]) -> ApiKey {
        let devices = devices.iter().map(|id| (*id).to_owned()).collect();
        ApiKey { scope: Scope { actions: None, devices: Some(devices) }, ..key() }
    }

    #[test]
    fn a_key_is_taken_until_it_ends_or_is_revoked() {
        assert_eq!(key().state(NOON), KeyState::Good);
        let expires = Some(datetime!(2026-05-02 0:00 UTC));
        assert_eq!(ApiKey { expires, ..key() }.state(datetime!(2026-05-01 23:59 UTC)), KeyState::Good);
        assert_eq!(ApiKey { expires, ..key() }.state(datetime!(2026-05-02 0:00 UTC)), KeyState::Expired);
        assert_eq!(ApiKey { revoked: Some(NOON), ..key() }.state(NOON), KeyState::Revoked);
    }

    #[test]
    fn limits_that_mean_nothing_are_refused() {
        assert_eq!(check(&key(), NOON), Ok(()));
        assert_eq!(check(&with_devices(&["lamp-1", "bin-*"]), NOON), Ok(()));
        assert!(matches!(check(&with_devices(&[]), NOON), Err(KeyError::Count { what: "devices", .. })));
        assert!(matches!(check(&with_devices(&["a*b"]), NOON), Err(KeyError::Device(_))));
        assert_eq!(check(&ApiKey { expires: Some(NOON), ..key() }, NOON), Err(KeyError::Expired));
        assert_eq!(check(&ApiKey { name: String::new(), ..key() }, NOON), Err(KeyError::Name(0)));
        let quota = KeyQuota { per_minute: Some(0), per_day: None };
        assert_eq!(check(&ApiKey { quota, ..key() }, NOON), Err(KeyError::Quota));
    }

    #[test]
    fn a_key_cannot_be_given_what_its_role_has_not_or_what_is_for_people() {
        let with = |role, action| {
            let scope = Scope { actions: Some([action].into()), devices: None };
            check(&ApiKey { grant: Grant::whole(role), scope, ..key() }, NOON)
        };
        assert_eq!(with(Role::Device, Action::WriteReadings), Ok(()));
        assert!(matches!(with(Role::Device, Action::ReadMetrics), Err(KeyError::Action { .. })));
        assert!(matches!(with(Role::Administrator, Action::ManageUsers), Err(KeyError::ForPeople(_))));
    }
}
