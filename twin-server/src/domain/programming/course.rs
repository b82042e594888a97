//! The courses of a resource, a need and a task: the tables, and the words that people read.
//!
//! What follows from another list is done by the system: adopting a task commits its resources, a task that is done meets
//! its needs. Nobody can do that by hand, so that the lists never contradict each other.

use twin_schemas::programming::{
    NeedDeed, NeedGroup, NeedKind, NeedSource, NeedState, OperationMode, ResourceDeed, ResourceKind,
    ResourceState, TaskDeed, TaskState,
};

use crate::domain::cycle::{Course, Rule, words};

/// Who moves what stands on the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// Whoever keeps resources: upper units and planners.
    Keeper,
    /// Whoever gathers needs: the community and planners.
    Collector,
    /// Whoever puts tasks together.
    Planner,
    /// What follows from another list, or from projects.
    System,
}

/// What must be said with a deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Said {
    /// Why.
    Reason,
    /// By what, or for what.
    Account,
}

/// The course of a resource.
pub const RESOURCE_COURSE: Course<ResourceState, ResourceDeed, Party, Said> = Course {
    start: ResourceState::Available,
    rules: RESOURCE_RULES,
    ends: &[ResourceState::UsedUp, ResourceState::Withdrawn],
};

#[rustfmt::skip]
const RESOURCE_RULES: &[Rule<ResourceState, ResourceDeed, Party, Said>] = {
    use ResourceDeed as Deed;
    use ResourceState::{Available, Committed, UsedUp, Withdrawn};
    &[
        Rule::new(&[Available],                    Deed::Commit,   Committed, Party::System, &[]),
        Rule::new(&[Committed],                    Deed::Release,  Available, Party::System, &[]),
        // The tasks that are done have drawn all of it.
        Rule::new(&[Available, Committed],         Deed::UseUp,    UsedUp,    Party::System, &[]),
        Rule::new(&[Available, Committed],         Deed::UseUp,    UsedUp,    Party::Keeper, &[Said::Account]),
        Rule::new(&[Available, Committed, UsedUp], Deed::Withdraw, Withdrawn, Party::Keeper, &[Said::Reason]),
        Rule::new(&[UsedUp, Withdrawn],            Deed::Restore,  Available, Party::Keeper, &[Said::Reason]),
    ]
};

/// The course of a need.
pub const NEED_COURSE: Course<NeedState, NeedDeed, Party, Said> =
    Course { start: NeedState::Open, rules: NEED_RULES, ends: &[NeedState::Met, NeedState::Dismissed] };

#[rustfmt::skip]
const NEED_RULES: &[Rule<NeedState, NeedDeed, Party, Said>] = {
    use NeedDeed as Deed;
    use NeedState::{Dismissed, InTask, Met, Open};
    &[
        Rule::new(&[Open],           Deed::Take,    InTask,    Party::System,    &[]),
        Rule::new(&[InTask],         Deed::Release, Open,      Party::System,    &[]),
        Rule::new(&[InTask],         Deed::Meet,    Met,       Party::System,    &[]),
        // Without a task of ours: somebody else has done it.
        Rule::new(&[Open],           Deed::Meet,    Met,       Party::Collector, &[Said::Account]),
        Rule::new(&[Open],           Deed::Dismiss, Dismissed, Party::Collector, &[Said::Reason]),
        Rule::new(&[Met, Dismissed], Deed::Reopen,  Open,      Party::Collector, &[Said::Reason]),
    ]
};

/// The course of a task.
pub const TASK_COURSE: Course<TaskState, TaskDeed, Party, Said> =
    Course { start: TaskState::Proposed, rules: TASK_RULES, ends: &[TaskState::Done, TaskState::Dropped] };

#[rustfmt::skip]
const TASK_RULES: &[Rule<TaskState, TaskDeed, Party, Said>] = {
    use TaskDeed as Deed;
    use TaskState::{Adopted, Done, Dropped, InProject, Proposed};
    &[
        Rule::new(&[Proposed],          Deed::Adopt,  Adopted,   Party::Planner, &[]),
        Rule::new(&[Adopted],           Deed::Enter,  InProject, Party::System,  &[]),
        Rule::new(&[InProject],         Deed::Leave,  Adopted,   Party::System,  &[]),
        Rule::new(&[InProject],         Deed::Finish, Done,      Party::System,  &[]),
        Rule::new(&[Proposed, Adopted], Deed::Drop,   Dropped,   Party::Planner, &[Said::Reason]),
    ]
};

words!(ResourceState {
    Available "available" "可用" "available",
    Committed "committed" "已安排" "committed",
    UsedUp "used_up" "已用完" "used up",
    Withdrawn "withdrawn" "已撤回" "withdrawn",
});

words!(ResourceDeed {
    Commit "commit" "安排" "commit",
    Release "release" "释放" "release",
    UseUp "use_up" "用完" "use up",
    Withdraw "withdraw" "撤回" "withdraw",
    Restore "restore" "恢复" "offer again",
});

words!(ResourceKind {
    Land "land" "用地与空间" "land and open space",
    Premises "premises" "闲置用房" "idle rooms and buildings",
    Money "money" "资金" "money",
    Facility "facility" "设施设备" "facility",
    People "people" "组织与人力" "organisation and people",
    Policy "policy" "政策" "policy",
});

words!(OperationMode {
    Government "government" "政府运营" "government",
    Enterprise "enterprise" "企业运营" "company",
    Joint "joint" "政企合作" "both together",
});

