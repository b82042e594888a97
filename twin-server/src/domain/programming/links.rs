//! What a task may name of the other lists, and how much it may draw. Called before a task is stored or moved on.

use std::collections::BTreeSet;

use time::Date;
use twin_schemas::LocalizedText;
use twin_schemas::programming::{
    Amount, NeedState, Resource, ResourcePlan, ResourceState, Task, TaskPlan, TaskState,
};

use super::{List, Lists, Refusal, days_of};

/// How much of a resource is drawn, in its unit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Drawn {
    /// By tasks that are adopted, in a project or done.
    pub committed: f64,
    /// Of that, by tasks that are done.
    pub used: f64,
}

impl Drawn {
    /// What the tasks of the lists draw on a resource.
    #[must_use]
    pub fn of(lists: &Lists, resource: u64) -> Self {
        let mut drawn = Self::default();
        for task in lists.tasks_of_resource(resource) {
            let how_much = number(amount_of(&task.plan, resource));
            if commits(task.state) {
                drawn.committed += how_much;
            }
            if task.state == TaskState::Done {
                drawn.used += how_much;
            }
        }
        drawn
    }

    /// What is committed, in the unit of an amount of it.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "sums of whole fen, none below zero"
    )]
    pub fn committed_as(&self, amount: &Amount) -> Amount {
        match amount {
            Amount::Money { .. } => Amount::Money { fen: self.committed.round() as u64 },
            Amount::Measure { unit, .. } => Amount::Measure { value: self.committed, unit: unit.clone() },
        }
    }

    /// Whether anything of it could still be drawn.
    #[must_use]
    pub fn leaves(&self, plan: &ResourcePlan) -> bool {
        plan.amount.as_ref().is_none_or(|amount| self.committed < number(Some(amount)))
    }

    /// Whether tasks that are done have drawn all of it.
    #[must_use]
    pub fn is_used_up(&self, plan: &ResourcePlan) -> bool {
        plan.amount.as_ref().is_some_and(|amount| self.used >= number(Some(amount)))
    }
}

/// Whether a task in a state commits its resources.
pub(super) const fn commits(state: TaskState) -> bool {
    matches!(state, TaskState::Adopted | TaskState::InProject | TaskState::Done)
}

/// Fen are whole numbers far below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "the limit of money is far below what is exact")]
fn number(amount: Option<&Amount>) -> f64 {
    match amount {
        None => 0.0,
        Some(Amount::Money { fen }) => *fen as f64,
        Some(Amount::Measure { value, .. }) => *value,
    }
}

fn amount_of(plan: &TaskPlan, resource: u64) -> Option<&Amount> {
    plan.resources.iter().find(|draw| draw.resource == resource).and_then(|draw| draw.amount.as_ref())
}

/// Whether what a task names is there, is in no other task, and can be drawn on. `before`: the task until now; what it has
/// named then may have gone on since.
///
/// # Errors
/// The first [`Refusal`] that holds.
pub fn check_links(lists: &Lists, before: Option<&Task>, plan: &TaskPlan) -> Result<(), Refusal> {
    let id = before.map(|before| before.id);
    let is_other = |task: &u64| Some(*task) != id;
    let known = before.map(|before| &before.plan);
    for of in &plan.problems {
        if let Some(task) = lists.holder_of_problem(*of).filter(is_other) {
            let (check_up, problem) = (of.check_up, of.problem);
            return Err(Refusal::ProblemTaken { check_up, problem, task });
        }
    }
    for need in &plan.needs {
        let there = lists.needs.get(need).ok_or(Refusal::Unknown { what: List::Needs.named(), id: *need })?;
        if let Some(task) = lists.holder_of_need(*need).filter(is_other) {
            return Err(Refusal::NeedTaken { need: *need, task });
        }
        let is_known = known.is_some_and(|known| known.needs.contains(need));
        if !is_known && there.state != NeedState::Open {
            let asked = LocalizedText::new("未列入任务的需求", "needs that are `open`");
            let state = there.state.into();
            return Err(Refusal::NotNow { what: List::Needs.named(), id: *need, state, asked });
        }
    }
    for draw in &plan.resources {
        let resource = lists
            .resources
            .get(&draw.resource)
            .ok_or(Refusal::Unknown { what: List::Resources.named(), id: draw.resource })?;
        check_unit(resource, draw.amount.as_ref())?;
        let is_known = known.is_some_and(|known| known.resources.contains(draw));
        if !is_known {
            check_is_offered(resource)?;
            check_days(resource, plan)?;
        }
    }
    if before.is_some_and(|before| commits(before.state)) {
        check_draws(lists, id, plan)?;
    }
    check_sequence(lists, id, plan)
}

/// Whether a task can be adopted: its resources are offered, and leave as much as it would draw.
///
/// # Errors
/// The first [`Refusal`] that holds.
pub fn check_draws_of(lists: &Lists, task: &Task) -> Result<(), Refusal> {
    let drawn = task.plan.resources.iter().filter_map(|draw| lists.resources.get(&draw.resource));
    drawn.into_iter().try_for_each(|resource| check_is_offered(resource))?;
    check_draws(lists, Some(task.id), &task.plan)
}

fn check_draws(lists: &Lists, id: Option<u64>, plan: &TaskPlan) -> Result<(), Refusal> {
    for draw in &plan.resources {
        let Some(resource) = lists.resources.get(&draw.resource) else { continue };
        let others =
            lists.tasks_of_resource(draw.resource).filter(|task| Some(task.id) != id && commits(task.state));
        let others: f64 = others.map(|task| number(amount_of(&task.plan, draw.resource))).sum();
        check_sum(resource.id, &resource.plan, others + number(draw.amount.as_ref()))?;
    }
    Ok(())
}

