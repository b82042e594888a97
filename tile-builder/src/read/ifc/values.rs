//! Property values as JSON.
//!
//! In: records of properties and quantities. Out: name and value. Called by `properties`. Covers the
//! kinds of `IfcProperty` and `IfcPhysicalQuantity`; a value that says nothing is left out.

use ifc_lite_core::{AttributeValue, DecodedEntity};
use serde_json::{Map, Value, json};

use super::records::{Records, Step, references, text};

/// Complex properties in one another are followed so far.
const DEPTH: usize = 8;

/// The properties or quantities of a list.
pub(super) fn all(records: &Records<'_>, steps: &[Step], depth: usize) -> Map<String, Value> {
    let mut found = Map::new();
    for step in steps {
        let (Some(class), Some(record)) = (records.class(*step), records.get(*step)) else { continue };
        if let Some((name, value)) = one(records, &class, &record, depth) {
            found.insert(name, value);
        }
    }
    found
}

fn one(records: &Records<'_>, class: &str, record: &DecodedEntity, depth: usize) -> Option<(String, Value)> {
    let name = record.get(0)?.as_string().filter(|name| !name.is_empty())?.to_owned();
    let at = |index: usize| record.get(index).and_then(value);
    let found = match class {
        "IFCPROPERTYSINGLEVALUE" | "IFCPROPERTYENUMERATEDVALUE" | "IFCPROPERTYLISTVALUE" => at(2)?,
        "IFCPROPERTYBOUNDEDVALUE" => filled([("upper", at(2)), ("lower", at(3)), ("set_point", at(5))])?,
        "IFCPROPERTYTABLEVALUE" => filled([("defining", at(2)), ("defined", at(3))])?,
        "IFCPROPERTYREFERENCEVALUE" => referenced(records, record)?,
        "IFCCOMPLEXPROPERTY" if depth < DEPTH => {
            Value::Object(all(records, &references(record, 3), depth + 1))
        }
        "IFCPHYSICALCOMPLEXQUANTITY" if depth < DEPTH => {
            Value::Object(all(records, &references(record, 2), depth + 1))
        }
        _ if records.is_a(class, "IFCPHYSICALSIMPLEQUANTITY") => at(3)?,
        _ => return None,
    };
    Some((name, found))
}

fn filled<const N: usize>(parts: [(&str, Option<Value>); N]) -> Option<Value> {
    let parts: Map<String, Value> =
        parts.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
    (!parts.is_empty()).then_some(Value::Object(parts))
}

/// The name of what a property refers to.
fn referenced(records: &Records<'_>, record: &DecodedEntity) -> Option<Value> {
    let step = record.get(3)?.as_entity_ref()?;
    let class = records.class(step)?;
    let target = records.get(step)?;
    let name = (0..3).find_map(|at| text(&target, at)).unwrap_or_else(|| Records::spelling(&class));
    Some(Value::String(name))
}

/// The attributes of a predefined property set, such as that of a door's lining, by name.
pub(super) fn predefined(records: &Records<'_>, class: &str, record: &DecodedEntity) -> Map<String, Value> {
    // Behind those that every definition has: GlobalId, OwnerHistory, Name, Description.
    const OWN: usize = 4;
    let names = records.attribute_names(class).iter().enumerate().skip(OWN);
    names.filter_map(|(at, name)| Some(((*name).to_owned(), record.get(at).and_then(value)?))).collect()
}

/// A value of the file; none for what is not there or refers elsewhere.
pub(super) fn value(of: &AttributeValue) -> Option<Value> {
    match of {
        AttributeValue::Typed { name, value: inner } => match (&**name, &**inner) {
            ("IFCBOOLEAN" | "IFCLOGICAL", AttributeValue::Enum(word)) => Some(truth(word)),
            _ => value(inner),
        },
        AttributeValue::String(text) => Some(Value::String(text.clone())),
        AttributeValue::Integer(number) => Some(json!(number)),
        AttributeValue::Float(number) if number.is_finite() => Some(json!(number)),
        AttributeValue::Enum(word) if matches!(word.as_str(), "T" | "F" | "U" | "X") => Some(truth(word)),
        AttributeValue::Enum(word) => Some(Value::String(word.clone())),
        AttributeValue::List(items) => {
            let items: Vec<Value> = items.iter().filter_map(value).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        _ => None,
    }
}

/// A logical value may also be unknown.
fn truth(word: &str) -> Value {
    match word {
        "T" => Value::Bool(true),
        "F" => Value::Bool(false),
        _ => Value::String("UNKNOWN".to_owned()),
    }
}
