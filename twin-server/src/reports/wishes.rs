//! What someone may want of a report, and why it was not done.

use twin_schemas::reports::ReportVoice;

use crate::contacts::VaultError;
use crate::domain::refusal::{InChinese, NOT_STORED_ZH, STOPPING_ZH, UNKNOWN_PHOTO_ZH};
use crate::domain::report::{Refusal, Request};
use crate::projects::ProjectFault;
use crate::store::StoreError;

/// Why a report was not taken or not changed.
#[derive(Debug, thiserror::Error)]
pub enum ReportFault {
    /// There is no such report for whoever asks.
    #[error("there is no report {0} that you may read")]
    Unknown(u64),
    /// The report is not as the caller thinks.
    #[error("the report was changed since it was read")]
    Stale,
    /// Only those who have to do with a report talk about it.
    #[error("only the reporter and those who work on the report talk about it")]
    NotInvolved,
    /// A photograph is not there to be sent.
    #[error("a photograph or the voice is not yours, was sent already, or was not sent within a day")]
    UnknownPhoto,
    /// The project that it is to enter does not take it.
    #[error(transparent)]
    Project(#[from] ProjectFault),
    /// What was asked for is not possible.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no key to keep a contact under.
    #[error("contact data is not set up on this server\nhint: the configuration needs `contacts.key`")]
    NoContacts,
    /// Whom to call cannot be sealed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

impl InChinese for ReportFault {
    fn zh(&self) -> String {
        match self {
            Self::Unknown(id) => format!("没有您可以查看的上报 {id}"),
            Self::Stale => "这件上报在您查看之后有了变化；请重新查看后再处理".to_owned(),
            Self::NotInvolved => "只有上报人和办理人可以在此沟通".to_owned(),
            Self::UnknownPhoto => UNKNOWN_PHOTO_ZH.to_owned(),
            Self::Project(fault) => fault.zh(),
            Self::Refused(refusal) => refusal.zh(),
            Self::NoContacts => "本服务器没有设置联系方式的存放".to_owned(),
            Self::Vault(_) | Self::Store(_) => NOT_STORED_ZH.to_owned(),
            Self::Stopping => STOPPING_ZH.to_owned(),
        }
    }
}

/// What someone does with a report.
#[derive(Debug, Clone)]
pub enum Doing {
    /// A deed of its course; of `main` only the number counts.
    Deed(Request),
    /// A word to the other side, and the voice that says it.
    Say(String, Option<ReportVoice>),
}
