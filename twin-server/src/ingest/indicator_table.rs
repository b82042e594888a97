//! Tables of indicators: rows come in, indicators go out, or a list of everything that is wrong with them; and the way
//! back, so that a city begins with what there is. Called by the import and the template of indicators.
//!
//! Families, levels, directions and methods are read by their stable names and by those that people read.

use twin_schemas::LocalizedText;
use twin_schemas::indicators::{
    Indicator, IndicatorComputation, IndicatorMethod, IndicatorStandard, ProblemLimits, Thresholds,
};

use super::sheet::Column;
use super::table::{self, Row, word};
use crate::domain::checkup::{INDICATORS_LIMIT, check_indicator};
use crate::domain::cycle::Word;

/// Problems that are listed before the rest is only counted.
const LISTED_LIMIT: usize = 100;

/// The columns of a table of indicators.
#[rustfmt::skip]
pub(crate) const COLUMNS: [Column; 30] = [
    Column { name: "code", must: true, zh: "唯一代码：字母、数字、- _ .", en: "unique code: letters, digits, - _ ." },
    Column { name: "name_zh", must: false, zh: "中文名称", en: "name in Chinese" },
    Column { name: "name_en", must: false, zh: "英文名称", en: "name in English" },
    Column { name: "family", must: true, zh: "physical 物质空间体检，smart 智慧化体检", en: "physical or smart" },
    Column { name: "dimension_zh", must: false, zh: "维度，如住房", en: "dimension in Chinese" },
    Column { name: "dimension_en", must: false, zh: "英文维度", en: "dimension, such as Housing" },
    Column { name: "group_zh", must: false, zh: "分组，如安全耐久", en: "group in Chinese" },
    Column { name: "group_en", must: false, zh: "英文分组", en: "group" },
    Column { name: "unit", must: true, zh: "单位；个数为 1", en: "unit; 1 where things are counted" },
    Column { name: "levels", must: true, zh: "building 楼栋，neighbourhood 小区，community 社区，多个用 + 连接", en: "building, neighbourhood, community, with + between them" },
    Column { name: "counts_zh", must: false, zh: "数值统计的内容", en: "what a value counts, in Chinese" },
    Column { name: "counts_en", must: false, zh: "英文统计内容", en: "what a value counts" },
    Column { name: "direction", must: true, zh: "more_is_better 越高越好，less_is_better 越低越好", en: "more_is_better or less_is_better" },
    Column { name: "min", must: true, zh: "可能的最小值", en: "least possible value" },
    Column { name: "max", must: true, zh: "可能的最大值", en: "greatest possible value" },
    Column { name: "ordinary", must: false, zh: "“一般”阈值", en: "threshold for ordinary (一般)" },
    Column { name: "pressing", must: false, zh: "“较紧急”阈值", en: "threshold for pressing (较紧急)" },
    Column { name: "urgent", must: false, zh: "“紧急”阈值", en: "threshold for urgent (紧急)" },
    Column { name: "ordinary_d", must: true, zh: "“一般”问题的处理时限（天）", en: "days for an ordinary problem" },
    Column { name: "pressing_d", must: true, zh: "“较紧急”问题的处理时限（天）", en: "days for a pressing problem" },
    Column { name: "urgent_d", must: true, zh: "“紧急”问题的处理时限（天）", en: "days for an urgent problem" },
    Column { name: "widespread_pct", must: false, zh: "达到该比例（%）时提高一级；空则不提高", en: "share (%) from which on it is a step more urgent; empty: never" },
    Column { name: "supplier_zh", must: false, zh: "数据来源单位", en: "who supplies it, in Chinese" },
    Column { name: "supplier_en", must: false, zh: "英文数据来源单位", en: "who supplies it" },
    Column { name: "method", must: false, zh: "由系统计算时的方法；空则由人填报", en: "method by which the server computes it; empty: people assess it" },
    Column { name: "how_zh", must: false, zh: "计算说明", en: "how it is computed, in Chinese" },
    Column { name: "how_en", must: false, zh: "英文计算说明", en: "how it is computed" },
    Column { name: "standard", must: false, zh: "计算依据的标准值：parking_gap 为每户泊位数，charging_gap 为带充电桩的泊位比例（%）", en: "what it is held against: places per household (parking_gap), share of places with charging in % (charging_gap)" },
    Column { name: "standard_source_zh", must: false, zh: "标准的来源", en: "where the standard comes from, in Chinese" },
    Column { name: "standard_source_en", must: false, zh: "标准的英文来源", en: "where the standard comes from" },
];

