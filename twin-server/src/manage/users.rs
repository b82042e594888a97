//! The command `user`.

use std::fmt::Write as _;

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use time::OffsetDateTime;

use super::{DatabaseArgs, NewDatabaseArgs, entry, secrets};
use crate::auth::{issue, passwords};
use crate::cli::print;
use crate::contacts::{ContactsConfig, Vault};
use crate::domain::contact::{Phone, SealedPhone};
use crate::domain::people::{User, check_grants, check_password};
use crate::domain::permission::Grant;
use crate::domain::privacy::Personal;
use crate::store::{Entrance, Store, UserChange, UserEdit};

/// Where the key of contact data is.
const KEY_VARIABLE: &str = "TWIN_CONTACTS_KEY";

/// Users.
#[derive(Debug, Args)]
pub struct UserArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a user; the password is asked for, or read as one line of standard input.
    Add {
        #[command(flatten)]
        database: NewDatabaseArgs,
        /// What they type to sign in.
        name: String,
        /// A role, such as `administrator` or `grid_worker@zone/z1+zone/z2`; may be given several times.
        #[arg(long, required = true)]
        role: Vec<Grant>,
        /// What they are called.
        #[arg(long)]
        display_name: Option<String>,
        /// Print an invitation instead of asking for a password.
        #[arg(long)]
        invite: bool,
        #[command(flatten)]
        phone: PhoneArgs,
    },
    /// List users with their roles.
    List(#[command(flatten)] DatabaseArgs),
    /// Give a user these roles in place of those that they have.
    SetRole {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Name of the user.
        name: String,
        /// A role, such as `administrator` or `grid_worker@zone/z1`; may be given several times.
        #[arg(long, required = true)]
        role: Vec<Grant>,
    },
    /// Let a user sign in no more, and end their sessions.
    Disable(#[command(flatten)] NameArgs),
    /// Let a disabled user sign in again.
    Enable(#[command(flatten)] NameArgs),
    /// Set a new password, and end the user's sessions.
    ResetPassword {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Name of the user.
        name: String,
        /// Print an invitation instead of asking for a password; the old one holds until it is used.
        #[arg(long)]
        invite: bool,
    },
}

/// A number in the place of a password. The key of contact data is taken from the environment alone: command lines are
/// read by others.
#[derive(Args)]
struct PhoneArgs {
    /// Their telephone number; a code that is sent to it lets them in, without a password [needs `TWIN_CONTACTS_KEY`].
    #[arg(long)]
    phone: Option<String>,
}

impl std::fmt::Debug for PhoneArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PhoneArgs").field("is_given", &self.phone.is_some()).finish()
    }
}

impl PhoneArgs {
    fn sealed(&self, user: &str) -> anyhow::Result<Option<SealedPhone>> {
        let Some(text) = &self.phone else { return Ok(None) };
        let phone = Phone::mobile(text)?;
        let key = std::env::var(KEY_VARIABLE).map_err(|_| {
            anyhow!("`--phone` needs the key of contact data\nhint: set {KEY_VARIABLE} to `contacts.key` of the server")
        })?;
        let key = key.parse().map_err(|error| anyhow!("environment variable {KEY_VARIABLE} {error}"))?;
        let config = ContactsConfig { key: Some(key), ..ContactsConfig::default() };
        let vault = Vault::of(&config)?;
        Ok(vault.map(|vault| vault.seal_phone(user, &phone)).transpose()?)
    }
}

#[derive(Debug, Args)]
struct NameArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// Name of the user.
    name: String,
}

impl UserArgs {
    /// Does what was asked for.
    ///
    /// # Errors
    /// With a message for the person who called.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Add { database, name, role, display_name, invite, phone } => {
                let display_name = display_name.map(Personal::new);
                let user = issue::user(&name, display_name, role, OffsetDateTime::now_utc())?;
                let phone = phone.sealed(&user.id)?;
                add(&*database.open().await?, user, invite, phone).await
            }
            Command::List(database) => list(&*database.open().await?).await,
            Command::SetRole { database, name, role } => {
                check_grants(&role)?;
                let edit = UserEdit { grants: Some(role), ..UserEdit::default() };
                change(&*database.open().await?, &name, edit).await
            }
            Command::Disable(NameArgs { database, name }) => {
                let edit = UserEdit { disabled: Some(true), ..UserEdit::default() };
                change(&*database.open().await?, &name, edit).await
            }
            Command::Enable(NameArgs { database, name }) => {
                let edit = UserEdit { disabled: Some(false), ..UserEdit::default() };
                change(&*database.open().await?, &name, edit).await
            }
            Command::ResetPassword { database, name, invite } => {
                reset(&*database.open().await?, &name, invite).await
            }
        }
    }
}

