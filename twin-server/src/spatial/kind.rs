//! The kinds of things that have a place, and sets of them. What a new part of the system puts into the
//! index becomes a kind here.

use serde::{Deserialize, Serialize};
use twin_schemas::model::ObjectClass;
use utoipa::ToSchema;

/// What a thing in the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The whole community.
    Community,
    /// The site of a building model.
    Site,
    /// A zone (组团).
    Zone,
    /// A building.
    Building,
    /// A storey.
    Storey,
    /// A space.
    Space,
    /// An element: a wall, a door, a pipe.
    Element,
    /// A registered device.
    Device,
    /// A project of renewal that everyone may read.
    Project,
    /// A resident's report, told to those who may read it.
    Report,
}

impl Kind {
    /// All kinds, in the order in which answers list them.
    pub const ALL: [Self; 10] = [
        Self::Community,
        Self::Site,
        Self::Zone,
        Self::Building,
        Self::Storey,
        Self::Space,
        Self::Element,
        Self::Device,
        Self::Project,
        Self::Report,
    ];
}

impl From<ObjectClass> for Kind {
    fn from(class: ObjectClass) -> Self {
        match class {
            ObjectClass::Community => Self::Community,
            ObjectClass::Site => Self::Site,
            ObjectClass::Zone => Self::Zone,
            ObjectClass::Building => Self::Building,
            ObjectClass::Storey => Self::Storey,
            ObjectClass::Space => Self::Space,
            ObjectClass::Element => Self::Element,
        }
    }
}

/// A set of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds(u16);

impl Kinds {
    /// Every kind.
    pub const ALL: Self = Self((1 << Kind::ALL.len()) - 1);

    /// Whether a kind is in the set.
    #[must_use]
    pub fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |set, kind| set | 1 << kind as u16))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: Kinds = [Kind::Zone, Kind::Device].into_iter().collect();
        assert!(set.contains(Kind::Zone) && set.contains(Kind::Device) && !set.contains(Kind::Building));
        assert!(Kind::ALL.into_iter().all(|kind| Kinds::ALL.contains(kind)));
        assert!(Kind::ALL.iter().enumerate().all(|(place, kind)| *kind as usize == place));
    }
}
