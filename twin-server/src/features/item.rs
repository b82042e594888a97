//! What a collection tells of one of its features: an id, values of properties, and a shape in local
//! metres. The filter and the answers ask for no more, so that whatever can tell this much can be a
//! collection.

use std::borrow::Cow;

use time::OffsetDateTime;
use twin_schemas::geometry::{LocalBox, LocalPoint};

use super::schema::Property;

/// One thing in a collection.
pub trait Item {
    /// Its id, unique in the collection.
    fn id(&self) -> &str;

    /// The value of a property of the collection's schema.
    fn value(&self, property: &Property) -> Value<'_>;

    /// Where it is.
    fn shape(&self) -> Shape<'_>;

    /// The instants that it stands for, earliest first as far as known: what `datetime` looks at. None
    /// if nothing about it has a time.
    fn times(&self) -> Vec<OffsetDateTime> {
        Vec::new()
    }
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// None.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, finite.
    Number(f64),
    /// A text.
    Text(Cow<'a, str>),
    /// An instant.
    Instant(OffsetDateTime),
    /// Texts.
    List(Vec<&'a str>),
}

impl<'a> Value<'a> {
    /// A text, if there is one.
    #[must_use]
    pub fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(Cow::Borrowed(text)))
    }

    /// A text that is made for the answer, if there is one.
    #[must_use]
    pub fn made(text: Option<String>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(Cow::Owned(text)))
    }

    /// An instant, if there is one.
    #[must_use]
    pub fn instant(instant: Option<OffsetDateTime>) -> Self {
        instant.map_or(Self::Null, Self::Instant)
    }

    /// What a JSON value says. A structure is told as its text.
    #[must_use]
    pub fn of_json(value: Option<&'a serde_json::Value>) -> Self {
        use serde_json::Value as Json;
        match value {
            None | Some(Json::Null) => Self::Null,
            Some(Json::Bool(value)) => Self::Bool(*value),
            Some(Json::Number(number)) => number.as_f64().map_or(Self::Null, Self::Number),
            Some(Json::String(text)) => Self::Text(Cow::Borrowed(text)),
            Some(structure) => Self::Text(Cow::Owned(structure.to_string())),
        }
    }
}

/// Where something is, in local metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape<'a> {
    /// At a point.
    Point(LocalPoint),
    /// Above an outline.
    Outline {
        /// Polygons of rings of `[east_m, north_m]`, outer ring first.
        polygons: &'a [Vec<Vec<[f64; 2]>>],
        /// The box around it, with its heights.
        bounds: LocalBox,
    },
    /// In a box.
    Box(LocalBox),
}

impl Shape<'_> {
    /// The box around it.
    #[must_use]
    pub fn bounds(&self) -> LocalBox {
        match self {
            Self::Point(at) => LocalBox { min: *at, max: *at },
            Self::Outline { bounds, .. } | Self::Box(bounds) => *bounds,
        }
    }
}
