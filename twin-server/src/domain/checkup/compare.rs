//! Two check-ups side by side: values of both come in, what became of each goes out. Called by the API.

use std::cmp::Ordering;

use twin_schemas::checkups::{ValueChange, ValueComparison};
use twin_schemas::indicators::IndicatorDirection;

/// A value with its indicator and object, in whose order values are read.
pub type Keyed = (String, String, f64);

/// What became of a value.
#[must_use]
pub fn change(direction: IndicatorDirection, before: f64, now: f64) -> ValueChange {
    match (now.total_cmp(&before), direction) {
        (Ordering::Equal, _) => ValueChange::Same,
        (Ordering::Greater, IndicatorDirection::MoreIsBetter)
        | (Ordering::Less, IndicatorDirection::LessIsBetter) => ValueChange::Better,
        _ => ValueChange::Worse,
    }
}

/// A part of what there is to read: values in the order of indicator and object, and whether more follow.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The values.
    pub values: Vec<Keyed>,
    /// Whether there are more behind them.
    pub more: bool,
}

/// Compares two parts that begin at the same place, as far as both reach. `direction` is asked by the code of an
/// indicator; what it does not know is left out. Also gives the place from which to go on, if there is more.
#[must_use]
pub fn compare(
    before: Part,
    now: Part,
    direction: impl Fn(&str) -> Option<IndicatorDirection>,
) -> (Vec<ValueComparison>, Option<(String, String)>) {
    let end = |part: &Part| {
        let last = part.values.last().filter(|_| part.more)?;
        Some((last.0.clone(), last.1.clone()))
    };
    // Behind the end of a part that goes on, what is missing in it may still come.
    let end = match (end(&before), end(&now)) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let within = |value: &Keyed| {
        end.as_ref().is_none_or(|(indicator, object)| (&value.0, &value.1) <= (indicator, object))
    };
    let mut before = before.values.into_iter().filter(|value| within(value)).peekable();
    let mut now = now.values.into_iter().filter(|value| within(value)).peekable();
    let mut compared = Vec::new();
    loop {
        let order = match (before.peek(), now.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => (&a.0, &a.1).cmp(&(&b.0, &b.1)),
        };
        let was = if order.is_le() { before.next() } else { None };
        let is = if order.is_ge() { now.next() } else { None };
        compared.extend(comparison(was, is, &direction));
    }
    (compared, end)
}

fn comparison(
    before: Option<Keyed>,
    now: Option<Keyed>,
    direction: &impl Fn(&str) -> Option<IndicatorDirection>,
) -> Option<ValueComparison> {
    let (before_value, now_value) = (before.as_ref().map(|it| it.2), now.as_ref().map(|it| it.2));
    let (indicator, object, _) = now.or(before)?;
    let direction = direction(&indicator)?;
    let change = match (before_value, now_value) {
        (Some(before), Some(now)) => change(direction, before, now),
        (None, _) => ValueChange::New,
        (_, None) => ValueChange::Gone,
    };
    Some(ValueComparison { indicator, object, before: before_value, now: now_value, change })
}
