use proptest::prelude::*;
use time::Duration;
use time::macros::{date, datetime};
use twin_schemas::LocalizedText;
use twin_schemas::projects::{
    DepartmentStance, OpinionKind, ProjectBudget, ProjectKind, ProjectLevel, ProjectPhase, ProjectPlace,
};
use twin_schemas::reports::ReportBody;

use super::*;
use crate::domain::permission::{Actor, Grant, Role, Who};
use crate::domain::refusal::InChinese as _;

fn act(
    project: &Project,
    request: &Request,
    parties: &[Party],
    now: OffsetDateTime,
) -> Result<Change, Refusal> {
    super::act(project, request, parties, &Terms::default(), now)
}

fn plan_anew(
    project: &Project,
    plan: ProjectPlan,
    zones: Vec<String>,
    reason: Option<String>,
    parties: &[Party],
    now: OffsetDateTime,
) -> Result<Change, Refusal> {
    super::plan_anew(project, plan, zones, reason, parties, &Terms::default(), now)
}

fn pass_time(project: &Project, now: OffsetDateTime) -> Option<Change> {
    super::pass_time(project, &Terms::default(), now)
}

/// Noon in the community.
const NOON: OffsetDateTime = datetime!(2026-05-04 04:00 UTC);

fn lift() -> ProjectPlan {
    ProjectPlan {
        name: LocalizedText::new("加装电梯", "A lift"),
        summary: "3 号楼加装电梯".into(),
        kind: ProjectKind::Infrastructure,
        level: ProjectLevel::Improving,
        zones: Vec::new(),
        places: vec![ProjectPlace::Object { object: "building/b1".into() }],
        phases: vec![ProjectPhase {
            id: "build".into(),
            name: LocalizedText::new("施工", "Works"),
            from: date!(2026 - 07 - 01),
            to: date!(2026 - 09 - 30),
        }],
        budget: ProjectBudget { planned_fen: 80_000_000, sources: Vec::new() },
        parties: Vec::new(),
        documents: Vec::new(),
        alternatives: Vec::new(),
        reports: Vec::new(),
        problems: Vec::new(),
        tasks: Vec::new(),
    }
}

fn begun() -> Project {
    created(1, lift(), vec!["zone/z1".into()], NOON).after
}

fn saying(deed: ProjectDeed, text: &str) -> Request {
    Request { text: Some(text.into()), ..Request::plain(deed) }
}

/// A notice that is put up on the fourth and out from the fifth to the fourteenth.
fn notice() -> Request {
    Request { last_day: Some(date!(2026 - 05 - 14)), ..saying(ProjectDeed::Publish, "现予公示") }
}

/// A project after some deeds at noon, each by whoever may.
fn after(deeds: &[Request]) -> Project {
    deeds.iter().fold(begun(), |project, request| act(&project, request, Party::ALL, NOON).unwrap().after)
}

fn verified() -> Vec<Request> {
    [ProjectDeed::Declare, ProjectDeed::Screen, ProjectDeed::Assess, ProjectDeed::Verify]
        .map(Request::plain)
        .to_vec()
}

/// What time has brought by an instant.
fn at(mut project: Project, now: OffsetDateTime) -> Project {
    while let Some(change) = pass_time(&project, now) {
        project = change.after;
    }
    project
}

/// In the library after its notice.
fn approved() -> Project {
    let mut deeds = verified();
    deeds.push(notice());
    let over = at(after(&deeds), datetime!(2026-05-14 16:00 UTC));
    act(&over, &Request::plain(ProjectDeed::Confirm), Party::ALL, over.changed_at).unwrap().after
}

fn in_works() -> Project {
    let approved = approved();
    act(&approved, &Request::plain(ProjectDeed::Start), &[Party::Builder], approved.changed_at).unwrap().after
}

fn refused(result: Result<Change, Refusal>, expected: &str) {
    let told = result.map_err(|refusal| refusal.to_string());
    assert!(told.as_ref().is_err_and(|told| told.contains(expected)), "{told:?}");
}

