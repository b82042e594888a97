//! The command line: arguments come in, a finished command goes out. Called by `main`.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::ServeConfig;
use crate::{api, app};

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
    #[arg(long, env = "TWIN_DATABASE", value_name = "sqlite:FILE")]
    database: String,
}

#[derive(Debug, Args)]
struct ServeArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, env = "TWIN_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Key that every writing request must carry; needed beyond loopback.
    #[arg(long, env = "TWIN_INGEST_KEY", hide_env_values = true, value_name = "KEY")]
    ingest_key: Option<String>,
    /// Memory for published files, in MiB.
    #[arg(long, env = "TWIN_CACHE_MIB", default_value_t = 256, value_name = "MIB")]
    cache_mib: usize,
}

impl Cli {
    /// Does what the arguments ask for.
    ///
    /// # Errors
    /// With a message for the person who called.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve(args) => serve(args),
            Command::Openapi => print(&api::openapi::document()),
        }
    }
}

fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let config = ServeConfig {
        publication: args.place.publication,
        database: args.place.database,
        listen: args.listen,
        ingest_key: args.ingest_key.filter(|key| !key.is_empty()),
        cache_bytes: args.cache_mib << 20,
    }
    .checked()?;
    start_logging()?;
    runtime()?.block_on(async {
        let stopped = stop_signal()?;
        app::serve(&config, stopped, |address| print(&format!("listening on http://{address}\n"))).await
    })
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")
}

/// Logs go to standard error; `TWIN_LOG` chooses what (`info`, `twin_server=debug`, …).
fn start_logging() -> anyhow::Result<()> {
    let filter = EnvFilter::builder()
        .with_env_var("TWIN_LOG")
        .try_from_env()
        .or_else(|_| EnvFilter::try_new("info"))
        .context("TWIN_LOG is not understood")?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    Ok(())
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

fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("writing to standard output")
}
