//! A project from its plan to its evaluation, step by step; `notices` and `whole` hold what goes beyond one step.

mod notices;
mod whole;

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
