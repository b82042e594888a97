//! Everything that a request may ask for: entities by id and by relation, from the hub, the kinds, the
//! documents of clients and the history. One is made for each request, with the request's address, its
//! time and its bounds.
//!
//! Requests are answered on threads that may wait, so that evaluating them needs no second, asynchronous
//! form of everything; the history is the only thing that is waited for.

use std::cell::{Cell, Ref, RefCell};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use time::OffsetDateTime;
use tokio::runtime::Handle;
use twin_schemas::geometry::{GeographicPoint, LocalPoint};

use super::entity::{Entity, of_observation_id};
use super::history;
use crate::api::Problem;
use crate::app::App;
use crate::auth::Permit;
use crate::auth::place::check_devices;
use crate::domain::enu::to_geographic;
use crate::domain::permission::Action;
use crate::domain::reading::whole_microseconds;
use crate::sensorthings::model::{Navigation, Set};
use crate::sensorthings::when::When;

/// How long a request may be evaluated.
const TIME_MOST: Duration = Duration::from_secs(8);
/// Most entities in one answer.
const ANSWERED_MOST: usize = 100_000;
/// Longest answer.
pub(super) const ANSWER_BYTES_MOST: usize = 64 * 1024 * 1024;
/// Devices that are copied from the hub at a time.
const AT_ONCE: usize = 1_024;

/// What a request sees.
pub(super) struct World {
    pub(super) app: Arc<App>,
    pub(super) now: OffsetDateTime,
    /// Who asks.
    pub(super) permit: Permit,
    host: String,
    /// None in a community whose place on Earth is not known.
    origin: Option<GeographicPoint>,
    handle: Handle,
    until: Instant,
    looked: Cell<u64>,
    answered: Cell<usize>,
    /// The last position that was written.
    position: RefCell<Option<(LocalPoint, String)>>,
    /// Observations so far that brought no instant.
    unnamed: Cell<i64>,
}

impl World {
    /// A world for a request that was sent to `host`, such as `http://127.0.0.1:8080`.
    pub(super) fn new(app: Arc<App>, permit: Permit, host: String) -> Self {
        let origin = app.publications.served().catalog.community.origin;
        Self {
            origin,
            host,
            permit,
            app,
            now: OffsetDateTime::now_utc(),
            handle: Handle::current(),
            until: Instant::now() + TIME_MOST,
            looked: Cell::new(0),
            answered: Cell::new(0),
            position: RefCell::default(),
            unnamed: Cell::new(0),
        }
    }

    /// Whether an action may be done at a device, or a stream of a client.
    pub(super) fn may_at(&self, action: Action, device: &str) -> Result<(), Problem> {
        check_devices(&self.permit.acting(action), &self.app, std::iter::once(device))
    }

    /// The instant of an observation that brings none: that of the request, each time a microsecond later, so
    /// that no two of a datastream are one.
    pub(super) fn instant(&self) -> OffsetDateTime {
        let step = self.unnamed.get();
        self.unnamed.set(step + 1);
        whole_microseconds(self.now) + time::Duration::microseconds(step)
    }

    /// The server's address.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The address of the service.
    pub(super) fn base(&self) -> String {
        format!("{}{}", self.host, super::ROOT)
    }

    /// The address of an entity.
    pub(super) fn link(&self, entity: &Entity) -> String {
        self.link_to(entity.set(), &entity.id())
    }

    /// The address of the entity with an id.
    pub(super) fn link_to(&self, set: Set, id: &str) -> String {
        [&self.host, super::ROOT, "/", set.plural(), "('", id, "')"].concat()
    }

