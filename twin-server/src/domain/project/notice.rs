//! The days of a public notice: when it is put up and its last day come in, the full days and the end go out.
//!
//! A day counts if the notice is out for all of it, so the day on which it is put up does not, unless that is
//! midnight to the microsecond.

use time::{Date, Duration, OffsetDateTime, Time, UtcOffset};

/// The community's days. One offset for the whole country (北京时间), without summer time.
const COMMUNITY: UtcOffset = match UtcOffset::from_hms(8, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};
/// Fewest full days of a notice (公示不少于 10 日).
pub const NOTICE_DAYS: i64 = 10;
/// Most days of a notice.
pub const NOTICE_DAYS_LIMIT: i64 = 366;

/// The community's day at an instant.
#[must_use]
pub fn day_of(at: OffsetDateTime) -> Date {
    at.to_offset(COMMUNITY).date()
}

/// When a day of the community is over; the last instant that can be told for the last day of the calendar.
#[must_use]
pub fn end_of(day: Date) -> OffsetDateTime {
    let end = day.next_day().map(|next| next.midnight().assume_offset(COMMUNITY));
    end.map_or_else(|| day.with_time(Time::MAX).assume_utc(), |end| end.to_offset(UtcOffset::UTC))
}

/// The first day for all of which a notice is out that is put up at an instant.
#[must_use]
pub fn first_full_day(began_at: OffsetDateTime) -> Date {
    let local = began_at.to_offset(COMMUNITY);
    if local.time() == Time::MIDNIGHT { local.date() } else { (local + Duration::DAY).date() }
}

/// The full days from one to another, both counted; none or less if they are in the other order.
#[must_use]
pub fn full_days(from: Date, to: Date) -> i64 {
    (to - from).whole_days() + 1
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn the_day_on_which_a_notice_is_put_up_counts_from_midnight_only() {
        let check = |began_at, day| assert_eq!(first_full_day(began_at), day, "{began_at}");
        check(datetime!(2026-05-04 00:00 +8), date!(2026 - 05 - 04));
        check(datetime!(2026-05-04 00:00:00.000001 +8), date!(2026 - 05 - 05));
        // Still the third in Greenwich.
        check(datetime!(2026-05-03 17:00 UTC), date!(2026 - 05 - 05));
        check(datetime!(2026-12-31 23:59 +8), date!(2027 - 01 - 01));
    }

    #[test]
    fn a_day_is_over_when_the_next_begins_in_the_community() {
        assert_eq!(end_of(date!(2026 - 05 - 14)), datetime!(2026-05-14 16:00 UTC));
        assert_eq!(day_of(datetime!(2026-05-14 16:00 UTC)), date!(2026 - 05 - 15));
        assert_eq!(full_days(date!(2026 - 05 - 05), date!(2026 - 05 - 14)), 10);
    }
}
