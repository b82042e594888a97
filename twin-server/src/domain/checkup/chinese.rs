//! What is not possible with a check-up, in Chinese.

use super::value::{REMARK_LIMIT, VALUE_PHOTOS_LIMIT, ValueError};
use super::{NAME_LIMIT, Refusal, TEXT_LIMIT, YEARS, ZONES_LIMIT};
use crate::domain::refusal::InChinese;

impl InChinese for Refusal {
    fn zh(&self) -> String {
        match self {
            Self::Course(refused) => refused.zh(),
            Self::TooLong(chars) => format!("内容有 {chars} 个字，最多 {TEXT_LIMIT} 个字"),
            Self::NoValues => "还没有指标值；请先填报、导入或计算".to_owned(),
            Self::Undecided(count) => {
                format!("还有 {count} 个问题未处理；请先确认、调整或排除待确认的问题")
            }
            Self::NoName => "名称不能为空，中文、英文至少填一种".to_owned(),
            Self::NameTooLong(chars) => format!("名称有 {chars} 个字，最多 {NAME_LIMIT} 个字"),
            Self::Year(year) => format!("年度为 {year}，应在 {} 到 {} 之间", YEARS.start(), YEARS.end()),
            Self::Cycle(cycle) => format!("次数为 {cycle}，应从 1 开始"),
            Self::Period => "结束日不晚于开始日".to_owned(),
            Self::TooManyZones(count) => format!("有 {count} 个片区，最多 {ZONES_LIMIT} 个"),
        }
    }
}

impl InChinese for ValueError {
    fn zh(&self) -> String {
        match self {
            Self::Indicator(code) => format!("本次体检没有指标 `{code}`"),
            Self::Object(id) => format!("没有楼栋、片区或社区 `{id}`"),
            Self::Level { indicator, level, levels } => {
                format!("指标 `{indicator}` 不按 {level} 评估，而是按：{levels}")
            }
            Self::Scope(id) => format!("`{id}` 不在本次体检的片区内"),
            Self::Range { value, min, max } => format!("指标值为 {value}，应在 {min} 到 {max} 之间"),
            Self::Remark(chars) => format!("备注有 {chars} 个字，最多 {REMARK_LIMIT} 个字"),
            Self::Twice { indicator, object } => format!("`{object}` 的指标 `{indicator}` 已经出现过"),
            Self::Denied(id) => format!("您不能评估 `{id}`：它不在您负责的片区内"),
            Self::Photos(count) => format!("有 {count} 张照片，最多 {VALUE_PHOTOS_LIMIT} 张"),
        }
    }
}
