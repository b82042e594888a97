//! Alarms at the writer: readings, instants, edits and what people do come in; changes of alarms go to the
//! store and then to viewers. Called by the writer alone, so that nothing overtakes anything.
//!
//! The engine decides before the store has written. If the store then refuses, the engine knows more than
//! the disk; it is made anew from the store before anything else is decided.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};
use tokio::sync::oneshot;
use twin_schemas::alarm::{AdaptiveBand, Alarm, AlarmRule, AlarmRuleView, MaintenanceWindow};
use twin_schemas::live::{Device, DeviceKind};

use super::writer::{WriteError, WriterHandle, log_store_error};
use crate::domain::alarm::adaptive::{BandNeed, Usual};
use crate::domain::alarm::{
    ActError, Action, AlarmChanges, DeviceFacts, Engine, Handle, Known, Observation, Plan, to_us,
};
use crate::domain::reading::CheckedReading;
use crate::domain::state::DeviceState;
use crate::live::{Entry, Hub};
use crate::store::{Edit, ReadingsToStore, Store, StoreError};
use crate::webhooks::{Outbox, ZoneOf};

/// Cleared alarms that may be opened again are at most this old.
const REOPENED_WITHIN: Duration = Duration::hours(24);

type Reply<T> = oneshot::Sender<Result<T, WriteError>>;

/// What can be asked of the desk.
pub(super) enum AlarmCommand {
    PutRule(Box<AlarmRule>, Edit, Reply<AlarmRuleView>),
    RemoveRule(String, Edit, Reply<bool>),
    PutWindow(Box<MaintenanceWindow>, Reply<bool>),
    RemoveWindow(String, Reply<bool>),
    Act(u64, Action, Reply<Option<Result<Alarm, ActError>>>),
    PutBand(Box<AdaptiveBand>),
    BandNeeds(Reply<Vec<(String, String, BandNeed)>>),
    /// Zones may be others now.
    Relocate,
}

impl WriterHandle {
    /// Stores the next version of a checked rule and has it judge from then on.
    ///
    /// # Errors
    /// If the store refuses or the server stops.
    pub async fn put_alarm_rule(&self, rule: AlarmRule, edit: Edit) -> Result<AlarmRuleView, WriteError> {
        self.ask_alarms(|reply| AlarmCommand::PutRule(Box::new(rule), edit, reply)).await
    }

    /// Removes a rule and clears its alarms. False if there was none.
    ///
    /// # Errors
    /// If the store refuses or the server stops.
    pub async fn remove_alarm_rule(&self, id: String, edit: Edit) -> Result<bool, WriteError> {
        self.ask_alarms(|reply| AlarmCommand::RemoveRule(id, edit, reply)).await
    }

    /// Stores a checked maintenance window. True if it is new.
    ///
    /// # Errors
    /// If the store refuses or the server stops.
    pub async fn put_maintenance_window(&self, window: MaintenanceWindow) -> Result<bool, WriteError> {
        self.ask_alarms(|reply| AlarmCommand::PutWindow(Box::new(window), reply)).await
    }

    /// Removes a maintenance window; what it held back opens. False if there was none.
    ///
    /// # Errors
    /// If the store refuses or the server stops.
    pub async fn remove_maintenance_window(&self, id: String) -> Result<bool, WriteError> {
        self.ask_alarms(|reply| AlarmCommand::RemoveWindow(id, reply)).await
    }

    /// Does what a person does with an alarm; nothing if there is no such alarm.
    ///
    /// # Errors
    /// If the store refuses or the server stops.
    pub async fn act_on_alarm(
        &self,
        id: u64,
        action: Action,
    ) -> Result<Option<Result<Alarm, ActError>>, WriteError> {
        self.ask_alarms(|reply| AlarmCommand::Act(id, action, reply)).await
    }

    /// The bands that the rules ask for.
    ///
    /// # Errors
    /// If the server stops.
    pub async fn band_needs(&self) -> Result<Vec<(String, String, BandNeed)>, WriteError> {
        self.ask_alarms(AlarmCommand::BandNeeds).await
    }

    /// Has rules use a band that is stored.
    pub async fn put_band(&self, band: AdaptiveBand) {
        self.tell_alarms(AlarmCommand::PutBand(Box::new(band))).await;
    }

    /// Has the zones of all devices looked up anew.
    pub async fn relocate(&self) {
        self.tell_alarms(AlarmCommand::Relocate).await;
    }
}

