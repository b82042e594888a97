//! Users: what may be one, how long a session holds, and that an administrator always remains.

use std::collections::BTreeSet;
use std::time::Duration;

use time::OffsetDateTime;

use super::permission::{Grant, Role};
use super::privacy::Personal;

/// Longest name to sign in with, in characters.
pub const NAME_LIMIT: usize = 64;
/// Longest name for people, in characters.
pub const DISPLAY_NAME_LIMIT: usize = 100;
/// Shortest password, in characters.
pub const PASSWORD_MIN: usize = 10;
/// Longest password, in bytes: hashing reads all of it.
pub const PASSWORD_LIMIT_BYTES: usize = 256;
/// Most grants of one user.
pub const GRANT_LIMIT: usize = 32;
/// Most zones of one grant.
pub const ZONE_LIMIT: usize = 256;
/// Longest id of a zone, in characters.
pub const ZONE_ID_LIMIT: usize = 200;

/// How long sessions hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Since the last request.
    pub idle: Duration,
    /// Since the sign-in.
    pub most: Duration,
}

impl Default for SessionLimits {
    /// Two hours and twelve hours: a shift.
    fn default() -> Self {
        Self { idle: Duration::from_secs(2 * 3600), most: Duration::from_secs(12 * 3600) }
    }
}

impl SessionLimits {
    /// The instant at which a session ends if nobody uses it.
    #[must_use]
    pub fn end(&self, created: OffsetDateTime, seen: OffsetDateTime) -> OffsetDateTime {
        (seen + self.idle).min(created + self.most)
    }
}

/// Someone who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Stable id, which logs and other data hold instead of a name.
    pub id: String,
    /// What they type to sign in; unique, lower case.
    pub name: String,
    /// What they are called.
    pub display_name: Option<Personal>,
    /// Their roles.
    pub grants: Vec<Grant>,
    /// Whether they may not sign in any more.
    pub disabled: bool,
    /// Whether they have chosen a password.
    pub has_password: bool,
    /// Who they are at the identity provider, if they come in from there: issuer and `sub`.
    pub subject: Option<String>,
    /// Whether a telephone number is attached to them.
    pub has_phone: bool,
    /// When they were added.
    pub created: OffsetDateTime,
}

impl User {
    /// Whether they are, or will be with a password, an administrator of the whole community.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        !self.disabled && self.grants.contains(&Grant::whole(Role::Administrator))
    }

    /// Whether they have a way in.
    #[must_use]
    pub fn can_sign_in(&self) -> bool {
        self.has_password || self.subject.is_some() || self.comes_by_phone()
    }

    /// Whether a code that is sent to their number lets them in. Administrators it does not: whoever gets hold of a
    /// number for a minute, as has been done to mobile networks, would have everything.
    #[must_use]
    pub fn comes_by_phone(&self) -> bool {
        self.has_phone && !self.disabled && self.grants.iter().all(|grant| grant.role != Role::Administrator)
    }

    /// Whether they can run the system now: no key, and no other user, would be needed to let one in.
    #[must_use]
    pub fn administers(&self) -> bool {
        self.can_sign_in() && self.is_administrator()
    }
}

/// Why something cannot be a user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserError {
    /// The name.
    #[error("a name has 2 to {NAME_LIMIT} lower-case letters, digits, `-`, `_`, `.` or `@`, not `{0}`")]
    Name(String),
    /// The name for people.
    #[error("`display_name` has {0} characters, limit {DISPLAY_NAME_LIMIT}")]
    DisplayName(usize),
    /// The password is too short.
    #[error("a password has at least {PASSWORD_MIN} characters and at most {PASSWORD_LIMIT_BYTES} bytes")]
    PasswordLength,
    /// The password is the first to be tried.
    #[error("this password is one of the first that others would try; choose one that says nothing of you")]
    PasswordEasy,
    /// Too many grants, or too many zones.
    #[error("{what} holds {count}, 1 to {limit} are taken")]
    Count {
        /// The list.
        what: &'static str,
        /// Its length.
        count: usize,
        /// How many it may hold.
        limit: usize,
    },
    /// The id of a zone.
    #[error("`{0}` cannot be the id of a zone")]
    Zone(String),
    /// A person is no device.
    #[error("role `device` is for keys, not for people")]
    DeviceRole,
    /// The first user could not let others in.
    #[error("the first user must be an administrator of the whole community")]
    FirstUser,
    /// Nobody would be left.
    #[error("without this user nobody would administer the whole community")]
    LastAdministrator,
}

