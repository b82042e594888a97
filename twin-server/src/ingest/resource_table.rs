//! Tables of resources of renewal: rows come in, resources go out, and what is wrong with the others. Called by the import
//! of resources and its template.
//!
//! Kinds and modes of operation are read by their stable names and by those that people read; money is in yuan, as people
//! write it.

use time::Date;
use time::macros::format_description;
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalPoint;
use twin_schemas::programming::{Amount, ResourceKind, ResourcePlan};
use twin_schemas::projects::ProjectPlace;

use super::sheet::Column;
use super::table::{self, Cell, Row, word};

/// Most resources of a table.
pub(crate) const ROWS_LIMIT: usize = 5_000;
/// Most money of a row, in yuan: as much as a project may cost.
const YUAN_LIMIT: f64 = 1e11;

/// The columns of a table of resources.
#[rustfmt::skip]
pub(crate) const COLUMNS: [Column; 15] = [
    Column { name: "name_zh", must: true, zh: "中文名称；中、英文名称至少填一个", en: "name in Chinese; one of both names at least" },
    Column { name: "name_en", must: false, zh: "英文名称", en: "name in English" },
    Column { name: "resource_kind", must: true, zh: "land 用地与空间，premises 闲置用房，money 资金，facility 设施设备，people 组织与人力，policy 政策", en: "land, premises, money, facility, people or policy" },
    Column { name: "note", must: false, zh: "说明", en: "more about it" },
    Column { name: "amount", must: false, zh: "数量；资金以元为单位", en: "how much; money in yuan" },
    Column { name: "unit", must: false, zh: "数量的单位，如 m²、间、人；资金可不填", en: "unit of the amount; may be empty for money" },
    Column { name: "owner", must: true, zh: "权属单位", en: "who owns it" },
    Column { name: "used_by", must: true, zh: "government 政府运营，enterprise 企业运营，joint 政企合作", en: "government, enterprise or joint" },
    Column { name: "zones", must: false, zh: "组团编号，多个用 + 连接；空且无位置表示全社区", en: "ids of zones, with + between them; empty and no place: the whole community" },
    Column { name: "object", must: false, zh: "所在对象编号，如 building/b07", en: "id of the object that it is in" },
    Column { name: "east_m", must: false, zh: "位置：东向坐标（米）", en: "place: metres east of the origin" },
    Column { name: "north_m", must: false, zh: "位置：北向坐标（米）", en: "place: metres north of the origin" },
    Column { name: "up_m", must: false, zh: "位置：高度（米）", en: "place: metres up" },
    Column { name: "valid_from", must: false, zh: "可用首日，如 2026-05-04", en: "first day, such as 2026-05-04" },
    Column { name: "valid_to", must: false, zh: "可用末日", en: "last day" },
];

