//! The catalogue of indicators: a list comes in, checked indicators go out. The server brings one,
//! `assets/indicators.json`; a city may bring its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use twin_schemas::LocalizedText;
use twin_schemas::indicators::{
    Indicator, IndicatorComputation, IndicatorDirection, IndicatorMethod, Urgency,
};

use super::finding::threshold_of;
use crate::domain::cycle::Word as _;
use crate::domain::registration::{TEXT_LIMIT, check_id};

/// Most indicators of a catalogue.
pub const INDICATORS_LIMIT: usize = 500;
/// Longest text about an indicator, in characters.
const WORDS_LIMIT: usize = 500;
/// Longest name of a unit, in characters.
const UNIT_LIMIT: usize = 20;
/// Longest time limit of a problem: twenty years.
const DAYS_LIMIT: u32 = 20 * 366;
/// Largest number that a value may be.
const VALUE_LIMIT: f64 = 1e12;

/// A catalogue, in the order in which people read it.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    list: Vec<Arc<Indicator>>,
    by_code: BTreeMap<String, Arc<Indicator>>,
}

/// Why an indicator cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Not JSON, or not a list of indicators.
    #[error("indicators: {0}")]
    Json(#[from] serde_json::Error),
    /// There are none.
    #[error("indicators: there are none")]
    Empty,
    /// There are too many.
    #[error("there are {0} indicators, limit {INDICATORS_LIMIT}")]
    TooMany(usize),
    /// An indicator contradicts itself.
    #[error("indicator `{code}`: {problem}")]
    Indicator {
        /// Its code.
        code: String,
        /// What is wrong, in words.
        problem: String,
    },
}

impl Catalogue {
    /// The catalogue that is built into the server.
    ///
    /// # Errors
    /// If the embedded file contradicts itself, which a test keeps from happening.
    pub fn built_in() -> Result<Self, CatalogueError> {
        Self::parse(include_str!("../../../../assets/indicators.json"))
    }

    /// Reads and checks a list.
    ///
    /// # Errors
    /// As [`Self::new`], and if the text is no list of indicators.
    pub fn parse(json: &str) -> Result<Self, CatalogueError> {
        Self::new(serde_json::from_str(json)?)
    }

    /// Checks a list.
    ///
    /// # Errors
    /// If it is empty or too long, a code appears twice, or an indicator contradicts itself.
    pub fn new(list: Vec<Indicator>) -> Result<Self, CatalogueError> {
        match list.len() {
            0 => return Err(CatalogueError::Empty),
            many if many > INDICATORS_LIMIT => return Err(CatalogueError::TooMany(many)),
            _ => {}
        }
        let mut catalogue = Self::default();
        for indicator in list {
            let code: String = indicator.code.chars().take(TEXT_LIMIT).collect();
            let wrong = |problem: String| CatalogueError::Indicator { code, problem };
            if let Err(problem) = check(&indicator) {
                return Err(wrong(problem));
            }
            let indicator = Arc::new(indicator);
            if catalogue.by_code.insert(indicator.code.clone(), Arc::clone(&indicator)).is_some() {
                return Err(wrong("appears twice".into()));
            }
            catalogue.list.push(indicator);
        }
        Ok(catalogue)
    }

    /// The indicator with this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Arc<Indicator>> {
        self.by_code.get(code)
    }

    /// All indicators, in order.
    #[must_use]
    pub fn list(&self) -> &[Arc<Indicator>] {
        &self.list
    }
}

/// Checks what the types cannot.
///
/// # Errors
/// With what is wrong, in words.
pub fn check(indicator: &Indicator) -> Result<(), String> {
    check_id(&indicator.code)
        .map_err(|_| "a code has 1 to 64 letters, digits, `-`, `_` or `.`".to_owned())?;
    check_text("name", &indicator.name, TEXT_LIMIT, true)?;
    check_text("dimension", &indicator.dimension, TEXT_LIMIT, true)?;
    check_text("group", &indicator.group, TEXT_LIMIT, false)?;
    check_text("counts", &indicator.counts, WORDS_LIMIT, true)?;
    check_text("supplier", &indicator.supplier, TEXT_LIMIT, true)?;
    if let Some(computed) = &indicator.computed {
        check_text("how", &computed.how, WORDS_LIMIT, true)?;
        check_standard(computed)?;
    }
    let unit = indicator.unit.chars().count();
    if !(1..=UNIT_LIMIT).contains(&unit) {
        return Err(format!("`unit` has {unit} characters, 1 to {UNIT_LIMIT} are possible"));
    }
    let mut levels = indicator.levels.clone();
    levels.sort_unstable();
    levels.dedup();
    if levels.is_empty() || levels.len() != indicator.levels.len() {
        return Err("`levels` names at least one level, and none twice".into());
    }
    check_numbers(indicator)
}

