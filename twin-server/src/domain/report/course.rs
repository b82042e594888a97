//! The course of a report, after the seven steps of a case in community management (问题发现, 案件建立, 任务派遣,
//! 任务处理, 处理反馈, 核查结案, 考核评价): the table, and the words that people read.

use twin_schemas::reports::{ReportBody, ReportDeed, ReportState, ReportStep};

use crate::domain::cycle::{Course, Rule, words};

use ReportDeed as Deed;
use ReportState as State;

/// Who moves a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// The resident whose report it is.
    Reporter,
    /// Whoever takes reports up and sends them out for the community.
    Desk,
    /// The body that is responsible.
    Handler,
    /// Whoever looks on site.
    Checker,
    /// Whoever programmes renewals.
    Planner,
    /// Time, or what happens to another report.
    Clock,
}

/// What must be said with a deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// Who is to handle it.
    Body,
    /// What the resident is told.
    Answer,
    /// Why.
    Reason,
    /// What the resident thinks of it.
    Rating,
    /// The report that it is joined to.
    Main,
}

/// The course of a report.
pub const COURSE: Course<State, Deed, Party, Need> = Course {
    start: State::Submitted,
    rules: RULES,
    ends: &[State::Closed, State::Declined, State::Withdrawn],
};

type Row = Rule<State, Deed, Party, Need>;

#[rustfmt::skip]
const RULES: &[Row] = {
    use State::{Accepted, Answered, Checked, Closed, Declined, Dispatched, InProgress, Merged, Programmed, Submitted, Withdrawn};
    &[
        Row::new(&[Submitted],                                   Deed::Accept,    Accepted,   Party::Desk,     &[]),
        Row::new(&[Submitted, Accepted],                         Deed::Decline,   Declined,   Party::Desk,     &[Need::Answer]),
        Row::new(&[Submitted, Accepted],                         Deed::Withdraw,  Withdrawn,  Party::Reporter, &[]),
        Row::new(&[Accepted, Dispatched, InProgress],            Deed::Dispatch,  Dispatched, Party::Desk,     &[Need::Body]),
        Row::new(&[Dispatched, InProgress],                      Deed::Return,    Accepted,   Party::Handler,  &[Need::Reason]),
        Row::new(&[Dispatched],                                  Deed::Start,     InProgress, Party::Handler,  &[]),
        Row::new(&[Dispatched, InProgress],                      Deed::Answer,    Answered,   Party::Handler,  &[Need::Answer]),
        // What the community settles by itself (小闭环) needs no body.
        Row::new(&[Accepted],                                    Deed::Answer,    Answered,   Party::Desk,     &[Need::Answer]),
        Row::new(&[Answered],                                    Deed::Pass,      Checked,    Party::Checker,  &[]),
        Row::new(&[Answered],                                    Deed::Fail,      InProgress, Party::Checker,  &[Need::Reason]),
        Row::new(&[Answered, Checked],                           Deed::Confirm,   Closed,     Party::Reporter, &[Need::Rating]),
        Row::new(&[Answered, Checked, Closed, Declined],         Deed::Reopen,    Accepted,   Party::Reporter, &[Need::Reason]),
        Row::new(&[Checked],                                     Deed::Lapse,     Closed,     Party::Clock,    &[]),
        Row::new(&[Submitted, Accepted, Dispatched, InProgress], Deed::Merge,     Merged,     Party::Desk,     &[Need::Main]),
        Row::new(&[Merged],                                      Deed::Part,      Accepted,   Party::Desk,     &[Need::Reason]),
        // Its main report was taken back or joined to another.
        Row::new(&[Merged],                                      Deed::Part,      Accepted,   Party::Clock,    &[Need::Reason]),
        Row::new(&[Merged],                                      Deed::Follow,    Answered,   Party::Clock,    &[Need::Answer]),
        Row::new(&[Accepted, Dispatched, InProgress],            Deed::Programme, Programmed, Party::Planner,  &[]),
        Row::new(&[Programmed],                                  Deed::Return,    Accepted,   Party::Planner,  &[Need::Reason]),
        Row::new(&[Programmed],                                  Deed::Answer,    Answered,   Party::Planner,  &[Need::Answer]),
    ]
};

/// The step that a report in a state is in; none where nobody owes it anything by a certain time. What has
/// entered a programming goes by the dates of its project.
#[must_use]
pub const fn step_of(state: State) -> Option<ReportStep> {
    match state {
        State::Submitted => Some(ReportStep::Accept),
        State::Accepted => Some(ReportStep::Dispatch),
        State::Dispatched | State::InProgress => Some(ReportStep::Handle),
        State::Answered => Some(ReportStep::Check),
        State::Checked => Some(ReportStep::Confirm),
        State::Closed | State::Declined | State::Programmed | State::Merged | State::Withdrawn => None,
    }
}