/// What a table of resources holds.
#[derive(Debug, Default)]
pub(crate) struct ResourceTable {
    /// The resources, by line.
    pub(crate) resources: Vec<(u64, ResourcePlan)>,
    /// What is wrong with other rows: line, column and reason.
    pub(crate) problems: Vec<(u64, &'static str, String)>,
}

/// Reads a table of resources.
///
/// # Errors
/// In words, if the bytes are no table, a column is missing, or a limit is reached.
pub(crate) fn read(bytes: &[u8]) -> Result<ResourceTable, String> {
    // Either name is enough, so neither column must be there.
    let needed: Vec<&str> = COLUMNS
        .iter()
        .filter(|column| column.must && column.name != "name_zh")
        .map(|column| column.name)
        .collect();
    let table = table::read(bytes, &needed)?;
    if table.rows.len() > ROWS_LIMIT {
        return Err(format!(
            "the table has {} resources, limit {ROWS_LIMIT}\nhint: cut it into several",
            table.rows.len()
        ));
    }
    let mut read = ResourceTable::default();
    for row in &table.rows {
        match plan_of(row) {
            Ok(plan) => read.resources.push((row.line, plan)),
            Err((column, message)) => read.problems.push((row.line, column, message)),
        }
    }
    Ok(read)
}

type Wrong = (&'static str, String);

fn plan_of(row: &Row) -> Result<ResourcePlan, Wrong> {
    let text = |name: &'static str| row.cells.get(name).map(Cell::text);
    let needed = |name: &'static str| text(name).ok_or_else(|| (name, format!("`{name}` is missing")));
    let kind: ResourceKind =
        word("resource_kind", &needed("resource_kind")?).map_err(|told| ("resource_kind", told))?;
    let name = LocalizedText { zh: text("name_zh"), en: text("name_en") };
    if name.zh.is_none() && name.en.is_none() {
        return Err(("name_zh", "`name_zh` and `name_en` are both missing".into()));
    }
    let zones = text("zones").unwrap_or_default();
    let zones = zones.split('+').map(str::trim).filter(|zone| !zone.is_empty()).map(str::to_owned);
    Ok(ResourcePlan {
        name,
        kind,
        text: text("note").unwrap_or_default(),
        amount: amount_of(row, kind)?,
        owner: needed("owner")?,
        used_by: word("used_by", &needed("used_by")?).map_err(|told| ("used_by", told))?,
        zones: zones.collect(),
        places: places_of(row)?,
        from: day_of(row, "valid_from")?,
        to: day_of(row, "valid_to")?,
    })
}

fn amount_of(row: &Row, kind: ResourceKind) -> Result<Option<Amount>, Wrong> {
    let Some(amount) = number(row, "amount")? else { return Ok(None) };
    let unit = row.cells.get("unit").map(Cell::text);
    if kind != ResourceKind::Money {
        let unit = unit.ok_or_else(|| ("unit", "`unit` is missing where there is an amount".to_owned()))?;
        return Ok(Some(Amount::Measure { value: amount, unit }));
    }
    if let Some(unit) = unit.filter(|unit| !matches!(unit.as_str(), "元" | "yuan" | "CNY")) {
        let short: String = unit.chars().take(20).collect();
        return Err(("unit", format!("`unit` is `{short}`, money is in yuan (元)")));
    }
    if !(0.0..=YUAN_LIMIT).contains(&amount) {
        return Err(("amount", format!("`amount` is {amount} yuan, from 0 to {YUAN_LIMIT} is possible")));
    }
    let fen = (amount * 100.0).round();
    if (fen - amount * 100.0).abs() > 1e-4 {
        return Err(("amount", format!("`amount` is {amount} yuan, nothing smaller than a fen is possible")));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within the limit")]
    Ok(Some(Amount::Money { fen: fen as u64 }))
}

fn places_of(row: &Row) -> Result<Vec<ProjectPlace>, Wrong> {
    let mut places = Vec::new();
    if let Some(object) = row.cells.get("object").map(Cell::text) {
        places.push(ProjectPlace::Object { object });
    }
    match (number(row, "east_m")?, number(row, "north_m")?) {
        (None, None) => {}
        (Some(east_m), Some(north_m)) => {
            let up_m = number(row, "up_m")?.unwrap_or_default();
            places.push(ProjectPlace::Point { position: LocalPoint { east_m, north_m, up_m } });
        }
        (Some(_), None) => return Err(("north_m", "`north_m` is missing beside `east_m`".into())),
        (None, Some(_)) => return Err(("east_m", "`east_m` is missing beside `north_m`".into())),
    }
    Ok(places)
}

fn number(row: &Row, name: &'static str) -> Result<Option<f64>, Wrong> {
    let Some(cell) = row.cells.get(name) else { return Ok(None) };
    let number = cell.number().filter(|number| number.is_finite());
    let short = || cell.text().chars().take(64).collect::<String>();
    number.map(Some).ok_or_else(|| (name, format!("`{name}` is `{}`, not a number", short())))
}

fn day_of(row: &Row, name: &'static str) -> Result<Option<Date>, Wrong> {
    match row.cells.get(name) {
        None => Ok(None),
        Some(Cell::Instant(instant)) => Ok(Some(instant.date())),
        Some(cell) => {
            let text = cell.text();
            let day = Date::parse(&text, format_description!("[year]-[month]-[day]"));
            let short: String = text.chars().take(64).collect();
            day.map(Some).map_err(|_| (name, format!("`{name}` is `{short}`, not a day such as 2026-05-04")))
        }
    }
}

/// Rows that show how it is done, for the sheet that explains the columns.
pub(crate) fn examples() -> Vec<Vec<String>> {
    let rows = [
        ["例 / example", "省级老旧小区改造补助", "money", "1200000"],
        ["例 / example", "3 号楼架空层", "premises", "180 m²"],
    ];
    rows.map(|row| row.map(str::to_owned).to_vec()).to_vec()
}

#[cfg(test)]
mod tests {
    use twin_schemas::programming::OperationMode;

    use super::*;
    use crate::ingest::sheet;

    fn row(cells: [&str; 15]) -> Vec<String> {
        cells.map(str::to_owned).to_vec()
    }

    fn money() -> Vec<String> {
        row([
            "补助",
            "",
            "资金",
            "",
            "1200000.5",
            "",
            "区住建局",
            "政府运营",
            "",
            "",
            "",
            "",
            "",
            "2026-05-04",
            "",
        ])
    }

    #[test]
    fn rows_are_read_in_both_languages_from_csv_and_from_a_spreadsheet() {
        let rows = vec![
            money(),
            row([
                "",
                "Hall",
                "premises",
                "x",
                "180",
                "m²",
                "Co",
                "joint",
                "zone/z1+ zone/z2",
                "building/b1",
                "1.5",
                "2",
                "",
                "",
                "2027-01-31",
            ]),
        ];
        for chinese in [true, false] {
            let text = sheet::csv(&COLUMNS, chinese, &rows);
            let book = sheet::xlsx(&COLUMNS, chinese, &rows, &examples()).unwrap();
            for bytes in [text.into_bytes(), book] {
                let read = read(&bytes).unwrap();
                assert_eq!(read.problems, []);
                let [(2, money), (3, hall)] = &read.resources[..] else { panic!("{read:?}") };
                assert_eq!(money.amount, Some(Amount::Money { fen: 120_000_050 }));
                assert_eq!(money.from.map(|day| day.to_string()).as_deref(), Some("2026-05-04"));
                assert_eq!(hall.amount, Some(Amount::Measure { value: 180.0, unit: "m²".into() }));
                assert_eq!(hall.zones, ["zone/z1", "zone/z2"]);
                assert_eq!((hall.places.len(), hall.used_by), (2, OperationMode::Joint));
            }
        }
    }

    #[test]
    fn each_row_that_cannot_be_read_is_named_with_its_column() {
        let with = |at: usize, cell: &str| {
            let mut row = money();
            row[at] = cell.into();
            row
        };
        let rows = [
            with(0, ""),
            with(2, "gold"),
            with(4, "much"),
            with(4, "0.001"),
            with(4, "1e12"),
            with(5, "万元"),
            with(6, ""),
            with(10, "5"),
            with(13, "soon"),
            money(),
        ];
        let read = read(sheet::csv(&COLUMNS, true, &rows).as_bytes()).unwrap();
        let columns: Vec<(u64, &str)> =
            read.problems.iter().map(|(line, column, _)| (*line, *column)).collect();
        let expected = [
            (2, "name_zh"),
            (3, "resource_kind"),
            (4, "amount"),
            (5, "amount"),
            (6, "amount"),
            (7, "unit"),
            (8, "owner"),
            (9, "north_m"),
            (10, "valid_from"),
        ];
        assert_eq!(columns, expected);
        assert_eq!(read.resources.len(), 1);
        let many = sheet::csv(&COLUMNS, true, &vec![money(); ROWS_LIMIT + 1]);
        assert!(super::read(many.as_bytes()).unwrap_err().contains("5001 resources, limit 5000"));
    }
}
