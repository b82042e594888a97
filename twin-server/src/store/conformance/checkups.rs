//! Check-ups: catalogues, courses, values and problems.

use std::collections::BTreeSet;

use time::Duration;
use twin_schemas::LocalizedText;
use twin_schemas::checkups::{
    CheckUpDeed, CheckUpProblem, IndicatorValue, ProblemDeed, ProblemState, ValueSource,
};
use twin_schemas::indicators::{IndicatorLevel, Urgency};

use super::people::entry;
use super::reports::photo;
use super::{NOON, on_every_store};
use crate::domain::checkup::{
    Assessed, Catalogue, Change, NewCheckUp, Party, ProblemRequest, Request, Standing, act, decide, findings,
    planned, reconcile,
};
use crate::store::CheckUpStored::{Stale, UnknownPhoto, Yes};
use crate::store::{
    CheckUpChange, ProblemCount, ProblemQuery, ProblemStep, Store, StoredCatalogue, ValueChange, ValueCounts,
    ValueQuery,
};

fn plan(id: u64) -> Change {
    let new = NewCheckUp {
        name: LocalizedText::new("体检", "Check-up"),
        year: 2026,
        cycle: 1,
        zones: Vec::new(),
        period: None,
        indicators: Vec::new(),
        follows: None,
    };
    planned(id, new, 1, NOON).unwrap()
}

fn by_planner(change: Change) -> CheckUpChange {
    CheckUpChange { after: change.after, entry: change.entry, actor: "user:u-1".into() }
}

fn then(before: &CheckUpChange, deed: CheckUpDeed) -> CheckUpChange {
    let request = Request { deed, text: Some("因为".into()) };
    let standing = Standing { values: 1, undecided: 0 };
    let now = before.after.changed_at + Duration::HOUR;
    by_planner(act(&before.after, &request, &[Party::Planner], standing, now).unwrap())
}

/// A check-up that collects.
async fn collecting(store: &dyn Store, id: u64) -> CheckUpChange {
    let plan = by_planner(plan(id));
    assert_eq!(store.add_check_up(&plan, &entry("check_up.plan")).await.unwrap(), Yes);
    let begun = then(&plan, CheckUpDeed::Begin);
    assert_eq!(store.change_check_up(Some(&begun), &[], &[entry("check_up.begin")]).await.unwrap(), Yes);
    begun
}

fn value(indicator: &str, object: &str, value: f64) -> IndicatorValue {
    IndicatorValue {
        indicator: indicator.into(),
        object: object.into(),
        value,
        source: ValueSource::Form,
        at: NOON,
        by: "user:u-1".into(),
        remark: Some("现场".into()),
        photos: Vec::new(),
    }
}

fn change(of: &CheckUpChange, put: Vec<IndicatorValue>) -> ValueChange {
    ValueChange { check_up: of.after.id, version: of.after.version, put, ..ValueChange::default() }
}

async fn put(store: &dyn Store, of: &CheckUpChange, values: Vec<IndicatorValue>) {
    assert_eq!(store.put_values(&change(of, values), &entry("check_up.values")).await.unwrap(), Yes);
}

async fn listed(store: &dyn Store, query: ValueQuery) -> Vec<(String, String, f64)> {
    let values = store.values(ValueQuery { check_up: 1, limit: 99, ..query }).await.unwrap();
    values.into_iter().map(|value| (value.indicator, value.object, value.value)).collect()
}

fn keyed(list: &[(&str, &str, f64)]) -> Vec<(String, String, f64)> {
    list.iter().map(|(a, b, value)| ((*a).to_owned(), (*b).to_owned(), *value)).collect()
}

async fn catalogues_come_back_as_they_were_stored_and_never_change(store: &dyn Store) {
    assert_eq!(store.indicator_catalogues().await.unwrap(), []);
    let indicators: Vec<_> =
        Catalogue::built_in().unwrap().list().iter().map(|indicator| (**indicator).clone()).collect();
    let first = StoredCatalogue { number: 1, imported: false, indicators: indicators.clone() };
    let second = StoredCatalogue { number: 2, imported: true, indicators: indicators[..3].to_vec() };
    for catalogue in [&second, &first] {
        assert!(store.add_indicator_catalogue(catalogue, &entry("indicators")).await.unwrap());
    }
    let other = StoredCatalogue { number: 1, imported: true, indicators: Vec::new() };
    assert!(!store.add_indicator_catalogue(&other, &entry("indicators")).await.unwrap());
    assert_eq!(store.indicator_catalogues().await.unwrap(), [first, second]);
}

