//! Reports of residents: problems and suggestions, their kinds, and what becomes of each until it is answered
//! and rated.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::LocalizedText;
use crate::geometry::LocalPoint;

/// The two lines on which residents speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportLine {
    /// Something is broken, dangerous or in the way (问题上报).
    Problem,
    /// Something could be better (建议上报).
    Suggestion,
}

/// Where a report is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// It has come in; nobody has looked at it yet (待受理).
    Submitted,
    /// The community has taken it up as a case (已立案).
    Accepted,
    /// It was sent to the body that is to handle it (已派遣).
    Dispatched,
    /// That body is at work (处理中).
    InProgress,
    /// The work is done and the resident has an answer (已反馈).
    Answered,
    /// A grid worker has seen that it is done (已核查).
    Checked,
    /// The resident has confirmed and rated it, or let the time for that go by (已结案).
    Closed,
    /// It is not taken up; the answer says why (不予受理).
    Declined,
    /// It has entered the programming of a renewal (纳入更新策划).
    Programmed,
    /// It tells of the same as another report and gets that one's answer (已并入).
    Merged,
    /// The resident has taken it back (已撤回).
    Withdrawn,
}

/// Who may be made responsible for a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportBody {
    /// The residents' committee and its office (社区).
    Community,
    /// The company that keeps the buildings (物业).
    Property,
    /// The community planner (社区规划师).
    CommunityPlanner,
    /// A company that works there (相关公司).
    Company,
    /// The street office or the district (上级单位).
    UpperUnit,
}

/// What is done with a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportDeed {
    /// Takes it up as a case (受理立案).
    Accept,
    /// Does not take it up, and says why (不予受理).
    Decline,
    /// Sends it to a body (派遣).
    Dispatch,
    /// Sends it back, because it is another's (退回).
    Return,
    /// Begins to work (开始处理).
    Start,
    /// Tells the resident what was done (反馈).
    Answer,
    /// Finds on site that it is done (核查通过).
    Pass,
    /// Finds on site that it is not done (核查不通过).
    Fail,
    /// Confirms that it is done, and rates it (确认评价).
    Confirm,
    /// Says that it is not done (重新打开).
    Reopen,
    /// Takes it back (撤回).
    Withdraw,
    /// Joins it to another report of the same (并入).
    Merge,
    /// Parts it from the other again (拆出).
    Part,
    /// Has it enter the programming of a renewal (纳入策划).
    Programme,
    /// Is answered with the report that it was joined to (随主件反馈).
    Follow,
    /// Closes it, because the resident has let the time for a word go by (逾期结案).
    Lapse,
}

/// A step of a report's way that has a time limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportStep {
    /// Until it is taken up (受理).
    Accept,
    /// Until it is sent to a body (派遣).
    Dispatch,
    /// Until it is answered (处理).
    Handle,
    /// Until it is checked on site (核查).
    Check,
    /// Until the resident has spoken; then it is closed (确认).
    Confirm,
}

/// Hours that the steps of a report may take, by the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportLimits {
    /// From coming in to being taken up.
    pub accept_h: u32,
    /// From being taken up to being sent out.
    pub dispatch_h: u32,
    /// From being sent out to the answer.
    pub handle_h: u32,
    /// From the answer to the look on site.
    pub check_h: u32,
    /// From the look on site to the resident's word.
    pub confirm_h: u32,
}

/// A kind of report: what it is about, who handles it as a rule, and how long that may take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportKind {
    /// Stable id: letters, digits, `-`, `_`, `.`.
    pub id: String,
    /// Name in both languages.
    pub name: LocalizedText,
    /// Its sign in the viewer: a Lucide name.
    pub icon: String,
    /// The lines on which it can be chosen; none: both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<ReportLine>,
    /// The body that handles it as a rule.
    pub body: ReportBody,
    /// How long its steps may take.
    pub limits: ReportLimits,
    /// Two reports of this kind at most so far apart, in metres, may tell of the same.
    pub same_within_m: f64,
    /// Whether reports have it and it is chosen no more: it was taken out of the list, or says so there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub former: bool,
}

/// The step that a report is in, and when it should be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportDeadline {
    /// The step.
    pub step: ReportStep,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// When it should be over.
    #[serde(with = "time::serde::rfc3339")]
    pub due: OffsetDateTime,
}

/// How far the lateness of a step has been told.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ReportUrge {
    /// Nobody was reminded yet.
    #[default]
    None,
    /// Whoever is responsible was reminded before the limit (提醒).
    Reminded,
    /// The limit has passed: the community was told (催办).
    Overdue,
    /// It has passed by as long again, or the report was reopened and the limit has passed: the upper unit was
    /// told (督办).
    Escalated,
}

