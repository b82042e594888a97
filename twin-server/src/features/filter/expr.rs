//! A filter as it was written: what both encodings are read into, before it meets a schema.

use geo::Geometry;

use super::span::Span;

/// An expression. What it may stand for is decided when it meets a schema.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A property of the feature.
    Property(String),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// `TRUE` or `FALSE`.
    Bool(bool),
    /// A date or an instant.
    Time(Span),
    /// From and to; an open end is `None`.
    Interval(Option<Box<Expr>>, Option<Box<Expr>>),
    /// A geometry in longitude and latitude.
    Geometry(Geometry),
    /// An operation on operands, as many as [`Op`] says.
    Call(Op, Vec<Expr>),
}

/// Operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// All operands hold.
    And,
    /// An operand holds.
    Or,
    /// The operand does not hold.
    Not,
    /// One value against another.
    Compare(Comparison),
    /// The first is from the second to the third.
    Between,
    /// The first is one of the others.
    In,
    /// The first matches the pattern.
    Like,
    /// The operand has no value.
    IsNull,
    /// The operand in small letters.
    Casei,
    /// Arithmetic.
    Math(MathOp),
    /// How two geometries lie.
    Spatial(SpatialRelation),
    /// How two stretches of time lie.
    Temporal(TemporalRelation),
}

/// Comparisons of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// Arithmetic on numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MathOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `DIV`, the quotient without its fraction.
    Quotient,
    /// `^`
    Power,
}

/// Relations of geometries (CQL2 § 8.3, the words of OGC Simple Features).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpatialRelation {
    /// Share a point.
    Intersects,
    /// Share no point.
    Disjoint,
    /// Are the same set of points.
    Equals,
    /// Meet at their edges only.
    Touches,
    /// The interiors meet, in fewer dimensions than the larger has.
    Crosses,
    /// The first lies in the second.
    Within,
    /// The second lies in the first.
    Contains,
    /// Share a part, and each has one of its own.
    Overlaps,
}

/// Relations of stretches of time (CQL2 § 8.4, Allen's intervals).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the standard's, whose table defines them")]
pub enum TemporalRelation {
    After,
    Before,
    Contains,
    Disjoint,
    During,
    Equals,
    FinishedBy,
    Finishes,
    Intersects,
    Meets,
    MetBy,
    OverlappedBy,
    Overlaps,
    StartedBy,
    Starts,
}

impl Expr {
    /// Levels of operations, counted without recursion.
    #[must_use]
    pub(super) fn depth(&self) -> usize {
        let mut deepest = 0;
        let mut open = vec![(self, 1)];
        while let Some((expr, depth)) = open.pop() {
            deepest = deepest.max(depth);
            match expr {
                Self::Call(_, operands) => open.extend(operands.iter().map(|operand| (operand, depth + 1))),
                Self::Interval(from, to) => {
                    open.extend([from, to].into_iter().flatten().map(|bound| (&**bound, depth + 1)));
                }
                _ => {}
            }
        }
        deepest
    }
}

impl Op {
    /// The function with this name, in small letters: the relations, `casei`, and `like`, `in` and
    /// others as the JSON encoding names them.
    #[must_use]
    pub(super) fn of_function(name: &str) -> Option<Self> {
        use {SpatialRelation as S, TemporalRelation as T};
        let op = match name {
            "casei" => Self::Casei,
            "s_intersects" => Self::Spatial(S::Intersects),
            "s_disjoint" => Self::Spatial(S::Disjoint),
            "s_equals" => Self::Spatial(S::Equals),
            "s_touches" => Self::Spatial(S::Touches),
            "s_crosses" => Self::Spatial(S::Crosses),
            "s_within" => Self::Spatial(S::Within),
            "s_contains" => Self::Spatial(S::Contains),
            "s_overlaps" => Self::Spatial(S::Overlaps),
            "t_after" => Self::Temporal(T::After),
            "t_before" => Self::Temporal(T::Before),
            "t_contains" => Self::Temporal(T::Contains),
            "t_disjoint" => Self::Temporal(T::Disjoint),
            "t_during" => Self::Temporal(T::During),
            "t_equals" => Self::Temporal(T::Equals),
            "t_finishedby" => Self::Temporal(T::FinishedBy),
            "t_finishes" => Self::Temporal(T::Finishes),
            "t_intersects" => Self::Temporal(T::Intersects),
            "t_meets" => Self::Temporal(T::Meets),
            "t_metby" => Self::Temporal(T::MetBy),
            "t_overlappedby" => Self::Temporal(T::OverlappedBy),
            "t_overlaps" => Self::Temporal(T::Overlaps),
            "t_startedby" => Self::Temporal(T::StartedBy),
            "t_starts" => Self::Temporal(T::Starts),
            _ => return None,
        };
        Some(op)
    }

    /// The operation that the JSON encoding names so.
    #[must_use]
    pub(super) fn of_json(name: &str) -> Option<Self> {
        let op = match name {
            "and" => Self::And,
            "or" => Self::Or,
            "not" => Self::Not,
            "=" => Self::Compare(Comparison::Equal),
            "<>" => Self::Compare(Comparison::NotEqual),
            "<" => Self::Compare(Comparison::Less),
            "<=" => Self::Compare(Comparison::AtMost),
            ">" => Self::Compare(Comparison::Greater),
            ">=" => Self::Compare(Comparison::AtLeast),
            "between" => Self::Between,
            "in" => Self::In,
            "like" => Self::Like,
            "isNull" => Self::IsNull,
            "+" => Self::Math(MathOp::Add),
            "-" => Self::Math(MathOp::Subtract),
            "*" => Self::Math(MathOp::Multiply),
            "/" => Self::Math(MathOp::Divide),
            "%" => Self::Math(MathOp::Remainder),
            "div" => Self::Math(MathOp::Quotient),
            "^" => Self::Math(MathOp::Power),
            _ => return Self::of_function(&name.to_ascii_lowercase()),
        };
        Some(op)
    }

    /// Fewest and most operands.
    pub(super) fn operands(self) -> (usize, usize) {
        match self {
            Self::And | Self::Or | Self::In => (2, usize::MAX),
            Self::Not | Self::IsNull | Self::Casei => (1, 1),
            Self::Between => (3, 3),
            Self::Compare(_) | Self::Like | Self::Math(_) | Self::Spatial(_) | Self::Temporal(_) => (2, 2),
        }
    }
}
