//! The three lists as they stand, with who names whom. Kept by the service; a copy is cheap, as what stands on them is
//! shared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use twin_schemas::programming::{Need, Resource, Task, TaskState};
use twin_schemas::projects::ProjectProblem;

use super::{Change, Listed as _};

/// A change of what stands on one of the lists.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Of a resource.
    Resource(Change<Resource>),
    /// Of a need.
    Need(Change<Need>),
    /// Of a task.
    Task(Change<Task>),
}

/// Numbers of tasks by what they name.
type Named<K> = BTreeMap<K, BTreeSet<u64>>;

/// All three lists.
#[derive(Debug, Clone, Default)]
pub struct Lists {
    /// Resources by number.
    pub resources: BTreeMap<u64, Arc<Resource>>,
    /// Needs by number.
    pub needs: BTreeMap<u64, Arc<Need>>,
    /// Tasks by number.
    pub tasks: BTreeMap<u64, Arc<Task>>,
    by_problem: Named<ProjectProblem>,
    by_need: Named<u64>,
    by_resource: Named<u64>,
    /// Needs by the reports that they come from.
    by_report: Named<u64>,
    /// How many changes were put in.
    changes: u64,
}

impl Lists {
    /// Puts what a change made in the place of what was.
    pub fn put(&mut self, step: &Step) {
        self.changes += 1;
        match step {
            Step::Resource(change) => self.put_resource(Arc::new(change.after.clone())),
            Step::Need(change) => self.put_need(Arc::new(change.after.clone())),
            Step::Task(change) => self.put_task(Arc::new(change.after.clone())),
        }
    }

    /// How many changes were put in: another number whenever something on the lists is another.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Puts a resource.
    pub fn put_resource(&mut self, resource: Arc<Resource>) {
        self.resources.insert(resource.id(), resource);
    }

    /// Puts a need.
    pub fn put_need(&mut self, need: Arc<Need>) {
        let id = need.id();
        if let Some(before) = self.needs.get(&id) {
            before.plan.reports.iter().for_each(|report| forget(&mut self.by_report, report, id));
        }
        for report in &need.plan.reports {
            self.by_report.entry(*report).or_default().insert(id);
        }
        self.needs.insert(id, need);
    }

    /// Puts a task.
    pub fn put_task(&mut self, task: Arc<Task>) {
        let id = task.id();
        if let Some(before) = self.tasks.get(&id) {
            before.plan.problems.iter().for_each(|of| forget(&mut self.by_problem, of, id));
            before.plan.needs.iter().for_each(|need| forget(&mut self.by_need, need, id));
            let draws = before.plan.resources.iter();
            draws.for_each(|draw| forget(&mut self.by_resource, &draw.resource, id));
        }
        for of in &task.plan.problems {
            self.by_problem.entry(*of).or_default().insert(id);
        }
        for need in &task.plan.needs {
            self.by_need.entry(*need).or_default().insert(id);
        }
        for draw in &task.plan.resources {
            self.by_resource.entry(draw.resource).or_default().insert(id);
        }
        self.tasks.insert(id, task);
    }

    /// The tasks that name a problem, by number.
    pub fn tasks_of_problem(&self, of: ProjectProblem) -> impl Iterator<Item = &Arc<Task>> {
        self.named(&self.by_problem, &of)
    }

    /// The tasks that name a need, by number.
    pub fn tasks_of_need(&self, need: u64) -> impl Iterator<Item = &Arc<Task>> {
        self.named(&self.by_need, &need)
    }

    /// The tasks that draw on a resource, by number.
    pub fn tasks_of_resource(&self, resource: u64) -> impl Iterator<Item = &Arc<Task>> {
        self.named(&self.by_resource, &resource)
    }

    /// The needs that come from a report, by number.
    pub fn needs_of_report(&self, report: u64) -> impl Iterator<Item = &Arc<Need>> {
        self.by_report.get(&report).into_iter().flatten().filter_map(|id| self.needs.get(id))
    }

    /// The task that a problem is in: one that was not dropped.
    #[must_use]
    pub fn holder_of_problem(&self, of: ProjectProblem) -> Option<u64> {
        self.tasks_of_problem(of).find(|task| task.state != TaskState::Dropped).map(|task| task.id)
    }

    /// The task that a need is in: one that is neither dropped nor done.
    #[must_use]
    pub fn holder_of_need(&self, need: u64) -> Option<u64> {
        self.tasks_of_need(need).find(|task| is_live(task.state)).map(|task| task.id)
    }

    fn named<'a, K: Ord>(
        &'a self,
        index: &'a Named<K>,
        key: &K,
    ) -> impl Iterator<Item = &'a Arc<Task>> + use<'a, K> {
        index.get(key).into_iter().flatten().filter_map(|id| self.tasks.get(id))
    }
}

/// Whether a task goes on.
pub(super) const fn is_live(state: TaskState) -> bool {
    matches!(state, TaskState::Proposed | TaskState::Adopted | TaskState::InProject)
}

fn forget<K: Ord>(index: &mut Named<K>, key: &K, id: u64) {
    if let Some(ids) = index.get_mut(key) {
        ids.remove(&id);
        if ids.is_empty() {
            index.remove(key);
        }
    }
}
