//! The courses of a check-up and of a problem that it found: the tables, and the words that people read.

use twin_schemas::checkups::{
    CheckUpDeed, CheckUpState, ProblemDeed, ProblemRaise, ProblemState, ValueChange, ValueSource,
};
use twin_schemas::indicators::{
    IndicatorDirection, IndicatorFamily, IndicatorLevel, IndicatorMethod, Urgency,
};

use crate::domain::cycle::{Course, Rule, words};

/// Who moves a check-up or a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// Whoever runs check-ups for the place.
    Planner,
    /// What follows from the values.
    System,
}

/// What must be said with a deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// Why.
    Reason,
    /// How urgent it is instead.
    Urgency,
}

/// The course of a check-up.
pub const COURSE: Course<CheckUpState, CheckUpDeed, Party, Need> = Course {
    start: CheckUpState::Planned,
    rules: {
        use CheckUpDeed as Deed;
        use CheckUpState::{Cancelled, Collecting, Concluded, Planned, Review};
        &[
            Rule { from: &[Planned], deed: Deed::Begin, to: Collecting, by: Party::Planner, needs: &[] },
            Rule { from: &[Collecting], deed: Deed::Review, to: Review, by: Party::Planner, needs: &[] },
            Rule { from: &[Review], deed: Deed::Conclude, to: Concluded, by: Party::Planner, needs: &[] },
            Rule {
                from: &[Review, Concluded],
                deed: Deed::Reopen,
                to: Collecting,
                by: Party::Planner,
                needs: &[Need::Reason],
            },
            Rule {
                from: &[Planned, Collecting, Review],
                deed: Deed::Cancel,
                to: Cancelled,
                by: Party::Planner,
                needs: &[Need::Reason],
            },
        ]
    },
    ends: &[CheckUpState::Concluded, CheckUpState::Cancelled],
};

/// The course of a problem within a check-up that is being looked through.
pub const PROBLEM_COURSE: Course<ProblemState, ProblemDeed, Party, Need> = Course {
    start: ProblemState::Found,
    rules: {
        use ProblemDeed as Deed;
        use ProblemState::{Confirmed, Dismissed, Found, Gone};
        &[
            Rule {
                from: &[Found, Dismissed],
                deed: Deed::Confirm,
                to: Confirmed,
                by: Party::Planner,
                needs: &[],
            },
            Rule {
                from: &[Found, Confirmed, Dismissed],
                deed: Deed::Change,
                to: Confirmed,
                by: Party::Planner,
                needs: &[Need::Urgency, Need::Reason],
            },
            Rule {
                from: &[Found, Confirmed],
                deed: Deed::Dismiss,
                to: Dismissed,
                by: Party::Planner,
                needs: &[Need::Reason],
            },
            // A value is another than the one that was decided on.
            Rule {
                from: &[Found, Confirmed, Dismissed, Gone],
                deed: Deed::Renew,
                to: Found,
                by: Party::System,
                needs: &[],
            },
            Rule {
                from: &[Found, Confirmed, Dismissed],
                deed: Deed::Lapse,
                to: Gone,
                by: Party::System,
                needs: &[],
            },
        ]
    },
    ends: &[ProblemState::Confirmed, ProblemState::Dismissed, ProblemState::Gone],
};

words!(CheckUpState {
    Planned "planned" "计划中" "planned",
    Collecting "collecting" "采集中" "collecting",
    Review "review" "研判中" "in review",
    Concluded "concluded" "已完成" "concluded",
    Cancelled "cancelled" "已取消" "cancelled",
});

words!(CheckUpDeed {
    Begin "begin" "开始采集" "begin",
    Review "review" "形成问题" "find the problems",
    Conclude "conclude" "完成体检" "conclude",
    Reopen "reopen" "重新采集" "collect again",
    Cancel "cancel" "取消" "cancel",
});

words!(ProblemState {
    Found "found" "待研判" "found",
    Confirmed "confirmed" "已确认" "confirmed",
    Dismissed "dismissed" "不纳入" "dismissed",
    Gone "gone" "已消除" "gone",
});

words!(ProblemDeed {
    Confirm "confirm" "确认" "confirm",
    Change "change" "调整" "change",
    Dismiss "dismiss" "不纳入" "dismiss",
    Renew "renew" "重新形成" "find again",
    Lapse "lapse" "消除" "find no more",
});

