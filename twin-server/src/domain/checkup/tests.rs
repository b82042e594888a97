use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use time::Duration;
use time::macros::datetime;
use twin_schemas::checkups::{
    CheckUpProblem, ProblemDeed, ProblemRaise, ProblemState, ValueChange, ValueComparison,
};
use twin_schemas::indicators::{Indicator, IndicatorDirection, IndicatorLevel, Urgency};

use super::*;

const SPRING: OffsetDateTime = datetime!(2026-03-02 08:00 UTC);
const PLANNER: &[Party] = &[Party::Planner];

fn indicator(code: &str) -> Arc<Indicator> {
    Arc::clone(Catalogue::built_in().unwrap().get(code).unwrap())
}

fn new() -> NewCheckUp {
    NewCheckUp {
        name: LocalizedText::new("2026 年体检", "Check-up of 2026"),
        year: 2026,
        cycle: 1,
        zones: Vec::new(),
        period: None,
        indicators: Vec::new(),
        follows: None,
    }
}

fn assessed(object: &str, value: f64) -> Assessed {
    let zone = Some("zone/z1".to_owned());
    Assessed { object: object.to_owned(), level: IndicatorLevel::Building, zone, value }
}

fn stairwells(values: &[(&str, f64)]) -> Vec<Assessed> {
    values.iter().map(|(object, value)| assessed(object, *value)).collect()
}

fn done(check_up: &CheckUp, deed: CheckUpDeed, standing: Standing) -> CheckUp {
    let request = Request { deed, text: Some("因为".into()) };
    act(check_up, &request, PLANNER, standing, check_up.changed_at + Duration::DAY).unwrap().after
}

fn problems(values: &[(&str, f64)]) -> Vec<CheckUpProblem> {
    let stairs = indicator("housing_stairwell");
    let found = findings(&stairs, &stairwells(values), &BTreeSet::new());
    let changes = reconcile(1, &stairs, &[], found, &mut 1, SPRING);
    changes.into_iter().map(|change| change.after).collect()
}

#[test]
fn a_check_up_is_planned_collected_looked_through_concluded_and_opened_again() {
    let plan = planned(1, new(), 1, SPRING).unwrap().after;
    assert_eq!((plan.from, plan.to), (datetime!(2026-01-01 00:00 +8), datetime!(2027-01-01 00:00 +8)));
    let collecting = done(&plan, CheckUpDeed::Begin, Standing::default());
    assert!(takes_values(&collecting) && !takes_decisions(&collecting));
    let review = done(&collecting, CheckUpDeed::Review, Standing { values: 9, undecided: 0 });
    assert!(takes_decisions(&review) && review.reviewed_at.is_some());
    let concluded = done(&review, CheckUpDeed::Conclude, Standing::default());
    assert_eq!(concluded.ended_at, Some(concluded.changed_at));
    assert_eq!(possible(&concluded, PLANNER), [CheckUpDeed::Reopen]);
    let again = done(&concluded, CheckUpDeed::Reopen, Standing::default());
    assert_eq!((again.state, again.reopened, again.ended_at), (CheckUpState::Collecting, 1, None));
    assert_eq!(again.version, 5);
}

#[test]
fn what_is_missing_or_too_early_is_refused_in_words() {
    let plan = planned(1, new(), 1, SPRING).unwrap().after;
    let refuse = |check_up: &CheckUp, deed, standing, expected: &str| {
        let request = Request { deed, text: None };
        assert_eq!(act(check_up, &request, PLANNER, standing, SPRING).unwrap_err().to_string(), expected);
    };
    let state = "`review` is not possible while the check-up is `planned`";
    refuse(&plan, CheckUpDeed::Review, Standing::default(), state);
    refuse(&plan, CheckUpDeed::Cancel, Standing::default(), "`cancel` needs a reason");
    let collecting = done(&plan, CheckUpDeed::Begin, Standing::default());
    let none = "there are no values yet\nhint: enter, import or compute some first";
    refuse(&collecting, CheckUpDeed::Review, Standing::default(), none);
    let review = done(&collecting, CheckUpDeed::Review, Standing { values: 1, undecided: 0 });
    let standing = Standing { values: 1, undecided: 3 };
    let undecided =
        act(&review, &Request { deed: CheckUpDeed::Conclude, text: None }, PLANNER, standing, SPRING);
    assert_eq!(undecided.unwrap_err(), Refusal::Undecided(3));
    let by_nobody =
        act(&plan, &Request { deed: CheckUpDeed::Begin, text: None }, &[], Standing::default(), SPRING);
    assert_eq!(by_nobody.unwrap_err().to_string(), "`begin` is for the planner");
    let refuse_new = |new: NewCheckUp, expected: Refusal| {
        assert_eq!(planned(1, new, 1, SPRING).unwrap_err(), expected);
    };
    refuse_new(NewCheckUp { name: LocalizedText::default(), ..new() }, Refusal::NoName);
    refuse_new(
        NewCheckUp { name: LocalizedText::same("字".repeat(201)), ..new() },
        Refusal::NameTooLong(201),
    );
    refuse_new(NewCheckUp { year: 0, ..new() }, Refusal::Year(0));
    refuse_new(NewCheckUp { cycle: 0, ..new() }, Refusal::Cycle(0));
    refuse_new(NewCheckUp { period: Some((SPRING, SPRING)), ..new() }, Refusal::Period);
}

