//! Why a check-up was not changed.

use crate::domain::checkup::{CatalogueError, Refusal};
use crate::domain::refusal::{InChinese, NOT_STORED_ZH, STOPPING_ZH, UNKNOWN_PHOTO_ZH};
use crate::store::StoreError;

/// Why a check-up was not changed.
#[derive(Debug, thiserror::Error)]
pub enum CheckUpFault {
    /// There is no such check-up.
    #[error("there is no check-up {0}")]
    Unknown(u64),
    /// There is no such problem.
    #[error("there is no problem {1} in check-up {0}")]
    UnknownProblem(u64, u64),
    /// There is no such catalogue.
    #[error("there is no catalogue {0}")]
    UnknownCatalogue(u32),
    /// There is no such zone.
    #[error("there is no zone `{0}`")]
    UnknownZone(String),
    /// There is no such indicator.
    #[error("there is no indicator `{0}`")]
    UnknownIndicator(String),
    /// The check-up before is none that can be followed.
    #[error("check-up {0} cannot be followed: it is not concluded")]
    NotConcluded(u64),
    /// Someone may not plan a check-up of all these places.
    #[error("a check-up of {0} is not for you to plan")]
    NotYours(String),
    /// Values are not taken now.
    #[error("values are taken while the check-up is `collecting`, it is `{0}`")]
    NotCollecting(&'static str),
    /// Problems are not decided now.
    #[error("problems are decided while the check-up is `review`, it is `{0}`")]
    NotInReview(&'static str),
    /// It is not as the caller thinks.
    #[error("it was changed since it was read")]
    Stale,
    /// A photograph is not there to be sent.
    #[error("one of the photographs is not yours, was sent already, or was not sent within a day")]
    UnknownPhoto,
    /// What was asked for is not possible.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A catalogue cannot be used.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

impl InChinese for CheckUpFault {
    fn zh(&self) -> String {
        match self {
            Self::Unknown(id) => format!("没有体检 {id}"),
            Self::UnknownProblem(check_up, id) => format!("体检 {check_up} 没有问题 {id}"),
            Self::UnknownCatalogue(id) => format!("没有指标体系 {id}"),
            Self::UnknownZone(id) => format!("没有片区 `{id}`"),
            Self::UnknownIndicator(code) => format!("没有指标 `{code}`"),
            Self::NotConcluded(id) => format!("体检 {id} 还没有结束，不能接着它做"),
            Self::NotYours(places) => format!("{places} 的体检不归您组织；请在范围中选择您负责的片区"),
            Self::NotCollecting(_) => {
                "只有在采集期间才能填报指标值；请先开始体检，或说明理由重新打开".to_owned()
            }
            Self::NotInReview(_) => "只有在审核期间才能处理问题；请先结束采集".to_owned(),
            Self::Stale => "内容在您查看之后有了变化；请重新查看后再处理".to_owned(),
            Self::UnknownPhoto => UNKNOWN_PHOTO_ZH.to_owned(),
            Self::Refused(refusal) => refusal.zh(),
            Self::Catalogue(error) => format!("指标体系不能使用：{error}"),
            Self::Store(_) => NOT_STORED_ZH.to_owned(),
            Self::Stopping => STOPPING_ZH.to_owned(),
        }
    }
}