words!(Party {
    Planner "planner" "社区规划师" "the planner",
    System "system" "系统" "the system",
});

words!(Need {
    Reason "reason" "理由" "a reason",
    Urgency "urgency" "紧急程度" "an urgency",
});

words!(Urgency {
    Ordinary "ordinary" "一般" "ordinary",
    Pressing "pressing" "较紧急" "pressing",
    Urgent "urgent" "紧急" "urgent",
});

words!(ProblemRaise {
    Widespread "widespread" "范围" "widespread",
    Overdue "overdue" "时限" "overdue",
});

words!(ValueSource {
    Form "form" "填报" "form",
    Import "import" "导入" "import",
    Computed "computed" "计算" "computed",
});

words!(ValueChange {
    Better "better" "改善" "better",
    Worse "worse" "恶化" "worse",
    Same "same" "持平" "same",
    New "new" "新增" "new",
    Gone "gone" "缺失" "gone",
});

words!(IndicatorFamily {
    Physical "physical" "物质空间体检" "physical check-up",
    Smart "smart" "智慧化体检" "smart check-up",
});

words!(IndicatorLevel {
    Building "building" "楼栋" "building",
    Neighbourhood "neighbourhood" "小区" "neighbourhood",
    Community "community" "社区" "community",
});

words!(IndicatorDirection {
    MoreIsBetter "more_is_better" "越高越好" "more is better",
    LessIsBetter "less_is_better" "越低越好" "less is better",
});

words!(IndicatorMethod {
    ParkCoverage "park_coverage" "公园服务半径覆盖" "coverage by parks",
    WalkingCircle "walking_circle" "步行生活圈" "walking circle",
    DeviceOnlineRate "device_online_rate" "设备在线率" "devices online",
    ClosingRate "closing_rate" "结案率" "closing rate",
    AnswerRate "answer_rate" "答复率" "answer rate",
    RepairTime "repair_time" "处置时长" "repair time",
    MeanRating "mean_rating" "平均评分" "mean rating",
    ParkingGap "parking_gap" "停车泊位缺口" "parking places lacking",
    ChargingGap "charging_gap" "充电桩缺口" "charging points lacking",
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::cycle::Word;

    fn leads_on<S: Word, D: Word>(course: &Course<S, D, Party, Need>) {
        let reached = course.reached(course.start, |_| true);
        for state in S::ALL {
            assert!(reached.contains(state), "{state:?} is never reached");
            let onward = course.reached(*state, |_| true);
            assert!(course.ends.iter().any(|end| onward.contains(end)), "{state:?} has no way to an end");
            for deed in D::ALL {
                assert!(course.of(*state, *deed).count() <= 1, "{state:?} {deed:?}");
            }
        }
    }

    #[test]
    fn every_state_can_be_reached_and_leads_to_an_end_by_one_row_a_deed() {
        leads_on(&COURSE);
        leads_on(&PROBLEM_COURSE);
    }

    #[test]
    fn a_problem_is_decided_by_the_planner_alone() {
        let decided = PROBLEM_COURSE.rules.iter();
        let mut decided =
            decided.filter(|rule| matches!(rule.to, ProblemState::Confirmed | ProblemState::Dismissed));
        assert!(decided.all(|rule| rule.by == Party::Planner));
    }

    #[test]
    fn the_drawn_course_is_the_one_that_decides() {
        let drawn = |title: &str, diagram: String| format!("## {title}\n\n```mermaid\n{diagram}```\n");
        let text = format!(
            "# The course of a check-up\n\nMade from `twin-server/src/domain/checkup/course.rs`; `TWIN_BLESS=1` in the \
             environment of its tests writes it anew.\n\n{}\n{}\n{}\n{}",
            drawn("体检的流程", COURSE.diagram(|name| name.zh.as_deref().unwrap_or_default())),
            drawn("体检问题的流程", PROBLEM_COURSE.diagram(|name| name.zh.as_deref().unwrap_or_default())),
            drawn("A check-up in English", COURSE.diagram(|name| name.en.as_deref().unwrap_or_default())),
            drawn(
                "A problem in English",
                PROBLEM_COURSE.diagram(|name| name.en.as_deref().unwrap_or_default())
            ),
        );
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/checkup-course.md");
        if std::env::var_os("TWIN_BLESS").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), text, "TWIN_BLESS=1 writes it anew");
    }
}
