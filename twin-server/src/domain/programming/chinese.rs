//! What is not possible with resources, needs and tasks, in Chinese.

use super::plan::{MEASURE_LIMIT, PEOPLE_LIMIT, PlanError, UNIT_LIMIT};
use super::{Refusal, TEXT_LIMIT};
use crate::domain::project::field_zh as field;
use crate::domain::refusal::InChinese;

impl InChinese for Refusal {
    fn zh(&self) -> String {
        match self {
            Self::Course(refused) => refused.zh(),
            Self::TooLong(chars) => format!("内容有 {chars} 个字，最多 {TEXT_LIMIT} 个字"),
            Self::Unchanged => "内容没有变化".to_owned(),
            Self::Plan(error) => error.zh(),
            Self::Unknown { what, id } => format!("没有{} {id}", what.zh()),
            Self::ProblemTaken { check_up, problem, task } => {
                format!("体检 {check_up} 的问题 {problem} 已在任务 {task} 中；请先从该任务移出，或取消该任务")
            }
            Self::NeedTaken { need, task } => {
                format!("需求 {need} 已在任务 {task} 中；请先从该任务移出，或取消该任务")
            }
            Self::NotNow { what, id, state, asked } => {
                format!("{} {id} 目前为“{}”；任务只能列入{}", what.zh(), state.zh(), asked.zh_or_en())
            }
            Self::Unit { resource, unit } => {
                format!("资源 {resource} 以{unit}计量；请用同样的单位填写数量，或不填数量")
            }
            Self::Overdrawn { resource, amount, drawn } => {
                format!("资源 {resource} 共有 {amount}，各任务合计将使用 {drawn}")
            }
            Self::Expired { resource, days, task } => {
                format!("资源 {resource} 的可用时间为 {days}，任务的时间为 {task}")
            }
            Self::Cycle(id) => format!("任务 {id} 会排在自己之后"),
            Self::Sequence { earlier, later } => {
                format!("任务 {later} 开始时，前置任务 {earlier} 还没有到最后一个季度或月份")
            }
        }
    }
}

impl InChinese for PlanError {
    fn zh(&self) -> String {
        match self {
            Self::Common(error) => error.zh(),
            Self::Amount(why) => format!("所填是{}", why.zh_or_en()),
            Self::Measure { field: name, value } => {
                format!("{}为 {value}，应大于 0 且不超过 {MEASURE_LIMIT}", field(name))
            }
            Self::Unit(name) => format!("{}的单位为空，或超过 {UNIT_LIMIT} 个字", field(name)),
            Self::Days => "结束日早于开始日，或不在 1950 到 2200 年之间".to_owned(),
            Self::Nobody => "没有选择人群；面向所有人的需求请选“全体居民”".to_owned(),
            Self::People(count) => format!("人数为 {count}，最多 {PEOPLE_LIMIT}"),
            Self::NoReports => "来源为居民上报，但没有列出上报".to_owned(),
            Self::When { field: name, value } => {
                format!("{}为 `{value}`，请填写季度（如 `2027-Q1`）或月份（如 `2027-03`）", field(name))
            }
            Self::Backwards => "结束时间早于开始时间".to_owned(),
        }
    }
}
