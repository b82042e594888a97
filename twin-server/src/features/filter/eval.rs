//! Whether a condition holds for one feature. Called for each feature that may be meant.
//!
//! Values that are missing make a condition neither true nor false (three-valued logic, CQL2 § 6.3.1);
//! only what is true selects a feature. Dividing by zero and the like give no value.

use std::borrow::Cow;
use std::cell::OnceCell;

use geo::{BoundingRect, Geometry, Intersects, Rect, Relate};

use super::condition::{Condition, Figure, Scalar, When};
use super::expr::{Comparison, MathOp, SpatialRelation};
use super::span::{Span, relate};
use crate::features::item::{Item, Value};
use crate::features::place::Frame;

/// Areas that a condition tells apart; beyond, one around all of them must do.
const AREA_LIMIT: usize = 16;

/// A feature that a condition is decided for. Its geometry is made once, when first needed.
pub struct Subject<'a> {
    item: &'a dyn Item,
    frame: Option<&'a Frame>,
    plane: OnceCell<Option<(Geometry, Rect)>>,
}

/// A value while it is compared.
#[derive(Debug, Clone, PartialEq)]
enum Term<'v> {
    Bool(bool),
    Number(f64),
    Text(Cow<'v, str>),
    Time(Span),
}

impl<'a> Subject<'a> {
    /// A feature in its frame; without one it has no geometry.
    #[must_use]
    pub fn new(item: &'a dyn Item, frame: Option<&'a Frame>) -> Self {
        Self { item, frame, plane: OnceCell::new() }
    }

    /// Whether the condition is true.
    #[must_use]
    pub fn is(&self, condition: &Condition) -> bool {
        self.holds(condition) == Some(true)
    }

    fn holds(&self, condition: &Condition) -> Option<bool> {
        match condition {
            Condition::All(all) => self.joined(all, false),
            Condition::Any(any) => self.joined(any, true),
            Condition::Not(inner) => self.holds(inner).map(|holds| !holds),
            Condition::True(scalar) => match self.term(scalar)? {
                Term::Bool(value) => Some(value),
                _ => None,
            },
            Condition::Compare(comparison, left, right) => {
                compare(*comparison, &self.term(left)?, &self.term(right)?)
            }
            Condition::Between(operands) => {
                let [value, from, to] = &**operands;
                // Between a missing end and one that already refuses, the answer is known.
                let value = self.term(value)?;
                let from = self.term(from).and_then(|from| compare(Comparison::AtLeast, &value, &from));
                let to = self.term(to).and_then(|to| compare(Comparison::AtMost, &value, &to));
                both(from, to)
            }
            Condition::Among(value, list) => self.among(value, list),
            Condition::Like(value, pattern) => match self.term(value)? {
                Term::Text(text) => Some(pattern.0.matches(&text)),
                _ => None,
            },
            Condition::Null(scalar) => Some(self.term(scalar).is_none()),
            Condition::NoGeometry => Some(self.plane().is_none()),
            Condition::Spatial(relation, left, right) => self.spatial(*relation, left, right),
            Condition::Temporal(relation, left, right) => {
                Some(relate(*relation, &self.span(left)?, &self.span(right)?))
            }
            Condition::Heights(low, high) => {
                let (from, to) = self.frame?.heights(&self.item.shape());
                Some(from <= *high && to >= *low)
            }
            Condition::Times(span) => {
                Some(self.item.times().into_iter().any(|instant| span.meets(&Span::at(instant))))
            }
        }
    }

    /// And (`decides` false) or or (`decides` true): one that decides is enough, else one that is not
    /// known leaves it unknown.
    fn joined(&self, conditions: &[Condition], decides: bool) -> Option<bool> {
        let mut known = Some(!decides);
        for condition in conditions {
            match self.holds(condition) {
                Some(holds) if holds == decides => return Some(decides),
                Some(_) => {}
                None => known = None,
            }
        }
        known
    }

