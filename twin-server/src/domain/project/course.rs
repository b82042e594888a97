//! The course of a project, after the six steps of review (申报, 初审, 评审, 复核, 公示, 确认) and what follows them
//! (施工, 竣工, 评价): the table, and the words that people read.

use twin_schemas::projects::{ProjectDeed, ProjectKind, ProjectLevel, ProjectState, ProjectStep};

use crate::domain::cycle::{Course, Rule, words};

use ProjectDeed as Deed;
use ProjectState as State;

/// Who moves a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// The community planner, who answers for the plan.
    Planner,
    /// Whoever reviews for the upper unit.
    Reviewer,
    /// The community, which puts it on notice and answers residents.
    Community,
    /// Whoever builds.
    Builder,
    /// Someone who says something about it.
    Resident,
    /// Time.
    Clock,
}

/// What must be said with a deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// Why.
    Reason,
    /// What everyone is told.
    NoticeText,
    /// The last day of the notice.
    LastDay,
    /// Another plan.
    Plan,
    /// What was done or found, in words.
    Account,
}

/// The course of a project.
pub const COURSE: Course<State, Deed, Party, Need> = Course {
    start: State::Draft,
    rules: RULES,
    ends: &[State::Evaluated, State::Rejected, State::Withdrawn],
};

type Row = Rule<State, Deed, Party, Need>;

#[rustfmt::skip]
const RULES: &[Row] = {
    use State::{Approved, Assessed, Completed, Declared, Draft, Evaluated, Notice, Noticed, Rejected, Screened, Suspended, Verified, Withdrawn, Works};
    &[
        Row::new(&[Draft],                                                                         Deed::Declare,   Declared,  Party::Planner,   &[]),
        Row::new(&[Declared],                                                                      Deed::Screen,    Screened,  Party::Reviewer,  &[]),
        Row::new(&[Screened],                                                                      Deed::Assess,    Assessed,  Party::Reviewer,  &[]),
        Row::new(&[Assessed],                                                                      Deed::Verify,    Verified,  Party::Reviewer,  &[]),
        Row::new(&[Verified],                                                                      Deed::Publish,   Notice,    Party::Community, &[Need::NoticeText, Need::LastDay]),
        // Nobody loses a day: it only goes on longer.
        Row::new(&[Notice],                                                                        Deed::Extend,    Notice,    Party::Community, &[Need::Reason, Need::LastDay]),
        Row::new(&[Notice],                                                                        Deed::EndNotice, Noticed,   Party::Clock,     &[]),
        Row::new(&[Noticed],                                                                       Deed::Confirm,   Approved,  Party::Reviewer,  &[]),
        Row::new(&[Approved],                                                                      Deed::Start,     Works,     Party::Builder,   &[]),
        Row::new(&[Works],                                                                         Deed::Suspend,   Suspended, Party::Builder,   &[Need::Reason]),
        // The upper unit may stop what it let begin.
        Row::new(&[Works],                                                                         Deed::Suspend,   Suspended, Party::Reviewer,  &[Need::Reason]),
        Row::new(&[Suspended],                                                                     Deed::Resume,    Works,     Party::Builder,   &[]),
        Row::new(&[Works],                                                                         Deed::Complete,  Completed, Party::Builder,   &[Need::Account]),
        // Each year anew.
        Row::new(&[Completed, Evaluated],                                                          Deed::Evaluate,  Evaluated, Party::Reviewer,  &[Need::Account]),
        Row::new(&[Declared, Screened, Assessed, Verified, Notice, Noticed],                       Deed::Return,    Draft,     Party::Reviewer,  &[Need::Reason]),
        Row::new(&[Declared, Screened, Assessed, Verified, Notice, Noticed, Approved, Suspended],  Deed::Reject,    Rejected,  Party::Reviewer,  &[Need::Reason]),
        Row::new(&[Draft],                                                                         Deed::Withdraw,  Withdrawn, Party::Planner,   &[]),
        Row::new(&[Declared, Screened, Assessed, Verified, Notice, Noticed, Approved],             Deed::Withdraw,  Withdrawn, Party::Planner,   &[Need::Reason]),
        // What residents spoke about is not what would be built: it goes on notice again.
        Row::new(&[Notice, Noticed, Approved, Suspended],                                          Deed::Revise,    Verified,  Party::Planner,   &[Need::Reason, Need::Plan]),
    ]
};

