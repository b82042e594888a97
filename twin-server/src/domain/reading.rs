//! Whether a reading may be stored and may move the state: a posted reading and the kind of its
//! device come in, a checked reading or a reason for refusal goes out. Called by the ingest writer.

use time::{Duration, OffsetDateTime};
use twin_schemas::live::{DeviceKind, Reading};

/// How far ahead of the server's clock a measurement may be. Clocks set by NTP or by the mobile
/// network agree within a second or two, and the guideline for smart renewal of communities (TC609,
/// 智慧社区更新技术导则, draft) allows 5 s. A reading from further ahead is refused and not stored:
/// taken as it is, it would hide every true reading until its instant has come.
pub const CLOCK_TOLERANCE: Duration = Duration::seconds(5);

/// Measurements from before 2000-01-01 come from clocks that lost their time; they are refused.
pub const EARLIEST: OffsetDateTime = time::macros::datetime!(2000-01-01 0:00 UTC);

/// A reading that may be stored. Its time is cut to whole microseconds, as the store keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedReading {
    /// Id of the device.
    pub device: String,
    /// Id of the stream, one of the device's kind.
    pub stream: String,
    /// Value in the stream's unit.
    pub value: f64,
    /// Instant of the measurement.
    pub time: OffsetDateTime,
    /// Whether the value is one that the sensor can report. Others are stored but move no state.
    pub plausible: bool,
}

/// Why a reading is not stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No device with this id is registered.
    #[error("no device `{0}` is registered")]
    UnknownDevice(String),
    /// The device's kind has no such stream.
    #[error("a `{kind}` has no stream `{stream}`, only {known}")]
    UnknownStream {
        /// Id of the kind.
        kind: String,
        /// Id that was asked for.
        stream: String,
        /// Ids that exist.
        known: String,
    },
    /// The measurement lies in the future.
    #[error(
        "measured {ahead_s} s ahead of the server's clock, limit 5 s; set the device's clock or leave out `time`"
    )]
    TimeInFuture {
        /// Seconds ahead.
        ahead_s: i64,
    },
    /// The measurement is from before 2000.
    #[error("measured before 2000-01-01; set the device's clock or leave out `time`")]
    TimeTooEarly,
    /// The value is not a number.
    #[error("value is not a finite number")]
    NotFinite,
}

impl Refusal {
    /// Stable, machine-readable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownDevice(_) => "unknown_device",
            Self::UnknownStream { .. } => "unknown_stream",
            Self::TimeInFuture { .. } => "time_in_future",
            Self::TimeTooEarly => "time_too_early",
            Self::NotFinite => "not_finite",
        }
    }

    /// The refusal of a reading for a device that nobody registered.
    #[must_use]
    pub fn unknown_device(id: &str) -> Self {
        Self::UnknownDevice(shortened(id))
    }
}

/// Checks a reading against its device's kind. `received` stands in for a missing time.
///
/// # Errors
/// A [`Refusal`] if the stream is unknown, or the time or the value cannot be true.
pub fn check(
    reading: Reading,
    kind: &DeviceKind,
    received: OffsetDateTime,
) -> Result<CheckedReading, Refusal> {
    let Some(stream) = kind.streams.get(&reading.stream) else {
        let known = kind.streams.keys().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
        return Err(Refusal::UnknownStream {
            kind: kind.id.clone(),
            stream: shortened(&reading.stream),
            known,
        });
    };
    if !reading.value.is_finite() {
        return Err(Refusal::NotFinite);
    }
    let time = reading.time.unwrap_or(received);
    if time > received + CLOCK_TOLERANCE {
        return Err(Refusal::TimeInFuture { ahead_s: (time - received).whole_seconds() });
    }
    if time < EARLIEST {
        return Err(Refusal::TimeTooEarly);
    }
    Ok(CheckedReading {
        plausible: (stream.min..=stream.max).contains(&reading.value),
        device: reading.device,
        stream: reading.stream,
        value: reading.value,
        time: whole_microseconds(time),
    })
}

/// Microseconds since 1970.
#[must_use]
pub fn to_us(time: OffsetDateTime) -> i64 {
    time.unix_timestamp() * 1_000_000 + i64::from(time.microsecond())
}

/// The instant in UTC, cut to whole microseconds.
#[must_use]
pub fn whole_microseconds(time: OffsetDateTime) -> OffsetDateTime {
    let utc = time.to_offset(time::UtcOffset::UTC);
    match i64::from(utc.nanosecond() % 1_000) {
        0 => utc,
        rest => utc - Duration::nanoseconds(rest),
    }
}

/// Foreign text in a message, cut to a length that a log line bears.
fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(64).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::domain::kinds::DeviceKinds;

    const NOW: OffsetDateTime = datetime!(2026-05-01 12:00 UTC);

    fn check_bin(stream: &str, value: f64, time: Option<OffsetDateTime>) -> Result<CheckedReading, Refusal> {
        let kinds = DeviceKinds::built_in().unwrap();
        let reading = Reading { device: "b".into(), stream: stream.into(), value, time };
        check(reading, kinds.get("waste_bin").unwrap(), NOW)
    }

    #[test]
    fn a_reading_without_time_was_measured_when_it_was_received() {
        assert_eq!(check_bin("fill_pct", 5.0, None).unwrap().time, NOW);
    }

    #[test]
    fn a_value_that_the_sensor_cannot_report_is_marked() {
        assert!(check_bin("fill_pct", 100.0, None).unwrap().plausible);
        assert!(!check_bin("fill_pct", 100.1, None).unwrap().plausible);
        assert!(!check_bin("fill_pct", -0.1, None).unwrap().plausible);
    }

    #[test]
    fn clocks_may_run_ahead_by_five_seconds_and_no_more() {
        assert!(check_bin("fill_pct", 5.0, Some(NOW + Duration::seconds(5))).is_ok());
        let refusal = check_bin("fill_pct", 5.0, Some(NOW + Duration::seconds(6))).unwrap_err();
        assert_eq!(refusal.code(), "time_in_future");
        assert_eq!(
            check_bin("fill_pct", 5.0, Some(OffsetDateTime::UNIX_EPOCH)).unwrap_err(),
            Refusal::TimeTooEarly
        );
    }

    #[test]
    fn an_unknown_stream_is_refused_with_those_that_exist() {
        let refusal = check_bin(&"x".repeat(10_000), 1.0, None).unwrap_err();
        assert_eq!(refusal.code(), "unknown_stream");
        assert!(refusal.to_string().contains("`fill_pct`"));
        assert!(refusal.to_string().len() < 300);
    }

    #[test]
    fn times_are_kept_in_whole_microseconds_of_utc() {
        let reading = check_bin("fill_pct", 1.0, Some(datetime!(2026-05-01 19:00:00.123456789 +8))).unwrap();
        assert_eq!(reading.time, datetime!(2026-05-01 11:00:00.123456 UTC));
    }
}