#[test]
fn a_lift_is_planned_reviewed_put_on_notice_built_and_evaluated() {
    let built = {
        let told = Progress { percent: Some(60), phase: Some("build".into()), ..Progress::default() };
        progress(&in_works(), &told, &[Party::Builder], NOON).unwrap().after
    };
    let completed = act(&built, &saying(ProjectDeed::Complete, "已验收"), &[Party::Builder], NOON).unwrap();
    assert_eq!((completed.after.progress_percent, completed.after.state), (100, ProjectState::Completed));
    let finding =
        Finding { text: "门厅照明不足".into(), body: ReportBody::Property, due: date!(2027 - 01 - 01) };
    let evaluate = Request { findings: vec![finding], ..saying(ProjectDeed::Evaluate, "总体良好") };
    let evaluated = act(&completed.after, &evaluate, &[Party::Reviewer], NOON).unwrap().after;
    assert_eq!((evaluated.state, evaluated.deadline), (ProjectState::Evaluated, None));
    // The next one verifies what the one before found.
    let again = |mended| Request { mended, ..saying(ProjectDeed::Evaluate, "复查") };
    refused(act(&evaluated, &again(vec![2]), &[Party::Reviewer], NOON), "no open finding 2");
    let verified = act(&evaluated, &again(vec![1]), &[Party::Reviewer], NOON).unwrap().after;
    assert!(verified.evaluations[0].findings[0].mended_at.is_some());
    refused(act(&verified, &again(vec![1]), &[Party::Reviewer], NOON), "no open finding 1");
    refused(
        act(&evaluated, &again(vec![1; 1_001]), &[Party::Reviewer], NOON),
        "1001 mended findings, limit 1000",
    );
}

#[test]
fn a_notice_is_out_for_ten_full_days_and_ends_when_the_last_is_over() {
    let verified = after(&verified());
    let until = |day| Request { last_day: Some(day), ..notice() };
    let publish = |day| act(&verified, &until(day), &[Party::Community], NOON);
    refused(publish(date!(2026 - 05 - 13)), "out for 9 full days, from 10 to 366");
    refused(publish(date!(2026 - 05 - 13)), "put its last day to 2026-05-14 or later");
    refused(publish(date!(2000 - 01 - 01)), "full days");
    refused(publish(date!(2028 - 01 - 01)), "full days");
    let out = publish(date!(2026 - 05 - 14)).unwrap().after;
    let told = out.notice.as_ref().unwrap();
    assert_eq!((told.from, told.to, told.round), (date!(2026 - 05 - 05), date!(2026 - 05 - 14), 1));
    let midnight = datetime!(2026-05-15 00:00 +8);
    assert_eq!(at(out.clone(), midnight - Duration::MICROSECOND).state, ProjectState::Notice);
    let end =
        act(&out, &Request::plain(ProjectDeed::EndNotice), &[Party::Clock], midnight - Duration::SECOND);
    refused(end, "the notice is out until the end of 2026-05-14");
    refused(voice(&out, "迟到", midnight), "the notice ended with 2026-05-14");
    assert_eq!(at(out, midnight).state, ProjectState::Noticed);
}

#[test]
fn nothing_is_confirmed_before_every_opinion_has_an_answer() {
    let mut deeds = verified();
    deeds.push(notice());
    let spoken = voice(&after(&deeds), " 挡光 ", NOON).unwrap();
    let opinion = spoken.opinion.unwrap();
    assert_eq!((opinion.kind, opinion.text.as_str()), (OpinionKind::Opinion, "挡光"));
    let over = at(spoken.after, datetime!(2026-06-01 00:00 UTC));
    let confirm = Request::plain(ProjectDeed::Confirm);
    let later = over.changed_at;
    refused(act(&over, &confirm, &[Party::Reviewer], later), "1 opinions of residents have no answer");
    refused(answer(&over, &opinion, "已调整", &[Party::Builder], later), "for the community or the planner");
    let answered = answer(&over, &opinion, "已调整", &[Party::Community], later).unwrap();
    let opinion = answered.opinion.unwrap();
    let corrected = answer(&answered.after, &opinion, "已调整位置", &[Party::Community], later).unwrap();
    assert_eq!(corrected.after.voices.opinions_open, 0);
    assert_eq!(
        act(&corrected.after, &confirm, &[Party::Reviewer], later).unwrap().after.state,
        ProjectState::Approved
    );
}