/// Checks a name.
///
/// # Errors
/// If it is too short or long or has other characters: names that look alike must not be two.
pub fn check_name(name: &str) -> Result<(), UserError> {
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.' | b'@');
    if !(2..=NAME_LIMIT).contains(&name.len()) || !name.bytes().all(good) {
        return Err(UserError::Name(name.chars().take(NAME_LIMIT).collect()));
    }
    Ok(())
}

/// Checks a name for people.
///
/// # Errors
/// If it is too long.
pub fn check_display_name(name: Option<&Personal>) -> Result<(), UserError> {
    let length = name.map_or(0, Personal::chars);
    if length > DISPLAY_NAME_LIMIT { Err(UserError::DisplayName(length)) } else { Ok(()) }
}

/// Checks a password.
///
/// # Errors
/// If it is short, endless, or as good as the name, a row of keys or one character repeated.
pub fn check_password(password: &str, name: &str) -> Result<(), UserError> {
    if password.chars().count() < PASSWORD_MIN || password.len() > PASSWORD_LIMIT_BYTES {
        return Err(UserError::PasswordLength);
    }
    let plain = password.to_lowercase();
    let few = plain.chars().collect::<BTreeSet<_>>().len() < 4;
    let known = ["1234567890", "0123456789", "qwertyuiop", "password", "community", "administrator"];
    if few
        || plain.contains(name)
        || known.iter().any(|known| known.contains(&plain) || mostly(&plain, known))
    {
        return Err(UserError::PasswordEasy);
    }
    Ok(())
}

/// Whether a text is a known one with a few characters around it.
fn mostly(text: &str, known: &str) -> bool {
    text.contains(known) && text.chars().count() < known.len() + 5
}

/// Checks the roles of a user.
///
/// # Errors
/// If there are too many, a list of zones is empty, or the role is not for people.
pub fn check_grants(grants: &[Grant]) -> Result<(), UserError> {
    let count = |what, count, limit| {
        if (1..=limit).contains(&count) { Ok(()) } else { Err(UserError::Count { what, count, limit }) }
    };
    count("`roles`", grants.len(), GRANT_LIMIT)?;
    for grant in grants {
        if grant.role == Role::Device {
            return Err(UserError::DeviceRole);
        }
        count("`zones`", grant.zones.as_ref().map_or(1, BTreeSet::len), ZONE_LIMIT)?;
        check_zones(grant)?;
    }
    Ok(())
}

/// Checks the ids of the zones that a grant is limited to.
///
/// # Errors
/// If one of them cannot be the id of a zone. Whether there is such a zone is another matter: zones
/// come and go with publications.
pub fn check_zones(grant: &Grant) -> Result<(), UserError> {
    let good = |zone: &str| {
        (1..=ZONE_ID_LIMIT).contains(&zone.chars().count()) && !zone.chars().any(char::is_control)
    };
    match grant.zones.iter().flatten().find(|zone| !good(zone)) {
        Some(zone) => Err(UserError::Zone(zone.chars().take(ZONE_ID_LIMIT).collect())),
        None => Ok(()),
    }
}

