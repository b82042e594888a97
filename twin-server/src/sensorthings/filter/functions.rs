//! The functions of filters: names, arguments, and what they give (OGC 18-088, tables 25 to 30).

use std::sync::Arc;

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::value::{Value, utc};
use super::{Expr, FilterError};
use crate::sensorthings::geometry::{self, Relation};
use crate::sensorthings::when::When;

macro_rules! functions {
    ($($variant:ident $name:literal $least:literal $most:literal),* $(,)?) => {
        /// A function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the names are those of the standard")]
        pub enum Function { $($variant),* }

        impl Function {
            const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name in filters.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            fn takes(self) -> (usize, usize) {
                match self { $(Self::$variant => ($least, $most)),* }
            }
        }
    };
}

functions! {
    SubstringOf "substringof" 2 2, Contains "contains" 2 2, EndsWith "endswith" 2 2,
    StartsWith "startswith" 2 2, Length "length" 1 1, IndexOf "indexof" 2 2, Substring "substring" 2 3,
    ToLower "tolower" 1 1, ToUpper "toupper" 1 1, Trim "trim" 1 1, Concat "concat" 2 2,
    Year "year" 1 1, Month "month" 1 1, Day "day" 1 1, Hour "hour" 1 1, Minute "minute" 1 1,
    Second "second" 1 1, FractionalSeconds "fractionalseconds" 1 1, Date "date" 1 1, Time "time" 1 1,
    TotalOffsetMinutes "totaloffsetminutes" 1 1, Now "now" 0 0, MinDateTime "mindatetime" 0 0,
    MaxDateTime "maxdatetime" 0 0, Round "round" 1 1, Floor "floor" 1 1, Ceiling "ceiling" 1 1,
    GeoDistance "geo.distance" 2 2, GeoLength "geo.length" 1 1, GeoIntersects "geo.intersects" 2 2,
    StEquals "st_equals" 2 2, StDisjoint "st_disjoint" 2 2, StTouches "st_touches" 2 2,
    StWithin "st_within" 2 2, StOverlaps "st_overlaps" 2 2, StCrosses "st_crosses" 2 2,
    StIntersects "st_intersects" 2 2, StContains "st_contains" 2 2, StRelate "st_relate" 3 3,
}

/// All names in one line, for messages.
pub(super) fn known() -> String {
    Function::ALL.iter().map(|function| format!("`{}`", function.name())).collect::<Vec<_>>().join(", ")
}

/// What a word before a quoted text makes of it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Quoted {
    Shape,
    Duration,
    Instant,
}

impl Quoted {
    pub(super) fn of(word: &str) -> Option<Self> {
        match word {
            "geography" | "geometry" => Some(Self::Shape),
            "duration" => Some(Self::Duration),
            "datetimeoffset" | "datetime" => Some(Self::Instant),
            _ => None,
        }
    }

    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Shape => "well-known text of a shape",
            Self::Duration => "a duration such as `PT1H`",
            Self::Instant => "an instant",
        }
    }
}

