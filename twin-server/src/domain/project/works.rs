//! What becomes of a project after its review: how the works go, what they cost, what affects residents, what an
//! evaluation found; and the reports that entered it.

use time::{Date, OffsetDateTime};
use twin_schemas::LocalizedText;
use twin_schemas::projects::{
    PhaseDone, Project, ProjectDeed, ProjectEffect, ProjectEvent, ProjectFinding, ProjectState,
};
use twin_schemas::reports::ReportBody;

use super::{
    Change, PHOTOS_LIMIT, Party, REPORTS_LIMIT, Refusal, Request, TEXT_LIMIT, check_length, check_spent,
    day_of, entry_of, next,
};
use crate::domain::refusal::{Named, NotPossible};

/// What those who build tell; no deed of the course.
const PROGRESS: Named = Named::new("progress", "上报进展");

/// Most effects on residents that are told at once.
const EFFECTS_LIMIT: usize = 50;
/// Most findings of an evaluation.
const FINDINGS_LIMIT: usize = 100;
/// Most findings that are mended at once.
const MENDED_LIMIT: usize = 1_000;
/// Most evaluations: one a year, and some by stage.
const EVALUATIONS_LIMIT: usize = 100;

/// How the works go, as those who build tell it. Absent is as before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// What was done.
    pub text: Option<String>,
    /// Ids of photographs.
    pub photos: Vec<String>,
    /// How much is built, 0 to 100.
    pub percent: Option<u8>,
    /// All that was spent until now, in fen.
    pub spent_fen: Option<u64>,
    /// Id of a phase that is done.
    pub phase: Option<String>,
    /// What affects residents from now on.
    pub effects: Option<Vec<ProjectEffect>>,
}

/// What an evaluation found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub text: String,
    /// Who sees to it.
    pub body: ReportBody,
    /// Until when.
    pub due: Date,
}

/// Whether it is told in a state how the works go: also before they begin, as what affects residents is, and after
/// they end, as some is paid then.
pub(super) const fn takes_progress(state: ProjectState) -> bool {
    use ProjectState as State;
    matches!(state, State::Approved | State::Works | State::Suspended | State::Completed)
}

/// Takes in how the works go.
///
/// # Errors
/// A [`Refusal`] that says why it is not possible.
pub fn progress(
    project: &Project,
    told: &Progress,
    parties: &[Party],
    now: OffsetDateTime,
) -> Result<Change, Refusal> {
    if !takes_progress(project.state) {
        return Err(NotPossible::state(PROGRESS, super::PROJECT, project.state).into());
    }
    if !parties.contains(&Party::Builder) {
        return Err(NotPossible::party(PROGRESS, [Party::Builder]).into());
    }
    let text = told.text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    check_told(told, text.as_deref())?;
    let mut after = next(project, now);
    if let Some(percent) = told.percent {
        let least = project.progress_percent;
        let most = if project.state == ProjectState::Approved { least } else { 100 };
        bounded("percent", percent.into(), least.into(), most.into())?;
        after.progress_percent = percent;
    }
    if let Some(spent_fen) = told.spent_fen {
        check_spent(spent_fen, &project.plan)?;
        after.spent_fen = spent_fen;
    }
    if let Some(phase) = &told.phase {
        finish(&mut after, phase)?;
    }
    if let Some(effects) = &told.effects {
        check_effects(effects)?;
        after.effects.clone_from(effects);
    }
    let (percent, spent_fen, phase) = (after.progress_percent, after.spent_fen, told.phase.clone());
    let event = ProjectEvent::Progressed { percent, spent_fen, phase };
    let mut entry = entry_of(&after, event, Party::Builder, text);
    entry.photos.clone_from(&told.photos);
    Ok(Change { after, entry, opinion: None })
}

fn check_told(told: &Progress, text: Option<&str>) -> Result<(), Refusal> {
    check_length(text)?;
    if told.photos.len() > PHOTOS_LIMIT {
        return Err(Refusal::TooManyPhotos(told.photos.len()));
    }
    let says = text.is_some()
        || !told.photos.is_empty()
        || told.percent.is_some()
        || told.spent_fen.is_some()
        || told.phase.is_some()
        || told.effects.is_some();
    if says {
        Ok(())
    } else {
        Err(NotPossible::missing(PROGRESS, LocalizedText::new("要上报的内容", "something to tell")).into())
    }
}

/// A phase is done while works go on: what is done otherwise was not built.
fn finish(after: &mut Project, phase: &str) -> Result<(), Refusal> {
    if after.state != ProjectState::Works {
        return Err(NotPossible::state(Named::new("phase", "完成阶段"), super::PROJECT, after.state).into());
    }
    if !after.plan.phases.iter().any(|known| known.id == phase) {
        let phase: String = phase.chars().take(64).collect();
        return Err(Refusal::Unknown(LocalizedText::new(
            format!("阶段 `{phase}`"),
            format!("phase `{phase}`"),
        )));
    }
    if after.phases_done.iter().any(|done| done.phase == phase) {
        return Err(Refusal::Already(LocalizedText::new(
            format!("阶段 `{phase}` 已完成"),
            format!("phase `{phase}` is done already"),
        )));
    }
    after.phases_done.push(PhaseDone { phase: phase.to_owned(), on: day_of(after.changed_at) });
    Ok(())
}

