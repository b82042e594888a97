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
use crate::domain::permission::{Action, Grant, Role, Who};
use crate::store::{self, Store, StoreError};

/// Which database.
#[derive(Debug, Args)]
struct DatabaseArgs {
    /// Database, made if it is missing.
    #[arg(long, env = "TWIN_DATABASE", hide_env_values = true, value_name = "sqlite:FILE|postgres://…")]
    database: String,
}

impl DatabaseArgs {
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        store::open(&self.database).await
    }
}

/// An entry of the audit log about what a command does.
fn entry(action: &str, object: String) -> AuditDraft {
    AuditDraft::new(time::OffsetDateTime::now_utc(), Who::CommandLine.to_string(), action, object)
}

/// Reads a role, limited to zones or not: `resident`, `grid_worker@zone/z1+zone/z2`.
fn grant(text: &str) -> Result<Grant, String> {
    let (name, zones) = text.split_once('@').map_or((text, None), |(name, zones)| (name, Some(zones)));
    let zones = zones.map(|zones| zones.split('+').map(str::trim).map(str::to_owned).collect());
    Ok(Grant { role: role(name)?, zones })
}

fn role(name: &str) -> Result<Role, String> {
    let found = Role::ALL.iter().copied().find(|role| role.id() == name);
    found.ok_or_else(|| {
        format!("use one of {}", Role::ALL.iter().map(|r| r.id()).collect::<Vec<_>>().join(", "))
    })
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
    fn roles_are_written_as_they_are_read() {
        for text in ["resident", "grid_worker@zone/z1+zone/z2"] {
            assert_eq!(grant(text).unwrap().to_string(), text);
        }
        assert!(grant("king").unwrap_err().contains("community_planner"));
        assert!(action("fly").unwrap_err().contains("write_readings"));
    }
}
