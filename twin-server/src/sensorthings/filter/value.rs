//! Values of filters, as they are written and as properties have them.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use geo::Geometry;
use time::{Date, Duration, Time, UtcOffset};

use crate::sensorthings::geometry;
use crate::sensorthings::when::{self, When};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing, or unknown.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(Arc<str>),
    /// An instant or interval.
    When(When),
    /// A day.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A length of time.
    Duration(Duration),
    /// A shape, with the text that it was written as.
    Shape(Arc<str>, Arc<Geometry>),
    /// A list or an object.
    Json(Arc<serde_json::Value>),
}

impl Value {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// What JSON holds.
    #[must_use]
    pub fn of_json(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(yes) => Self::Bool(yes),
            serde_json::Value::Number(number) => number.as_f64().map_or(Self::Null, Self::Number),
            serde_json::Value::String(text) => Self::text(text),
            other => Self::Json(other.into()),
        }
    }

    /// A number if it is one, or a text that is one.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// An instant or interval if it is one, or a text that is one.
    #[must_use]
    pub fn as_when(&self) -> Option<When> {
        match self {
            Self::When(when) => Some(*when),
            Self::Text(text) => When::parse(text),
            _ => None,
        }
    }

    /// A shape if it is one, or JSON or text that is one.
    #[must_use]
    pub fn as_shape(&self) -> Option<Arc<Geometry>> {
        match self {
            Self::Shape(_, shape) => Some(Arc::clone(shape)),
            Self::Json(json) => geometry::of_geojson(json).map(Arc::new),
            Self::Text(text) => geometry::of_wkt(text).map(Arc::new),
            _ => None,
        }
    }

    /// How two values of a kind are ordered; nothing if they are of different kinds or neither order holds.
    #[must_use]
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(_), Self::Number(_) | Self::Text(_)) | (Self::Text(_), Self::Number(_)) => {
                self.as_number()?.partial_cmp(&other.as_number()?)
            }
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::When(b)) => Some(a.cmp(&b.start.date())),
            (Self::When(a), Self::Date(b)) => Some(a.start.date().cmp(b)),
            (Self::Time(a), Self::Time(b)) => Some(a.cmp(b)),
            (Self::Duration(a), Self::Duration(b)) => Some(a.cmp(b)),
            (Self::When(_), Self::When(_) | Self::Text(_)) | (Self::Text(_), Self::When(_)) => {
                order_times(self.as_when()?, other.as_when()?)
            }
            (Self::Shape(_, a), Self::Shape(_, b)) => (a == b).then_some(Ordering::Equal),
            (Self::Json(a), Self::Json(b)) => (a == b).then_some(Ordering::Equal),
            _ => None,
        }
    }

    /// An order over all values, for `$orderby`: by kind, and within a kind by value; what has no value comes
    /// first. Unlike [`Value::order`] it is total, as sorting needs it.
    #[must_use]
    pub fn total_order(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank()).then_with(|| match (self, other) {
            (Self::When(a), Self::When(b)) => (a.start, a.end).cmp(&(b.start, b.end)),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Shape(..) | Self::Json(_), _) => Ordering::Equal,
            _ => self.order(other).unwrap_or(Ordering::Equal),
        })
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::Text(_) => 3,
            Self::Date(_) => 4,
            Self::When(_) => 5,
            Self::Time(_) => 6,
            Self::Duration(_) => 7,
            Self::Shape(..) => 8,
            Self::Json(_) => 9,
        }
    }
}

/// Of two times one is earlier if it ends before the other begins. An interval ends just before its end.
fn order_times(a: When, b: When) -> Option<Ordering> {
    let before = |a: When, b: When| a.end < b.start || (!a.is_instant() && a.end == b.start);
    if a == b {
        Some(Ordering::Equal)
    } else if before(a, b) {
        Some(Ordering::Less)
    } else if before(b, a) {
        Some(Ordering::Greater)
    } else {
        None
    }
}

impl fmt::Display for Value {
    /// As a filter writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(yes) => write!(f, "{yes}"),
            Self::Number(number) => write!(f, "{number:?}"),
            Self::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Self::When(time) => f.write_str(&when::text_of(*time)),
            Self::Date(date) => {
                write!(f, "{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
            }
            Self::Time(time) => {
                let (hour, minute, second, nano) = time.as_hms_nano();
                write!(f, "{hour:02}:{minute:02}:{second:02}.{nano:09}")
            }
            Self::Duration(duration) => {
                let sign = if duration.is_negative() { "-" } else { "" };
                let length = duration.unsigned_abs();
                write!(f, "duration'{sign}PT{}.{:09}S'", length.as_secs(), length.subsec_nanos())
            }
            Self::Shape(text, _) => write!(f, "geography'{}'", text.replace('\'', "''")),
            Self::Json(json) => write!(f, "'{}'", json.to_string().replace('\'', "''")),
        }
    }
}

/// An instant's day and time in UTC.
pub(super) fn utc(when: When) -> time::OffsetDateTime {
    when.start.to_offset(UtcOffset::UTC)
}
