//! Projects of renewal: what is planned, how it passes the six-step review (申报, 初审, 评审, 复核, 公示, 确认) into the
//! project library (项目库), is built, and is looked at afterwards.
//!
//! Money is in fen, a hundredth of a yuan, in whole numbers. Days are the community's days, UTC+8.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;

use crate::LocalizedText;
use crate::geometry::LocalPoint;
use crate::reports::{ReportBody, ReportUrge};

mod course;
mod events;
mod plan;

pub use course::{ProjectDeadline, ProjectDeed, ProjectPart, ProjectState, ProjectStep};
pub use events::{ProjectChangedEvent, ProjectRemovedEvent};
pub use plan::{
    AlternativeRole, ProjectAlternative, ProjectBudget, ProjectDocument, ProjectKind, ProjectLevel,
    ProjectModel, ProjectParty, ProjectPhase, ProjectPlace, ProjectPlan, ProjectProblem, ProjectRole,
    ProjectSource,
};

/// Days as `2026-05-04`.
#[expect(missing_docs, reason = "the macro writes none")]
mod days {
    time::serde::format_description!(pub day, Date, "[year]-[month]-[day]");
}

pub use days::day;

/// A public notice (公示).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectNotice {
    /// The how manyth it is of the project, from 1.
    pub round: u32,
    /// The number of the plan that it is about.
    pub plan_number: u32,
    /// The first full day.
    #[serde(with = "day")]
    pub from: Date,
    /// The last day.
    #[serde(with = "day")]
    pub to: Date,
    /// What everyone is told.
    pub text: String,
    /// When it was put up.
    #[serde(with = "time::serde::rfc3339")]
    pub began_at: OffsetDateTime,
    /// When it is over: the end of its last day.
    #[serde(with = "time::serde::rfc3339")]
    pub ends_at: OffsetDateTime,
    /// How often its last day was put to a later one, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<NoticeExtension>,
}

/// That a notice is out for longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeExtension {
    /// When that was decided.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The last day before.
    #[serde(with = "day")]
    pub before: Date,
    /// The last day since.
    #[serde(with = "day")]
    pub to: Date,
    /// Why.
    pub reason: String,
}

/// What a department thinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DepartmentStance {
    /// It agrees (同意).
    Agrees,
    /// It agrees if something is kept to (有条件同意).
    Conditional,
    /// It does not agree (不同意).
    Objects,
}

/// The written opinion of a department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DepartmentOpinion {
    /// What it thinks.
    pub stance: DepartmentStance,
    /// What it writes.
    pub text: String,
    /// The number of the plan that it is about.
    pub plan_number: u32,
    /// When it came.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// A department that was asked for its written opinion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectDepartment {
    /// Its name, such as `消防救援大队`.
    pub name: String,
    /// When it was asked last.
    #[serde(with = "time::serde::rfc3339")]
    pub asked_at: OffsetDateTime,
    /// Its opinion; none while it is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opinion: Option<DepartmentOpinion>,
}

/// Whether something was said on a notice, or about what is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpinionKind {
    /// An opinion on the notice (公示意见).
    Opinion,
    /// A complaint about works or what became of them (投诉).
    Complaint,
}

/// What someone said of a project, and the answer. Who it was is told to nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectOpinion {
    /// Its number within the project, from 1.
    pub id: u32,
    /// Opinion or complaint.
    pub kind: OpinionKind,
    /// The notice that it is on.
    pub round: u32,
    /// What was said.
    pub text: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub answered_at: Option<OffsetDateTime>,
}

/// How many opinions and complaints there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectVoices {
    /// Opinions and complaints in all.
    pub given: u32,
    /// Opinions on any notice that have no answer yet.
    pub opinions_open: u32,
    /// Complaints that have no answer yet.
    pub complaints_open: u32,
}

/// Something that residents feel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// No water (停水).
    WaterOff,
    /// No power (停电).
    PowerOff,
    /// No gas (停气).
    GasOff,
    /// No heating (停暖).
    HeatingOff,
    /// A way is closed (道路封闭).
    RoadClosed,
    /// A lift stands still (电梯停运).
    LiftOff,
    /// Noise or dust (噪声扬尘).
    Noise,
    /// Something else (其他).
    Other,
}

