//! Reports of residents: a report and what someone wants to do with it come in, the report afterwards with an
//! entry of its trail, or the reason against it, goes out. Called by the API for people and by `jobs` for the
//! clock.
//!
//! `course` is the table of what is possible, `clock` the time limits, `kinds` the catalogue, `figures` what
//! is counted at the end.

mod chinese;
mod clock;
mod course;
mod figures;
mod kinds;
mod parties;

use time::{Duration, OffsetDateTime};
use twin_schemas::LocalizedText;
use twin_schemas::reports::{
    Report, ReportBody, ReportDeed, ReportEntry, ReportEvent, ReportKind, ReportLine, ReportPlace,
    ReportRating, ReportState, ReportUrge, ReportVoice,
};

pub use clock::{next_at, pass_time};
pub use course::{COURSE, Need, Party, step_of};
pub use figures::{Period, figures, is_answered_in_time, total_limit};
pub use kinds::{ReportKinds, ReportKindsError, is_of};
pub use parties::{
    Asker, ReportSight, is_involved, may_call, may_drop_contact, may_read, parties_of, shown_to_all,
    speaks_as,
};

use super::cycle::Word as _;
use super::refusal::{Named, NotPossible};

/// How long after its end a report may be opened again.
pub const REOPEN_WITHIN: Duration = Duration::days(30);
/// Most photographs that come with one deed.
pub const PHOTOS_LIMIT: usize = 6;
/// Longest text that is said with a deed, in characters.
pub const TEXT_LIMIT: usize = 2_000;

/// What comes in.
#[derive(Debug, Clone, PartialEq)]
pub struct NewReport {
    /// Problem or suggestion.
    pub line: ReportLine,
    /// What was seen, or is suggested.
    pub text: String,
    /// Ids of photographs.
    pub photos: Vec<String>,
    /// What was said in one's own voice.
    pub voice: Option<ReportVoice>,
    /// Where.
    pub place: ReportPlace,
    /// Id of the zone that the place lies in.
    pub zone: Option<String>,
    /// Whether someone reports it for another.
    pub on_behalf: bool,
    /// Whether everyone may read it once it is taken up.
    pub open: bool,
}

/// What someone wants to do with a report, with what they say.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What.
    pub deed: ReportDeed,
    /// The body that is to handle it.
    pub body: Option<ReportBody>,
    /// An answer or a reason, as the deed asks for one; a remark otherwise.
    pub text: Option<String>,
    /// A rating.
    pub rating: Option<ReportRating>,
    /// The report that it is joined to.
    pub main: Option<Main>,
    /// Id of a project or task of renewal.
    pub project: Option<String>,
    /// Ids of photographs.
    pub photos: Vec<String>,
    /// What was said in one's own voice.
    pub voice: Option<ReportVoice>,
}

impl Request {
    /// A deed with which nothing is said.
    #[must_use]
    pub const fn plain(deed: ReportDeed) -> Self {
        Self {
            deed,
            body: None,
            text: None,
            rating: None,
            main: None,
            project: None,
            photos: Vec::new(),
            voice: None,
        }
    }
}

/// The report that another is joined to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Main {
    /// Its number.
    pub id: u64,
    /// Where it is on its way.
    pub state: ReportState,
}

/// What is refused is refused of this.
const REPORT: Named = Named::new("report", "上报");
/// Something that is said to the other side; no deed of the course.
const SAY: Named = Named::new("say", "留言");

/// Why a deed is not possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The table of the course refuses it.
    #[error(transparent)]
    Course(#[from] NotPossible),
    /// A text is too long.
    #[error("the text has {0} characters, limit {TEXT_LIMIT}")]
    TooLong(usize),
    /// More photographs than are taken.
    #[error("there are {0} photographs, limit {PHOTOS_LIMIT}")]
    TooManyPhotos(usize),
    /// Not a rating.
    #[error("`stars` is {0}, from 1 to 5 is possible")]
    Stars(u8),
    /// A report cannot be joined to this one.
    #[error("report {id} cannot be the main report: {}", why.en_or_zh())]
    Main {
        /// Its number.
        id: u64,
        /// Why not.
        why: LocalizedText,
    },
    /// It ended too long ago.
    #[error("the report ended more than {} days ago\nhint: send a new one", REOPEN_WITHIN.whole_days())]
    TooLate,
}

