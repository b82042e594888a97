//! Tables as people make them: the bytes of a CSV file or a spreadsheet (XLSX) come in, rows of cells go
//! out. Called by the readers of device lists, of readings, of indicators and their values, and of resources.
//!
//! CSV is UTF-8, UTF-16 with its mark, or GBK as Chinese spreadsheets write it. Of a spreadsheet the first
//! sheet is read, cell by cell, never a cell grid: a file may claim a cell at the far corner. The first row
//! names the columns, in English or in Chinese.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, Xlsx};
use encoding_rs::{Encoding, GBK};
use time::macros::datetime;
use time::{Duration, PrimitiveDateTime};

use crate::domain::cycle::Word;

/// Most columns that are looked at.
const COLUMNS_LIMIT: usize = 64;
/// Most cells of a table, empty ones and empty rows included.
const CELLS_LIMIT: usize = 4_000_000;
/// Most bytes that the parts of a spreadsheet may unpack to, together.
const UNPACKED_LIMIT_BYTES: u64 = 512 * 1024 * 1024;
/// Most parts of a spreadsheet.
const PARTS_LIMIT: usize = 4096;
/// Longest text of a cell, in bytes.
const TEXT_LIMIT_BYTES: usize = 4096;
/// Day 0 of spreadsheets, which take 1900 for a leap year.
const DAY_ZERO: PrimitiveDateTime = datetime!(1899-12-30 0:00);

/// Chinese names of columns, beside the English ones.
const CHINESE: &[(&str, &str)] = &[
    ("编号", "id"),
    ("类型", "kind"),
    ("名称", "name_zh"),
    ("英文名称", "name_en"),
    ("所属对象", "object"),
    ("经度", "longitude_deg"),
    ("纬度", "latitude_deg"),
    ("大地高", "height_m"),
    ("东", "east_m"),
    ("北", "north_m"),
    ("上", "up_m"),
    ("设备", "device"),
    ("数据流", "stream"),
    ("时间", "time"),
    ("数值", "value"),
    ("备注", "note"),
    ("指标代码", "indicator"),
    ("指标名称", "indicator_name"),
    ("对象编号", "object"),
    ("对象名称", "object_name"),
    ("单位", "unit"),
    ("代码", "code"),
    ("中文名称", "name_zh"),
    ("体检类别", "family"),
    ("维度", "dimension_zh"),
    ("英文维度", "dimension_en"),
    ("分组", "group_zh"),
    ("英文分组", "group_en"),
    ("评估层级", "levels"),
    ("统计内容", "counts_zh"),
    ("英文统计内容", "counts_en"),
    ("方向", "direction"),
    ("最小值", "min"),
    ("最大值", "max"),
    ("一般阈值", "ordinary"),
    ("较紧急阈值", "pressing"),
    ("紧急阈值", "urgent"),
    ("一般时限天数", "ordinary_d"),
    ("较紧急时限天数", "pressing_d"),
    ("紧急时限天数", "urgent_d"),
    ("普遍性比例", "widespread_pct"),
    ("数据来源单位", "supplier_zh"),
    ("英文数据来源单位", "supplier_en"),
    ("计算方法", "method"),
    ("计算说明", "how_zh"),
    ("英文计算说明", "how_en"),
    ("标准值", "standard"),
    ("标准来源", "standard_source_zh"),
    ("英文标准来源", "standard_source_en"),
    ("来源", "given_by"),
    ("录入时刻", "given_at"),
    ("级别", "level"),
    ("状态", "state"),
    ("计划资金（元）", "planned_yuan"),
    ("已用资金（元）", "spent_yuan"),
    ("施工进度（%）", "progress_percent"),
    ("公示首日", "notice_from"),
    ("公示末日", "notice_to"),
    ("计划完成日期", "planned_end"),
    ("入库时刻", "approved_at"),
    ("竣工时刻", "completed_at"),
    ("意见数", "opinions"),
    ("待答复意见数", "opinions_open"),
    ("是否超时", "late"),
    ("最近变动", "changed_at"),
    ("资源类型", "resource_kind"),
    ("数量", "amount"),
    ("权属单位", "owner"),
    ("使用方式", "used_by"),
    ("组团", "zones"),
    ("可用首日", "valid_from"),
    ("可用末日", "valid_to"),
];

