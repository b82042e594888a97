//! What follows from a change: tasks follow the projects that name them, needs and resources the tasks that name them. A
//! change comes in through the lists, further changes go out, and stand on the lists then.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;
use twin_schemas::programming::{
    Need, NeedDeed, NeedState, Resource, ResourceDeed, ResourceState, Task, TaskDeed, TaskState,
};

use super::links::{Drawn, commits};
use super::lists::is_live;
use super::{Change, Lists, Step, moved};

/// What a project makes of a task that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pursuit {
    /// The project goes on; its number.
    Entered(u64),
    /// The project is built; its number.
    Built(u64),
}

/// Needs and resources for which something may be another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Numbers of needs, with the task that touched them.
    needs: BTreeMap<u64, u64>,
    /// Numbers of resources, with the task that touched them.
    resources: BTreeMap<u64, u64>,
}

impl Touched {
    /// What a task names.
    #[must_use]
    pub fn by(task: &Task) -> Self {
        let mut touched = Self::default();
        touched.and(task);
        touched
    }

    /// A resource alone, which nothing has moved but its keeper.
    #[must_use]
    pub fn resource(id: u64) -> Self {
        Self { resources: BTreeMap::from([(id, 0)]), ..Self::default() }
    }

    /// Adds what a task names.
    pub fn and(&mut self, task: &Task) {
        self.needs.extend(task.plan.needs.iter().map(|need| (*need, task.id)));
        self.resources.extend(task.plan.resources.iter().map(|draw| (draw.resource, task.id)));
    }
}

/// Whether a task is not in line with the projects that name it.
#[must_use]
pub fn lags(lists: &Lists, pursued: &BTreeMap<u64, Pursuit>) -> bool {
    let lags = |task: &Task| next_of_task(task, pursued.get(&task.id), task.changed_at).is_some();
    lists.tasks.values().any(|task| lags(task))
}

/// Brings tasks in line with the projects that name them, and needs and resources with the tasks. `pursued`: the tasks that
/// projects name which are neither rejected nor withdrawn.
pub fn follow_projects(
    lists: &mut Lists,
    pursued: &BTreeMap<u64, Pursuit>,
    now: OffsetDateTime,
) -> Vec<Step> {
    let left = lists.tasks.values().filter(|task| task.state == TaskState::InProject).map(|task| task.id);
    let asked: BTreeSet<u64> = left.chain(pursued.keys().copied()).collect();
    let (mut steps, mut touched) = (Vec::new(), Touched::default());
    for id in asked {
        // A task may enter a project that is built already.
        while let Some(change) =
            lists.tasks.get(&id).and_then(|task| next_of_task(task, pursued.get(&id), now))
        {
            touched.and(&change.after);
            take(lists, &mut steps, Step::Task(change));
        }
    }
    steps.extend(settle(lists, &touched, now));
    steps
}

fn next_of_task(task: &Task, pursuit: Option<&Pursuit>, now: OffsetDateTime) -> Option<Change<Task>> {
    let (deed, project) = match (task.state, pursuit) {
        (TaskState::Adopted, Some(Pursuit::Entered(project) | Pursuit::Built(project))) => {
            (TaskDeed::Enter, Some(*project))
        }
        (TaskState::InProject, Some(Pursuit::Built(project))) => (TaskDeed::Finish, Some(*project)),
        (TaskState::InProject, None) => (TaskDeed::Leave, None),
        _ => return None,
    };
    moved(task, deed, project, now)
}

/// Brings needs and resources in line with the tasks that name them.
pub fn settle(lists: &mut Lists, touched: &Touched, now: OffsetDateTime) -> Vec<Step> {
    let mut steps = Vec::new();
    for (id, task) in &touched.needs {
        let Some(need) = lists.needs.get(id) else { continue };
        if let Some(change) = next_of_need(lists, need, *task, now) {
            take(lists, &mut steps, Step::Need(change));
        }
    }
    for (id, task) in &touched.resources {
        let Some(resource) = lists.resources.get(id) else { continue };
        if let Some(change) = next_of_resource(lists, resource, *task, now) {
            take(lists, &mut steps, Step::Resource(change));
        }
    }
    steps
}

fn take(lists: &mut Lists, steps: &mut Vec<Step>, step: Step) {
    lists.put(&step);
    steps.push(step);
}

fn next_of_need(lists: &Lists, need: &Need, task: u64, now: OffsetDateTime) -> Option<Change<Need>> {
    let holder = lists.holder_of_need(need.id);
    let is_done = || {
        lists
            .tasks
            .get(&task)
            .is_some_and(|task| task.state == TaskState::Done && task.plan.needs.contains(&need.id))
    };
    let deed = match (need.state, holder) {
        (NeedState::Open, Some(_)) => NeedDeed::Take,
        // Of the tasks that named it, the one that has just been moved says how it ended.
        (NeedState::InTask, None) if is_done() => NeedDeed::Meet,
        (NeedState::InTask, None) => NeedDeed::Release,
        _ => return None,
    };
    moved(need, deed, holder.or(Some(task)), now)
}

fn next_of_resource(
    lists: &Lists,
    resource: &Resource,
    task: u64,
    now: OffsetDateTime,
) -> Option<Change<Resource>> {
    let goes_on = |task: &Task| is_live(task.state) && commits(task.state);
    let is_asked_for = lists.tasks_of_resource(resource.id).any(|task| goes_on(task));
    let is_used_up = Drawn::of(lists, resource.id).is_used_up(&resource.plan);
    let deed = match resource.state {
        ResourceState::Available | ResourceState::Committed if is_used_up => ResourceDeed::UseUp,
        ResourceState::Available if is_asked_for => ResourceDeed::Commit,
        ResourceState::Committed if !is_asked_for => ResourceDeed::Release,
        _ => return None,
    };
    moved(resource, deed, Some(task).filter(|task| *task > 0), now)
}
