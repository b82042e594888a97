//! Things that repeat: each kind is shaped once and used many times (`IfcMappedItem`).
//!
//! In: a kind's name, solids and attributes. Out: type objects with their maps, and occurrences. Called
//! by the files of this folder that furnish walls and roofs.

use std::collections::BTreeMap;

use super::colour::Colour;
use super::model::{Element, Model, Relation};
use super::shape::Solid;
use super::step::{Ref, list, text};

/// A type that is written, with its shared shape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) object: Ref,
    map: Ref,
}

/// The types of one file by their path.
#[derive(Debug, Default)]
pub(crate) struct Types(BTreeMap<String, Kind>);

/// What a type is made from.
#[derive(Debug)]
pub(crate) struct TypePlan<'a> {
    /// The IFC class in capitals.
    pub(crate) class: &'a str,
    /// Its name, unique within the class.
    pub(crate) name: String,
    pub(crate) items: Vec<(Solid, &'a Colour)>,
    /// Attributes after the tag and the element's type, such as `.DOOR.`.
    pub(crate) rest: &'a str,
    /// Property sets of the type itself: class and attributes after the owner history.
    pub(crate) sets: Vec<(&'a str, String)>,
}

impl Types {
    /// A type, written when it is first asked for.
    pub(crate) fn kind(&mut self, model: &mut Model, plan: TypePlan<'_>) -> Kind {
        let TypePlan { class, name, items, rest, sets } = plan;
        let path = format!("type/{class}/{name}");
        if let Some(&known) = self.0.get(&path) {
            return known;
        }
        let body = model.body(&items);
        let map = model.map(body);
        let sets: Vec<Ref> = sets
            .iter()
            .enumerate()
            .map(|(k, (class, rest))| model.rooted(class, &format!("{path}/{k}"), rest))
            .collect();
        let sets = if sets.is_empty() { "$".to_owned() } else { list(sets) };
        let name = text(&name);
        let object = model.rooted(class, &path, &format!("{name},$,$,{sets},({map}),{name},$,{rest}"));
        let kind = Kind { object, map };
        self.0.insert(path, kind);
        kind
    }

    /// All types, to be declared by the project.
    pub(crate) fn all(&self) -> Vec<Ref> {
        self.0.values().map(|kind| kind.object).collect()
    }
}

impl Model {
    /// An element with the shape of its type that stands in a storey.
    pub(crate) fn occurs(&mut self, kind: Kind, storey: Ref, element: Element<'_>) -> Ref {
        let made = self.part_of_type(kind, element);
        self.relate(Relation::Contents, storey, made);
        made
    }

    /// An element with the shape of its type that is part of another element.
    pub(crate) fn part_of_type(&mut self, kind: Kind, element: Element<'_>) -> Ref {
        let body = self.mapped(kind.map);
        let shape = Some(self.shape(&[body]));
        let made = self.element(Element { shape, ..element });
        self.relate(Relation::Occurrences, kind.object, made);
        made
    }
}
