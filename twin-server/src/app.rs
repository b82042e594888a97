//! The running server: opens the store and the publication, restores the devices, starts writer and
//! jobs, serves until it is told to stop, and leaves everything on disk. Called by `cli`.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use axum::serve::ListenerExt;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use twin_schemas::live::{DeviceStatus, LatestReading};

use crate::config::ServeConfig;
use crate::domain::kinds::DeviceKinds;
use crate::domain::state::DeviceState;
use crate::ingest::{Writer, WriterHandle};
use crate::live::{Entry, Hub};
use crate::model::Model;
use crate::store::{self, Store};
use crate::tiles::{FileStore, Publications};
use crate::{jobs, router};

/// Viewers that are streamed to at once. One that does not read holds its snapshot in memory: some
/// 0.5 MB for a thousand devices.
const VIEWERS: usize = 1024;
/// How long open requests may take to end once the server is told to stop.
const GRACE: Duration = Duration::from_millis(1500);

/// What every request may use.
pub struct App {
    /// Devices and their states.
    pub hub: Arc<Hub>,
    /// The way to the one writer.
    pub writer: WriterHandle,
    /// The community model, and where things are.
    pub model: Arc<Model>,
    /// History.
    pub store: Arc<dyn Store>,
    /// Kinds of device.
    pub kinds: Arc<DeviceKinds>,
    /// The served version.
    pub publications: Arc<Publications>,
    /// Its files.
    pub files: FileStore,
    /// The key that writing needs, if any.
    pub ingest_key: Option<String>,
    /// Room for viewers.
    pub viewers: Arc<Semaphore>,
    /// Becomes true when the server stops.
    pub stop: watch::Receiver<bool>,
}

/// The tasks beside the requests.
pub struct Background {
    writer: JoinHandle<()>,
    jobs: Vec<JoinHandle<()>>,
}

/// Opens everything and starts writer and jobs.
///
/// # Errors
/// If the publication or the database cannot be served.
pub async fn start(
    config: &ServeConfig,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<(Arc<App>, Background)> {
    let publications = Arc::new(Publications::open(&config.publication)?);
    let files = FileStore::new(&config.publication, config.cache_bytes)
        .with_context(|| format!("publication folder `{}`", config.publication.display()))?;
    let kinds = Arc::new(DeviceKinds::built_in()?);
    if let Some(kind) = config.retention.kinds.keys().find(|kind| kinds.get(kind).is_none()) {
        bail!(
            "`--retention` names the kind `{kind}`, which does not exist\nhint: use one of {}",
            kinds.ids()
        );
    }
    let store = store::open(&config.database).await?;
    let entries = restore(&*store, &kinds).await?;
    let hub = Arc::new(Hub::new(epoch(), publications.served().version.clone(), entries));
    let served = publications.served();
    let objects = Arc::clone(&served.objects);
    let model = Model::open(Arc::clone(&store), Arc::clone(&hub), &served.version, objects).await?;
    let model = Arc::new(model);
    let (writer, handle) = Writer::new(Arc::clone(&hub), Arc::clone(&store), Arc::clone(&kinds));
    let jobs = vec![
        tokio::spawn(jobs::judge_silence(handle.clone(), stop.clone())),
        tokio::spawn(jobs::reload_devices(handle.clone(), stop.clone())),
        tokio::spawn(jobs::close_readings(Arc::clone(&store), stop.clone())),
        tokio::spawn(jobs::expire_readings(
            Arc::clone(&store),
            Arc::clone(&hub),
            config.retention.clone(),
            stop.clone(),
        )),
        tokio::spawn(jobs::follow_publication(
            Arc::clone(&publications),
            Arc::clone(&model),
            Arc::clone(&hub),
            stop.clone(),
        )),
    ];
    let app = App {
        hub,
        writer: handle,
        model,
        store,
        kinds,
        publications,
        files,
        ingest_key: config.ingest_key.clone(),
        viewers: Arc::new(Semaphore::new(VIEWERS)),
        stop,
    };
    Ok((Arc::new(app), Background { writer: tokio::spawn(writer.run()), jobs }))
}

/// Serves until `stopped` comes, then ends streams and requests, and closes the database.
/// `ready` is told the address once requests are taken.
///
/// # Errors
/// If the server cannot start, or the database cannot be closed.
pub async fn serve(
    config: &ServeConfig,
    stopped: impl Future<Output = ()> + Send,
    ready: impl FnOnce(std::net::SocketAddr) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.listen).await.map_err(|error| bind_error(config, &error))?;
    let address = listener.local_addr()?;
    let (stop, stopping) = watch::channel(false);
    let (app, background) = start(config, stopping.clone()).await?;
    let store = Arc::clone(&app.store);
    let router = router::router(app);
    // Small answers and events must not wait for more to send.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let graceful = axum::serve(listener, router).with_graceful_shutdown(wait(stopping));
    let mut serving = tokio::spawn(async move { graceful.await });
    ready(address)?;
    tracing::info!(%address, publication = %config.publication.display(), "serving");
    tokio::select! {
        () = stopped => tracing::info!("stopping"),
        ended = &mut serving => return ended?.map_err(|error| anyhow!("the server ended: {error}")),
    }
    stop.send_replace(true);
    if tokio::time::timeout(GRACE, &mut serving).await.is_err() {
        tracing::warn!("some requests did not end in time and are cut");
        serving.abort();
    }
    background.end().await;
    store.close().await?;
    tracing::info!("stopped");
    Ok(())
}