#[test]
fn a_problem_says_which_value_stands_against_which_threshold() {
    let found = problems(&[("building/b1", 2.0), ("building/b2", 0.0)]);
    let [problem] = &found[..] else { panic!("{found:?}") };
    assert_eq!((problem.severity, problem.urgency), (Urgency::Pressing, Urgency::Pressing));
    let because = "2 has reached 2, the threshold for `pressing`; urgency: pressing";
    assert_eq!(problem.because.en.as_deref(), Some(because));
    assert_eq!(problem.because.zh.as_deref(), Some("数值 2，达到“较紧急”阈值 2；紧急程度：较紧急"));
    assert_eq!(problem.due, SPRING + Duration::days(60));
}

#[test]
fn what_many_have_or_is_long_overdue_is_more_urgent_a_step_each() {
    let stairs = indicator("housing_stairwell");
    let values = stairwells(&[("building/b1", 1.0), ("building/b2", 0.0), ("building/b3", 0.0)]);
    let overdue = BTreeSet::from(["building/b1".to_owned()]);
    let [problem] = &findings(&stairs, &values, &overdue)[..] else { panic!() };
    assert_eq!(problem.raised, [ProblemRaise::Widespread, ProblemRaise::Overdue]);
    assert_eq!((problem.short, problem.assessed, problem.urgency), (1, 3, Urgency::Urgent));
    let because = problem.because.en.as_deref().unwrap();
    assert!(because.contains("1 of 3 assessed objects have it"), "{because}");
    assert!(because.contains("its time limit has passed"), "{because}");
    // Of two, nothing is called widespread.
    let [alone] = &findings(&stairs, &values[..2], &BTreeSet::new())[..] else { panic!() };
    assert_eq!((alone.raised.len(), alone.urgency), (0, Urgency::Ordinary));
}

fn request(deed: ProblemDeed, urgency: Option<Urgency>, text: Option<&str>) -> ProblemRequest {
    ProblemRequest { deed, urgency, text: text.map(str::to_owned) }
}

#[test]
fn the_planner_confirms_changes_and_dismisses_with_reasons() {
    let stairs = indicator("housing_stairwell");
    let [problem] = &problems(&[("building/b1", 1.0)])[..] else { panic!() };
    let act = |problem: &CheckUpProblem, request: &ProblemRequest| {
        decide(problem, request, PLANNER, &stairs, SPRING + Duration::HOUR)
    };
    let refuse = |request: ProblemRequest, expected: &str| {
        assert_eq!(act(problem, &request).unwrap_err().to_string(), expected);
    };
    refuse(request(ProblemDeed::Dismiss, None, Some(" ")), "`dismiss` needs a reason");
    refuse(request(ProblemDeed::Change, None, Some("x")), "`change` needs an urgency");
    refuse(request(ProblemDeed::Change, Some(Urgency::Urgent), None), "`change` needs a reason");
    refuse(request(ProblemDeed::Renew, None, None), "`renew` is for the system");
    let urgent = request(ProblemDeed::Change, Some(Urgency::Urgent), Some("住户多为老人"));
    let changed = act(problem, &urgent).unwrap().after;
    assert_eq!((changed.state, changed.urgency), (ProblemState::Confirmed, Urgency::Urgent));
    assert_eq!((changed.found, changed.due), (Urgency::Ordinary, SPRING + Duration::days(7)));
    let dismissed = act(&changed, &request(ProblemDeed::Dismiss, None, Some("已整改"))).unwrap().after;
    assert_eq!((dismissed.reason.as_deref(), dismissed.urgency), (Some("已整改"), Urgency::Ordinary));
    let confirmed = act(&dismissed, &request(ProblemDeed::Confirm, None, None)).unwrap();
    assert_eq!((confirmed.after.reason, confirmed.after.version), (None, 4));
    assert_eq!(confirmed.entry.party, "planner");
}