#[test]
fn a_department_that_was_asked_is_waited_for_and_asked_again_about_another_plan() {
    let names = ["消防".to_owned(), "园林".to_owned()];
    let declared = after(&verified()[..1]);
    let asked = ask(&declared, &names, &[Party::Reviewer], NOON).unwrap().after;
    refused(ask(&asked, &names[..1], &[Party::Reviewer], NOON), "asked already");
    let word = |department: &str| Heard {
        department: department.into(),
        stance: DepartmentStance::Conditional,
        text: "保留消防通道".into(),
    };
    refused(hear(&asked, &word("水务"), &[Party::Reviewer], NOON), "no department `水务`");
    refused(hear(&asked, &word("消防"), &[Party::Planner], NOON), "`hear` is for the reviewer");
    let heard = hear(&asked, &word("消防"), &[Party::Reviewer], NOON).unwrap().after;
    let on = |project: &Project, deed| act(project, &saying(deed, "补正"), Party::ALL, NOON);
    let assessed = on(&on(&heard, ProjectDeed::Screen).unwrap().after, ProjectDeed::Assess).unwrap().after;
    refused(on(&assessed, ProjectDeed::Verify), "their written opinion: 园林");
    let heard = hear(&assessed, &word("园林"), &[Party::Reviewer], NOON).unwrap().after;
    assert_eq!(on(&heard, ProjectDeed::Verify).unwrap().after.state, ProjectState::Verified);
    // Sent back, changed and declared anew: both are asked about what is planned now.
    let returned = on(&heard, ProjectDeed::Return).unwrap().after;
    let again = on(&returned, ProjectDeed::Declare).unwrap().after;
    assert!(again.departments.iter().all(|department| department.opinion.is_some()));
    let plan = ProjectPlan { level: ProjectLevel::Exemplary, ..lift() };
    let changed = plan_anew(&returned, plan, returned.zones.clone(), None, Party::ALL, NOON).unwrap().after;
    let again = on(&changed, ProjectDeed::Declare).unwrap().after;
    assert!(again.departments.iter().all(|department| department.opinion.is_none()));
}

#[test]
fn another_plan_after_the_notice_began_goes_on_notice_again() {
    let dearer = ProjectPlan { budget: ProjectBudget { planned_fen: 90_000_000, ..lift().budget }, ..lift() };
    let planned = |project: &Project, plan: &ProjectPlan, reason: Option<&str>| {
        let (zones, reason) = (project.zones.clone(), reason.map(str::to_owned));
        plan_anew(project, plan.clone(), zones, reason, &[Party::Planner], NOON)
    };
    let approved = approved();
    refused(planned(&approved, &dearer, None), "`revise` needs a reason");
    let revised = planned(&approved, &dearer, Some("材料涨价")).unwrap().after;
    assert_eq!((revised.state, revised.plan_number), (ProjectState::Verified, 2));
    assert_eq!(revised.approved_at, None);
    // Its words may change without one.
    let renamed = ProjectPlan { summary: "3 号楼东单元加装电梯".into(), ..lift() };
    let renamed = planned(&approved, &renamed, None).unwrap().after;
    assert_eq!((renamed.state, renamed.plan_number), (ProjectState::Approved, 1));
    refused(planned(&approved, &lift(), None), "the plan is as it was");
    // What is being built must be stopped first.
    let works = in_works();
    refused(planned(&works, &dearer, Some("材料涨价")), "suspend the works");
    let stop = saying(ProjectDeed::Suspend, "材料涨价");
    let suspended = act(&works, &stop, &[Party::Builder], NOON).unwrap().after;
    assert_eq!(planned(&suspended, &dearer, Some("材料涨价")).unwrap().after.state, ProjectState::Verified);
    // What is under review is corrected by sending it back.
    refused(planned(&after(&verified()[..1]), &dearer, Some("更正")), "while the project is `declared`");
}

