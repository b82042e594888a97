//! Projects of renewal: a project and what someone wants to do with it come in, the project afterwards with an entry
//! of its trail, or the reason against it, goes out. Called by the service for people and for the clock.
//!
//! `course` is the table of what is possible, `plan` what may be planned, `notice` the days of a notice, `voices` what
//! departments and residents say, `works` what those who build tell, `clock` the time limits.

mod chinese;
mod clock;
mod course;
mod notice;
mod parties;
pub(in crate::domain) mod plan;
mod refusal;
mod terms;
mod told;
mod voices;
mod works;

use time::{Date, OffsetDateTime};
use twin_schemas::LocalizedText;
use twin_schemas::projects::{
    NoticeExtension, Project, ProjectDeed, ProjectDepartment, ProjectEntry, ProjectEvaluation, ProjectEvent,
    ProjectNotice, ProjectOpinion, ProjectPart, ProjectPlan, ProjectState, ProjectVoices,
};
use twin_schemas::reports::ReportUrge;

pub(in crate::domain) use chinese::field as field_zh;
pub use clock::{next_at, pass_time};
pub use course::{COURSE, Need, Party, step_of};
pub use notice::{NOTICE_DAYS, NOTICE_DAYS_LIMIT, day_of, end_of, first_full_day, full_days};
pub use parties::{
    ProjectSight, is_for_all, is_involved, is_public, may_in, may_read, may_voice, parties_of,
};
pub use plan::{PROBLEMS_LIMIT, PlanError, REPORTS_LIMIT, TASKS_LIMIT, check as check_plan};
pub use refusal::Refusal;
pub use terms::{TERM_LIMIT_DAYS, Terms};
pub use told::told;
pub use voices::{Heard, answer, ask, hear, takes_voices, voice};
pub use works::{Finding, Progress, programmed, progress};

use super::cycle::Word as _;
use super::refusal::{Named, NotPossible};

/// What is refused is refused of this.
const PROJECT: Named = Named::new("project", "项目");
/// A plan that is given anew; no deed of the course.
const PLAN: Named = Named::new("plan", "修改方案");

/// Longest text that is said with a deed, in characters.
pub const TEXT_LIMIT: usize = 2_000;
/// Most photographs that come with one entry.
pub const PHOTOS_LIMIT: usize = 6;

/// What someone wants to do with a project, with what they say.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What.
    pub deed: ProjectDeed,
    /// A reason, the text of the notice, or an account, as the deed asks for one; a remark otherwise.
    pub text: Option<String>,
    /// The last day of the notice.
    pub last_day: Option<Date>,
    /// Another plan with the zones that it lies in.
    pub plan: Option<Box<(ProjectPlan, Vec<String>)>>,
    /// What an evaluation found.
    pub findings: Vec<Finding>,
    /// Numbers of findings of earlier evaluations that are mended.
    pub mended: Vec<u32>,
}

impl Request {
    /// A deed with which nothing is said.
    #[must_use]
    pub const fn plain(deed: ProjectDeed) -> Self {
        Self { deed, text: None, last_day: None, plan: None, findings: Vec::new(), mended: Vec::new() }
    }

    fn words(&self) -> Option<&str> {
        self.text.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }
}

/// A change of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The project as it is now.
    pub after: Project,
    /// What its trail says of it.
    pub entry: ProjectEntry,
    /// The opinion that is new or was answered.
    pub opinion: Option<ProjectOpinion>,
}

/// A project that is begun. Its plan was checked, its zones looked up.
#[must_use]
pub fn created(id: u64, plan: ProjectPlan, zones: Vec<String>, now: OffsetDateTime) -> Change {
    let after = Project {
        id,
        plan,
        plan_number: 1,
        zones,
        state: COURSE.start,
        deadline: None,
        urge: ReportUrge::None,
        departments: Vec::new(),
        notice: None,
        voices: ProjectVoices::default(),
        spent_fen: 0,
        progress_percent: 0,
        phases_done: Vec::new(),
        effects: Vec::new(),
        evaluations: Vec::new(),
        created_at: now,
        changed_at: now,
        approved_at: None,
        completed_at: None,
        version: 1,
    };
    let entry = entry_of(&after, ProjectEvent::Created, Party::Planner, None);
    Change { after, entry, opinion: None }
}

