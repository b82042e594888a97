//! What happens by itself: silent devices are judged, alarms fall due, rules learn what is usual, readings
//! are packed and old ones deleted, registrations of other processes and new versions of the publication are
//! noticed. Started by `app`; each job ends when the server stops.

mod bands;

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};

pub use bands::learn_what_is_usual;

use crate::contacts::{Contacts, Messenger};
use crate::displays::Displays;
use crate::domain::reading::whole_microseconds;
use crate::domain::retention::Retention;
use crate::ingest::WriterHandle;
use crate::live::Hub;
use crate::model::Model;
use crate::programming::Programming;
use crate::projects::Projects;
use crate::reports::Reports;
use crate::store::Store;
use crate::tiles::{FileStore, Publication, Publications};
use crate::webhooks::Outbox;

/// How often silent devices are judged and due alarms raised; durations are whole seconds.
const TICK_EVERY: Duration = Duration::from_secs(1);
/// How often other processes' registrations are looked for.
const RELOAD_EVERY: Duration = Duration::from_secs(2);
/// How often time limits of reports and projects are looked at; they are whole hours and days.
const REPORTS_EVERY: Duration = Duration::from_secs(5);
/// How often messages to residents are looked for; nobody waits for one.
const MESSAGES_EVERY: Duration = Duration::from_secs(2);
/// How often it is looked whether there are readings to pack.
const CLOSE_EVERY: Duration = Duration::from_secs(2);
/// How often old messages are deleted; they are kept for months.
const OLD_MESSAGES_EVERY: Duration = Duration::from_secs(3600);
/// How long a photograph or a voice may wait to be sent with a report.
const UNSENT_FOR: time::Duration = time::Duration::DAY;
/// How often old readings are deleted; they are kept for days.
const EXPIRE_EVERY: Duration = Duration::from_secs(600);
/// How often `current` is read. Its text, not its time: a file system's clock may be coarse, and a
/// network file system tells nobody of changes.
const PUBLICATION_EVERY: Duration = Duration::from_secs(2);

/// Has judged what time alone changes until the server stops.
pub async fn pass_time(writer: WriterHandle, stop: watch::Receiver<bool>) {
    let mut clock = Clock::new(TICK_EVERY, stop);
    while clock.tick().await {
        writer.tick();
    }
}

/// Takes over registrations of other processes until the server stops.
pub async fn reload_devices(writer: WriterHandle, stop: watch::Receiver<bool>) {
    let mut clock = Clock::new(RELOAD_EVERY, stop);
    while clock.tick().await {
        writer.reload();
    }
}

/// Takes over displays that other processes put until the server stops.
pub async fn reload_displays(displays: Arc<Displays>, stop: watch::Receiver<bool>) {
    let mut clock = Clock::new(RELOAD_EVERY, stop);
    while clock.tick().await {
        if let Err(error) = displays.reload().await {
            tracing::error!(%error, "looking for changed displays failed");
        }
    }
}

/// Reminds, escalates and closes what has waited too long until the server stops.
pub async fn pass_time_of_reports(reports: Arc<Reports>, stop: watch::Receiver<bool>) {
    let mut clock = Clock::new(REPORTS_EVERY, stop);
    while clock.tick().await {
        match reports.pass_time(whole_microseconds(OffsetDateTime::now_utc())).await {
            Ok(0) => {}
            Ok(changes) => tracing::info!(changes, "time limits of reports have passed"),
            Err(error) => tracing::error!(%error, "what time brings to reports could not be stored"),
        }
    }
}

/// Ends notices, reminds and escalates, and places projects where the model has their objects, until the server stops.
pub async fn pass_time_of_projects(projects: Arc<Projects>, stop: watch::Receiver<bool>) {
    let mut clock = Clock::new(REPORTS_EVERY, stop);
    while clock.tick().await {
        projects.follow_model().await;
        match projects.pass_time(whole_microseconds(OffsetDateTime::now_utc())).await {
            Ok(0) => {}
            Ok(changes) => tracing::info!(changes, "time limits of projects have passed"),
            Err(error) => tracing::error!(%error, "what time brings to projects could not be stored"),
        }
    }
}

