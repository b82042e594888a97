//! The three lists of programming.

use serde_json::json;
use twin_schemas::programming::{Need, Resource, Task, TaskDeed};

use super::people::entry;
use super::{NOON, on_every_store};
use crate::domain::programming::{self, Lists, Party, Step};
use crate::store::{ProgrammingChange, Store};

const ACTOR: &str = "user:u-9";

fn change(step: Step) -> ProgrammingChange {
    ProgrammingChange { step, actor: ACTOR.into() }
}

fn resource(id: u64) -> Step {
    // Text as people write it, and what breaks quoting.
    let plan = json!({ "name": { "zh": "补助 '\\\"", "en": "Grant \u{0}" }, "kind": "money", "owner": "区住建局",
        "amount": { "type": "money", "fen": 10_000_000_000_000_u64 }, "used_by": "joint", "from": "2026-05-04",
        "places": [{ "type": "line", "points": [[0.1, 0.2], [1e-9, 3.0]] }] });
    let plan = serde_json::from_value(plan).unwrap();
    Step::Resource(programming::begun(id, plan, vec!["zone/z1".into()], Party::Keeper, NOON))
}

fn need(id: u64) -> Step {
    let plan = json!({ "name": { "zh": "电梯" }, "kind": "housing", "groups": ["elderly", "disabled"], "people": 40,
        "urgency": "urgent", "source": "reports", "reports": [7, 9] });
    Step::Need(programming::begun(
        id,
        serde_json::from_value(plan).unwrap(),
        Vec::new(),
        Party::Collector,
        NOON,
    ))
}

fn task(id: u64) -> programming::Change<Task> {
    let plan = json!({ "name": { "zh": "加装电梯" }, "kind": "infrastructure", "level": "basic", "urgency": "urgent",
        "first": "2027-Q1", "last": "2027-09", "size": { "type": "measure", "value": 3.5, "unit": "部" },
        "problems": [{ "check_up": 1, "problem": 2 }], "needs": [1], "resources": [{ "resource": 1 }] });
    programming::begun(id, serde_json::from_value(plan).unwrap(), Vec::new(), Party::Planner, NOON)
}

fn same(one: &Lists, other: &Lists) {
    assert_eq!(one.resources, other.resources);
    assert_eq!(one.needs, other.needs);
    assert_eq!(one.tasks, other.tasks);
}

async fn put(store: &dyn Store, steps: &[Step]) -> bool {
    let changes: Vec<_> = steps.iter().cloned().map(change).collect();
    store.change_programming(&changes, &[entry("task.create")]).await.unwrap()
}

async fn the_lists_and_their_trails_come_back_as_they_were_stored(store: &dyn Store) {
    same(&store.programming().await.unwrap(), &Lists::default());
    let begun = task(1);
    let adopted =
        programming::act(&begun.after, TaskDeed::Adopt, Some("可行"), &[Party::Planner], NOON).unwrap();
    // The same number on each list; versions of one follow each other within one transaction, too.
    let steps = [resource(1), need(1), resource(2), Step::Task(begun.clone()), Step::Task(adopted.clone())];
    assert!(put(store, &steps).await);
    let mut expected = Lists::default();
    for step in &steps {
        expected.put(step);
    }
    let stored = store.programming().await.unwrap();
    same(&stored, &expected);
    assert_eq!(stored.needs_of_report(9).count(), 1);
    let (Step::Resource(resource), Step::Need(need)) = (&steps[0], &steps[1]) else { panic!("other steps") };
    assert_eq!(store.resource_trail(1, u32::MAX, 9).await.unwrap(), std::slice::from_ref(&resource.entry));
    assert_eq!(store.need_trail(1, u32::MAX, 9).await.unwrap(), std::slice::from_ref(&need.entry));
    let newest_first = [adopted.entry, begun.entry];
    assert_eq!(store.task_trail(1, u32::MAX, 9).await.unwrap(), newest_first);
    assert_eq!(store.task_trail(1, u32::MAX, 1).await.unwrap(), newest_first[..1]);
    assert_eq!(store.task_trail(1, 2, 9).await.unwrap(), newest_first[1..]);
    assert_eq!(store.task_trail(2, u32::MAX, 9).await.unwrap(), []);
}

async fn a_version_that_does_not_follow_changes_nothing_that_comes_with_it(store: &dyn Store) {
    let begun = task(1);
    assert!(put(store, &[Step::Task(begun.clone()), resource(1)]).await);
    let adopted = programming::act(&begun.after, TaskDeed::Adopt, None, &[Party::Planner], NOON).unwrap();
    let dropped =
        programming::act(&begun.after, TaskDeed::Drop, Some("不做"), &[Party::Planner], NOON).unwrap();
    assert!(put(store, &[Step::Task(adopted.clone())]).await);
    for late in [Step::Task(dropped), Step::Task(begun), resource(1)] {
        assert!(!put(store, &[need(1), late]).await);
    }
    let stored = store.programming().await.unwrap();
    assert!(stored.needs.is_empty());
    assert_eq!(*stored.tasks[&1], adopted.after);
    assert_eq!(store.task_trail(1, u32::MAX, 9).await.unwrap().len(), 2);
    let log =
        store.audit_after(0, &crate::store::AuditQuery { limit: 9, ..Default::default() }).await.unwrap();
    assert_eq!(log.len(), 2);
}

async fn each_list_numbers_for_itself(store: &dyn Store) {
    let steps = [resource(3), need(3), Step::Task(task(3))];
    for step in &steps {
        assert!(put(store, std::slice::from_ref(step)).await);
    }
    let stored = store.programming().await.unwrap();
    let (resource, need): (&Resource, &Need) = (&stored.resources[&3], &stored.needs[&3]);
    assert_eq!((resource.version, need.version, stored.tasks[&3].version), (1, 1, 1));
}

on_every_store!(
    a_version_that_does_not_follow_changes_nothing_that_comes_with_it,
    each_list_numbers_for_itself,
    the_lists_and_their_trails_come_back_as_they_were_stored,
);