/// Does something with a project, for someone who is of some parties.
///
/// # Errors
/// A [`Refusal`] that says why it is not possible.
pub fn act(
    project: &Project,
    request: &Request,
    parties: &[Party],
    terms: &Terms,
    now: OffsetDateTime,
) -> Result<Change, Refusal> {
    let deed = request.deed;
    let mut possible = COURSE.of(project.state, deed).peekable();
    if possible.peek().is_none() {
        return Err(NotPossible::state(deed, PROJECT, project.state).into());
    }
    let by = || COURSE.of(project.state, deed).map(|rule| rule.by);
    let rule =
        possible.find(|rule| parties.contains(&rule.by)).ok_or_else(|| NotPossible::party(deed, by()))?;
    check_said(request, rule.needs)?;
    check_guards(project, request, terms, now)?;
    Ok(done(project, request, (rule.to, rule.by), terms, now))
}

/// Gives a project another plan. Where residents have spoken about the one before, that is a deed of the course.
///
/// # Errors
/// A [`Refusal`] that says why it is not possible.
pub fn plan_anew(
    project: &Project,
    plan: ProjectPlan,
    zones: Vec<String>,
    reason: Option<String>,
    parties: &[Party],
    terms: &Terms,
    now: OffsetDateTime,
) -> Result<Change, Refusal> {
    use ProjectState as State;
    if !parties.contains(&Party::Planner) {
        return Err(NotPossible::party(PLAN, [Party::Planner]).into());
    }
    plan::check(&plan)?;
    let fields = plan::differences(&project.plan, &plan, zones == project.zones);
    let stays = |id: &str| plan.phases.iter().any(|phase| phase.id == id);
    if let Some(lost) = project.phases_done.iter().find(|done| !stays(&done.phase)) {
        let id = &lost.phase;
        return Err(Refusal::Already(LocalizedText::new(
            format!("阶段 `{id}` 已完成，须留在方案中"),
            format!("phase `{id}` is done and stays in the plan"),
        )));
    }
    check_spent(project.spent_fen, &plan)?;
    let material = fields.iter().filter(|field| plan::is_material(field)).copied().collect::<Vec<_>>();
    match project.state {
        _ if fields.is_empty() => return Err(Refusal::Unchanged),
        State::Evaluated | State::Rejected | State::Withdrawn => {
            return Err(NotPossible::state(PLAN, PROJECT, project.state).into());
        }
        // What is under review is corrected by sending it back.
        State::Declared | State::Screened | State::Assessed if !material.is_empty() => {
            return Err(NotPossible::state(PLAN, PROJECT, project.state).into());
        }
        State::Works | State::Completed if !material.is_empty() => {
            return Err(Refusal::UnderWorks(material.join(", ")));
        }
        State::Notice | State::Noticed | State::Approved | State::Suspended if !material.is_empty() => {
            let plan = Some(Box::new((plan, zones)));
            let request = Request { text: reason, plan, ..Request::plain(ProjectDeed::Revise) };
            return act(project, &request, parties, terms, now);
        }
        _ => {}
    }
    let text = reason.filter(|text| !text.trim().is_empty());
    check_length(text.as_deref())?;
    let mut after = next(project, now);
    after.plan_number += u32::from(!material.is_empty());
    (after.plan, after.zones) = (plan, zones);
    if let (State::Approved | State::Works, Some(before)) = (project.state, project.deadline) {
        // Its dates follow the phases; what is not late any more is not told as late.
        after.deadline = clock::deadline(&after, terms, before.since);
        if after.deadline.is_some_and(|deadline| deadline.due > before.due) {
            after.urge = ReportUrge::None;
        }
    }
    let fields = fields.into_iter().map(str::to_owned).collect();
    let entry = entry_of(&after, ProjectEvent::Planned { fields }, Party::Planner, text);
    Ok(Change { after, entry, opinion: None })
}

/// Whether what is said is what must be.
fn check_said(request: &Request, needs: &[Need]) -> Result<(), Refusal> {
    check_length(request.words())?;
    for need in needs {
        let is_said = match need {
            Need::Reason | Need::NoticeText | Need::Account => request.words().is_some(),
            Need::LastDay => request.last_day.is_some(),
            Need::Plan => request.plan.is_some(),
        };
        if !is_said {
            return Err(NotPossible::missing(request.deed, need.name()).into());
        }
    }
    Ok(())
}