async fn add(store: &dyn Store, user: User, invite: bool, phone: Option<SealedPhone>) -> anyhow::Result<()> {
    let invited = invite.then(|| issue::invitation(OffsetDateTime::now_utc())).transpose()?;
    let (invitation, token) = invited.unzip();
    let entrance = match (phone, invitation) {
        (Some(phone), invitation) => Entrance::Phone(phone, invitation),
        (None, Some(invitation)) => Entrance::Invitation(invitation),
        (None, None) => {
            let password = secrets::new_password()?;
            check_password(&password, &user.name)?;
            Entrance::Password(passwords::hash(&password)?)
        }
    };
    let entry = entry("user.add", format!("user:{}", user.id)).with_detail(Grant::all_written(&user.grants));
    done(store.add_user(&user, &entrance, &entry).await?, &user.name)?;
    store.close().await?;
    print(&format!("added {} ({})\n", user.name, user.id))?;
    token.map_or(Ok(()), |token| print_invitation(&token, &user.grants))
}

async fn list(store: &dyn Store) -> anyhow::Result<()> {
    let mut table = String::new();
    for user in store.users().await? {
        let state = match (user.disabled, user.can_sign_in()) {
            (true, _) => "disabled",
            (false, true) => "active",
            (false, false) => "invited",
        };
        writeln!(table, "{}\t{}\t{state}\t{}", user.name, user.id, Grant::all_written(&user.grants))?;
    }
    store.close().await?;
    print(&table)
}

async fn change(store: &dyn Store, name: &str, edit: UserEdit) -> anyhow::Result<()> {
    let user = named(store, name).await?;
    let roles = edit.grants.as_deref().map(Grant::all_written);
    let disabling = edit.disabled.map(|disabled| format!("disabled={disabled}"));
    let entry = entry("user.change", format!("user:{}", user.id))
        .with_detail(roles.or(disabling).unwrap_or_default());
    done(store.change_user(&user.id, &edit, &entry).await?, name)?;
    store.close().await?;
    print(&format!("changed {}\n", user.name))
}

async fn reset(store: &dyn Store, name: &str, invite: bool) -> anyhow::Result<()> {
    let user = named(store, name).await?;
    if invite {
        let (invitation, token) = issue::invitation(OffsetDateTime::now_utc())?;
        store.invite(&user.id, invitation, &entry("user.invite", format!("user:{}", user.id))).await?;
        store.close().await?;
        return print_invitation(&token, &user.grants);
    }
    let password = secrets::new_password()?;
    check_password(&password, &user.name)?;
    let hashed = passwords::hash(&password)?;
    let entry = entry("user.password", format!("user:{}", user.id));
    store.set_password(&user.id, &hashed, None, &entry).await?;
    store.close().await?;
    print(&format!("set the password of {}\n", user.name))
}

fn print_invitation(token: &str, grants: &[Grant]) -> anyhow::Result<()> {
    let link = issue::invitation_link(token, grants);
    print(&format!("invitation, for seven days and one use: {link}\n"))
}

async fn named(store: &dyn Store, name: &str) -> anyhow::Result<User> {
    let found = store.users().await?.into_iter().find(|user| user.name == name);
    found.ok_or_else(|| anyhow!("there is no user `{name}`\nhint: `twin-server user list` names them"))
}

fn done(change: UserChange, name: &str) -> anyhow::Result<()> {
    match change {
        UserChange::Done => Ok(()),
        UserChange::Unknown => bail!("there is no user `{name}`"),
        // No command makes one another at the identity provider.
        UserChange::SubjectTaken => bail!("another user comes in in this way"),
        UserChange::PhoneTaken => bail!("another user has this number"),
        UserChange::NameTaken => bail!("another user has the name `{name}`"),
        UserChange::Refused(error) => Err(error.into()),
    }
}