fn check_effects(effects: &[ProjectEffect]) -> Result<(), Refusal> {
    let count = effects.len();
    if count > EFFECTS_LIMIT {
        return Err(Refusal::TooMany {
            what: Named::new("effects", "条居民影响"),
            count,
            limit: EFFECTS_LIMIT,
        });
    }
    for effect in effects {
        check_length(Some(&effect.text))?;
        if effect.to < effect.from {
            return Err(Refusal::Already(LocalizedText::new(
                "有一条居民影响的结束日早于开始日",
                "an effect ends before it begins",
            )));
        }
    }
    Ok(())
}

/// Whether an evaluation can be taken in.
pub(super) fn check_evaluation(
    project: &Project,
    request: &Request,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    let (what, count) = (Named::new("evaluations", "次评价"), project.evaluations.len() + 1);
    if count > EVALUATIONS_LIMIT {
        return Err(Refusal::TooMany { what, count, limit: EVALUATIONS_LIMIT });
    }
    let count = request.findings.len();
    if count > FINDINGS_LIMIT {
        return Err(Refusal::TooMany {
            what: Named::new("findings", "条评价问题"),
            count,
            limit: FINDINGS_LIMIT,
        });
    }
    let count = request.mended.len();
    if count > MENDED_LIMIT {
        return Err(Refusal::TooMany {
            what: Named::new("mended findings", "条已整改问题"),
            count,
            limit: MENDED_LIMIT,
        });
    }
    for finding in &request.findings {
        match finding.text.trim().chars().count() {
            0 => {
                let need = LocalizedText::new("每条问题的内容", "a text for each finding");
                return Err(NotPossible::missing(ProjectDeed::Evaluate, need).into());
            }
            chars if chars > TEXT_LIMIT => return Err(Refusal::TooLong(chars)),
            _ => {}
        }
        if finding.due < day_of(now) {
            let due = finding.due;
            return Err(Refusal::Already(LocalizedText::new(
                format!("有一条问题的整改期限 {due} 已过"),
                format!("the time limit {due} of a finding is over"),
            )));
        }
    }
    let open = |id: &u32| findings(project).any(|finding| finding.id == *id && finding.mended_at.is_none());
    match request.mended.iter().find(|id| !open(id)) {
        Some(id) => Err(Refusal::Unknown(LocalizedText::new(
            format!("待整改的问题 {id}"),
            format!("open finding {id}"),
        ))),
        None => Ok(()),
    }
}

fn findings(project: &Project) -> impl Iterator<Item = &ProjectFinding> {
    project.evaluations.iter().flat_map(|evaluation| &evaluation.findings)
}

/// Says of findings that they are mended.
pub(super) fn mend(after: &mut Project, mended: &[u32], now: OffsetDateTime) {
    let all = after.evaluations.iter_mut().flat_map(|evaluation| &mut evaluation.findings);
    for finding in all.filter(|finding| mended.contains(&finding.id)) {
        finding.mended_at = Some(now);
    }
}

/// Findings with their numbers within the project.
pub(super) fn numbered(project: &Project, found: &[Finding]) -> Vec<ProjectFinding> {
    let before = findings(project).map(|finding| finding.id).max().unwrap_or_default();
    let numbers = before + 1..;
    numbers
        .zip(found)
        .map(|(id, Finding { text, body, due })| ProjectFinding {
            id,
            text: text.trim().to_owned(),
            body: *body,
            due: *due,
            mended_at: None,
        })
        .collect()
}

/// Notes that a resident's report entered the project.
///
/// # Errors
/// If the project has ended, or has very many.
pub fn programmed(project: &Project, report: u64, now: OffsetDateTime) -> Result<Change, Refusal> {
    use ProjectState as State;
    if matches!(project.state, State::Rejected | State::Withdrawn | State::Evaluated) {
        return Err(
            NotPossible::state(Named::new("programme", "纳入项目"), super::PROJECT, project.state).into()
        );
    }
    let mut after = next(project, now);
    if !after.plan.reports.contains(&report) {
        after.plan.reports.push(report);
    }
    let count = after.plan.reports.len();
    if count > REPORTS_LIMIT {
        return Err(Refusal::TooMany {
            what: Named::new("reports", "件上报"), count, limit: REPORTS_LIMIT
        });
    }
    let entry = entry_of(&after, ProjectEvent::Programmed { report }, Party::Planner, None);
    Ok(Change { after, entry, opinion: None })
}

fn bounded(field: &'static str, value: u64, least: u64, most: u64) -> Result<(), Refusal> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Refusal::Number { field, value, least, most })
}
