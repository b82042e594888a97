//! What the three lists have in common: one set of functions serves resources, needs and tasks.

use std::fmt::Debug;

use time::OffsetDateTime;
use twin_schemas::programming::{
    Need, NeedDeed, NeedEntry, NeedPlan, NeedState, Resource, ResourceDeed, ResourceEntry, ResourcePlan,
    ResourceState, Task, TaskDeed, TaskEntry, TaskPlan, TaskState,
};

use super::course::{NEED_COURSE, Party, RESOURCE_COURSE, Said, TASK_COURSE};
use crate::domain::cycle::{Course, Word};
use crate::domain::refusal::Named;

/// One of the three lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    /// What there is to renew with (资源清单).
    Resources,
    /// What people need (需求清单).
    Needs,
    /// What is to be done (更新任务清单).
    Tasks,
}

impl List {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Resources, Self::Needs, Self::Tasks];

    /// What stands on it, in a word: also its stable name.
    #[must_use]
    pub const fn one(self) -> &'static str {
        self.named().id()
    }

    /// What stands on it.
    #[must_use]
    pub const fn named(self) -> Named {
        match self {
            Self::Resources => Named::new("resource", "资源"),
            Self::Needs => Named::new("need", "需求"),
            Self::Tasks => Named::new("task", "任务"),
        }
    }
}

/// A change of what stands on a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<T: Listed> {
    /// As it is now.
    pub after: T,
    /// What its trail says of it.
    pub entry: T::Entry,
}

/// What stands on one of the lists.
pub trait Listed: Debug + Clone + PartialEq + Send + Sync + 'static {
    /// What people say of it.
    type Plan: Debug + Clone + PartialEq + Send + Sync + 'static;
    /// Where it may be on its way.
    type State: Word + Send + Sync;
    /// What may be done with it.
    type Deed: Word + Send + Sync;
    /// What its trail is made of.
    type Entry: Debug + Clone + PartialEq + Send + Sync + 'static;

    /// The list.
    const LIST: List;
    /// Its course.
    const COURSE: Course<Self::State, Self::Deed, Party, Said>;
    /// Who may change what is said of it.
    const KEPT_BY: Party;

    /// As it is when it is entered.
    fn begun(id: u64, plan: Self::Plan, zones: Vec<String>, now: OffsetDateTime) -> Self;
    /// Its number.
    fn id(&self) -> u64;
    /// What is said of it.
    fn plan(&self) -> &Self::Plan;
    /// The zones that it lies in.
    fn zones(&self) -> &[String];
    /// Where it is on its way.
    fn state(&self) -> Self::State;
    /// Its version.
    fn version(&self) -> u32;
    /// Whether its plan may be changed in its state.
    fn takes_plan(&self) -> bool;
    /// The parts in which two plans are different.
    fn differences(before: &Self::Plan, after: &Self::Plan) -> Vec<&'static str>;
    /// The version that follows, at an instant that is not before the last change.
    #[must_use]
    fn next(&self, now: OffsetDateTime) -> Self;
    /// Gives it another plan.
    fn set_plan(&mut self, plan: Self::Plan, zones: Vec<String>);
    /// Moves it on, with why if that had to be said.
    fn set_state(&mut self, state: Self::State, reason: Option<String>);
    /// What its trail says of its present version.
    fn entry(
        &self,
        deed: Option<Self::Deed>,
        fields: Vec<String>,
        by: Party,
        text: Option<String>,
        cause: Option<u64>,
    ) -> Self::Entry;
}

macro_rules! listed {
    ($item:ident $plan:ident $state:ident $deed:ident $entry:ident, $list:expr, $course:expr, $kept_by:expr,
     closed: $closed:pat, cause: $cause:ident, fields: $($field:ident)+) => {
        impl Listed for $item {
            type Plan = $plan;
            type State = $state;
            type Deed = $deed;
            type Entry = $entry;

            const LIST: List = $list;
            const COURSE: Course<$state, $deed, Party, Said> = $course;
            const KEPT_BY: Party = $kept_by;

            fn begun(id: u64, plan: $plan, zones: Vec<String>, now: OffsetDateTime) -> Self {
                let state = $course.start;
                Self { id, plan, zones, state, reason: None, created_at: now, changed_at: now, version: 1 }
            }

            fn id(&self) -> u64 { self.id }
            fn plan(&self) -> &$plan { &self.plan }
            fn zones(&self) -> &[String] { &self.zones }
            fn state(&self) -> $state { self.state }
            fn version(&self) -> u32 { self.version }
            fn takes_plan(&self) -> bool { !matches!(self.state, $closed) }

            fn differences(before: &$plan, after: &$plan) -> Vec<&'static str> {
                // Names every part, so that a new one is not forgotten.
                let $plan { $($field,)+ } = before;
                let parts = [$((stringify!($field), *$field == after.$field),)+];
                parts.into_iter().filter(|(_, is_same)| !is_same).map(|(field, _)| field).collect()
            }

            fn next(&self, now: OffsetDateTime) -> Self {
                Self { changed_at: now.max(self.changed_at), version: self.version + 1, ..self.clone() }
            }

            fn set_plan(&mut self, plan: $plan, zones: Vec<String>) {
                (self.plan, self.zones) = (plan, zones);
            }

            fn set_state(&mut self, state: $state, reason: Option<String>) {
                self.state = state;
                self.reason = reason;
            }

            fn entry(
                &self,
                deed: Option<$deed>,
                fields: Vec<String>,
                by: Party,
                text: Option<String>,
                cause: Option<u64>,
            ) -> $entry {
                $entry {
                    at: self.changed_at,
                    deed,
                    fields,
                    $cause: cause,
                    party: by.id().to_owned(),
                    state: self.state,
                    version: self.version,
                    text,
                }
            }
        }
    };
}

listed!(
    Resource ResourcePlan ResourceState ResourceDeed ResourceEntry,
    List::Resources, RESOURCE_COURSE, Party::Keeper,
    closed: ResourceState::Withdrawn, cause: task,
    fields: name kind text amount owner used_by zones places from to
);
listed!(
    Need NeedPlan NeedState NeedDeed NeedEntry,
    List::Needs, NEED_COURSE, Party::Collector,
    closed: NeedState::Met | NeedState::Dismissed, cause: task,
    fields: name kind text groups people urgency source source_text reports zones places
);
listed!(
    Task TaskPlan TaskState TaskDeed TaskEntry,
    List::Tasks, TASK_COURSE, Party::Planner,
    closed: TaskState::Done | TaskState::Dropped, cause: project,
    fields: name kind level urgency text size first last after problems needs reports resources zones places
);
