//! An expression and an entity to a value. A comparison with what has no value holds for nothing, apart
//! from `eq null` and `ne`.

use std::cmp::Ordering;

use time::OffsetDateTime;

use super::functions::moved;
use super::value::Value;
use super::{Arithmetic, Comparison, Expr};

/// An entity as filters see it.
pub trait Subject {
    /// Why a property cannot be told.
    type Error;

    /// The value of a property, through relations; [`Value::Null`] if it has none.
    ///
    /// # Errors
    /// If it cannot be told.
    fn value(&self, path: &[String]) -> Result<Value, Self::Error>;

    /// What `now()` gives.
    fn now(&self) -> OffsetDateTime;
}

/// Whether a condition holds.
///
/// # Errors
/// If a property cannot be told.
pub fn matches<S: Subject>(expr: &Expr, subject: &S) -> Result<bool, S::Error> {
    Ok(match expr {
        Expr::And(all) => {
            for inner in all {
                if !matches(inner, subject)? {
                    return Ok(false);
                }
            }
            true
        }
        Expr::Or(all) => {
            for inner in all {
                if matches(inner, subject)? {
                    return Ok(true);
                }
            }
            false
        }
        Expr::Not(inner) => !matches(inner, subject)?,
        Expr::Compare(how, left, right) => {
            compare(*how, &evaluate(left, subject)?, &evaluate(right, subject)?)
        }
        other => evaluate(other, subject)? == Value::Bool(true),
    })
}

/// The value of an expression.
///
/// # Errors
/// If a property cannot be told.
pub fn evaluate<S: Subject>(expr: &Expr, subject: &S) -> Result<Value, S::Error> {
    Ok(match expr {
        Expr::Literal(value) => value.clone(),
        Expr::Path(path) => subject.value(path)?,
        Expr::Reckon(how, left, right) => {
            reckon(*how, &evaluate(left, subject)?, &evaluate(right, subject)?).unwrap_or(Value::Null)
        }
        Expr::Call(function, arguments) => {
            let mut values = Vec::with_capacity(arguments.len());
            for argument in arguments {
                values.push(evaluate(argument, subject)?);
            }
            function.call(&values, subject.now()).unwrap_or(Value::Null)
        }
        condition => Value::Bool(matches(condition, subject)?),
    })
}

fn compare(how: Comparison, left: &Value, right: &Value) -> bool {
    let nulls = (left == &Value::Null, right == &Value::Null);
    let order = match nulls {
        (true, true) => Some(Ordering::Equal),
        (false, false) => left.order(right),
        _ => None,
    };
    match how {
        Comparison::Eq => order == Some(Ordering::Equal),
        Comparison::Ne => order != Some(Ordering::Equal),
        Comparison::Lt => order == Some(Ordering::Less),
        Comparison::Gt => order == Some(Ordering::Greater),
        Comparison::Le | Comparison::Ge if nulls.0 => false,
        Comparison::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Comparison::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

fn reckon(how: Arithmetic, left: &Value, right: &Value) -> Option<Value> {
    match (how, left, right) {
        (Arithmetic::Add, Value::When(when), Value::Duration(by))
        | (Arithmetic::Add, Value::Duration(by), Value::When(when)) => moved(*when, *by).map(Value::When),
        (Arithmetic::Sub, Value::When(when), Value::Duration(by)) => {
            moved(*when, by.checked_neg()?).map(Value::When)
        }
        (Arithmetic::Sub, Value::When(a), Value::When(b)) => Some(Value::Duration(a.start - b.start)),
        (Arithmetic::Add, Value::Duration(a), Value::Duration(b)) => a.checked_add(*b).map(Value::Duration),
        (Arithmetic::Sub, Value::Duration(a), Value::Duration(b)) => a.checked_sub(*b).map(Value::Duration),
        _ => {
            let (a, b) = (left.as_number()?, right.as_number()?);
            let result = match how {
                Arithmetic::Add => a + b,
                Arithmetic::Sub => a - b,
                Arithmetic::Mul => a * b,
                Arithmetic::Div => a / b,
                Arithmetic::Mod => a % b,
            };
            result.is_finite().then_some(Value::Number(result))
        }
    }
}
