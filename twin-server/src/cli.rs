//! The command line: arguments come in, a finished command goes out. Called by `main`.

mod data;
mod serve;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

use self::data::{BackupArgs, MigrateArgs, RestoreArgs};
use self::serve::{ConfigCommand, HealthArgs, ServeArgs, start_logging};
use crate::api;
use crate::config::LogConfig;
use crate::import::{self, ImportCounts};
use crate::manage::{AuditArgs, KeyArgs, UserArgs};
use crate::simulate::{self, SimulateConfig};

/// Serves a community: its model, its tiles and its live devices.
#[derive(Debug, Parser)]
#[command(name = "twin-server", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a publication and its devices over HTTP.
    Serve(ServeArgs),
    /// Ask a running server whether it is ready; exit code 1 if it is not.
    Health(HealthArgs),
    /// Check or print the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Copy the database into one file, also while the server runs.
    Backup(BackupArgs),
    /// Put a backup in the place of a database.
    Restore(RestoreArgs),
    /// Bring a database to the shape that this server needs; `serve` does so, too.
    Migrate(MigrateArgs),
    /// Register the devices of a list: GeoJSON points, or a table (CSV, XLSX); or put the displays of one (JSON).
    Import(ImportArgs),
    /// Simulate devices that report to a server, with faults now and then.
    Simulate(SimulateArgs),
    /// Add, list and change users, in the database itself.
    User(UserArgs),
    /// Issue, list and revoke keys of machines, in the database itself.
    Key(KeyArgs),
    /// Check or print the audit log.
    Audit(AuditArgs),
    /// Print the OpenAPI document of the HTTP interface.
    Openapi,
}

/// Where things are.
#[derive(Debug, Args)]
struct PlaceArgs {
    /// Folder of the publication, as `tile-builder build --out` wrote it.
    #[arg(long, env = "TWIN_PUBLICATION", value_name = "FOLDER")]
    publication: PathBuf,
    /// Database, made if it is missing.
    #[arg(long, env = "TWIN_DATABASE", hide_env_values = true, value_name = "sqlite:FILE|postgres://…")]
    database: String,
}

#[derive(Debug, Args)]
struct ImportArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// The list; `import` takes all of it or nothing. Of displays, each by itself if another program changes them
    /// meanwhile.
    #[arg(value_name = "devices.geojson|devices.csv|devices.xlsx|displays.json")]
    file: PathBuf,
}

#[derive(Debug, Args)]
struct SimulateArgs {
    /// Address of the server.
    #[arg(long, env = "TWIN_SERVER", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    server: String,
    /// Time between ticks, such as `1s` or `200ms`; each device reports every tenth tick.
    #[arg(long, env = "TWIN_INTERVAL", default_value = "1s", value_parser = duration)]
    interval: Duration,
    /// What chance starts from; the same seed gives the same faults.
    #[arg(long, env = "TWIN_SEED", default_value_t = 1)]
    seed: u64,
    /// The server's ingest key, if it has one.
    #[arg(long, env = "TWIN_INGEST_KEY", hide_env_values = true, value_name = "KEY")]
    ingest_key: Option<String>,
}

impl Cli {
    /// Does what the arguments ask for.
    ///
    /// # Errors
    /// With a message for the person who called.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve(args) => serve::serve(args),
            Command::Health(args) => serve::health(&args),
            Command::Config(command) => serve::config(command),
            Command::Backup(args) => data::backup(&args),
            Command::Restore(args) => data::restore(&args),
            Command::Migrate(args) => data::migrate(&args),
            Command::Import(args) => import(&args),
            Command::Simulate(args) => simulate(args),
            Command::User(args) => runtime()?.block_on(args.run()),
            Command::Key(args) => runtime()?.block_on(args.run()),
            Command::Audit(args) => runtime()?.block_on(args.run()),
            Command::Openapi => print(&api::openapi::document()),
        }
    }
}

fn import(args: &ImportArgs) -> anyhow::Result<()> {
    let ImportArgs { place, file } = args;
    let done = runtime()?.block_on(import::import(&place.publication, &place.database, file))?;
    let ImportCounts { added, updated, unchanged } = done;
    print(&format!("{added} added, {updated} updated, {unchanged} unchanged\n"))
}

fn simulate(args: SimulateArgs) -> anyhow::Result<()> {
    start_logging(&LogConfig::default())?;
    let SimulateArgs { server, interval, seed, ingest_key } = args;
    let config = SimulateConfig { server, interval, seed, key: ingest_key.filter(|key| !key.is_empty()) };
    runtime()?.block_on(async { simulate::simulate(config, stop_signal()?).await })
}

/// Reads a time such as `1s`, `1.5s` or `200ms`.
fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit_s) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 0.001),
        (None, Some(number)) => (number, 1.0),
        (None, None) => (text, 1.0),
    };
    let seconds = number.trim().parse::<f64>().map(|number| number * unit_s);
    match seconds {
        Ok(seconds) if (0.01..=3600.0).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("write a time from `10ms` to `3600s`".into()),
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")
}

/// Comes when the person or the supervisor wants the program to end. The handlers stand before this
/// returns, so that an early signal is not lost.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    {
        Ok(async {
            let _ = tokio::signal::ctrl_c().await;
        })
    }
}

pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("writing to standard output")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn times_are_read_with_their_unit() {
        assert_eq!(duration("1s"), Ok(Duration::from_secs(1)));
        assert_eq!(duration("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(duration("1.5"), Ok(Duration::from_millis(1500)));
        for bad in ["", "s", "0s", "-1s", "nan", "1h", "1e9s"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
