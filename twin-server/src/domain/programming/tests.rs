use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::{date, datetime};
use twin_schemas::LocalizedText;
use twin_schemas::geometry::{LocalBox, LocalPoint};
use twin_schemas::indicators::Urgency;
use twin_schemas::programming::{
    Need, NeedPlan, NeedState, Resource, ResourceDeed, ResourcePlan, ResourceState, Task, TaskBecause,
    TaskDeed, TaskPlan, TaskProposal, TaskState,
};
use twin_schemas::projects::{ProjectLevel, ProjectProblem};

use super::*;

const NOON: OffsetDateTime = datetime!(2026-11-29 04:00 UTC);
const PLANNER: &[Party] = &[Party::Planner];

fn resource_plan(change: &Value) -> ResourcePlan {
    let plan =
        json!({ "name": { "zh": "补助" }, "kind": "money", "owner": "区住建局", "used_by": "government" });
    serde_json::from_value(merged(plan, change)).unwrap()
}

fn need_plan(change: &Value) -> NeedPlan {
    let plan = json!({ "name": { "zh": "加装电梯" }, "kind": "housing", "groups": ["elderly"], "people": 40,
        "urgency": "pressing", "source": "survey" });
    serde_json::from_value(merged(plan, change)).unwrap()
}

fn task_plan(change: &Value) -> TaskPlan {
    let plan = json!({ "name": { "zh": "电梯" }, "kind": "infrastructure", "level": "basic", "urgency": "ordinary" });
    serde_json::from_value(merged(plan, change)).unwrap()
}

fn merged(mut plan: Value, change: &Value) -> Value {
    for (field, value) in change.as_object().unwrap() {
        plan[field] = value.clone();
    }
    plan
}

/// Lists with resources, needs and tasks of these plans, numbered from 1, settled.
fn lists(resources: &[Value], needs: usize, tasks: &[Value]) -> Lists {
    let mut lists = Lists::default();
    for (id, plan) in (1..).zip(resources) {
        let zones = Vec::new();
        lists.put_resource(Arc::new(
            begun::<Resource>(id, resource_plan(plan), zones, Party::Keeper, NOON).after,
        ));
    }
    for id in 1..=needs as u64 {
        let zones = Vec::new();
        let need = begun::<Need>(id, need_plan(&json!({})), zones, Party::Collector, NOON).after;
        lists.put_need(Arc::new(need));
    }
    for (id, plan) in (1..).zip(tasks) {
        let task = begun::<Task>(id, task_plan(plan), Vec::new(), Party::Planner, NOON).after;
        lists.put_task(Arc::new(task.clone()));
        settle(&mut lists, &Touched::by(&task), NOON);
    }
    lists
}

/// Does something with a task by hand, as the service does; false if it is refused.
fn does(lists: &mut Lists, task: u64, deed: TaskDeed) -> bool {
    let before = Arc::clone(&lists.tasks[&task]);
    if deed == TaskDeed::Adopt && check_draws_of(lists, &before).is_err() {
        return false;
    }
    let Ok(change) = act(&*before, deed, Some("因为"), PLANNER, NOON) else { return false };
    let touched = Touched::by(&change.after);
    lists.put(&Step::Task(change));
    settle(lists, &touched, NOON);
    true
}

