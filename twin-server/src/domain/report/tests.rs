use proptest::prelude::*;
use time::macros::datetime;

use super::*;
use crate::domain::permission::{Actor, Grant, Role, Who};

const MORNING: OffsetDateTime = datetime!(2026-05-04 08:00 UTC);

fn lighting() -> ReportKind {
    ReportKind::clone(ReportKinds::built_in().unwrap().get("lighting").unwrap())
}

fn lamp() -> Report {
    let new = NewReport {
        line: ReportLine::Problem,
        text: "3 号楼东门的路灯不亮".into(),
        photos: Vec::new(),
        voice: None,
        place: ReportPlace::default(),
        zone: Some("zone/z1".into()),
        on_behalf: false,
        open: true,
    };
    submitted(7, new, &lighting(), MORNING).after
}

fn saying(deed: ReportDeed, text: &str) -> Request {
    Request { text: Some(text.into()), ..Request::plain(deed) }
}

fn dispatch(body: ReportBody) -> Request {
    Request { body: Some(body), ..Request::plain(ReportDeed::Dispatch) }
}

fn confirm(stars: u8) -> Request {
    let rating = Some(ReportRating { stars, text: None });
    Request { rating, ..Request::plain(ReportDeed::Confirm) }
}

/// A report after some deeds, an hour apart, each by whoever may.
fn after(deeds: &[Request]) -> Report {
    deeds.iter().fold(lamp(), |report, request| {
        let now = report.changed_at + Duration::HOUR;
        act(&report, request, Party::ALL, &lighting(), now).unwrap().after
    })
}

fn answered() -> Vec<Request> {
    vec![
        Request::plain(ReportDeed::Accept),
        dispatch(ReportBody::Property),
        Request::plain(ReportDeed::Start),
        saying(ReportDeed::Answer, "已更换灯具"),
    ]
}

fn refused(report: &Report, request: &Request, parties: &[Party], expected: &str) {
    let refusal = act(report, request, parties, &lighting(), report.changed_at).unwrap_err();
    assert_eq!(refusal.to_string(), expected);
}

#[test]
fn a_broken_lamp_is_reported_repaired_checked_and_rated() {
    let mut deeds = answered();
    deeds.extend([Request::plain(ReportDeed::Pass), confirm(5)]);
    let lamp = after(&deeds);
    assert_eq!((lamp.state, lamp.body), (ReportState::Closed, Some(ReportBody::Property)));
    assert_eq!(lamp.answer.as_deref(), Some("已更换灯具"));
    assert_eq!(lamp.answered_at, Some(MORNING + Duration::hours(4)));
    assert_eq!(lamp.ended_at, Some(MORNING + Duration::hours(6)));
    assert_eq!((lamp.deadline, lamp.version), (None, 7));
}

#[test]
fn what_is_missing_impossible_or_anothers_is_refused_in_words() {
    let lamp = lamp();
    refused(
        &lamp,
        &Request::plain(ReportDeed::Start),
        Party::ALL,
        "`start` is not possible while the report is `submitted`",
    );
    refused(
        &lamp,
        &Request::plain(ReportDeed::Accept),
        &[Party::Reporter],
        "`accept` is for the community's desk",
    );
    refused(&lamp, &saying(ReportDeed::Decline, " \n"), &[Party::Desk], "`decline` needs an answer");
    let answered = after(&answered());
    refused(&answered, &Request::plain(ReportDeed::Confirm), &[Party::Reporter], "`confirm` needs a rating");
    refused(&answered, &confirm(6), &[Party::Reporter], "`stars` is 6, from 1 to 5 is possible");
    let long = saying(ReportDeed::Reopen, &"字".repeat(2_001));
    refused(&answered, &long, &[Party::Reporter], "the text has 2001 characters, limit 2000");
}

#[test]
fn a_report_is_joined_to_one_that_is_open_and_stands_alone() {
    let lamp = lamp();
    let join = |id, state| Request { main: Some(Main { id, state }), ..Request::plain(ReportDeed::Merge) };
    let refuse = |request: &Request, expected: &str| refused(&lamp, request, &[Party::Desk], expected);
    refuse(&join(7, ReportState::Accepted), "report 7 cannot be the main report: it is the same");
    refuse(
        &join(3, ReportState::Merged),
        "report 3 cannot be the main report: it is joined to another itself",
    );
    refuse(&join(3, ReportState::Closed), "report 3 cannot be the main report: it has ended");
    refuse(&join(3, ReportState::Checked), "report 3 cannot be the main report: it is answered already");
    let joined = after(&[join(3, ReportState::Accepted)]);
    assert_eq!((joined.state, joined.main, joined.deadline), (ReportState::Merged, Some(3), None));
}

#[test]
fn a_step_begins_anew_when_the_report_is_sent_elsewhere_and_goes_on_when_work_starts() {
    let mut deeds = vec![Request::plain(ReportDeed::Accept), dispatch(ReportBody::Company)];
    let since = |deeds: &[Request]| (after(deeds).deadline.unwrap().since - MORNING).whole_hours();
    assert_eq!(since(&deeds), 2);
    deeds.push(Request::plain(ReportDeed::Start));
    assert_eq!(since(&deeds), 2);
    deeds.push(dispatch(ReportBody::Property));
    assert_eq!(since(&deeds), 4);
}

