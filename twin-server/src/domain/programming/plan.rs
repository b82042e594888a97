//! Whether what is said of a resource, a need or a task can be meant. Called when it is entered or changed; what it names
//! of the model and of other lists is looked up elsewhere.

use std::collections::BTreeSet;

use time::Date;
use twin_schemas::LocalizedText;
use twin_schemas::programming::{
    Amount, NeedPlan, NeedSource, ResourceKind, ResourcePlan, TaskPlan, TaskSize,
};
use twin_schemas::projects::ProjectPlace;

use super::TEXT_LIMIT;
use super::when::{YEARS, days_of};
use crate::domain::project::plan::{
    MONEY_LIMIT_FEN, NAME_LIMIT, PARTS_LIMIT, PROBLEMS_LIMIT, PlanError as Error, REPORTS_LIMIT, filled,
    named, once, places, text,
};

/// Most needs that a task meets.
pub const TASK_NEEDS_LIMIT: usize = 1_000;
/// Most people who need something.
pub(super) const PEOPLE_LIMIT: u32 = 10_000_000;
/// Largest number that something measures.
pub(super) const MEASURE_LIMIT: f64 = 1e12;
/// Longest name of a unit, in characters.
pub(super) const UNIT_LIMIT: usize = 20;

/// Why something cannot be meant.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// For a reason that holds for projects, too.
    #[error(transparent)]
    Common(#[from] Error),
    /// Money in square metres, or rooms in fen.
    #[error("`amount` is {}", .0.en_or_zh())]
    Amount(LocalizedText),
    /// A measure that nothing has.
    #[error("`{field}` is {value}, more than 0 and at most {MEASURE_LIMIT} is possible")]
    Measure {
        /// Where it stands.
        field: &'static str,
        /// The number.
        value: String,
    },
    /// A unit that is none.
    #[error("`{0}` has a unit that is empty, or longer than {UNIT_LIMIT} characters")]
    Unit(&'static str),
    /// Days that cannot be.
    #[error("`to` is before `from`, or not between 1950 and 2200")]
    Days,
    /// It is nobody's need.
    #[error("`groups` names nobody\nhint: use `all` for a need of everyone")]
    Nobody,
    /// More people than there are.
    #[error("`people` is {0}, limit {PEOPLE_LIMIT}")]
    People(u32),
    /// It comes from reports, and none is named.
    #[error("`source` is `reports`, and `reports` names none")]
    NoReports,
    /// No quarter or month.
    #[error("`{field}` is `{value}`, use a quarter such as `2027-Q1` or a month such as `2027-03`")]
    When {
        /// Where it stands.
        field: &'static str,
        /// What stands there.
        value: String,
    },
    /// It ends before it begins.
    #[error("`last` is before `first`")]
    Backwards,
}

/// Checks what the types cannot of a resource.
///
/// # Errors
/// The first [`PlanError`] that holds.
pub fn check_resource(plan: &ResourcePlan) -> Result<(), PlanError> {
    common(&plan.name, &plan.text, &plan.zones, &plan.places)?;
    filled("owner", &plan.owner)?;
    let is_money = plan.kind == ResourceKind::Money;
    match &plan.amount {
        None => {}
        Some(Amount::Money { .. }) if !is_money => {
            return Err(PlanError::Amount(LocalizedText::new(
                "金额，而该资源不是资金",
                "money, the resource is something else",
            )));
        }
        Some(Amount::Measure { .. }) if is_money => {
            return Err(PlanError::Amount(LocalizedText::new(
                "数量，而该资源是资金",
                "a measure, the resource is money",
            )));
        }
        Some(given) => amount("amount", given)?,
    }
    let is_near = |day: &Date| YEARS.contains(&day.year());
    let is_backwards = matches!((plan.from, plan.to), (Some(from), Some(to)) if to < from);
    if is_backwards || ![plan.from, plan.to].iter().flatten().all(is_near) {
        return Err(PlanError::Days);
    }
    Ok(())
}

/// Checks what the types cannot of a need.
///
/// # Errors
/// The first [`PlanError`] that holds.
pub fn check_need(plan: &NeedPlan) -> Result<(), PlanError> {
    common(&plan.name, &plan.text, &plan.zones, &plan.places)?;
    text("source_text", plan.source_text.as_deref().unwrap_or_default(), NAME_LIMIT)?;
    if plan.groups.is_empty() {
        return Err(PlanError::Nobody);
    }
    let groups: BTreeSet<_> = plan.groups.iter().collect();
    if groups.len() < plan.groups.len() {
        return Err(Error::Twice { field: "groups", id: "one".into() }.into());
    }
    if let Some(people) = plan.people.filter(|people| *people > PEOPLE_LIMIT) {
        return Err(PlanError::People(people));
    }
    few("reports", plan.reports.len(), REPORTS_LIMIT)?;
    once("reports", plan.reports.iter().map(u64::to_string))?;
    if plan.source == NeedSource::Reports && plan.reports.is_empty() {
        return Err(PlanError::NoReports);
    }
    Ok(())
}

/// Checks what the types cannot of a task.
///
/// # Errors
/// The first [`PlanError`] that holds.
pub fn check_task(plan: &TaskPlan) -> Result<(), PlanError> {
    common(&plan.name, &plan.text, &plan.zones, &plan.places)?;
    match &plan.size {
        None => {}
        Some(TaskSize::Measure { value, unit }) => measure("size", *value, unit)?,
        Some(TaskSize::Words { text }) => named("size", text)?,
    }
    let first = plan.first.as_deref().map(|text| span("first", text)).transpose()?;
    let last = plan.last.as_deref().map(|text| span("last", text)).transpose()?;
    if matches!((first, last), (Some((from, _)), Some((_, to))) if to < from) {
        return Err(PlanError::Backwards);
    }
    for (field, count, limit) in [
        ("after", plan.after.len(), PARTS_LIMIT),
        ("resources", plan.resources.len(), PARTS_LIMIT),
        ("problems", plan.problems.len(), PROBLEMS_LIMIT),
        ("needs", plan.needs.len(), TASK_NEEDS_LIMIT),
        ("reports", plan.reports.len(), REPORTS_LIMIT),
    ] {
        few(field, count, limit)?;
    }
    once("after", plan.after.iter().map(u64::to_string))?;
    once("needs", plan.needs.iter().map(u64::to_string))?;
    once("reports", plan.reports.iter().map(u64::to_string))?;
    once("resources", plan.resources.iter().map(|draw| draw.resource.to_string()))?;
    once("problems", plan.problems.iter().map(|of| format!("{} of check-up {}", of.problem, of.check_up)))?;
    let amounts = plan.resources.iter().filter_map(|draw| draw.amount.as_ref());
    amounts.into_iter().try_for_each(|given| amount("resources.amount", given))
}

fn common(
    name: &LocalizedText,
    words: &str,
    zones: &[String],
    where_it_is: &[ProjectPlace],
) -> Result<(), PlanError> {
    named("name", name)?;
    text("text", words, TEXT_LIMIT)?;
    few("zones", zones.len(), PARTS_LIMIT)?;
    few("places", where_it_is.len(), PARTS_LIMIT)?;
    zones.iter().try_for_each(|zone| text("zones", zone, NAME_LIMIT))?;
    once("zones", zones.iter().cloned())?;
    Ok(places(where_it_is)?)
}

fn few(field: &'static str, count: usize, limit: usize) -> Result<(), PlanError> {
    if count > limit { Err(Error::TooMany { field, count, limit }.into()) } else { Ok(()) }
}

fn amount(field: &'static str, given: &Amount) -> Result<(), PlanError> {
    match given {
        Amount::Money { fen: 0 } => Err(PlanError::Measure { field, value: "0".into() }),
        Amount::Money { fen } if *fen <= MONEY_LIMIT_FEN => Ok(()),
        Amount::Money { fen } => Err(Error::Money { field, fen: *fen }.into()),
        Amount::Measure { value, unit } => measure(field, *value, unit),
    }
}

fn measure(field: &'static str, value: f64, unit: &str) -> Result<(), PlanError> {
    // Not a number is not within, too.
    if !(value > 0.0 && value <= MEASURE_LIMIT) {
        return Err(PlanError::Measure { field, value: value.to_string() });
    }
    let chars = unit.trim().chars().count();
    if (1..=UNIT_LIMIT).contains(&chars) { Ok(()) } else { Err(PlanError::Unit(field)) }
}

fn span(field: &'static str, text: &str) -> Result<(Date, Date), PlanError> {
    days_of(text).ok_or_else(|| PlanError::When { field, value: text.chars().take(20).collect() })
}
