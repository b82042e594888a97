//! Tables that people go on with: columns and rows come in, CSV or a spreadsheet (XLSX) goes out. Called by templates and
//! exports of check-ups; [`table`](super::table) reads what people made of them.

use rust_xlsxwriter::{Color, Format, Workbook, XlsxError};

use super::table::shown_name;

/// A column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// Its English name; the Chinese one is that of the reader of tables.
    pub(crate) name: &'static str,
    /// Whether it must be filled in.
    pub(crate) must: bool,
    /// What it means, in Chinese.
    pub(crate) zh: &'static str,
    /// What it means, in English.
    pub(crate) en: &'static str,
}

impl Column {
    /// Its name in a language.
    fn shown(&self, chinese: bool) -> &'static str {
        match self.name {
            // Lists of devices call another thing so.
            "object" if chinese => "对象编号",
            name => shown_name(name, chinese),
        }
    }
}

/// The columns of a table of values, and what they mean.
#[rustfmt::skip]
pub(crate) const VALUES: [Column; 7] = [
    Column { name: "indicator", must: true, zh: "指标代码", en: "code of the indicator" },
    Column { name: "indicator_name", must: false, zh: "指标名称，仅供查看", en: "its name, to be looked at" },
    Column { name: "object", must: true, zh: "楼栋、小区或社区的编号", en: "id of the building, zone or community" },
    Column { name: "object_name", must: false, zh: "对象名称，仅供查看", en: "its name, to be looked at" },
    Column { name: "unit", must: false, zh: "单位，仅供查看", en: "the unit, to be looked at" },
    Column { name: "value", must: true, zh: "数值；空行会被跳过", en: "the value; rows without one are passed over" },
    Column { name: "note", must: false, zh: "备注", en: "a remark" },
];

/// The columns of values that are taken away: those of the import, and how each value came about.
#[rustfmt::skip]
pub(crate) const VALUES_OUT: [Column; 9] = {
    let [indicator, indicator_name, object, object_name, unit, value, note] = VALUES;
    [
        indicator, indicator_name, object, object_name, unit, value, note,
        Column { name: "given_by", must: false, zh: "来源：填报、导入或计算", en: "how it came about: form, import or computed" },
        Column { name: "given_at", must: false, zh: "录入时刻", en: "when it was given" },
    ]
};

/// The columns of projects that are taken away.
#[rustfmt::skip]
pub(crate) const PROJECTS_OUT: [Column; 19] = [
    Column { name: "id", must: false, zh: "项目编号", en: "number of the project" },
    Column { name: "name_zh", must: false, zh: "中文名称", en: "name in Chinese" },
    Column { name: "name_en", must: false, zh: "英文名称", en: "name in English" },
    Column { name: "kind", must: false, zh: "任务类型", en: "kind of task" },
    Column { name: "level", must: false, zh: "项目级别", en: "level" },
    Column { name: "state", must: false, zh: "状态", en: "state" },
    Column { name: "zones", must: false, zh: "所在组团", en: "zones that it lies in" },
    Column { name: "planned_yuan", must: false, zh: "计划资金（元）", en: "planned money in yuan" },
    Column { name: "spent_yuan", must: false, zh: "已用资金（元）", en: "money spent in yuan" },
    Column { name: "progress_percent", must: false, zh: "施工进度（%）", en: "progress in percent" },
    Column { name: "notice_from", must: false, zh: "公示首日", en: "first day of the notice" },
    Column { name: "notice_to", must: false, zh: "公示末日", en: "last day of the notice" },
    Column { name: "planned_end", must: false, zh: "计划完成日期", en: "planned end" },
    Column { name: "approved_at", must: false, zh: "入库时刻", en: "when it entered the library" },
    Column { name: "completed_at", must: false, zh: "竣工时刻", en: "when it was completed" },
    Column { name: "opinions", must: false, zh: "意见数", en: "opinions and complaints" },
    Column { name: "opinions_open", must: false, zh: "待答复意见数", en: "those without an answer" },
    Column { name: "late", must: false, zh: "是否超时", en: "whether its step is over its limit" },
    Column { name: "changed_at", must: false, zh: "最近变动", en: "last change" },
];

/// A cell as other programs' spreadsheets do not take for a formula: a text that begins like one gets an apostrophe.
pub(crate) fn harmless(text: &str) -> String {
    let begins = |text: &str| text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if begins(text) && text.parse::<f64>().is_err() { format!("'{text}") } else { text.to_owned() }
}

