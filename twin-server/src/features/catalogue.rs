//! All collections, and what is remembered about them between requests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use twin_schemas::model::ObjectClass;

use super::collection::Collection;
use super::devices::{self, Devices};
use super::objects::{CLASSES, Objects, Survey};
use super::schema::Schema;
use super::source::Source;
use crate::domain::kinds::DeviceKinds;

/// Gives collections over a source. Surveys of the model are made once for each of its versions.
#[derive(Debug)]
pub struct Catalogue {
    device_schema: Arc<Schema>,
    surveys: Mutex<Surveys>,
    scans: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Surveys {
    version: String,
    by_class: BTreeMap<ObjectClass, Arc<Survey>>,
}

impl Catalogue {
    /// A catalogue for devices of these kinds. At most so many scans run at once as there are cores.
    #[must_use]
    pub fn new(kinds: &DeviceKinds) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            device_schema: Arc::new(devices::schema(kinds)),
            surveys: Mutex::default(),
            scans: Arc::new(Semaphore::new(cores)),
        }
    }

    /// Room for going through a collection.
    #[must_use]
    pub fn scans(&self) -> Arc<Semaphore> {
        Arc::clone(&self.scans)
    }

    /// All collections, in the order in which they are listed.
    #[must_use]
    pub fn all(&self, source: &Source) -> Vec<Box<dyn Collection>> {
        let ids = CLASSES.iter().map(|(_, about)| about.id).chain([devices::ABOUT.id]);
        ids.filter_map(|id| self.get(source, id)).collect()
    }

    /// The collection with this id.
    #[must_use]
    pub fn get(&self, source: &Source, id: &str) -> Option<Box<dyn Collection>> {
        if id == devices::ABOUT.id {
            let schema = Arc::clone(&self.device_schema);
            return Some(Box::new(Devices { source: source.clone(), schema }));
        }
        let (class, about) = CLASSES.iter().find(|(_, about)| about.id == id)?;
        let survey = self.survey(source, *class);
        Some(Box::new(Objects { class: *class, about, source: source.clone(), survey }))
    }

    fn survey(&self, source: &Source, class: ObjectClass) -> Arc<Survey> {
        // Whoever comes while a survey is made waits for it instead of making another.
        let mut surveys = self.surveys.lock().unwrap_or_else(PoisonError::into_inner);
        if surveys.version != source.model_version() {
            *surveys = Surveys { version: source.model_version().to_owned(), by_class: BTreeMap::new() };
        }
        Arc::clone(surveys.by_class.entry(class).or_insert_with(|| Arc::new(Survey::of(source, class))))
    }
}
