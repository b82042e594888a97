//! The entities that clients made, in memory: what is stored comes in at start, changes come in after they
//! are stored, entities and what refers to them go out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::{Mutex, Semaphore};

use super::entity::Entity;
use crate::sensorthings::model::Set;
use crate::store::{StaChange, StaRow, Store, StoreError};

/// Entities that clients may make, over all sets; each lies in memory.
pub(super) const ENTITIES_MOST: usize = 200_000;

/// Requests that read and are evaluated at once; each has a thread of its own while it is, and may hold an
/// answer of `world::ANSWER_BYTES_MOST`.
const QUESTIONS: usize = 16;
/// Requests that write and are under way at once; most of the time they wait for the disk together.
const WRITINGS: usize = 256;

/// An entity that a client made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Document {
    pub(super) set: Set,
    pub(super) id: String,
    /// Its properties, by the names of the standard.
    pub(super) body: Map<String, Value>,
    pub(super) refs: Refs,
}

/// The entities that it refers to, by id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Refs {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) thing: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sensor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) observed_property: Option<String>,
    /// Of a datastream: what its observations are about unless they say otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) feature: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) locations: Vec<String>,
}

impl Refs {
    /// Set and id of each.
    pub(super) fn all(&self) -> impl Iterator<Item = (Set, &str)> {
        let singles = [
            (Set::Thing, self.thing.as_deref()),
            (Set::Sensor, self.sensor.as_deref()),
            (Set::ObservedProperty, self.observed_property.as_deref()),
            (Set::FeatureOfInterest, self.feature.as_deref()),
        ];
        let singles = singles.into_iter().filter_map(|(set, id)| Some((set, id?)));
        singles.chain(self.locations.iter().map(|id| (Set::Location, id.as_str())))
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    body: Map<String, Value>,
    #[serde(default)]
    refs: Refs,
}

impl Document {
    /// The row that stores it.
    pub(super) fn row(&self) -> StaRow {
        let stored = Stored { body: self.body.clone(), refs: self.refs.clone() };
        // Plain data with string keys: writing it cannot fail.
        let data = serde_json::to_string(&stored).unwrap_or_default();
        StaRow { kind: self.set.singular().into(), id: self.id.clone(), data }
    }

    fn of_row(row: &StaRow) -> Result<Self, StoreError> {
        let content = |reason: String| StoreError::Content(format!("{} `{}`: {reason}", row.kind, row.id));
        let set = Set::ALL.into_iter().find(|set| set.singular() == row.kind);
        let set = set.ok_or_else(|| content("its kind is unknown".into()))?;
        let Stored { body, refs } =
            serde_json::from_str(&row.data).map_err(|error| content(error.to_string()))?;
        Ok(Self { set, id: row.id.clone(), body, refs })
    }
}

/// All entities that clients made.
#[derive(Debug)]
pub(crate) struct Catalogue {
    inner: RwLock<Inner>,
    /// Held by whoever changes something, from the decision until it is in memory; holds the next number.
    pub(super) changing: Mutex<u64>,
    /// Room for requests that read.
    pub(super) questions: Arc<Semaphore>,
    /// Room for requests that write.
    pub(super) writings: Arc<Semaphore>,
}

/// Ids of numbers in the order of the numbers.
type Key = (usize, String);

#[derive(Debug, Default)]
struct Inner {
    documents: HashMap<Set, BTreeMap<Key, Arc<Document>>>,
    count: usize,
    /// Set and id of what is referred to, set and key of what refers to it.
    referring: BTreeSet<(Set, String, Set, Key)>,
    /// Ids of datastreams whose observations say more than result and time.
    noted: HashSet<String>,
    /// Features that observations name, and the datastreams of those.
    features: BTreeSet<(String, String)>,
    /// The newest feature that observations of a datastream name.
    newest_features: HashMap<String, Key>,
}

impl Catalogue {
    /// What is stored.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) async fn restored(store: &dyn Store) -> Result<Self, StoreError> {
        let entities = store.sta_entities().await?;
        let mut inner = Inner::default();
        for row in &entities.rows {
            match Document::of_row(row) {
                Ok(document) => inner.put(document),
                Err(error) => tracing::error!(%error, "an entity of a SensorThings client is left out"),
            }
        }
        for (device, stream, feature) in store.noted_streams().await? {
            inner.note(super::entity::datastream_of(&device, &stream), feature);
        }
        Ok(Self {
            inner: RwLock::new(inner),
            changing: Mutex::new(entities.next_id),
            questions: Arc::new(Semaphore::new(QUESTIONS)),
            writings: Arc::new(Semaphore::new(WRITINGS)),
        })
    }