async fn check_ups_and_their_trails_come_back_and_a_version_must_follow(store: &dyn Store) {
    let second = collecting(store, 2).await;
    let first = collecting(store, 1).await;
    let audit = entry("check_up.again");
    assert_eq!(store.add_check_up(&first, &audit).await.unwrap(), Stale);
    let review = then(&first, CheckUpDeed::Review);
    let later = then(&review, CheckUpDeed::Reopen);
    assert_eq!(store.change_check_up(Some(&later), &[], &[audit]).await.unwrap(), Stale);
    let audit = [entry("check_up.review")];
    assert_eq!(store.change_check_up(Some(&review), &[], &audit).await.unwrap(), Yes);
    assert_eq!(store.check_ups().await.unwrap(), [review.after.clone(), second.after]);
    let trail = store.check_up_trail(1).await.unwrap();
    let deeds: Vec<_> = trail.iter().map(|entry| entry.deed).collect();
    assert_eq!(deeds, [None, Some(CheckUpDeed::Begin), Some(CheckUpDeed::Review)]);
    assert_eq!(trail[2], review.entry);
    assert_eq!(store.check_up_trail(3).await.unwrap(), []);
}

async fn values_come_by_indicator_and_object_in_pages_and_are_replaced(store: &dyn Store) {
    let one = collecting(store, 1).await;
    let other = collecting(store, 2).await;
    // Some more than one statement takes.
    let many = (0..1_203).map(|n| value("many", &format!("building/{n:04}"), f64::from(n) / 3.0)).collect();
    put(store, &one, many).await;
    put(store, &one, vec![value("b", "o/2", 2.0), value("a", "o/2", 1.5), value("b", "o/1", 0.1)]).await;
    put(store, &other, vec![value("a", "o/2", 9.0)]).await;
    let of = |indicator: &str| ValueQuery { indicator: Some(indicator.into()), ..ValueQuery::default() };
    assert_eq!(listed(store, of("b")).await, keyed(&[("b", "o/1", 0.1), ("b", "o/2", 2.0)]));
    let at = ValueQuery { object: Some("o/2".into()), ..ValueQuery::default() };
    assert_eq!(listed(store, at).await, keyed(&[("a", "o/2", 1.5), ("b", "o/2", 2.0)]));
    let page = ValueQuery { after: Some(("a".into(), "o/2".into())), ..ValueQuery::default() };
    assert_eq!(listed(store, page).await[0], ("b".into(), "o/1".into(), 0.1));
    let last = ValueQuery { after: Some(("many".into(), "building/1201".into())), ..ValueQuery::default() };
    assert_eq!(listed(store, last).await, [("many".into(), "building/1202".into(), 1202.0 / 3.0)]);
    let counts = store.count_values(1).await.unwrap();
    assert_eq!(counts, [("a".into(), 1), ("b".into(), 2), ("many".into(), 1_203)]);
    // What is given stays where it is asked to, what was computed does not.
    let computed = |object: &str, n: f64| IndicatorValue {
        source: ValueSource::Computed,
        remark: None,
        ..value("b", object, n)
    };
    put(store, &one, vec![computed("o/3", 3.0)]).await;
    let kept = ValueChange {
        keeps_given: true,
        ..change(&one, vec![computed("o/1", 7.0), computed("o/3", 8.0), computed("o/4", 9.0)])
    };
    assert_eq!(store.put_values(&kept, &entry("check_up.compute")).await.unwrap(), Yes);
    let taken = ValueChange { taken_out: vec![("b".into(), "o/2".into())], ..change(&one, Vec::new()) };
    assert_eq!(store.put_values(&taken, &entry("check_up.values")).await.unwrap(), Yes);
    let now = keyed(&[("b", "o/1", 0.1), ("b", "o/3", 8.0), ("b", "o/4", 9.0)]);
    assert_eq!(listed(store, of("b")).await, now);
    let whole = store.values(ValueQuery { check_up: 1, limit: 2, ..of("b") }).await.unwrap();
    assert_eq!(whole, [value("b", "o/1", 0.1), computed("o/3", 8.0)]);
    let stale = ValueChange { version: 9, ..change(&one, vec![value("b", "o/1", 5.0)]) };
    assert_eq!(store.put_values(&stale, &entry("check_up.values")).await.unwrap(), Stale);
    assert_eq!(listed(store, of("b")).await, now);
}

