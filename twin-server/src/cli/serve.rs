//! `serve` and `config`: from options, environment and file to the configuration.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use tracing_subscriber::EnvFilter;

use super::{print, runtime, stop_signal};
use crate::app;
use crate::config::{self, Loaded, LogConfig, LogFormat, Sources};
use crate::metrics::Process;

/// How long a server may take to say whether it is ready.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(6);
/// Most bytes of its answer that are read.
const HEALTH_LIMIT_BYTES: u64 = 64 * 1024;

/// What overrules the file and the environment. Each option has a variable, such as `TWIN_LISTEN`.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Configuration file; `twin-server config example` prints one.
    #[arg(long, env = "TWIN_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the publication, as `tile-builder build --out` wrote it [env: `TWIN_PUBLICATION`].
    #[arg(long, value_name = "FOLDER")]
    publication: Option<String>,
    /// Database, made if it is missing [env: `TWIN_DATABASE`].
    #[arg(long, value_name = "sqlite:FILE|postgres://…")]
    database: Option<String>,
    /// Address and port to listen on; port 0 takes a free one [env: `TWIN_LISTEN`; default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Key with which devices are registered and report; needed beyond loopback [env: `TWIN_INGEST_KEY`].
    #[arg(long, value_name = "KEY")]
    ingest_key: Option<String>,
    /// Let nobody read without a sign-in or a key [env: `TWIN_AUTH_REQUIRE_SIGN_IN`; default: the model, its
    /// tiles and devices are public].
    #[arg(long)]
    require_sign_in: bool,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, such as `10.0.0.0/8,::1`
    /// [env: `TWIN_AUTH_TRUSTED_PROXIES`].
    #[arg(long, value_name = "NETWORK,…")]
    trusted_proxies: Option<String>,
    /// Memory for published files, in MiB [env: `TWIN_CACHE_MIB`; default: 256].
    #[arg(long, value_name = "MIB")]
    cache_mib: Option<String>,
    /// Days that readings are kept; 0 keeps them for ever [env: `TWIN_RETENTION_DAYS`; default: 30].
    #[arg(long, value_name = "DAYS")]
    retention_days: Option<String>,
    /// Days that readings of one kind of device are kept, such as `camera=7`; may be given several times.
    #[arg(long = "retention", value_name = "KIND=DAYS")]
    retention: Vec<String>,
    /// MQTT broker to take readings from: `mqtt://host:1883` or `mqtts://name:password@host:8883`
    /// [env: `TWIN_MQTT_URL`].
    #[arg(long, value_name = "URL")]
    mqtt: Option<String>,
    /// Version of MQTT that the broker speaks: `5` or `3.1.1` [env: `TWIN_MQTT_VERSION`; default: 5].
    #[arg(long, value_name = "VERSION")]
    mqtt_version: Option<String>,
    /// What topics begin with: `PREFIX/devices/{device}/{stream}` [env: `TWIN_MQTT_PREFIX`; default: twin].
    #[arg(long, value_name = "PREFIX")]
    mqtt_prefix: Option<String>,
    /// Name of the server's session in the broker. Two servers need two; another prefix needs another
    /// [env: `TWIN_MQTT_CLIENT_ID`; default: twin-server].
    #[arg(long, value_name = "ID")]
    mqtt_client_id: Option<String>,
    /// Certificates (PEM) to trust for `mqtts://`, instead of the system's [env: `TWIN_MQTT_CA`].
    #[arg(long, value_name = "FILE")]
    mqtt_ca: Option<String>,
    /// How lines of the log look: `text` or `json` [env: `TWIN_LOG_FORMAT`; default: text].
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Any key of the configuration, such as `limits.viewers=2000`; may be given again.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_and_value)]
    set: Vec<(String, String)>,
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Check it and say nothing if it is good. Publication, database, certificates and the address to listen on
    /// are not opened.
    Check(ServeArgs),
    /// Print what is in force, and where each value came from; secrets are left out.
    Print(ServeArgs),
    /// Print a file with every key, explained, at its default.
    Example,
}

