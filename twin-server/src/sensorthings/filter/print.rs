//! An expression as text that reads back as the same expression.

use std::fmt;

use super::{Arithmetic, Comparison, Expr};

impl Comparison {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Lt => "lt",
            Self::Le => "le",
            Self::Gt => "gt",
            Self::Ge => "ge",
        }
    }
}

impl Arithmetic {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Sub => "sub",
            Self::Mul => "mul",
            Self::Div => "div",
            Self::Mod => "mod",
        }
    }
}

impl fmt::Display for Expr {
    /// Everything that is joined by a word stands in parentheses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |f: &mut fmt::Formatter<'_>, all: &[Self], by: &str| {
            for (at, inner) in all.iter().enumerate() {
                if at > 0 {
                    f.write_str(by)?;
                }
                write!(f, "{inner}")?;
            }
            Ok(())
        };
        let within = |f: &mut fmt::Formatter<'_>, all: &[Self], by: &str| {
            f.write_str("(")?;
            join(f, all, by)?;
            f.write_str(")")
        };
        match self {
            Self::Literal(value) => write!(f, "{value}"),
            Self::Path(path) => f.write_str(&path.join("/")),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::And(all) => within(f, all, " and "),
            Self::Or(all) => within(f, all, " or "),
            Self::Compare(how, left, right) => write!(f, "({left} {} {right})", how.word()),
            Self::Reckon(how, left, right) => write!(f, "({left} {} {right})", how.word()),
            Self::Call(function, arguments) => {
                f.write_str(function.name())?;
                within(f, arguments, ",")
            }
        }
    }
}
