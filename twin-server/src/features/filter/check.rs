//! An expression and a schema come in, a condition that can be decided for every feature of the
//! collection goes out. Called by `condition`.
//!
//! What cannot be true of any feature because it makes no sense, such as a number against a text, is
//! refused here and told to the person; so deciding knows no errors.

use geo::BoundingRect;

use super::condition::{Condition, Figure, LikePattern, Scalar, When};
use super::expr::{Comparison, Expr, MathOp, Op};
use super::like::Pattern;
use super::span::Span;
use crate::features::schema::{GEOMETRY, Property, PropertyType, Schema};

/// Why an expression does not fit a collection.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CheckError {
    /// No such property.
    #[error("there is no property `{name}`\nhint: use {known}")]
    Unknown {
        /// The name.
        name: String,
        /// Names that there are.
        known: String,
    },
    /// Types that do not meet.
    #[error("{0}")]
    Type(String),
}

/// Types of value, as far as comparing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Number,
    Bool,
    Time,
    Mixed,
}

impl Type {
    fn words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Bool => "true or false",
            Self::Time => "an instant",
            Self::Mixed => "of several types",
        }
    }
}

/// Makes a condition of an expression.
///
/// # Errors
/// If the expression names a property that is not in the schema, or puts together what does not fit.
pub(super) fn check(expr: &Expr, schema: &Schema) -> Result<Condition, CheckError> {
    Checker { schema }.condition(expr)
}

struct Checker<'s> {
    schema: &'s Schema,
}

fn wrong<T>(problem: impl Into<String>) -> Result<T, CheckError> {
    Err(CheckError::Type(problem.into()))
}