/// What affects residents, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectEffect {
    /// What.
    pub kind: EffectKind,
    /// From when.
    #[serde(with = "time::serde::rfc3339")]
    pub from: OffsetDateTime,
    /// Until when.
    #[serde(with = "time::serde::rfc3339")]
    pub to: OffsetDateTime,
    /// Where, and what to do about it.
    pub text: String,
}

/// A phase that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PhaseDone {
    /// Id of the phase.
    pub phase: String,
    /// The day on which that was told.
    #[serde(with = "day")]
    pub on: Date,
}

/// Something that an evaluation found, who sees to it, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectFinding {
    /// Its number within the project, from 1.
    pub id: u32,
    /// What was found.
    pub text: String,
    /// Who sees to it.
    pub body: ReportBody,
    /// Until when.
    #[serde(with = "day")]
    pub due: Date,
    /// When a later evaluation found it mended.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub mended_at: Option<OffsetDateTime>,
}

/// An evaluation (评价).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectEvaluation {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The result in words.
    pub text: String,
    /// What was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<ProjectFinding>,
}

/// A project as those who work on it see it; what is not public is left out for others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Project {
    /// Its number.
    pub id: u64,
    /// What is planned.
    pub plan: ProjectPlan,
    /// Raised whenever places, zones, kind, level, budget or alternatives change.
    pub plan_number: u32,
    /// Ids of the zones that it lies in: those that the planner names, and those of its places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Where it is on its way.
    pub state: ProjectState,
    /// The step that it is in, and when that should be over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<ProjectDeadline>,
    /// How far the lateness of the step has been told.
    #[serde(default)]
    pub urge: ReportUrge,
    /// The departments that were asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub departments: Vec<ProjectDepartment>,
    /// The last public notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<ProjectNotice>,
    /// Opinions and complaints, counted.
    #[serde(default)]
    pub voices: ProjectVoices,
    /// Money that was spent, in fen.
    #[serde(default)]
    pub spent_fen: u64,
    /// How much of it is built, 0 to 100.
    #[serde(default)]
    pub progress_percent: u8,
    /// Phases that are done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases_done: Vec<PhaseDone>,
    /// What affects residents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<ProjectEffect>,
    /// Evaluations, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evaluations: Vec<ProjectEvaluation>,
    /// When it was begun.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When something was done with it last.
    #[serde(with = "time::serde::rfc3339")]
    pub changed_at: OffsetDateTime,
    /// When it entered the project library last.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub approved_at: Option<OffsetDateTime>,
    /// When it was built.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub completed_at: Option<OffsetDateTime>,
    /// Raised by each change.
    pub version: u32,
}

/// Something that happened to a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectEntry {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What.
    pub event: ProjectEvent,
    /// Who did it: the planner, the reviewer, the community, the builder, a resident, or the clock.
    pub party: String,
    /// The state that it led to.
    pub state: ProjectState,
    /// The version that it made.
    pub version: u32,
    /// What was said with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Ids of the photographs that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<String>,
}

/// What happened to a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ProjectEvent {
    /// It was begun.
    Created,
    /// Its plan was changed.
    Planned {
        /// The parts of the plan that are others now.
        fields: Vec<String>,
    },
    /// Something was done with it.
    Done {
        /// What.
        deed: ProjectDeed,
    },
    /// Departments were asked for their opinions.
    Asked {
        /// Which.
        departments: Vec<String>,
    },
    /// A department has given its opinion.
    Heard {
        /// Which.
        department: String,
        /// What it thinks.
        stance: DepartmentStance,
    },
    /// Someone gave an opinion or complained.
    Voiced {
        /// Its number.
        opinion: u32,
        /// Which of both.
        kind: OpinionKind,
    },
    /// An opinion or complaint was answered.
    Answered {
        /// Its number.
        opinion: u32,
    },
    /// Those who build told how it goes.
    Progressed {
        /// How much is built, 0 to 100.
        percent: u8,
        /// Money that was spent until then, in fen.
        spent_fen: u64,
        /// Id of a phase that is done with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phase: Option<String>,
    },
    /// A resident's report entered it.
    Programmed {
        /// Number of the report.
        report: u64,
    },
    /// Its lateness was told.
    Urged {
        /// How far.
        urge: ReportUrge,
    },
}
