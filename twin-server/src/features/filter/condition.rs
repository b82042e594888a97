//! What is asked of each feature: made by `check` of a filter, or here of other parameters; decided by
//! `eval`.

use geo::{BoundingRect, Geometry, Rect};

use super::check::CheckError;
use super::expr::{Comparison, MathOp, SpatialRelation, TemporalRelation};
use super::like::Pattern;
use super::span::Span;
use crate::features::bbox::GeoBox;
use crate::features::schema::{Property, PropertyType};

/// What is asked of each feature.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All hold.
    All(Vec<Condition>),
    /// One holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// The value is true.
    True(Scalar),
    /// One value against another.
    Compare(Comparison, Scalar, Scalar),
    /// The first is from the second to the third.
    Between(Box<[Scalar; 3]>),
    /// The value is one of these.
    Among(Scalar, Vec<Scalar>),
    /// The text matches.
    Like(Scalar, LikePattern),
    /// There is no value.
    Null(Scalar),
    /// There is no geometry.
    NoGeometry,
    /// How two geometries lie.
    Spatial(SpatialRelation, Figure, Figure),
    /// How two stretches of time lie.
    Temporal(TemporalRelation, When, When),
    /// The feature has a part from the lowest to the highest of these, in metres above the ellipsoid.
    Heights(f64, f64),
    /// An instant of the feature lies in the span: the parameter `datetime`.
    Times(Span),
}

/// A pattern that the filter has made of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct LikePattern(pub(super) Pattern);

/// Something that has a value for each feature.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A property.
    Property(Box<Property>),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A day or an instant.
    Time(Span),
    /// A text in small letters.
    Lower(Box<Scalar>),
    /// A number made of two.
    Math(MathOp, Box<[Scalar; 2]>),
}

/// A geometry in a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// The feature's own.
    Feature,
    /// One that the filter gives, with its box.
    Fixed(Box<Geometry>, Rect),
}

/// A stretch of time in a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    /// An instant or a day.
    At(Scalar),
    /// From and to; open where there is none.
    Between(Option<Scalar>, Option<Scalar>),
}

impl Condition {
    /// What is in the box, at its heights if it has some.
    #[must_use]
    pub fn in_box(bounds: &GeoBox) -> Self {
        let polygons = bounds.polygons();
        let mut all = Vec::new();
        if let Some(rect) = polygons.bounding_rect() {
            let figure = Figure::Fixed(Box::new(Geometry::MultiPolygon(polygons)), rect);
            all.push(Self::Spatial(SpatialRelation::Intersects, Figure::Feature, figure));
        }
        all.extend(bounds.heights_m.map(|(low, high)| Self::Heights(low, high)));
        Self::All(all)
    }

    /// What has an instant in the span.
    #[must_use]
    pub fn in_time(span: Span) -> Self {
        Self::Times(span)
    }

    /// What has this value in a property, as a parameter of its name asks for it.
    ///
    /// # Errors
    /// If the text is no value of the property's type.
    pub fn equals(property: &Property, text: &str) -> Result<Self, CheckError> {
        let own = Scalar::Property(Box::new(property.clone()));
        let wanted = |what: &str| {
            let text: String = text.chars().take(60).collect();
            CheckError::Type(format!("`{}` is {what}, not `{text}`", property.name))
        };
        let number = || text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let truth = || match text {
            "true" | "TRUE" | "1" => Some(true),
            "false" | "FALSE" | "0" => Some(false),
            _ => None,
        };
        let value = match property.kind {
            PropertyType::Text => Scalar::Text(text.to_owned()),
            PropertyType::Number | PropertyType::Integer => {
                Scalar::Number(number().ok_or_else(|| wanted("a number"))?)
            }
            PropertyType::Bool => Scalar::Bool(truth().ok_or_else(|| wanted("true or false"))?),
            PropertyType::Instant => {
                let span = Span::parse(&text.replace(' ', "+")).map_err(|_| wanted("an instant"))?;
                Scalar::Time(span)
            }
            PropertyType::TextList => return Err(wanted("a list, which cannot be asked for")),
            // Which of its types is meant cannot be known, so all are tried.
            PropertyType::Mixed => {
                let tries = [
                    Some(Scalar::Text(text.to_owned())),
                    number().map(Scalar::Number),
                    truth().map(Scalar::Bool),
                ];
                return Ok(Self::Among(own, tries.into_iter().flatten().collect()));
            }
        };
        Ok(Self::Compare(Comparison::Equal, own, value))
    }
}
