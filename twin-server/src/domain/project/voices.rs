//! What is said about a project: written opinions of departments, opinions of residents on a notice, complaints about
//! works, and the answers.

use time::OffsetDateTime;
use twin_schemas::LocalizedText;
use twin_schemas::projects::{
    DepartmentOpinion, DepartmentStance, OpinionKind, Project, ProjectDepartment, ProjectEvent,
    ProjectNotice, ProjectOpinion, ProjectState,
};

use super::{Change, Party, Refusal, check_length, entry_of, next};
use crate::domain::refusal::{Named, NotPossible};

/// What is said of a project; no deeds of its course.
const ASK: Named = Named::new("ask", "征求部门意见");
const HEAR: Named = Named::new("hear", "记录部门意见");
const VOICE: Named = Named::new("voice", "提出意见");
const ANSWER: Named = Named::new("answer", "答复");

/// Most departments of a project.
const DEPARTMENTS_LIMIT: usize = 50;
/// Longest name of a department, in characters.
const NAME_LIMIT: usize = 100;
/// Most opinions and complaints of a project.
const VOICES_LIMIT: u32 = 20_000;

/// A written opinion of a department as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Which department.
    pub department: String,
    /// What it thinks.
    pub stance: DepartmentStance,
    /// What it writes.
    pub text: String,
}

/// Asks departments for their opinions. One that was asked before is left as it is.
///
/// # Errors
/// A [`Refusal`] that says why it is not possible.
pub fn ask(
    project: &Project,
    names: &[String],
    parties: &[Party],
    now: OffsetDateTime,
) -> Result<Change, Refusal> {
    reviewing(ASK, project, parties)?;
    let mut after = next(project, now);
    let mut asked = Vec::new();
    for name in names.iter().map(|name| name.trim()) {
        check_name(name)?;
        if !after.departments.iter().any(|department| department.name == name) {
            let asked_at = after.changed_at;
            after.departments.push(ProjectDepartment { name: name.to_owned(), asked_at, opinion: None });
            asked.push(name.to_owned());
        }
        // Looked at each time: the list is as long as whoever sends it likes.
        let count = after.departments.len();
        if count > DEPARTMENTS_LIMIT {
            return Err(Refusal::TooMany {
                what: Named::new("departments", "个部门"),
                count,
                limit: DEPARTMENTS_LIMIT,
            });
        }
    }
    if asked.is_empty() {
        return Err(Refusal::Already(LocalizedText::new(
            "这些部门都已征求过意见",
            "all of these departments were asked already",
        )));
    }
    let entry = entry_of(&after, ProjectEvent::Asked { departments: asked }, Party::Reviewer, None);
    Ok(Change { after, entry, opinion: None })
}

/// Takes the written opinion of a department in; a later one takes the place of the one before.
///
/// # Errors
/// A [`Refusal`] that says why it is not possible.
pub fn hear(
    project: &Project,
    heard: &Heard,
    parties: &[Party],
    now: OffsetDateTime,
) -> Result<Change, Refusal> {
    reviewing(HEAR, project, parties)?;
    let text = said(HEAR, &heard.text)?;
    let mut after = next(project, now);
    let (at, plan_number) = (after.changed_at, after.plan_number);
    let name = heard.department.trim();
    let mut asked = after.departments.iter_mut();
    let department = asked.find(|department| department.name == name).ok_or_else(|| {
        let name: String = name.chars().take(NAME_LIMIT).collect();
        Refusal::Unknown(LocalizedText::new(
            format!("被征求意见的部门 `{name}`，请先征求其意见"),
            format!("department `{name}`, which must be asked first"),
        ))
    })?;
    department.opinion =
        Some(DepartmentOpinion { stance: heard.stance, text: text.clone(), plan_number, at });
    let event = ProjectEvent::Heard { department: name.to_owned(), stance: heard.stance };
    let entry = entry_of(&after, event, Party::Reviewer, Some(text));
    Ok(Change { after, entry, opinion: None })
}

/// Whether departments are heard in a state.
pub(super) const fn hears(state: ProjectState) -> bool {
    matches!(state, ProjectState::Declared | ProjectState::Screened | ProjectState::Assessed)
}

/// While departments are heard: before the verification has ended, and by whoever reviews.
fn reviewing(what: Named, project: &Project, parties: &[Party]) -> Result<(), Refusal> {
    if !hears(project.state) {
        return Err(NotPossible::state(what, super::PROJECT, project.state).into());
    }
    by(what, Party::Reviewer, parties)
}