    fn among(&self, value: &Scalar, list: &[Scalar]) -> Option<bool> {
        let value = self.term(value)?;
        let mut known = Some(false);
        for item in list {
            match self.term(item).and_then(|item| compare(Comparison::Equal, &value, &item)) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => known = None,
            }
        }
        known
    }

    fn term<'v>(&'v self, scalar: &'v Scalar) -> Option<Term<'v>> {
        Some(match scalar {
            Scalar::Number(number) => Term::Number(*number),
            Scalar::Text(text) => Term::Text(Cow::Borrowed(text)),
            Scalar::Bool(value) => Term::Bool(*value),
            Scalar::Time(span) => Term::Time(*span),
            Scalar::Property(property) => match self.item.value(property) {
                Value::Null | Value::List(_) => return None,
                Value::Bool(value) => Term::Bool(value),
                Value::Number(number) => Term::Number(number),
                Value::Text(text) => Term::Text(text),
                Value::Instant(instant) => Term::Time(Span::at(instant)),
            },
            Scalar::Lower(inner) => match self.term(inner)? {
                Term::Text(text) => Term::Text(Cow::Owned(text.to_lowercase())),
                _ => return None,
            },
            Scalar::Math(op, operands) => {
                let [left, right] = &**operands;
                match (self.term(left)?, self.term(right)?) {
                    (Term::Number(left), Term::Number(right)) => Term::Number(reckoned(*op, left, right)?),
                    _ => return None,
                }
            }
        })
    }

    fn span(&self, when: &When) -> Option<Span> {
        let span = |scalar: &Scalar| match self.term(scalar)? {
            Term::Time(span) => Some(span),
            _ => None,
        };
        match when {
            When::At(scalar) => span(scalar),
            When::Between(from, to) => {
                let start = from.as_ref().map_or(Some(None), |from| span(from).map(|from| from.start))?;
                let end = to.as_ref().map_or(Some(None), |to| span(to).map(|to| to.end))?;
                Some(Span { start, end }).filter(|span| !span.is_empty())
            }
        }
    }

    fn plane(&self) -> Option<&(Geometry, Rect)> {
        let made = self.plane.get_or_init(|| {
            let geometry = self.frame?.plane(&self.item.shape());
            let rect = geometry.bounding_rect()?;
            Some((geometry, rect))
        });
        made.as_ref()
    }

    fn spatial(&self, relation: SpatialRelation, left: &Figure, right: &Figure) -> Option<bool> {
        let (left, left_rect) = self.figure(left)?;
        let (right, right_rect) = self.figure(right)?;
        // Boxes tell most: geometries that are apart share nothing.
        if !left_rect.intersects(right_rect) {
            return Some(relation == SpatialRelation::Disjoint);
        }
        Some(match relation {
            SpatialRelation::Intersects => left.intersects(right),
            SpatialRelation::Disjoint => !left.intersects(right),
            SpatialRelation::Equals => left.relate(right).is_equal_topo(),
            SpatialRelation::Touches => left.relate(right).is_touches(),
            SpatialRelation::Crosses => left.relate(right).is_crosses(),
            SpatialRelation::Within => left.relate(right).is_within(),
            SpatialRelation::Contains => left.relate(right).is_contains(),
            SpatialRelation::Overlaps => left.relate(right).is_overlaps(),
        })
    }

    fn figure<'f>(&'f self, figure: &'f Figure) -> Option<(&'f Geometry, &'f Rect)> {
        match figure {
            Figure::Feature => self.plane().map(|(geometry, rect)| (geometry, rect)),
            Figure::Fixed(geometry, rect) => Some((geometry, rect)),
        }
    }
}

fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Nothing if the two are of different types, which only properties of several types can be.
fn compare(comparison: Comparison, left: &Term<'_>, right: &Term<'_>) -> Option<bool> {
    let order = match (left, right) {
        (Term::Time(left), Term::Time(right)) => return Some(left.compares(comparison, right)),
        (Term::Number(left), Term::Number(right)) => left.partial_cmp(right)?,
        (Term::Text(left), Term::Text(right)) => left.cmp(right),
        (Term::Bool(left), Term::Bool(right)) => left.cmp(right),
        _ => return None,
    };
    Some(match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::AtMost => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::AtLeast => order.is_ge(),
    })
}

fn reckoned(op: MathOp, left: f64, right: f64) -> Option<f64> {
    let number = match op {
        MathOp::Add => left + right,
        MathOp::Subtract => left - right,
        MathOp::Multiply => left * right,
        MathOp::Divide => left / right,
        MathOp::Remainder => left % right,
        MathOp::Quotient => (left / right).trunc(),
        MathOp::Power => left.powf(right),
    };
    number.is_finite().then_some(number)
}

impl Condition {
    /// Rectangles outside of which no feature can be meant; nothing if that is not known.
    #[must_use]
    pub fn areas(&self) -> Option<Vec<Rect>> {
        match self {
            Self::All(all) => all.iter().filter_map(Self::areas).reduce(|one, other| common(&one, &other)),
            Self::Any(any) => {
                let areas: Option<Vec<Vec<Rect>>> = any.iter().map(Self::areas).collect();
                areas.map(|areas| few(areas.concat()))
            }
            Self::Spatial(SpatialRelation::Disjoint, ..) => None,
            Self::Spatial(_, Figure::Feature, Figure::Fixed(geometry, rect))
            | Self::Spatial(_, Figure::Fixed(geometry, rect), Figure::Feature) => Some(match &**geometry {
                // The parts of a box across the antimeridian are as far apart as can be.
                Geometry::MultiPolygon(parts) => {
                    few(parts.iter().filter_map(BoundingRect::bounding_rect).collect())
                }
                _ => vec![*rect],
            }),
            _ => None,
        }
    }
}

fn common(one: &[Rect], other: &[Rect]) -> Vec<Rect> {
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    few(pairs.filter_map(|(a, b)| overlap(a, b)).collect())
}

fn overlap(a: &Rect, b: &Rect) -> Option<Rect> {
    let (west, east) = (a.min().x.max(b.min().x), a.max().x.min(b.max().x));
    let (south, north) = (a.min().y.max(b.min().y), a.max().y.min(b.max().y));
    (west <= east && south <= north).then(|| Rect::new((west, south), (east, north)))
}

fn few(areas: Vec<Rect>) -> Vec<Rect> {
    if areas.len() <= AREA_LIMIT {
        return areas;
    }
    let around = areas.into_iter().reduce(|a, b| {
        let (west, east) = (a.min().x.min(b.min().x), a.max().x.max(b.max().x));
        let (south, north) = (a.min().y.min(b.min().y), a.max().y.max(b.max().y));
        Rect::new((west, south), (east, north))
    });
    around.into_iter().collect()
}
