//! The three lists of programming: what a store can be asked of resources, needs and tasks. They are changed together, so
//! they are one aggregate.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use twin_schemas::programming::{NeedEntry, ResourceEntry, TaskEntry};

use super::codec::{json, parsed};
use super::{Answer, StoreError};
use crate::domain::audit::AuditDraft;
use crate::domain::programming::{Change, List, Listed, Lists, Step};

/// A version of what stands on a list, with who made it. The first one follows none.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgrammingChange {
    /// The change.
    pub step: Step,
    /// Who made it: `user:…`, `key:…`, `clock`.
    pub actor: String,
}

/// The three lists.
pub trait ProgrammingStore: Send + Sync {
    /// All that stands on them.
    fn programming(&self) -> Answer<'_, Lists>;

    /// Stores versions of what stands on them, all or none. False if one does not follow what is stored.
    fn change_programming<'a>(
        &'a self,
        changes: &'a [ProgrammingChange],
        audit: &'a [AuditDraft],
    ) -> Answer<'a, bool>;

    /// What happened to a resource before a version, newest first; at most so many entries.
    fn resource_trail(&self, id: u64, before: u32, limit: u32) -> Answer<'_, Vec<ResourceEntry>>;

    /// What happened to a need before a version, newest first; at most so many entries.
    fn need_trail(&self, id: u64, before: u32, limit: u32) -> Answer<'_, Vec<NeedEntry>>;

    /// What happened to a task before a version, newest first; at most so many entries.
    fn task_trail(&self, id: u64, before: u32, limit: u32) -> Answer<'_, Vec<TaskEntry>>;
}

/// A change as columns have it.
pub(super) struct Row {
    pub(super) list: &'static str,
    pub(super) id: i64,
    pub(super) version: u32,
    pub(super) item: String,
    pub(super) entry: String,
}

impl Row {
    pub(super) fn of(step: &Step) -> Result<Self, StoreError> {
        match step {
            Step::Resource(change) => row(change),
            Step::Need(change) => row(change),
            Step::Task(change) => row(change),
        }
    }
}

fn row<T: Listed<Entry: Serialize> + Serialize>(change: &Change<T>) -> Result<Row, StoreError> {
    let after = &change.after;
    Ok(Row {
        list: T::LIST.one(),
        id: after.id() as i64,
        version: after.version(),
        item: json(after)?,
        entry: json(&change.entry)?,
    })
}

/// Puts a stored text where it belongs.
pub(super) fn put(lists: &mut Lists, list: &str, data: &str) -> Result<(), StoreError> {
    match List::ALL.into_iter().find(|known| known.one() == list) {
        Some(List::Resources) => lists.put_resource(Arc::new(parsed(list, data)?)),
        Some(List::Needs) => lists.put_need(Arc::new(parsed(list, data)?)),
        Some(List::Tasks) => lists.put_task(Arc::new(parsed(list, data)?)),
        None => return Err(StoreError::Content(format!("`{list}` is no list of programming"))),
    }
    Ok(())
}

/// An entry of a trail.
pub(super) fn entry_of<E: DeserializeOwned>(data: &str) -> Result<E, StoreError> {
    parsed("entry of programming", data)
}
