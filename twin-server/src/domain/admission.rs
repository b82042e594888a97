//! Whether someone whom an organisation's identity provider has proven may come in, and as whom.

use super::people::{User, check_grants, check_name};
use super::permission::Grant;
use super::privacy::Personal;

/// Longest subject, in bytes; the standard allows 255 for the provider's part of it.
pub const SUBJECT_LIMIT_BYTES: usize = 1024;

/// Someone as the provider describes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Who they are there, for ever: issuer and `sub`.
    pub subject: String,
    /// What they are called there to sign in.
    pub name: Option<String>,
    /// What they are called.
    pub display_name: Option<Personal>,
    /// The roles that follow from their groups; nothing if roles are given here.
    pub grants: Option<Vec<Grant>>,
}

/// What is to be done to let someone in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// Nothing: they are this user.
    Enter(String),
    /// This user is them from now on, or has other roles from now on.
    Change {
        /// Id of the user.
        id: String,
        /// Whether the subject is new to the user.
        takes_over: bool,
        /// The roles, if they are others.
        grants: Option<Vec<Grant>>,
    },
    /// A new user of this name.
    Add {
        /// The name.
        name: String,
        /// The roles.
        grants: Vec<Grant>,
    },
}

/// Why someone is not let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// The provider gives no name that can be one here.
    #[error("the identity provider gives no name that a user can have here")]
    NoName,
    /// The name belongs to someone who comes in by other means.
    #[error("another user has the name that the identity provider gives")]
    NameTaken,
    /// Nobody has added them, and groups say nothing.
    #[error("nobody has added a user of this name")]
    Unknown,
    /// None of their groups has a role.
    #[error("none of their groups has a role here")]
    NoRole,
    /// They may not sign in any more.
    #[error("this user is disabled")]
    Disabled,
}

impl NotAdmitted {
    /// A stable name for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoName => "no_name",
            Self::NameTaken => "name_taken",
            Self::Unknown => "unknown_user",
            Self::NoRole => "no_role",
            Self::Disabled => "disabled",
        }
    }
}

/// Decides what is to be done for someone to come in. Whoever was added under their name and has not come in
/// by any means yet is taken to be them; nobody with a password is taken over.
///
/// # Errors
/// Why they may not.
pub fn admit(proven: &Proven, users: &[impl AsRef<User>]) -> Result<Admission, NotAdmitted> {
    let grants = match &proven.grants {
        Some(grants) if check_grants(grants).is_err() => return Err(NotAdmitted::NoRole),
        grants => grants.clone(),
    };
    let known = users.iter().map(AsRef::as_ref).find(|user| user.subject.as_ref() == Some(&proven.subject));
    if let Some(user) = known {
        return enter(user, false, grants);
    }
    let name = proven.name.as_deref().map(|name| name.trim().to_lowercase()).unwrap_or_default();
    check_name(&name).map_err(|_| NotAdmitted::NoName)?;
    match users.iter().map(AsRef::as_ref).find(|user| user.name == name) {
        Some(user) if user.can_sign_in() => Err(NotAdmitted::NameTaken),
        Some(user) => enter(user, true, grants),
        None => grants.map(|grants| Admission::Add { name, grants }).ok_or(NotAdmitted::Unknown),
    }
}

fn enter(user: &User, takes_over: bool, grants: Option<Vec<Grant>>) -> Result<Admission, NotAdmitted> {
    if user.disabled {
        return Err(NotAdmitted::Disabled);
    }
    let grants = grants.filter(|grants| sorted(grants) != sorted(&user.grants));
    let id = user.id.clone();
    Ok(match (takes_over, grants) {
        (false, None) => Admission::Enter(id),
        (takes_over, grants) => Admission::Change { id, takes_over, grants },
    })
}

fn sorted(grants: &[Grant]) -> Vec<&Grant> {
    let mut sorted: Vec<_> = grants.iter().collect();
    sorted.sort();
    sorted.dedup();
    sorted
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::domain::permission::Role;

    fn user(name: &str, subject: Option<&str>, has_password: bool) -> Box<User> {
        Box::new(User {
            id: format!("id-{name}"),
            name: name.into(),
            display_name: None,
            grants: vec![Grant::whole(Role::Resident)],
            disabled: false,
            has_password,
            subject: subject.map(str::to_owned),
            has_phone: false,
            created: datetime!(2026-05-01 12:00 UTC),
        })
    }

    fn proven(subject: &str, name: Option<&str>, grants: Option<Vec<Grant>>) -> Proven {
        Proven { subject: subject.into(), name: name.map(str::to_owned), display_name: None, grants }
    }

    #[test]
    fn whoever_was_here_before_comes_in_whatever_they_are_called_now() {
        let users = [user("ann", Some("s1"), false), user("bob", None, true)];
        let enter = Ok(Admission::Enter("id-ann".into()));
        assert_eq!(admit(&proven("s1", Some("bob"), None), &users), enter);
        assert_eq!(admit(&proven("s1", None, None), &users), enter);
        assert_eq!(admit(&proven("s1", None, Some(users[0].grants.clone())), &users), enter);
    }

    #[test]
    fn only_a_user_who_has_never_come_in_is_taken_over() {
        let users = [user("ann", Some("s1"), false), user("bob", None, true), user("eve", None, false)];
        for taken in ["ann", "bob", " BOB "] {
            assert_eq!(
                admit(&proven("s2", Some(taken), None), &users),
                Err(NotAdmitted::NameTaken),
                "{taken}"
            );
        }
        let change = Admission::Change { id: "id-eve".into(), takes_over: true, grants: None };
        assert_eq!(admit(&proven("s2", Some("Eve"), None), &users), Ok(change));
    }

    #[test]
    fn groups_give_roles_and_take_them() {
        let users = [user("ann", Some("s1"), false)];
        let planner = vec![Grant::whole(Role::CommunityPlanner)];
        let change =
            Admission::Change { id: "id-ann".into(), takes_over: false, grants: Some(planner.clone()) };
        assert_eq!(admit(&proven("s1", None, Some(planner.clone())), &users), Ok(change));
        let add = Admission::Add { name: "new".into(), grants: planner.clone() };
        assert_eq!(admit(&proven("s2", Some("new"), Some(planner.clone())), &users), Ok(add));
        assert_eq!(admit(&proven("s1", None, Some(vec![])), &users), Err(NotAdmitted::NoRole));
        assert_eq!(admit(&proven("s2", Some("new"), None), &users), Err(NotAdmitted::Unknown));
        for name in [None, Some("李伟"), Some("")] {
            assert_eq!(admit(&proven("s2", name, Some(planner.clone())), &users), Err(NotAdmitted::NoName));
        }
    }

    #[test]
    fn the_disabled_stay_outside() {
        let mut ann = user("ann", Some("s1"), false);
        ann.disabled = true;
        let mut eve = user("eve", None, false);
        eve.disabled = true;
        let users = [ann, eve];
        for (subject, name) in [("s1", "ann"), ("s2", "eve")] {
            assert_eq!(
                admit(&proven(subject, Some(name), None), &users),
                Err(NotAdmitted::Disabled),
                "{name}"
            );
        }
    }
}