/// A change of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The report as it is now.
    pub after: Report,
    /// What its trail says of it.
    pub entry: ReportEntry,
}

/// A report that has come in. Its text was checked.
#[must_use]
pub fn submitted(id: u64, new: NewReport, kind: &ReportKind, now: OffsetDateTime) -> Change {
    let NewReport { line, text, photos, voice, place, zone, on_behalf, open } = new;
    let state = COURSE.start;
    let after = Report {
        id,
        line,
        kind: kind.id.clone(),
        text,
        photos: photos.clone(),
        place,
        zone,
        state,
        body: None,
        deadline: clock::deadline(state, kind, now),
        urge: ReportUrge::None,
        answer: None,
        rating: None,
        reopened: 0,
        main: None,
        project: None,
        on_behalf,
        open,
        created_at: now,
        changed_at: now,
        answered_at: None,
        ended_at: None,
        version: 1,
    };
    let entry = ReportEntry {
        at: now,
        event: ReportEvent::Submitted,
        party: Party::Reporter.id().to_owned(),
        state,
        body: None,
        text: None,
        photos,
        voice,
    };
    Change { after, entry }
}

/// Does something with a report, for someone who is of some parties.
///
/// # Errors
/// A [`Refusal`] that says why it is not possible.
pub fn act(
    report: &Report,
    request: &Request,
    parties: &[Party],
    kind: &ReportKind,
    now: OffsetDateTime,
) -> Result<Change, Refusal> {
    let deed = request.deed;
    let mut possible = COURSE.of(report.state, deed).peekable();
    if possible.peek().is_none() {
        return Err(NotPossible::state(deed, REPORT, report.state).into());
    }
    let by = || COURSE.of(report.state, deed).map(|rule| rule.by);
    let rule =
        possible.find(|rule| parties.contains(&rule.by)).ok_or_else(|| NotPossible::party(deed, by()))?;
    check(report, request, rule.needs, now)?;
    Ok(done(report, request, (rule.to, rule.by), kind, now))
}

/// Whether what is said is what must be.
fn check(report: &Report, request: &Request, needs: &[Need], now: OffsetDateTime) -> Result<(), Refusal> {
    let text = request.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if let Some(chars) = text.map(|text| text.chars().count()).filter(|chars| *chars > TEXT_LIMIT) {
        return Err(Refusal::TooLong(chars));
    }
    if request.photos.len() > PHOTOS_LIMIT {
        return Err(Refusal::TooManyPhotos(request.photos.len()));
    }
    for need in needs {
        let is_said = match need {
            Need::Body => request.body.is_some(),
            Need::Answer | Need::Reason => text.is_some(),
            Need::Rating => request.rating.is_some(),
            Need::Main => request.main.is_some(),
        };
        if !is_said {
            return Err(NotPossible::missing(request.deed, need.name()).into());
        }
    }
    if let Some(stars) = request.rating.as_ref().map(|rating| rating.stars).filter(|s| !(1..=5).contains(s)) {
        return Err(Refusal::Stars(stars));
    }
    if let Some(Main { id, state }) = request.main {
        let problem = match state {
            _ if id == report.id => Some(("它就是这一件", "it is the same")),
            ReportState::Merged => Some(("它已并入另一件", "it is joined to another itself")),
            // Whoever joins it later would wait for an answer that has been given.
            ReportState::Answered | ReportState::Checked => Some(("它已答复", "it is answered already")),
            ReportState::Withdrawn | ReportState::Declined | ReportState::Closed => {
                Some(("它已结束", "it has ended"))
            }
            _ => None,
        };
        if let Some((zh, en)) = problem {
            return Err(Refusal::Main { id, why: LocalizedText::new(zh, en) });
        }
    }
    let is_late = |ended: OffsetDateTime| now - ended > REOPEN_WITHIN;
    if request.deed == ReportDeed::Reopen && report.ended_at.is_some_and(is_late) {
        return Err(Refusal::TooLate);
    }
    Ok(())
}

