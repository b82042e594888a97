//! The way of a project: states, deeds, steps and their time limits.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// Where a project is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectState {
    /// The planner is working on it (编制中).
    Draft,
    /// It was declared; the preliminary review is due (已申报).
    Declared,
    /// It has passed the preliminary review; the assessment is due (初审通过).
    Screened,
    /// It has passed the assessment; the departments are heard, the verification is due (评审通过).
    Assessed,
    /// It has passed the verification; the public notice is due (复核通过).
    Verified,
    /// It is on public notice: everyone may give an opinion (公示中).
    Notice,
    /// The notice is over; the confirmation is due (公示期满).
    Noticed,
    /// It is in the project library (已入库).
    Approved,
    /// It is being built (施工中).
    Works,
    /// The works are suspended (已停工).
    Suspended,
    /// It is built; the evaluation is due (已竣工).
    Completed,
    /// It was evaluated, and will be again (已评价).
    Evaluated,
    /// It was not let pass (不予通过).
    Rejected,
    /// The planner has taken it back (已撤回).
    Withdrawn,
}

/// What is done with a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectDeed {
    /// Declares it (申报).
    Declare,
    /// Lets it pass the preliminary review (初审通过).
    Screen,
    /// Lets it pass the assessment (评审通过).
    Assess,
    /// Lets it pass the verification, once each department that was asked has spoken (复核通过).
    Verify,
    /// Puts it on public notice (公示).
    Publish,
    /// Keeps the notice out for longer (公示延期).
    Extend,
    /// The notice has been out for its time (公示期满).
    EndNotice,
    /// Takes it into the project library (确认入库).
    Confirm,
    /// Begins to build (开工).
    Start,
    /// Stops building for a time (停工).
    Suspend,
    /// Goes on building (复工).
    Resume,
    /// Has built it (竣工).
    Complete,
    /// Evaluates it (评价).
    Evaluate,
    /// Sends it back to be corrected (退回补正).
    Return,
    /// Does not let it pass (不予通过).
    Reject,
    /// Takes it back (撤回).
    Withdraw,
    /// Changes what was on notice, so that it must be on notice again (变更方案).
    Revise,
}

/// What is done with a project beside the deeds of its course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectPart {
    /// Its plan is changed (编制).
    Plan,
    /// Departments are asked, and what they write is recorded (征求部门意见).
    Hear,
    /// Something is said of it (发表意见).
    Voice,
    /// What is said is answered (答复).
    Answer,
    /// It is told how the works go (上报进展).
    Progress,
}

/// A step of a project's way that has a time limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectStep {
    /// Until the preliminary review has spoken (初审).
    Screen,
    /// Until the assessment has spoken (评审).
    Assess,
    /// Until the verification has spoken (复核).
    Verify,
    /// Until it is put on notice (公示准备).
    Publish,
    /// Until the notice has been out for its time (公示).
    Notice,
    /// Until it is confirmed (确认).
    Confirm,
    /// Until building begins (开工).
    Start,
    /// Until it is built, as its last phase is planned (施工).
    Build,
    /// Until building goes on (复工).
    Resume,
    /// Until it is evaluated (评价).
    Evaluate,
}

/// The step that a project is in, and when it should be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectDeadline {
    /// The step.
    pub step: ProjectStep,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// When it should be over.
    #[serde(with = "time::serde::rfc3339")]
    pub due: OffsetDateTime,
}
