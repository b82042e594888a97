//! The readings of one transaction: posts come in, are decided one by one, are stored together, and answers
//! go out. Made by the writer for whatever was posted while the last transaction was being written.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use time::OffsetDateTime;
use twin_schemas::live::{DeviceKind, DeviceStatus, IngestAnswer, Reading, RejectedReading};

use super::alarms::AlarmDesk;
use super::writer::{Clocks, WriteError, log_store_error};
use crate::domain::alarm::{AlarmChanges, Handle};
use crate::domain::reading::{self, CheckedReading, Refusal};
use crate::domain::state::DeviceState;
use crate::live::Hub;
use crate::metrics::INGEST;
use crate::store::{ReadingsToStore, StatusRow};
use crate::webhooks::Outbox;

/// The posts of one transaction while they are being decided.
pub(super) struct Round<'a> {
    hub: &'a Hub,
    alarms: &'a mut AlarmDesk,
    /// What the readings did to alarms since this was last stored.
    changes: AlarmChanges,
    now: OffsetDateTime,
    devices: Devices,
    batch: ReadingsToStore,
    /// Of each late reading, the post that it came with.
    late_posts: Vec<usize>,
    /// What became of each post.
    pub(super) answers: Vec<IngestAnswer>,
}

/// The devices of a round.
#[derive(Default)]
struct Devices {
    places: FxHashMap<String, usize>,
    touched: Vec<Touched>,
}

struct Touched {
    id: String,
    kind: Arc<DeviceKind>,
    state: DeviceState,
    handle: Option<Handle>,
    recorded: (DeviceStatus, Option<OffsetDateTime>),
    visible: bool,
}

impl<'a> Round<'a> {
    /// An empty round at this instant.
    pub(super) fn new(hub: &'a Hub, alarms: &'a mut AlarmDesk, now: OffsetDateTime) -> Self {
        Self {
            hub,
            alarms,
            changes: AlarmChanges::default(),
            now,
            devices: Devices::default(),
            batch: ReadingsToStore::default(),
            late_posts: Vec::new(),
            answers: Vec::new(),
        }
    }

    /// Decides the readings of one post.
    pub(super) fn take(&mut self, readings: Vec<Reading>, clocks: &Clocks, received: OffsetDateTime) {
        let mut answer = IngestAnswer::default();
        for (index, reading) in readings.into_iter().enumerate() {
            let told = reading.time.filter(|_| clocks.is_devices(index));
            if let Err(refusal) = self.take_one(reading, told, received, &mut answer) {
                answer.rejected.push(RejectedReading {
                    index: index as u64,
                    code: refusal.code().to_owned(),
                    message: refusal.to_string(),
                });
            }
        }
        INGEST.rejected.add(answer.rejected.len() as u64);
        self.answers.push(answer);
    }

    /// Decides a reading. `told` is its time, if its device's own clock told it.
    fn take_one(
        &mut self,
        reading: Reading,
        told: Option<OffsetDateTime>,
        received: OffsetDateTime,
        answer: &mut IngestAnswer,
    ) -> Result<(), Refusal> {
        let Some(touched) = self.devices.touch(self.hub, self.alarms, &reading.device) else {
            return Err(Refusal::unknown_device(&reading.device));
        };
        let Touched { kind, state, .. } = touched;
        let checked = reading::check(reading, kind, received).inspect_err(|refusal| {
            // A clock that is far ahead has all its readings refused, and must show all the same.
            if let (Refusal::TimeInFuture { .. }, Some(told)) = (refusal, told) {
                touched.visible |= state.note_clock(told, received);
            }
        })?;
        if state.is_newest(&checked.stream, checked.time) {
            touched.visible |= state.observe(&checked, kind, self.now);
            touched.visible |= told.is_some() && state.note_clock(checked.time, received);
            if let Some(handle) = touched.handle {
                self.alarms.observe(handle, &checked, self.now, &mut self.changes);
            }
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
            if let Some(touched) = self.devices.touch(self.hub, self.alarms, &reading.device) {
                touched.visible |= touched.state.observe(reading, &touched.kind, self.now);
                if let Some(handle) = touched.handle {
                    self.alarms.observe(handle, reading, self.now, &mut self.changes);
                }
            }
        }
        self.changed_statuses()
    }

    /// Stores what was decided, and then tells viewers.
    pub(super) async fn commit(&mut self) -> Result<(), WriteError> {
        let mut batch = std::mem::take(&mut self.batch);
        if batch.fresh.is_empty() && batch.late.is_empty() {
            self.hub.update(self.updates());
            return Ok(());
        }
        batch.statuses = self.changed_statuses();
        batch.alarms = std::mem::take(&mut self.changes);
        let started = Instant::now();
        let outbox = Arc::clone(&self.alarms.outbox);
        let stored = outbox.append(&mut batch).await.map_err(|error| {
            self.alarms.distrust();
            log_store_error(error)
        })?;
        count_commit(&batch, &stored, started.elapsed());
        let statuses = self.settle_late(&batch.late, &stored);
        save_statuses(&outbox, statuses).await;
        self.hub.update(self.updates());
        self.alarms.tell(batch.alarms);
        // The readings are stored; what late ones did to alarms comes again from the store if this fails.
        let _ = self.alarms.save(std::mem::take(&mut self.changes)).await;
        Ok(())
    }

    /// The statuses that changed since this was last asked.
    fn changed_statuses(&mut self) -> Vec<StatusRow> {
        let mut rows = Vec::new();
        for touched in &mut self.devices.touched {
            let now = touched.state.status();
            if let (true, (status, Some(since))) = (now != touched.recorded, now) {
                touched.recorded = now;
                rows.push(StatusRow { device: touched.id.clone(), status, since });
            }
        }
        rows
    }

    fn updates(&mut self) -> Vec<(String, DeviceState, bool)> {
        let Devices { touched, .. } = std::mem::take(&mut self.devices);
        touched.into_iter().map(|touched| (touched.id, touched.state, touched.visible)).collect()
    }
}

impl Devices {
    /// A device, if it is registered.
    fn touch(&mut self, hub: &Hub, alarms: &AlarmDesk, id: &str) -> Option<&mut Touched> {
        let place = if let Some(place) = self.places.get(id) {
            *place
        } else {
            let (kind, state) = hub.standing(id)?;
            let (recorded, handle) = (state.status(), alarms.handle(id));
            self.touched.push(Touched { id: id.to_owned(), kind, state, handle, recorded, visible: false });
            self.places.insert(id.to_owned(), self.touched.len() - 1);
            self.touched.len() - 1
        };
        self.touched.get_mut(place)
    }
}

/// A status row only keeps an instant over a restart; that it failed is logged, no more.
pub(super) async fn save_statuses(outbox: &Outbox, statuses: Vec<StatusRow>) {
    if statuses.is_empty() {
        return;
    }
    let mut batch = ReadingsToStore { statuses, ..ReadingsToStore::default() };
    if let Err(error) = outbox.append(&mut batch).await {
        log_store_error(error);
    }
}

fn count_commit(batch: &ReadingsToStore, stored: &[bool], took: Duration) {
    let late = stored.iter().filter(|stored| **stored).count() as u64;
    INGEST.fresh.add(batch.fresh.len() as u64);
    INGEST.late.add(late);
    INGEST.duplicate.add(stored.len() as u64 - late);
    INGEST.commit_s.observe(took.as_secs_f64());
    INGEST.commit_readings.observe((batch.fresh.len() + batch.late.len()) as f64);
}