fn by(what: Named, party: Party, parties: &[Party]) -> Result<(), Refusal> {
    if parties.contains(&party) {
        return Ok(());
    }
    Err(NotPossible::party(what, [party]).into())
}

/// What residents may say of a project now: opinions while it is on notice, complaints from the library on.
#[must_use]
pub const fn takes_voices(state: ProjectState) -> Option<OpinionKind> {
    match state {
        ProjectState::Notice => Some(OpinionKind::Opinion),
        ProjectState::Approved
        | ProjectState::Works
        | ProjectState::Suspended
        | ProjectState::Completed
        | ProjectState::Evaluated => Some(OpinionKind::Complaint),
        _ => None,
    }
}

/// What is refused once a notice is over.
pub(super) fn notice_over(notice: &ProjectNotice) -> Refusal {
    let last = notice.to;
    Refusal::Already(LocalizedText::new(
        format!("公示已于 {last} 期满"),
        format!("the notice ended with {last}"),
    ))
}

/// Takes an opinion or a complaint of someone in. Whoever may read a project may speak about it. What is said after the
/// notice's last day comes too late, also before the clock has said so.
///
/// # Errors
/// A [`Refusal`] that says why it is not possible.
pub fn voice(project: &Project, text: &str, now: OffsetDateTime) -> Result<Change, Refusal> {
    let impossible = || NotPossible::state(VOICE, super::PROJECT, project.state);
    let kind = takes_voices(project.state).ok_or_else(impossible)?;
    let notice = project.notice.as_ref().ok_or_else(impossible)?;
    if kind == OpinionKind::Opinion && now >= notice.ends_at {
        return Err(notice_over(notice));
    }
    let text = said(VOICE, text)?;
    let limit = VOICES_LIMIT;
    if project.voices.given >= limit {
        let (what, count) =
            (Named::new("opinions and complaints", "条意见和投诉"), project.voices.given as usize + 1);
        return Err(Refusal::TooMany { what, count, limit: limit as usize });
    }
    let mut after = next(project, now);
    after.voices.given += 1;
    match kind {
        OpinionKind::Opinion => after.voices.opinions_open += 1,
        OpinionKind::Complaint => after.voices.complaints_open += 1,
    }
    let (id, round, at) = (after.voices.given, notice.round, after.changed_at);
    let opinion = ProjectOpinion { id, kind, round, text, at, answer: None, answered_at: None };
    // The words stand in the opinion alone, so that they can be read page by page.
    let entry = entry_of(&after, ProjectEvent::Voiced { opinion: id, kind }, Party::Resident, None);
    Ok(Change { after, entry, opinion: Some(opinion) })
}

/// Answers an opinion or a complaint; an answer can be corrected by another.
///
/// # Errors
/// A [`Refusal`] that says why it is not possible.
pub fn answer(
    project: &Project,
    opinion: &ProjectOpinion,
    text: &str,
    parties: &[Party],
    now: OffsetDateTime,
) -> Result<Change, Refusal> {
    let party = [Party::Community, Party::Planner].into_iter().find(|party| parties.contains(party));
    let party = party.ok_or_else(|| NotPossible::party(ANSWER, [Party::Community, Party::Planner]))?;
    let text = said(ANSWER, text)?;
    let mut after = next(project, now);
    if opinion.answer.is_none() {
        let open = match opinion.kind {
            OpinionKind::Opinion => &mut after.voices.opinions_open,
            OpinionKind::Complaint => &mut after.voices.complaints_open,
        };
        *open = open.saturating_sub(1);
    }
    let answered_at = Some(after.changed_at);
    let opinion = ProjectOpinion { answer: Some(text), answered_at, ..opinion.clone() };
    let entry = entry_of(&after, ProjectEvent::Answered { opinion: opinion.id }, party, None);
    Ok(Change { after, entry, opinion: Some(opinion) })
}

fn said(what: Named, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    check_length(Some(text))?;
    if text.is_empty() {
        return Err(NotPossible::missing(what, LocalizedText::new("内容", "a text")).into());
    }
    Ok(text.to_owned())
}

fn check_name(name: &str) -> Result<(), Refusal> {
    match name.chars().count() {
        0 => {
            Err(NotPossible::missing(ASK, LocalizedText::new("部门名称", "the name of a department")).into())
        }
        count if count > NAME_LIMIT => Err(Refusal::TooMany {
            what: Named::new("characters in the name of a department", "个字的部门名称"),
            count,
            limit: NAME_LIMIT,
        }),
        _ => Ok(()),
    }
}
