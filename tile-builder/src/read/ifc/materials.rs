//! Materials and classification references of every node, by name.
//!
//! In: the records, the nodes. Out: [`Node::materials`] and [`Node::classifications`]. What is said
//! of a type holds for its occurrences, unless they say something themselves.

use std::collections::{BTreeMap, HashMap};

use super::records::{Records, Step, reference, references, text};
use super::tree::each;
use super::{ClassificationReference, Node, NodeIndex};

/// Sets, layers, constituents and profiles are nested no deeper than this.
const DEPTH: usize = 6;

/// Reads materials and classifications of all nodes.
pub(super) fn read(
    records: &Records<'_>,
    known: &HashMap<Step, NodeIndex>,
    types: &HashMap<Step, Step>,
    nodes: &mut [Node],
) {
    let materials = associations(records, "IFCRELASSOCIATESMATERIAL");
    let classes = associations(records, "IFCRELASSOCIATESCLASSIFICATION");
    let mut names: HashMap<Step, Vec<String>> = HashMap::new();
    for (step, at) in known {
        let node = &mut nodes[*at as usize];
        let own = |of: &BTreeMap<Step, Vec<Step>>| {
            let from = of.get(step).or_else(|| of.get(types.get(step)?));
            from.cloned().unwrap_or_default()
        };
        for material in own(&materials) {
            let found = names.entry(material).or_insert_with(|| {
                let mut found = Vec::new();
                material_names(records, material, 0, &mut found);
                found
            });
            for name in found.iter() {
                if !node.materials.contains(name) {
                    node.materials.push(name.clone());
                }
            }
        }
        node.classifications =
            own(&classes).iter().filter_map(|step| classification(records, *step)).collect();
    }
}

/// What is associated with each object, in file order.
fn associations(records: &Records<'_>, class: &str) -> BTreeMap<Step, Vec<Step>> {
    let mut found: BTreeMap<Step, Vec<Step>> = BTreeMap::new();
    each(records, class, 5, 4, |given, object| found.entry(object).or_default().push(given));
    found
}

/// The type of each object that has one.
pub(super) fn types(records: &Records<'_>) -> HashMap<Step, Step> {
    let mut found = HashMap::new();
    each(records, "IFCRELDEFINESBYTYPE", 5, 4, |of, object| {
        found.entry(object).or_insert(of);
    });
    found
}

fn material_names(records: &Records<'_>, step: Step, depth: usize, found: &mut Vec<String>) {
    let (Some(class), Some(record)) = (records.class(step), records.get(step)) else { return };
    let inside = match class.as_str() {
        "IFCMATERIAL" => {
            found.extend(text(&record, 0).filter(|name| !found.contains(name)));
            return;
        }
        "IFCMATERIALLIST"
        | "IFCMATERIALLAYERSETUSAGE"
        | "IFCMATERIALLAYERSET"
        | "IFCMATERIALLAYER"
        | "IFCMATERIALLAYERWITHOFFSETS"
        | "IFCMATERIALPROFILESETUSAGE"
        | "IFCMATERIALPROFILESETUSAGETAPERING" => 0,
        "IFCMATERIALCONSTITUENTSET"
        | "IFCMATERIALCONSTITUENT"
        | "IFCMATERIALPROFILESET"
        | "IFCMATERIALPROFILE"
        | "IFCMATERIALPROFILEWITHOFFSETS" => 2,
        _ => return,
    };
    if depth < DEPTH {
        for part in references(&record, inside) {
            material_names(records, part, depth + 1, found);
        }
    }
}

fn classification(records: &Records<'_>, step: Step) -> Option<ClassificationReference> {
    let class = records.class(step)?;
    let record = records.get(step)?;
    if class == "IFCCLASSIFICATION" {
        return Some(ClassificationReference { system: text(&record, 3), code: None, name: None });
    }
    if class != "IFCCLASSIFICATIONREFERENCE" {
        return None;
    }
    let mut system = None;
    let mut source = reference(&record, 3);
    for _ in 0..DEPTH {
        let Some(step) = source else { break };
        let Some(above) = records.get(step) else { break };
        if records.class(step).as_deref() == Some("IFCCLASSIFICATION") {
            system = text(&above, 3);
            break;
        }
        source = reference(&above, 3);
    }
    Some(ClassificationReference { system, code: text(&record, 1), name: text(&record, 2) })
}
