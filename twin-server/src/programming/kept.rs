//! What differs between the three lists as they are kept: where each lies, who may change it, and what is looked at before.

use std::collections::BTreeMap;
use std::sync::Arc;

use twin_schemas::programming::{
    Need, NeedDeed, NeedPlan, Resource, ResourceDeed, ResourcePlan, Task, TaskDeed, TaskPlan,
};

use crate::domain::permission::Action;
use crate::domain::programming::{
    Change, Listed, Lists, Refusal, Step, Touched, check_amount, check_draws_of, check_links, check_need,
    check_resource, check_task,
};
use crate::spatial::Where;
use crate::store::{Answer, Store};

/// What stands on a list that is kept.
pub trait Kept: Listed {
    /// What whoever changes the list must be allowed.
    const ACTION: Action;

    /// The list.
    fn of(lists: &Lists) -> &BTreeMap<u64, Arc<Self>>;

    /// A change of it among those of all lists.
    fn step(change: Change<Self>) -> Step;

    /// Where it is by its plan.
    fn said(plan: &Self::Plan) -> Where<'_>;

    /// Whether a plan can be meant.
    ///
    /// # Errors
    /// A [`Refusal`] that says why not.
    fn check(plan: &Self::Plan) -> Result<(), Refusal>;

    /// Whether a plan fits the other lists.
    ///
    /// # Errors
    /// A [`Refusal`] that says why not.
    fn check_links(lists: &Lists, before: Option<&Self>, plan: &Self::Plan) -> Result<(), Refusal>;

    /// Whether a deed fits the other lists.
    ///
    /// # Errors
    /// A [`Refusal`] that says why not.
    fn check_deed(lists: &Lists, before: &Self, deed: Self::Deed) -> Result<(), Refusal>;

    /// What of the other lists may follow from a change.
    fn touched(before: Option<&Self>, after: &Self) -> Touched;

    /// What happened to one before a version, newest first.
    fn trail(store: &dyn Store, id: u64, before: u32, limit: u32) -> Answer<'_, Vec<Self::Entry>>;
}

impl Kept for Resource {
    const ACTION: Action = Action::ManageResources;

    fn of(lists: &Lists) -> &BTreeMap<u64, Arc<Self>> {
        &lists.resources
    }

    fn step(change: Change<Self>) -> Step {
        Step::Resource(change)
    }

    fn said(plan: &ResourcePlan) -> Where<'_> {
        Where { zones: &plan.zones, places: &plan.places }
    }

    fn check(plan: &ResourcePlan) -> Result<(), Refusal> {
        Ok(check_resource(plan)?)
    }

    fn check_links(lists: &Lists, before: Option<&Self>, plan: &ResourcePlan) -> Result<(), Refusal> {
        before.map_or(Ok(()), |before| check_amount(lists, before.id, plan))
    }

    fn check_deed(_: &Lists, _: &Self, _: ResourceDeed) -> Result<(), Refusal> {
        Ok(())
    }

    fn touched(_: Option<&Self>, after: &Self) -> Touched {
        Touched::resource(after.id)
    }

    fn trail(store: &dyn Store, id: u64, before: u32, limit: u32) -> Answer<'_, Vec<Self::Entry>> {
        store.resource_trail(id, before, limit)
    }
}

impl Kept for Need {
    const ACTION: Action = Action::CollectNeeds;

    fn of(lists: &Lists) -> &BTreeMap<u64, Arc<Self>> {
        &lists.needs
    }

    fn step(change: Change<Self>) -> Step {
        Step::Need(change)
    }

    fn said(plan: &NeedPlan) -> Where<'_> {
        Where { zones: &plan.zones, places: &plan.places }
    }

    fn check(plan: &NeedPlan) -> Result<(), Refusal> {
        Ok(check_need(plan)?)
    }

    fn check_links(_: &Lists, _: Option<&Self>, _: &NeedPlan) -> Result<(), Refusal> {
        Ok(())
    }

    fn check_deed(_: &Lists, _: &Self, _: NeedDeed) -> Result<(), Refusal> {
        Ok(())
    }

    fn touched(_: Option<&Self>, _: &Self) -> Touched {
        Touched::default()
    }

    fn trail(store: &dyn Store, id: u64, before: u32, limit: u32) -> Answer<'_, Vec<Self::Entry>> {
        store.need_trail(id, before, limit)
    }
}

impl Kept for Task {
    const ACTION: Action = Action::PlanTasks;

    fn of(lists: &Lists) -> &BTreeMap<u64, Arc<Self>> {
        &lists.tasks
    }

    fn step(change: Change<Self>) -> Step {
        Step::Task(change)
    }

    fn said(plan: &TaskPlan) -> Where<'_> {
        Where { zones: &plan.zones, places: &plan.places }
    }

    fn check(plan: &TaskPlan) -> Result<(), Refusal> {
        Ok(check_task(plan)?)
    }

    fn check_links(lists: &Lists, before: Option<&Self>, plan: &TaskPlan) -> Result<(), Refusal> {
        check_links(lists, before, plan)
    }

    fn check_deed(lists: &Lists, before: &Self, deed: TaskDeed) -> Result<(), Refusal> {
        match deed {
            TaskDeed::Adopt => check_draws_of(lists, before),
            _ => Ok(()),
        }
    }

    fn touched(before: Option<&Self>, after: &Self) -> Touched {
        let mut touched = before.map(Touched::by).unwrap_or_default();
        touched.and(after);
        touched
    }

    fn trail(store: &dyn Store, id: u64, before: u32, limit: u32) -> Answer<'_, Vec<Self::Entry>> {
        store.task_trail(id, before, limit)
    }
}
