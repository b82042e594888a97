//! Property sets and quantity sets: what the model says in words and numbers.
//!
//! In: names and values. Out: records. Called by the files of this folder that build something.

use super::model::Model;
use super::shape::Mm;
use super::step::{list, real, text};

/// A set of properties or of quantities with its values as STEP text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PropertySet {
    name: &'static str,
    values: Vec<(&'static str, Value)>,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    /// One value with its measure, such as `IFCLABEL('x')`.
    Single(String),
    /// One of several words.
    OneOf(String, Vec<&'static str>),
    /// A quantity: record and number.
    Quantity(&'static str, String),
}

/// A word.
pub(crate) fn label(s: impl AsRef<str>) -> Value {
    Value::Single(format!("IFCLABEL({})", text(s.as_ref())))
}

/// A name by which people refer to something.
pub(crate) fn identifier(s: impl AsRef<str>) -> Value {
    Value::Single(format!("IFCIDENTIFIER({})", text(s.as_ref())))
}

/// Yes or no.
pub(crate) fn boolean(b: bool) -> Value {
    Value::Single(format!("IFCBOOLEAN({})", if b { ".T." } else { ".F." }))
}

/// A whole number.
pub(crate) fn integer(n: i64) -> Value {
    Value::Single(format!("IFCINTEGER({n})"))
}

/// A day as year, month, day.
pub(crate) fn date(s: &str) -> Value {
    Value::Single(format!("IFCDATE({})", text(s)))
}

/// A number with one of IFC's measures.
pub(crate) fn measure(measure: &str, v: f64) -> Value {
    Value::Single(format!("{measure}({})", real(v)))
}

/// One of several words.
pub(crate) fn one_of(word: &str, words: &[&'static str]) -> Value {
    Value::OneOf(word.to_owned(), words.to_vec())
}

/// A length in millimetres.
pub(crate) fn length(v: Mm) -> Value {
    Value::Quantity("IFCQUANTITYLENGTH", real(f64::from(v)))
}

/// An area in square metres, to the square millimetre.
pub(crate) fn area(v: f64) -> Value {
    Value::Quantity("IFCQUANTITYAREA", real((v * 1e6).round() / 1e6))
}

/// A volume in cubic metres.
pub(crate) fn volume(v: f64) -> Value {
    Value::Quantity("IFCQUANTITYVOLUME", real((v * 1e6).round() / 1e6))
}

impl PropertySet {
    pub(crate) fn new(name: &'static str, values: Vec<(&'static str, Value)>) -> Self {
        Self { name, values }
    }

    /// Writes the set; relations to objects are the caller's.
    pub(crate) fn write(&self, model: &mut Model) -> super::step::Ref {
        let mut quantities = false;
        let mut rows = Vec::new();
        // Equal sets are one: their values are their name.
        let values: Vec<String> =
            self.values.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        let path = format!("set/{}/{}", self.name, values.join("/"));
        for (name, value) in &self.values {
            let quoted = text(name);
            let row = match value {
                Value::Single(value) => format!("IFCPROPERTYSINGLEVALUE({quoted},$,{value},$)"),
                Value::OneOf(word, words) => {
                    let kind = text(&format!("{}-{name}", self.name));
                    let labels = list(words.iter().map(|w| format!("IFCLABEL({})", text(w))));
                    let words = model.step.value(format!("IFCPROPERTYENUMERATION({kind},{labels},$)"));
                    let word = text(word);
                    format!("IFCPROPERTYENUMERATEDVALUE({quoted},$,(IFCLABEL({word})),{words})")
                }
                Value::Quantity(kind, value) => {
                    quantities = true;
                    format!("{kind}({quoted},$,$,{value},$)")
                }
            };
            rows.push(model.step.value(row));
        }
        let name = text(self.name);
        if quantities {
            model.rooted("IFCELEMENTQUANTITY", &path, &format!("{name},$,$,{}", list(rows)))
        } else {
            model.rooted("IFCPROPERTYSET", &path, &format!("{name},$,{}", list(rows)))
        }
    }
}