#[test]
fn a_task_takes_its_needs_and_resources_along_until_its_project_is_built() {
    let fund = json!({ "amount": { "type": "money", "fen": 100 } });
    let draws = |fen: u64| json!([{ "resource": 1, "amount": { "type": "money", "fen": fen } }]);
    let tasks =
        [json!({ "needs": [1], "resources": draws(60) }), json!({ "needs": [2], "resources": draws(40) })];
    let mut lists = lists(&[fund], 3, &tasks);
    assert_eq!((lists.needs[&1].state, lists.needs[&3].state), (NeedState::InTask, NeedState::Open));
    // What is only proposed commits nothing.
    assert_eq!(lists.resources[&1].state, ResourceState::Available);
    assert!(does(&mut lists, 1, TaskDeed::Adopt) && does(&mut lists, 2, TaskDeed::Adopt));
    assert_eq!(lists.resources[&1].state, ResourceState::Committed);
    assert!(!Drawn::of(&lists, 1).leaves(&lists.resources[&1].plan));
    let steps = follow_projects(
        &mut lists,
        &BTreeMap::from([(1, Pursuit::Entered(7)), (2, Pursuit::Built(8))]),
        NOON,
    );
    // Both enter, one is done with its need met.
    assert_eq!(steps.len(), 4);
    assert_eq!((lists.tasks[&1].state, lists.tasks[&2].state), (TaskState::InProject, TaskState::Done));
    assert_eq!((lists.needs[&1].state, lists.needs[&2].state), (NeedState::InTask, NeedState::Met));
    assert_eq!(follow_projects(&mut lists, &BTreeMap::from([(1, Pursuit::Entered(7))]), NOON), []);
    // The project was withdrawn, then another one was built.
    follow_projects(&mut lists, &BTreeMap::new(), NOON);
    assert_eq!((lists.tasks[&1].state, lists.tasks[&2].state), (TaskState::Adopted, TaskState::Done));
    follow_projects(&mut lists, &BTreeMap::from([(1, Pursuit::Built(9))]), NOON);
    assert_eq!((lists.tasks[&1].state, lists.needs[&1].state), (TaskState::Done, NeedState::Met));
    assert_eq!(lists.resources[&1].state, ResourceState::UsedUp);
}

#[test]
fn a_task_that_is_dropped_gives_back_what_it_names() {
    let fund = json!({ "amount": { "type": "money", "fen": 100 } });
    let draws = json!([{ "resource": 1, "amount": { "type": "money", "fen": 100 } }]);
    let problem = json!([{ "check_up": 1, "problem": 1 }]);
    let task = json!({ "needs": [1], "resources": draws, "problems": problem });
    let mut lists = lists(&[fund], 1, std::slice::from_ref(&task));
    let again = task_plan(&task);
    let taken = check_links(&lists, None, &again).unwrap_err().to_string();
    assert!(taken.contains("problem 1 of check-up 1 is in task 1 already"), "{taken}");
    let without = TaskPlan { problems: Vec::new(), ..again.clone() };
    assert!(check_links(&lists, None, &without).unwrap_err().to_string().contains("need 1 is in task 1"));
    assert!(does(&mut lists, 1, TaskDeed::Adopt));
    assert_eq!(lists.resources[&1].state, ResourceState::Committed);
    assert!(does(&mut lists, 1, TaskDeed::Drop));
    assert_eq!(
        (lists.needs[&1].state, lists.resources[&1].state),
        (NeedState::Open, ResourceState::Available)
    );
    assert_eq!(check_links(&lists, None, &again), Ok(()));
    assert_eq!(lists.tasks[&1].reason.as_deref(), Some("因为"));
}

#[test]
fn nothing_is_drawn_twice_in_another_unit_or_after_its_time() {
    let resources = [
        json!({ "amount": { "type": "money", "fen": 100 }, "to": "2027-03-31" }),
        json!({ "kind": "premises", "amount": { "type": "measure", "value": 180, "unit": "m²" } }),
        json!({ "kind": "policy" }),
    ];
    let draw =
        |resource: u64, amount: Value| json!({ "resources": [{ "resource": resource, "amount": amount }] });
    let money = |fen: u64| json!({ "type": "money", "fen": fen });
    let mut lists = lists(&resources, 0, &[draw(1, money(60)), draw(1, money(60)), draw(3, Value::Null)]);
    assert!(does(&mut lists, 1, TaskDeed::Adopt));
    let over = check_draws_of(&lists, &lists.tasks[&2]).unwrap_err().to_string();
    assert_eq!(over, "resource 1 has 100 fen, its tasks would draw 120 fen");
    assert!(does(&mut lists, 3, TaskDeed::Adopt));
    assert_eq!(lists.resources[&3].state, ResourceState::Committed);
    let refused = |plan: &Value| check_links(&lists, None, &task_plan(plan)).unwrap_err().to_string();
    assert!(refused(&draw(2, money(5))).starts_with("resource 2 is measured in m²"));
    assert!(refused(&draw(3, money(5))).starts_with("resource 3 is measured in nothing"));
    assert_eq!(refused(&draw(9, Value::Null)), "there is no resource 9");
    let late = merged(draw(1, money(1)), &json!({ "first": "2027-Q2" }));
    assert_eq!(refused(&late), "resource 1 can be used …–2027-03-31, the task goes on 2027-04-01–…");
    // A resource does not become less than what is drawn of it.
    let less = resource_plan(&json!({ "amount": money(59) }));
    assert!(check_amount(&lists, 1, &less).is_err() && check_amount(&lists, 3, &less).is_ok());
}