/// Whether a resource of another amount is still enough for what its tasks draw.
///
/// # Errors
/// [`Refusal::Overdrawn`], or [`Refusal::Unit`] if some draw in another unit.
pub fn check_amount(lists: &Lists, id: u64, plan: &ResourcePlan) -> Result<(), Refusal> {
    for task in lists.tasks_of_resource(id).filter(|task| task.state != TaskState::Dropped) {
        check_same_unit(id, plan, amount_of(&task.plan, id))?;
    }
    check_sum(id, plan, Drawn::of(lists, id).committed)
}

fn check_sum(id: u64, plan: &ResourcePlan, sum: f64) -> Result<(), Refusal> {
    let Some(amount) = &plan.amount else { return Ok(()) };
    if sum <= number(Some(amount)) {
        return Ok(());
    }
    let (_, unit) = in_words(amount);
    let of = |value: f64| format!("{value} {unit}");
    Err(Refusal::Overdrawn { resource: id, amount: of(number(Some(amount))), drawn: of(sum) })
}

fn check_unit(resource: &Resource, drawn: Option<&Amount>) -> Result<(), Refusal> {
    check_same_unit(resource.id, &resource.plan, drawn)
}

fn check_same_unit(id: u64, plan: &ResourcePlan, drawn: Option<&Amount>) -> Result<(), Refusal> {
    let Some(drawn) = drawn else { return Ok(()) };
    let unit = plan.amount.as_ref().map(|amount| in_words(amount).1);
    if unit.as_deref() == Some(in_words(drawn).1.as_str()) {
        return Ok(());
    }
    Err(Refusal::Unit { resource: id, unit: unit.unwrap_or_else(|| "nothing".into()) })
}

fn in_words(amount: &Amount) -> (f64, String) {
    let unit = match amount {
        Amount::Money { .. } => "fen".to_owned(),
        Amount::Measure { unit, .. } => unit.trim().to_owned(),
    };
    (number(Some(amount)), unit)
}

fn check_is_offered(resource: &Resource) -> Result<(), Refusal> {
    if matches!(resource.state, ResourceState::Available | ResourceState::Committed) {
        return Ok(());
    }
    let asked = LocalizedText::new("可用或已安排的资源", "resources that are `available` or `committed`");
    let state = resource.state.into();
    Err(Refusal::NotNow { what: List::Resources.named(), id: resource.id, state, asked })
}

/// The days of a plan, from the first of its first to the last of its last quarter or month.
pub(super) fn days(plan: &TaskPlan) -> (Option<Date>, Option<Date>) {
    let span = |text: &Option<String>| text.as_deref().and_then(days_of);
    (span(&plan.first).map(|(from, _)| from), span(&plan.last).map(|(_, to)| to))
}

/// A resource is there for some of the time in which the task goes on.
fn check_days(resource: &Resource, plan: &TaskPlan) -> Result<(), Refusal> {
    let (first, last) = days(plan);
    let is_before = |one: Option<Date>, other: Option<Date>| matches!((one, other), (Some(one), Some(other)) if one < other);
    if !is_before(resource.plan.to, first) && !is_before(last, resource.plan.from) {
        return Ok(());
    }
    let stretch = |from: Option<Date>, to: Option<Date>| {
        let day = |day: Option<Date>| day.map_or_else(|| "…".to_owned(), |day| day.to_string());
        format!("{}–{}", day(from), day(to))
    };
    let (days, task) = (stretch(resource.plan.from, resource.plan.to), stretch(first, last));
    Err(Refusal::Expired { resource: resource.id, days, task })
}

/// A task comes after tasks that are there, not after itself, and does not begin before the last stretch of one of them;
/// nor does one that comes after it begin before its own.
fn check_sequence(lists: &Lists, id: Option<u64>, plan: &TaskPlan) -> Result<(), Refusal> {
    for earlier in &plan.after {
        if Some(*earlier) == id {
            return Err(Refusal::Cycle(*earlier));
        }
        let there =
            lists.tasks.get(earlier).ok_or(Refusal::Unknown { what: List::Tasks.named(), id: *earlier })?;
        if there.state != TaskState::Dropped && begins_early(&there.plan, plan) {
            return Err(Refusal::Sequence { earlier: *earlier, later: id.unwrap_or_default() });
        }
    }
    // A new one has nobody behind it.
    let Some(id) = id else { return Ok(()) };
    let mut seen: BTreeSet<u64> = plan.after.iter().copied().collect();
    let mut open: Vec<u64> = plan.after.clone();
    while let Some(earlier) = open.pop() {
        if earlier == id {
            return Err(Refusal::Cycle(id));
        }
        let before = lists.tasks.get(&earlier).map(|task| task.plan.after.as_slice()).unwrap_or_default();
        open.extend(before.iter().copied().filter(|task| seen.insert(*task)));
    }
    let later = lists.tasks.values().filter(|task| task.plan.after.contains(&id));
    match later.into_iter().find(|task| task.state != TaskState::Dropped && begins_early(plan, &task.plan)) {
        Some(later) => Err(Refusal::Sequence { earlier: id, later: later.id }),
        None => Ok(()),
    }
}

fn begins_early(earlier: &TaskPlan, later: &TaskPlan) -> bool {
    let begin = |text: &Option<String>| text.as_deref().and_then(days_of).map(|(from, _)| from);
    matches!((begin(&earlier.last), begin(&later.first)), (Some(ends), Some(begins)) if begins < ends)
}
