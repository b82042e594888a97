//! Tables of readings: rows come in, readings go out, each with its line, and what is wrong with the others.
//! Called by the import of readings.
//!
//! Columns: `device`, `stream`, `time`, `value`. A time is an instant (RFC 3339), or a date and time of a
//! clock whose offset the caller knows, such as `2026-05-01 12:00:00` or `2026/5/1 12:00`.

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};
use twin_schemas::live::Reading;

use super::table::{self, Cell, Row};

/// Most rows of one table.
pub(crate) const ROWS_LIMIT: usize = 1_000_000;
/// The ways in which spreadsheets write a date and time.
const CLOCKS: [&[BorrowedFormatItem<'static>]; 3] = [
    format_description!(
        "[year]-[month padding:none]-[day padding:none][optional [T]][optional [ ]][hour padding:none]:[minute][optional [:[second]]][optional [.[subsecond]]]"
    ),
    format_description!(
        "[year]/[month padding:none]/[day padding:none] [hour padding:none]:[minute][optional [:[second]]][optional [.[subsecond]]]"
    ),
    format_description!(
        "[year]年[month padding:none]月[day padding:none]日 [hour padding:none]:[minute][optional [:[second]]]"
    ),
];

/// What a table of readings says.
#[derive(Debug, Default)]
pub struct ReadingTable {
    /// The readings, each with its line.
    pub readings: Vec<(u64, Reading)>,
    /// Lines that are no reading, and why.
    pub problems: Vec<(u64, String)>,
}

/// Reads a table; `clock` is the offset of the clock by which times without one were written down.
///
/// # Errors
/// In words, if it is no table of readings at all.
pub fn read(bytes: &[u8], clock: UtcOffset) -> Result<ReadingTable, String> {
    let table = table::read(bytes, &["device", "stream", "time", "value"])?;
    if table.rows.len() > ROWS_LIMIT {
        return Err(format!("{} rows, limit {ROWS_LIMIT} in one table", table.rows.len()));
    }
    let mut read = ReadingTable::default();
    for row in &table.rows {
        match reading_of(row, clock) {
            Ok(reading) => read.readings.push((row.line, reading)),
            Err(problem) => read.problems.push((row.line, problem)),
        }
    }
    Ok(read)
}

fn reading_of(row: &Row, clock: UtcOffset) -> Result<Reading, String> {
    let needed = |name: &str| row.cells.get(name).ok_or_else(|| format!("`{name}` is missing"));
    let (device, stream, time, value) =
        (needed("device")?, needed("stream")?, needed("time")?, needed("value")?);
    let number = value.number().ok_or_else(|| format!("`value` is `{}`, not a number", short(value)))?;
    let time = instant_of(time, clock).ok_or_else(|| {
        format!("`time` is `{}`, not a date and time such as `2026-05-01 12:00:00`", short(time))
    })?;
    Ok(Reading { device: device.text(), stream: stream.text(), value: number, time: Some(time) })
}

fn instant_of(cell: &Cell, clock: UtcOffset) -> Option<OffsetDateTime> {
    match cell {
        Cell::Instant(instant) => Some(instant.assume_offset(clock)),
        Cell::Number(_) => None,
        Cell::Text(text) => OffsetDateTime::parse(text, &Rfc3339).ok().or_else(|| {
            let local = CLOCKS.iter().find_map(|format| PrimitiveDateTime::parse(text, format).ok())?;
            Some(local.assume_offset(clock))
        }),
    }
}

fn short(cell: &Cell) -> String {
    cell.text().chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::{datetime, offset};

    use super::*;

    fn at(text: &str) -> Option<OffsetDateTime> {
        instant_of(&Cell::Text(text.into()), offset!(+8))
    }

    #[test]
    fn times_are_read_as_spreadsheets_write_them() {
        let noon = datetime!(2026-05-01 12:00 +8);
        for text in [
            "2026-05-01T12:00:00+08:00",
            "2026-05-01T04:00:00Z",
            "2026-05-01 12:00:00",
            "2026-05-01T12:00",
            "2026-5-1 12:00",
            "2026/5/1 12:00",
            "2026/05/01 12:00:00",
            "2026年5月1日 12:00",
        ] {
            assert_eq!(at(text), Some(noon), "{text}");
        }
        assert_eq!(at("2026-05-01 12:00:00.25"), Some(datetime!(2026-05-01 12:00:00.25 +8)));
        for text in ["", "noon", "2026-13-01 12:00", "12:00", "45000.5", "2026-05-01"] {
            assert_eq!(at(text), None, "{text}");
        }
        assert_eq!(instant_of(&Cell::Instant(datetime!(2026-05-01 12:00)), offset!(+8)), Some(noon));
    }

    #[test]
    fn bad_rows_are_named_and_the_good_ones_stay() {
        let text = "设备,数据流,时间,数值\nb,fill_pct,2026-05-01 12:00,5\nb,fill_pct,noon,5\nb,,2026-05-01 12:00,5\nb,fill_pct,2026-05-01 12:01,five\n,,,\nb,fill_pct,2026-05-01 12:02,7\n";
        let read = read(text.as_bytes(), offset!(+8)).unwrap();
        let lines: Vec<u64> = read.readings.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 7]);
        let problems: Vec<(u64, &str)> =
            read.problems.iter().map(|(line, problem)| (*line, problem.as_str())).collect();
        assert_eq!(problems[0].0, 3);
        assert!(problems[0].1.contains("`noon`"));
        assert_eq!(problems[1], (4, "`stream` is missing"));
        assert_eq!(problems[2], (5, "`value` is `five`, not a number"));
    }
}