#[test]
fn tasks_come_after_each_other_in_time_and_never_after_themselves() {
    let tasks = [
        json!({ "first": "2027-Q1", "last": "2027-Q2" }),
        json!({ "first": "2027-Q2", "after": [1] }),
        json!({ "after": [2] }),
    ];
    let lists = lists(&[], 0, &tasks);
    let refused = |task: u64, plan: &Value| {
        let before = &lists.tasks[&task];
        let plan = task_plan(&merged(serde_json::to_value(&before.plan).unwrap(), plan));
        check_links(&lists, Some(before), &plan).map_err(|error| error.to_string())
    };
    assert_eq!(refused(1, &json!({ "after": [3] })), Err("task 1 would come after itself".into()));
    assert_eq!(refused(3, &json!({ "after": [3] })), Err("task 3 would come after itself".into()));
    assert_eq!(refused(2, &json!({ "first": "2027-06" })), Ok(()));
    let early = "task 2 begins before the last quarter or month of task 1, which it comes after";
    assert_eq!(refused(2, &json!({ "first": "2027-Q1" })), Err(early.into()));
    assert_eq!(refused(1, &json!({ "last": "2027-Q3" })), Err(early.into()));
    assert_eq!(refused(3, &json!({ "after": [9] })), Err("there is no task 9".into()));
}

#[test]
fn what_cannot_be_meant_is_refused_by_name() {
    let resource = |change: &Value| check_resource(&resource_plan(change)).unwrap_err().to_string();
    assert!(resource(&json!({ "name": { "zh": " " } })).contains("`name` needs a name"));
    assert!(resource(&json!({ "owner": "" })).contains("`owner` needs a name"));
    let metres = json!({ "type": "measure", "value": 5, "unit": "m²" });
    assert_eq!(resource(&json!({ "amount": metres })), "`amount` is a measure, the resource is money");
    let money = json!({ "type": "money", "fen": 5 });
    assert!(resource(&json!({ "kind": "land", "amount": money })).contains("is money"));
    let measure = |value: f64, unit: &str| json!({ "type": "measure", "value": value, "unit": unit });
    let land = |amount: Value| resource(&json!({ "kind": "land", "amount": amount }));
    assert!(land(measure(-1.0, "m²")).contains("`amount` is -1, more than 0"));
    assert!(land(measure(1.0, " ")).contains("a unit that is empty"));
    assert!(resource(&json!({ "from": "2027-02-01", "to": "2027-01-01" })).contains("`to` is before `from`"));
    let need = |change: &Value| check_need(&need_plan(change)).unwrap_err().to_string();
    assert!(need(&json!({ "groups": [] })).contains("names nobody"));
    assert!(need(&json!({ "source": "reports" })).contains("`reports` names none"));
    assert!(need(&json!({ "people": 10_000_001 })).contains("`people` is 10000001"));
    assert!(need(&json!({ "reports": [1, 1] })).contains("`reports` has `1` twice"));
    let task = |change: &Value| check_task(&task_plan(change)).unwrap_err().to_string();
    assert!(task(&json!({ "first": "2027-Q5" })).contains("`first` is `2027-Q5`, use a quarter"));
    assert_eq!(task(&json!({ "first": "2027-Q2", "last": "2027-03" })), "`last` is before `first`");
    assert!(task(&json!({ "needs": vec![1; 1_001] })).contains("`needs` has 1001 members, limit 1000"));
    let twice = json!([{ "resource": 1 }, { "resource": 1 }]);
    assert!(task(&json!({ "resources": twice })).contains("`resources` has `1` twice"));
    assert!(task(&json!({ "zones": ["zone/a", "zone/a"] })).contains("`zones` has `zone/a` twice"));
}

