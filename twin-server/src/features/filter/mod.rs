//! The filter language of OGC API - Features: a text comes in, a condition on features goes out.
//! Called by `api::features` with what stands in `filter`, `bbox` and `datetime`.
//!
//! Follows CQL2 (OGC 21-065r2): `text` and `json` read its two encodings into one [`Expr`]; `check`
//! holds it against the schema of a collection and makes a [`Condition`]; `eval` decides for one
//! feature. Departures: functions of the server, arrays and `ACCENTI` are not there; `ILIKE` is,
//! because GDAL sends it.
//!
//! Filters come from strangers, so all work is bounded before it is done: a filter is short, is read
//! from left to right without going back, nests as deep as the stack allows many times over, and has
//! so many terms that a feature is decided in microseconds.

mod check;
mod condition;
mod eval;
mod expr;
mod json;
mod lexer;
mod like;
mod span;
mod text;
mod wkt;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use check::CheckError;
pub use condition::Condition;
pub use eval::Subject;
pub use expr::{Expr, SpatialRelation, TemporalRelation};
pub use span::{Span, TimeError};

use check::check;

use super::schema::Schema;

/// Longest filter in bytes. A request line has room for four of them.
pub const LENGTH_LIMIT: usize = 16 * 1024;
/// Deepest nesting of parentheses, operators that stand before their operand, and JSON operations.
pub const DEPTH_LIMIT: usize = 64;
/// Most operands: properties, numbers, texts, instants, geometries.
pub const TERM_LIMIT: usize = 1000;

/// The two encodings of CQL2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterLanguage {
    /// `cql2-text`.
    Text,
    /// `cql2-json`.
    Json,
}

/// Why a filter is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FilterError {
    /// Too many bytes.
    #[error("the filter has {0} bytes, limit {LENGTH_LIMIT} bytes")]
    TooLong(usize),
    /// Too deep.
    #[error("the filter nests deeper than {DEPTH_LIMIT} levels")]
    TooDeep,
    /// Too many operands.
    #[error("the filter has more than {TERM_LIMIT} terms")]
    TooManyTerms,
    /// Not the language.
    #[error("the filter breaks off at character {at}: {problem}")]
    Syntax {
        /// Place of what is wrong, in characters from 1.
        at: usize,
        /// What is wrong.
        problem: String,
    },
    /// Not the JSON encoding.
    #[error("the filter is not cql2-json: {0}")]
    Json(String),
    /// Does not fit the collection.
    #[error(transparent)]
    Check(#[from] CheckError),
}

/// Reads a filter.
///
/// # Errors
/// If it exceeds a limit or is not in the language.
pub fn parse(filter: &str, language: FilterLanguage) -> Result<Expr, FilterError> {
    if filter.len() > LENGTH_LIMIT {
        return Err(FilterError::TooLong(filter.len()));
    }
    let expr = match language {
        FilterLanguage::Text => text::parse(filter),
        FilterLanguage::Json => json::parse(filter),
    }?;
    // A sum leans to the left without a word that nests, so readers do not notice.
    if expr.depth() > 2 * DEPTH_LIMIT { Err(FilterError::TooDeep) } else { Ok(expr) }
}

/// Reads a filter and holds it against a schema.
///
/// # Errors
/// As [`parse`], or if it names what the schema does not have or compares what cannot be compared.
pub fn condition(filter: &str, language: FilterLanguage, schema: &Schema) -> Result<Condition, FilterError> {
    Ok(check(&parse(filter, language)?, schema)?)
}

/// Counts what a reader has taken in.
#[derive(Debug, Default)]
struct Budget {
    depth: usize,
    terms: usize,
}

impl Budget {
    fn enter(&mut self) -> Result<(), FilterError> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT { Err(FilterError::TooDeep) } else { Ok(()) }
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    fn term(&mut self) -> Result<(), FilterError> {
        self.terms += 1;
        if self.terms > TERM_LIMIT { Err(FilterError::TooManyTerms) } else { Ok(()) }
    }
}
