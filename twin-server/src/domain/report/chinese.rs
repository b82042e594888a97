//! What is not possible with a report, in Chinese.

use super::{PHOTOS_LIMIT, REOPEN_WITHIN, Refusal, TEXT_LIMIT};
use crate::domain::refusal::InChinese;

impl InChinese for Refusal {
    fn zh(&self) -> String {
        match self {
            Self::Course(refused) => refused.zh(),
            Self::TooLong(chars) => format!("内容有 {chars} 个字，最多 {TEXT_LIMIT} 个字"),
            Self::TooManyPhotos(count) => format!("有 {count} 张照片，最多 {PHOTOS_LIMIT} 张"),
            Self::Stars(stars) => format!("评分为 {stars}，应为 1 到 5"),
            Self::Main { id, why } => format!("上报 {id} 不能作为主件：{}", why.zh_or_en()),
            Self::TooLate => {
                format!("该上报已结束超过 {} 天；请重新上报", REOPEN_WITHIN.whole_days())
            }
        }
    }
}