    pub(super) fn get(&self, set: Set, id: &str) -> Option<Arc<Document>> {
        self.read().documents.get(&set)?.get(&key(id)).cloned()
    }

    pub(super) fn count(&self, set: Set) -> usize {
        self.read().documents.get(&set).map_or(0, BTreeMap::len)
    }

    /// Whether no more entities can be made.
    pub(super) fn is_full(&self, more: usize) -> bool {
        self.read().count + more > ENTITIES_MOST
    }

    /// All of a set, in the order of their ids.
    pub(super) fn all(&self, set: Set) -> Vec<Arc<Document>> {
        self.read().documents.get(&set).map(|all| all.values().cloned().collect()).unwrap_or_default()
    }

    /// The entities of a set that refer to an entity.
    pub(super) fn referring(&self, to: Set, id: &str, from: Set) -> Vec<Arc<Document>> {
        let inner = self.read();
        if inner.referring.is_empty() {
            return Vec::new();
        }
        let start = (to, id.to_owned(), from, (0, String::new()));
        let keys = inner.referring.range(start..);
        let keys = keys.take_while(|(set, of, by, _)| (*set, of.as_str(), *by) == (to, id, from));
        let Some(documents) = inner.documents.get(&from) else { return Vec::new() };
        keys.filter_map(|(.., key)| documents.get(key).cloned()).collect()
    }

    /// Whether observations of a datastream say more than result and time.
    pub(super) fn is_noted(&self, datastream: &Entity) -> bool {
        let inner = self.read();
        !inner.noted.is_empty() && inner.noted.contains(&*datastream.id())
    }

    /// Datastreams that have observations which name a feature.
    pub(super) fn datastreams_naming(&self, feature: &str) -> Vec<String> {
        let inner = self.read();
        let named = inner.features.range((feature.to_owned(), String::new())..);
        named.take_while(|(of, _)| of == feature).map(|(_, datastream)| datastream.clone()).collect()
    }

    /// The newest feature that observations of a datastream name.
    pub(super) fn newest_feature(&self, datastream: &str) -> Option<String> {
        self.read().newest_features.get(datastream).map(|(_, id)| id.clone())
    }

    /// Takes over changes that are stored.
    pub(super) fn apply(&self, put: Vec<Document>, removed: &[(Set, String)]) {
        let mut inner = self.write();
        for (set, id) in removed {
            inner.remove(*set, id);
            if *set == Set::Datastream {
                inner.forget_notes(id);
            }
        }
        for document in put {
            inner.put(document);
        }
    }

    /// Remembers that observations of a datastream say more, and which feature they name.
    pub(super) fn note(&self, datastream: String, feature: Option<String>) {
        self.write().note(datastream, feature);
    }

    // A lock is poisoned if a holder panicked; the maps are whole between statements, so go on.
    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn put(&mut self, document: Document) {
        self.remove(document.set, &document.id);
        let (set, key) = (document.set, key(&document.id));
        for (to, id) in document.refs.all() {
            self.referring.insert((to, id.to_owned(), set, key.clone()));
        }
        self.documents.entry(set).or_default().insert(key, Arc::new(document));
        self.count += 1;
    }

    fn remove(&mut self, set: Set, id: &str) {
        let key = key(id);
        let Some(document) = self.documents.get_mut(&set).and_then(|all| all.remove(&key)) else { return };
        self.count -= 1;
        for (to, id) in document.refs.all() {
            self.referring.remove(&(to, id.to_owned(), set, key.clone()));
        }
    }

    fn forget_notes(&mut self, datastream: &str) {
        self.noted.remove(datastream);
        if self.newest_features.remove(datastream).is_some() {
            self.features.retain(|(_, naming)| naming != datastream);
        }
    }

    fn note(&mut self, datastream: String, feature: Option<String>) {
        if let Some(feature) = feature {
            let key = key(&feature);
            let newest = self.newest_features.entry(datastream.clone()).or_insert_with(|| key.clone());
            if *newest < key {
                *newest = key;
            }
            self.features.insert((feature, datastream.clone()));
        }
        self.noted.insert(datastream);
    }
}

fn key(id: &str) -> Key {
    (id.len(), id.to_owned())
}

/// The change that stores a document.
pub(super) fn put(document: &Document) -> StaChange {
    StaChange::Put(document.row())
}

/// The change that removes a document.
pub(super) fn remove(set: Set, id: &str) -> StaChange {
    StaChange::Remove { kind: set.singular().into(), id: id.into() }
}