#[test]
fn a_decision_outlasts_another_review_unless_what_it_was_on_is_another() {
    let stairs = indicator("housing_stairwell");
    let known: Vec<CheckUpProblem> =
        problems(&[("building/b1", 1.0), ("building/b2", 2.0), ("building/b3", 3.0)])
            .iter()
            .map(|problem| {
                decide(problem, &request(ProblemDeed::Confirm, None, None), PLANNER, &stairs, SPRING)
                    .unwrap()
                    .after
            })
            .collect();
    let again = |values: &[(&str, f64)], next: &mut u64| {
        let found = findings(&stairs, &stairwells(values), &BTreeSet::new());
        reconcile(1, &stairs, &known, found, next, SPRING + Duration::DAY)
    };
    let mut next = 4;
    assert_eq!(again(&[("building/b1", 1.0), ("building/b2", 2.0), ("building/b3", 3.0)], &mut next), []);
    let changes = again(
        &[("building/b1", 1.0), ("building/b2", 3.0), ("building/b3", 0.0), ("building/b4", 1.0)],
        &mut next,
    );
    let told: Vec<_> = changes
        .iter()
        .map(|change| (change.after.id, change.entry.deed, change.after.state, change.after.version))
        .collect();
    let expected = [
        (2, Some(ProblemDeed::Renew), ProblemState::Found, 3),
        (4, None, ProblemState::Found, 1),
        (3, Some(ProblemDeed::Lapse), ProblemState::Gone, 3),
    ];
    assert_eq!(told, expected);
    assert_eq!(next, 5);
}

#[test]
fn a_value_must_be_of_the_check_up_of_its_level_in_its_zones_and_in_range() {
    let gas = indicator("housing_gas");
    let limited = NewCheckUp { zones: vec!["zone/z1".into()], ..new() };
    let check_up = planned(1, limited, 1, SPRING).unwrap().after;
    let site = |id, level, zone| Site { id, level, zone };
    let at = |site| check_site(&check_up, &gas, site);
    assert_eq!(at(site("building/b1", IndicatorLevel::Building, Some("zone/z1"))), Ok(()));
    for zone in [None, Some("zone/z2")] {
        let outside = at(site("building/b2", IndicatorLevel::Building, zone)).unwrap_err();
        assert_eq!((outside.code(), outside.column()), ("out_of_scope", "object"));
    }
    let level = at(site("zone/z1", IndicatorLevel::Neighbourhood, Some("zone/z1"))).unwrap_err();
    assert_eq!(level.to_string(), "`housing_gas` is not assessed at a neighbourhood, but at: building");
    for value in [-0.1, 3.1, f64::NAN, f64::INFINITY] {
        assert_eq!(check_value(&gas, value, None).unwrap_err().code(), "out_of_range");
    }
    let long = "字".repeat(REMARK_LIMIT + 1);
    assert_eq!(check_value(&gas, 1.0, Some(&long)).unwrap_err().column(), "note");
    assert_eq!(check_value(&gas, 3.0, Some("ok")), Ok(()));
}