impl Checker<'_> {
    fn condition(&self, expr: &Expr) -> Result<Condition, CheckError> {
        let Expr::Call(op, operands) = expr else { return self.truth(expr) };
        match (op, operands.as_slice()) {
            (Op::And, operands) => self.conditions(operands).map(Condition::All),
            (Op::Or, operands) => self.conditions(operands).map(Condition::Any),
            (Op::Not, [operand]) => Ok(Condition::Not(Box::new(self.condition(operand)?))),
            (Op::Compare(comparison), [left, right]) => self.comparison(*comparison, left, right),
            (Op::Between, [value, from, to]) => self.between(value, from, to),
            (Op::In, [value, list @ ..]) => self.among(value, list),
            (Op::Like, [value, pattern]) => self.like(value, pattern),
            (Op::IsNull, [Expr::Property(name)]) if name == GEOMETRY => Ok(Condition::NoGeometry),
            (Op::IsNull, [operand]) => self.scalar(operand).map(Condition::Null),
            (Op::Spatial(relation), [left, right]) => {
                Ok(Condition::Spatial(*relation, self.figure(left)?, self.figure(right)?))
            }
            (Op::Temporal(relation), [left, right]) => {
                Ok(Condition::Temporal(*relation, self.when(left)?, self.when(right)?))
            }
            _ => self.truth(expr),
        }
    }

    fn conditions(&self, operands: &[Expr]) -> Result<Vec<Condition>, CheckError> {
        operands.iter().map(|operand| self.condition(operand)).collect()
    }

    /// A property or literal that is true or false by itself.
    fn truth(&self, expr: &Expr) -> Result<Condition, CheckError> {
        let scalar = self.scalar(expr)?;
        match kind(&scalar) {
            Type::Bool | Type::Mixed => Ok(Condition::True(scalar)),
            other => wrong(format!(
                "{} is {} and cannot stand where true or false is meant",
                told(expr),
                other.words()
            )),
        }
    }

    fn comparison(&self, comparison: Comparison, left: &Expr, right: &Expr) -> Result<Condition, CheckError> {
        let [one, other] = self.alike([left, right])?;
        Ok(Condition::Compare(comparison, one, other))
    }

    fn between(&self, value: &Expr, from: &Expr, to: &Expr) -> Result<Condition, CheckError> {
        Ok(Condition::Between(Box::new(self.alike([value, from, to])?)))
    }

    fn among(&self, value: &Expr, list: &[Expr]) -> Result<Condition, CheckError> {
        let mut items = Vec::with_capacity(list.len());
        let mut meant = self.scalar(value)?;
        for item in list {
            let [one, other] = self.alike([value, item])?;
            meant = one;
            items.push(other);
        }
        Ok(Condition::Among(meant, items))
    }

    fn like(&self, value: &Expr, pattern: &Expr) -> Result<Condition, CheckError> {
        let value_scalar = self.scalar(value)?;
        if !matches!(kind(&value_scalar), Type::Text | Type::Mixed) {
            return wrong(format!("{} is not a text and cannot be matched by `LIKE`", told(value)));
        }
        let text = match self.scalar(pattern)? {
            Scalar::Text(text) => text,
            Scalar::Lower(inner) if matches!(*inner, Scalar::Text(_)) => match *inner {
                Scalar::Text(text) => text.to_lowercase(),
                _ => String::new(),
            },
            _ => return wrong("a pattern of `LIKE` is a text in `'`"),
        };
        let Some(pattern) = Pattern::new(&text) else {
            return wrong("a pattern of `LIKE` is longer than 256 characters");
        };
        Ok(Condition::Like(value_scalar, LikePattern(pattern)))
    }

    /// Scalars that can be compared with one another. A text beside an instant is read as one.
    fn alike<const N: usize>(&self, operands: [&Expr; N]) -> Result<[Scalar; N], CheckError> {
        let mut scalars = Vec::with_capacity(N);
        for operand in operands {
            scalars.push(self.scalar(operand)?);
        }
        if scalars.iter().any(|scalar| kind(scalar) == Type::Time) {
            for scalar in &mut scalars {
                if let Scalar::Text(text) = scalar {
                    let span = Span::parse(text).map_err(|error| CheckError::Type(error.to_string()))?;
                    *scalar = Scalar::Time(span);
                }
            }
        }
        let first = scalars.first().map_or(Type::Mixed, kind);
        for (scalar, operand) in scalars.iter().zip(operands).skip(1) {
            let other = kind(scalar);
            if first != other && first != Type::Mixed && other != Type::Mixed {
                let left = operands.first().map_or_else(String::new, |first| told(first));
                return wrong(format!(
                    "{left} is {} and {} is {}: they cannot be compared",
                    first.words(),
                    told(operand),
                    other.words()
                ));
            }
        }
        scalars.try_into().or_else(|_| wrong("operands are missing"))
    }

    fn scalar(&self, expr: &Expr) -> Result<Scalar, CheckError> {
        Ok(match expr {
            Expr::Number(number) => Scalar::Number(*number),
            Expr::Text(text) => Scalar::Text(text.clone()),
            Expr::Bool(value) => Scalar::Bool(*value),
            Expr::Time(span) => Scalar::Time(*span),
            Expr::Property(name) => Scalar::Property(Box::new(self.property(name)?.clone())),
            Expr::Call(Op::Casei, operands) => self.lower(operands)?,
            Expr::Call(Op::Math(op), operands) => self.math(*op, operands)?,
            Expr::Call(..) => return wrong("a condition cannot stand where a value is meant"),
            Expr::Interval(..) => {
                return wrong("an interval stands only in functions of time, such as `T_DURING`");
            }
            Expr::Geometry(_) => {
                return wrong("a geometry stands only in functions of place, such as `S_INTERSECTS`");
            }
        })
    }

    fn lower(&self, operands: &[Expr]) -> Result<Scalar, CheckError> {
        let [operand] = operands else { return wrong("`CASEI` takes one operand") };
        let scalar = self.scalar(operand)?;
        if matches!(kind(&scalar), Type::Text | Type::Mixed) {
            Ok(Scalar::Lower(Box::new(scalar)))
        } else {
            wrong(format!("{} is not a text and has no small letters", told(operand)))
        }
    }

    fn math(&self, op: MathOp, operands: &[Expr]) -> Result<Scalar, CheckError> {
        let [left, right] = operands else { return wrong("arithmetic takes two operands") };
        let scalars = [self.scalar(left)?, self.scalar(right)?];
        for (scalar, operand) in scalars.iter().zip([left, right]) {
            if !matches!(kind(scalar), Type::Number | Type::Mixed) {
                return wrong(format!("{} is not a number and cannot be reckoned with", told(operand)));
            }
        }
        Ok(Scalar::Math(op, Box::new(scalars)))
    }

    fn property(&self, name: &str) -> Result<&Property, CheckError> {
        if name == GEOMETRY {
            return wrong("`geometry` stands only in functions of place, such as `S_INTERSECTS`");
        }
        let Some(property) = self.schema.get(name) else {
            let name = name.chars().take(60).collect();
            return Err(CheckError::Unknown { name, known: self.schema.names() });
        };
        if property.kind == PropertyType::TextList {
            return wrong(format!("`{name}` is a list, which filters cannot look into"));
        }
        Ok(property)
    }

    fn figure(&self, expr: &Expr) -> Result<Figure, CheckError> {
        match expr {
            Expr::Property(name) if name == GEOMETRY => Ok(Figure::Feature),
            Expr::Geometry(geometry) => match geometry.bounding_rect() {
                Some(rect) => Ok(Figure::Fixed(Box::new(geometry.clone()), rect)),
                None => wrong("a geometry has no points"),
            },
            Expr::Property(name) if self.schema.get(name).is_none() => {
                self.property(name).map(|_| Figure::Feature)
            }
            other => wrong(format!("{} is no geometry; the feature's own is `geometry`", told(other))),
        }
    }

    fn when(&self, expr: &Expr) -> Result<When, CheckError> {
        match expr {
            Expr::Interval(from, to) => {
                let end = |end: &Option<Box<Expr>>| end.as_deref().map(|end| self.time(end)).transpose();
                let (from, to) = (end(from)?, end(to)?);
                if let (Some(Scalar::Time(from)), Some(Scalar::Time(to))) = (&from, &to)
                    && (Span { start: from.start, end: to.end }).is_empty()
                {
                    return wrong("an interval ends before it begins");
                }
                Ok(When::Between(from, to))
            }
            other => self.time(other).map(When::At),
        }
    }

    fn time(&self, expr: &Expr) -> Result<Scalar, CheckError> {
        match self.scalar(expr)? {
            Scalar::Text(text) => {
                Span::parse(&text).map(Scalar::Time).map_err(|error| CheckError::Type(error.to_string()))
            }
            scalar if kind(&scalar) == Type::Time => Ok(scalar),
            _ => wrong(format!("{} has no time", told(expr))),
        }
    }
}

