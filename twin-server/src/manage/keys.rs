//! The command `key`.

use std::fmt::Write as _;

use anyhow::bail;
use clap::{Args, Subcommand};
use time::{Duration, OffsetDateTime};

use super::{DatabaseArgs, NewDatabaseArgs, action, entry};
use crate::auth::issue::{self, KeyWish};
use crate::cli::print;
use crate::domain::keys::{KeyQuota, KeyState};
use crate::domain::permission::{Action, Grant, Role, Scope, Who};
use crate::store::Store;

/// Keys of machines.
#[derive(Debug, Args)]
pub struct KeyArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Issue a key and print it, once.
    Add(AddArgs),
    /// List keys, revoked ones included.
    List(#[command(flatten)] DatabaseArgs),
    /// Revoke a key; a running server refuses it within a second.
    Revoke {
        #[command(flatten)]
        database: DatabaseArgs,
        /// Id of the key: what stands between the two `_` at its beginning.
        id: String,
    },
}

#[derive(Debug, Args)]
struct AddArgs {
    #[command(flatten)]
    database: NewDatabaseArgs,
    /// What it is for.
    name: String,
    /// Its role.
    #[arg(long, default_value = "device")]
    role: Role,
    /// A zone that it is limited to, such as `zone/z1`; may be given several times.
    #[arg(long)]
    zone: Vec<String>,
    /// An action that it is limited to, such as `write_readings`; may be given several times.
    #[arg(long, value_parser = action)]
    action: Vec<Action>,
    /// A device that it is limited to, or the beginning of ids with `*` behind it; may be given several
    /// times.
    #[arg(long)]
    device: Vec<String>,
    /// Requests that it may send in a minute.
    #[arg(long, value_name = "COUNT")]
    per_minute: Option<u32>,
    /// Requests that it may send in a day (UTC).
    #[arg(long, value_name = "COUNT")]
    per_day: Option<u32>,
    /// Days after which it ends by itself.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: Option<u32>,
}

impl KeyArgs {
    /// Does what was asked for.
    ///
    /// # Errors
    /// With a message for the person who called.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Add(args) => add(args).await,
            Command::List(database) => list(&*database.open().await?).await,
            Command::Revoke { database, id } => revoke(&*database.open().await?, &id).await,
        }
    }
}

async fn add(args: AddArgs) -> anyhow::Result<()> {
    let now = OffsetDateTime::now_utc();
    let set = |list: Vec<String>| (!list.is_empty()).then(|| list.into_iter().collect());
    let actions = (!args.action.is_empty()).then(|| args.action.into_iter().collect());
    let wish = KeyWish {
        name: args.name,
        grant: Grant { role: args.role, zones: set(args.zone) },
        scope: Scope { actions, devices: set(args.device) },
        quota: KeyQuota { per_minute: args.per_minute, per_day: args.per_day },
        expires: args.days.map(|days| now + Duration::days(days.into())),
    };
    let (key, secret) = issue::key(wish, Who::CommandLine.to_string(), now)?;
    let store = args.database.open().await?;
    let entry = entry("key.issue", format!("key:{}", key.id)).with_detail(key.grant.to_string());
    store.add_key(&key, &entry).await?;
    store.close().await?;
    print(&format!("{secret}\n"))
}

async fn list(store: &dyn Store) -> anyhow::Result<()> {
    let now = OffsetDateTime::now_utc();
    let uses = store.key_uses((now - Duration::days(30)).date()).await?;
    let mut table = String::new();
    for key in store.keys().await? {
        let state = match key.state(now) {
            KeyState::Good => "good",
            KeyState::Expired => "expired",
            KeyState::Revoked => "revoked",
        };
        let requests: u64 = uses.iter().filter(|used| used.key == key.id).map(|used| used.requests).sum();
        let grant = &key.grant;
        writeln!(table, "{}\t{state}\t{grant}\t{requests} requests in 30 days\t{}", key.id, key.name)?;
    }
    store.close().await?;
    print(&table)
}

async fn revoke(store: &dyn Store, id: &str) -> anyhow::Result<()> {
    let revoked =
        store.revoke_key(id, OffsetDateTime::now_utc(), &entry("key.revoke", format!("key:{id}"))).await?;
    store.close().await?;
    if !revoked {
        bail!("there is no key `{id}`, or it was revoked before\nhint: `twin-server key list` names them");
    }
    print(&format!("revoked {id}\n"))
}
