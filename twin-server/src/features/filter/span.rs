//! Dates and instants as filters write them, and how stretches of time relate.
//!
//! A date is the whole of its day in UTC, an instant a stretch without length. Relations are those of
//! Allen's interval algebra as CQL2 § 8.4 defines them.

use std::cmp::Ordering;

use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, Duration, OffsetDateTime, Time, UtcOffset};

use super::expr::{Comparison, TemporalRelation};

/// A stretch of time, both ends included. An end that is open is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Earliest instant.
    pub start: Option<OffsetDateTime>,
    /// Latest instant.
    pub end: Option<OffsetDateTime>,
}

/// Why a text is no date, instant or interval.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no {1}")]
pub struct TimeError(String, &'static str);

fn error(text: &str, wanted: &'static str) -> TimeError {
    TimeError(text.chars().take(60).collect(), wanted)
}

impl Span {
    /// An instant.
    #[must_use]
    pub fn at(instant: OffsetDateTime) -> Self {
        Self { start: Some(instant), end: Some(instant) }
    }

    /// Reads a day, `2026-05-01`.
    ///
    /// # Errors
    /// If the text is anything else.
    pub fn date(text: &str) -> Result<Self, TimeError> {
        // ISO 8601 has weeks and days of the year, too; the standard means neither.
        let plain = text.len() == 10
            && text
                .bytes()
                .enumerate()
                .all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        let date = Date::parse(text, &Iso8601::DATE).ok().filter(|_| plain);
        let start = date.ok_or_else(|| error(text, "date such as `2026-05-01`"))?.with_time(Time::MIDNIGHT);
        let end = start + Duration::DAY - Duration::NANOSECOND;
        Ok(Self { start: Some(start.assume_utc()), end: Some(end.assume_utc()) })
    }

    /// Reads an instant, `2026-05-01T12:00:00Z`.
    ///
    /// # Errors
    /// If the text is anything else.
    pub fn instant(text: &str) -> Result<Self, TimeError> {
        OffsetDateTime::parse(text, &Rfc3339)
            .map(|instant| Self::at(instant.to_offset(UtcOffset::UTC)))
            .map_err(|_| error(text, "instant such as `2026-05-01T12:00:00Z`"))
    }

    /// Reads a day or an instant.
    ///
    /// # Errors
    /// If the text is neither.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        // What a day is followed by in an instant: GDAL leaves out the time of midnight.
        let day = text.strip_suffix('T').unwrap_or(text);
        if day.len() <= 10 { Self::date(day) } else { Self::instant(text) }
    }

    /// Reads the parameter `datetime` (OGC API - Features § 7.15.4): a day, an instant, or two of them
    /// with `/` between; an end that is `..` or empty is open.
    ///
    /// # Errors
    /// If the text is none of these, or the interval ends before it begins.
    pub fn parameter(text: &str) -> Result<Self, TimeError> {
        // In a query `+` means a space, and people forget to write `%2B`.
        let text = &text.replace(' ', "+");
        let Some((from, to)) = text.split_once('/') else { return Self::parse(text) };
        let end = |text: &str| match text {
            "" | ".." => Ok(None),
            text => Self::parse(text).map(Some),
        };
        let (from, to) = (end(from)?, end(to)?);
        let span = Self { start: from.and_then(|span| span.start), end: to.and_then(|span| span.end) };
        if span.is_empty() { Err(error(text, "interval: it ends before it begins")) } else { Ok(span) }
    }

    /// Whether it ends before it begins.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!((self.start, self.end), (Some(start), Some(end)) if start > end)
    }

    /// Whether the two share an instant.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        relate(TemporalRelation::Intersects, self, other)
    }

    /// `<`: all of this before all of the other; `=`: one holds the other. So exactly one of `<`, `=`
    /// and `>` is true of an instant and a day.
    pub(super) fn compares(&self, comparison: Comparison, other: &Self) -> bool {
        let less = end(self) < start(other);
        let greater = start(self) > end(other);
        let holds = |one: &Self, of: &Self| start(one) <= start(of) && end(of) <= end(one);
        let equal = holds(self, other) || holds(other, self);
        match comparison {
            Comparison::Less => less,
            Comparison::Greater => greater,
            Comparison::AtMost => !greater,
            Comparison::AtLeast => !less,
            Comparison::Equal => equal,
            Comparison::NotEqual => !equal,
        }
    }
}

/// An end on the line of time, open ends at its two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Beginning,
    At(OffsetDateTime),
    Eternity,
}

fn start(span: &Span) -> Mark {
    span.start.map_or(Mark::Beginning, Mark::At)
}

fn end(span: &Span) -> Mark {
    span.end.map_or(Mark::Eternity, Mark::At)
}

