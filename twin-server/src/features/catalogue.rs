//! All collections, and what is remembered about them between requests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use twin_schemas::model::ObjectClass;

use super::collection::Collection;
use super::devices::{self, Devices};
use super::finds::Finds;
use super::objects::{CLASSES, Objects};
use super::problems::{self, Problems};
use super::programming::{self, Listed};
use super::projects::{self, Projects};
use super::reports::{self, Reports};
use super::schema::Schema;
use super::source::{self, Source};
use crate::domain::kinds::DeviceKinds;
use crate::domain::programming::List;

/// Gives collections over a source. The objects of a version are gone through once for each class.
#[derive(Debug)]
pub struct Catalogue {
    device_schema: Arc<Schema>,
    pub(super) project_schema: Arc<Schema>,
    pub(super) report_schema: Arc<Schema>,
    pub(super) problem_schema: Arc<Schema>,
    pub(super) list_schemas: [Arc<Schema>; 3],
    surveys: Mutex<Surveys>,
    scans: Arc<Semaphore>,
}

/// What is known of the objects of one published version.
#[derive(Debug, Default)]
struct Surveys {
    version: String,
    by_class: BTreeMap<ObjectClass, Survey>,
}

#[derive(Debug)]
struct Survey {
    published: Finds,
    /// The schema with what people changed and made, and the revision that it is of.
    schema: Arc<Schema>,
    revision: u64,
}

impl Catalogue {
    /// A catalogue for devices of these kinds. At most so many scans run at once as there are cores.
    #[must_use]
    pub fn new(kinds: &DeviceKinds) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            device_schema: Arc::new(devices::schema(kinds)),
            project_schema: Arc::new(projects::schema()),
            report_schema: Arc::new(reports::schema()),
            problem_schema: Arc::new(problems::schema()),
            list_schemas: List::ALL.map(|list| Arc::new(programming::schema(list))),
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
        let live = [devices::ABOUT.id, projects::ABOUT.id, reports::ABOUT.id, problems::ABOUT.id];
        let lists = programming::ABOUT.iter().map(|(_, about)| about.id);
        let ids = CLASSES.iter().map(|(_, about)| about.id).chain(live).chain(lists);
        ids.filter_map(|id| self.get(source, id)).collect()
    }

    /// The collection with this id.
    #[must_use]
    pub fn get(&self, source: &Source, id: &str) -> Option<Box<dyn Collection>> {
        if id == devices::ABOUT.id {
            let schema = Arc::clone(&self.device_schema);
            return Some(Box::new(Devices { source: source.clone(), schema }));
        }
        if id == projects::ABOUT.id {
            let schema = Arc::clone(&self.project_schema);
            return Some(Box::new(Projects { source: source.clone(), schema }));
        }
        if id == reports::ABOUT.id {
            let schema = Arc::clone(&self.report_schema);
            return Some(Box::new(Reports { source: source.clone(), schema }));
        }
        if id == problems::ABOUT.id {
            let schema = Arc::clone(&self.problem_schema);
            return Some(Box::new(Problems { source: source.clone(), schema }));
        }
        let listed = programming::ABOUT.iter().zip(&self.list_schemas);
        if let Some(((list, about), schema)) = listed.into_iter().find(|((_, about), _)| about.id == id) {
            let (source, schema) = (source.clone(), Arc::clone(schema));
            return Some(Box::new(Listed { list: *list, about, source, schema }));
        }
        let (class, about) = CLASSES.iter().find(|(_, about)| about.id == id)?;
        // Whoever comes while objects are gone through waits for it instead of doing the same.
        let mut surveys = self.surveys.lock().unwrap_or_else(PoisonError::into_inner);
        let schema = surveys.schema(source.now(), *class);
        drop(surveys);
        Some(Box::new(Objects { class: *class, about, source: source.clone(), schema }))
    }
}

impl Surveys {
    fn schema(&mut self, now: &source::Moment, class: ObjectClass) -> Arc<Schema> {
        if self.version != now.version() {
            *self = Self { version: now.version().to_owned(), by_class: BTreeMap::new() };
        }
        let survey = self.by_class.entry(class).or_insert_with(|| Survey::of(now, class));
        if survey.revision != now.revision() {
            survey.schema = Arc::new(survey.published.schema(now, class));
            survey.revision = now.revision();
        }
        Arc::clone(&survey.schema)
    }
}

impl Survey {
    fn of(now: &source::Moment, class: ObjectClass) -> Self {
        let published = Finds::published(now, class);
        Self { schema: Arc::new(published.schema(now, class)), published, revision: now.revision() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use twin_schemas::model::ModelObject;

    use super::*;
    use crate::spatial::{ObjectTable, Snapshot, StoredObject};

    fn zone(id: &str, properties: &Value) -> ModelObject {
        let point = json!({ "east_m": 0, "north_m": 0, "up_m": 0 });
        let bounds = json!({ "min": point, "max": point });
        serde_json::from_value(
            json!({ "id": id, "class": "zone", "bounds": bounds, "properties": properties }),
        )
        .unwrap()
    }

    fn extras(schema: &Schema) -> Vec<&str> {
        let names = schema.properties().iter().map(|property| property.name.as_str());
        names.filter(|name| name.starts_with("x_")).collect()
    }

    #[test]
    fn what_people_say_is_added_without_going_through_what_is_published() {
        let table = ObjectTable::new(vec![zone("zone/a", &json!({ "x_a": 1 }))]);
        let mut now = Snapshot::of_objects("v1", Arc::new(table), [], []);
        let mut surveys = Surveys::default();
        let ask = |surveys: &mut Surveys, now: &Snapshot, class| {
            surveys.schema(&source::Moment::of(now.clone()), class)
        };
        assert_eq!(extras(&ask(&mut surveys, &now, ObjectClass::Zone)), ["x_a"]);
        // Would be gone if the published objects were looked at again.
        for survey in surveys.by_class.values_mut() {
            survey.published.take(&zone("zone/a", &json!({ "x_kept": 1 })));
        }
        assert_eq!(extras(&ask(&mut surveys, &now, ObjectClass::Zone)), ["x_a"]);
        now.put(StoredObject::from(zone("zone/a", &json!({ "x_changed": 1 }))));
        now.put(StoredObject::from(zone("made/1", &json!({ "x_made": true }))));
        let schema = ask(&mut surveys, &now, ObjectClass::Zone);
        assert_eq!(extras(&schema), ["x_a", "x_changed", "x_kept", "x_made"]);
        assert!(Arc::ptr_eq(&schema, &ask(&mut surveys, &now, ObjectClass::Zone)));
        assert!(extras(&ask(&mut surveys, &now, ObjectClass::Building)).is_empty());
        now.take_back("made/1");
        assert_eq!(extras(&ask(&mut surveys, &now, ObjectClass::Zone)), ["x_a", "x_changed", "x_kept"]);
        now.take_objects(Snapshot::of_objects("v2", Arc::default(), [], []));
        assert!(extras(&ask(&mut surveys, &now, ObjectClass::Zone)).is_empty());
    }
}
