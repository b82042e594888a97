//! What someone may want of a project, and why it was not done.

use twin_schemas::projects::ProjectPlan;

use super::VOICES_OF_ONE;
use crate::domain::cycle::Word as _;
use crate::domain::project::{Heard, Progress, Refusal, Request};
use crate::domain::refusal::{InChinese, NOT_STORED_ZH, STOPPING_ZH, UNKNOWN_PHOTO_ZH};
use crate::store::StoreError;

/// Why a project was not taken or not changed.
#[derive(Debug, thiserror::Error)]
pub enum ProjectFault {
    /// There is no such project for whoever asks.
    #[error("there is no project {0} that you may read")]
    Unknown(u64),
    /// It is no number of a project.
    #[error("`{0}` is no number of a project")]
    NoNumber(String),
    /// There is no such opinion.
    #[error("the project has no opinion {0}")]
    UnknownOpinion(u32),
    /// The project is not as the caller thinks.
    #[error("the project was changed since it was read")]
    Stale,
    /// The plan lies where its planner has no say.
    #[error("you may not plan projects in all of {0}")]
    Zones(String),
    /// The plan names what is not there.
    #[error("there is no object `{0}`")]
    UnknownObject(String),
    /// The plan names a zone that is not there.
    #[error("there is no zone `{0}`")]
    UnknownZone(String),
    /// Someone has said much already.
    #[error("you have given {VOICES_OF_ONE} opinions of this project, the limit")]
    Voices,
    /// A photograph is not there to be sent.
    #[error("one of the photographs is not yours, was sent already, or was not sent within a day")]
    UnknownPhoto,
    /// What was asked for is not possible.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

impl InChinese for ProjectFault {
    fn zh(&self) -> String {
        match self {
            Self::Unknown(id) => format!("没有您可以查看的项目 {id}"),
            Self::NoNumber(text) => format!("`{text}` 不是项目编号"),
            Self::UnknownOpinion(id) => format!("该项目没有意见 {id}"),
            Self::Stale => "项目在您查看之后有了变化；请重新查看后再处理".to_owned(),
            Self::Zones(zones) => format!("您不能在这些片区全部编制项目：{zones}"),
            Self::UnknownObject(id) => format!("没有对象 `{id}`"),
            Self::UnknownZone(id) => format!("没有片区 `{id}`"),
            Self::Voices => format!("您对该项目已提出 {VOICES_OF_ONE} 条意见，已到上限"),
            Self::UnknownPhoto => UNKNOWN_PHOTO_ZH.to_owned(),
            Self::Refused(refusal) => refusal.zh(),
            Self::Store(_) => NOT_STORED_ZH.to_owned(),
            Self::Stopping => STOPPING_ZH.to_owned(),
        }
    }
}

/// What someone does with a project.
pub enum Doing {
    /// A deed of its course.
    Deed(Request),
    /// Changes its plan: what makes the plan of before another one, and why.
    Plan(Box<dyn FnOnce(&mut ProjectPlan) + Send>, Option<String>),
    /// Asks departments for their opinions.
    Ask(Vec<String>),
    /// Records what a department has written.
    Hear(Heard),
    /// Gives an opinion, or complains.
    Voice(String),
    /// Answers the opinion with this number.
    Answer(u32, String),
    /// Tells how the works go.
    Progress(Progress),
}

impl Doing {
    /// What it is, for the audit log.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Deed(request) => request.deed.id(),
            Self::Plan(..) => "plan",
            Self::Ask(_) => "ask",
            Self::Hear(_) => "hear",
            Self::Voice(_) => "voice",
            Self::Answer(..) => "answer",
            Self::Progress(_) => "progress",
        }
    }
}