/// The engine with its store.
pub(super) struct AlarmDesk {
    engine: Engine,
    hub: Arc<Hub>,
    store: Arc<dyn Store>,
    /// Where changes are stored.
    pub(super) outbox: Arc<Outbox>,
    zone_of: ZoneOf,
    /// Whether the engine knows what the store does not.
    stale: bool,
    /// Since when this server listens: silence from before is its own.
    listening: Option<OffsetDateTime>,
}

impl AlarmDesk {
    /// A desk that opens with the first command.
    pub(super) fn new(hub: Arc<Hub>, store: Arc<dyn Store>, outbox: Arc<Outbox>) -> Self {
        let zone_of = outbox.zones();
        Self { engine: Engine::new(1, 0), hub, store, outbox, zone_of, stale: true, listening: None }
    }

    /// Makes the engine from the store if it is not what the store says.
    pub(super) async fn refresh(&mut self) -> Result<(), WriteError> {
        if self.stale {
            let now = OffsetDateTime::now_utc();
            let changes = self.load(now).await.map_err(log_store_error)?;
            self.save(changes).await?;
            // Once what is due is stored: a store that refuses is asked each second, and viewers are not.
            let open = self.store.unfinished_alarms(now).await.map_err(log_store_error)?;
            self.stale = false;
            self.hub.raise(open);
        }
        Ok(())
    }

    async fn load(&mut self, now: OffsetDateTime) -> Result<AlarmChanges, StoreError> {
        let (now_us, store) = (to_us(now), &self.store);
        let listening = *self.listening.get_or_insert(now);
        let mut engine = Engine::new(store.last_alarm().await? + 1, to_us(listening));
        for AlarmRuleView { rule, version, .. } in store.alarm_rules().await? {
            if rule.enabled {
                engine.load_rule(Arc::new(Plan::new(rule, version)));
            }
        }
        for entry in self.hub.entries() {
            engine.load_device(self.facts(entry.device, entry.kind), &known(&entry.state));
        }
        for band in store.alarm_bands().await? {
            if let Some(usual) = Usual::new(&band) {
                engine.put_usual(&band.device, &band.stream, Arc::new(usual));
            }
        }
        let mut changes = AlarmChanges::default();
        engine.put_windows(store.maintenance_windows().await?, now_us, &mut changes);
        let alarms = store.unfinished_alarms(now - REOPENED_WITHIN).await?;
        engine.restore(alarms, store.alarm_holds().await?, now_us, &mut changes);
        self.engine = engine;
        Ok(changes)
    }

    /// The engine is not to be trusted: the store refused what it decided.
    pub(super) fn distrust(&mut self) {
        self.stale = true;
    }

    /// Where a device is in the engine.
    pub(super) fn handle(&self, device: &str) -> Option<Handle> {
        self.engine.handle(device)
    }

    /// Takes in a reading.
    pub(super) fn observe(
        &mut self,
        handle: Handle,
        reading: &CheckedReading,
        now: OffsetDateTime,
        changes: &mut AlarmChanges,
    ) {
        let observation = Observation {
            stream: &reading.stream,
            value: reading.value,
            time_us: to_us(reading.time),
            plausible: reading.plausible,
        };
        self.engine.observe(handle, observation, to_us(now), changes);
    }

    /// Does what is due by now.
    pub(super) async fn tick(&mut self) -> Result<(), WriteError> {
        self.change(Engine::tick).await
    }

    /// Takes over a registration.
    pub(super) async fn put_device(&mut self, entry: &Entry) -> Result<(), WriteError> {
        let facts = self.facts(entry.device.clone(), Arc::clone(&entry.kind));
        let known = known(&entry.state);
        self.change(|engine, now_us, changes| engine.put_device(facts, &known, now_us, changes)).await
    }

    /// Takes a device away.
    pub(super) async fn remove_device(&mut self, id: &str) -> Result<(), WriteError> {
        self.change(|engine, now_us, changes| engine.remove_device(id, now_us, changes)).await
    }