async fn two_check_ups_are_counted_against_each_other(store: &dyn Store) {
    let (before, now) = (collecting(store, 1).await, collecting(store, 2).await);
    put(store, &before, vec![value("a", "1", 1.0), value("a", "2", 1.0), value("a", "3", 1.0)]).await;
    put(store, &before, vec![value("a", "4", 1.0), value("c", "1", 1.0)]).await;
    put(store, &now, vec![value("a", "1", 2.0), value("a", "2", 0.0), value("a", "3", 1.0)]).await;
    put(store, &now, vec![value("a", "5", 1.0), value("b", "1", 1.0)]).await;
    let counts = |indicator: &str, [greater, lesser, same, new, gone]: [u64; 5]| ValueCounts {
        indicator: indicator.into(),
        greater,
        lesser,
        same,
        new,
        gone,
    };
    let expected = [counts("a", [1, 1, 1, 1, 1]), counts("b", [0, 0, 0, 1, 0]), counts("c", [0, 0, 0, 0, 1])];
    assert_eq!(store.compare_values(1, 2, None).await.unwrap(), expected);
    for counts in &expected {
        let one = store.compare_values(1, 2, Some(&counts.indicator)).await.unwrap();
        assert_eq!(one, std::slice::from_ref(counts));
    }
}

fn steps(known: &[CheckUpProblem], values: &[(&str, f64)], next: &mut u64) -> Vec<ProblemStep> {
    let catalogue = Catalogue::built_in().unwrap();
    let stairs = catalogue.get("housing_stairwell").unwrap();
    let assessed: Vec<Assessed> = values
        .iter()
        .map(|(object, value)| Assessed {
            object: (*object).into(),
            level: IndicatorLevel::Building,
            zone: object.ends_with('1').then(|| "zone/z1".into()),
            value: *value,
        })
        .collect();
    let found = findings(stairs, &assessed, &BTreeSet::new());
    let changes = reconcile(1, stairs, known, found, next, NOON);
    let step = |change: crate::domain::checkup::ProblemChange| ProblemStep {
        after: change.after,
        entry: change.entry,
        actor: "user:u-1".into(),
    };
    changes.into_iter().map(step).collect()
}