/// Every change that time alone brings in some days.
fn told(report: &Report, days: i64) -> (Vec<(i64, ReportUrge)>, Report) {
    let (mut told, mut report) = (Vec::new(), report.clone());
    let until = report.changed_at + Duration::days(days);
    while let Some(change) = pass_time(&report, &lighting(), until) {
        told.push(((change.entry.at - MORNING).whole_minutes(), change.after.urge));
        report = change.after;
    }
    (told, report)
}

#[test]
fn who_is_late_is_reminded_then_the_community_then_the_upper_unit_is_told() {
    let (told, late) = told(&lamp(), 30);
    assert_eq!(told, [(384, ReportUrge::Reminded), (480, ReportUrge::Overdue), (960, ReportUrge::Escalated)]);
    assert_eq!((late.state, next_at(&late)), (ReportState::Submitted, None));
}

#[test]
fn a_reopened_report_is_escalated_as_soon_as_its_limit_has_passed() {
    let mut deeds = answered();
    deeds.extend([
        Request::plain(ReportDeed::Pass),
        confirm(1),
        saying(ReportDeed::Reopen, "又不亮了"),
        dispatch(ReportBody::Property),
    ]);
    let again = after(&deeds);
    assert_eq!((again.reopened, again.rating.clone(), again.ended_at), (1, None, None));
    let urges: Vec<_> = told(&again, 30).0.into_iter().map(|(_, urge)| urge).collect();
    assert_eq!(urges, [ReportUrge::Reminded, ReportUrge::Escalated]);
}

#[test]
fn a_resident_who_says_nothing_is_reminded_and_the_case_is_closed() {
    let mut deeds = answered();
    deeds.push(Request::plain(ReportDeed::Pass));
    let (told, closed) = told(&after(&deeds), 30);
    assert_eq!(told.len(), 2);
    assert_eq!((closed.state, closed.rating, closed.deadline), (ReportState::Closed, None, None));
}

#[test]
fn a_case_that_ended_long_ago_is_not_opened_again() {
    let mut deeds = answered();
    deeds.push(confirm(4));
    let closed = after(&deeds);
    let again = saying(ReportDeed::Reopen, "又不亮了");
    let at = |days| {
        act(&closed, &again, &[Party::Reporter], &lighting(), closed.changed_at + Duration::days(days))
    };
    assert!(at(30).is_ok());
    assert_eq!(at(31).unwrap_err(), Refusal::TooLate);
}

#[test]
fn who_is_of_which_party_follows_from_roles_zones_and_the_report() {
    fn check(grant: Grant, user: &str, body: Option<ReportBody>, expected: &[Party]) {
        let actor = Actor::new(Who::User(user.into()), vec![grant], true);
        let asker = Asker { actor: &actor, reporter: Some("u-1") };
        assert_eq!(parties_of(asker, &Report { body, ..lamp() }), expected, "{actor:?}");
    }
    let elsewhere = |role| Grant { role, zones: Some(["zone/z2".to_owned()].into()) };
    check(Grant::whole(Role::Resident), "u-1", None, &[Party::Reporter]);
    check(Grant::whole(Role::Resident), "u-2", None, &[]);
    check(Grant::whole(Role::GridWorker), "u-2", None, &[Party::Desk, Party::Checker]);
    check(elsewhere(Role::GridWorker), "u-2", None, &[]);
    check(Grant::whole(Role::Property), "u-2", None, &[]);
    check(Grant::whole(Role::Property), "u-2", Some(ReportBody::Company), &[]);
    check(Grant::whole(Role::Property), "u-2", Some(ReportBody::Property), &[Party::Handler]);
    check(elsewhere(Role::Property), "u-2", Some(ReportBody::Property), &[]);
    let body = Some(ReportBody::Community);
    check(Grant::whole(Role::Community), "u-2", body, &[Party::Desk, Party::Handler]);
    check(Grant::whole(Role::CommunityPlanner), "u-2", None, &[Party::Planner]);
    check(Grant::whole(Role::Administrator), "u-2", None, &[Party::Desk, Party::Checker, Party::Planner]);
}

#[test]
fn a_role_elsewhere_and_another_role_here_are_not_that_role_here() {
    let elsewhere = Grant { role: Role::Property, zones: Some(["zone/z2".to_owned()].into()) };
    let grants = vec![elsewhere, Grant::whole(Role::Company)];
    let actor = Actor::new(Who::User("u-2".into()), grants, true);
    let asker = Asker { actor: &actor, reporter: None };
    let given_to = |body| Report { body: Some(body), ..lamp() };
    assert_eq!(parties_of(asker, &given_to(ReportBody::Property)), []);
    assert_eq!(parties_of(asker, &given_to(ReportBody::Company)), [Party::Handler]);
}

