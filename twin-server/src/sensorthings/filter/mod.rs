//! `$filter` (OGC 18-088, clause 9.3.3.5): text in, an expression out; an expression and an entity in, yes
//! or no out. Bounded whatever the text says: its length, nesting and number of terms have limits, and an
//! expression is evaluated without loops.

mod eval;
mod functions;
mod lexer;
mod parser;
mod print;
#[cfg(test)]
mod tests;
mod value;

pub use eval::{Subject, evaluate, matches};
pub use functions::Function;
pub use value::Value;

use super::model::Set;

/// Longest text of a filter.
pub const BYTES_MOST: usize = 16 * 1024;
/// Deepest nesting of parentheses, functions and negations.
pub const DEPTH_MOST: usize = 64;
/// Most literals, paths and functions.
pub const TERMS_MOST: usize = 1_000;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A value as it was written.
    Literal(Value),
    /// A property, through relations where it has several parts.
    Path(Vec<String>),
    /// All hold.
    And(Vec<Expr>),
    /// One holds.
    Or(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
    /// Two values compared.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// Two values reckoned with.
    Reckon(Arithmetic, Box<Expr>, Box<Expr>),
    /// A function.
    Call(Function, Vec<Expr>),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// How two values are reckoned with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// Sum.
    Add,
    /// Difference.
    Sub,
    /// Product.
    Mul,
    /// Quotient.
    Div,
    /// Remainder.
    Mod,
}

/// Why a text is not a filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// Longer than is read.
    #[error("it is {length} bytes long, limit {BYTES_MOST}")]
    TooLong {
        /// Its length.
        length: usize,
    },
    /// More terms than are evaluated.
    #[error("it has more than {TERMS_MOST} terms")]
    TooManyTerms,
    /// Nested deeper than is read.
    #[error("it is nested deeper than {DEPTH_MOST} levels")]
    TooDeep,
    /// Not what the grammar allows here.
    #[error("at character {position}: {expected} expected, not {found}")]
    Syntax {
        /// Characters before it.
        position: usize,
        /// What could stand here.
        expected: &'static str,
        /// What stands here.
        found: String,
    },
    /// A literal that means nothing.
    #[error("at character {position}: `{text}` is not {what}")]
    Literal {
        /// Characters before it.
        position: usize,
        /// What it should be.
        what: &'static str,
        /// The literal.
        text: String,
    },
    /// A function that does not exist.
    #[error("function `{0}` is unknown, use one of {known}", known = functions::known())]
    Function(String),
    /// Wrong number of arguments.
    #[error("function `{name}` takes {takes}, not {found}")]
    Arguments {
        /// The function.
        name: &'static str,
        /// How many it takes, in words.
        takes: String,
        /// How many were given.
        found: usize,
    },
    /// A value where a condition belongs.
    #[error("`{0}` is a value, not a condition")]
    NotACondition(String),
    /// A path that leads nowhere.
    #[error("`{path}`: a {set} has no `{name}`, only {known}")]
    Path {
        /// The whole path.
        path: String,
        /// The set in which the name was looked for.
        set: &'static str,
        /// The name.
        name: String,
        /// Names that exist.
        known: String,
    },
}

/// Reads a filter.
///
/// # Errors
/// A [`FilterError`] that says where and why the text is none.
pub fn parse(text: &str) -> Result<Expr, FilterError> {
    parser::filter(text)
}

/// Reads a value expression, as `$orderby` takes them.
///
/// # Errors
/// A [`FilterError`] that says where and why the text is none.
pub fn parse_value(text: &str) -> Result<Expr, FilterError> {
    parser::value(text)
}

/// Checks that the paths of an expression exist in a set.
///
/// # Errors
/// [`FilterError::Path`] for the first that does not.
pub fn check_paths(expr: &Expr, set: Set) -> Result<(), FilterError> {
    let mut result = Ok(());
    expr.paths(&mut |path| {
        if result.is_ok() {
            result = check_path(path, set);
        }
    });
    result
}

fn check_path(path: &[String], mut set: Set) -> Result<(), FilterError> {
    for (at, name) in path.iter().enumerate() {
        if let Some(navigation) = set.navigation(name)
            && at + 1 < path.len()
        {
            set = navigation.to;
        } else if set.property(name).is_some() {
            return Ok(());
        } else {
            let (path, set_name, name) = (path.join("/"), set.singular(), name.clone());
            return Err(FilterError::Path { path, set: set_name, name, known: set.known_names() });
        }
    }
    Ok(())
}

impl Expr {
    /// Shows every path in the expression.
    pub fn paths<'e>(&'e self, show: &mut dyn FnMut(&'e [String])) {
        match self {
            Self::Literal(_) => {}
            Self::Path(path) => show(path),
            Self::Not(inner) => inner.paths(show),
            Self::And(all) | Self::Or(all) | Self::Call(_, all) => {
                for inner in all {
                    inner.paths(show);
                }
            }
            Self::Compare(_, left, right) | Self::Reckon(_, left, right) => {
                left.paths(show);
                right.paths(show);
            }
        }
    }
}