/// Whether the relation holds between the first and the second.
pub(super) fn relate(relation: TemporalRelation, one: &Span, other: &Span) -> bool {
    use TemporalRelation as R;
    let (starts, ends) = (start(one).cmp(&start(other)), end(one).cmp(&end(other)));
    let (end_to_start, start_to_end) = (end(one).cmp(&start(other)), start(one).cmp(&end(other)));
    let inside = start_to_end.is_lt() && end_to_start.is_gt();
    let (less, equal, greater) = (Ordering::Less, Ordering::Equal, Ordering::Greater);
    match relation {
        R::After => start_to_end == greater,
        R::Before => end_to_start == less,
        R::Contains => (starts, ends) == (less, greater),
        R::During => (starts, ends) == (greater, less),
        R::Equals => (starts, ends) == (equal, equal),
        R::Disjoint => start_to_end == greater || end_to_start == less,
        R::Intersects => start_to_end != greater && end_to_start != less,
        R::Finishes => (starts, ends) == (greater, equal),
        R::FinishedBy => (starts, ends) == (less, equal),
        R::Starts => (starts, ends) == (equal, less),
        R::StartedBy => (starts, ends) == (equal, greater),
        R::Meets => end_to_start == equal,
        R::MetBy => start_to_end == equal,
        R::Overlaps => (starts, ends) == (less, less) && inside,
        R::OverlappedBy => (starts, ends) == (greater, greater) && inside,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn span(text: &str) -> Span {
        Span::parameter(text).unwrap()
    }

    #[test]
    fn a_day_is_all_of_its_instants() {
        let day = span("2026-05-01");
        assert_eq!(day.start, Some(datetime!(2026-05-01 0:00 UTC)));
        assert_eq!(day.end, Some(datetime!(2026-05-01 23:59:59.999_999_999 UTC)));
        let noon = span("2026-05-01T12:00:00 08:00");
        assert_eq!(noon.start, Some(datetime!(2026-05-01 4:00 UTC)));
        assert!(noon.compares(Comparison::Equal, &day) && day.compares(Comparison::Equal, &noon));
        assert!(noon.compares(Comparison::AtMost, &day) && !noon.compares(Comparison::Less, &day));
        assert!(span("2026-05-02T00:00:00Z").compares(Comparison::Greater, &day));
    }

    #[test]
    fn the_parameter_takes_instants_and_intervals() {
        for text in [
            "2026-05-01",
            "2026-05-01T00:00:00Z",
            "2026-05-01/..",
            "../2026-05-01",
            "/2026-05-01",
            "../..",
            "2026-05-01/2026-05-01",
            "2026-05-01T/2026-05-02T",
        ] {
            assert!(Span::parameter(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2026-05-01T25:00:00Z",
            "2026-05-02/2026-05-01",
            "a/b",
            "1/2/3",
            "2026-05-01T12:00:00",
            "2026-W01-1",
        ] {
            assert!(Span::parameter(text).is_err(), "{text}");
        }
    }

    #[test]
    fn of_two_stretches_allens_relations_hold_as_the_standard_draws_them() {
        use TemporalRelation as R;
        let base = span("2026-05-10T00:00:00Z/2026-05-20T00:00:00Z");
        for (text, holding) in [
            ("2026-05-01T00:00:00Z/2026-05-05T00:00:00Z", vec![R::Before, R::Disjoint]),
            ("2026-05-01T00:00:00Z/2026-05-10T00:00:00Z", vec![R::Meets, R::Intersects]),
            ("2026-05-01T00:00:00Z/2026-05-15T00:00:00Z", vec![R::Overlaps, R::Intersects]),
            ("2026-05-10T00:00:00Z/2026-05-15T00:00:00Z", vec![R::Starts, R::Intersects]),
            ("2026-05-12T00:00:00Z/2026-05-15T00:00:00Z", vec![R::During, R::Intersects]),
            ("2026-05-12T00:00:00Z/2026-05-20T00:00:00Z", vec![R::Finishes, R::Intersects]),
            ("2026-05-10T00:00:00Z/2026-05-20T00:00:00Z", vec![R::Equals, R::Intersects]),
            ("2026-05-01T00:00:00Z/2026-05-20T00:00:00Z", vec![R::FinishedBy, R::Intersects]),
            ("2026-05-01T00:00:00Z/..", vec![R::Contains, R::Intersects]),
            ("2026-05-10T00:00:00Z/..", vec![R::StartedBy, R::Intersects]),
            ("2026-05-12T00:00:00Z/..", vec![R::OverlappedBy, R::Intersects]),
            ("2026-05-20T00:00:00Z/..", vec![R::MetBy, R::Intersects]),
            ("2026-05-21T00:00:00Z/..", vec![R::After, R::Disjoint]),
        ] {
            let one = span(text);
            for relation in [
                R::After,
                R::Before,
                R::Contains,
                R::Disjoint,
                R::During,
                R::Equals,
                R::FinishedBy,
                R::Finishes,
                R::Intersects,
                R::Meets,
                R::MetBy,
                R::OverlappedBy,
                R::Overlaps,
                R::StartedBy,
                R::Starts,
            ] {
                assert_eq!(relate(relation, &one, &base), holding.contains(&relation), "{text} {relation:?}");
            }
        }
    }
}