async fn problems_are_found_by_what_lists_ask_for_and_keep_a_trail(store: &dyn Store) {
    let one = collecting(store, 1).await;
    let review = then(&one, CheckUpDeed::Review);
    let found = steps(
        &[],
        &[("b/1", 1.0), ("b/2", 3.0), ("b/3", 0.0), ("b/4", 0.0), ("b/5", 0.0), ("b/6", 0.0), ("b/7", 0.0)],
        &mut 1,
    );
    let audit = [entry("check_up.review")];
    assert_eq!(store.change_check_up(Some(&review), &found, &audit).await.unwrap(), Yes);
    let ids = async |query: ProblemQuery| -> Vec<u64> {
        let query = ProblemQuery { check_up: 1, limit: 99, ..query };
        store.problems(query).await.unwrap().into_iter().map(|problem| problem.id).collect()
    };
    let all = ProblemQuery::default;
    assert_eq!(ids(all()).await, [1, 2]);
    assert_eq!(ids(ProblemQuery { after: 1, ..all() }).await, [2]);
    assert_eq!(ids(ProblemQuery { ids: vec![2, 7], ..all() }).await, [2]);
    assert_eq!(ids(ProblemQuery { urgency: Some(Urgency::Urgent), ..all() }).await, [2]);
    assert_eq!(ids(ProblemQuery { zone: Some("zone/z1".into()), ..all() }).await, [1]);
    assert_eq!(ids(ProblemQuery { object: Some("b/2".into()), ..all() }).await, [2]);
    assert_eq!(ids(ProblemQuery { indicator: Some("none".into()), ..all() }).await, Vec::<u64>::new());
    assert_eq!(ids(ProblemQuery { states: vec![ProblemState::Gone], ..all() }).await, Vec::<u64>::new());
    // Decided, then found anew with another value.
    let catalogue = Catalogue::built_in().unwrap();
    let request = ProblemRequest { deed: ProblemDeed::Confirm, urgency: None, text: None };
    let stairs = catalogue.get("housing_stairwell").unwrap();
    let decided = decide(&found[0].after, &request, &[Party::Planner], stairs, NOON).unwrap();
    let decided = ProblemStep { after: decided.after, entry: decided.entry, actor: "user:u-2".into() };
    let audit = [entry("problem.confirm")];
    assert_eq!(store.change_check_up(None, std::slice::from_ref(&decided), &audit).await.unwrap(), Yes);
    assert_eq!(store.change_check_up(None, std::slice::from_ref(&decided), &audit).await.unwrap(), Stale);
    let states = vec![ProblemState::Confirmed, ProblemState::Gone];
    assert_eq!(ids(ProblemQuery { states, ..all() }).await, [1]);
    let known = [decided.after, found[1].after.clone()];
    let again = steps(&known, &[("b/1", 3.0), ("b/2", 0.0)], &mut 3);
    assert_eq!(store.change_check_up(None, &again, &audit).await.unwrap(), Yes);
    let count = |urgency, state, problems| ProblemCount { urgency, state, problems };
    let counts =
        [count(Urgency::Urgent, ProblemState::Found, 1), count(Urgency::Urgent, ProblemState::Gone, 1)];
    assert_eq!(store.count_problems(1).await.unwrap(), counts);
    let trail = store.problem_trail(1, 1).await.unwrap();
    let deeds: Vec<_> = trail.iter().map(|entry| entry.deed).collect();
    assert_eq!(deeds, [None, Some(ProblemDeed::Confirm), Some(ProblemDeed::Renew)]);
    assert_eq!(store.problem_trail(1, 9).await.unwrap(), []);
    // The same object again under another number is not stored, nor what comes with it.
    let mut twice = steps(&[], &[("b/1", 1.0)], &mut 8);
    twice[0].after.id = 8;
    let reopened = then(&review, CheckUpDeed::Reopen);
    assert_eq!(store.change_check_up(Some(&reopened), &twice, &audit).await.unwrap(), Stale);
    assert_eq!(store.check_ups().await.unwrap(), [review.after]);
}

async fn a_photograph_goes_with_values_of_one_check_up(store: &dyn Store) {
    let (one, other) = (collecting(store, 1).await, collecting(store, 2).await);
    for new in [photo("mine", "user:u-1", 0), photo("hers", "user:u-2", 0)] {
        assert!(store.add_attachment(&new, 9).await.unwrap());
    }
    let with = |photo: &str| IndicatorValue { photos: vec![photo.into()], ..value("a", "o", 1.0) };
    let send = async |of: &CheckUpChange, photo: &str| {
        store.put_values(&change(of, vec![with(photo)]), &entry("check_up.values")).await.unwrap()
    };
    assert_eq!(send(&one, "hers").await, UnknownPhoto);
    assert_eq!(send(&one, "none").await, UnknownPhoto);
    assert_eq!(store.values(ValueQuery { check_up: 1, limit: 9, ..Default::default() }).await.unwrap(), []);
    // Once more with the same value is no harm.
    for _ in 0..2 {
        assert_eq!(send(&one, "mine").await, Yes);
    }
    assert_eq!(send(&other, "mine").await, UnknownPhoto);
    assert_eq!(store.attachment("mine").await.unwrap().unwrap().check_up, Some(1));
    assert_eq!(store.drop_unsent(NOON + Duration::DAY).await.unwrap(), 1);
    assert!(store.attachment("mine").await.unwrap().is_some());
    let kept = store.values(ValueQuery { check_up: 1, limit: 9, ..Default::default() }).await.unwrap();
    assert_eq!(kept, [with("mine")]);
}

on_every_store!(
    catalogues_come_back_as_they_were_stored_and_never_change,
    check_ups_and_their_trails_come_back_and_a_version_must_follow,
    values_come_by_indicator_and_object_in_pages_and_are_replaced,
    two_check_ups_are_counted_against_each_other,
    problems_are_found_by_what_lists_ask_for_and_keep_a_trail,
    a_photograph_goes_with_values_of_one_check_up,
);