/// The number that a cell is, also with the zeros of money (`800000.00`). A code such as `001` is none.
fn number_of(cell: &str) -> Option<f64> {
    let short = if cell.contains('.') { cell.trim_end_matches('0').trim_end_matches('.') } else { cell };
    cell.parse().ok().filter(|number: &f64| number.is_finite() && number.to_string() == short)
}

/// The head of a table as CSV, with a byte order mark for spreadsheets.
pub(crate) fn csv_head(columns: &[Column], chinese: bool) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.shown(chinese)).collect();
    format!("\u{feff}{}\r\n", names.join(","))
}

/// Rows as CSV (RFC 4180).
pub(crate) fn csv_rows(rows: &[Vec<String>]) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Memory takes every row.
        let _ = writer.write_record(row.iter().map(|cell| harmless(cell)));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// A table as CSV.
pub(crate) fn csv(columns: &[Column], chinese: bool, rows: &[Vec<String>]) -> String {
    csv_head(columns, chinese) + &csv_rows(rows)
}

/// A table as a spreadsheet: a sheet with the rows and one that explains the columns, with `notes` below it, rows of
/// texts. Texts that are numbers are written as numbers.
///
/// # Errors
/// If the spreadsheet cannot be written: it has more rows than a sheet may have.
pub(crate) fn xlsx(
    columns: &[Column],
    chinese: bool,
    rows: &[Vec<String>],
    notes: &[Vec<String>],
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(if chinese { "数据" } else { "Data" })?;
    let needed = Format::new().set_bold().set_background_color(Color::RGB(0x00DC_E9F5));
    let bold = Format::new().set_bold();
    for (at, column) in (0_u16..).zip(columns) {
        let format = if column.must { &needed } else { &bold };
        sheet.write_with_format(0, at, column.shown(chinese), format)?;
        sheet.set_column_width(at, 18)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (line, row) in (1_u32..).zip(rows) {
        for (at, cell) in (0_u16..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
            match number_of(cell) {
                Some(number) => sheet.write(line, at, number)?,
                None => sheet.write_string(line, at, cell)?,
            };
        }
    }
    let sheet = book.add_worksheet();
    sheet.set_name(if chinese { "说明" } else { "Notes" })?;
    let say = |zh: &'static str, en: &'static str| if chinese { zh } else { en };
    for (column, width) in [(0, 24), (1, 24), (2, 60), (3, 30)] {
        sheet.set_column_width(column, width)?;
    }
    for (at, text) in (0_u16..).zip([say("列", "column"), say("必填", "required"), say("含义", "meaning")])
    {
        sheet.write_with_format(0, at, text, &bold)?;
    }
    for (line, column) in (1_u32..).zip(columns) {
        let must = if column.must { say("是", "yes") } else { say("否", "no") };
        for (at, text) in (0_u16..).zip([column.shown(chinese), must, say(column.zh, column.en)]) {
            sheet.write(line, at, text)?;
        }
    }
    for (line, row) in (columns.len() as u32 + 2..).zip(notes) {
        for (at, text) in (0_u16..).zip(row) {
            sheet.write_string(line, at, text)?;
        }
    }
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::value_table;

    #[test]
    fn a_text_that_begins_like_a_formula_is_none_and_numbers_stay() {
        let rows = vec![["=1+1", "-2.5", "+x", "a,b", "@sum"].map(str::to_owned).to_vec()];
        assert_eq!(csv_rows(&rows), "'=1+1,-2.5,'+x,\"a,b\",'@sum\r\n");
    }

    #[test]
    fn money_is_a_number_to_a_spreadsheet_and_a_code_with_zeros_is_none() {
        assert_eq!(
            ["800000.00", "0.50", "12", "-3.10"].map(number_of),
            [Some(800_000.0), Some(0.5), Some(12.0), Some(-3.1)]
        );
        assert_eq!(["001", "1.2.3", "12a", "", "1e3", "NaN", "."].map(number_of), [None; 7]);
    }

    #[test]
    fn a_template_of_values_is_read_back_as_rows_that_nobody_has_filled_in() {
        let row = ["housing_gas", "燃气", "building/b1", "1 号楼", "1", "", ""].map(str::to_owned).to_vec();
        for chinese in [true, false] {
            let text = csv(&VALUES, chinese, std::slice::from_ref(&row));
            let book = xlsx(&VALUES, chinese, std::slice::from_ref(&row), &[]).unwrap();
            for bytes in [text.as_bytes(), &book] {
                let read = value_table::read(bytes).unwrap();
                assert_eq!((read.blank, read.values.len(), read.problems.len()), (1, 0, 0));
            }
        }
    }
}