#[test]
fn who_builds_tells_how_far_it_is_and_what_it_cost_within_the_budget() {
    let works = in_works();
    let tell = |told: Progress| progress(&works, &told, &[Party::Builder], NOON);
    refused(tell(Progress::default()), "`progress` needs something to tell");
    refused(tell(Progress { percent: Some(101), ..Progress::default() }), "`percent` is 101, from 0 to 100");
    refused(
        tell(Progress { spent_fen: Some(80_000_001), ..Progress::default() }),
        "80000001 fen would be spent, the budget is 80000000 fen",
    );
    refused(tell(Progress { phase: Some("roof".into()), ..Progress::default() }), "no phase `roof`");
    let told = Progress { percent: Some(40), spent_fen: Some(30_000_000), ..Progress::default() };
    refused(progress(&works, &told, &[Party::Planner], NOON), "`progress` is for the builder");
    let further = progress(&works, &told, &[Party::Builder], NOON).unwrap().after;
    let back = Progress { percent: Some(39), ..Progress::default() };
    refused(progress(&further, &back, &[Party::Builder], NOON), "`percent` is 39, from 40 to 100");
    refused(
        act(&further, &saying(ProjectDeed::Complete, "完工"), &[Party::Builder], NOON),
        "not done: build",
    );
}

#[test]
fn time_reminds_of_a_step_then_tells_that_it_is_late_then_the_upper_unit() {
    let declared = after(&verified()[..1]);
    let urge = |days| at(declared.clone(), NOON + Duration::days(days)).urge;
    assert_eq!([urge(7), urge(8), urge(10), urge(20)], {
        use ReportUrge::{Escalated, None, Overdue, Reminded};
        [None, Reminded, Overdue, Escalated]
    });
    assert_eq!(next_at(&at(declared, NOON + Duration::days(99))), None);
    // Works are due when the last phase is, and that moves with the plan.
    let works = in_works();
    assert_eq!(works.deadline.unwrap().due, datetime!(2026-10-01 00:00 +8));
    let mut longer = lift();
    longer.phases[0].to = date!(2026 - 10 - 31);
    let moved = plan_anew(&works, longer, works.zones.clone(), None, Party::ALL, NOON).unwrap().after;
    assert_eq!(moved.deadline.unwrap().due, datetime!(2026-11-01 00:00 +8));
    let late = at(works.clone(), datetime!(2026-10-02 00:00 UTC));
    assert_eq!(late.urge, ReportUrge::Overdue);
    let zones = late.zones.clone();
    assert_eq!(
        plan_anew(&late, moved.plan, zones, None, Party::ALL, NOON).unwrap().after.urge,
        ReportUrge::None
    );
}

#[test]
fn who_is_of_which_party_follows_from_roles_in_all_zones_of_the_project() {
    fn check(grants: &[Grant], zones: &[&str], expected: &[Party]) {
        let actor = Actor::new(Who::User("u-1".into()), grants.to_vec(), true);
        let zones = zones.iter().map(|zone| (*zone).to_owned()).collect();
        assert_eq!(parties_of(&actor, &Project { zones, ..begun() }), expected, "{actor:?}");
    }
    let of = |role, zone: &str| Grant { role, zones: Some([zone.to_owned()].into()) };
    let whole = Grant::whole;
    check(&[whole(Role::CommunityPlanner)], &[], &[Party::Planner, Party::Community]);
    check(&[of(Role::CommunityPlanner, "a")], &["a"], &[Party::Planner, Party::Community]);
    check(&[of(Role::CommunityPlanner, "a")], &["a", "b"], &[]);
    check(&[of(Role::CommunityPlanner, "a")], &[], &[]);
    let both = [of(Role::CommunityPlanner, "a"), of(Role::CommunityPlanner, "b")];
    check(&both, &["a", "b"], &[Party::Planner, Party::Community]);
    check(&[whole(Role::UpperUnit)], &["a"], &[Party::Reviewer]);
    check(&[whole(Role::Community)], &["a"], &[Party::Community, Party::Builder]);
    check(&[whole(Role::Company)], &["a"], &[Party::Builder]);
    check(&[whole(Role::Resident)], &["a"], &[]);
}

#[test]
fn everyone_reads_a_project_from_its_notice_on_and_nobody_else_a_draft() {
    let actor = |role| Actor::new(Who::User("u-1".into()), vec![Grant::whole(role)], true);
    let reads = |role, project: &Project| may_read(&actor(role), project);
    let (draft, declared) = (begun(), after(&verified()[..1]));
    assert_eq!(
        [Role::CommunityPlanner, Role::Community, Role::UpperUnit, Role::Company, Role::Resident]
            .map(|role| (reads(role, &draft), reads(role, &declared))),
        [(true, true), (true, true), (false, true), (false, false), (false, false)]
    );
    let approved = approved();
    assert!(reads(Role::Resident, &approved));
    let returned = Project { state: ProjectState::Draft, ..approved.clone() };
    assert!(!reads(Role::Resident, &returned));
    // What was changed behind the scenes before it ended is not shown; what was on notice is.
    let ended = Project { state: ProjectState::Rejected, ..approved };
    assert!(reads(Role::Resident, &ended));
    assert!(!reads(Role::Resident, &Project { plan_number: 2, ..ended }));
}

