//! The spatial structure: what is part of what, and which storey it belongs to.
//!
//! In: the records. Out: nodes, parents before children. The library's own table knows the storey of
//! what is directly contained in one; a door that fills a wall, a flight of an assembled stair or a
//! thing in a space has its storey through others, which is followed here: aggregation and nesting,
//! then containment, then the wall that an opening is in, then what a covering covers.

use std::collections::{BTreeSet, HashMap};

use ifc_lite_core::{AttributeValue, DecodedEntity};

use super::records::{Records, Step, number, reference, references, text};
use super::{IfcErrorKind, Node, NodeIndex, NodeKind, Problem};
use crate::read::Limits;

/// Attributes that nodes have anyway, or that belong to nobody outside the file.
const KNOWN: [&str; 3] = ["GlobalId", "Name", "Elevation"];

/// The nodes of a file.
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) by_step: HashMap<Step, NodeIndex>,
}

/// Who is whose parent, by each relation.
#[derive(Default)]
struct Links {
    whole: HashMap<Step, Step>,
    container: HashMap<Step, Step>,
    host: HashMap<Step, Step>,
}

/// Reads the spatial structure.
///
/// # Errors
/// If there is nothing in the file, or too much.
pub(super) fn read(
    records: &Records<'_>,
    length_unit_m: f64,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> Result<Tree, IfcErrorKind> {
    let found = records.objects();
    if found.is_empty() {
        return Err(IfcErrorKind::NothingInside);
    }
    if found.len() > limits.model_objects {
        let value = found.len() as u64;
        return Err(IfcErrorKind::Limit {
            what: "objects".into(),
            value,
            limit: limits.model_objects as u64,
        });
    }
    let mut nodes = Vec::with_capacity(found.len());
    for (class, step) in found {
        if let Some(record) = records.get(*step) {
            nodes.push(node(records, class, *step, &record, length_unit_m));
        }
    }
    let links = Links::read(records);
    let steps: HashMap<Step, usize> = nodes.iter().enumerate().map(|(at, node)| (node.step, at)).collect();
    let parents: Vec<Option<usize>> =
        nodes.iter().map(|node| links.parent(node.step).and_then(|step| steps.get(&step).copied())).collect();
    let order = parents_first(&parents, &nodes);
    let mut tree = in_order(nodes, &parents, &order);
    settle(&mut tree, &links);
    unique_ids(&mut tree.nodes, problems);
    Ok(tree)
}

impl Links {
    fn read(records: &Records<'_>) -> Self {
        let mut links = Self::default();
        for class in ["IFCRELAGGREGATES", "IFCRELNESTS"] {
            each(records, class, 4, 5, |whole, part| {
                links.whole.entry(part).or_insert(whole);
            });
        }
        each(records, "IFCRELCONTAINEDINSPATIALSTRUCTURE", 5, 4, |structure, thing| {
            links.container.entry(thing).or_insert(structure);
        });
        let mut opened: HashMap<Step, Step> = HashMap::new();
        each(records, "IFCRELVOIDSELEMENT", 4, 5, |wall, opening| {
            opened.entry(opening).or_insert(wall);
        });
        each(records, "IFCRELFILLSELEMENT", 4, 5, |opening, filling| {
            if let Some(wall) = opened.get(&opening) {
                links.host.entry(filling).or_insert(*wall);
            }
        });
        for class in ["IFCRELCOVERSBLDGELEMENTS", "IFCRELCOVERSSPACES"] {
            each(records, class, 4, 5, |covered, covering| {
                links.host.entry(covering).or_insert(covered);
            });
        }
        links
    }

    /// The nearest of a thing's relations.
    fn parent(&self, step: Step) -> Option<Step> {
        [&self.whole, &self.container, &self.host].into_iter().find_map(|by| by.get(&step).copied())
    }

    /// All of them, nearest first.
    fn ways_up(&self, step: Step) -> impl Iterator<Item = Step> + '_ {
        [&self.whole, &self.container, &self.host].into_iter().filter_map(move |by| by.get(&step).copied())
    }
}

/// Calls with the one side and each of the other side of every relation of a class, in file order.
pub(super) fn each(
    records: &Records<'_>,
    class: &str,
    one: usize,
    many: usize,
    mut with: impl FnMut(Step, Step),
) {
    for step in records.list(class) {
        let Some(relation) = records.get(*step) else { continue };
        let Some(single) = reference(&relation, one) else { continue };
        for part in references(&relation, many) {
            with(single, part);
        }
    }
}

fn node(records: &Records<'_>, class: &str, step: Step, record: &DecodedEntity, unit_m: f64) -> Node {
    let kind = kind(records, class);
    let names = records.attribute_names(class);
    let mut node = Node {
        step,
        global_id: text(record, 0).unwrap_or_else(|| format!("#{step}")),
        class: Records::spelling(class),
        kind,
        name: text(record, 2).unwrap_or_default(),
        ..Node::default()
    };
    for (at, name) in names.iter().enumerate() {
        if *name == "Elevation" {
            node.elevation_m = number(record, at).map(|value| value * unit_m);
        }
        if !KNOWN.contains(name)
            && let Some(value) = record.get(at).and_then(plain)
        {
            node.attributes.insert((*name).to_owned(), value);
        }
    }
    node
}