fn check_text(field: &str, text: &LocalizedText, limit: usize, is_needed: bool) -> Result<(), String> {
    for (language, words) in [("zh", &text.zh), ("en", &text.en)] {
        let chars = words.as_deref().map_or(0, |words| words.chars().count());
        if chars > limit {
            return Err(format!("`{field}_{language}` has {chars} characters, limit {limit}"));
        }
    }
    if is_needed && text.en_or_zh().trim().is_empty() {
        return Err(format!("`{field}` says nothing in either language"));
    }
    Ok(())
}

/// The greatest standard of a method; nothing for methods that are held against none.
fn standard_limit(method: IndicatorMethod) -> Option<f64> {
    match method {
        IndicatorMethod::ParkingGap => Some(10.0),
        IndicatorMethod::ChargingGap => Some(100.0),
        IndicatorMethod::ParkCoverage
        | IndicatorMethod::WalkingCircle
        | IndicatorMethod::DeviceOnlineRate
        | IndicatorMethod::ClosingRate
        | IndicatorMethod::AnswerRate
        | IndicatorMethod::RepairTime
        | IndicatorMethod::MeanRating => None,
    }
}

fn check_standard(computed: &IndicatorComputation) -> Result<(), String> {
    let method = computed.method.id();
    match (standard_limit(computed.method), &computed.standard) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(format!("`standard` is given, `{method}` has none")),
        (Some(_), None) => Err(format!("`standard` is missing, `{method}` needs one")),
        (Some(limit), Some(standard)) => {
            if !(standard.value > 0.0 && standard.value <= limit) {
                let value = standard.value;
                return Err(format!("`standard` is {value}, above 0 and up to {limit} is possible"));
            }
            check_text("standard_source", &standard.source, TEXT_LIMIT, true)
        }
    }
}

