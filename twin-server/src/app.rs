//! The running server: opens the store and the publication, restores the devices, starts writer and
//! jobs, serves until it is told to stop, and leaves everything on disk. Called by `cli`.

use std::collections::HashMap;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use time::OffsetDateTime;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use twin_schemas::live::{DeviceStatus, LatestReading};

use crate::api::health::Readiness;
use crate::api::hot::Hot;
use crate::api::idempotency::Answers;
use crate::api::sensorthings;
use crate::auth::oidc::Provider;
use crate::auth::{self, Auth};
use crate::checkups::CheckUps;
use crate::config::{MetricsAccess, ServeConfig};
use crate::contacts::{Contacts, Messenger, Vault, gateway_of};
use crate::displays::Displays;
use crate::domain::alarm::built_in_rules;
use crate::domain::checkup::Catalogue as IndicatorCatalogue;
use crate::domain::kinds::DeviceKinds;
use crate::domain::programming::TaskThemes;
use crate::domain::retention::Retention;
use crate::domain::state::{DeviceState, StreamState};
use crate::features::Catalogue;
use crate::ingest::mqtt::{self, MqttStatus};
use crate::ingest::{Writer, WriterHandle, ZoneOf};
use crate::listen::{self, Connections, Front};
use crate::live::{Entry, Hub};
use crate::model::Model;
use crate::programming::Programming;
use crate::projects::Projects;
use crate::reports::Reports;
use crate::spatial::Kind;
use crate::store::{self, Edit, SeriesTip, Store};
use crate::tiles::{FileStore, Publications};
use crate::webhooks::{self, Courier, Lines, Outbox, OwnerOf};
use crate::{jobs, router};

/// Rules that are tried against history at once; each takes as much as the disk gives, and a core.
const TRIALS: usize = 1;
/// Tables that are imported at once; others wait. Each takes up to about 500 MB while it is read.
const IMPORTS: usize = 2;
/// Those who look back at many devices at once; others wait. Each opens a chunk of every stream.
const PASTS: usize = 2;
/// Photographs that are read at once; others wait. Each takes up to 300 MB while it is decoded.
const PHOTOS: usize = 2;
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
    /// What the walls of command centres show.
    pub displays: Arc<Displays>,
    /// The project library.
    pub projects: Arc<Projects>,
    /// The reports of residents.
    pub reports: Arc<Reports>,
    /// The check-ups of the community.
    pub check_ups: Arc<CheckUps>,
    /// The lists of programming: resources, needs and tasks.
    pub programming: Arc<Programming>,
    /// The zones that devices stand in.
    pub zones: ZoneOf,
    /// Room for tables that are imported.
    pub(crate) imports: Arc<Semaphore>,
    /// Room for photographs and voices that are read.
    pub(crate) photos: Arc<Semaphore>,
    /// Room for rules that are tried against history.
    pub trials: Arc<Semaphore>,
    /// Room for those who look back at many devices.
    pub(crate) pasts: Arc<Semaphore>,
    /// How long readings are kept.
    pub(crate) retention: Retention,
    /// The community as collections of features.
    pub features: Catalogue,
    /// The served version.
    pub publications: Arc<Publications>,
    /// Its files.
    pub files: Arc<FileStore>,
    /// What clients of the SensorThings interface added.
    pub(crate) sensorthings: Arc<sensorthings::Catalogue>,
    /// Who may do what.
    pub auth: Arc<Auth>,
    /// Numbers of users and whom to call about reports, if that is set up.
    pub(crate) contacts: Option<Arc<Contacts>>,
    /// Who sends messages to residents, if contact data is set up.
    pub(crate) messenger: Option<Arc<Messenger>>,
    /// The identity provider, if there is one.
    pub(crate) oidc: Option<Arc<Provider>>,
    /// How it stands with the broker, if there is one.
    pub mqtt: Option<Arc<MqttStatus>>,
    /// Where events for webhooks begin their way.
    pub(crate) outbox: Arc<Outbox>,
    /// Who delivers them.
    pub(crate) courier: Arc<Courier>,
    /// Room for viewers.
    pub viewers: Arc<Semaphore>,
    /// How many viewers have room.
    pub viewers_most: usize,
    /// Who may read the figures.
    pub metrics_access: MetricsAccess,
    /// How long a request may take until its answer begins.
    pub request_timeout: Duration,
    /// Answers to requests that may be sent again.
    pub(crate) answers: Arc<Answers>,
    /// Whether the server is ready, as was last found out.
    pub(crate) readiness: Readiness,
    /// Becomes true when the server stops.
    pub stop: watch::Receiver<bool>,
}

