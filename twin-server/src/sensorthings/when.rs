//! Instants and intervals as SensorThings writes them (ISO 8601): text to values and back.

use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, Month, OffsetDateTime, Time, UtcOffset};

/// An instant, or an interval from an instant to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When {
    /// Its beginning.
    pub start: OffsetDateTime,
    /// Its end; the same as the beginning for an instant.
    pub end: OffsetDateTime,
}

impl When {
    /// An instant.
    #[must_use]
    pub fn at(instant: OffsetDateTime) -> Self {
        Self { start: instant, end: instant }
    }

    /// Whether it has no length.
    #[must_use]
    pub fn is_instant(&self) -> bool {
        self.start == self.end
    }

    /// Reads an instant or `start/end`; nothing if it is neither or runs backwards.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let Some((start, end)) = text.split_once('/') else { return instant(text).map(Self::at) };
        let (start, end) = (instant(start)?, instant(end)?);
        (start <= end).then_some(Self { start, end })
    }
}

/// Reads an instant with its offset; nothing if it is none.
#[must_use]
pub fn instant(text: &str) -> Option<OffsetDateTime> {
    let parsed = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    // Years that leave four digits when they are brought to UTC could not be written again.
    let utc = parsed.checked_to_offset(UtcOffset::UTC)?;
    (0..=9999).contains(&utc.year()).then_some(utc)
}

/// Reads `2026-05-01`.
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let shape = year.len() == 4 && month.len() == 2 && day.len() == 2 && parts.next().is_none();
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    shape.then(|| Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok())?
}

/// Reads `12:30`, `12:30:15` or `12:30:15.25`.
#[must_use]
pub fn time_of_day(text: &str) -> Option<Time> {
    let mut parts = text.splitn(3, ':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next().unwrap_or("0"));
    let (whole, fraction) = second.split_once('.').unwrap_or((second, ""));
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nanos = format!("{fraction:0<9}").parse().ok()?;
    Time::from_hms_nano(hour.parse().ok()?, minute.parse().ok()?, whole.parse().ok()?, nanos).ok()
}

/// Reads an ISO 8601 duration of days and less, such as `P1DT2H30M` or `-PT0.5S`.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let (sign, rest) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let rest = rest.strip_prefix('P')?;
    let (days, times) = rest.split_once('T').unwrap_or((rest, ""));
    let mut seconds = 0.0;
    let mut parts = 0;
    for (text, units) in [(days, "WD"), (times, "HMS")] {
        let mut rest = text;
        while !rest.is_empty() {
            let at = rest.find(|c: char| c.is_ascii_alphabetic())?;
            let (number, unit) = (rest.get(..at)?, rest.get(at..=at)?);
            if !units.contains(unit) || !number.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
                return None;
            }
            let size = match unit {
                "W" => 604_800.0,
                "D" => 86_400.0,
                "H" => 3_600.0,
                "M" => 60.0,
                _ => 1.0,
            };
            seconds += number.parse::<f64>().ok()? * size;
            parts += 1;
            rest = rest.get(at + 1..)?;
        }
    }
    // Some thirty thousand years: further than any instant reaches.
    (parts > 0 && seconds <= 1e12).then(|| Duration::seconds_f64(sign * seconds))
}

/// Appends an instant in UTC, to the millisecond or as finely as it is known.
pub fn push_instant(out: &mut String, instant: OffsetDateTime) {
    let utc = instant.to_offset(UtcOffset::UTC);
    push_padded(out, utc.year().unsigned_abs(), 4);
    for (lead, number) in [
        ('-', u32::from(u8::from(utc.month()))),
        ('-', u32::from(utc.day())),
        ('T', u32::from(utc.hour())),
        (':', u32::from(utc.minute())),
        (':', u32::from(utc.second())),
    ] {
        out.push(lead);
        push_padded(out, number, 2);
    }
    let nanos = utc.nanosecond();
    let (fraction, digits) = match nanos {
        nanos if nanos % 1_000_000 == 0 => (nanos / 1_000_000, 3),
        nanos if nanos % 1_000 == 0 => (nanos / 1_000, 6),
        nanos => (nanos, 9),
    };
    out.push('.');
    push_padded(out, fraction, digits);
    out.push('Z');
}

/// Appends an instant, or an interval as `start/end`.
pub fn push_when(out: &mut String, when: When) {
    push_instant(out, when.start);
    if !when.is_instant() {
        out.push('/');
        push_instant(out, when.end);
    }
}

/// An instant or interval as text.
#[must_use]
pub fn text_of(when: When) -> String {
    let mut text = String::with_capacity(24);
    push_when(&mut text, when);
    text
}

fn push_padded(out: &mut String, mut number: u32, digits: usize) {
    let mut text = [b'0'; 9];
    for digit in text.iter_mut().take(digits).rev() {
        *digit += (number % 10) as u8;
        number /= 10;
    }
    // Digits are letters of one byte.
    out.push_str(text.get(..digits).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_utc_as_finely_as_they_are_known() {
        for (text, expected) in [
            ("2026-05-01T20:00:00+08:00", "2026-05-01T12:00:00.000Z"),
            ("2026-05-01T12:00:00.5Z", "2026-05-01T12:00:00.500Z"),
            ("2026-05-01T12:00:00.000001Z", "2026-05-01T12:00:00.000001Z"),
            (
                "2026-05-01T12:00:00Z/2026-05-01T13:00:00Z",
                "2026-05-01T12:00:00.000Z/2026-05-01T13:00:00.000Z",
            ),
        ] {
            assert_eq!(text_of(When::parse(text).unwrap()), expected);
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "2026", "2026-13-01T00:00:00Z", "2026-05-01T13:00:00Z/2026-05-01T12:00:00Z", "a/b"] {
            assert!(When::parse(text).is_none(), "{text}");
        }
        for text in ["", "P", "PT", "P1H", "PT1D", "1S", "PT-1S", "PT1e9S", "PTS"] {
            assert!(duration(text).is_none(), "{text}");
        }
        assert!(
            time_of_day("12:60").is_none() && date("2026-02-30").is_none() && date("02026-2-3").is_none()
        );
    }

    #[test]
    fn durations_add_their_parts() {
        assert_eq!(duration("P1DT2H30M").unwrap(), Duration::minutes(26 * 60 + 30));
        assert_eq!(duration("-PT0.5S").unwrap(), Duration::milliseconds(-500));
    }
}
