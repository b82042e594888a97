//! Spreadsheets to fill in: kinds of device come in, an empty table with its explanation goes out. Called by
//! the API's templates; `device_file` and `reading_table` read what people made of them.

use rust_xlsxwriter::{Color, DataValidation, Format, Workbook, Worksheet, XlsxError};
use twin_schemas::live::DeviceKind;

use super::table;

/// What a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Template {
    /// Registrations of devices.
    Devices,
    /// Readings.
    Readings,
}

/// Rows that get the drop-down list of kinds.
const LISTED_ROWS: u32 = 10_000;

/// A column: its name, whether it must be filled in, what it means (Chinese, English), an example.
type Column = (&'static str, bool, &'static str, &'static str, &'static str);

const DEVICES: [Column; 10] = [
    ("id", true, "唯一编号：字母、数字、- _ .", "unique id: letters, digits, - _ .", "lamp-001"),
    ("kind", true, "设备类型，见下表", "kind of device, see below", "street_lamp"),
    ("name_zh", false, "中文名称", "name in Chinese", "1 号路灯"),
    ("name_en", false, "英文名称", "name in English", "Lamp 1"),
    (
        "object",
        false,
        "所属对象的编号或 GlobalId",
        "id or GlobalId of the object it belongs to",
        "building/b07",
    ),
    (
        "longitude_deg",
        false,
        "经度（WGS 84，度）；或填东、北",
        "longitude (WGS 84, degrees); or fill in east and north",
        "113.388",
    ),
    ("latitude_deg", false, "纬度（WGS 84，度）", "latitude (WGS 84, degrees)", "22.524"),
    ("height_m", false, "大地高（米）", "height above the ellipsoid (m)", "15"),
    ("east_m", false, "距社区原点向东（米）", "east of the community's origin (m)", ""),
    ("north_m", false, "距社区原点向北（米）", "north of the community's origin (m)", ""),
];

const READINGS: [Column; 4] = [
    ("device", true, "设备编号", "id of the device", "lamp-001"),
    ("stream", true, "数据流，见下表", "stream, see below", "power_w"),
    ("time", true, "日期和时间", "date and time", "2026-05-01 12:00:00"),
    ("value", true, "数值", "value", "58.5"),
];

impl Template {
    fn columns(self) -> &'static [Column] {
        match self {
            Self::Devices => &DEVICES,
            Self::Readings => &READINGS,
        }
    }
}

/// The template as CSV: the line that names the columns, with a byte order mark for spreadsheets.
pub(crate) fn csv(template: Template, chinese: bool) -> String {
    let names: Vec<&str> =
        template.columns().iter().map(|column| table::shown_name(column.0, chinese)).collect();
    format!("\u{feff}{}\r\n", names.join(","))
}

/// The template as a spreadsheet (XLSX): a sheet to fill in and one that explains it.
///
/// # Errors
/// If the spreadsheet cannot be written, which a test keeps from happening.
pub(crate) fn xlsx<'k>(
    template: Template,
    chinese: bool,
    kinds: impl Iterator<Item = &'k DeviceKind> + Clone,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(if chinese { "数据" } else { "Data" })?;
    fill_in(sheet, template, chinese, kinds.clone())?;
    let notes = book.add_worksheet();
    notes.set_name(if chinese { "说明" } else { "Notes" })?;
    explain(notes, template, chinese, kinds)?;
    book.save_to_buffer()
}

fn fill_in<'k>(
    sheet: &mut Worksheet,
    template: Template,
    chinese: bool,
    kinds: impl Iterator<Item = &'k DeviceKind>,
) -> Result<(), XlsxError> {
    let needed = Format::new().set_bold().set_background_color(Color::RGB(0x00DC_E9F5));
    let optional = Format::new().set_bold();
    let instant = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    for (at, (name, must, ..)) in (0_u16..).zip(template.columns()) {
        let format = if *must { &needed } else { &optional };
        sheet.write_with_format(0, at, table::shown_name(name, chinese), format)?;
        sheet.set_column_width(at, 18)?;
        if *name == "time" {
            sheet.set_column_format(at, &instant)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    if template == Template::Devices {
        let ids: Vec<&str> = kinds.map(|kind| kind.id.as_str()).collect();
        let list = DataValidation::new().allow_list_strings(&ids)?;
        sheet.add_data_validation(1, 1, LISTED_ROWS, 1, &list)?;
    }
    Ok(())
}

fn explain<'k>(
    sheet: &mut Worksheet,
    template: Template,
    chinese: bool,
    kinds: impl Iterator<Item = &'k DeviceKind>,
) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let say = |zh: &'static str, en: &'static str| if chinese { zh } else { en };
    for (column, width) in [(0, 22), (1, 14), (2, 52), (3, 24)] {
        sheet.set_column_width(column, width)?;
    }
    let head = [say("列", "column"), say("必填", "required"), say("含义", "meaning"), say("示例", "example")];
    for (at, text) in (0_u16..).zip(head) {
        sheet.write_with_format(0, at, text, &bold)?;
    }
    let mut row = 1;
    for (name, must, zh, en, example) in template.columns() {
        let must = if *must { say("是", "yes") } else { say("否", "no") };
        for (at, text) in (0_u16..).zip([table::shown_name(name, chinese), must, say(zh, en), example]) {
            sheet.write(row, at, text)?;
        }
        row += 1;
    }
    row += 1;
    let head = [
        say("设备类型", "kind"),
        say("数据流", "stream"),
        say("名称", "name"),
        say("单位、范围", "unit, range"),
    ];
    for (at, text) in (0_u16..).zip(head) {
        sheet.write_with_format(row, at, text, &bold)?;
    }
    for kind in kinds {
        let named = |name: &twin_schemas::LocalizedText| {
            let own = if chinese { name.zh.clone() } else { name.en.clone() };
            own.unwrap_or_else(|| name.en_or_zh().to_owned())
        };
        row += 1;
        sheet.write(row, 0, &kind.id)?.write(row, 2, named(&kind.name))?;
        for (id, stream) in &kind.streams {
            row += 1;
            let range = format!("{} {}–{}", stream.unit, stream.min, stream.max);
            sheet.write(row, 1, id)?.write(row, 2, named(&stream.name))?.write(row, 3, range.trim())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kinds::DeviceKinds;
    use crate::ingest::reading_table;

    #[test]
    fn a_template_is_read_back_as_an_empty_table_in_both_languages() {
        let kinds = DeviceKinds::built_in().unwrap();
        for (template, needed) in [
            (Template::Devices, &["id", "kind"][..]),
            (Template::Readings, &["device", "stream", "time", "value"][..]),
        ] {
            for chinese in [true, false] {
                let book = xlsx(template, chinese, kinds.list().iter().map(|kind| &**kind)).unwrap();
                assert!(table::read(&book, needed).unwrap().rows.is_empty());
                let text = csv(template, chinese);
                assert!(table::read(text.as_bytes(), needed).unwrap().rows.is_empty());
            }
        }
        assert_eq!(csv(Template::Readings, true), "\u{feff}设备,数据流,时间,数值\r\n");
        let read =
            reading_table::read(csv(Template::Readings, false).as_bytes(), time::UtcOffset::UTC).unwrap();
        assert!(read.readings.is_empty() && read.problems.is_empty());
    }
}