/// An attribute as text, if it is a value and says something.
fn plain(value: &AttributeValue) -> Option<String> {
    match value.unwrap_typed() {
        AttributeValue::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        AttributeValue::Enum(word) if word != "NOTDEFINED" => Some(match word.as_str() {
            "T" => "true".to_owned(),
            "F" => "false".to_owned(),
            _ => word.clone(),
        }),
        AttributeValue::Integer(number) => Some(number.to_string()),
        AttributeValue::Float(number) if number.is_finite() => Some(number.to_string()),
        _ => None,
    }
}

fn kind(records: &Records<'_>, class: &str) -> NodeKind {
    let is = |of| records.is_a(class, of);
    if class == "IFCPROJECT" {
        NodeKind::Project
    } else if is("IFCSITE") {
        NodeKind::Site
    } else if is("IFCBUILDINGSTOREY") || is("IFCFACILITYPART") {
        NodeKind::Storey
    } else if is("IFCBUILDING") || is("IFCFACILITY") {
        NodeKind::Building
    } else if is("IFCSPATIALSTRUCTUREELEMENT") || is("IFCSPATIALELEMENT") {
        NodeKind::Space
    } else {
        NodeKind::Element
    }
}

/// Places in file order, but for parents, which come before their children. What is its own
/// ancestor loses its parent.
fn parents_first(parents: &[Option<usize>], nodes: &[Node]) -> Vec<usize> {
    let mut depth: Vec<Option<u32>> = vec![None; nodes.len()];
    for start in 0..nodes.len() {
        let (mut chain, mut at) = (Vec::new(), Some(start));
        let mut seen = BTreeSet::new();
        while let Some(node) = at {
            if depth[node].is_some() || !seen.insert(node) {
                break;
            }
            chain.push(node);
            at = parents[node];
        }
        let below = at.and_then(|node| depth[node]).map_or(0, |depth| depth + 1);
        for (node, at) in chain.into_iter().rev().zip(below..) {
            depth[node] = Some(at);
        }
    }
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    order.sort_by_key(|at| (depth[*at], *at));
    order
}

fn in_order(nodes: Vec<Node>, parents: &[Option<usize>], order: &[usize]) -> Tree {
    let mut place = vec![0; order.len()];
    for (to, from) in order.iter().enumerate() {
        place[*from] = to;
    }
    let mut sorted: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
    let mut tree = Tree { nodes: Vec::with_capacity(order.len()), by_step: HashMap::new() };
    for from in order {
        let Some(mut node) = sorted[*from].take() else { continue };
        let parent = parents[*from].map(|parent| place[parent]);
        node.parent = parent.filter(|parent| *parent < tree.nodes.len()).map(|parent| parent as NodeIndex);
        tree.by_step.insert(node.step, tree.nodes.len() as NodeIndex);
        tree.nodes.push(node);
    }
    tree
}

/// Finds the storey and the building of each node.
fn settle(tree: &mut Tree, links: &Links) {
    let buildings: Vec<NodeIndex> = places_of(&tree.nodes, NodeKind::Building);
    for at in 0..tree.nodes.len() {
        let storey = climb(tree, links, at, NodeKind::Storey);
        let building = climb(tree, links, at, NodeKind::Building);
        // In a file with one building, everything that is built is its.
        let only = if buildings.len() == 1 { buildings.first().copied() } else { None };
        let node = &mut tree.nodes[at];
        let inside = matches!(node.kind, NodeKind::Element | NodeKind::Space | NodeKind::Storey);
        node.storey = storey;
        node.building = building.or(if inside { only } else { None });
    }
}

fn places_of(nodes: &[Node], kind: NodeKind) -> Vec<NodeIndex> {
    let places = nodes.iter().enumerate().filter(|(_, node)| node.kind == kind);
    places.map(|(at, _)| at as NodeIndex).collect()
}

/// The nearest of a kind on any way up, the node itself included.
fn climb(tree: &Tree, links: &Links, from: usize, kind: NodeKind) -> Option<NodeIndex> {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![tree.nodes[from].step];
    while let Some(step) = waiting.pop() {
        if !seen.insert(step) {
            continue;
        }
        if let Some(at) = tree.by_step.get(&step)
            && tree.nodes[*at as usize].kind == kind
        {
            return Some(*at);
        }
        // The nearest relation is looked at first, so it goes on top.
        let mut ways: Vec<Step> = links.ways_up(step).collect();
        ways.reverse();
        waiting.append(&mut ways);
    }
    None
}

/// Tells repeated ids apart by their record.
fn unique_ids(nodes: &mut [Node], problems: &mut Vec<Problem>) {
    let mut used = BTreeSet::new();
    let mut repeated = 0u64;
    for node in nodes {
        if !used.insert(node.global_id.clone()) {
            repeated += 1;
            node.global_id = format!("{}#{}", node.global_id, node.step);
            used.insert(node.global_id.clone());
        }
    }
    if repeated > 0 {
        let text = format!(
            "{repeated} objects have the `GlobalId` of another; their record's number was added to it"
        );
        problems.push(Problem::new("repeated_global_id", text).hint("have the authoring tool give new ids"));
    }
}