/// What the table cannot say.
fn check_guards(
    project: &Project,
    request: &Request,
    terms: &Terms,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    match request.deed {
        ProjectDeed::Declare => {
            let missing = plan::missing(&project.plan);
            if !missing.is_empty() {
                return Err(Refusal::Incomplete(missing));
            }
        }
        ProjectDeed::Verify => {
            let silent = project.departments.iter().filter(|department| department.opinion.is_none());
            let silent: Vec<&str> = silent.map(|department| department.name.as_str()).collect();
            if !silent.is_empty() {
                return Err(Refusal::DepartmentsOpen(silent.join(", ")));
            }
        }
        ProjectDeed::Publish => {
            let from = first_full_day(now.max(project.changed_at));
            let days = request.last_day.map_or(0, |last| full_days(from, last));
            let least = i64::from(terms.notice_days).max(NOTICE_DAYS);
            if !(least..=NOTICE_DAYS_LIMIT).contains(&days) {
                let first_last = from.saturating_add(time::Duration::days(least - 1));
                return Err(Refusal::NoticeDays { days, least, first_last });
            }
        }
        ProjectDeed::Extend => check_extension(project, request.last_day, now)?,
        ProjectDeed::EndNotice => {
            if let Some(notice) = project.notice.as_ref().filter(|notice| now < notice.ends_at) {
                let last = notice.to;
                return Err(Refusal::Already(LocalizedText::new(
                    format!("公示到 {last} 当天结束"),
                    format!("the notice is out until the end of {last}"),
                )));
            }
        }
        ProjectDeed::Confirm if project.voices.opinions_open > 0 => {
            return Err(Refusal::OpinionsOpen(project.voices.opinions_open));
        }
        ProjectDeed::Complete => {
            let is_done = |id: &str| project.phases_done.iter().any(|done| done.phase == id);
            let open = project.plan.phases.iter().map(|phase| phase.id.as_str()).filter(|id| !is_done(id));
            let open: Vec<&str> = open.collect();
            if !open.is_empty() {
                return Err(Refusal::PhasesOpen(open.join(", ")));
            }
        }
        ProjectDeed::Evaluate => works::check_evaluation(project, request, now)?,
        ProjectDeed::Revise => {
            if let Some(revised) = &request.plan {
                let missing = plan::missing(&revised.0);
                if !missing.is_empty() {
                    return Err(Refusal::Incomplete(missing));
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// A notice is put to a later day only, which someone has still before them, and not for longer than any. One that is over
/// stays so, also before the clock has said it.
fn check_extension(project: &Project, last_day: Option<Date>, now: OffsetDateTime) -> Result<(), Refusal> {
    let (Some(notice), Some(last_day)) = (&project.notice, last_day) else { return Ok(()) };
    if now >= notice.ends_at {
        return Err(voices::notice_over(notice));
    }
    let last = notice.from.saturating_add(time::Duration::days(NOTICE_DAYS_LIMIT - 1));
    if last_day > notice.to && last_day <= last {
        return Ok(());
    }
    Err(Refusal::NoExtension { to: notice.to, last })
}

fn check_spent(spent_fen: u64, plan: &ProjectPlan) -> Result<(), Refusal> {
    let planned_fen = plan.budget.planned_fen;
    if spent_fen > planned_fen { Err(Refusal::Overspent { spent_fen, planned_fen }) } else { Ok(()) }
}

fn check_length(text: Option<&str>) -> Result<(), Refusal> {
    match text.map(|text| text.chars().count()) {
        Some(chars) if chars > TEXT_LIMIT => Err(Refusal::TooLong(chars)),
        _ => Ok(()),
    }
}

fn done(
    project: &Project,
    request: &Request,
    (to, by): (ProjectState, Party),
    terms: &Terms,
    now: OffsetDateTime,
) -> Change {
    let mut after = next(project, now);
    let now = after.changed_at;
    after.state = to;
    match request.deed {
        // A department speaks about a plan: about another one it is asked again.
        ProjectDeed::Declare => {
            let number = after.plan_number;
            let is_old = |department: &&mut ProjectDepartment| {
                department.opinion.as_ref().is_some_and(|opinion| opinion.plan_number != number)
            };
            for department in after.departments.iter_mut().filter(is_old) {
                (department.opinion, department.asked_at) = (None, now);
            }
        }
        ProjectDeed::Publish => {
            let from = first_full_day(now);
            let to = request.last_day.unwrap_or(from);
            let round = project.notice.as_ref().map_or(0, |notice| notice.round) + 1;
            let text = request.words().unwrap_or_default().to_owned();
            let ends_at = end_of(to);
            let plan_number = after.plan_number;
            let extensions = Vec::new();
            after.notice = Some(ProjectNotice {
                round,
                plan_number,
                from,
                to,
                text,
                began_at: now,
                ends_at,
                extensions,
            });
        }
        ProjectDeed::Extend => {
            if let (Some(notice), Some(to)) = (&mut after.notice, request.last_day) {
                let reason = request.words().unwrap_or_default().to_owned();
                notice.extensions.push(NoticeExtension { at: now, before: notice.to, to, reason });
                (notice.to, notice.ends_at) = (to, end_of(to));
            }
        }
        ProjectDeed::Confirm => after.approved_at = Some(now),
        ProjectDeed::Complete => (after.completed_at, after.progress_percent) = (Some(now), 100),
        ProjectDeed::Evaluate => {
            works::mend(&mut after, &request.mended, now);
            let findings = works::numbered(&after, &request.findings);
            let text = request.words().unwrap_or_default().to_owned();
            after.evaluations.push(ProjectEvaluation { at: now, text, findings });
        }
        ProjectDeed::Revise => {
            if let Some(revised) = &request.plan {
                (after.plan, after.zones) = Box::as_ref(revised).clone();
            }
            after.plan_number += 1;
            after.approved_at = None;
        }
        _ => {}
    }
    after.deadline = clock::deadline(&after, terms, now);
    after.urge = ReportUrge::None;
    let text = request.words().map(str::to_owned);
    let entry = entry_of(&after, ProjectEvent::Done { deed: request.deed }, by, text);
    Change { after, entry, opinion: None }
}

/// The project that follows one, at an instant that is not before its last change.
fn next(project: &Project, now: OffsetDateTime) -> Project {
    let changed_at = now.max(project.changed_at);
    Project { changed_at, version: project.version + 1, ..project.clone() }
}

fn entry_of(after: &Project, event: ProjectEvent, party: Party, text: Option<String>) -> ProjectEntry {
    ProjectEntry {
        at: after.changed_at,
        event,
        party: party.id().to_owned(),
        state: after.state,
        version: after.version,
        text: text.map(|text| text.trim().to_owned()),
        photos: Vec::new(),
    }
}

/// What someone of some parties may do with a project now, in the order of the table. Another plan is given with the
/// plan itself.
#[must_use]
pub fn possible(project: &Project, parties: &[Party]) -> Vec<ProjectDeed> {
    let mut deeds: Vec<ProjectDeed> = Vec::new();
    for rule in COURSE.from(project.state).filter(|rule| parties.contains(&rule.by)) {
        if !deeds.contains(&rule.deed) && rule.deed != ProjectDeed::Revise {
            deeds.push(rule.deed);
        }
    }
    deeds
}

/// What someone of some parties may do with a project now beside that.
#[must_use]
pub fn parts(project: &Project, parties: &[Party], may_speak: bool) -> Vec<ProjectPart> {
    let is = |party| parties.contains(&party);
    [
        (ProjectPart::Plan, is(Party::Planner) && !COURSE.is_end(project.state)),
        (ProjectPart::Hear, is(Party::Reviewer) && voices::hears(project.state)),
        (ProjectPart::Voice, may_speak && takes_voices(project.state).is_some()),
        (ProjectPart::Answer, (is(Party::Community) || is(Party::Planner)) && project.voices.given > 0),
        (ProjectPart::Progress, is(Party::Builder) && works::takes_progress(project.state)),
    ]
    .into_iter()
    .filter(|(_, is_possible)| *is_possible)
    .map(|(part, _)| part)
    .collect()
}

#[cfg(test)]
mod tests;