#[test]
fn what_is_taken_off_a_list_says_why_and_can_come_back() {
    let resource = begun::<Resource>(1, resource_plan(&json!({})), Vec::new(), Party::Keeper, NOON).after;
    let keeper = &[Party::Keeper];
    let silent = act(&resource, ResourceDeed::Withdraw, Some(" "), keeper, NOON);
    assert_eq!(silent.unwrap_err().to_string(), "`withdraw` needs a reason");
    assert_eq!(
        act(&resource, ResourceDeed::Withdraw, Some("x"), PLANNER, NOON).unwrap_err().to_string(),
        "`withdraw` is for the keeper"
    );
    // What follows from tasks is done by nobody.
    assert!(act(&resource, ResourceDeed::Commit, None, keeper, NOON).is_err());
    let away = act(&resource, ResourceDeed::Withdraw, Some(" 挪用 "), keeper, NOON).unwrap();
    assert_eq!((away.after.reason.as_deref(), away.entry.version), (Some("挪用"), 2));
    let anew = plan_anew(&away.after, resource_plan(&json!({ "text": "x" })), Vec::new(), keeper, NOON);
    assert!(anew.is_err());
    let back = act(&away.after, ResourceDeed::Restore, Some("收回"), keeper, NOON).unwrap();
    assert_eq!(back.after.state, ResourceState::Available);
    let same = plan_anew(&back.after, back.after.plan.clone(), Vec::new(), keeper, NOON);
    assert_eq!(same.unwrap_err(), Refusal::Unchanged);
    let anew =
        plan_anew(&back.after, resource_plan(&json!({ "text": "x" })), Vec::new(), keeper, NOON).unwrap();
    assert_eq!(anew.entry.fields, ["text"]);
}

#[test]
fn resources_that_suit_lie_in_the_zone_or_within_reach_and_are_there_in_time() {
    let at = |east_m: f64| LocalPoint { east_m, north_m: 0.0, up_m: 0.0 };
    let area = |east_m: f64| Some(LocalBox { min: at(east_m), max: at(east_m + 10.0) });
    let resource = |id: u64, zones: &[&str], change: &Value| {
        let zones = zones.iter().map(|zone| (*zone).to_owned()).collect();
        begun::<Resource>(id, resource_plan(change), zones, Party::Keeper, NOON).after
    };
    let policy = json!({ "kind": "policy" });
    let resources = [
        (resource(1, &["zone/b"], &json!({})), area(200.0)),
        (resource(2, &[], &json!({})), None),
        (resource(3, &["zone/a"], &json!({})), area(90.0)),
        (resource(4, &["zone/b"], &json!({})), area(900.0)),
        (resource(5, &["zone/a"], &policy), None),
        (resource(6, &["zone/a"], &json!({ "to": "2026-11-28" })), None),
        (resource(7, &["zone/a"], &json!({ "from": "2027-04-01" })), None),
    ];
    let offers: Vec<Offer<'_>> = resources
        .iter()
        .map(|(resource, bounds)| Offer { resource, bounds: *bounds, is_left: true })
        .collect();
    let zones = ["zone/a".to_owned()];
    let site = Site {
        zones: &zones,
        bounds: area(0.0),
        from: date!(2026 - 11 - 29),
        to: Some(date!(2027 - 03 - 31)),
    };
    let kinds = BTreeSet::from([twin_schemas::programming::ResourceKind::Money]);
    let found = suiting(&offers, &kinds, &site, 500.0);
    let told: Vec<_> = found.iter().map(|it| (it.resource, it.same_zone, it.distance_m)).collect();
    assert_eq!(told, [(2, true, None), (3, true, Some(80.0)), (1, false, Some(190.0))]);
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let zone = prop_oneof![Just(vec![]), Just(vec!["zone/a".to_owned()]), Just(vec!["zone/b".to_owned()])];
    let place = prop::option::of((-400.0..400.0_f64, -400.0..400.0_f64));
    let urgency = prop::sample::select(vec![Urgency::Ordinary, Urgency::Pressing, Urgency::Urgent]);
    let one = (zone, place, urgency, 0..10_usize, any::<bool>(), 0..90_i64);
    prop::collection::vec(one, 0..60).prop_map(|all| {
        let numbered = (1_u64..).zip(all);
        let item = |(id, (zones, place, urgency, theme, is_need, days)): (u64, _)| {
            let (zones, place): (Vec<String>, Option<(f64, f64)>) = (zones, place);
            let of = if is_need {
                ItemOf::Need(id)
            } else {
                ItemOf::Problem(ProjectProblem { check_up: 1, problem: id })
            };
            let bounds = place.map(|(east_m, north_m)| {
                let at = LocalPoint { east_m, north_m, up_m: 0.0 };
                LocalBox { min: at, max: at }
            });
            let due = (!is_need).then(|| date!(2026 - 11 - 01).saturating_add(time::Duration::days(days)));
            let because = LocalizedText::new("因", "why");
            Item { of, theme, zones, places: Vec::new(), bounds, urgency, because, due, people: 3 }
        };
        numbered.map(item).collect()
    })
}