fn kind(scalar: &Scalar) -> Type {
    match scalar {
        Scalar::Property(property) => match property.kind {
            PropertyType::Text | PropertyType::TextList => Type::Text,
            PropertyType::Number | PropertyType::Integer => Type::Number,
            PropertyType::Bool => Type::Bool,
            PropertyType::Instant => Type::Time,
            PropertyType::Mixed => Type::Mixed,
        },
        Scalar::Number(_) | Scalar::Math(..) => Type::Number,
        Scalar::Text(_) | Scalar::Lower(_) => Type::Text,
        Scalar::Bool(_) => Type::Bool,
        Scalar::Time(_) => Type::Time,
    }
}

/// An expression in a message.
fn told(expr: &Expr) -> String {
    let short = |text: &str| text.chars().take(40).collect::<String>();
    match expr {
        Expr::Property(name) => format!("`{}`", short(name)),
        Expr::Number(number) => format!("`{number}`"),
        Expr::Text(text) => format!("`'{}'`", short(text)),
        Expr::Bool(value) => format!("`{value}`"),
        Expr::Time(_) | Expr::Interval(..) => "a time".into(),
        Expr::Geometry(_) => "a geometry".into(),
        Expr::Call(Op::Math(_), _) => "a sum or product".into(),
        Expr::Call(Op::Casei, _) => "a text in small letters".into(),
        Expr::Call(..) => "a condition".into(),
    }
}