/// Reads a table of indicators: all or nothing.
///
/// # Errors
/// Everything that is wrong, one line each.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Indicator>, Vec<String>> {
    let needed: Vec<&str> = COLUMNS.iter().filter(|column| column.must).map(|column| column.name).collect();
    let table = table::read(bytes, &needed).map_err(|problem| vec![problem])?;
    if table.rows.len() > INDICATORS_LIMIT {
        return Err(vec![format!("{} indicators, limit {INDICATORS_LIMIT}", table.rows.len())]);
    }
    let (mut indicators, mut problems) = (Vec::new(), Vec::new());
    for row in &table.rows {
        let read = indicator_of(row).and_then(|indicator| check_indicator(&indicator).map(|()| indicator));
        match read {
            Ok(indicator) => indicators.push(indicator),
            Err(problem) => problems.push(format!("line {}: {problem}", row.line)),
        }
    }
    if problems.is_empty() {
        return Ok(indicators);
    }
    let more = problems.len().saturating_sub(LISTED_LIMIT);
    if more > 0 {
        problems.truncate(LISTED_LIMIT);
        problems.push(format!("and {more} more"));
    }
    Err(problems)
}

fn indicator_of(row: &Row) -> Result<Indicator, String> {
    let text = |name: &str| row.cells.get(name).map(table::Cell::text);
    let needed = |name: &str| text(name).ok_or_else(|| format!("`{name}` is missing"));
    let both =
        |name: &str| LocalizedText { zh: text(&format!("{name}_zh")), en: text(&format!("{name}_en")) };
    let maybe_number = |name: &str| row.cells.get(name).map(|cell| number(name, cell)).transpose();
    let needed_number = |name: &str| maybe_number(name)?.ok_or_else(|| format!("`{name}` is missing"));
    let days = |name: &str| {
        let days = needed_number(name)?;
        let is_whole = days.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&days);
        if is_whole { Ok(days as u32) } else { Err(format!("`{name}` is {days}, not a number of days")) }
    };
    let levels = needed("levels")?;
    let levels = levels.split('+').map(|level| word("levels", level)).collect::<Result<_, _>>()?;
    let standard =
        maybe_number("standard")?.map(|value| IndicatorStandard { value, source: both("standard_source") });
    let method = text("method").map(|method| word::<IndicatorMethod>("method", &method)).transpose()?;
    Ok(Indicator {
        code: needed("code")?,
        name: both("name"),
        family: word("family", &needed("family")?)?,
        dimension: both("dimension"),
        group: both("group"),
        unit: needed("unit")?,
        levels,
        counts: both("counts"),
        direction: word("direction", &needed("direction")?)?,
        min: needed_number("min")?,
        max: needed_number("max")?,
        thresholds: Thresholds {
            ordinary: maybe_number("ordinary")?,
            pressing: maybe_number("pressing")?,
            urgent: maybe_number("urgent")?,
        },
        limits: ProblemLimits {
            ordinary_d: days("ordinary_d")?,
            pressing_d: days("pressing_d")?,
            urgent_d: days("urgent_d")?,
        },
        widespread_pct: maybe_number("widespread_pct")?,
        supplier: both("supplier"),
        computed: method.map(|method| IndicatorComputation { method, how: both("how"), standard }),
    })
}

