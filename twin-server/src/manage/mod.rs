//! The commands `user`, `key` and `audit`: they change the database itself, beside a running server or
//! without one. A server on the same database takes changes over within a second. Called by `cli`.

mod audit;
mod keys;
mod secrets;
mod users;

use std::sync::Arc;

use clap::Args;

pub use self::audit::AuditArgs;
pub use self::keys::KeyArgs;
pub use self::users::UserArgs;
use crate::domain::audit::AuditDraft;
use crate::domain::permission::{Action, Who};
use crate::store::{self, Store, StoreError};

/// Which database; it must be there.
#[derive(Debug, Args)]
struct DatabaseArgs {
    /// The database.
    #[arg(long, env = "TWIN_DATABASE", hide_env_values = true, value_name = "sqlite:FILE|postgres://…")]
    database: String,
}

impl DatabaseArgs {
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        store::open_existing(&self.database).await
    }
}

/// Which database; the first user and the first key may come before the first start of the server.
#[derive(Debug, Args)]
struct NewDatabaseArgs {
    /// Database, made if it is missing.
    #[arg(long, env = "TWIN_DATABASE", hide_env_values = true, value_name = "sqlite:FILE|postgres://…")]
    database: String,
}

impl NewDatabaseArgs {
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        store::open(&self.database).await
    }
}

/// An entry of the audit log about what a command does.
fn entry(action: &str, object: String) -> AuditDraft {
    AuditDraft::new(time::OffsetDateTime::now_utc(), Who::CommandLine.to_string(), action, object)
}

fn action(name: &str) -> Result<Action, String> {
    let found = Action::ALL.iter().copied().find(|action| action.id() == name);
    found.ok_or_else(|| {
        format!("use one of {}", Action::ALL.iter().map(|a| a.id()).collect::<Vec<_>>().join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_action_is_answered_with_those_that_are() {
        assert!(action("fly").unwrap_err().contains("write_readings"));
    }
}