/// A table of which the first row names the columns.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Rows below the first that hold anything.
    pub(crate) rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// Its number as editors and spreadsheets count, from 1.
    pub(crate) line: u64,
    /// Its cells that hold anything, by the name of their column.
    pub(crate) cells: BTreeMap<String, Cell>,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Text, trimmed and not empty.
    Text(String),
    /// A number of a spreadsheet.
    Number(f64),
    /// A date and time of a spreadsheet, in whatever time zone its author lives.
    Instant(PrimitiveDateTime),
}

impl Cell {
    /// The cell as text.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Instant(instant) => instant.to_string(),
        }
    }

    /// The cell as a number.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Text(text) => text.parse().ok(),
            Self::Number(number) => Some(*number),
            Self::Instant(_) => None,
        }
    }
}

/// Reads a table; `needed` are the columns that must be there.
///
/// # Errors
/// In words, if the bytes are no table, a column is missing, or a limit is reached.
pub(crate) fn read(bytes: &[u8], needed: &[&str]) -> Result<Table, String> {
    let rows = if bytes.starts_with(b"PK\x03\x04") { sheet_rows(bytes)? } else { csv_rows(bytes)? };
    let mut rows = rows.into_iter();
    let Some((line, header)) = rows.next() else { return Err("the table is empty".into()) };
    let columns: Vec<String> = header.iter().map(|cell| column_name(cell.as_ref())).collect();
    for needed in needed {
        if !columns.iter().any(|column| column == needed) {
            let chinese = CHINESE.iter().find(|(_, english)| english == needed).map_or("", |(zh, _)| *zh);
            return Err(format!(
                "line {line}: column `{needed}` ({chinese}) is missing\nhint: the first row names the columns; start from a template"
            ));
        }
    }
    let of = |(line, cells): (u64, Vec<Option<Cell>>)| {
        let named = columns.iter().zip(cells).filter(|(name, _)| !name.is_empty());
        let cells: BTreeMap<String, Cell> =
            named.filter_map(|(name, cell)| Some((name.clone(), cell?))).collect();
        Row { line, cells }
    };
    // Spreadsheets like to end with empty rows.
    let rows = rows.map(of).filter(|row| !row.cells.is_empty()).collect();
    Ok(Table { rows })
}

/// A word by its stable name, or by one of its names for people.
pub(crate) fn word<W: Word>(name: &str, text: &str) -> Result<W, String> {
    let text = text.trim();
    let is_it = |word: &&W| {
        let named = word.name();
        word.id() == text || named.zh.as_deref() == Some(text) || named.en.as_deref() == Some(text)
    };
    W::ALL.iter().find(is_it).copied().ok_or_else(|| {
        let known: Vec<&str> = W::ALL.iter().map(|word| word.id()).collect();
        let short: String = text.chars().take(64).collect();
        format!("`{name}` is `{short}`, use one of {}", known.join(", "))
    })
}

/// The text in whichever encoding it was saved.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
        return text.ok_or_else(|| format!("not valid {}", encoding.name()));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.into());
    }
    GBK.decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(|| "neither UTF-8 nor GBK\nhint: save the file as UTF-8".into())
}

/// Rows with their line numbers, cells in the order of columns.
type Rows = Vec<(u64, Vec<Option<Cell>>)>;