/// Checks that somebody still administers after a change.
///
/// # Errors
/// If nobody would.
pub fn check_administrated<'a>(mut after: impl Iterator<Item = &'a User>) -> Result<(), UserError> {
    if after.any(User::administers) { Ok(()) } else { Err(UserError::LastAdministrator) }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn names_that_look_alike_or_break_lines_are_refused() {
        for good in ["li.wei", "a1", "w@street-7", "grid_3"] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in ["", "a", "Li", "李伟", "a b", "a\n", "а1", &"x".repeat(65)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn passwords_that_are_tried_first_are_refused() {
        assert_eq!(check_password("correct horse battery", "li.wei"), Ok(()));
        assert_eq!(check_password("三棵柳树两座桥一条河流", "li.wei"), Ok(()));
        for (password, error) in [
            ("short", UserError::PasswordLength),
            ("", UserError::PasswordLength),
            (&"xyz1".repeat(65), UserError::PasswordLength),
            ("aaaaaaaaaaaa", UserError::PasswordEasy),
            ("1234567890", UserError::PasswordEasy),
            ("Password123", UserError::PasswordEasy),
            ("li.wei-2026", UserError::PasswordEasy),
        ] {
            assert_eq!(check_password(password, "li.wei"), Err(error), "{password}");
        }
    }

    #[test]
    fn a_list_of_no_zones_is_a_slip_and_not_everywhere() {
        let none = Grant { role: Role::Property, zones: Some(BTreeSet::new()) };
        assert!(matches!(check_grants(&[none]), Err(UserError::Count { what: "`zones`", count: 0, .. })));
        assert!(matches!(check_grants(&[]), Err(UserError::Count { what: "`roles`", .. })));
        assert_eq!(check_grants(&[Grant::whole(Role::Device)]), Err(UserError::DeviceRole));
        assert_eq!(check_grants(&[Grant::whole(Role::Resident)]), Ok(()));
        for zone in ["", "zone/\n", &"z".repeat(201)] {
            let grant = Grant { role: Role::Property, zones: Some([zone.to_owned()].into()) };
            assert!(matches!(check_grants(&[grant]), Err(UserError::Zone(_))), "{zone}");
        }
    }

    #[test]
    fn an_administrator_remains_who_can_sign_in() {
        let user = |has_password, disabled| User {
            id: "u".into(),
            name: "ann".into(),
            display_name: None,
            grants: vec![Grant::whole(Role::Administrator)],
            disabled,
            has_password,
            subject: None,
            has_phone: true,
            created: datetime!(2026-05-01 12:00 UTC),
        };
        let (good, invited, gone) = (user(true, false), user(false, false), user(true, true));
        assert_eq!(check_administrated([&good, &invited].into_iter()), Ok(()));
        let nobody = check_administrated([&invited, &gone].into_iter());
        assert_eq!(nobody, Err(UserError::LastAdministrator));
    }

    #[test]
    fn a_number_lets_in_everyone_but_administrators_and_those_who_are_disabled() {
        let user = |role, disabled| User {
            id: "u".into(),
            name: "ann".into(),
            display_name: None,
            grants: vec![Grant::whole(Role::Resident), Grant::whole(role)],
            disabled,
            has_password: false,
            subject: None,
            has_phone: true,
            created: datetime!(2026-05-01 12:00 UTC),
        };
        for role in Role::ALL {
            assert_eq!(user(*role, false).can_sign_in(), *role != Role::Administrator, "{role:?}");
            assert!(!user(*role, true).comes_by_phone(), "{role:?}");
        }
        assert!(!User { has_phone: false, ..user(Role::Property, false) }.can_sign_in());
    }

    #[test]
    fn a_session_ends_when_idle_and_in_any_case_after_its_time() {
        let limits = SessionLimits { idle: Duration::from_secs(60), most: Duration::from_secs(100) };
        let start = datetime!(2026-05-01 12:00 UTC);
        assert_eq!(limits.end(start, start), datetime!(2026-05-01 12:01 UTC));
        assert_eq!(limits.end(start, datetime!(2026-05-01 12:01 UTC)), datetime!(2026-05-01 12:01:40 UTC));
    }
}
