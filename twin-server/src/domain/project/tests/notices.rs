//! The notice: its days, what must be answered before its end, and what puts a project on notice again.

use super::*;

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
    // Also where the clock has not said so yet: residents were refused already.
    let late =
        act(&out, &until(date!(2026 - 06 - 01)), &[Party::Community], out.notice.as_ref().unwrap().ends_at);
    refused(late, "the notice ended with");
}

#[test]
fn a_city_sets_the_days_of_the_steps_and_of_the_notice_but_for_no_fewer_than_ten() {
    let terms = Terms { screen_days: 3, notice_days: 15, ..Terms::default() };
    let declared = crate::domain::project::act(
        &begun(),
        &Request::plain(ProjectDeed::Declare),
        Party::ALL,
        &terms,
        NOON,
    )
    .unwrap();
    assert_eq!(declared.after.deadline.unwrap().due, NOON + Duration::days(3));
    let verified = after(&verified());
    let publish = |days, terms: &Terms| {
        let last_day = Some(date!(2026 - 05 - 04) + Duration::days(days));
        crate::domain::project::act(&verified, &Request { last_day, ..notice() }, Party::ALL, terms, NOON)
    };
    refused(publish(14, &terms), "14 full days, from 15 to 366");
    assert!(publish(15, &terms).is_ok());
    let fewer = Terms { notice_days: 1, ..Terms::default() };
    refused(publish(9, &fewer), "9 full days, from 10 to 366");
}
