//! What objects of a class say beyond what all of them say: objects come in, the schema of their collection goes
//! out. Called by `catalogue`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use twin_schemas::model::{ModelObject, ObjectClass};

use super::objects::{ATTRIBUTES, model_properties, own_properties};
use super::schema::{GeometryKind, Path, Property, PropertyType, Schema};
use super::source::Moment;

/// Most properties that sources may add to what lists give.
const EXTRA_LIMIT: usize = 200;
/// Most properties of property sets that filters may ask for.
const GROUPED_LIMIT: usize = 2000;

/// Names and types of what objects say beyond what all of them say.
#[derive(Debug, Clone, Default)]
pub(super) struct Finds {
    has_model: bool,
    extras: BTreeMap<String, BTreeSet<Told>>,
    grouped: BTreeMap<(String, String), BTreeSet<Told>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Text,
    Number,
    Integer,
    Bool,
}

impl Finds {
    /// What the published objects of a class say; all of them are read.
    pub(super) fn published(now: &Moment, class: ObjectClass) -> Self {
        let mut finds = Self::default();
        now.published(class).for_each(|object| finds.take(&object));
        finds
    }

    /// The properties of a class: those of the published objects, and what people say in those that they changed or
    /// made.
    pub(super) fn schema(&self, now: &Moment, class: ObjectClass) -> Schema {
        let mut finds = self.clone();
        now.edited(class).for_each(|object| finds.take(&object));
        finds.into_schema()
    }

    pub(super) fn take(&mut self, object: &ModelObject) {
        for (name, value) in &object.properties {
            note(&mut self.extras, name, told(value), EXTRA_LIMIT);
        }
        let Some(bim) = object.bim.as_deref() else { return };
        self.has_model = true;
        for name in bim.attributes.keys() {
            note_grouped(&mut self.grouped, ATTRIBUTES, name, Some(Told::Text));
        }
        for (set, properties) in &bim.property_sets {
            for (name, value) in properties {
                note_grouped(&mut self.grouped, set, name, told(value));
            }
        }
    }

    fn into_schema(self) -> Schema {
        let mut properties = own_properties();
        if self.has_model {
            properties.extend(model_properties());
        }
        let own: BTreeSet<String> =
            own_properties().into_iter().chain(model_properties()).map(|property| property.name).collect();
        let plain = |name: String, types: &BTreeSet<Told>, listed, path| Property {
            title: twin_schemas::LocalizedText::same(&*name),
            name,
            kind: kind(types),
            unit: String::new(),
            values: &[],
            listed,
            path,
        };
        for (name, types) in self.extras {
            let given = if own.contains(&name) { format!("source_{name}") } else { name.clone() };
            properties.push(plain(given, &types, true, Path::Extra(name)));
        }
        for ((group, name), types) in self.grouped {
            let given = format!("{group}.{name}");
            properties.push(plain(given, &types, false, Path::Grouped { group, name }));
        }
        Schema::new(properties, GeometryKind::Polygon)
    }
}

/// Looks up before it copies a name: a model says the same names a million times.
fn note(into: &mut BTreeMap<String, BTreeSet<Told>>, name: &str, told: Option<Told>, limit: usize) {
    if let Some(types) = into.get_mut(name) {
        types.extend(told);
    } else if into.len() < limit {
        into.insert(name.to_owned(), told.into_iter().collect());
    }
}

fn note_grouped(
    into: &mut BTreeMap<(String, String), BTreeSet<Told>>,
    group: &str,
    name: &str,
    told: Option<Told>,
) {
    let key = (group.to_owned(), name.to_owned());
    if let Some(types) = into.get_mut(&key) {
        types.extend(told);
    } else if into.len() < GROUPED_LIMIT {
        into.insert(key, told.into_iter().collect());
    }
}

fn told(value: &Json) -> Option<Told> {
    match value {
        Json::Null => None,
        Json::Bool(_) => Some(Told::Bool),
        Json::Number(number) if number.is_f64() => Some(Told::Number),
        Json::Number(_) => Some(Told::Integer),
        Json::String(_) | Json::Array(_) | Json::Object(_) => Some(Told::Text),
    }
}

fn kind(types: &BTreeSet<Told>) -> PropertyType {
    let types: Vec<Told> = types.iter().copied().collect();
    match types.as_slice() {
        [] | [Told::Text] => PropertyType::Text,
        [Told::Bool] => PropertyType::Bool,
        [Told::Integer] => PropertyType::Integer,
        [Told::Number] | [Told::Number, Told::Integer] => PropertyType::Number,
        _ => PropertyType::Mixed,
    }
}