/// Brings tasks in line with the projects that come from them until the server stops: whoever changes a project does so at
/// once, unless the server ends in between.
pub async fn follow_projects(
    programming: Arc<Programming>,
    projects: Arc<Projects>,
    stop: watch::Receiver<bool>,
) {
    let mut clock = Clock::new(REPORTS_EVERY, stop);
    while clock.tick().await {
        let now = whole_microseconds(OffsetDateTime::now_utc());
        match programming.follow(|| projects.pursued(), now).await {
            Ok(0) => {}
            Ok(changes) => tracing::info!(changes, "tasks follow their projects"),
            Err(error) => tracing::error!(%error, "what projects bring to tasks could not be stored"),
        }
    }
}

/// Deletes photographs and voices that were never sent with a report until the server stops.
pub async fn drop_unsent(store: Arc<dyn Store>, stop: watch::Receiver<bool>) {
    let mut clock = Clock::new(EXPIRE_EVERY, stop);
    while clock.tick().await {
        if let Err(error) = store.drop_unsent(OffsetDateTime::now_utc() - UNSENT_FOR).await {
            tracing::error!(%error, "photographs and voices that were never sent could not be deleted");
        }
    }
}

/// Deletes contacts and voices of reports that ended so many days ago, and codes that have ended, until the server stops;
/// also where contact data is not set up any more.
pub async fn drop_personal(
    store: Arc<dyn Store>,
    reports: Arc<Reports>,
    keep_days: u32,
    stop: watch::Receiver<bool>,
) {
    let mut clock = Clock::new(EXPIRE_EVERY, stop);
    while clock.tick().await {
        let now = whole_microseconds(OffsetDateTime::now_utc());
        let before = now - time::Duration::days(i64::from(keep_days));
        match reports.drop_contacts_ended(before, now).await {
            Ok(0) => {}
            Ok(contacts) => tracing::info!(contacts, "contacts of reports that ended were deleted"),
            Err(error) => tracing::error!(%error, "contacts of reports could not be deleted"),
        }
        match reports.drop_voices_ended(before, now).await {
            Ok(0) => {}
            Ok(voices) => tracing::info!(voices, "voices of reports that ended were deleted"),
            Err(error) => tracing::error!(%error, "voices of reports could not be deleted"),
        }
        if let Err(error) = store.drop_codes(now).await {
            tracing::error!(%error, "codes that have ended could not be deleted");
        }
    }
}

/// Sends messages to residents that are due, and forgets old ones, until the server stops. What is on its way then is cut,
/// for a gateway may take its time, and comes again after the next start.
pub async fn send_messages(messenger: Arc<Messenger>, mut stop: watch::Receiver<bool>) {
    let (mut due, mut old) =
        (Clock::new(MESSAGES_EVERY, stop.clone()), Clock::new(OLD_MESSAGES_EVERY, stop.clone()));
    let sending = async {
        while due.tick().await {
            let now = whole_microseconds(OffsetDateTime::now_utc());
            if let Err(error) = messenger.send_due(now).await {
                tracing::error!(%error, "messages to residents cannot be looked up or noted; they are tried again");
            }
        }
    };
    let dropping = async {
        while old.tick().await {
            if let Err(error) = messenger.drop_old(whole_microseconds(OffsetDateTime::now_utc())).await {
                tracing::error!(%error, "old messages to residents could not be deleted");
            }
        }
    };
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        _ = futures_util::future::join(sending, dropping) => {}
    }
}

/// Lays what is kept under a key of before under the one of now, once.
pub async fn reseal_contacts(contacts: Arc<Contacts>) {
    match contacts.reseal().await {
        Ok(0) => {}
        Ok(texts) => tracing::info!(texts, "contact data lies under the new key"),
        Err(error) => tracing::error!(%error, "contact data could not be laid under the new key"),
    }
}

