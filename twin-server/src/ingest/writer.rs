//! The one task that changes anything: commands come in from the API and the jobs, transactions go
//! to the store, then new states to the live hub, then the answers back.
//!
//! Group commit: whatever was posted while the last transaction was being written shares the next
//! one, so a single reading costs a share of a disk sync and not a whole one. The order is always
//! decide, store, tell: nothing is acknowledged or shown that is not on disk.

use std::sync::Arc;

use time::OffsetDateTime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use twin_schemas::live::{Device, IngestAnswer, Reading};

use super::alarms::{AlarmCommand, AlarmDesk};
use super::round::{Round, save_statuses};
use crate::domain::kinds::DeviceKinds;
use crate::domain::state::DeviceState;
use crate::live::{Entry, Hub};
use crate::metrics::INGEST;
use crate::store::{Registered, StatusRow, Store};
use crate::webhooks::Outbox;

/// Commands that wait; each is a request that waits with it.
const QUEUE: usize = 1024;
/// Readings in waiting commands, over all requests: about 40 MB.
const READINGS_WAITING: usize = 200_000;

/// Why a change was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The store refused; the reason is in the log.
    #[error("the change could not be stored")]
    Store,
    /// There is no room left where the database lies.
    #[error("there is no room left to store the change")]
    Full,
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
    /// More readings wait for the disk than the server holds in memory.
    #[error("too many readings are waiting to be stored")]
    Busy,
}

type Reply<T> = oneshot::Sender<Result<T, WriteError>>;

enum Command {
    Readings(Post),
    Register(Vec<Device>, Reply<Vec<Registered>>),
    Remove(String, Reply<bool>),
    /// See what time alone changed: devices that fell silent, alarms that are due.
    Tick,
    Alarms(AlarmCommand),
    /// Look for registrations that another process wrote.
    Reload,
}

struct Post {
    readings: Vec<Reading>,
    clocks: Clocks,
    received: OffsetDateTime,
    reply: Reply<IngestAnswer>,
    /// Given back when the readings are stored, also if the client has gone by then.
    _room: OwnedSemaphorePermit,
}

/// By whose clocks the times of readings are. Only those of the devices' own tell how such a clock stands.
#[derive(Debug, Clone)]
pub enum Clocks {
    /// By the devices', where readings have times.
    Devices,
    /// By others: people wrote them down, long ago maybe.
    Others,
    /// By the device's, of each reading.
    Each(Vec<bool>),
}

impl Clocks {
    /// Whether the time of a reading is by its device's clock.
    pub(super) fn is_devices(&self, index: usize) -> bool {
        match self {
            Self::Devices => true,
            Self::Others => false,
            Self::Each(each) => each.get(index) == Some(&true),
        }
    }
}

/// The way to the writer. Cheap to clone; the writer ends when the last one is gone.
#[derive(Debug, Clone)]
pub struct WriterHandle {
    commands: mpsc::Sender<Command>,
    waiting: Arc<Semaphore>,
}

impl WriterHandle {
    /// Stores readings; answers when they are on disk.
    ///
    /// # Errors
    /// If the store refuses, too many readings wait already, or the server stops; then none of
    /// these readings is stored.
    pub async fn ingest(&self, readings: Vec<Reading>, clocks: Clocks) -> Result<IngestAnswer, WriteError> {
        let count = readings.len().min(READINGS_WAITING) as u32;
        let waiting = Arc::clone(&self.waiting);
        let room = waiting.try_acquire_many_owned(count).map_err(|_| WriteError::Busy)?;
        let received = OffsetDateTime::now_utc();
        self.ask(|reply| Command::Readings(Post { readings, clocks, received, reply, _room: room })).await
    }

    /// Registers a checked device, or changes its registration.
    ///
    /// # Errors
    /// If the store refuses or the server stops.
    pub async fn register(&self, device: Device) -> Result<Registered, WriteError> {
        let answers = self.register_all(vec![device]).await?;
        Ok(answers.first().copied().unwrap_or(Registered::Unchanged))
    }

    /// Registers checked devices or changes their registrations, all or none; one answer a device, in their
    /// order.
    ///
    /// # Errors
    /// If the store refuses or the server stops.
    pub async fn register_all(&self, devices: Vec<Device>) -> Result<Vec<Registered>, WriteError> {
        self.ask(|reply| Command::Register(devices, reply)).await
    }