fn number(name: &str, cell: &table::Cell) -> Result<f64, String> {
    let short = || cell.text().chars().take(64).collect::<String>();
    let number = cell.number().filter(|number| number.is_finite());
    number.ok_or_else(|| format!("`{name}` is `{}`, not a number", short()))
}

/// An indicator as a row, in the order of [`COLUMNS`].
pub(crate) fn row_of(indicator: &Indicator) -> Vec<String> {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let levels: Vec<&str> = indicator.levels.iter().map(|level| level.id()).collect();
    let computed = indicator.computed.as_ref();
    let how = computed.map(|computed| computed.how.clone()).unwrap_or_default();
    let thresholds = indicator.thresholds;
    let mut row = vec![indicator.code.clone()];
    let both = |text: &LocalizedText| [text.zh.clone(), text.en.clone()].map(Option::unwrap_or_default);
    row.extend(both(&indicator.name));
    row.push(indicator.family.id().to_owned());
    row.extend(both(&indicator.dimension));
    row.extend(both(&indicator.group));
    row.extend([indicator.unit.clone(), levels.join("+")]);
    row.extend(both(&indicator.counts));
    row.extend([
        indicator.direction.id().to_owned(),
        indicator.min.to_string(),
        indicator.max.to_string(),
        number(thresholds.ordinary),
        number(thresholds.pressing),
        number(thresholds.urgent),
        indicator.limits.ordinary_d.to_string(),
        indicator.limits.pressing_d.to_string(),
        indicator.limits.urgent_d.to_string(),
        number(indicator.widespread_pct),
    ]);
    row.extend(both(&indicator.supplier));
    row.push(computed.map_or("", |computed| computed.method.id()).to_owned());
    row.extend(both(&how));
    let standard = computed.and_then(|computed| computed.standard.as_ref());
    row.push(number(standard.map(|standard| standard.value)));
    row.extend(both(&standard.map(|standard| standard.source.clone()).unwrap_or_default()));
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::checkup::Catalogue;
    use crate::ingest::sheet;

    fn built_in() -> Vec<Indicator> {
        Catalogue::built_in().unwrap().list().iter().map(|indicator| (**indicator).clone()).collect()
    }

    #[test]
    fn the_catalogue_goes_out_as_a_table_and_comes_back_the_same() {
        let rows: Vec<Vec<String>> = built_in().iter().map(row_of).collect();
        for chinese in [true, false] {
            let text = sheet::csv(&COLUMNS, chinese, &rows);
            assert_eq!(read(text.as_bytes()).unwrap(), built_in());
            let book = sheet::xlsx(&COLUMNS, chinese, &rows, &[]).unwrap();
            assert_eq!(read(&book).unwrap(), built_in());
        }
    }

    #[test]
    fn words_for_people_are_read_and_every_wrong_line_is_named() {
        let mut rows: Vec<Vec<String>> = built_in().iter().take(4).map(row_of).collect();
        rows[0][3] = "物质空间体检".into();
        rows[0][9] = "楼栋".into();
        rows[1][12] = "sideways".into();
        rows[2][13] = "low".into();
        rows[3][20] = "1.5".into();
        let told = read(sheet::csv(&COLUMNS, true, &rows).as_bytes()).unwrap_err();
        let expected = [
            "line 3: `direction` is `sideways`, use one of more_is_better, less_is_better",
            "line 4: `min` is `low`, not a number",
            "line 5: `urgent_d` is 1.5, not a number of days",
        ];
        assert_eq!(told, expected);
        assert!(read(b"code\nx\n").unwrap_err()[0].contains("`family` (体检类别) is missing"));
        let many = sheet::csv(&COLUMNS, true, &vec![row_of(&built_in()[0]); INDICATORS_LIMIT + 1]);
        assert_eq!(read(many.as_bytes()).unwrap_err(), ["501 indicators, limit 500"]);
    }
}