/// Some indicator: thresholds, direction and extent as they come.
fn any_indicator() -> impl Strategy<Value = Indicator> {
    let thresholds = prop::collection::vec(0..100_i32, 3);
    let given = prop::collection::vec(any::<bool>(), 3);
    (thresholds, given, any::<bool>(), prop::option::of(1..=100_i32)).prop_map(
        |(mut thresholds, given, more, wide)| {
            thresholds.sort_unstable();
            let direction =
                if more { IndicatorDirection::MoreIsBetter } else { IndicatorDirection::LessIsBetter };
            if more {
                thresholds.reverse();
            }
            let at = |n: usize, needed: bool| (given[n] || needed).then(|| f64::from(thresholds[n]));
            let mut indicator = Indicator::clone(&indicator("housing_stairwell"));
            (indicator.min, indicator.max, indicator.direction) = (-10.0, 110.0, direction);
            indicator.thresholds.ordinary = at(0, true);
            indicator.thresholds.pressing = at(1, false).filter(|_| thresholds[0] != thresholds[1]);
            indicator.thresholds.urgent =
                at(2, false).filter(|_| thresholds[1] != thresholds[2] && thresholds[0] != thresholds[2]);
            indicator.widespread_pct = wide.map(f64::from);
            indicator
        },
    )
}

fn any_values() -> impl Strategy<Value = Vec<Assessed>> {
    prop::collection::btree_map(0..30_u32, -10..110_i32, 0..25).prop_map(|values| {
        let assess = |(object, value): (u32, i32)| assessed(&format!("building/b{object:02}"), value.into());
        values.into_iter().map(assess).collect()
    })
}

fn any_overdue() -> impl Strategy<Value = BTreeSet<String>> {
    prop::collection::btree_set((0..30_u32).prop_map(|object| format!("building/b{object:02}")), 0..8)
}

/// How good a value is, the more the better.
fn goodness(indicator: &Indicator, value: f64) -> f64 {
    match indicator.direction {
        IndicatorDirection::MoreIsBetter => value,
        IndicatorDirection::LessIsBetter => -value,
    }
}

/// A value by indicator and object, in order.
fn any_part() -> impl Strategy<Value = Vec<Keyed>> {
    prop::collection::btree_map((0..3_u8, 0..6_u8), 0..3_i32, 0..18).prop_map(|values| {
        let keyed = |((indicator, object), value): ((u8, u8), i32)| {
            (format!("i{indicator}"), format!("o{object}"), f64::from(value))
        };
        values.into_iter().map(keyed).collect()
    })
}

const LESS: fn(&str) -> Option<IndicatorDirection> = |_| Some(IndicatorDirection::LessIsBetter);

/// Everything, as pages of a size give it.
fn in_pages(before: &[Keyed], now: &[Keyed], size: usize) -> Vec<ValueComparison> {
    let mut compared = Vec::new();
    let mut after: Option<(String, String)> = None;
    loop {
        let part = |values: &[Keyed]| {
            let behind = |value: &&Keyed| after.as_ref().is_none_or(|(a, b)| (&value.0, &value.1) > (a, b));
            let rest: Vec<Keyed> = values.iter().filter(behind).cloned().collect();
            Part { more: rest.len() > size, values: rest.into_iter().take(size).collect() }
        };
        let (page, next) = compare(part(before), part(now), LESS);
        compared.extend(page);
        match next {
            Some(next) => after = Some(next),
            None => return compared,
        }
    }
}

