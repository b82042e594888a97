//! Observations as clients send them: drafts in, readings to the one writer, and what they say beside their
//! results to the store.

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::Value;
use time::OffsetDateTime;
use twin_schemas::live::Reading;

use super::draft::{Draft, bad};
use super::entity::{Entity, Note, Observation, TRUTH, datastream_of, observation_id};
use super::world::World;
use crate::api::Problem;
use crate::domain::reading::{CLOCK_TOLERANCE, EARLIEST, whole_microseconds};
use crate::ingest::Clocks;
use crate::sensorthings::when::{When, text_of};
use crate::store::ObservationNote;

/// An observation that is to be stored.
pub(super) struct Pending {
    pub(super) device: String,
    pub(super) stream: String,
    pub(super) time: OffsetDateTime,
    /// Whether the client told the time.
    timed: bool,
    pub(super) value: f64,
    pub(super) feature: Option<String>,
    note: serde_json::Map<String, Value>,
}

impl Pending {
    /// Reads an observation of a datastream. What it is about is left to the caller.
    pub(super) fn read(world: &World, datastream: &Entity, mut draft: Draft) -> Result<Self, Problem> {
        let (device, stream) = datastream.series().ok_or_else(World::nothing)?;
        let value = result(&draft, datastream.is_truth())?;
        let told = draft.text("phenomenonTime").and_then(When::parse);
        let when = told.unwrap_or_else(|| When::at(world.instant()));
        let time = whole_microseconds(when.start);
        draft.body.remove("result");
        if when.is_instant() {
            draft.body.remove("phenomenonTime");
        } else {
            draft.body.insert("phenomenonTime".into(), text_of(when).into());
        }
        if draft.text("resultTime").and_then(When::parse) == Some(when) {
            draft.body.remove("resultTime");
        }
        if draft.body.get("parameters").and_then(Value::as_object).is_some_and(serde_json::Map::is_empty) {
            draft.body.remove("parameters");
        }
        Ok(Self { device, stream, time, timed: told.is_some(), value, feature: None, note: draft.body })
    }

    /// Refuses an instant that the writer would refuse, before anything is stored.
    pub(super) fn check(&self, now: OffsetDateTime) -> Result<(), Problem> {
        let hint = "set the device's clock, or leave out `phenomenonTime`";
        if self.time > now + CLOCK_TOLERANCE {
            let detail = "measured more than 5 s ahead of the server's clock";
            return Err(bad("time_in_future", detail).with_hint(hint));
        }
        if self.time < EARLIEST {
            return Err(bad("time_too_early", "measured before 2000-01-01").with_hint(hint));
        }
        Ok(())
    }

    /// The id that the observation has.
    pub(super) fn id(&self) -> String {
        observation_id(&datastream_of(&self.device, &self.stream), self.time)
    }

    /// The observation as it is answered.
    pub(super) fn entity(self, datastream: Entity) -> Entity {
        let range = match &datastream {
            Entity::Stream(entry, stream) => entry.kind.streams.get(stream).map(|kind| kind.min..=kind.max),
            _ => None,
        };
        let noted = !self.note.is_empty() || self.feature.is_some();
        let note = noted.then(|| Arc::new(Note { feature: self.feature, body: self.note }));
        Entity::Observation(Box::new(Observation {
            plausible: range.is_none_or(|range| range.contains(&self.value)),
            datastream: Arc::new(datastream),
            time: self.time,
            value: self.value,
            note,
        }))
    }

    fn note(&self) -> Option<ObservationNote> {
        if self.note.is_empty() && self.feature.is_none() {
            return None;
        }
        Some(ObservationNote {
            device: self.device.clone(),
            stream: self.stream.clone(),
            time: self.time,
            feature: self.feature.clone(),
            // Plain data with string keys: writing it cannot fail.
            data: serde_json::to_string(&self.note).unwrap_or_default(),
        })
    }
}

fn result(draft: &Draft, truth: bool) -> Result<f64, Problem> {
    let number = match draft.body.get("result") {
        Some(Value::Bool(yes)) if truth => Some(f64::from(u8::from(*yes))),
        Some(Value::Number(number)) => number.as_f64().filter(|number| number.is_finite()),
        _ => None,
    };
    number.ok_or_else(|| {
        bad("result_not_a_number", "`result` is not a number; the history keeps numbers").with_hint(format!(
            "send a JSON number without quotes; `true` and `false` fit a Datastream whose `observationType` ends with `{TRUTH}`"
        ))
    })
}

/// Refuses observations of which one could not be stored, before anything is.
pub(super) fn check(world: &World, all: &[Pending]) -> Result<(), Problem> {
    let mut seen = HashMap::new();
    for pending in all {
        pending.check(world.now)?;
        let before = seen.insert((&pending.device, &pending.stream, pending.time), pending.value);
        if before.is_some_and(|before| before != pending.value) {
            return Err(exists());
        }
    }
    Ok(())
}

/// Stores observations; they are on disk when this answers. One answer each: its id, or why it is not
/// stored. An observation of the same datastream and instant that is there already stays, and counts as
/// stored if its result is the same.
pub(super) fn ingest(world: &World, all: &[Pending]) -> Result<Vec<Result<String, Problem>>, Problem> {
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let readings = all.iter().map(|pending| Reading {
        device: pending.device.clone(),
        stream: pending.stream.clone(),
        value: pending.value,
        time: Some(pending.time),
    });
    let clocks = Clocks::Each(all.iter().map(|pending| pending.timed).collect());
    let answer = world.wait(world.app.writer.ingest(readings.collect(), clocks))?;
    let mut told: Vec<Result<String, Problem>> = all.iter().map(|pending| Ok(pending.id())).collect();
    for rejected in answer.rejected {
        if let Some(told) = told.get_mut(rejected.index as usize) {
            *told = Err(bad("observation_rejected", rejected.message));
        }
    }
    if answer.duplicates > 0 {
        for (pending, told) in all.iter().zip(&mut told).filter(|(_, told)| told.is_ok()) {
            if let Err(problem) = check_same(world, pending) {
                *told = Err(problem);
            }
        }
    }
    let stored = all.iter().zip(&told).filter(|(_, told)| told.is_ok()).map(|(pending, _)| pending);
    let notes: Vec<ObservationNote> = stored.filter_map(Pending::note).collect();
    if !notes.is_empty() {
        world.wait(world.app.store.note_observations(&notes, false))?;
        for note in notes {
            world.app.sensorthings.note(datastream_of(&note.device, &note.stream), note.feature);
        }
    }
    Ok(told)
}

fn check_same(world: &World, pending: &Pending) -> Result<(), Problem> {
    let before = world.get(crate::sensorthings::model::Set::Observation, &pending.id())?;
    match before {
        Some(Entity::Observation(before)) if before.value != pending.value => Err(exists()),
        _ => Ok(()),
    }
}

fn exists() -> Problem {
    let detail = "there is an observation of this datastream and instant, with another result";
    Problem::new(StatusCode::CONFLICT, "observation_exists", detail)
        .with_hint("a measurement stays what it was; send another `phenomenonTime`")
}