fn done(
    report: &Report,
    request: &Request,
    (to, by): (ReportState, Party),
    kind: &ReportKind,
    now: OffsetDateTime,
) -> Change {
    let now = now.max(report.changed_at);
    let text = request.text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let mut after = report.clone();
    after.state = to;
    after.changed_at = now;
    after.version += 1;
    if step_of(to) != step_of(report.state) || request.deed == ReportDeed::Dispatch {
        after.deadline = clock::deadline(to, kind, now);
        after.urge = ReportUrge::None;
    }
    match request.deed {
        ReportDeed::Dispatch => after.body = request.body,
        ReportDeed::Answer | ReportDeed::Decline | ReportDeed::Follow => {
            after.answer.clone_from(&text);
            after.answered_at = after.answered_at.or(Some(now));
            let answering =
                if by == Party::Planner { ReportBody::CommunityPlanner } else { ReportBody::Community };
            after.body = after.body.or((to == ReportState::Answered).then_some(answering));
        }
        ReportDeed::Confirm => after.rating.clone_from(&request.rating),
        ReportDeed::Reopen => {
            after.reopened += 1;
            (after.rating, after.main) = (None, None);
        }
        ReportDeed::Return => after.body = None,
        ReportDeed::Merge => after.main = request.main.map(|main| main.id),
        ReportDeed::Part => after.main = None,
        ReportDeed::Programme => after.project.clone_from(&request.project),
        _ => {}
    }
    after.ended_at = COURSE.is_end(to).then_some(now);
    let event = ReportEvent::Done { deed: request.deed };
    let body = request.body.filter(|_| request.deed == ReportDeed::Dispatch);
    let (photos, voice) = (request.photos.clone(), request.voice.clone());
    let party = by.id().to_owned();
    let entry = ReportEntry { at: now, event, party, state: to, body, text, photos, voice };
    Change { after, entry }
}

/// Something that someone says to the other side, in the course of any report.
///
/// # Errors
/// If the text is empty or too long.
pub fn say(
    report: &Report,
    text: &str,
    voice: Option<ReportVoice>,
    party: Party,
    now: OffsetDateTime,
) -> Result<Change, Refusal> {
    let text = text.trim();
    match text.chars().count() {
        0 => return Err(NotPossible::missing(SAY, LocalizedText::new("内容", "a text")).into()),
        chars if chars > TEXT_LIMIT => return Err(Refusal::TooLong(chars)),
        _ => {}
    }
    let at = now.max(report.changed_at);
    let after = Report { changed_at: at, version: report.version + 1, ..report.clone() };
    let (state, text) = (report.state, Some(text.to_owned()));
    let party = party.id().to_owned();
    Ok(Change {
        after,
        entry: ReportEntry {
            at,
            event: ReportEvent::Said,
            party,
            state,
            body: None,
            text,
            photos: Vec::new(),
            voice,
        },
    })
}

/// Whether everyone may read it.
#[must_use]
pub fn is_public(report: &Report) -> bool {
    let is_taken_up =
        !matches!(report.state, ReportState::Submitted | ReportState::Declined | ReportState::Withdrawn);
    report.open && is_taken_up
}

/// What someone of some parties may do with a report now, in the order of the table.
#[must_use]
pub fn possible(report: &Report, parties: &[Party]) -> Vec<ReportDeed> {
    let mut deeds: Vec<ReportDeed> = Vec::new();
    for rule in COURSE.from(report.state).filter(|rule| parties.contains(&rule.by)) {
        if !deeds.contains(&rule.deed) {
            deeds.push(rule.deed);
        }
    }
    deeds
}

#[cfg(test)]
mod tests;