proptest! {
    #[test]
    fn every_value_that_is_not_good_enough_is_found_and_no_other(
        indicator in any_indicator(), values in any_values(), overdue in any_overdue(),
    ) {
        prop_assert_eq!(check_indicator(&indicator), Ok(()));
        let found = findings(&indicator, &values, &overdue);
        let expected: Vec<&str> = values.iter()
            .filter(|at| severity(&indicator, at.value).is_some())
            .map(|at| at.object.as_str()).collect();
        let objects: Vec<&str> = found.iter().map(|finding| finding.object.as_str()).collect();
        prop_assert_eq!(objects, expected);
        for finding in &found {
            prop_assert!(finding.urgency >= finding.severity);
            prop_assert_eq!(threshold_of(&indicator, finding.severity), Some(finding.threshold));
            prop_assert!(goodness(&indicator, finding.value) <= goodness(&indicator, finding.threshold));
            prop_assert_eq!(finding.short as usize, found.len());
            let words = finding.because.en.clone().unwrap_or_default();
            let shown = format!("{}", finding.value);
            prop_assert!(words.starts_with(&shown), "{}", words);
        }
    }

    #[test]
    fn the_order_of_values_does_not_matter(
        indicator in any_indicator(),
        (values, shuffled) in any_values().prop_flat_map(|values| (Just(values.clone()), Just(values).prop_shuffle())),
        overdue in any_overdue(),
    ) {
        prop_assert_eq!(findings(&indicator, &values, &overdue), findings(&indicator, &shuffled, &overdue));
    }

    #[test]
    fn what_is_worse_is_never_less_urgent(indicator in any_indicator(), values in any_values()) {
        let found = findings(&indicator, &values, &BTreeSet::new());
        for a in &found {
            for b in found.iter().filter(|b| goodness(&indicator, b.value) <= goodness(&indicator, a.value)) {
                prop_assert!(b.urgency >= a.urgency, "{:?} {:?}", a, b);
            }
        }
    }

    #[test]
    fn problems_are_what_was_found_last_and_finding_them_again_changes_nothing(
        indicator in any_indicator(), first in any_values(), second in any_values(),
    ) {
        let none = BTreeSet::new();
        let mut next = 1;
        let mut known: std::collections::BTreeMap<String, CheckUpProblem> = std::collections::BTreeMap::new();
        for values in [&first, &second, &second] {
            let found = findings(&indicator, values, &none);
            let list: Vec<CheckUpProblem> = known.values().cloned().collect();
            let changes = reconcile(7, &indicator, &list, found.clone(), &mut next, SPRING);
            for ProblemChange { after, entry } in changes {
                prop_assert_eq!((after.state, after.urgency), (entry.state, entry.urgency));
                known.insert(after.object.clone(), after);
            }
            let standing: Vec<(&str, f64)> = known.values()
                .filter(|problem| problem.state != ProblemState::Gone)
                .map(|problem| (problem.object.as_str(), problem.value)).collect();
            let expected: Vec<(&str, f64)> =
                found.iter().map(|finding| (finding.object.as_str(), finding.value)).collect();
            prop_assert_eq!(standing, expected);
        }
        let list: Vec<CheckUpProblem> = known.values().cloned().collect();
        let again = reconcile(7, &indicator, &list, findings(&indicator, &second, &none), &mut next, SPRING);
        prop_assert_eq!(again, Vec::new());
        let ids: BTreeSet<u64> = list.iter().map(|problem| problem.id).collect();
        prop_assert_eq!(ids.len(), list.len());
    }

    #[test]
    fn whatever_is_asked_a_check_up_keeps_to_its_course(
        deeds in prop::collection::vec((prop::sample::select(CheckUpDeed::ALL), any::<bool>(), 0..2_u64, 0..2_u64), 1..60),
    ) {
        let mut check_up = planned(1, new(), 1, SPRING).unwrap().after;
        for (deed, speaks, values, undecided) in deeds {
            let request = Request { deed, text: speaks.then(|| "因为".to_owned()) };
            let standing = Standing { values, undecided };
            let possible_now = possible(&check_up, PLANNER).contains(&deed);
            let Ok(Change { after, entry }) = act(&check_up, &request, PLANNER, standing, SPRING) else { continue };
            prop_assert!(possible_now);
            prop_assert_eq!((after.version, after.state), (check_up.version + 1, entry.state));
            prop_assert_eq!(after.ended_at.is_some(), COURSE.is_end(after.state));
            prop_assert!(after.state != CheckUpState::Concluded || undecided == 0);
            prop_assert!(after.state != CheckUpState::Review || values > 0);
            prop_assert!(!COURSE.is_end(check_up.state) || entry.text.is_some());
            check_up = after;
        }
    }

    #[test]
    fn two_check_ups_in_pages_of_any_size_are_what_they_are_at_once(
        before in any_part(), now in any_part(), size in 1..7_usize,
    ) {
        let whole = in_pages(&before, &now, 1_000);
        prop_assert_eq!(&in_pages(&before, &now, size), &whole);
        let keys = |values: &[Keyed]| values.iter().map(|v| (v.0.clone(), v.1.clone())).collect::<BTreeSet<_>>();
        let told: BTreeSet<_> = whole.iter().map(|row| (row.indicator.clone(), row.object.clone())).collect();
        prop_assert_eq!(told, &keys(&before) | &keys(&now));
        for row in &whole {
            let expected = match (row.before, row.now) {
                (Some(before), Some(now)) if now < before => ValueChange::Better,
                (Some(before), Some(now)) if now > before => ValueChange::Worse,
                (Some(_), Some(_)) => ValueChange::Same,
                (None, _) => ValueChange::New,
                (_, None) => ValueChange::Gone,
            };
            prop_assert_eq!(row.change, expected);
        }
    }
}