    /// Removes a device with its history. False if there was none.
    ///
    /// # Errors
    /// If the store refuses or the server stops.
    pub async fn remove(&self, id: String) -> Result<bool, WriteError> {
        self.ask(|reply| Command::Remove(id, reply)).await
    }

    /// Whether there is a writer that does what it is asked.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.commands.is_closed()
    }

    /// Commands that wait for the writer, and readings that wait for the disk.
    #[must_use]
    pub fn waiting(&self) -> (usize, usize) {
        let commands = self.commands.max_capacity() - self.commands.capacity();
        (commands, READINGS_WAITING.saturating_sub(self.waiting.available_permits()))
    }

    /// Has judged what time alone changes. Nothing happens if the writer is busy: the next tick will do.
    pub fn tick(&self) {
        let _ = self.commands.try_send(Command::Tick);
    }

    /// Has registrations of other processes taken over. Nothing happens if the writer is busy.
    pub fn reload(&self) {
        let _ = self.commands.try_send(Command::Reload);
    }

    /// Asks something of the desk for alarms.
    pub(super) async fn ask_alarms<T>(
        &self,
        command: impl FnOnce(Reply<T>) -> AlarmCommand,
    ) -> Result<T, WriteError> {
        self.ask(|reply| Command::Alarms(command(reply))).await
    }

    /// Tells the desk for alarms something.
    pub(super) async fn tell_alarms(&self, command: AlarmCommand) {
        let _ = self.commands.send(Command::Alarms(command)).await;
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, WriteError> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply)).await.map_err(|_| WriteError::Stopping)?;
        answer.await.map_err(|_| WriteError::Stopping)?
    }
}

/// The writer, to be run as one task.
pub struct Writer {
    hub: Arc<Hub>,
    store: Arc<dyn Store>,
    kinds: Arc<DeviceKinds>,
    alarms: AlarmDesk,
    commands: mpsc::Receiver<Command>,
}

impl Writer {
    /// A writer and the way to it; what is to be told of what it stores goes by the outbox.
    #[must_use]
    pub fn new(
        hub: Arc<Hub>,
        store: Arc<dyn Store>,
        kinds: Arc<DeviceKinds>,
        outbox: Arc<Outbox>,
    ) -> (Self, WriterHandle) {
        let (sender, commands) = mpsc::channel(QUEUE);
        let waiting = Arc::new(Semaphore::new(READINGS_WAITING));
        let alarms = AlarmDesk::new(Arc::clone(&hub), Arc::clone(&store), outbox);
        (Self { hub, store, kinds, alarms, commands }, WriterHandle { commands: sender, waiting })
    }

