//! Property sets and quantity sets of every node, those of its type included.
//!
//! In: the records, the nodes. Out: [`Node::property_sets`] and [`Node::type_name`]. What the
//! occurrence says overrules what its type says, property by property. The library leaves out
//! predefined sets (linings and panels of doors and windows); they are read by their attributes.

use std::collections::{BTreeMap, HashMap};

use ifc_lite_core::AttributeValue;
use serde_json::{Map, Value};

use super::records::{Records, Step, references, text};
use super::values;
use super::{Node, NodeIndex};

type Sets = BTreeMap<String, Map<String, Value>>;

/// Reads the property sets of all nodes.
pub(super) fn read(
    records: &Records<'_>,
    known: &HashMap<Step, NodeIndex>,
    types: &HashMap<Step, Step>,
    nodes: &mut [Node],
) {
    let mut definitions: Vec<Vec<Step>> = vec![Vec::new(); nodes.len()];
    for step in records.list("IFCRELDEFINESBYPROPERTIES") {
        let Some(relation) = records.get(*step) else { continue };
        let given = references(&relation, 5);
        for at in references(&relation, 4).iter().filter_map(|step| known.get(step)) {
            definitions[*at as usize].extend(&given);
        }
    }
    let mut of_types: HashMap<Step, (Option<String>, Sets)> = HashMap::new();
    for (at, node) in nodes.iter_mut().enumerate() {
        let mut sets = Sets::new();
        if let Some(step) = types.get(&node.step) {
            let (name, inherited) = of_types.entry(*step).or_insert_with(|| of_type(records, *step));
            node.type_name.clone_from(name);
            sets.clone_from(inherited);
        }
        for step in &definitions[at] {
            add(records, *step, &mut sets);
        }
        if !sets.is_empty() {
            node.property_sets = serde_json::to_string(&sets).unwrap_or_default();
        }
    }
}

/// Name and property sets of a type object.
fn of_type(records: &Records<'_>, step: Step) -> (Option<String>, Sets) {
    let mut sets = Sets::new();
    let Some(record) = records.get(step) else { return (None, sets) };
    for set in references(&record, 5) {
        add(records, set, &mut sets);
    }
    (text(&record, 2), sets)
}

/// Adds one definition to the sets of a node.
fn add(records: &Records<'_>, step: Step, sets: &mut Sets) {
    let (Some(class), Some(record)) = (records.class(step), records.get(step)) else { return };
    let values = match class.as_str() {
        "IFCPROPERTYSET" => values::all(records, &references(&record, 4), 0),
        "IFCELEMENTQUANTITY" => values::all(records, &references(&record, 5), 0),
        _ if records.is_a(&class, "IFCPREDEFINEDPROPERTYSET")
            || records.is_a(&class, "IFCPROPERTYSETDEFINITION") =>
        {
            values::predefined(records, &class, &record)
        }
        _ => return,
    };
    if !values.is_empty() {
        // As written, with the spaces that some names have at their ends.
        let name = record.get(2).and_then(AttributeValue::as_string).filter(|name| !name.is_empty());
        let name = name.map_or_else(|| Records::spelling(&class), str::to_owned);
        sets.entry(name).or_default().extend(values);
    }
}
