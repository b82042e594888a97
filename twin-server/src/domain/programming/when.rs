//! Quarters and months, as tasks are planned in: `2027-Q1` and `2027-03`. A text comes in, its first and last day go out;
//! and the quarter of a day.

use time::{Date, Month};

/// Years of plans.
pub(super) const YEARS: std::ops::RangeInclusive<i32> = 1950..=2200;

/// The first and the last day of a quarter or month; none if the text is neither, or of a year that nobody plans for.
#[must_use]
pub fn days_of(text: &str) -> Option<(Date, Date)> {
    let (year, part) = text.split_once('-')?;
    let is_plain = |text: &str, len| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
    let year: i32 = Some(year).filter(|year| is_plain(year, 4))?.parse().ok()?;
    if !YEARS.contains(&year) {
        return None;
    }
    let (first, last) = match part.strip_prefix('Q') {
        Some(quarter) if is_plain(quarter, 1) => {
            let quarter: u8 = quarter.parse().ok().filter(|quarter| (1..=4).contains(quarter))?;
            (quarter * 3 - 2, quarter * 3)
        }
        None if is_plain(part, 2) => {
            let month: u8 = part.parse().ok()?;
            (month, month)
        }
        _ => return None,
    };
    let (first, last) = (Month::try_from(first).ok()?, Month::try_from(last).ok()?);
    let from = Date::from_calendar_date(year, first, 1).ok()?;
    let to = Date::from_calendar_date(year, last, last.length(year)).ok()?;
    Some((from, to))
}

/// The quarter that a day is in, as it is written.
#[must_use]
pub fn quarter_of(day: Date) -> String {
    format!("{}-Q{}", day.year(), u8::from(day.month()).div_ceil(3))
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_quarter_and_a_month_have_their_first_and_last_day() {
        assert_eq!(days_of("2027-Q1"), Some((date!(2027 - 01 - 01), date!(2027 - 03 - 31))));
        assert_eq!(days_of("2027-Q4"), Some((date!(2027 - 10 - 01), date!(2027 - 12 - 31))));
        assert_eq!(days_of("2028-02"), Some((date!(2028 - 02 - 01), date!(2028 - 02 - 29))));
        for text in [
            "2027",
            "2027-Q0",
            "2027-Q5",
            "2027-13",
            "2027-00",
            "2027-1",
            "27-Q1",
            "1949-Q1",
            "2027-Q１",
            "2027-",
            "+027-01",
        ] {
            assert_eq!(days_of(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_lies_in_its_quarter() {
        let mut day = date!(2027 - 01 - 01);
        for _ in 0..800 {
            let (from, to) = days_of(&quarter_of(day)).unwrap();
            assert!((from..=to).contains(&day), "{day}");
            day = day.next_day().unwrap();
        }
    }
}