words!(ReportState {
    Submitted "submitted" "待受理" "submitted",
    Accepted "accepted" "已立案" "accepted",
    Dispatched "dispatched" "已派遣" "dispatched",
    InProgress "in_progress" "处理中" "in progress",
    Answered "answered" "已反馈" "answered",
    Checked "checked" "已核查" "checked",
    Closed "closed" "已结案" "closed",
    Declined "declined" "不予受理" "declined",
    Programmed "programmed" "纳入更新策划" "in programming",
    Merged "merged" "已并入" "merged",
    Withdrawn "withdrawn" "已撤回" "withdrawn",
});

words!(ReportDeed {
    Accept "accept" "受理立案" "accept",
    Decline "decline" "不予受理" "decline",
    Dispatch "dispatch" "派遣" "dispatch",
    Return "return" "退回" "return",
    Start "start" "开始处理" "start",
    Answer "answer" "反馈" "answer",
    Pass "pass" "核查通过" "pass the check",
    Fail "fail" "核查不通过" "fail the check",
    Confirm "confirm" "确认评价" "confirm and rate",
    Reopen "reopen" "重新打开" "reopen",
    Withdraw "withdraw" "撤回" "withdraw",
    Merge "merge" "并入" "merge",
    Part "part" "拆出" "part",
    Programme "programme" "纳入策划" "programme",
    Follow "follow" "随主件反馈" "answer with the main report",
    Lapse "lapse" "逾期结案" "close unanswered",
});

words!(Party {
    Reporter "reporter" "报告居民" "the reporter",
    Desk "desk" "社区受理" "the community's desk",
    Handler "handler" "责任主体" "the responsible body",
    Checker "checker" "核查人" "the checker",
    Planner "planner" "社区规划师" "the planner",
    Clock "clock" "系统" "the system",
});

words!(Need {
    Body "body" "责任主体" "a responsible body",
    Answer "answer" "答复" "an answer",
    Reason "reason" "理由" "a reason",
    Rating "rating" "评价" "a rating",
    Main "main" "主件" "the main report",
});

words!(ReportBody {
    Community "community" "社区" "community",
    Property "property" "物业" "property",
    CommunityPlanner "community_planner" "社区规划师" "community planner",
    Company "company" "相关公司" "company",
    UpperUnit "upper_unit" "上级单位" "upper unit",
});

words!(ReportStep {
    Accept "accept" "受理" "acceptance",
    Dispatch "dispatch" "派遣" "dispatch",
    Handle "handle" "处理" "handling",
    Check "check" "核查" "check",
    Confirm "confirm" "确认" "confirmation",
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
    fn nothing_waits_for_a_resident_who_is_silent() {
        for state in State::ALL {
            let onward = COURSE.reached(*state, |rule| rule.by != Party::Reporter);
            assert!(COURSE.ends.iter().any(|end| onward.contains(end)), "{state:?} waits for the reporter");
        }
    }

    #[test]
    fn no_end_is_reached_without_an_answer_unless_the_resident_takes_it_back() {
        let unanswered = COURSE
            .reached(COURSE.start, |rule| !rule.needs.contains(&Need::Answer) && rule.deed != Deed::Withdraw);
        let ends: Vec<_> = COURSE.ends.iter().filter(|end| unanswered.contains(end)).collect();
        assert_eq!(ends, Vec::<&State>::new());
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
    fn every_state_that_is_no_end_is_in_a_step_or_waits_for_something_that_is() {
        for state in State::ALL.iter().filter(|state| !COURSE.is_end(**state)) {
            let waits_for_another = matches!(state, State::Programmed | State::Merged);
            assert_eq!(step_of(*state).is_none(), waits_for_another, "{state:?}");
        }
    }

    #[test]
    fn the_drawn_course_is_the_one_that_decides() {
        let drawn = |title: &str, diagram: String| format!("## {title}\n\n```mermaid\n{diagram}```\n");
        let text = format!(
            "# The course of a report\n\nMade from `twin-server/src/domain/report/course.rs`; `TWIN_BLESS=1` in the \
             environment of its tests writes it anew.\n\n{}\n{}",
            drawn("居民上报的流程", COURSE.diagram(|name| name.zh.as_deref().unwrap_or_default())),
            drawn("In English", COURSE.diagram(|name| name.en.as_deref().unwrap_or_default())),
        );
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/report-course.md");
        if std::env::var_os("TWIN_BLESS").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), text, "TWIN_BLESS=1 writes it anew");
    }
}