/// Anything that someone may want, complete or not.
#[derive(Debug, Clone)]
enum Wish {
    Deed(Request),
    Plan(Box<ProjectPlan>, Option<String>),
    Ask(String),
    Hear(String),
    Voice,
    Answer(usize),
    Progress(Progress),
}

fn wish() -> impl Strategy<Value = Wish> {
    let text = || prop::option::of("[a-z ]{0,4}");
    let deed = (prop::sample::select(ProjectDeed::ALL), text(), prop::option::of(0..30_i64)).prop_map(
        |(deed, text, days)| {
            let last_day = days.map(|days| date!(2026 - 05 - 04) + Duration::days(days * 20));
            Wish::Deed(Request { text, last_day, ..Request::plain(deed) })
        },
    );
    let plan = (0..3_u64, prop::sample::select(ProjectLevel::ALL), any::<bool>(), text()).prop_map(
        |(budget, level, has_place, reason)| {
            let budget = ProjectBudget { planned_fen: budget * 100, sources: Vec::new() };
            let places = if has_place { lift().places } else { Vec::new() };
            Wish::Plan(Box::new(ProjectPlan { budget, level, places, ..lift() }), reason)
        },
    );
    let told = (prop::option::of(0..120_u8), prop::option::of(0..300_u64), any::<bool>()).prop_map(
        |(percent, spent_fen, has_phase)| {
            let phase = has_phase.then(|| "build".to_owned());
            Wish::Progress(Progress { percent, spent_fen, phase, ..Progress::default() })
        },
    );
    prop_oneof![
        12 => deed,
        2 => plan,
        1 => "[a-b]".prop_map(Wish::Ask),
        2 => "[a-c]".prop_map(Wish::Hear),
        2 => Just(Wish::Voice),
        3 => (0..4_usize).prop_map(Wish::Answer),
        2 => told,
    ]
}

/// A step of the way forward: most wishes of a random walk come to nothing.
fn onward(project: &Project) -> Request {
    let deed = match project.state {
        ProjectState::Draft => ProjectDeed::Declare,
        ProjectState::Declared => ProjectDeed::Screen,
        ProjectState::Screened => ProjectDeed::Assess,
        ProjectState::Assessed => ProjectDeed::Verify,
        ProjectState::Verified => ProjectDeed::Publish,
        ProjectState::Notice => ProjectDeed::Extend,
        ProjectState::Noticed => ProjectDeed::Confirm,
        ProjectState::Approved => ProjectDeed::Start,
        ProjectState::Suspended => ProjectDeed::Resume,
        ProjectState::Works => ProjectDeed::Complete,
        _ => ProjectDeed::Evaluate,
    };
    let last_day = match (&project.notice, project.state) {
        (Some(notice), ProjectState::Notice) => Some(notice.to + Duration::days(1)),
        _ => Some(day_of(project.changed_at) + Duration::days(NOTICE_DAYS)),
    };
    Request { last_day, ..saying(deed, "so") }
}

fn granted(
    project: &Project,
    opinions: &[ProjectOpinion],
    wish: Wish,
    parties: &[Party],
    now: OffsetDateTime,
) -> Option<Change> {
    let done = match wish {
        Wish::Deed(request) => act(project, &request, parties, now),
        Wish::Plan(plan, reason) => plan_anew(project, *plan, project.zones.clone(), reason, parties, now),
        Wish::Ask(name) => ask(project, &[name], parties, now),
        Wish::Hear(department) => {
            let heard = Heard { department, stance: DepartmentStance::Agrees, text: "so".into() };
            hear(project, &heard, parties, now)
        }
        Wish::Voice => voice(project, "so", now),
        Wish::Answer(at) => {
            return opinions.get(at).and_then(|o| answer(project, o, "so", parties, now).ok());
        }
        Wish::Progress(told) => progress(project, &told, parties, now),
    };
    done.ok()
}