/// Where a report is. All that is known is told; a report without a place belongs to the community as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportPlace {
    /// Metres east, north and up of the community's origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<LocalPoint>,
    /// Id of the object of the model that it is about: a building, a storey, an element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Id of the device that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Address in words, such as `3 号楼东门`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// What a resident thinks of the handling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRating {
    /// 1 (not at all content) to 5 (very content).
    pub stars: u8,
    /// What they say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A report as everyone may see it, once the community has taken it up. Who reported it is kept apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// Its number.
    pub id: u64,
    /// Problem or suggestion.
    pub line: ReportLine,
    /// Id of its kind.
    pub kind: String,
    /// What was seen or is suggested, in the reporter's words.
    pub text: String,
    /// Where.
    pub place: ReportPlace,
    /// Id of the zone that the place lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Ids of the photographs that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<String>,
    /// Where it is on its way.
    pub state: ReportState,
    /// The body that is responsible; none before it is sent to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<ReportBody>,
    /// The step that it is in, and when that should be over; none while nobody owes it anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<ReportDeadline>,
    /// How far the lateness of the step has been told.
    #[serde(default)]
    pub urge: ReportUrge,
    /// What the resident was told last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// What the resident thinks of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<ReportRating>,
    /// How often it was opened again.
    #[serde(default)]
    pub reopened: u32,
    /// Number of the report that it is joined to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main: Option<u64>,
    /// Id of the project or task of renewal that it entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Whether someone reported it for another (代提交).
    #[serde(default)]
    pub on_behalf: bool,
    /// Whether everyone may read it once it is taken up.
    pub open: bool,
    /// When it came in.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When something was done with it last.
    #[serde(with = "time::serde::rfc3339")]
    pub changed_at: OffsetDateTime,
    /// When it was answered first.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub answered_at: Option<OffsetDateTime>,
    /// When it came to an end.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub ended_at: Option<OffsetDateTime>,
    /// Raised by each change.
    pub version: u32,
}

/// What is counted of reports (考核评价). `open` and `overdue` are of now, the others of a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportFigures {
    /// Not at an end now.
    pub open: u64,
    /// Of these, with a step over its limit.
    pub overdue: u64,
    /// Came in.
    pub reported: u64,
    /// Answered first.
    pub answered: u64,
    /// Of these, within the time limits of their kind until the answer, together.
    pub answered_in_time: u64,
    /// Of those answered, opened again, then or later.
    pub reopened: u64,
    /// Came to an end with an answer: confirmed by the resident, or by time.
    pub closed: u64,
    /// Came to an end with a rating.
    pub rated: u64,
    /// Mean of these ratings, 1 to 5 stars; none if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_stars: Option<f64>,
}

/// Figures of the reports of one body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BodyFigures {
    /// The body; none: not sent to one yet.
    pub body: Option<ReportBody>,
    /// The figures.
    pub figures: ReportFigures,
}

/// Figures of the reports of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KindFigures {
    /// Id of the kind.
    pub kind: String,
    /// The figures.
    pub figures: ReportFigures,
}

/// Figures of reports in a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportFiguresAnswer {
    /// From then on.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub from: OffsetDateTime,
    /// Before then.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub to: OffsetDateTime,
    /// Of all.
    pub total: ReportFigures,
    /// By responsible body; bodies without any are left out.
    pub by_body: Vec<BodyFigures>,
    /// By kind; kinds without any are left out.
    pub by_kind: Vec<KindFigures>,
}

/// A report came in or changed, and one may read it. SSE event name `report`. What it says is asked for by its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportChangedEvent {
    /// Its number.
    pub id: u64,
    /// Its version now.
    pub version: u32,
    /// Where it is on its way.
    pub state: ReportState,
    /// Id of its kind.
    pub kind: String,
    /// Metres east, north and up of the community's origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<LocalPoint>,
    /// Id of the zone that it lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// How far the lateness of its step has been told.
    pub urge: ReportUrge,
    /// The step that it is in, and when that should be over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<ReportDeadline>,
}

/// A report that one could read may not be read any more. SSE event name `report-removed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportRemovedEvent {
    /// Its number.
    pub id: u64,
}

/// What the file of a voice is: its media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum VoiceFormat {
    /// `WebM` with Opus.
    #[serde(rename = "audio/webm")]
    Webm,
    /// Ogg with Opus.
    #[serde(rename = "audio/ogg")]
    Ogg,
    /// MP4 with AAC.
    #[serde(rename = "audio/mp4")]
    Mp4,
    /// MP3.
    #[serde(rename = "audio/mpeg")]
    Mpeg,
    /// WAV.
    #[serde(rename = "audio/wav")]
    Wav,
}

/// A voice that was sent with a report. It is personal: only the reporter and those who work on the report hear it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportVoice {
    /// Its id, by which it is asked for.
    pub id: String,
    /// How long it is.
    pub duration_ms: u32,
    /// What its file is.
    pub format: VoiceFormat,
}

/// Something that happened to a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportEntry {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What.
    pub event: ReportEvent,
    /// Who did it: the reporter, the desk, the responsible body, a checker, the planner, or the clock.
    pub party: String,
    /// The state that it led to.
    pub state: ReportState,
    /// The body that it was sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<ReportBody>,
    /// What was said with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Ids of the photographs that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<String>,
    /// The voice that came with it, for those who may hear it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<ReportVoice>,
}

/// What happened to a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ReportEvent {
    /// It came in.
    Submitted,
    /// Something was done with it.
    Done {
        /// What.
        deed: ReportDeed,
    },
    /// Someone said something to the other side.
    Said,
    /// Its lateness was told.
    Urged {
        /// How far.
        urge: ReportUrge,
    },
}
