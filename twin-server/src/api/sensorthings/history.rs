//! A datastream as a source of observations: stretches of its history in, observations with what they say
//! beside their results out.

use std::collections::HashMap;
use std::sync::Arc;

use time::OffsetDateTime;
use time::macros::datetime;

use super::entity::{Entity, FREE_STREAM, Note, Observation, free_device};
use super::world::World;
use crate::api::Problem;
use crate::domain::state::DeviceState;
use crate::domain::summary::Grid;
use crate::store::{AggregateQuery, End, HistoryQuery, ObservationNote, StoredReading};

/// Readings lie between these: the writer refuses earlier ones, and later ones until their time has come.
const EARLIEST: OffsetDateTime = datetime!(1900-01-01 0:00 UTC);
const LATEST: OffsetDateTime = datetime!(9999-01-01 0:00 UTC);

/// A datastream and where its readings lie.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) datastream: Arc<Entity>,
    device: String,
    stream: String,
    /// Whether its observations may say more than result and time.
    pub(super) noted: bool,
}

impl Source {
    pub(super) fn of(world: &World, datastream: Entity) -> Self {
        // What is no datastream has no series and so no readings.
        let (device, stream) = datastream.series().unwrap_or_default();
        let noted = world.app.sensorthings.is_noted(&datastream);
        Self { datastream: Arc::new(datastream), device, stream, noted }
    }

    /// The oldest observations of a stretch, oldest first.
    pub(super) fn oldest(
        &self,
        world: &World,
        from: Option<OffsetDateTime>,
        to: Option<OffsetDateTime>,
        limit: u32,
    ) -> Result<Vec<Entity>, Problem> {
        let readings = world.wait(world.app.store.history(self.query(from, to, limit, End::Oldest)))?;
        self.observations(world, readings)
    }

    /// The newest observations of a stretch, newest first.
    pub(super) fn newest(
        &self,
        world: &World,
        from: Option<OffsetDateTime>,
        to: Option<OffsetDateTime>,
        limit: u32,
    ) -> Result<Vec<Entity>, Problem> {
        let readings = world.wait(world.app.store.history(self.query(from, to, limit, End::Newest)))?;
        let mut observations = self.observations(world, readings)?;
        observations.reverse();
        Ok(observations)
    }

    /// How many observations a stretch has.
    pub(super) fn count(
        &self,
        world: &World,
        from: Option<OffsetDateTime>,
        to: Option<OffsetDateTime>,
    ) -> Result<u64, Problem> {
        world.look(1)?;
        let micros = |time: OffsetDateTime| (time.unix_timestamp_nanos() / 1_000) as i64;
        let (from, to) = (from.unwrap_or(EARLIEST), to.unwrap_or(LATEST));
        // One step takes all; a stretch that runs backwards takes nothing.
        let (from, to) = (micros(from), micros(to));
        let Some(grid) = Grid::new(from, to, to.saturating_sub(from).max(0) + 1, from) else { return Ok(0) };
        if to < from {
            return Ok(0);
        }
        let query = AggregateQuery { device: self.device.clone(), stream: self.stream.clone(), grid };
        let steps = world.wait(world.app.store.aggregate(query))?;
        Ok(steps.iter().map(|step| step.summary.readings).sum())
    }

    /// How many observations datastreams have together; nothing if each must be counted by itself.
    pub(super) fn count_many<'s>(
        world: &World,
        sources: impl Iterator<Item = &'s Self>,
    ) -> Result<Option<u64>, Problem> {
        let streams: Vec<(String, String)> =
            sources.map(|source| (source.device.clone(), source.stream.clone())).collect();
        world.look(streams.len() as u64)?;
        let counts = world.wait(world.app.store.counts(&streams))?;
        Ok(counts.map(|counts| counts.iter().sum()))
    }

    /// The newest observation from memory; nothing if memory cannot tell, because the newest reading is one
    /// that the state left aside, or because observations of this datastream say more.
    pub(super) fn latest_known(&self, world: &World) -> Option<Entity> {
        if self.noted {
            return None;
        }
        self.with_state(world, |state| {
            let latest = state.latest_of(&self.stream)?;
            (state.newest_of(&self.stream) == Some(latest.time)).then(|| {
                self.observation(
                    StoredReading { time: latest.time, value: latest.value, plausible: true },
                    None,
                )
            })
        })?
    }

    /// The instant of the newest observation; nothing if there is none.
    pub(super) fn newest_time(&self, world: &World) -> Option<OffsetDateTime> {
        self.with_state(world, |state| state.newest_of(&self.stream))?
    }

    fn with_state<T>(&self, world: &World, ask: impl FnOnce(&DeviceState) -> T) -> Option<T> {
        match &*self.datastream {
            Entity::Stream(entry, _) => Some(ask(&entry.state)),
            Entity::Free(document) => {
                let entry = world.app.hub.entry(&free_device(&document.id))?;
                debug_assert_eq!(self.stream, FREE_STREAM);
                Some(ask(&entry.state))
            }
            _ => None,
        }
    }

    fn query(
        &self,
        from: Option<OffsetDateTime>,
        to: Option<OffsetDateTime>,
        limit: u32,
        end: End,
    ) -> HistoryQuery {
        HistoryQuery { device: self.device.clone(), stream: self.stream.clone(), from, to, limit, end }
    }

    fn observations(&self, world: &World, readings: Vec<StoredReading>) -> Result<Vec<Entity>, Problem> {
        let (Some(first), Some(last)) = (readings.first(), readings.last()) else { return Ok(Vec::new()) };
        let mut notes = HashMap::new();
        if self.noted {
            let query = self.query(Some(first.time), Some(last.time), u32::MAX, End::Oldest);
            for note in world.wait(world.app.store.observation_notes(query))? {
                notes.insert(note.time, Arc::new(Note::of(note)));
            }
        }
        let found =
            readings.into_iter().map(|reading| self.observation(reading, notes.remove(&reading.time)));
        Ok(found.collect())
    }

    fn observation(&self, reading: StoredReading, note: Option<Arc<Note>>) -> Entity {
        Entity::Observation(Box::new(Observation {
            datastream: Arc::clone(&self.datastream),
            time: reading.time,
            value: reading.value,
            plausible: reading.plausible,
            note,
        }))
    }
}

impl Note {
    /// A note as it is stored.
    pub(super) fn of(note: ObservationNote) -> Self {
        // Only this interface writes notes; one that cannot be read says nothing.
        Self { feature: note.feature, body: serde_json::from_str(&note.data).unwrap_or_default() }
    }
}
