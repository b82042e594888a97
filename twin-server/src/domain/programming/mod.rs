//! Programming of a renewal (更新策划): a resource, a need or a task and what someone wants to do with it come in, the same
//! afterwards with an entry of its trail, or the reason against it, goes out; and from problems and needs the tasks that
//! follow. Called by `programming` for the API.
//!
//! `course` is the table of what is possible, `listed` what the three lists have in common, `plan` what may be said,
//! `when` quarters and months, `lists` all three as they stand, `links` what a task may name of the others, `settle` what
//! follows from a change, `theme` what belongs together, `generate` the tasks that follow, `near` what lies together,
//! `suit` the resources that suit a task.

mod chinese;
mod course;
mod generate;
mod links;
mod listed;
mod lists;
mod near;
mod plan;
mod refusal;
mod settle;
mod suit;
mod theme;
mod when;

use time::OffsetDateTime;

pub use course::{NEED_COURSE, Party, RESOURCE_COURSE, Said, TASK_COURSE};
pub use generate::{ITEMS_LIMIT, Item, ItemOf, WITHIN_LIMIT_M, WITHIN_M, generate};
pub use links::{Drawn, check_amount, check_draws_of, check_links};
pub use listed::{Change, List, Listed};
pub use lists::{Lists, Step};
pub use plan::{PlanError, TASK_NEEDS_LIMIT, check_need, check_resource, check_task};
pub use refusal::Refusal;
pub use settle::{Pursuit, Touched, follow_projects, lags, settle};
pub use suit::{Offer, REACH_LIMIT_M, REACH_M, Site, suiting};
pub use theme::{TaskThemes, ThemesError};
pub use when::{days_of, quarter_of};

use super::cycle::Word as _;
use super::refusal::{Named, NotPossible};

/// What is said of something that stands on a list, given anew; no deed of a course.
const PLAN: Named = Named::new("plan", "修改");

/// Longest text that is said with a deed, in characters.
pub const TEXT_LIMIT: usize = super::project::TEXT_LIMIT;

/// What is entered into a list. Its plan was checked, its zones looked up.
#[must_use]
pub fn begun<T: Listed>(
    id: u64,
    plan: T::Plan,
    zones: Vec<String>,
    by: Party,
    now: OffsetDateTime,
) -> Change<T> {
    let after = T::begun(id, plan, zones, now);
    let entry = after.entry(None, Vec::new(), by, None, None);
    Change { after, entry }
}

/// Gives what stands on a list another plan, which was checked.
///
/// # Errors
/// A [`Refusal`] that says why it is not possible.
pub fn plan_anew<T: Listed>(
    item: &T,
    plan: T::Plan,
    zones: Vec<String>,
    parties: &[Party],
    now: OffsetDateTime,
) -> Result<Change<T>, Refusal> {
    if !parties.contains(&T::KEPT_BY) {
        return Err(NotPossible::party(PLAN, [T::KEPT_BY]).into());
    }
    if !item.takes_plan() {
        return Err(NotPossible::state(PLAN, T::LIST.named(), item.state()).into());
    }
    let mut fields = T::differences(item.plan(), &plan);
    if fields.is_empty() && zones == item.zones() {
        return Err(Refusal::Unchanged);
    }
    if fields.is_empty() {
        fields.push("zones");
    }
    let mut after = item.next(now);
    after.set_plan(plan, zones);
    let entry = after.entry(None, fields.into_iter().map(str::to_owned).collect(), T::KEPT_BY, None, None);
    Ok(Change { after, entry })
}

/// Does something with what stands on a list, for someone who is of some parties.
///
/// # Errors
/// A [`Refusal`] that says why it is not possible.
pub fn act<T: Listed>(
    item: &T,
    deed: T::Deed,
    text: Option<&str>,
    parties: &[Party],
    now: OffsetDateTime,
) -> Result<Change<T>, Refusal> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    if let Some(chars) = text.map(|text| text.chars().count()).filter(|chars| *chars > TEXT_LIMIT) {
        return Err(Refusal::TooLong(chars));
    }
    let mut rules = T::COURSE.of(item.state(), deed).peekable();
    if rules.peek().is_none() {
        return Err(NotPossible::state(deed, T::LIST.named(), item.state()).into());
    }
    let by_hand = |by: Party| by != Party::System;
    let Some(rule) = rules.find(|rule| by_hand(rule.by) && parties.contains(&rule.by)) else {
        let mut parties = T::COURSE.of(item.state(), deed).map(|rule| rule.by);
        let party = parties.find(|by| by_hand(*by)).unwrap_or(Party::System);
        return Err(NotPossible::party(deed, [party]).into());
    };
    if let Some(said) = rule.needs.first().filter(|_| text.is_none()) {
        return Err(NotPossible::missing(deed, said.name()).into());
    }
    let mut after = item.next(now);
    let reason = text.map(str::to_owned).filter(|_| !rule.needs.is_empty());
    after.set_state(rule.to, reason);
    let entry = after.entry(Some(deed), Vec::new(), rule.by, text.map(str::to_owned), None);
    Ok(Change { after, entry })
}

/// Has a deed of the system happen, if the course knows it from here. `cause`: number of the task or project that it
/// follows from.
fn moved<T: Listed>(item: &T, deed: T::Deed, cause: Option<u64>, now: OffsetDateTime) -> Option<Change<T>> {
    let rule = T::COURSE.of(item.state(), deed).find(|rule| rule.by == Party::System)?;
    let mut after = item.next(now);
    after.set_state(rule.to, None);
    let entry = after.entry(Some(deed), Vec::new(), Party::System, None, cause);
    Some(Change { after, entry })
}

/// What someone of some parties may do with what stands on a list now.
#[must_use]
pub fn possible<T: Listed>(item: &T, parties: &[Party]) -> Vec<T::Deed> {
    T::COURSE.from(item.state()).filter(|rule| parties.contains(&rule.by)).map(|rule| rule.deed).collect()
}

/// Whether someone of some parties may change its plan now.
#[must_use]
pub fn may_plan<T: Listed>(item: &T, parties: &[Party]) -> bool {
    parties.contains(&T::KEPT_BY) && item.takes_plan()
}

#[cfg(test)]
mod tests;