/// The step that a project in a state is in; none where nobody waits for it.
#[must_use]
pub const fn step_of(state: State) -> Option<ProjectStep> {
    match state {
        State::Declared => Some(ProjectStep::Screen),
        State::Screened => Some(ProjectStep::Assess),
        State::Assessed => Some(ProjectStep::Verify),
        State::Verified => Some(ProjectStep::Publish),
        State::Notice => Some(ProjectStep::Notice),
        State::Noticed => Some(ProjectStep::Confirm),
        State::Approved => Some(ProjectStep::Start),
        State::Works => Some(ProjectStep::Build),
        State::Suspended => Some(ProjectStep::Resume),
        State::Completed => Some(ProjectStep::Evaluate),
        State::Draft | State::Evaluated | State::Rejected | State::Withdrawn => None,
    }
}

words!(ProjectState {
    Draft "draft" "编制中" "draft",
    Declared "declared" "已申报" "declared",
    Screened "screened" "初审通过" "screened",
    Assessed "assessed" "评审通过" "assessed",
    Verified "verified" "复核通过" "verified",
    Notice "notice" "公示中" "on notice",
    Noticed "noticed" "公示期满" "notice over",
    Approved "approved" "已入库" "in the library",
    Works "works" "施工中" "being built",
    Suspended "suspended" "已停工" "suspended",
    Completed "completed" "已竣工" "completed",
    Evaluated "evaluated" "已评价" "evaluated",
    Rejected "rejected" "不予通过" "rejected",
    Withdrawn "withdrawn" "已撤回" "withdrawn",
});

words!(ProjectDeed {
    Declare "declare" "申报" "declare",
    Screen "screen" "初审通过" "pass the preliminary review",
    Assess "assess" "评审通过" "pass the assessment",
    Verify "verify" "复核通过" "pass the verification",
    Publish "publish" "公示" "put on notice",
    Extend "extend" "公示延期" "extend the notice",
    EndNotice "end_notice" "公示期满" "end the notice",
    Confirm "confirm" "确认入库" "confirm",
    Start "start" "开工" "start the works",
    Suspend "suspend" "停工" "suspend the works",
    Resume "resume" "复工" "resume the works",
    Complete "complete" "竣工" "complete",
    Evaluate "evaluate" "评价" "evaluate",
    Return "return" "退回补正" "return for correction",
    Reject "reject" "不予通过" "reject",
    Withdraw "withdraw" "撤回" "withdraw",
    Revise "revise" "变更方案" "change the plan",
});

words!(Party {
    Planner "planner" "社区规划师" "the planner",
    Reviewer "reviewer" "上级单位" "the reviewer",
    Community "community" "社区" "the community",
    Builder "builder" "施工单位" "the builder",
    Resident "resident" "居民" "a resident",
    Clock "clock" "系统" "the system",
});

words!(Need {
    Reason "reason" "理由" "a reason",
    NoticeText "notice_text" "公示内容" "the text of the notice",
    LastDay "last_day" "公示截止日" "the last day of the notice",
    Plan "plan" "新方案" "another plan",
    Account "account" "情况说明" "an account in words",
});

words!(ProjectStep {
    Screen "screen" "初审" "preliminary review",
    Assess "assess" "评审" "assessment",
    Verify "verify" "复核" "verification",
    Publish "publish" "公示准备" "preparing the notice",
    Notice "notice" "公示" "notice",
    Confirm "confirm" "确认" "confirmation",
    Start "start" "开工" "start of the works",
    Build "build" "施工" "works",
    Resume "resume" "复工" "resumption",
    Evaluate "evaluate" "评价" "evaluation",
});

