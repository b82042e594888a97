//! The objects of a building model as rows of the community's model. Called by `models`.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::Value;
use twin_schemas::LocalizedText;
use twin_schemas::geometry::{LocalBox, LocalPoint};
use twin_schemas::model::{BimFacts, Classification, ModelObject, ObjectClass};

use super::parts::Parts;
use crate::geometry::Aabb;
use crate::read::ifc::{Model, Node, NodeIndex, NodeKind};

/// One JSON object a line: every object but the project itself. What stands at the top is part of
/// `above`.
pub(super) fn rows(model: &Model, source: &str, parts: &Parts<'_>, above: &str) -> Vec<u8> {
    let id = |at: NodeIndex| format!("{source}/{}", model.nodes[at as usize].global_id);
    let is_project = |at: NodeIndex| model.nodes[at as usize].kind == NodeKind::Project;
    let mut whole = Aabb::EMPTY;
    parts.bounds.iter().filter(|of| !of.is_empty()).for_each(|of| whole.merge(of));
    let row = |(at, node): (usize, &Node)| {
        let bounds = if parts.bounds[at].is_empty() { whole } else { parts.bounds[at] };
        let name =
            if node.name.is_empty() { LocalizedText::default() } else { LocalizedText::same(&node.name) };
        let object = ModelObject {
            id: id(at as NodeIndex),
            class: class(node.kind)?,
            name,
            parent: Some(node.parent.filter(|at| !is_project(*at)).map_or_else(|| above.to_owned(), id)),
            zone: None,
            bounds: local_box(&bounds),
            footprint: Vec::new(),
            properties: BTreeMap::new(),
            bim: Some(Box::new(BimFacts {
                part: parts.of_nodes[at],
                storey: node.storey.map(id),
                ..facts(source, node)
            })),
        };
        let mut line = serde_json::to_vec(&object).ok()?;
        line.push(b'\n');
        Some(line)
    };
    let lines: Vec<Option<Vec<u8>>> = model.nodes.par_iter().enumerate().map(row).collect();
    lines.into_iter().flatten().flatten().collect()
}

fn class(kind: NodeKind) -> Option<ObjectClass> {
    match kind {
        NodeKind::Project => None,
        NodeKind::Site => Some(ObjectClass::Site),
        NodeKind::Building => Some(ObjectClass::Building),
        NodeKind::Storey => Some(ObjectClass::Storey),
        NodeKind::Space => Some(ObjectClass::Space),
        NodeKind::Element => Some(ObjectClass::Element),
    }
}

fn facts(source: &str, node: &Node) -> BimFacts {
    let sets: BTreeMap<String, BTreeMap<String, Value>> =
        serde_json::from_str(&node.property_sets).unwrap_or_default();
    let classification = |of: &crate::read::ifc::ClassificationReference| Classification {
        system: of.system.clone(),
        code: of.code.clone(),
        name: of.name.clone(),
    };
    BimFacts {
        source: source.to_owned(),
        global_id: node.global_id.clone(),
        ifc_class: node.class.clone(),
        storey: None,
        part: None,
        elevation_m: node.elevation_m,
        attributes: node.attributes.clone(),
        type_name: node.type_name.clone(),
        materials: node.materials.clone(),
        classifications: node.classifications.iter().map(classification).collect(),
        property_sets: sets,
    }
}

fn local_box(bounds: &Aabb) -> LocalBox {
    let bounds = if bounds.is_empty() { Aabb { min: [0.0; 3], max: [0.0; 3] } } else { *bounds };
    // A tenth of a millimetre says all that there is to say.
    let round = |value: f64| (value * 1e4).round() / 1e4;
    let point = |[e, n, u]: [f64; 3]| LocalPoint { east_m: round(e), north_m: round(n), up_m: round(u) };
    LocalBox { min: point(bounds.min), max: point(bounds.max) }
}
