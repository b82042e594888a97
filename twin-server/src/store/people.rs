//! Users and their invitations: what a store can be asked of them. Each change writes its audit
//! entry in the same transaction.

use time::OffsetDateTime;

use super::Answer;
use crate::domain::audit::{AuditDraft, Digest};
use crate::domain::contact::SealedPhone;
use crate::domain::people::{User, UserError};
use crate::domain::permission::Grant;
use crate::domain::privacy::Personal;

/// A link with which a user chooses a password, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitation {
    /// SHA-256 of its token.
    pub digest: Digest,
    /// When it ends.
    pub expires: OffsetDateTime,
}

/// How a new user gets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entrance {
    /// With a password, given as an Argon2 string.
    Password(String),
    /// By choosing one.
    Invitation(Invitation),
    /// As the one whom the identity provider knows by the user's subject.
    IdentityProvider,
    /// With a code that is sent to their number; also by choosing a password, if they were invited to.
    Phone(SealedPhone, Option<Invitation>),
}

/// What becomes of what a user is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Naming {
    /// It stays.
    #[default]
    Keep,
    /// It is taken out.
    TakeOut,
    /// It is replaced.
    Set(Personal),
}

/// What becomes of a user's number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Numbering {
    /// It stays.
    #[default]
    Keep,
    /// It is deleted.
    TakeOut,
    /// It is attached, in the place of an earlier one.
    Attach(SealedPhone),
}

/// What is to be changed of a user; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserEdit {
    /// What they are called.
    pub display_name: Naming,
    /// Their roles.
    pub grants: Option<Vec<Grant>>,
    /// Whether they may not sign in. Disabling ends their sessions.
    pub disabled: Option<bool>,
    /// Who they are at the identity provider.
    pub subject: Option<String>,
    /// The number that they sign in with.
    pub phone: Numbering,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserChange {
    /// It was made.
    Done,
    /// There is no such user.
    Unknown,
    /// Another user has the name.
    NameTaken,
    /// Another user is this one at the identity provider.
    SubjectTaken,
    /// Another user has the number.
    PhoneTaken,
    /// It may not be.
    Refused(UserError),
}

/// Users.
pub trait PeopleStore: Send + Sync {
    /// A number that every change of users, sessions or keys by whatever process makes larger.
    fn people_revision(&self) -> Answer<'_, i64>;

    /// All users, by name.
    fn users(&self) -> Answer<'_, Vec<User>>;

    /// The password of a user as an Argon2 string.
    fn password_of<'a>(&'a self, user: &'a str) -> Answer<'a, Option<String>>;

    /// Adds a user. The first must be an administrator.
    fn add_user<'a>(
        &'a self,
        user: &'a User,
        entrance: &'a Entrance,
        audit: &'a AuditDraft,
    ) -> Answer<'a, UserChange>;

    /// Changes a user, unless no administrator would be left.
    fn change_user<'a>(
        &'a self,
        id: &'a str,
        edit: &'a UserEdit,
        audit: &'a AuditDraft,
    ) -> Answer<'a, UserChange>;

    /// Sets a password, ends the user's sessions but one, and takes back invitations. False if there
    /// is no such user.
    fn set_password<'a>(
        &'a self,
        id: &'a str,
        password: &'a str,
        keep: Option<&'a Digest>,
        audit: &'a AuditDraft,
    ) -> Answer<'a, bool>;

    /// Invites a user to choose a password; an earlier invitation ends. False if there is no such
    /// user.
    fn invite<'a>(&'a self, id: &'a str, invitation: Invitation, audit: &'a AuditDraft) -> Answer<'a, bool>;

    /// The user whom an invitation is for, if it holds at this instant.
    fn invited(&self, digest: Digest, now: OffsetDateTime) -> Answer<'_, Option<String>>;

    /// Sets a password as [`Self::set_password`] does, if the invitation still holds, and uses it up.
    fn accept_invitation<'a>(
        &'a self,
        digest: Digest,
        now: OffsetDateTime,
        password: &'a str,
        audit: &'a AuditDraft,
    ) -> Answer<'a, bool>;
}
