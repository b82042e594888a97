//! The address of a `PostgreSQL` database: what it means, and how it is shown without its password.

use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use crate::store::StoreError;

/// Whether an address names a `PostgreSQL` database.
pub(in crate::store) fn is_ours(address: &str) -> bool {
    address.starts_with("postgres://") || address.starts_with("postgresql://")
}

/// A database and how it is called in messages.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) options: PgConnectOptions,
    /// The address without its password.
    pub(super) name: String,
}

impl Place {
    /// Reads an address. What it leaves out comes from `PGHOST`, `PGUSER`, `PGPASSWORD` and the like.
    pub(super) fn of(address: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(address).ok().filter(|_| is_ours(address));
        // What is wrong with it is not told, for the parser may quote the password.
        let options = options.ok_or_else(|| StoreError::Address(without_password(address)))?;
        let options = options.application_name("twin-server").disable_statement_logging();
        Ok(Self { name: name_of(&options), options })
    }
}

fn name_of(options: &PgConnectOptions) -> String {
    let user = options.get_username();
    let database = options.get_database().unwrap_or(user);
    match options.get_socket() {
        Some(socket) => format!("postgres:///{database}?host={}&user={user}", socket.display()),
        None => format!("postgres://{user}@{}:{}/{database}", options.get_host(), options.get_port()),
    }
}

/// An address with `…` for whatever may be its password.
pub(in crate::store) fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    // A password may hold `@` and `/` that somebody forgot to escape.
    let rest = match rest.rsplit_once('@') {
        Some((user, place)) => match user.split_once(':') {
            Some((name, _)) => format!("{name}:…@{place}"),
            None => format!("{user}@{place}"),
        },
        None => rest.to_owned(),
    };
    let shown = |pair: &str| match pair.split_once('=') {
        Some((key, _)) if key.contains("password") => format!("{key}=…"),
        _ => pair.to_owned(),
    };
    let query = query.map(|query| query.split('&').map(shown).collect::<Vec<_>>().join("&"));
    query.map_or_else(|| format!("{scheme}://{rest}"), |query| format!("{scheme}://{rest}?{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (address, shown) in [
            ("postgres://twin:secret@db:5433/city", "postgres://twin:…@db:5433/city"),
            ("postgres://twin:se@cr/et@db/city", "postgres://twin:…@db/city"),
            (
                "postgres://twin@db/city?password=secret&sslmode=disable",
                "postgres://twin@db/city?password=…&sslmode=disable",
            ),
            ("postgress://twin:secret@db", "postgress://twin:…@db"),
            ("sqlite:twin.db", "sqlite:twin.db"),
        ] {
            assert_eq!(without_password(address), shown);
        }
    }

    #[test]
    fn a_place_is_called_by_where_it_is() {
        let name = |address: &str| Place::of(address).unwrap().name;
        assert_eq!(name("postgresql://twin:secret@db:5433/city"), "postgres://twin@db:5433/city");
        assert_eq!(
            name("postgres:///city?user=twin&host=/run/pg"),
            "postgres:///city?host=/run/pg&user=twin"
        );
        let error = Place::of("postgres://twin:secret@db:port/city").unwrap_err().to_string();
        assert!(!error.contains("secret") && error.contains("hint:"), "{error}");
    }
}