fn told(items: Vec<Item>, within_m: f64) -> Vec<TaskProposal> {
    let themes = TaskThemes::built_in().unwrap();
    let names = BTreeMap::from([("zone/a".to_owned(), LocalizedText::new("一组团", "Zone A"))]);
    generate(items, &themes, &names, &[], (within_m, 500.0), date!(2026 - 11 - 29))
}

#[test]
fn a_proposal_is_named_after_its_theme_and_zone_and_planned_until_the_first_is_due() {
    let item = |of, urgency, due| Item {
        of,
        theme: 0,
        zones: vec!["zone/a".to_owned()],
        places: Vec::new(),
        bounds: None,
        urgency,
        because: LocalizedText::new("因", "why"),
        due,
        people: 40,
    };
    let problem = ItemOf::Problem(ProjectProblem { check_up: 3, problem: 7 });
    let items = vec![
        item(ItemOf::Need(5), Urgency::Ordinary, None),
        item(problem, Urgency::Pressing, Some(date!(2027 - 02 - 01))),
    ];
    let found = told(items, 150.0);
    let [TaskProposal { plan, because, theme, task: None, .. }] = &found[..] else { panic!("{found:?}") };
    assert_eq!(plan.name, LocalizedText::new("一组团 · 住房改造", "Housing renewal, Zone A"));
    assert_eq!(
        (theme.as_str(), plan.level, plan.urgency),
        ("housing", ProjectLevel::Basic, Urgency::Pressing)
    );
    assert_eq!((plan.first.as_deref(), plan.last.as_deref()), (Some("2026-Q4"), Some("2027-Q1")));
    assert_eq!(because.len(), 2);
    let size = serde_json::to_value(plan.size.as_ref().unwrap()).unwrap();
    assert_eq!(size["text"]["en"], "1 problem, 1 need, about 80 people");
}

#[test]
fn more_than_a_task_may_hold_becomes_several() {
    let item = |id| Item {
        of: ItemOf::Need(id),
        theme: 1,
        zones: Vec::new(),
        places: Vec::new(),
        bounds: None,
        urgency: Urgency::Ordinary,
        because: LocalizedText::new("因", "why"),
        due: None,
        people: 0,
    };
    let found = told((1..=2_500).map(item).collect(), 150.0);
    let sizes: Vec<usize> = found.iter().map(|proposal| proposal.plan.needs.len()).collect();
    assert_eq!(sizes, [1_000, 1_000, 500]);
    assert_eq!(found[2].plan.name.en.as_deref(), Some("Ageing and accessibility, the whole community (3)"));
    assert!(found.iter().all(|proposal| check_task(&proposal.plan) == Ok(())));
}