    /// A position of the community in standard form, as `write` writes it; nothing if the community's place is
    /// not known. A device and its streams are asked for one after the other: what was written last is kept.
    pub(super) fn position(
        &self,
        local: &LocalPoint,
        write: impl FnOnce(&GeographicPoint) -> String,
    ) -> Option<Ref<'_, str>> {
        let origin = self.origin.as_ref()?;
        if self.position.borrow().as_ref().is_none_or(|(known, _)| known != local) {
            *self.position.borrow_mut() = Some((*local, write(&to_geographic(origin, local))));
        }
        Some(Ref::map(self.position.borrow(), |kept| kept.as_ref().map_or("", |(_, text)| text)))
    }

    /// The origin of the community's local frame.
    pub(super) fn origin(&self) -> Option<&GeographicPoint> {
        self.origin.as_ref()
    }

    /// Counts entities that are looked at, and ends what takes too long.
    pub(super) fn look(&self, entities: u64) -> Result<(), Problem> {
        let before = self.looked.get();
        self.looked.set(before + entities);
        // The clock is asked now and then: it costs more than an entity.
        if before >> 8 != (before + entities) >> 8 && Instant::now() > self.until {
            let detail = "finding what is asked for takes longer than 8 s";
            return Err(Problem::bad_request("query_too_expensive", detail).with_hint(
                "narrow it: by `phenomenonTime`, by `Datastream/id`, or by asking one Datastream or Thing",
            ));
        }
        Ok(())
    }

    /// Counts entities of the answer, and refuses what is more than one answer should hold.
    pub(super) fn answer(&self, entities: usize) -> Result<(), Problem> {
        self.answered.set(self.answered.get() + entities);
        if self.answered.get() > ANSWERED_MOST {
            return Err(too_large(&format!("the answer would hold more than {ANSWERED_MOST} entities")));
        }
        Ok(())
    }

    /// Refuses an answer that has become longer than one should be.
    pub(super) fn check_length(answer: &str) -> Result<(), Problem> {
        if answer.len() > ANSWER_BYTES_MOST {
            return Err(too_large(&format!("the answer would be longer than {ANSWER_BYTES_MOST} bytes")));
        }
        Ok(())
    }

    /// Waits for the store.
    pub(super) fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.handle.block_on(answer)
    }

    /// The entity with an id.
    pub(super) fn get(&self, set: Set, id: &str) -> Result<Option<Entity>, Problem> {
        if set == Set::Observation {
            return self.observation(id);
        }
        if let Some(document) = self.app.sensorthings.get(set, id) {
            return Ok(Some(Entity::Free(document)));
        }
        Ok(match set {
            Set::Thing | Set::Location | Set::FeatureOfInterest => {
                self.device(id).map(|entry| Entity::Device(set, entry))
            }
            Set::Datastream => self.stream(id),
            Set::Sensor => self.app.kinds.get(id).cloned().map(Entity::Kind),
            Set::ObservedProperty => {
                let kind = self.app.kinds.list().iter().find(|kind| kind.streams.contains_key(id));
                kind.map(|kind| Entity::Property(Arc::clone(kind), id.to_owned()))
            }
            Set::HistoricalLocation | Set::Observation => None,
        })
    }

    fn device(&self, id: &str) -> Option<Arc<crate::live::Entry>> {
        // The hub also finds streams without a device, whose ids have a colon.
        if id.contains(':') { None } else { self.app.hub.entry(id).map(Arc::new) }
    }

    fn stream(&self, id: &str) -> Option<Entity> {
        let (device, stream) = id.split_once(':')?;
        let entry = self.device(device)?;
        entry.kind.streams.contains_key(stream).then(|| Entity::Stream(entry, stream.to_owned()))
    }

    fn observation(&self, id: &str) -> Result<Option<Entity>, Problem> {
        let Some((datastream, time)) = of_observation_id(id) else { return Ok(None) };
        let Some(datastream) = self.get(Set::Datastream, datastream)? else { return Ok(None) };
        let source = history::Source::of(self, datastream);
        Ok(source.oldest(self, Some(time), Some(time), 1)?.pop())
    }

    /// The entity that a relation to one leads to.
    pub(super) fn one(&self, from: &Entity, navigation: &Navigation) -> Result<Option<Entity>, Problem> {
        Ok(match (from, navigation.to) {
            (Entity::Stream(entry, _), Set::Thing) => Some(Entity::Device(Set::Thing, Arc::clone(entry))),
            (Entity::Stream(entry, _), Set::Sensor) => Some(Entity::Kind(Arc::clone(&entry.kind))),
            (Entity::Stream(_, stream), Set::ObservedProperty) => self.get(Set::ObservedProperty, stream)?,
            (Entity::Observation(observation), Set::Datastream) => {
                Some(Entity::clone(&observation.datastream))
            }
            (Entity::Observation(observation), Set::FeatureOfInterest) => {
                let named = observation.note.as_ref().and_then(|note| note.feature.as_deref());
                match (named, &*observation.datastream) {
                    (Some(id), _) => self.get(Set::FeatureOfInterest, id)?,
                    (None, datastream) => self.feature_of(datastream)?,
                }
            }
            (Entity::Free(document), to) => {
                let refs = &document.refs;
                let id = match to {
                    Set::Thing => &refs.thing,
                    Set::Sensor => &refs.sensor,
                    Set::ObservedProperty => &refs.observed_property,
                    _ => &None,
                };
                match id {
                    Some(id) => self.get(to, id)?,
                    None => None,
                }
            }
            _ => None,
        })
    }

    /// What the observations of a datastream are about unless they say otherwise.
    pub(super) fn feature_of(&self, datastream: &Entity) -> Result<Option<Entity>, Problem> {
        match datastream {
            Entity::Stream(entry, _) => Ok(Some(Entity::Device(Set::FeatureOfInterest, Arc::clone(entry)))),
            Entity::Free(document) => match &document.refs.feature {
                Some(id) => self.get(Set::FeatureOfInterest, id),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// The entities that a relation to many leads to, except to observations.
    pub(super) fn many(&self, from: &Entity, to: Set) -> Result<Vec<Entity>, Problem> {
        let mut found = Vec::new();
        match (from, to) {
            (Entity::Device(Set::Thing, entry), Set::Location)
            | (Entity::Device(Set::Location, entry), Set::Thing) => {
                found.push(Entity::Device(to, Arc::clone(entry)));
            }
            (Entity::Device(Set::Thing, entry), Set::Datastream) => {
                let streams = entry.kind.streams.keys();
                found.extend(streams.map(|stream| Entity::Stream(Arc::clone(entry), stream.clone())));
            }
            (Entity::Kind(_) | Entity::Property(..), Set::Datastream) => {
                self.scan(Set::Datastream, |datastream| {
                    let fits = match (&datastream, from) {
                        (Entity::Stream(entry, _), Entity::Kind(kind)) => entry.kind.id == kind.id,
                        (Entity::Stream(_, stream), Entity::Property(_, wanted)) => stream == wanted,
                        _ => false,
                    };
                    if fits {
                        found.push(datastream);
                    }
                    Ok(true)
                })?;
            }
            (Entity::Free(document), Set::Location) => {
                for id in &document.refs.locations {
                    found.extend(self.get(to, id)?);
                }
                return Ok(found);
            }
            _ => {}
        }
        let referring = self.app.sensorthings.referring(from.set(), &from.id(), to);
        found.extend(referring.into_iter().map(Entity::Free));
        self.look(found.len() as u64)?;
        Ok(found)
    }

    /// Shows all entities of a set other than observations, until told to stop: our own by id, then those
    /// of clients by id.
    pub(super) fn scan(
        &self,
        set: Set,
        mut show: impl FnMut(Entity) -> Result<bool, Problem>,
    ) -> Result<(), Problem> {
        match set {
            Set::Sensor => {
                for kind in self.app.kinds.list() {
                    if !show(Entity::Kind(Arc::clone(kind)))? {
                        return Ok(());
                    }
                }
            }
            Set::ObservedProperty => {
                for property in self.properties() {
                    if !show(property)? {
                        return Ok(());
                    }
                }
            }
            Set::HistoricalLocation | Set::Observation => {}
            Set::Thing | Set::Location | Set::FeatureOfInterest | Set::Datastream => {
                if !self.scan_devices(set, &mut show)? {
                    return Ok(());
                }
            }
        }
        for document in self.app.sensorthings.all(set) {
            self.look(1)?;
            if !show(Entity::Free(document))? {
                break;
            }
        }
        Ok(())
    }

    fn scan_devices(
        &self,
        set: Set,
        show: &mut impl FnMut(Entity) -> Result<bool, Problem>,
    ) -> Result<bool, Problem> {
        let mut after: Option<String> = None;
        loop {
            let entries = self.app.hub.entries_after(after.as_deref(), AT_ONCE);
            let Some(last) = entries.last() else { return Ok(true) };
            after = Some(last.device.id.clone());
            for entry in entries {
                self.look(1)?;
                let entry = Arc::new(entry);
                if set != Set::Datastream {
                    if !show(Entity::Device(set, entry))? {
                        return Ok(false);
                    }
                    continue;
                }
                for stream in entry.kind.streams.keys() {
                    if !show(Entity::Stream(Arc::clone(&entry), stream.clone()))? {
                        return Ok(false);
                    }
                }
            }
        }
    }

    fn properties(&self) -> Vec<Entity> {
        let mut found = std::collections::BTreeMap::new();
        for kind in self.app.kinds.list() {
            for stream in kind.streams.keys() {
                found
                    .entry(stream.clone())
                    .or_insert_with(|| Entity::Property(Arc::clone(kind), stream.clone()));
            }
        }
        found.into_values().collect()
    }

    /// How many entities a set other than observations has, if that is known without looking at them.
    pub(super) fn known_count(&self, set: Set) -> Option<u64> {
        let own = match set {
            Set::Thing | Set::Location | Set::FeatureOfInterest => self.app.hub.count(),
            Set::Sensor => self.app.kinds.list().len(),
            Set::ObservedProperty => self.properties().len(),
            Set::HistoricalLocation => 0,
            Set::Datastream | Set::Observation => return None,
        };
        Some((own + self.app.sensorthings.count(set)) as u64)
    }

    /// From the first to the last measurement of a datastream; nothing if there is none.
    pub(super) fn extent(&self, datastream: &Entity) -> Result<Option<When>, Problem> {
        self.look(1)?;
        let source = history::Source::of(self, datastream.clone());
        let time = |found: Vec<Entity>| match found.first() {
            Some(Entity::Observation(observation)) => Some(observation.time),
            _ => None,
        };
        let newest = match source.latest_known(self) {
            Some(latest) => time(vec![latest]),
            None => time(source.newest(self, None, None, 1)?),
        };
        let Some(end) = newest else { return Ok(None) };
        let start = time(source.oldest(self, None, None, 1)?).unwrap_or(end);
        Ok(Some(When { start: start.min(end), end }))
    }

    /// What is answered when there is no such entity.
    pub(super) fn nothing() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "no_entity", "there is no such entity")
            .with_hint("ids that are texts stand in single quotes, such as `Things('lamp-1')`")
    }
}

fn too_large(detail: &str) -> Problem {
    Problem::bad_request("answer_too_large", detail)
        .with_hint("use a smaller `$top`, also within `$expand`, or `$select` what is needed")
}