#[derive(Debug, Args)]
pub(super) struct HealthArgs {
    /// Address of the server.
    #[arg(long, env = "TWIN_SERVER", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    server: String,
}

impl ServeArgs {
    fn load(self) -> anyhow::Result<Loaded> {
        let mut sources = Sources { environment: environment(), ..Sources::default() };
        if let Some(file) = &self.config {
            sources.read_file(file)?;
        }
        let kinds = (!self.retention.is_empty()).then(|| self.retention.join(","));
        let named = [
            ("publication", "publication", self.publication),
            ("database", "database", self.database),
            ("listen", "listen", self.listen),
            ("ingest-key", "ingest_key", self.ingest_key),
            ("require-sign-in", "auth.require_sign_in", self.require_sign_in.then(|| "true".to_owned())),
            ("trusted-proxies", "auth.trusted_proxies", self.trusted_proxies),
            ("cache-mib", "cache_mib", self.cache_mib),
            ("retention-days", "retention.days", self.retention_days),
            ("retention", "retention.kinds", kinds),
            ("mqtt", "mqtt.url", self.mqtt),
            ("mqtt-version", "mqtt.version", self.mqtt_version),
            ("mqtt-prefix", "mqtt.prefix", self.mqtt_prefix),
            ("mqtt-client-id", "mqtt.client_id", self.mqtt_client_id),
            ("mqtt-ca", "mqtt.ca", self.mqtt_ca),
            ("log-format", "log.format", self.log_format),
        ];
        let set = self.set.into_iter().map(|(key, value)| ("set".to_owned(), key, value));
        let named = named
            .into_iter()
            .filter_map(|(option, key, value)| Some((option.to_owned(), key.to_owned(), value?)));
        sources.options = set.chain(named).collect();
        Ok(Loaded::from(&sources)?)
    }
}

pub(super) fn serve(args: ServeArgs) -> anyhow::Result<()> {
    Process::started();
    let config = args.load()?.config.checked()?;
    start_logging(&config.log)?;
    runtime()?.block_on(async {
        let stopped = stop_signal()?;
        app::serve(&config, stopped, |address| print(&format!("listening on http://{address}\n"))).await
    })
}

pub(super) fn config(command: ConfigCommand) -> anyhow::Result<()> {
    match command {
        ConfigCommand::Check(args) => args.load()?.config.checked().map(|_| ()).map_err(Into::into),
        ConfigCommand::Print(args) => print(&config::effective(&args.load()?)),
        ConfigCommand::Example => print(&config::example()),
    }
}

/// Asks a server whether it is ready, for containers without another program that speaks HTTP.
pub(super) fn health(args: &HealthArgs) -> anyhow::Result<()> {
    let agent = ureq::Agent::config_builder()
        .timeout_global(Some(HEALTH_TIMEOUT))
        .http_status_as_error(false)
        .build()
        .new_agent();
    let url = format!("{}/health/ready", args.server.trim_end_matches('/'));
    let mut answer = agent.get(&url).call().with_context(|| format!("`{url}` does not answer"))?;
    let ready = answer.status().is_success();
    let text = answer.body_mut().with_config().limit(HEALTH_LIMIT_BYTES).read_to_string()?;
    if !ready {
        bail!("the server is not ready: {text}");
    }
    print(&format!("{text}\n"))
}

/// The variables that may be ours.
fn environment() -> BTreeMap<String, String> {
    let ours = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        let name = name.into_string().ok().filter(|name| name.starts_with("TWIN_"))?;
        Some((name, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(ours).collect()
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    let (key, value) =
        text.split_once('=').ok_or("write it as `key=value`, such as `limits.viewers=2000`")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

/// Logs go to standard error; `TWIN_LOG` chooses what (`info`, `twin_server=debug`, …).
pub(super) fn start_logging(config: &LogConfig) -> anyhow::Result<()> {
    let filter = match std::env::var("TWIN_LOG") {
        Ok(filter) => EnvFilter::try_new(filter).context("TWIN_LOG is not understood")?,
        Err(_) => EnvFilter::try_new(&config.filter).context("`log.filter` is not understood")?,
    };
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        // The request's fields stand once, in `span`.
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
    Ok(())
}