/// The name of a column as it is written for people.
pub(crate) fn shown_name(name: &'static str, chinese: bool) -> &'static str {
    let translated = CHINESE.iter().find(|(_, english)| *english == name).map(|(zh, _)| *zh);
    translated.filter(|_| chinese).unwrap_or(name)
}

fn column_name(cell: Option<&Cell>) -> String {
    let name = cell.map(Cell::text).unwrap_or_default();
    CHINESE.iter().find(|(chinese, _)| *chinese == name).map_or(name, |(_, english)| (*english).to_owned())
}

fn csv_rows(bytes: &[u8]) -> Result<Rows, String> {
    let text = decode(bytes)?;
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).has_headers(false).from_reader(text.as_bytes());
    let (mut rows, mut count) = (Rows::new(), 0);
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        count += record.len().max(1);
        check_count(count)?;
        let cells: Vec<Option<Cell>> = record.iter().take(COLUMNS_LIMIT).map(text_cell).collect();
        if cells.iter().any(Option::is_some) {
            rows.push((record.position().map_or(0, |at| line_of(at, text.as_bytes())), cells));
        }
    }
    Ok(rows)
}

/// The line that a record begins on. The reader says where it began to look for it, which may be within the line end
/// before (`\r\n`), or on empty lines.
fn line_of(at: &csv::Position, text: &[u8]) -> u64 {
    let rest = text.get(at.byte() as usize..).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    at.line() + ends.filter(|byte| **byte == b'\n').count() as u64
}

fn check_count(cells: usize) -> Result<(), String> {
    if cells <= CELLS_LIMIT {
        return Ok(());
    }
    Err(format!(
        "the table has more than {CELLS_LIMIT} cells, limit {CELLS_LIMIT}\nhint: cut it into several"
    ))
}

fn text_cell(text: &str) -> Option<Cell> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= TEXT_LIMIT_BYTES).then(|| Cell::Text(text.to_owned()))
}

fn sheet_rows(bytes: &[u8]) -> Result<Rows, String> {
    check_unpacked(bytes)?;
    let error = |error: calamine::XlsxError| format!("not a spreadsheet (XLSX): {error}");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(error)?;
    let name = book.sheet_names().first().cloned().ok_or("the spreadsheet has no sheet")?;
    let mut reader = book.worksheet_cells_reader(&name).map_err(error)?;
    let (mut rows, mut count) = (Rows::new(), 0);
    while let Some(cell) = reader.next_cell().map_err(error)? {
        count += 1;
        check_count(count)?;
        let (row, column) = cell.get_position();
        let (line, column) = (u64::from(row) + 1, column as usize);
        let Some(value) = sheet_cell(cell.get_value()).filter(|_| column < COLUMNS_LIMIT) else { continue };
        if rows.last().is_none_or(|(last, _)| *last != line) {
            rows.push((line, Vec::new()));
        }
        let Some((_, cells)) = rows.last_mut() else { continue };
        if cells.len() <= column {
            cells.resize(column + 1, None);
        }
        if let Some(slot) = cells.get_mut(column) {
            *slot = Some(value);
        }
    }
    Ok(rows)
}

fn sheet_cell(value: &DataRef<'_>) -> Option<Cell> {
    match value {
        DataRef::Int(number) => Some(Cell::Number(*number as f64)),
        DataRef::Float(number) => Some(Cell::Number(*number)),
        DataRef::Bool(truth) => Some(Cell::Number(f64::from(u8::from(*truth)))),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text_cell(text),
        DataRef::SharedString(text) => text_cell(text),
        DataRef::DateTime(serial) => {
            let milliseconds = (serial.as_f64() * 86_400_000.0).round();
            // Years 1900 to 9999.
            let within = (0.0..=2.6e14).contains(&milliseconds);
            within.then(|| DAY_ZERO + Duration::milliseconds(milliseconds as i64)).map(Cell::Instant)
        }
        DataRef::Error(_) | DataRef::Empty => None,
    }
}

