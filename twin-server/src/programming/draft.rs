//! The lists as they are going to be: changes come in one after the other, each with what follows from it in the other
//! lists, and are stored and shown together. Made by the service for each request.

use super::{Kept, LIST_LIMIT, ProgrammingFault};
use crate::domain::audit::AuditDraft;
use crate::domain::cycle::Word;
use crate::domain::programming::{self, Change, Lists, Step, settle};

/// The lists as they are going to be, with how they came to be so.
pub(super) struct Draft {
    pub(super) lists: Lists,
    pub(super) steps: Vec<Step>,
    pub(super) audit: Vec<AuditDraft>,
}

impl Draft {
    pub(super) fn of(now: &Lists) -> Self {
        Self { lists: now.clone(), steps: Vec::new(), audit: Vec::new() }
    }

    /// Enters something under the next number, which is given back.
    pub(super) fn begin<T: Kept>(
        &mut self,
        plan: T::Plan,
        zones: Vec<String>,
        entry: &AuditDraft,
    ) -> Result<u64, ProgrammingFault> {
        let there = T::of(&self.lists);
        if there.len() >= LIST_LIMIT {
            return Err(ProgrammingFault::Full);
        }
        let id = there.last_key_value().map_or(1, |(last, _)| last + 1);
        self.take::<T>(None, programming::begun(id, plan, zones, T::KEPT_BY, entry.at), entry);
        Ok(id)
    }

    /// Takes a change in with what follows from it.
    pub(super) fn take<T: Kept>(&mut self, before: Option<&T>, change: Change<T>, entry: &AuditDraft) {
        let touched = T::touched(before, &change.after);
        let (id, version) = (change.after.id(), change.after.version());
        let step = T::step(change);
        self.lists.put(&step);
        self.steps.push(step);
        let object = format!("{}:{id}", T::LIST.one());
        self.audit.push(AuditDraft { object, ..entry.clone() }.with_detail(format!("version {version}")));
        let followed = settle(&mut self.lists, &touched, entry.at);
        self.extend(followed, entry);
    }

    /// Takes in what has followed already.
    pub(super) fn extend(&mut self, steps: Vec<Step>, entry: &AuditDraft) {
        for step in steps {
            let (object, word, version) = match &step {
                Step::Resource(change) => told(change, change.entry.deed.map(Word::id)),
                Step::Need(change) => told(change, change.entry.deed.map(Word::id)),
                Step::Task(change) => told(change, change.entry.deed.map(Word::id)),
            };
            let detail = format!("follows from {}, version {version}", entry.action);
            self.audit.push(AuditDraft { object, action: word, ..entry.clone() }.with_detail(detail));
            self.steps.push(step);
        }
    }
}

fn told<T: Kept>(change: &Change<T>, deed: Option<&'static str>) -> (String, String, u32) {
    let one = T::LIST.one();
    let object = format!("{one}:{}", change.after.id());
    (object, format!("{one}.{}", deed.unwrap_or("change")), change.after.version())
}
