//! How values stand in columns, whatever the engine: instants as microseconds, lists and documents as JSON,
//! levels as numbers. Called by the engines.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde::de::DeserializeOwned;
use time::{Date, OffsetDateTime};
use twin_schemas::alarm::AlarmLevel;
use twin_schemas::live::DeviceStatus;

use super::{Naming, Numbering, StoreError, UserChange, UserEdit};
use crate::domain::audit::{Digest, Outcome};
use crate::domain::people::User;
use crate::domain::permission::{Grant, Role};
pub(super) use crate::domain::reading::to_us;

/// The instant of a stored number.
pub(super) fn from_us(time_us: i64) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(time_us) * 1_000)
        .map_err(|_| StoreError::Content(format!("instant {time_us} µs is out of range")))
}

/// Days since 1970.
pub(super) fn days(day: Date) -> i64 {
    day.midnight().assume_utc().unix_timestamp().div_euclid(86_400)
}

/// The day of a stored number.
pub(super) fn day_of(days: i64) -> Result<Date, StoreError> {
    let date = OffsetDateTime::from_unix_timestamp(days.saturating_mul(86_400));
    Ok(date.map_err(|_| StoreError::Content(format!("day {days} is out of range")))?.date())
}

/// A value as JSON.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Content(error.to_string()))
}

/// The value of a JSON text; `what` names it if it cannot be read.
pub(super) fn parsed<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Content(format!("{what}: {error}")))
}

/// The word for a level or a state, as it is written on the wire.
pub(super) fn word<T: Serialize>(value: T) -> Result<String, StoreError> {
    json(&value).map(|text| text.trim_matches('"').to_owned())
}

/// 1 to 4, from least to most urgent.
pub(super) fn number_of(level: AlarmLevel) -> i64 {
    AlarmLevel::ALL.iter().position(|known| *known == level).unwrap_or_default() as i64 + 1
}

/// The level of a stored number.
pub(super) fn level_of(number: i64) -> Result<AlarmLevel, StoreError> {
    let place = usize::try_from(number - 1).unwrap_or(usize::MAX);
    let unknown = || StoreError::Content(format!("level {number} is unknown"));
    AlarmLevel::ALL.get(place).copied().ok_or_else(unknown)
}

/// The status of a stored word.
pub(super) fn status_of(word: &str) -> Result<DeviceStatus, StoreError> {
    DeviceStatus::of_word(word).ok_or_else(|| StoreError::Content(format!("status `{word}` is unknown")))
}

/// The outcome of a stored word.
pub(super) fn outcome_of(word: &str) -> Result<Outcome, StoreError> {
    let known = Outcome::ALL.into_iter().find(|known| known.id() == word);
    known.ok_or_else(|| StoreError::Content(format!("outcome `{word}` of the audit log")))
}

/// The role of a stored word, if this version knows it.
pub(super) fn role_of(word: &str) -> Option<Role> {
    Role::ALL.iter().copied().find(|known| known.id() == word)
}

/// A stored digest.
pub(super) fn digest_of(column: &str, bytes: Vec<u8>) -> Result<Digest, StoreError> {
    bytes.try_into().map_err(|bytes: Vec<u8>| {
        StoreError::Content(format!("`{column}` has {} bytes, a digest has 32", bytes.len()))
    })
}

/// Makes a change of a user.
pub(super) fn apply(user: &mut User, edit: &UserEdit) {
    match &edit.display_name {
        Naming::Keep => {}
        Naming::TakeOut => user.display_name = None,
        Naming::Set(name) => user.display_name = Some(name.clone()),
    }
    if let Some(grants) = &edit.grants {
        user.grants.clone_from(grants);
    }
    if let Some(disabled) = edit.disabled {
        user.disabled = disabled;
    }
    if edit.subject.is_some() {
        user.subject.clone_from(&edit.subject);
    }
    match &edit.phone {
        Numbering::Keep => {}
        Numbering::TakeOut => user.has_phone = false,
        Numbering::Attach(_) => user.has_phone = true,
    }
}

/// What a user cannot be because another one is it.
pub(super) fn taken(users: &[User], user: &User) -> Option<UserChange> {
    let others = || users.iter().filter(|other| other.id != user.id);
    if others().any(|other| other.name == user.name) {
        return Some(UserChange::NameTaken);
    }
    let is_taken = user.subject.is_some() && others().any(|other| other.subject == user.subject);
    is_taken.then_some(UserChange::SubjectTaken)
}

/// The zones of a grant, one a row; an empty one stands for the whole community.
pub(super) fn zones_of(grant: &Grant) -> Vec<&str> {
    match &grant.zones {
        Some(zones) => zones.iter().map(String::as_str).collect(),
        None => vec![""],
    }
}

/// Adds a row of user, role and zone to the grants of all users. Rows come in the order of role and zone. A
/// role of a later version is left out: it grants nothing here.
pub(super) fn add_grant(by_user: &mut BTreeMap<String, Vec<Grant>>, user: String, role: &str, zone: String) {
    let Some(role) = role_of(role) else { return };
    let grants = by_user.entry(user).or_default();
    let limited = grants.iter_mut().filter(|grant| grant.role == role).find_map(|g| g.zones.as_mut());
    match (zone.is_empty(), limited) {
        (true, _) => grants.push(Grant::whole(role)),
        (false, Some(zones)) => drop(zones.insert(zone)),
        (false, None) => grants.push(Grant { role, zones: Some(BTreeSet::from([zone])) }),
    }
}