/// Unpacks the parts of a spreadsheet once, into nothing, so that none is larger than it may be.
fn check_unpacked(bytes: &[u8]) -> Result<(), String> {
    let error = |error: &dyn std::fmt::Display| format!("not a spreadsheet (XLSX): {error}");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| error(&e))?;
    if archive.len() > PARTS_LIMIT {
        return Err(format!("the spreadsheet has {} parts, limit {PARTS_LIMIT}", archive.len()));
    }
    let mut left = UNPACKED_LIMIT_BYTES;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|e| error(&e))?;
        let unpacked =
            std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|e| error(&e))?;
        left = left.checked_sub(unpacked).ok_or_else(|| {
            format!("the spreadsheet unpacks to more than {UNPACKED_LIMIT_BYTES} bytes, limit {UNPACKED_LIMIT_BYTES} bytes")
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

    use super::*;

    #[test]
    fn a_table_of_nothing_but_commas_is_refused_before_it_fills_memory() {
        let header = b"device,stream,time,value\n".to_vec();
        let full = [header.clone(), b",,,\n".repeat(CELLS_LIMIT / 4)].concat();
        assert!(read(&full, &[]).unwrap_err().contains("limit 4000000"));
        let fits = [header, b",,,\n".repeat(CELLS_LIMIT / 4 - 1)].concat();
        assert!(read(&fits, &["value"]).unwrap().rows.is_empty());
    }

    fn cells(row: &Row) -> Vec<(&str, Cell)> {
        row.cells.iter().map(|(name, cell)| (name.as_str(), cell.clone())).collect()
    }

    #[test]
    fn a_spreadsheet_gives_texts_numbers_and_instants_by_the_names_of_columns() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (column, name) in ["设备", "stream", "时间", "value"].into_iter().enumerate() {
            sheet.write(0, column as u16, name).unwrap();
        }
        let instant = ExcelDateTime::from_ymd(2026, 5, 1).unwrap().and_hms(12, 30, 0.5).unwrap();
        let format = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
        sheet.write(2, 0, " lamp-1 ").unwrap();
        sheet.write_with_format(2, 2, &instant, &format).unwrap();
        sheet.write(2, 3, 58.5).unwrap();
        // Far away, where nobody looks.
        sheet.write(1_048_575, 16_383, "x").unwrap();
        let table = read(&book.save_to_buffer().unwrap(), &["device", "time"]).unwrap();
        assert_eq!(table.rows.len(), 1);
        assert_eq!(table.rows[0].line, 3);
        let expected = [
            ("device", Cell::Text("lamp-1".into())),
            ("time", Cell::Instant(datetime!(2026-05-01 12:30:00.5))),
            ("value", Cell::Number(58.5)),
        ];
        assert_eq!(cells(&table.rows[0]), expected);
    }

    #[test]
    fn lines_count_as_editors_count_them_whatever_ends_them() {
        for text in ["id\na\nb\n\nc\n", "id\r\na\r\nb\r\n\r\nc\r\n"] {
            let lines: Vec<u64> =
                read(text.as_bytes(), &["id"]).unwrap().rows.iter().map(|row| row.line).collect();
            assert_eq!(lines, [2, 3, 5], "{text:?}");
        }
    }

    #[test]
    fn a_missing_column_is_named_in_both_languages() {
        let message = read("设备,时间\na,b\n".as_bytes(), &["device", "value"]).unwrap_err();
        assert!(message.contains("`value` (数值)") && message.contains("hint:"), "{message}");
        assert!(read(b"", &["id"]).unwrap_err().contains("empty"));
    }

    #[test]
    fn what_is_no_table_is_refused_and_never_panics() {
        let mut book = Workbook::new();
        book.add_worksheet().write(0, 0, "id").unwrap();
        let whole = book.save_to_buffer().unwrap();
        assert!(read(&whole, &["id"]).unwrap().rows.is_empty());
        for at in (0..whole.len()).step_by(7) {
            let _ = read(&whole[..at], &["id"]);
            let mut bytes = whole.clone();
            bytes[at] ^= 0x5a;
            let _ = read(&bytes, &["id"]);
        }
        assert!(read(b"PK\x03\x04 no archive", &["id"]).unwrap_err().contains("not a spreadsheet"));
    }
}
