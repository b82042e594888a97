//! Tables of what indicators are at objects: rows come in, values go out, each with its line, and what is wrong with the
//! others, with the column. Called by the import of values of a check-up.
//!
//! Columns: `indicator`, `object`, `value`, and `note` for a remark; others are for those who fill it in. A row without
//! a value is one that nobody has filled in yet.

use super::table::{self, Row};
use crate::domain::checkup::GivenValue;

/// Most rows of one table.
pub(crate) const ROWS_LIMIT: usize = 1_000_000;
/// The columns that must be there.
pub(crate) const NEEDED: [&str; 3] = ["indicator", "object", "value"];

/// What a table of values says.
#[derive(Debug, Default)]
pub(crate) struct ValueTable {
    /// The values, each with its line.
    pub(crate) values: Vec<(u64, GivenValue)>,
    /// Rows that nobody has filled in.
    pub(crate) blank: u64,
    /// Lines that are no value: the column that is wrong, and why.
    pub(crate) problems: Vec<(u64, &'static str, String)>,
}

/// Reads a table.
///
/// # Errors
/// In words, if it is no table of values at all.
pub(crate) fn read(bytes: &[u8]) -> Result<ValueTable, String> {
    let table = table::read(bytes, &NEEDED)?;
    if table.rows.len() > ROWS_LIMIT {
        return Err(format!("{} rows, limit {ROWS_LIMIT} in one table", table.rows.len()));
    }
    let mut read = ValueTable::default();
    for row in &table.rows {
        match value_of(row) {
            Ok(Some(value)) => read.values.push((row.line, value)),
            Ok(None) => read.blank += 1,
            Err((column, problem)) => read.problems.push((row.line, column, problem)),
        }
    }
    Ok(read)
}

fn value_of(row: &Row) -> Result<Option<GivenValue>, (&'static str, String)> {
    let Some(cell) = row.cells.get("value") else { return Ok(None) };
    let needed = |name: &'static str| {
        let cell = row.cells.get(name).ok_or_else(|| (name, format!("`{name}` is missing")))?;
        Ok(cell.text())
    };
    let (indicator, object) = (needed("indicator")?, needed("object")?);
    let value = cell.number().filter(|number| number.is_finite()).ok_or_else(|| {
        let text: String = cell.text().chars().take(64).collect();
        ("value", format!("`value` is `{text}`, not a number"))
    })?;
    let remark = row.cells.get("note").map(table::Cell::text);
    Ok(Some(GivenValue { indicator, object, value: Some(value), remark, photos: Vec::new() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_rows_stay_bad_ones_are_named_by_column_and_empty_ones_are_counted() {
        let text = "指标代码,指标名称,对象编号,数值,备注\nhousing_gas,燃气,building/b1,2,老化\nhousing_gas,燃气,building/b2,,\n\
                    housing_gas,燃气,building/b3,two,\n,燃气,building/b4,1,\nhousing_gas,燃气,,1,\nhousing_gas,燃气,building/b5,inf,\n";
        let read = read(text.as_bytes()).unwrap();
        let [(2, first)] = &read.values[..] else { panic!("{read:?}") };
        assert_eq!(
            (first.object.as_str(), first.value, first.remark.as_deref()),
            ("building/b1", Some(2.0), Some("老化"))
        );
        assert_eq!(read.blank, 1);
        let problems: Vec<(u64, &str)> =
            read.problems.iter().map(|(line, column, _)| (*line, *column)).collect();
        assert_eq!(problems, [(4, "value"), (5, "indicator"), (6, "object"), (7, "value")]);
        assert_eq!(read.problems[0].2, "`value` is `two`, not a number");
    }

    #[test]
    fn a_table_without_the_columns_is_refused_with_the_next_step() {
        let message = super::read(b"indicator,value\na,1\n").unwrap_err();
        assert!(message.contains("`object`") && message.contains("template"), "{message}");
    }
}