    /// Takes up the alarms as they are stored, so that viewers see them from the first moment.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn take_up_alarms(&mut self) -> Result<(), WriteError> {
        self.alarms.refresh().await
    }

    /// Works until every handle is gone and all commands are done.
    pub async fn run(mut self) {
        let mut commands = Vec::with_capacity(QUEUE);
        while self.commands.recv_many(&mut commands, QUEUE).await > 0 {
            let mut posts = Vec::new();
            for command in commands.drain(..) {
                if let Command::Readings(post) = command {
                    posts.push(post);
                    continue;
                }
                // Order matters: readings that came before a removal are stored before it.
                self.store_readings(std::mem::take(&mut posts)).await;
                self.other(command).await;
            }
            self.store_readings(posts).await;
        }
    }

    async fn other(&mut self, command: Command) {
        match command {
            Command::Readings(_) => {}
            Command::Register(devices, reply) => {
                let _ = reply.send(self.register(devices).await);
            }
            Command::Remove(id, reply) => {
                let _ = reply.send(self.remove(&id).await);
            }
            Command::Tick => {
                self.silence().await;
                // What failed is in the log, and is due again with the next tick.
                let _ = self.alarms.tick().await;
            }
            Command::Alarms(command) => self.alarms.obey(command).await,
            Command::Reload => self.reload().await,
        }
    }

    async fn store_readings(&mut self, posts: Vec<Post>) {
        if posts.is_empty() {
            return;
        }
        if let Err(error) = self.alarms.refresh().await {
            for post in posts {
                let _ = post.reply.send(Err(error));
            }
            return;
        }
        let Self { hub, alarms, .. } = self;
        let mut round = Round::new(hub, alarms, OffsetDateTime::now_utc());
        let mut replies = Vec::with_capacity(posts.len());
        for post in posts {
            round.take(post.readings, &post.clocks, post.received);
            replies.push(post.reply);
        }
        let done = round.commit().await;
        for (reply, answer) in replies.into_iter().zip(round.answers) {
            let _ = reply.send(done.map(|()| answer));
        }
    }

    async fn register(&mut self, devices: Vec<Device>) -> Result<Vec<Registered>, WriteError> {
        let kind_of = |device: &Device| self.kinds.get(&device.kind).cloned().ok_or(WriteError::Store);
        let kinds: Vec<_> = devices.iter().map(kind_of).collect::<Result<_, _>>()?;
        let answers = self.store.register(&devices).await.map_err(log_store_error)?;
        for ((device, kind), registered) in devices.into_iter().zip(kinds).zip(&answers) {
            if *registered != Registered::Unchanged {
                let mut state = self.hub.entry(&device.id).map(|entry| entry.state).unwrap_or_default();
                state.refit(&kind, OffsetDateTime::now_utc());
                self.put(Entry { device: Arc::new(device), kind, state }).await;
            }
        }
        Ok(answers)
    }

    async fn remove(&mut self, id: &str) -> Result<bool, WriteError> {
        let removed = self.store.remove(id).await.map_err(log_store_error)?;
        self.take_away(id).await;
        Ok(removed)
    }

    /// A device that is stored goes to viewers and rules. If its alarms cannot be stored, that is in the
    /// log, and they are taken up anew.
    async fn put(&mut self, entry: Entry) {
        let _ = self.alarms.put_device(&entry).await;
        self.hub.put(entry);
    }

    async fn take_away(&mut self, id: &str) {
        self.hub.remove(id);
        let _ = self.alarms.remove_device(id).await;
    }

    async fn silence(&self) {
        let now = OffsetDateTime::now_utc();
        let mut updates = Vec::new();
        let mut statuses = Vec::new();
        for Entry { device, kind, mut state } in self.hub.overdue(now) {
            state.settle(&kind, now);
            let (status, since) = state.status();
            tracing::info!(device = device.id, ?status, "status changed by silence");
            statuses.extend(since.map(|since| StatusRow { device: device.id.clone(), status, since }));
            updates.push((device.id.clone(), state, true));
        }
        if !updates.is_empty() {
            save_statuses(&self.alarms.outbox, statuses).await;
            self.hub.update(updates);
        }
    }

    async fn reload(&mut self) {
        let devices = match self.store.changed_elsewhere().await {
            Ok(false) => return,
            Ok(true) => self.store.devices().await,
            Err(error) => Err(error),
        };
        let mut devices = match devices {
            Ok(devices) => devices,
            Err(error) => {
                log_store_error(error);
                return;
            }
        };
        let now = OffsetDateTime::now_utc();
        for entry in self.hub.entries() {
            match devices.remove(&entry.device.id) {
                None => self.take_away(&entry.device.id).await,
                Some(device) if device == *entry.device => {}
                Some(device) => self.take_over(device, entry.state, now).await,
            }
        }
        for device in devices.into_values() {
            self.take_over(device, DeviceState::default(), now).await;
        }
        tracing::info!(devices = self.hub.count(), "registrations of another process taken over");
    }

    async fn take_over(&mut self, device: Device, mut state: DeviceState, now: OffsetDateTime) {
        let Some(kind) = self.kinds.get(&device.kind).cloned() else {
            tracing::warn!(device = device.id, kind = device.kind, "device of an unknown kind left out");
            return;
        };
        state.refit(&kind, now);
        self.put(Entry { device: Arc::new(device), kind, state }).await;
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of a mapping of errors")]
pub(super) fn log_store_error(error: crate::store::StoreError) -> WriteError {
    tracing::error!(%error, "the store refused a change");
    INGEST.failed_commits.add(1);
    if error.is_full() { WriteError::Full } else { WriteError::Store }
}