    /// Does what is asked.
    pub(super) async fn obey(&mut self, command: AlarmCommand) {
        match command {
            AlarmCommand::PutRule(rule, edit, reply) => {
                let _ = reply.send(self.put_rule(*rule, edit).await);
            }
            AlarmCommand::RemoveRule(id, edit, reply) => {
                let _ = reply.send(self.remove_rule(&id, &edit).await);
            }
            AlarmCommand::PutWindow(window, reply) => {
                let stored = self.store.put_maintenance_window(&window).await.map_err(log_store_error);
                let _ = reply.send(self.follow_windows(stored).await);
            }
            AlarmCommand::RemoveWindow(id, reply) => {
                let removed = self.store.remove_maintenance_window(&id).await.map_err(log_store_error);
                let _ = reply.send(self.follow_windows(removed).await);
            }
            AlarmCommand::Act(id, action, reply) => {
                let _ = reply.send(self.act(id, action).await);
            }
            AlarmCommand::PutBand(band) => {
                if let Some(usual) = Usual::new(&band) {
                    self.engine.put_usual(&band.device, &band.stream, Arc::new(usual));
                }
            }
            AlarmCommand::BandNeeds(reply) => {
                let _ = reply.send(self.refresh().await.map(|()| self.engine.band_needs()));
            }
            AlarmCommand::Relocate => self.relocate().await,
        }
    }

    /// Moves devices that stand in another zone by now.
    async fn relocate(&mut self) {
        for entry in self.hub.entries() {
            let known = self.engine.facts(&entry.device.id).map(|facts| &facts.zone);
            if known == Some(&(self.zone_of)(&entry.device)) {
                continue;
            }
            // What failed is in the log; the desk is then made anew, with the zones as they are.
            if self.put_device(&entry).await.is_err() {
                return;
            }
        }
    }

    async fn put_rule(&mut self, rule: AlarmRule, edit: Edit) -> Result<AlarmRuleView, WriteError> {
        self.refresh().await?;
        let version = self.store.put_alarm_rule(&rule, &edit).await.map_err(log_store_error)?;
        let plan = Arc::new(Plan::new(rule.clone(), version));
        self.change(|engine, now_us, changes| engine.put_rule(plan, now_us, changes)).await?;
        Ok(AlarmRuleView { rule, version, changed_at: edit.at, changed_by: edit.by, deleted: false })
    }

    async fn remove_rule(&mut self, id: &str, edit: &Edit) -> Result<bool, WriteError> {
        self.refresh().await?;
        let removed = self.store.remove_alarm_rule(id, edit).await.map_err(log_store_error)?;
        self.change(|engine, now_us, changes| engine.remove_rule(id, now_us, changes)).await?;
        Ok(removed)
    }

    async fn follow_windows(&mut self, stored: Result<bool, WriteError>) -> Result<bool, WriteError> {
        let stored = stored?;
        let windows = self.store.maintenance_windows().await.map_err(log_store_error)?;
        self.change(|engine, now_us, changes| engine.put_windows(windows, now_us, changes)).await?;
        Ok(stored)
    }

    async fn act(&mut self, id: u64, action: Action) -> Result<Option<Result<Alarm, ActError>>, WriteError> {
        self.refresh().await?;
        let Some(alarm) = self.store.alarm(id).await.map_err(log_store_error)? else { return Ok(None) };
        let acted = self.change(|engine, now_us, changes| engine.act(alarm, action, now_us, changes)).await?;
        Ok(Some(acted))
    }

    /// Lets the engine decide, stores what it decided, and tells viewers.
    async fn change<T>(
        &mut self,
        decide: impl FnOnce(&mut Engine, i64, &mut AlarmChanges) -> T,
    ) -> Result<T, WriteError> {
        self.refresh().await?;
        let mut changes = AlarmChanges::default();
        let decided = decide(&mut self.engine, to_us(OffsetDateTime::now_utc()), &mut changes);
        self.save(changes).await?;
        Ok(decided)
    }

    /// Stores changes that no reading caused, and tells viewers.
    pub(super) async fn save(&mut self, changes: AlarmChanges) -> Result<(), WriteError> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut batch = ReadingsToStore { alarms: changes, ..ReadingsToStore::default() };
        if let Err(error) = self.outbox.append(&mut batch).await {
            self.distrust();
            return Err(log_store_error(error));
        }
        self.tell(batch.alarms);
        Ok(())
    }

    /// Tells viewers what is stored.
    pub(super) fn tell(&self, changes: AlarmChanges) {
        if !changes.alarms.is_empty() {
            self.hub.raise(changes.alarms.into_values());
        }
    }

    fn facts(&self, device: Arc<Device>, kind: Arc<DeviceKind>) -> DeviceFacts {
        DeviceFacts { zone: (self.zone_of)(&device), device, kind }
    }
}

fn known(state: &DeviceState) -> Known {
    Known {
        latest: state
            .latest()
            .map(|(stream, reading)| (stream.to_owned(), to_us(reading.time), reading.value))
            .collect(),
        newest_us: state.newest().map(to_us),
    }
}