#[test]
fn a_notice_goes_on_for_longer_and_never_for_less_with_a_reason_that_everyone_reads() {
    let mut deeds = verified();
    deeds.push(notice());
    let out = after(&deeds);
    let until = |day| Request { last_day: Some(day), ..saying(ProjectDeed::Extend, "居民要求延长") };
    let extend = |project: &Project, day| act(project, &until(day), &[Party::Community], NOON);
    refused(
        extend(&out, date!(2026 - 05 - 14)),
        "out until 2026-05-14\nhint: put its last day to a later one",
    );
    refused(extend(&out, date!(2026 - 05 - 13)), "out until 2026-05-14");
    refused(extend(&out, date!(2027 - 05 - 06)), "up to 2027-05-05");
    let unsaid = Request { text: None, ..until(date!(2026 - 05 - 20)) };
    refused(act(&out, &unsaid, &[Party::Community], NOON), "needs a reason");
    refused(act(&out, &until(date!(2026 - 05 - 20)), &[Party::Planner], NOON), "is for the community");
    let longer = extend(&out, date!(2026 - 05 - 20)).unwrap();
    assert_eq!(longer.entry.text.as_deref(), Some("居民要求延长"));
    assert!(is_for_all(&longer.entry));
    let again = extend(&longer.after, date!(2026 - 05 - 21)).unwrap().after;
    let notice = again.notice.as_ref().unwrap();
    assert_eq!(
        (notice.from, notice.to, notice.extensions.len()),
        (date!(2026 - 05 - 05), date!(2026 - 05 - 21), 2)
    );
    assert_eq!(notice.extensions[1].before, date!(2026 - 05 - 20));
    assert_eq!(again.deadline.unwrap().due, datetime!(2026-05-21 16:00 UTC));
    // The clock keeps the new day, and what is over stays over.
    assert_eq!(at(again.clone(), datetime!(2026-05-21 15:59 UTC)).state, ProjectState::Notice);
    let over = at(again, datetime!(2026-05-21 16:00 UTC));
    assert_eq!(over.state, ProjectState::Noticed);
    refused(extend(&over, date!(2026 - 06 - 01)), "not possible while");
}

#[test]
fn a_city_sets_the_days_of_the_steps_and_of_the_notice_but_for_no_fewer_than_ten() {
    let terms = Terms { screen_days: 3, notice_days: 15, ..Terms::default() };
    let declared =
        super::act(&begun(), &Request::plain(ProjectDeed::Declare), Party::ALL, &terms, NOON).unwrap();
    assert_eq!(declared.after.deadline.unwrap().due, NOON + Duration::days(3));
    let verified = after(&verified());
    let publish = |days, terms: &Terms| {
        let last_day = Some(date!(2026 - 05 - 04) + Duration::days(days));
        super::act(&verified, &Request { last_day, ..notice() }, Party::ALL, terms, NOON)
    };
    refused(publish(14, &terms), "14 full days, from 15 to 366");
    assert!(publish(15, &terms).is_ok());
    let fewer = Terms { notice_days: 1, ..Terms::default() };
    refused(publish(9, &fewer), "9 full days, from 10 to 366");
}

