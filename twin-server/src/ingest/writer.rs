//! The one task that changes anything: commands come in from the API and the jobs, transactions go
//! to the store, then new states to the live hub, then the answers back.
//!
//! Group commit: whatever was posted while the last transaction was being written shares the next
//! one, so a single reading costs a share of a disk sync and not a whole one. The order is always
//! decide, store, tell: nothing is acknowledged or shown that is not on disk.

use std::collections::HashMap;
use std::sync::Arc;

use time::OffsetDateTime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use twin_schemas::live::{Device, DeviceStatus, IngestAnswer, Reading, RejectedReading};

use crate::domain::kinds::DeviceKinds;
use crate::domain::reading::{self, CheckedReading, Refusal};
use crate::live::{Entry, Hub};
use crate::metrics::INGEST;
use crate::store::{ReadingsToStore, Registered, StatusRow, Store};

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
    /// Judge devices that fell silent.
    Silence,
    /// Look for registrations that another process wrote.
    Reload,
}

struct Post {
    readings: Vec<Reading>,
    received: OffsetDateTime,
    reply: Reply<IngestAnswer>,
    /// Given back when the readings are stored, also if the client has gone by then.
    _room: OwnedSemaphorePermit,
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
    pub async fn ingest(&self, readings: Vec<Reading>) -> Result<IngestAnswer, WriteError> {
        let count = readings.len().min(READINGS_WAITING) as u32;
        let waiting = Arc::clone(&self.waiting);
        let room = waiting.try_acquire_many_owned(count).map_err(|_| WriteError::Busy)?;
        let received = OffsetDateTime::now_utc();
        self.ask(|reply| Command::Readings(Post { readings, received, reply, _room: room })).await
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

    /// Has silent devices judged. Nothing happens if the writer is busy: the next tick will do.
    pub fn judge_silence(&self) {
        let _ = self.commands.try_send(Command::Silence);
    }

    /// Has registrations of other processes taken over. Nothing happens if the writer is busy.
    pub fn reload(&self) {
        let _ = self.commands.try_send(Command::Reload);
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
    commands: mpsc::Receiver<Command>,
}

impl Writer {
    /// A writer and the way to it.
    #[must_use]
    pub fn new(hub: Arc<Hub>, store: Arc<dyn Store>, kinds: Arc<DeviceKinds>) -> (Self, WriterHandle) {
        let (sender, commands) = mpsc::channel(QUEUE);
        let waiting = Arc::new(Semaphore::new(READINGS_WAITING));
        (Self { hub, store, kinds, commands }, WriterHandle { commands: sender, waiting })
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

    async fn other(&self, command: Command) {
        match command {
            Command::Readings(_) => {}
            Command::Register(devices, reply) => {
                let _ = reply.send(self.register(devices).await);
            }
            Command::Remove(id, reply) => {
                let _ = reply.send(self.remove(&id).await);
            }
            Command::Silence => self.silence().await,
            Command::Reload => self.reload().await,
        }
    }

    async fn store_readings(&self, posts: Vec<Post>) {
        if posts.is_empty() {
            return;
        }
        let mut round = Round::new(&self.hub, OffsetDateTime::now_utc());
        let mut replies = Vec::with_capacity(posts.len());
        for post in posts {
            round.take(post.readings, post.received);
            replies.push(post.reply);
        }
        let done = self.commit(&mut round).await;
        let rejected = round.answers.iter().map(|answer| answer.rejected.len() as u64).sum();
        INGEST.rejected.add(rejected);
        for (reply, answer) in replies.into_iter().zip(round.answers) {
            let _ = reply.send(done.map(|()| answer));
        }
    }

    async fn commit(&self, round: &mut Round<'_>) -> Result<(), WriteError> {
        let mut batch = std::mem::take(&mut round.batch);
        batch.statuses = round.changed_statuses();
        if batch.fresh.is_empty() && batch.late.is_empty() {
            return Ok(());
        }
        let started = std::time::Instant::now();
        let stored = self.store.append(&batch).await.map_err(log_store_error)?;
        count_commit(&batch, &stored, started.elapsed());
        let statuses = round.settle_late(&batch.late, &stored);
        if !statuses.is_empty() {
            self.save_statuses(statuses).await;
        }
        self.hub.update(round.updates());
        Ok(())
    }

    async fn register(&self, devices: Vec<Device>) -> Result<Vec<Registered>, WriteError> {
        let kind_of = |device: &Device| self.kinds.get(&device.kind).cloned().ok_or(WriteError::Store);
        let kinds: Vec<_> = devices.iter().map(kind_of).collect::<Result<_, _>>()?;
        let answers = self.store.register(&devices).await.map_err(log_store_error)?;
        for ((device, kind), registered) in devices.into_iter().zip(kinds).zip(&answers) {
            if *registered != Registered::Unchanged {
                let mut state = self.hub.entry(&device.id).map(|entry| entry.state).unwrap_or_default();
                state.refit(&kind, OffsetDateTime::now_utc());
                self.hub.put(Entry { device, kind, state });
            }
        }
        Ok(answers)
    }

    async fn remove(&self, id: &str) -> Result<bool, WriteError> {
        let removed = self.store.remove(id).await.map_err(log_store_error)?;
        self.hub.remove(id);
        Ok(removed)
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
            updates.push((device.id, state, true));
        }
        if !updates.is_empty() {
            self.save_statuses(statuses).await;
            self.hub.update(updates);
        }
    }

    /// A status row only keeps an instant over a restart; that it failed is logged, no more.
    async fn save_statuses(&self, statuses: Vec<StatusRow>) {
        let batch = ReadingsToStore { statuses, ..ReadingsToStore::default() };
        if let Err(error) = self.store.append(&batch).await {
            log_store_error(error);
        }
    }

    async fn reload(&self) {
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
                None => self.hub.remove(&entry.device.id),
                Some(device) if device == entry.device => {}
                Some(device) => self.take_over(device, entry.state, now),
            }
        }
        for device in devices.into_values() {
            self.take_over(device, crate::domain::state::DeviceState::default(), now);
        }
        tracing::info!(devices = self.hub.count(), "registrations of another process taken over");
    }