impl App {
    /// Who sends messages to residents, if contact data is set up.
    #[must_use]
    pub fn messenger(&self) -> Option<&Arc<Messenger>> {
        self.messenger.as_ref()
    }
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
    let files = Arc::new(files);
    let kinds = Arc::new(DeviceKinds::built_in()?);
    let store = store::serve(&config.database).await?;
    let (key, token) = (config.ingest_key.as_deref(), config.metrics.token.as_deref());
    let auth = Auth::open(config.auth.clone(), key, token, Arc::clone(&store)).await?;
    let entries = restore(&*store, &kinds).await?;
    let hub = Arc::new(Hub::new(epoch(), publications.served().version.clone(), entries));
    let served = publications.served();
    let objects = Arc::clone(&served.objects);
    let model = Model::open(Arc::clone(&store), Arc::clone(&hub), &served.version, objects).await?;
    let model = Arc::new(model);
    let displays = Arc::new(Displays::open(Arc::clone(&store), Arc::clone(&hub)).await?);
    let zones = zones_of(&model);
    let outbox = Arc::new(Outbox::new(Arc::clone(&hub), Arc::clone(&store), Arc::clone(&zones)));
    outbox.look().await?;
    let Renewal { contacts, projects, reports, check_ups, programming } =
        open_renewal(config, &store, &hub, &outbox).await?;
    let sensorthings = Arc::new(sensorthings::open(&*store, &hub).await?);
    seed_alarm_rules(&*store, &kinds).await?;
    let (mut writer, handle) =
        Writer::new(Arc::clone(&hub), Arc::clone(&store), Arc::clone(&kinds), Arc::clone(&outbox));
    writer.take_up_alarms().await?;
    let courier = courier_of(config, &store, &auth, &served.catalog.community.id)?;
    let mut jobs = vec![
        tokio::spawn(jobs::pass_time(handle.clone(), stop.clone())),
        tokio::spawn(jobs::learn_what_is_usual(handle.clone(), Arc::clone(&store), stop.clone())),
        tokio::spawn(jobs::reload_devices(handle.clone(), stop.clone())),
        tokio::spawn(jobs::reload_displays(Arc::clone(&displays), stop.clone())),
        tokio::spawn(jobs::drop_unsent(Arc::clone(&store), stop.clone())),
        tokio::spawn(auth::keep_up(Arc::clone(&auth), stop.clone())),
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
            Arc::clone(&files),
            Arc::clone(&hub),
            handle.clone(),
            Arc::clone(&outbox),
            stop.clone(),
        )),
        tokio::spawn(webhooks::deliver(Arc::clone(&courier), Arc::clone(&outbox), stop.clone())),
    ];
    let mqtt = mqtt::start(&config.mqtt, handle.clone(), stop.clone())?.map(|(status, job)| {
        jobs.push(job);
        status
    });
    jobs.extend(mqtt::start_telling(&config.mqtt, Arc::clone(&hub), stop.clone())?);
    jobs.extend(renewal_jobs(&reports, &projects, &programming, &stop));
    let messenger = messenger_of(config, contacts.as_ref());
    jobs.extend(messenger.clone().map(|it| tokio::spawn(jobs::send_messages(it, stop.clone()))));
    jobs.extend(contact_jobs(config, &store, &reports, contacts.as_ref(), &stop));
    let app = App {
        hub,
        writer: handle,
        model,
        mqtt,
        store,
        outbox,
        courier,
        features: Catalogue::new(&kinds),
        kinds,
        displays,
        projects,
        reports,
        check_ups,
        programming,
        zones,
        publications,
        files,
        sensorthings,
        auth,
        contacts,
        messenger,
        oidc: Provider::new(&config.oidc)?.map(Arc::new),
        viewers: Arc::new(Semaphore::new(config.limits.viewers)),
        viewers_most: config.limits.viewers,
        metrics_access: config.metrics.access,
        request_timeout: config.limits.request_timeout,
        answers: Arc::default(),
        readiness: Readiness::default(),
        imports: Arc::new(Semaphore::new(IMPORTS)),
        photos: Arc::new(Semaphore::new(PHOTOS)),
        trials: Arc::new(Semaphore::new(TRIALS)),
        pasts: Arc::new(Semaphore::new(PASTS)),
        retention: config.retention.clone(),
        stop,
    };
    Ok((Arc::new(app), Background { writer: tokio::spawn(writer.run()), jobs }))
}

