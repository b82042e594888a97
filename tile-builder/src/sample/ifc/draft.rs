//! What all parts of a building model share while it is drawn.
//!
//! In: the walk-up's dimensions. Out: storeys to stand things in, and short ways to write an element.
//! Made by `project`, used by the files of this folder that build something.

use super::colour::{Colour, Colours};
use super::model::{Element, Model};
use super::shape::{Mm, Solid, Turn};
use super::step::Ref;
use super::types::Types;
use super::walk::Walk;

/// A storey or the building: the object and its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level {
    pub(crate) object: Ref,
    pub(crate) place: Ref,
}

/// A model in the making.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) model: Model,
    pub(crate) types: Types,
    pub(crate) walk: &'a Walk<'a>,
    pub(crate) colours: Colours,
    pub(crate) building: Level,
    /// Storeys from the ground; the last is the roof.
    pub(crate) storeys: Vec<Level>,
}

/// An element of simple kind: class, path, name, attributes after the tag.
#[derive(Debug, Clone)]
pub(crate) struct Label<'a> {
    pub(crate) class: &'a str,
    pub(crate) path: String,
    pub(crate) name: &'a str,
    pub(crate) rest: &'a str,
}

impl Draft<'_> {
    /// The level of a storey; beyond the last flats it is the roof.
    pub(crate) fn storey(&self, storey: usize) -> Level {
        self.storeys.get(storey).copied().unwrap_or(self.building)
    }

    /// Cuts a solid out of an element, in a frame of its own within another place, and answers the opening
    /// with that frame.
    pub(crate) fn hollow(
        &mut self,
        host: Ref,
        [path, name]: [&str; 2],
        within: Ref,
        at: [Mm; 3],
        solid: Solid,
    ) -> (Ref, Ref) {
        let place = self.model.place(Some(within), at, Turn::East);
        let colour = self.colours.room.clone();
        let body = self.model.body(&[(solid, &colour)]);
        let shape = Some(self.model.shape(&[body]));
        let (class, rest) = ("IFCOPENINGELEMENT", ".OPENING.");
        let element = Element { class, path: path.to_owned(), name: name.to_owned(), place, shape, rest };
        (self.model.opening(host, element), place)
    }

    /// Writes an element with solids of its own at a point of a level.
    pub(crate) fn solid(
        &mut self,
        level: Level,
        label: Label<'_>,
        at: [Mm; 3],
        turn: Turn,
        items: &[(Solid, &Colour)],
    ) -> Ref {
        let body = self.model.body(items);
        let shape = Some(self.model.shape(&[body]));
        let place = self.model.place(Some(level.place), at, turn);
        let Label { class, path, name, rest } = label;
        self.model.stands(level.object, Element { class, path, name: name.to_owned(), place, shape, rest })
    }
}
