//! How much of a value someone gets to see: data classes and masks. Every answer that holds personal
//! data takes it through [`Personal::shown`]; the type has no other way out.

use serde::{Deserialize, Serialize};

use super::permission::{Actor, Role, Who};

/// How carefully a value is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataClass {
    /// For everyone.
    Public,
    /// For those who work for the community.
    Internal,
    /// About a person.
    Personal,
    /// Never leaves the server: digests, passwords.
    Secret,
}

/// How a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// Not at all.
    Hidden,
    /// So that it cannot be found out.
    Masked,
    /// As it is.
    Plain,
}

impl DataClass {
    /// What a role sees of it.
    #[must_use]
    pub const fn seen_by(self, role: Role) -> Sight {
        match (self, role) {
            (Self::Public, _) => Sight::Plain,
            (Self::Secret, _) | (_, Role::Resident | Role::Device) => Sight::Hidden,
            (Self::Internal, _)
            | (Self::Personal, Role::Administrator | Role::Community | Role::GridWorker) => Sight::Plain,
            (Self::Personal, Role::Property | Role::CommunityPlanner | Role::Company | Role::UpperUnit) => {
                Sight::Masked
            }
        }
    }
}

/// What an actor sees of a value of a class that belongs to a place. Roles limited to zones see
/// nothing more than masks of what belongs elsewhere.
#[must_use]
pub fn sight(actor: &Actor, class: DataClass, zone: Option<&str>) -> Sight {
    if class == DataClass::Public {
        return Sight::Plain;
    }
    let seen = |role: Role, zones: Option<&std::collections::BTreeSet<String>>| {
        let here = zones.is_none_or(|zones| zone.is_some_and(|zone| zones.contains(zone)));
        let sight = class.seen_by(role);
        if here { sight } else { sight.min(Sight::Masked) }
    };
    actor.grants().iter().map(|grant| seen(grant.role, grant.zones.as_ref())).max().unwrap_or(Sight::Hidden)
}

/// A text about a person: a name, a telephone number. Not printed by `{:?}`, not written as JSON.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Personal(String);

impl std::fmt::Debug for Personal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Personal(…)")
    }
}

/// A personal text as one actor may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Shown(String);

impl Shown {
    /// The text, for an answer whose type is another one.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }
}

impl Personal {
    /// A text about a person.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text for the store alone.
    #[must_use]
    pub fn for_store(&self) -> &str {
        &self.0
    }

    /// Number of characters, for limits.
    #[must_use]
    pub fn chars(&self) -> usize {
        self.0.chars().count()
    }

    /// What an actor sees of it. `subject` is the user whom it is about: people see themselves.
    #[must_use]
    pub fn shown(&self, actor: &Actor, subject: Option<&str>, zone: Option<&str>) -> Option<Shown> {
        let own = matches!(actor.who(), Who::User(id) if Some(id.as_str()) == subject);
        match sight(actor, DataClass::Personal, zone) {
            Sight::Plain => Some(Shown(self.0.clone())),
            _ if own => Some(Shown(self.0.clone())),
            Sight::Masked => Some(Shown(mask(&self.0))),
            Sight::Hidden => None,
        }
    }
}

/// Hides a name or a number. Of a number of seven digits or more the last two stay, of each word of
/// anything else its first character; stars do not tell how long it was.
#[must_use]
pub fn mask(text: &str) -> String {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    if digits.len() >= 7 {
        return format!("***{}", digits.iter().skip(digits.len() - 2).collect::<String>());
    }
    let words = text.split_whitespace().filter_map(|word| word.chars().next());
    words.map(|first| format!("{first}**")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::permission::Grant;

    fn actor(role: Role, zones: Option<&[&str]>) -> Actor {
        let zones = zones.map(|zones| zones.iter().map(|zone| (*zone).to_owned()).collect());
        Actor::new(Who::User("u-1".into()), vec![Grant { role, zones }], true)
    }

    fn check(role: Role, zones: Option<&[&str]>, expected: Option<&str>) {
        let shown = Personal::new("欧阳 修").shown(&actor(role, zones), None, Some("zone/z1"));
        assert_eq!(shown, expected.map(|text| Shown(text.into())), "{role:?} {zones:?}");
    }

    #[test]
    fn each_role_sees_as_much_of_a_name_as_its_work_needs() {
        check(Role::Administrator, None, Some("欧阳 修"));
        check(Role::GridWorker, Some(&["zone/z1"]), Some("欧阳 修"));
        check(Role::GridWorker, Some(&["zone/z2"]), Some("欧** 修**"));
        check(Role::Property, None, Some("欧** 修**"));
        check(Role::Resident, None, None);
        check(Role::Device, None, None);
    }

    #[test]
    fn people_see_their_own_data() {
        let name = Personal::new("Ann");
        assert_eq!(name.shown(&actor(Role::Resident, None), Some("u-1"), None), Some(Shown("Ann".into())));
        assert_eq!(name.shown(&actor(Role::Resident, None), Some("u-2"), None), None);
    }

    #[test]
    fn nobody_sees_secrets_and_everyone_what_is_public() {
        for role in Role::ALL {
            assert_eq!(DataClass::Secret.seen_by(*role), Sight::Hidden);
            assert_eq!(sight(&actor(*role, None), DataClass::Public, None), Sight::Plain);
        }
        assert_eq!(sight(&Actor::new(Who::Visitor, vec![], true), DataClass::Internal, None), Sight::Hidden);
    }

    #[test]
    fn a_mask_does_not_tell_what_it_hides() {
        assert_eq!(mask("13812345678"), "***78");
        assert_eq!(mask("+86 138-1234-5678"), "***78");
        assert_eq!(mask("张三"), mask("张三丰"));
        assert_eq!(mask("Ann Smith"), "A** S**");
        assert_eq!(mask(""), "");
    }

    #[test]
    fn a_name_does_not_get_into_a_log() {
        assert_eq!(format!("{:?}", Personal::new("Ann")), "Personal(…)");
    }
}