/// What renewal keeps, and whom to call about it.
struct Renewal {
    contacts: Option<Arc<Contacts>>,
    projects: Arc<Projects>,
    reports: Arc<Reports>,
    check_ups: Arc<CheckUps>,
    programming: Arc<Programming>,
}

async fn open_renewal(
    config: &ServeConfig,
    store: &Arc<dyn Store>,
    hub: &Arc<Hub>,
    outbox: &Arc<Outbox>,
) -> anyhow::Result<Renewal> {
    let vault = Vault::of(&config.contacts)?.map(Arc::new);
    let contacts = match vault.clone() {
        Some(vault) => Some(Arc::new(Contacts::new(Arc::clone(store), vault, gateway_of(&config.sms)?))),
        None => None,
    };
    let (lines, terms) = (Lines { hub: Arc::clone(hub), outbox: Arc::clone(outbox) }, config.projects);
    let projects = Arc::new(Projects::open(Arc::clone(store), lines.clone(), terms).await?);
    let kinds = config.reports.read_kinds()?;
    let reports = Reports::open(Arc::clone(store), kinds, Arc::clone(&projects), lines, vault).await?;
    let check_ups = CheckUps::open(Arc::clone(store), IndicatorCatalogue::built_in()?).await?;
    let themes = TaskThemes::built_in()?;
    let programming = Programming::open(Arc::clone(store), Arc::clone(hub.index()), themes).await?;
    let (reports, check_ups, programming) = (Arc::new(reports), Arc::new(check_ups), Arc::new(programming));
    Ok(Renewal { contacts, projects, reports, check_ups, programming })
}

/// What time brings for reports and projects, and what follows from projects for tasks.
fn renewal_jobs(
    reports: &Arc<Reports>,
    projects: &Arc<Projects>,
    programming: &Arc<Programming>,
    stop: &watch::Receiver<bool>,
) -> [JoinHandle<()>; 3] {
    [
        tokio::spawn(jobs::pass_time_of_reports(Arc::clone(reports), stop.clone())),
        tokio::spawn(jobs::pass_time_of_projects(Arc::clone(projects), stop.clone())),
        tokio::spawn(jobs::follow_projects(Arc::clone(programming), Arc::clone(projects), stop.clone())),
    ]
}

/// Who sends messages to residents. Where pages are is known from the identity provider's section, too.
fn messenger_of(config: &ServeConfig, contacts: Option<&Arc<Contacts>>) -> Option<Arc<Messenger>> {
    let public_url = config.sms.public_url.clone().or_else(|| config.oidc.public_url.clone());
    contacts.map(|contacts| Arc::new(Messenger::new(Arc::clone(contacts), public_url, config.sms.per_day)))
}

/// What happens to contact data by itself. What has ended is deleted also where there is no key any more.
fn contact_jobs(
    config: &ServeConfig,
    store: &Arc<dyn Store>,
    reports: &Arc<Reports>,
    contacts: Option<&Arc<Contacts>>,
    stop: &watch::Receiver<bool>,
) -> Vec<JoinHandle<()>> {
    let (store, reports, keep_days) = (Arc::clone(store), Arc::clone(reports), config.contacts.keep_days);
    let mut jobs = vec![tokio::spawn(jobs::drop_personal(store, reports, keep_days, stop.clone()))];
    jobs.extend(contacts.cloned().map(|contacts| tokio::spawn(jobs::reseal_contacts(contacts))));
    jobs
}