/// Any request, complete or not, by any party, after some hours.
fn anything() -> impl Strategy<Value = (Request, Party, i64)> {
    let request = (
        prop::sample::select(ReportDeed::ALL),
        prop::option::of(prop::sample::select(ReportBody::ALL)),
        prop::option::of("[a-z ]{0,4}"),
        prop::option::of((0..7_u8).prop_map(|stars| ReportRating { stars, text: None })),
        prop::option::of((1..9_u64, prop::sample::select(ReportState::ALL))),
    )
        .prop_map(|(deed, body, text, rating, main)| {
            let main = main.map(|(id, state)| Main { id, state });
            Request { body, text, rating, main, ..Request::plain(deed) }
        });
    (request, prop::sample::select(Party::ALL), 0..100_i64)
}

proptest! {
    #[test]
    fn whatever_people_and_time_do_the_report_stays_whole(deeds in prop::collection::vec(anything(), 1..200)) {
        let (kind, mut report) = (lighting(), lamp());
        let mut trail = vec![report.changed_at];
        for (request, party, hours) in deeds {
            let now = *trail.last().unwrap() + Duration::hours(hours);
            while let Some(Change { after, entry }) = pass_time(&report, &kind, now) {
                prop_assert_eq!(after.version, report.version + 1);
                trail.push(entry.at);
                report = after;
            }
            if let Ok(Change { after, entry }) = act(&report, &request, &[party], &kind, now) {
                prop_assert_eq!((after.version, after.state), (report.version + 1, entry.state));
                trail.push(entry.at);
                report = after;
            }
            // Whoever is owed something is owed it by a certain time, or by another report or a project.
            prop_assert_eq!(report.deadline.map(|deadline| deadline.step), step_of(report.state));
            prop_assert_eq!(report.ended_at.is_some(), COURSE.is_end(report.state));
            // An end without an answer is the resident's own.
            let is_answered = report.answer.as_deref().is_some_and(|answer| !answer.trim().is_empty());
            prop_assert!(is_answered || !COURSE.is_end(report.state) || report.state == ReportState::Withdrawn);
            prop_assert!(report.main.is_some() || report.state != ReportState::Merged);
            let is_in_hand = matches!(report.state, ReportState::Dispatched | ReportState::InProgress);
            prop_assert!(!is_in_hand || report.body.is_some());
        }
        prop_assert!(trail.is_sorted());
    }

    #[test]
    fn what_is_said_to_be_possible_is(state in prop::sample::select(ReportState::ALL), party in prop::sample::select(Party::ALL)) {
        let report = Report { state, ..lamp() };
        for deed in ReportDeed::ALL {
            let request = Request {
                body: Some(ReportBody::Property),
                text: Some("so".into()),
                rating: Some(ReportRating { stars: 3, text: None }),
                main: Some(Main { id: 1, state: ReportState::Accepted }),
                ..Request::plain(*deed)
            };
            let is_done = act(&report, &request, &[party], &lighting(), MORNING).is_ok();
            prop_assert_eq!(possible(&report, &[party]).contains(deed), is_done, "{:?}", deed);
        }
    }
}

/// Every role, in its zone, in another and everywhere, as a person and as a key, with every state and body.
#[test]
fn nobody_calls_about_a_report_but_the_desk_and_its_body_while_it_is_open() {
    let bodies = [
        (ReportBody::Community, Role::Community),
        (ReportBody::Property, Role::Property),
        (ReportBody::CommunityPlanner, Role::CommunityPlanner),
        (ReportBody::Company, Role::Company),
        (ReportBody::UpperUnit, Role::UpperUnit),
    ];
    let desk = [Role::GridWorker, Role::Community, Role::Administrator];
    let ends = [ReportState::Closed, ReportState::Declined, ReportState::Withdrawn];
    let mut calls = 0;
    for ((role, zone), state) in Role::ALL
        .iter()
        .flat_map(|role| [None, Some("zone/z1"), Some("zone/z2")].map(|zone| (*role, zone)))
        .flat_map(|asker| ReportState::ALL.iter().map(move |state| (asker, *state)))
    {
        for (body, its_role) in bodies {
            let report = Report { state, body: Some(body), ..lamp() };
            let grant = Grant { role, zones: zone.map(|zone| [zone.to_owned()].into()) };
            let may = |who| {
                let actor = Actor::new(who, vec![grant.clone()], true);
                may_call(Asker { actor: &actor, reporter: Some("u-1") }, &report)
            };
            let is_theirs = (desk.contains(&role) || role == its_role) && zone != Some("zone/z2");
            let expected = is_theirs && !ends.contains(&state);
            assert_eq!(may(Who::User("u-2".into())), expected, "{role:?} {zone:?} {state:?} {body:?}");
            // Whoever reported it is not more for that; machines call nobody.
            assert_eq!(may(Who::User("u-1".into())), expected, "{role:?} {zone:?} {state:?} {body:?}");
            assert!(!may(Who::Key("k".into())) && !may(Who::Visitor), "{role:?} {state:?}");
            calls += usize::from(expected);
        }
    }
    assert!(calls > 100, "{calls}");
}
