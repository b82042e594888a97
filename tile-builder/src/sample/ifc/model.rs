//! One IFC file in the making: objects with names that last, and the relations between them.
//!
//! In: objects, from the files of this folder. Out: the text of the file. Relations are collected
//! while the building is described and written at the end, in the order of their records.

use std::collections::BTreeMap;

use super::guid::global_id;
use super::properties::PropertySet;
use super::step::{Ref, Step, list, text};

/// A file in the making.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) step: Step,
    seed: u64,
    /// Id of the building, before all paths from which `GlobalId`s are made.
    building: String,
    /// Contexts of bodies and of axes.
    contexts: [Option<Ref>; 2],
    /// The path of each object that has a `GlobalId`.
    paths: BTreeMap<Ref, String>,
    relations: BTreeMap<(Relation, Ref), Vec<Ref>>,
    sets: BTreeMap<PropertySet, Vec<Ref>>,
}

/// A relation between one object and several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Relation {
    /// A whole and its parts.
    Parts,
    /// A storey (or building) and what stands in it.
    Contents,
    /// A type and its occurrences.
    Occurrences,
    /// A material and what is made of it.
    MadeOf,
    /// A class of a classification and what belongs to it.
    Classified,
    /// A system and its members.
    Members,
}

/// What an element is made from.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    /// The IFC class in capitals.
    pub(crate) class: &'a str,
    /// Path within the building, from which the `GlobalId` is made.
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) place: Ref,
    pub(crate) shape: Option<Ref>,
    /// Attributes after the tag, such as `.SOLIDWALL.`.
    pub(crate) rest: &'a str,
}

impl Model {
    pub(crate) fn new(seed: u64, building: &str) -> Self {
        Self {
            step: Step::default(),
            seed,
            building: building.to_owned(),
            contexts: [None; 2],
            paths: BTreeMap::new(),
            relations: BTreeMap::new(),
            sets: BTreeMap::new(),
        }
    }

    /// Sets the contexts of bodies and axes, before anything has a shape.
    pub(crate) fn set_contexts(&mut self, body: Ref, axis: Ref) {
        self.contexts = [Some(body), Some(axis)];
    }

    /// The context of bodies, as a reference or `$`.
    pub(crate) fn body_context(&self) -> String {
        optional(self.contexts[0])
    }

    /// The context of axes, as a reference or `$`.
    pub(crate) fn axis_context(&self) -> String {
        optional(self.contexts[1])
    }

    /// The quoted `GlobalId` of a path.
    fn id(&self, path: &str) -> String {
        format!("'{}'", global_id(self.seed, &format!("{}/{path}", self.building)))
    }

    /// Writes anything with a `GlobalId`: class, path, and the attributes after the owner history.
    pub(crate) fn rooted(&mut self, class: &str, path: &str, rest: &str) -> Ref {
        let id = self.id(path);
        let made = self.step.add(format!("{class}({id},$,{rest})"));
        self.paths.insert(made, path.to_owned());
        made
    }

    /// Writes an element.
    pub(crate) fn element(&mut self, element: Element<'_>) -> Ref {
        let Element { class, path, name, place, shape, rest } = element;
        let rest = if rest.is_empty() { String::new() } else { format!(",{rest}") };
        let tag = text(&path);
        let body = format!("{},$,$,{place},{},{tag}{rest}", text(&name), optional(shape));
        self.rooted(class, &path, &body)
    }

    /// Writes an element that stands in a storey.
    pub(crate) fn stands(&mut self, storey: Ref, element: Element<'_>) -> Ref {
        let made = self.element(element);
        self.relate(Relation::Contents, storey, made);
        made
    }

    /// All objects of some classes, in the order of their records.
    pub(crate) fn all_of(&self, classes: &[&str]) -> Vec<Ref> {
        let class = |r: &Ref| self.step.body(*r).split('(').next().unwrap_or_default();
        self.paths.keys().copied().filter(|r| classes.contains(&class(r))).collect()
    }

    /// Notes a relation.
    pub(crate) fn relate(&mut self, relation: Relation, one: Ref, other: Ref) {
        self.relations.entry((relation, one)).or_default().push(other);
    }

    /// Gives properties or quantities to an object. Equal sets are written once.
    pub(crate) fn describe(&mut self, object: Ref, set: PropertySet) {
        self.sets.entry(set).or_default().push(object);
    }

    /// A material by its name, of everything that is made of it.
    pub(crate) fn made_of(&mut self, object: Ref, name: &str, category: &str) {
        let material = self.step.value(format!("IFCMATERIAL({},$,{})", text(name), text(category)));
        self.relate(Relation::MadeOf, material, object);
    }

    /// Cuts an opening into an element and answers it.
    pub(crate) fn opening(&mut self, host: Ref, opening: Element<'_>) -> Ref {
        let path = opening.path.clone();
        let made = self.element(opening);
        self.rooted("IFCRELVOIDSELEMENT", &format!("{path}/voids"), &format!("$,$,{host},{made}"));
        made
    }

    /// Puts a door or window into an opening.
    pub(crate) fn fill(&mut self, opening: Ref, filling: Ref) {
        let path = self.paths.get(&filling).cloned().unwrap_or_default();
        let rest = format!("$,$,{opening},{filling}");
        self.rooted("IFCRELFILLSELEMENT", &format!("{path}/fills"), &rest);
    }

    /// Writes the relations and the file.
    pub(crate) fn finish(mut self, name: &str, about: &str) -> String {
        for (set, objects) in std::mem::take(&mut self.sets) {
            let made = set.write(&mut self);
            let path = format!("{}/of", self.paths.get(&made).cloned().unwrap_or_default());
            self.rooted("IFCRELDEFINESBYPROPERTIES", &path, &format!("$,$,{},{made}", list(objects)));
        }
        for ((relation, one), others) in std::mem::take(&mut self.relations) {
            self.write_relation(relation, one, &others);
        }
        self.step.finish(name, about)
    }

    fn write_relation(&mut self, relation: Relation, one: Ref, others: &[Ref]) {
        let (class, one_first) = match relation {
            Relation::Parts => ("IFCRELAGGREGATES", true),
            Relation::Contents => ("IFCRELCONTAINEDINSPATIALSTRUCTURE", false),
            Relation::Occurrences => ("IFCRELDEFINESBYTYPE", false),
            Relation::MadeOf => ("IFCRELASSOCIATESMATERIAL", false),
            Relation::Classified => ("IFCRELASSOCIATESCLASSIFICATION", false),
            Relation::Members => ("IFCRELASSIGNSTOGROUP", false),
        };
        // What has no path of its own (materials, classes) is named by the first object it belongs to.
        let first = others.first().and_then(|r| self.paths.get(r)).cloned().unwrap_or_default();
        let path = match self.paths.get(&one) {
            Some(path) => format!("{path}/{class}"),
            None => format!("{first}/{class}/{}", self.step.body(one)),
        };
        let others = list(others);
        let rest = match relation {
            Relation::Members => format!("$,$,{others},$,{one}"),
            _ if one_first => format!("$,$,{one},{others}"),
            _ => format!("$,$,{others},{one}"),
        };
        self.rooted(class, &path, &rest);
    }
}

fn optional(r: Option<Ref>) -> String {
    r.map_or_else(|| "$".to_owned(), |r| r.to_string())
}