impl Background {
    /// Waits for the writer to do what was asked of it; requests that hold on to it are not waited
    /// for.
    pub async fn end(self) {
        for job in self.jobs {
            let _ = job.await;
        }
        let _ = tokio::time::timeout(GRACE, self.writer).await;
    }
}

async fn wait(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

fn bind_error(config: &ServeConfig, error: &std::io::Error) -> anyhow::Error {
    let hint = match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            "\nhint: another program listens there; choose a free port with `--listen`"
        }
        std::io::ErrorKind::PermissionDenied => "\nhint: ports below 1024 need rights; choose a higher one",
        _ => "",
    };
    anyhow!("cannot listen on `{}`: {error}{hint}", config.listen)
}

/// Devices with the states that follow from what is stored.
async fn restore(store: &dyn Store, kinds: &DeviceKinds) -> anyhow::Result<Vec<Entry>> {
    let now = OffsetDateTime::now_utc();
    let mut latest: BTreeMap<String, BTreeMap<String, LatestReading>> = BTreeMap::new();
    let mut newest: BTreeMap<String, BTreeMap<String, OffsetDateTime>> = BTreeMap::new();
    for tip in store.tips().await? {
        newest.entry(tip.device.clone()).or_default().insert(tip.stream.clone(), tip.newest);
        if let Some((value, time)) = tip.latest {
            latest.entry(tip.device).or_default().insert(tip.stream, LatestReading { value, time });
        }
    }
    let mut statuses: BTreeMap<String, (DeviceStatus, OffsetDateTime)> =
        store.statuses().await?.into_iter().map(|row| (row.device, (row.status, row.since))).collect();
    let mut entries = Vec::new();
    for (id, device) in store.devices().await? {
        let Some(kind) = kinds.get(&device.kind).cloned() else {
            tracing::warn!(device = id, kind = device.kind, "device of an unknown kind left out");
            continue;
        };
        let mut known = latest.remove(&id).unwrap_or_default();
        known.retain(|stream, _| kind.streams.contains_key(stream));
        let newest = newest.remove(&id).unwrap_or_default();
        let state = DeviceState::restored(known, newest, statuses.remove(&id), &kind, now);
        entries.push(Entry { device, kind, state });
    }
    Ok(entries)
}

/// A name that no other run of this server has: its start in microseconds.
fn epoch() -> String {
    format!("{:x}", OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000)
}