/// Packs old readings until the server stops.
pub async fn close_readings(store: Arc<dyn Store>, stop: watch::Receiver<bool>) {
    let mut clock = Clock::new(CLOSE_EVERY, stop);
    while clock.tick().await {
        match store.close_old().await {
            Ok(0) => {}
            Ok(readings) => tracing::debug!(readings, "packed"),
            // Nothing is lost: they stay in memory and in the log.
            Err(error) => tracing::error!(%error, "readings could not be packed"),
        }
    }
}

/// Deletes readings that have been kept long enough, until the server stops.
pub async fn expire_readings(
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    retention: Retention,
    stop: watch::Receiver<bool>,
) {
    let mut clock = Clock::new(EXPIRE_EVERY, stop);
    while clock.tick().await {
        let now = OffsetDateTime::now_utc();
        let kinds = hub.kinds();
        // What is left of a device that is no longer registered is kept as any other.
        let keep_from = |device: &str, _: &str| {
            retention.keep_from(kinds.get(device).map_or("", |kind| kind.id.as_str()), now)
        };
        match store.expire(&keep_from).await {
            Ok(0) => {}
            Ok(readings) => tracing::info!(readings, "old readings deleted"),
            Err(error) => tracing::error!(%error, "old readings could not be deleted"),
        }
    }
}

/// Serves new versions of the publication until the server stops.
pub async fn follow_publication(
    publications: Arc<Publications>,
    model: Arc<Model>,
    files: Arc<FileStore>,
    hub: Arc<Hub>,
    writer: WriterHandle,
    outbox: Arc<Outbox>,
    stop: watch::Receiver<bool>,
) {
    // The reason why a version is not served is reported once, not every two seconds.
    let mut refused: Option<String> = None;
    let mut clock = Clock::new(PUBLICATION_EVERY, stop);
    while clock.tick().await {
        let (folder, before) = (Arc::clone(&publications), refused.take());
        let looked = tokio::task::spawn_blocking(move || look(&folder, before.as_deref())).await;
        match looked {
            Ok(Look::Same) => {}
            Ok(Look::Loaded(publication)) => {
                let version = publication.version.clone();
                if let Err(error) = model.publish(&version, Arc::clone(&publication.objects)).await {
                    tracing::error!(%error, version, "a new version cannot be stored, the one before stays");
                    continue;
                }
                publications.serve(publication);
                tracing::info!(version, "serving a new version of the publication");
                files.forget_other_versions(&version);
                hub.publish(&version);
                outbox.tell_publication(&version).await;
                writer.relocate().await;
            }
            Ok(Look::Refused(reason)) => refused = Some(reason),
            Err(error) => tracing::error!(%error, "looking for a new version failed"),
        }
    }
}

enum Look {
    Same,
    Loaded(Arc<Publication>),
    Refused(String),
}

/// Looks once. A version that could not be loaded is tried again each time: a slow file system may
/// show `current` before the files that it names.
fn look(publications: &Publications, refused: Option<&str>) -> Look {
    let loaded = publications.current().and_then(|current| {
        if current == publications.served().version {
            return Ok(Look::Same);
        }
        publications.load(&current).map(Look::Loaded)
    });
    loaded.unwrap_or_else(|error| {
        let reason = error.to_string();
        if refused != Some(&reason) {
            tracing::warn!(
                reason,
                "the publication's current version cannot be served, the one before stays"
            );
        }
        Look::Refused(reason)
    })
}

/// Ticks until the server stops.
struct Clock {
    ticks: Interval,
    stop: watch::Receiver<bool>,
}

impl Clock {
    fn new(every: Duration, stop: watch::Receiver<bool>) -> Self {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { ticks, stop }
    }

    /// Waits for the next tick. False: the server stops.
    async fn tick(&mut self) -> bool {
        tokio::select! {
            () = async { let _ = self.stop.wait_for(|stop| *stop).await; } => false,
            _ = self.ticks.tick() => true,
        }
    }
}
