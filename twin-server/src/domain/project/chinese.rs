//! What is not possible with a project, in Chinese.

use super::plan::{MONEY_LIMIT_FEN, PlanError};
use super::{NOTICE_DAYS_LIMIT, PHOTOS_LIMIT, Refusal, TEXT_LIMIT};
use crate::domain::refusal::{InChinese, Named};

impl InChinese for Refusal {
    fn zh(&self) -> String {
        match self {
            Self::Course(refused) => refused.zh(),
            Self::TooLong(chars) => format!("内容有 {chars} 个字，最多 {TEXT_LIMIT} 个字"),
            Self::TooManyPhotos(count) => format!("有 {count} 张照片，最多 {PHOTOS_LIMIT} 张"),
            Self::Incomplete(missing) => {
                let missing: Vec<_> = missing.iter().copied().map(Named::zh).collect();
                format!("方案缺少{}，不能申报；请先补充方案", missing.join("、"))
            }
            Self::Plan(error) => error.zh(),
            Self::NoExtension { to, last } => {
                format!("公示到 {to} 为止；延期只能改为更晚的一天，最晚 {last}")
            }
            Self::NoticeDays { days, least, first_last } => format!(
                "公示期为 {days} 个整天，应为 {least} 到 {NOTICE_DAYS_LIMIT} 天；请把最后一天改为 {first_last} 或更晚，张贴当天不计"
            ),
            Self::DepartmentsOpen(names) => {
                format!("这些部门还没有给出书面意见：{names}；请先记录其意见，或退回项目")
            }
            Self::OpinionsOpen(count) => format!("还有 {count} 条居民意见没有答复；请先答复"),
            Self::PhasesOpen(phases) => {
                format!("这些阶段还没有完成：{phases}；请在进展中逐一上报完成，或变更方案")
            }
            Self::UnderWorks(fields) => {
                let fields: Vec<_> = fields.split(", ").map(field).collect();
                format!("施工中的项目不能修改{}；请先停工，变更后的方案须重新公示", fields.join("、"))
            }
            Self::Overspent { spent_fen, planned_fen } => format!(
                "累计支出将为 {}，而预算为 {}；增加预算须变更方案并重新公示",
                yuan(*spent_fen),
                yuan(*planned_fen)
            ),
            Self::Number { field: name, value, least, most } => {
                format!("{}为 {value}，应在 {least} 到 {most} 之间", field(name))
            }
            Self::Unknown(what) => format!("项目没有{}", what.zh_or_en()),
            Self::Already(what) => what.zh_or_en().to_owned(),
            Self::TooMany { what, count, limit } => format!("有 {count} {}，最多 {limit}", what.zh()),
            Self::Unchanged => "方案没有变化".to_owned(),
        }
    }
}

impl InChinese for PlanError {
    fn zh(&self) -> String {
        match self {
            Self::NoName(name) => format!("{}需要中文或英文名称", field(name)),
            Self::TextTooLong { field: name, length, limit } => {
                format!("{}有 {length} 个字，最多 {limit} 个字", field(name))
            }
            Self::TooMany { field: name, count, limit } => {
                format!("{}有 {count} 项，最多 {limit} 项", field(name))
            }
            Self::Id(name) => {
                format!("{}的编号应为 1 到 64 个字母、数字、`-`、`_` 或 `.`", field(name))
            }
            Self::Twice { field: name, id } => format!("{}中 `{id}` 出现了两次", field(name)),
            Self::Place(why) => format!("有一处地点是{}", why.zh_or_en()),
            Self::Phase(id) => format!("阶段 `{id}` 的结束日早于开始日，或不在 1950 到 2200 年之间"),
            Self::Money { field: name, fen } => {
                format!("{}为 {}，最多 {}", field(name), yuan(*fen), yuan(MONEY_LIMIT_FEN))
            }
            Self::Sources { sources_fen, planned_fen } => {
                format!("资金来源合计 {}，超过预算 {}", yuan(*sources_fen), yuan(*planned_fen))
            }
            Self::Document(title) => {
                format!("文件 `{title}` 没有可用的网址，例如 `https://example.org/plan.pdf`")
            }
            Self::Model(id) => format!(
                "备选方案 `{id}` 没有本服务器上的模型；请填写形如 `/publication/content/<hash>.glb` 的路径，以 `.glb` 或 `.gltf` 结尾"
            ),
        }
    }
}

fn yuan(fen: u64) -> String {
    format!("{}.{:02} 元", fen / 100, fen % 100)
}

/// A part of a plan as people know it; what has no name of its own is called as programs call it.
pub(in crate::domain) fn field(name: &str) -> String {
    let known = match name {
        "name" => "名称",
        "summary" => "概述",
        "kind" => "类型",
        "level" => "级别",
        "zones" => "片区",
        "places" => "地点",
        "places.object" => "地点的对象",
        "phases" => "阶段",
        "parties" => "参与单位",
        "parties.name" => "参与单位的名称",
        "alternatives" => "备选方案",
        "alternatives.description" => "备选方案的说明",
        "alternatives.model.scene" => "备选方案的模型",
        "budget" => "预算",
        "budget.planned_fen" => "预算金额",
        "budget.sources" => "资金来源",
        "budget.sources.name" => "资金来源的名称",
        "documents" => "文件",
        "documents.title" => "文件标题",
        "reports" => "上报",
        "problems" => "问题",
        "tasks" => "任务",
        "needs" => "需求",
        "resources" => "资源",
        "resources.amount" => "资源的数量",
        "amount" => "数量",
        "owner" => "权属单位",
        "text" => "说明",
        "size" => "规模",
        "source_text" => "来源",
        "first" => "开始时间",
        "last" => "结束时间",
        "after" => "前置任务",
        "groups" => "人群",
        "percent" => "进度",
        _ => return format!("`{name}`"),
    };
    known.to_owned()
}