words!(ProjectKind {
    Infrastructure "infrastructure" "基础设施升级类" "infrastructure",
    DataServices "data_services" "数据服务完善类" "data services",
    Scenarios "scenarios" "应用场景迭代类" "scenes of use",
    Operation "operation" "运营管理提质类" "operation and management",
    Participation "participation" "治理参与强化类" "participation in governance",
});

words!(ProjectLevel {
    Basic "basic" "基础型" "basic",
    Improving "improving" "提升型" "improving",
    Exemplary "exemplary" "示范型" "exemplary",
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::cycle::Word;

    #[test]
    fn every_state_can_be_reached_and_leads_to_an_end() {
        let reached = COURSE.reached(COURSE.start, |_| true);
        for state in State::ALL {
            assert!(reached.contains(state), "{state:?} is never reached");
            let onward = COURSE.reached(*state, |_| true);
            assert!(COURSE.ends.iter().any(|end| onward.contains(end)), "{state:?} has no way to an end");
        }
    }

    #[test]
    fn no_way_into_the_library_goes_round_a_review_or_the_notice() {
        for deed in [Deed::Declare, Deed::Screen, Deed::Assess, Deed::Verify, Deed::Publish, Deed::EndNotice]
        {
            let reached = COURSE.reached(COURSE.start, |rule| rule.deed != deed);
            for state in [State::Approved, State::Works, State::Completed, State::Evaluated] {
                assert!(!reached.contains(&state), "{state:?} is reached without {deed:?}");
            }
        }
        assert!(COURSE.of(State::Notice, Deed::EndNotice).all(|rule| rule.by == Party::Clock));
    }

    #[test]
    fn whoever_turns_a_project_back_says_why() {
        let turns = COURSE.rules.iter().filter(|rule| {
            matches!(rule.deed, Deed::Return | Deed::Reject | Deed::Suspend | Deed::Revise)
                || rule.deed == Deed::Withdraw && rule.from != [State::Draft].as_slice()
        });
        for rule in turns {
            assert!(rule.needs.contains(&Need::Reason), "{:?}", rule.deed);
        }
    }

    #[test]
    fn a_deed_of_a_party_leads_from_a_state_to_one_other() {
        for state in State::ALL {
            for deed in Deed::ALL {
                let rules: Vec<_> = COURSE.of(*state, *deed).collect();
                assert!(rules.iter().all(|rule| rule.to == rules[0].to), "{state:?} {deed:?}");
                let mut parties: Vec<_> = rules.iter().map(|rule| rule.by).collect();
                parties.dedup();
                assert_eq!(parties.len(), rules.len(), "{state:?} {deed:?}");
            }
        }
    }

    #[test]
    fn every_state_but_the_draft_and_the_ends_is_in_a_step() {
        for state in State::ALL {
            let waits = *state != State::Draft && !COURSE.is_end(*state);
            assert_eq!(step_of(*state).is_some(), waits, "{state:?}");
        }
    }

    #[test]
    fn the_drawn_course_of_a_project_is_the_one_that_decides() {
        let drawn = |title: &str, diagram: String| format!("## {title}\n\n```mermaid\n{diagram}```\n");
        let text = format!(
            "# The course of a project\n\nMade from `twin-server/src/domain/project/course.rs`; `TWIN_BLESS=1` in the \
             environment of its tests writes it anew.\n\n{}\n{}",
            drawn("更新项目的流程", COURSE.diagram(|name| name.zh.as_deref().unwrap_or_default())),
            drawn("In English", COURSE.diagram(|name| name.en.as_deref().unwrap_or_default())),
        );
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/project-course.md");
        if std::env::var_os("TWIN_BLESS").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), text, "TWIN_BLESS=1 writes it anew");
    }
}