proptest! {
    #[test]
    fn each_problem_and_need_comes_into_exactly_one_proposal_with_its_reason(items in items(), within_m in 0.0..300.0) {
        let found = told(items.clone(), within_m);
        let mut named: Vec<ItemOf> = Vec::new();
        for proposal in &found {
            let plan = &proposal.plan;
            prop_assert_eq!(check_task(plan), Ok(()));
            let mut here: Vec<ItemOf> = plan.problems.iter().map(|of| ItemOf::Problem(*of)).collect();
            here.extend(plan.needs.iter().map(|need| ItemOf::Need(*need)));
            let mut reasons: Vec<ItemOf> = proposal.because.iter().map(|because| match because {
                TaskBecause::Problem { of, .. } => ItemOf::Problem(*of),
                TaskBecause::Need { need, .. } => ItemOf::Need(*need),
            }).collect();
            here.sort_unstable();
            reasons.sort_unstable();
            prop_assert_eq!(&here, &reasons);
            let of = |of: &ItemOf| items.iter().find(|item| item.of == *of).unwrap();
            let worst = here.iter().map(|item| of(item).urgency).max().unwrap();
            prop_assert_eq!(plan.urgency, worst);
            prop_assert!(worst == Urgency::Ordinary || plan.level == ProjectLevel::Basic);
            prop_assert!(here.iter().all(|item| of(item).zones == plan.zones));
            prop_assert!(here.iter().all(|item| of(item).theme == of(&here[0]).theme));
            named.extend(here);
        }
        named.sort_unstable();
        let mut all: Vec<ItemOf> = items.iter().map(|item| item.of).collect();
        all.sort_unstable();
        prop_assert_eq!(named, all);
        let order: Vec<Urgency> = found.iter().map(|proposal| proposal.plan.urgency).collect();
        prop_assert!(order.is_sorted_by(|one, next| one >= next));
    }

    #[test]
    fn the_order_of_problems_and_needs_does_not_matter(
        (items, shuffled) in items().prop_flat_map(|items| (Just(items.clone()), Just(items).prop_shuffle())),
    ) {
        prop_assert_eq!(told(items, 150.0), told(shuffled, 150.0));
    }

    #[test]
    fn whatever_is_done_the_lists_agree_with_each_other(
        deeds in prop::collection::vec((1..5_u64, 0..5_usize), 0..40),
    ) {
        let fund = json!({ "amount": { "type": "money", "fen": 100 } });
        let task = |need: u64, fen: u64| json!({ "needs": [need],
            "resources": [{ "resource": 1, "amount": { "type": "money", "fen": fen } }] });
        let tasks = [task(1, 30), task(2, 50), task(3, 40), task(4, 100)];
        let mut lists = lists(&[fund], 4, &tasks);
        for (task, what) in deeds {
            let pursued = match what {
                0 | 1 => {
                    let deed = if what == 0 { TaskDeed::Adopt } else { TaskDeed::Drop };
                    does(&mut lists, task, deed);
                    None
                }
                2 => Some(BTreeMap::from([(task, Pursuit::Entered(1))])),
                3 => Some(BTreeMap::from([(task, Pursuit::Built(1))])),
                _ => Some(BTreeMap::new()),
            };
            if let Some(pursued) = pursued {
                let lagged = lags(&lists, &pursued);
                prop_assert_eq!(lagged, !follow_projects(&mut lists, &pursued, NOON).is_empty());
                prop_assert!(!lags(&lists, &pursued));
            }
            let drawn = Drawn::of(&lists, 1);
            prop_assert!(drawn.committed <= 100.0 && drawn.used <= drawn.committed);
            for (id, need) in &lists.needs {
                let expected = match lists.tasks[id].state {
                    TaskState::Proposed | TaskState::Adopted | TaskState::InProject => NeedState::InTask,
                    TaskState::Done => NeedState::Met,
                    TaskState::Dropped => NeedState::Open,
                };
                prop_assert_eq!(need.state, expected);
            }
            let goes_on = lists.tasks.values().any(|t| matches!(t.state, TaskState::Adopted | TaskState::InProject));
            let expected = match (drawn.used >= 100.0, goes_on) {
                (true, _) => ResourceState::UsedUp,
                (false, true) => ResourceState::Committed,
                (false, false) => ResourceState::Available,
            };
            prop_assert_eq!(lists.resources[&1].state, expected);
        }
    }
}