fn check_numbers(indicator: &Indicator) -> Result<(), String> {
    let (min, max) = (indicator.min, indicator.max);
    let is_range = min.is_finite() && max.is_finite() && min < max && min.abs().max(max.abs()) <= VALUE_LIMIT;
    if !is_range {
        return Err(format!(
            "`min` {min} and `max` {max} are no range within {VALUE_LIMIT} on either side of 0"
        ));
    }
    let given: Vec<(Urgency, f64)> =
        Urgency::ALL.iter().filter_map(|at| Some((*at, threshold_of(indicator, *at)?))).collect();
    if given.is_empty() {
        return Err("there is no threshold, one of `ordinary`, `pressing` and `urgent` is needed".into());
    }
    for (urgency, threshold) in &given {
        if !(min..=max).contains(threshold) {
            return Err(format!("`{}` is {threshold}, from {min} to {max} is possible", urgency.id()));
        }
    }
    let is_worse = |a: f64, b: f64| match indicator.direction {
        IndicatorDirection::MoreIsBetter => b < a,
        IndicatorDirection::LessIsBetter => b > a,
    };
    for pair in given.windows(2) {
        if let [(mild, before), (severe, after)] = pair
            && !is_worse(*before, *after)
        {
            return Err(format!(
                "`{}` is {after}, which is no worse than `{}` {before}",
                severe.id(),
                mild.id()
            ));
        }
    }
    let limits = indicator.limits;
    let days =
        [("ordinary_d", limits.ordinary_d), ("pressing_d", limits.pressing_d), ("urgent_d", limits.urgent_d)];
    for (name, days) in days {
        if !(1..=DAYS_LIMIT).contains(&days) {
            return Err(format!("`{name}` is {days}, from 1 to {DAYS_LIMIT} is possible"));
        }
    }
    if limits.urgent_d > limits.pressing_d || limits.pressing_d > limits.ordinary_d {
        return Err(
            "what is more urgent has more days: `urgent_d` is the least, `ordinary_d` the most".into()
        );
    }
    match indicator.widespread_pct {
        Some(pct) if !(pct > 0.0 && pct <= 100.0) => {
            Err(format!("`widespread_pct` is {pct}, above 0 and up to 100 is possible"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use twin_schemas::indicators::{IndicatorFamily, IndicatorLevel, IndicatorMethod};

    use super::*;

    fn gas() -> Value {
        let gas = Catalogue::built_in().unwrap().get("housing_gas").map(|gas| Indicator::clone(gas));
        serde_json::to_value(gas.unwrap()).unwrap()
    }

    fn check(change: &Value, expected: &str) {
        let mut gas = gas();
        for (field, value) in change.as_object().unwrap() {
            gas[field] = value.clone();
        }
        let error = Catalogue::parse(&json!([gas]).to_string()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn the_built_in_catalogue_has_both_families_all_levels_and_every_method_in_both_languages() {
        let catalogue = Catalogue::built_in().unwrap();
        let has = |is: &dyn Fn(&Indicator) -> bool| catalogue.list().iter().any(|indicator| is(indicator));
        assert!(IndicatorFamily::ALL.iter().all(|family| has(&|i| i.family == *family)));
        assert!(IndicatorLevel::ALL.iter().all(|level| has(&|i| i.levels.contains(level))));
        for method in IndicatorMethod::ALL {
            assert!(has(&|i| i.computed.as_ref().is_some_and(|c| c.method == *method)), "{method:?}");
        }
        for indicator in catalogue.list() {
            let mut texts =
                vec![&indicator.name, &indicator.dimension, &indicator.counts, &indicator.supplier];
            texts.extend(indicator.computed.as_ref().map(|computed| &computed.how));
            assert!(texts.iter().all(|text| text.zh.is_some() && text.en.is_some()), "{}", indicator.code);
        }
        let physical = catalogue.list().iter().filter(|i| i.family == IndicatorFamily::Physical);
        let mut dimensions: Vec<_> = physical.filter_map(|i| i.dimension.zh.as_deref()).collect();
        dimensions.dedup();
        assert_eq!(dimensions, ["住房", "小区（社区）", "街区"]);
    }

    #[test]
    fn an_indicator_that_cannot_be_meant_is_refused_by_name() {
        assert!(Catalogue::parse(&json!([gas()]).to_string()).is_ok());
        assert!(matches!(Catalogue::parse("[]"), Err(CatalogueError::Empty)));
        let twice = Catalogue::parse(&json!([gas(), gas()]).to_string()).unwrap_err().to_string();
        assert_eq!(twice, "indicator `housing_gas`: appears twice");
        check(&json!({ "code": "a b" }), "a code has 1 to 64");
        check(&json!({ "name": {} }), "`name` says nothing");
        check(&json!({ "unit": "" }), "`unit` has 0 characters");
        check(&json!({ "levels": [] }), "`levels` names at least one");
        check(&json!({ "levels": ["building", "building"] }), "none twice");
        check(&json!({ "min": 3, "max": 0 }), "are no range");
        check(&json!({ "thresholds": {} }), "there is no threshold");
        check(&json!({ "thresholds": { "urgent": 9 } }), "`urgent` is 9, from 0 to 3");
        let order = json!({ "thresholds": { "ordinary": 2, "urgent": 1 } });
        check(&order, "`urgent` is 1, which is no worse than `ordinary` 2");
        check(&json!({ "direction": "more_is_better" }), "no worse than");
        check(&json!({ "limits": { "ordinary_d": 1, "pressing_d": 1, "urgent_d": 0 } }), "`urgent_d` is 0");
        check(&json!({ "limits": { "ordinary_d": 1, "pressing_d": 2, "urgent_d": 1 } }), "more days");
        check(&json!({ "widespread_pct": 0 }), "`widespread_pct` is 0");
        let computed = |method: &str, standard: Value| {
            let how = json!({ "en": "so" });
            json!({ "computed": { "method": method, "how": how, "standard": standard } })
        };
        let of = |value: f64| json!({ "value": value, "source": { "en": "ours" } });
        check(&computed("parking_gap", Value::Null), "`standard` is missing, `parking_gap` needs one");
        check(&computed("parking_gap", of(10.5)), "`standard` is 10.5, above 0 and up to 10");
        check(&computed("charging_gap", of(0.0)), "`standard` is 0, above 0 and up to 100");
        check(&computed("closing_rate", of(1.0)), "`closing_rate` has none");
        let nobody = json!({ "value": 1, "source": {} });
        check(&computed("charging_gap", nobody), "`standard_source` says nothing");
        check(&json!({ "supplier": { "en": "x".repeat(201) } }), "`supplier_en` has 201");
    }
}