proptest! {
    #[test]
    fn what_is_said_to_be_possible_is_a_matter_of_what_is_said_alone(
        state in prop::sample::select(ProjectState::ALL), party in prop::sample::select(Party::ALL)
    ) {
        let notice = approved().notice;
        let project = Project { state, notice, voices: ProjectVoices { given: 1, ..ProjectVoices::default() }, ..begun() };
        let is_out = |refusal: Refusal| matches!(
                refusal,
                Refusal::Course(NotPossible::State { .. } | NotPossible::Party { .. })
            );
        for deed in ProjectDeed::ALL.iter().filter(|deed| **deed != ProjectDeed::Revise) {
            let refused = act(&project, &Request::plain(*deed), &[party], NOON).err();
            if let Some(refused) = &refused {
                // Whoever reads Chinese is not told programs' words.
                prop_assert!(!refused.zh().contains(|c: char| c.is_ascii_alphabetic()), "{}", refused.zh());
            }
            let is_possible = refused.is_none_or(|e| !is_out(e));
            prop_assert_eq!(possible(&project, &[party]).contains(deed), is_possible, "{:?}", deed);
        }
        let told = parts(&project, &[party], true);
        let renamed = ProjectPlan { summary: "so".into(), ..lift() };
        let heard = Heard { department: "so".into(), stance: DepartmentStance::Agrees, text: "so".into() };
        let opinion = ProjectOpinion {
            id: 1, kind: OpinionKind::Opinion, round: 1, text: "so".into(), at: NOON, answer: None, answered_at: None,
        };
        let more = Progress { text: Some("so".into()), ..Progress::default() };
        let zones = project.zones.clone();
        for (part, refusal) in [
            (ProjectPart::Plan, plan_anew(&project, renamed, zones, None, &[party], NOON).err()),
            (ProjectPart::Hear, hear(&project, &heard, &[party], NOON).err()),
            (ProjectPart::Voice, voice(&project, "so", NOON).err()),
            (ProjectPart::Answer, answer(&project, &opinion, "so", &[party], NOON).err()),
            (ProjectPart::Progress, progress(&project, &more, &[party], NOON).err()),
        ] {
            prop_assert_eq!(told.contains(&part), refusal.is_none_or(|e| !is_out(e)), "{:?}", part);
        }
    }

    #[test]
    fn whatever_people_and_time_do_the_project_stays_whole(
        wishes in prop::collection::vec((wish(), prop::sample::select(Party::ALL), any::<bool>(), 0..12_i64), 1..150)
    ) {
        let mut project = begun();
        let mut opinions: Vec<ProjectOpinion> = Vec::new();
        let (mut entries, mut heard_at_verification) = (vec![(project.changed_at, project.version)], true);
        for (wish, party, is_onward, days) in wishes {
            let now = entries.last().unwrap().0 + Duration::days(days);
            let mut changes = Vec::new();
            let mut current = project.clone();
            while let Some(change) = pass_time(&current, now) {
                current = change.after.clone();
                changes.push(change);
            }
            let change = if is_onward {
                act(&current, &onward(&current), Party::ALL, now).ok()
            } else {
                granted(&current, &opinions, wish, &[party], now)
            };
            changes.extend(change);
            for Change { after, entry, opinion } in changes {
                prop_assert_eq!((after.version, entry.version), (project.version + 1, after.version));
                prop_assert_eq!(entry.state, after.state);
                if let Some(opinion) = opinion {
                    opinions.retain(|known| known.id != opinion.id);
                    opinions.push(opinion);
                    opinions.sort_by_key(|opinion| opinion.id);
                }
                if after.state == ProjectState::Verified && project.state == ProjectState::Assessed {
                    heard_at_verification = after.departments.iter().all(|department| department.opinion.is_some());
                }
                // Into the library only by a notice of this very plan, over after ten full days, with every answer.
                if after.state == ProjectState::Approved && project.state != ProjectState::Approved {
                    let notice = after.notice.as_ref().unwrap();
                    prop_assert_eq!(notice.plan_number, after.plan_number);
                    prop_assert!(full_days(notice.from, notice.to) >= NOTICE_DAYS);
                    prop_assert!(notice.began_at <= notice.from.midnight().assume_offset(time::macros::offset!(+8)));
                    prop_assert!(notice.ends_at - notice.began_at >= Duration::days(NOTICE_DAYS));
                    prop_assert!(notice.ends_at <= after.changed_at);
                    let unanswered = opinions.iter().filter(|o| o.kind == OpinionKind::Opinion && o.answer.is_none());
                    prop_assert_eq!(unanswered.count(), 0);
                }
                entries.push((entry.at, entry.version));
                project = after;
            }
            prop_assert!(heard_at_verification);
            prop_assert_eq!(project.deadline.map(|deadline| deadline.step), step_of(project.state));
            prop_assert!(project.spent_fen <= project.plan.budget.planned_fen);
            let open = |kind| opinions.iter().filter(|o| o.kind == kind && o.answer.is_none()).count() as u32;
            prop_assert_eq!(project.voices.opinions_open, open(OpinionKind::Opinion));
            prop_assert_eq!(project.voices.complaints_open, open(OpinionKind::Complaint));
            // What is being built is what was on notice.
            if matches!(project.state, ProjectState::Approved | ProjectState::Works | ProjectState::Suspended | ProjectState::Completed) {
                prop_assert_eq!(project.notice.as_ref().unwrap().plan_number, project.plan_number);
            }
        }
        prop_assert!(entries.is_sorted());
    }
}