/// Serves until `stopped` comes, then ends streams and requests, and closes the database.
/// `ready` is told the address once requests are taken.
///
/// # Errors
/// If the server cannot start, or the database cannot be closed.
pub async fn serve(
    config: &ServeConfig,
    stopped: impl Future<Output = ()> + Send,
    ready: impl FnOnce(SocketAddr) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let listener = listen::open(config.listen).await?;
    let address = listener.local_addr()?;
    // A socket of the supervisor may be open to more than the configuration says.
    config.may_listen_on(address)?;
    let (stop, stopping) = watch::channel(false);
    let (app, background) = start(config, stopping.clone()).await?;
    let (store, writer, auth) = (Arc::clone(&app.store), app.writer.clone(), Arc::clone(&app.auth));
    let hot = Hot::new(&app);
    let front = Front {
        at_once: Arc::new(move |request, peer| hot.answer(request, peer)),
        router: router::router(app),
    };
    let connections = Connections::new(&config.limits);
    let mut serving = tokio::spawn(listen::serve(listener, front, connections, stopping.clone()));
    let watchdog = tokio::spawn(tell_supervisor(writer, stopping));
    ready(address)?;
    listen::notify("READY=1");
    tracing::info!(%address, publication = %config.publication.display(), "serving");
    tokio::select! {
        () = stopped => tracing::info!("stopping"),
        ended = &mut serving => return Err(anyhow!("the server ended: {ended:?}")),
    }
    listen::notify("STOPPING=1");
    stop.send_replace(true);
    if tokio::time::timeout(GRACE, &mut serving).await.is_err() {
        tracing::warn!("some requests did not end in time and are cut");
        serving.abort();
    }
    let _ = watchdog.await;
    background.end().await;
    auth.flush().await;
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

/// Tells the supervisor that the server works, as often as it wants to hear it, until the server stops.
async fn tell_supervisor(writer: WriterHandle, stop: watch::Receiver<bool>) {
    let Some(every) = listen::watchdog_interval() else { return };
    let mut ticks = tokio::time::interval(every);
    let stopped = wait(stop);
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => return,
            _ = ticks.tick() => if writer.is_alive() { listen::notify("WATCHDOG=1") },
        }
    }
}

/// Gives a new community its first alarm rules.
async fn seed_alarm_rules(store: &dyn Store, kinds: &DeviceKinds) -> anyhow::Result<()> {
    let edit = Edit { at: OffsetDateTime::now_utc(), by: None };
    store.seed_alarm_rules(&built_in_rules(kinds)?, &edit).await?;
    Ok(())
}

/// Looks up zones in the model as it is when they are asked for.
fn zones_of(model: &Arc<Model>) -> ZoneOf {
    let model = Arc::clone(model);
    Arc::new(move |device| {
        let at = device.position;
        model.now().at(Kind::Zone, at.east_m, at.north_m).map(|zone| zone.id.clone())
    })
}

/// Who delivers events to webhooks.
fn courier_of(
    config: &ServeConfig,
    store: &Arc<dyn Store>,
    auth: &Arc<Auth>,
    community: &str,
) -> anyhow::Result<Arc<Courier>> {
    let client = webhooks::Client::new(config.webhooks.clone())?;
    let source = format!("/communities/{community}");
    Ok(Arc::new(Courier::new(Arc::clone(store), client, source, owner_of(auth))))
}

/// Looks up who set a webhook, and what they hold, when it is asked for.
fn owner_of(auth: &Arc<Auth>) -> OwnerOf {
    let auth = Arc::clone(auth);
    Arc::new(move |id| auth.standing(id))
}

/// Devices with the states that follow from what is stored.
async fn restore(store: &dyn Store, kinds: &DeviceKinds) -> anyhow::Result<Vec<Entry>> {
    let now = OffsetDateTime::now_utc();
    let mut streams = streams_by_device(store.tips().await?);
    let mut statuses: HashMap<String, (DeviceStatus, OffsetDateTime)> =
        store.statuses().await?.into_iter().map(|row| (row.device, (row.status, row.since))).collect();
    let mut entries = Vec::new();
    for (id, device) in store.devices().await? {
        let Some(kind) = kinds.get(&device.kind).cloned() else {
            tracing::warn!(device = id, kind = device.kind, "device of an unknown kind left out");
            continue;
        };
        let streams = streams.remove(&id).unwrap_or_default();
        let state = DeviceState::restored(streams, statuses.remove(&id), &kind, now);
        entries.push(Entry { device: Arc::new(device), kind, state });
    }
    Ok(entries)
}

/// What is stored of streams, as states are made of it.
pub(crate) fn streams_by_device(tips: Vec<SeriesTip>) -> HashMap<String, Vec<StreamState>> {
    let mut streams: HashMap<String, Vec<StreamState>> = HashMap::new();
    for SeriesTip { device, stream, newest, latest } in tips {
        let latest = latest.map(|(value, time)| LatestReading { value, time });
        streams.entry(device).or_default().push(StreamState { id: stream.into(), newest, latest });
    }
    streams
}

/// A name that no other run of this server has: its start in microseconds.
fn epoch() -> String {
    format!("{:x}", OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000)
}