    fn take_over(&self, device: Device, mut state: crate::domain::state::DeviceState, now: OffsetDateTime) {
        let Some(kind) = self.kinds.get(&device.kind).cloned() else {
            tracing::warn!(device = device.id, kind = device.kind, "device of an unknown kind left out");
            return;
        };
        state.refit(&kind, now);
        self.hub.put(Entry { device, kind, state });
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of a mapping of errors")]
fn log_store_error(error: crate::store::StoreError) -> WriteError {
    tracing::error!(%error, "the store refused a change");
    INGEST.failed_commits.add(1);
    WriteError::Store
}

fn count_commit(batch: &ReadingsToStore, stored: &[bool], took: std::time::Duration) {
    let late = stored.iter().filter(|stored| **stored).count() as u64;
    INGEST.fresh.add(batch.fresh.len() as u64);
    INGEST.late.add(late);
    INGEST.duplicate.add(stored.len() as u64 - late);
    INGEST.commit_s.observe(took.as_secs_f64());
    INGEST.commit_readings.observe((batch.fresh.len() + batch.late.len()) as f64);
}

/// The posts of one transaction while they are being decided.
struct Round<'a> {
    hub: &'a Hub,
    now: OffsetDateTime,
    devices: HashMap<String, Touched>,
    batch: ReadingsToStore,
    /// Of each late reading, the post that it came with.
    late_posts: Vec<usize>,
    answers: Vec<IngestAnswer>,
}

struct Touched {
    entry: Entry,
    recorded: (DeviceStatus, Option<OffsetDateTime>),
    visible: bool,
}

impl<'a> Round<'a> {
    fn new(hub: &'a Hub, now: OffsetDateTime) -> Self {
        Self {
            hub,
            now,
            devices: HashMap::new(),
            batch: ReadingsToStore::default(),
            late_posts: Vec::new(),
            answers: Vec::new(),
        }
    }

    /// Decides the readings of one post.
    fn take(&mut self, readings: Vec<Reading>, received: OffsetDateTime) {
        let mut answer = IngestAnswer::default();
        for (index, reading) in readings.into_iter().enumerate() {
            if let Err(refusal) = self.take_one(reading, received, &mut answer) {
                answer.rejected.push(RejectedReading {
                    index: index as u64,
                    code: refusal.code().to_owned(),
                    message: refusal.to_string(),
                });
            }
        }
        self.answers.push(answer);
    }

    fn take_one(
        &mut self,
        reading: Reading,
        received: OffsetDateTime,
        answer: &mut IngestAnswer,
    ) -> Result<(), Refusal> {
        let Some(touched) = touched(&mut self.devices, self.hub, &reading.device) else {
            return Err(Refusal::unknown_device(&reading.device));
        };
        let Entry { kind, state, .. } = &mut touched.entry;
        let checked = reading::check(reading, kind, received)?;
        if state.is_newest(&checked.stream, checked.time) {
            touched.visible |= state.observe(&checked, kind, self.now);
            answer.accepted += 1;
            self.batch.fresh.push(checked);
        } else {
            // Whether it is a duplicate, only the store can tell.
            self.late_posts.push(self.answers.len());
            self.batch.late.push(checked);
        }
        Ok(())
    }

    /// Counts what became of the late readings and lets the stored ones tell the state. A late
    /// reading moves it only if all newer ones of its stream were implausible. Gives the statuses
    /// that changed by that.
    fn settle_late(&mut self, late: &[CheckedReading], stored: &[bool]) -> Vec<StatusRow> {
        for ((reading, stored), post) in late.iter().zip(stored).zip(&self.late_posts) {
            let Some(answer) = self.answers.get_mut(*post) else { continue };
            if !stored {
                answer.duplicates += 1;
                continue;
            }
            answer.accepted += 1;
            if let Some(touched) = self.devices.get_mut(&reading.device) {
                let Entry { kind, state, .. } = &mut touched.entry;
                touched.visible |= state.observe(reading, kind, self.now);
            }
        }
        self.changed_statuses()
    }

    /// The statuses that changed since this was last asked.
    fn changed_statuses(&mut self) -> Vec<StatusRow> {
        let mut rows = Vec::new();
        for (id, touched) in &mut self.devices {
            let now = touched.entry.state.status();
            if let (true, (status, Some(since))) = (now != touched.recorded, now) {
                touched.recorded = now;
                rows.push(StatusRow { device: id.clone(), status, since });
            }
        }
        rows
    }

    fn updates(&mut self) -> Vec<(String, crate::domain::state::DeviceState, bool)> {
        let touched = std::mem::take(&mut self.devices);
        touched.into_iter().map(|(id, touched)| (id, touched.entry.state, touched.visible)).collect()
    }
}

fn touched<'d>(devices: &'d mut HashMap<String, Touched>, hub: &Hub, id: &str) -> Option<&'d mut Touched> {
    if !devices.contains_key(id) {
        let entry = hub.entry(id)?;
        let recorded = entry.state.status();
        devices.insert(id.to_owned(), Touched { entry, recorded, visible: false });
    }
    devices.get_mut(id)
}