words!(NeedState {
    Open "open" "待安排" "open",
    InTask "in_task" "已列入任务" "in a task",
    Met "met" "已满足" "met",
    Dismissed "dismissed" "不纳入" "dismissed",
});

words!(NeedDeed {
    Take "take" "列入任务" "take up",
    Release "release" "移出任务" "release",
    Meet "meet" "满足" "meet",
    Dismiss "dismiss" "不纳入" "dismiss",
    Reopen "reopen" "重新提出" "reopen",
});

words!(NeedKind {
    Housing "housing" "住房" "housing",
    Safety "safety" "安全" "safety",
    Accessibility "accessibility" "适老与无障碍" "accessibility",
    Facilities "facilities" "配套设施" "facilities",
    Environment "environment" "公共空间与环境" "open space and surroundings",
    Services "services" "便民服务" "services near by",
    Digital "digital" "智慧化" "digital",
    Management "management" "物业与管理" "management",
    Participation "participation" "议事与参与" "participation",
    Other "other" "其他" "other",
});

words!(NeedGroup {
    All "all" "全体居民" "all residents",
    Elderly "elderly" "老年人" "the elderly",
    Children "children" "儿童及家长" "children and parents",
    Young "young" "青年" "young people",
    Disabled "disabled" "残疾人" "people with a disability",
    Tenants "tenants" "租户" "tenants",
    Businesses "businesses" "商户企业" "shops and companies",
    Workers "workers" "新就业群体" "riders and other workers",
});

words!(NeedSource {
    Reports "reports" "居民上报" "reports of residents",
    Survey "survey" "问卷调查" "a survey",
    Meeting "meeting" "居民议事会" "a meeting",
    Other "other" "其他" "other",
});

words!(TaskState {
    Proposed "proposed" "建议" "proposed",
    Adopted "adopted" "已列入清单" "adopted",
    InProject "in_project" "已立项" "in a project",
    Done "done" "已完成" "done",
    Dropped "dropped" "已取消" "dropped",
});

words!(TaskDeed {
    Adopt "adopt" "列入清单" "adopt",
    Enter "enter" "立项" "enter a project",
    Leave "leave" "退出项目" "leave its project",
    Finish "finish" "完成" "finish",
    Drop "drop" "取消" "drop",
});

words!(Party {
    Keeper "keeper" "资源管理方" "the keeper",
    Collector "collector" "需求征集方" "the collector",
    Planner "planner" "社区规划师" "the planner",
    System "system" "系统" "the system",
});

words!(Said {
    Reason "reason" "理由" "a reason",
    Account "account" "情况说明" "an account in words",
});

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use twin_schemas::LocalizedText;

    use super::*;
    use crate::domain::cycle::Word;

    fn is_whole<S: Word, D: Word>(course: &Course<S, D, Party, Said>) {
        let reached = course.reached(course.start, |_| true);
        for state in S::ALL {
            assert!(reached.contains(state), "{state:?} is never reached");
            let onward = course.reached(*state, |_| true);
            assert!(course.ends.iter().any(|end| onward.contains(end)), "{state:?} has no way to an end");
            for deed in D::ALL {
                let rules: Vec<_> = course.of(*state, *deed).collect();
                assert!(rules.iter().all(|rule| rule.to == rules[0].to), "{state:?} {deed:?}");
            }
        }
    }

    #[test]
    fn every_state_can_be_reached_and_leads_to_an_end() {
        is_whole(&RESOURCE_COURSE);
        is_whole(&NEED_COURSE);
        is_whole(&TASK_COURSE);
    }

    #[test]
    fn whoever_takes_something_off_a_list_says_why() {
        let says = |needs: &[Said]| needs.contains(&Said::Reason);
        let by_hand = |by: Party| by != Party::System;
        assert!(RESOURCE_RULES.iter().filter(|r| r.deed == ResourceDeed::Withdraw).all(|r| says(r.needs)));
        assert!(NEED_RULES.iter().filter(|r| r.deed == NeedDeed::Dismiss).all(|r| says(r.needs)));
        assert!(TASK_RULES.iter().filter(|r| r.deed == TaskDeed::Drop).all(|r| says(r.needs)));
        assert!(NEED_RULES.iter().filter(|r| r.from == [NeedState::InTask]).all(|r| !by_hand(r.by)));
        assert!(TASK_RULES.iter().filter(|r| r.to == TaskState::Done).all(|r| !by_hand(r.by)));
    }

    #[test]
    fn the_drawn_course_of_programming_is_the_one_that_decides() {
        let mut text = String::from(
            "# The courses of resources, needs and tasks\n\nMade from `twin-server/src/domain/programming/course.rs`; \
             `TWIN_BLESS=1` in the environment of its tests writes it anew.\n",
        );
        for (title, diagram) in [
            ("更新资源的流程", RESOURCE_COURSE.diagram(zh)),
            ("更新需求的流程", NEED_COURSE.diagram(zh)),
            ("更新任务的流程", TASK_COURSE.diagram(zh)),
            ("A resource in English", RESOURCE_COURSE.diagram(en)),
            ("A need in English", NEED_COURSE.diagram(en)),
            ("A task in English", TASK_COURSE.diagram(en)),
        ] {
            let _ = write!(text, "\n## {title}\n\n```mermaid\n{diagram}```\n");
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/programming-course.md");
        if std::env::var_os("TWIN_BLESS").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), text, "TWIN_BLESS=1 writes it anew");
    }

    fn zh(name: &LocalizedText) -> &str {
        name.zh.as_deref().unwrap_or_default()
    }

    fn en(name: &LocalizedText) -> &str {
        name.en.as_deref().unwrap_or_default()
    }
}