impl Function {
    /// The function with this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|function| function.name() == name)
    }

    /// Whether it gives yes or no.
    #[must_use]
    pub fn is_condition(self) -> bool {
        matches!(self, Self::SubstringOf | Self::Contains | Self::EndsWith | Self::StartsWith)
            || self == Self::GeoIntersects
            || self.name().starts_with("st_")
    }

    pub(super) fn check(self, arguments: &[Expr]) -> Result<(), FilterError> {
        let (least, most) = self.takes();
        let found = arguments.len();
        if !(least..=most).contains(&found) {
            let takes = if least == most { least.to_string() } else { format!("{least} to {most}") };
            let takes = format!("{takes} argument{}", if most == 1 { "" } else { "s" });
            return Err(FilterError::Arguments { name: self.name(), takes, found });
        }
        // A shape or pattern that is written wrongly would hold for nothing, without a word.
        if let (Self::StRelate, Some(Expr::Literal(pattern))) = (self, arguments.get(2)) {
            let good = matches!(pattern, Value::Text(text) if text.len() == 9 && text.bytes().all(|b| b"TF*012".contains(&b)));
            if !good {
                let text = super::lexer::short(&pattern.to_string());
                return Err(FilterError::Literal {
                    position: 0,
                    what: "a pattern such as `T*F**F***`",
                    text,
                });
            }
        }
        Ok(())
    }

    /// What it gives; nothing where an argument has no value or is of another kind.
    pub(super) fn call(self, arguments: &[Value], now: OffsetDateTime) -> Option<Value> {
        let first = arguments.first();
        match self {
            Self::Now => Some(Value::When(When::at(now))),
            Self::MinDateTime => Some(Value::When(When::at(datetime!(0001-01-01 0:00 UTC)))),
            Self::MaxDateTime => Some(Value::When(When::at(datetime!(9999-12-31 23:59:59.999 UTC)))),
            Self::Round => first?.as_number().map(|number| Value::Number(number.round())),
            Self::Floor => first?.as_number().map(|number| Value::Number(number.floor())),
            Self::Ceiling => first?.as_number().map(|number| Value::Number(number.ceil())),
            _ => self
                .of_texts(arguments)
                .or_else(|| self.of_time(first?))
                .or_else(|| self.of_shapes(arguments)),
        }
    }

    fn of_texts(self, arguments: &[Value]) -> Option<Value> {
        let text = |at: usize| match arguments.get(at)? {
            Value::Text(text) => Some(Arc::clone(text)),
            Value::Number(number) => Some(number.to_string().into()),
            _ => None,
        };
        let number = |at: usize| arguments.get(at)?.as_number();
        Some(match self {
            Self::SubstringOf => Value::Bool(text(1)?.contains(&*text(0)?)),
            Self::Contains => Value::Bool(text(0)?.contains(&*text(1)?)),
            Self::EndsWith => Value::Bool(text(0)?.ends_with(&*text(1)?)),
            Self::StartsWith => Value::Bool(text(0)?.starts_with(&*text(1)?)),
            Self::Length => Value::Number(text(0)?.chars().count() as f64),
            Self::IndexOf => {
                let (text, part) = (text(0)?, text(1)?);
                let before = text.find(&*part).and_then(|at| text.get(..at));
                Value::Number(before.map_or(-1.0, |before| before.chars().count() as f64))
            }
            Self::Substring => {
                // Casting cuts what is negative or too large to what a text can have.
                let from = number(1)? as usize;
                let most = if arguments.len() > 2 { number(2)? as usize } else { usize::MAX };
                Value::text(text(0)?.chars().skip(from).take(most).collect::<String>())
            }
            Self::ToLower => Value::text(text(0)?.to_lowercase()),
            Self::ToUpper => Value::text(text(0)?.to_uppercase()),
            Self::Trim => Value::text(text(0)?.trim()),
            Self::Concat => {
                let (first, second) = (text(0)?, text(1)?);
                // Nested, it could double a long property again and again.
                if first.len() + second.len() > 64 * 1024 {
                    return None;
                }
                Value::text(format!("{first}{second}"))
            }
            _ => return None,
        })
    }

    fn of_time(self, argument: &Value) -> Option<Value> {
        let number = |number: u32| Some(Value::Number(f64::from(number)));
        let at = match argument {
            Value::Date(date) => date.midnight().assume_utc(),
            Value::Time(time) => OffsetDateTime::UNIX_EPOCH.replace_time(*time),
            value => utc(value.as_when()?),
        };
        match self {
            Self::Year => Some(Value::Number(f64::from(at.year()))),
            Self::Month => number(u8::from(at.month()).into()),
            Self::Day => number(at.day().into()),
            Self::Hour => number(at.hour().into()),
            Self::Minute => number(at.minute().into()),
            Self::Second => number(at.second().into()),
            Self::FractionalSeconds => Some(Value::Number(f64::from(at.nanosecond()) / 1e9)),
            Self::Date => Some(Value::Date(at.date())),
            Self::Time => Some(Value::Time(at.time())),
            // Everything is kept in UTC.
            Self::TotalOffsetMinutes => Some(Value::Number(0.0)),
            _ => None,
        }
    }

    fn of_shapes(self, arguments: &[Value]) -> Option<Value> {
        let first = arguments.first()?.as_shape()?;
        if self == Self::GeoLength {
            return Some(Value::Number(geometry::length(&first)));
        }
        let second = arguments.get(1)?.as_shape()?;
        let relation = match self {
            Self::GeoDistance => return Some(Value::Number(geometry::distance(&first, &second))),
            Self::StRelate => {
                let Value::Text(pattern) = arguments.get(2)? else { return None };
                return geometry::relate_by(&first, &second, pattern).map(Value::Bool);
            }
            Self::GeoIntersects | Self::StIntersects => Relation::Intersects,
            Self::StEquals => Relation::Equals,
            Self::StDisjoint => Relation::Disjoint,
            Self::StTouches => Relation::Touches,
            Self::StWithin => Relation::Within,
            Self::StOverlaps => Relation::Overlaps,
            Self::StCrosses => Relation::Crosses,
            Self::StContains => Relation::Contains,
            _ => return None,
        };
        Some(Value::Bool(geometry::relate(&first, relation, &second)))
    }
}

/// A time moved by a duration; nothing if it leaves the calendar.
pub(super) fn moved(when: When, by: Duration) -> Option<When> {
    Some(When { start: when.start.checked_add(by)?, end: when.end.checked_add(by)? })
}
