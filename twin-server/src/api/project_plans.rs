//! What a planner sends of a plan, and what a plan names of the publication, of reports, of check-ups and of tasks, looked
//! up.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde::Deserialize;
use twin_schemas::LocalizedText;
use twin_schemas::checkups::ProblemState;
use twin_schemas::programming::{Task, TaskState};
use twin_schemas::projects::{
    ProjectAlternative, ProjectBudget, ProjectDocument, ProjectKind, ProjectLevel, ProjectModel,
    ProjectParty, ProjectPhase, ProjectPlace, ProjectPlan, ProjectProblem,
};
use utoipa::ToSchema;

use super::Problem;
use super::extract::put;
use crate::app::App;
use crate::auth::Permit;
use crate::checkups::CheckUpFault;
use crate::domain::cycle::Word as _;
use crate::domain::permission::Action;
use crate::domain::project::{PROBLEMS_LIMIT, REPORTS_LIMIT, TASKS_LIMIT};
use crate::store::ProblemQuery;

/// What of a plan is changed; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProjectPatch {
    /// Name in both languages.
    #[serde(default)]
    name: Option<LocalizedText>,
    /// What it is about.
    #[serde(default)]
    summary: Option<String>,
    /// Which of the five kinds of task.
    #[serde(default)]
    kind: Option<ProjectKind>,
    /// Its level.
    #[serde(default)]
    level: Option<ProjectLevel>,
    /// Ids of zones beside those that the places lie in.
    #[serde(default)]
    zones: Option<Vec<String>>,
    /// Where it is.
    #[serde(default)]
    places: Option<Vec<ProjectPlace>>,
    /// In which phases, in their order.
    #[serde(default)]
    phases: Option<Vec<ProjectPhase>>,
    /// What it is to cost.
    #[serde(default)]
    budget: Option<ProjectBudget>,
    /// Who takes part.
    #[serde(default)]
    parties: Option<Vec<ProjectParty>>,
    /// Documents.
    #[serde(default)]
    documents: Option<Vec<ProjectDocument>>,
    /// Alternatives.
    #[serde(default)]
    pub(super) alternatives: Option<Vec<ProjectAlternative>>,
    /// Numbers of the residents' reports that it comes from.
    #[serde(default)]
    pub(super) reports: Option<Vec<u64>>,
    /// The problems of check-ups that it comes from.
    #[serde(default)]
    pub(super) problems: Option<Vec<ProjectProblem>>,
    /// Numbers of the tasks of the programming that it comes from.
    #[serde(default)]
    pub(super) tasks: Option<Vec<u64>>,
    /// Why: needed where it goes on notice again.
    #[serde(default)]
    pub(super) reason: Option<String>,
    /// The `version` that the project must still have.
    #[serde(default)]
    pub(super) version: Option<u32>,
}

impl ProjectPatch {
    /// Puts what is given in the place of what was.
    pub(super) fn apply(self, plan: &mut ProjectPlan) {
        put(self.name, &mut plan.name);
        put(self.summary, &mut plan.summary);
        put(self.kind, &mut plan.kind);
        put(self.level, &mut plan.level);
        put(self.zones, &mut plan.zones);
        put(self.places, &mut plan.places);
        put(self.phases, &mut plan.phases);
        put(self.budget, &mut plan.budget);
        put(self.parties, &mut plan.parties);
        put(self.documents, &mut plan.documents);
        put(self.alternatives, &mut plan.alternatives);
        put(self.reports, &mut plan.reports);
        put(self.problems, &mut plan.problems);
        put(self.tasks, &mut plan.tasks);
    }
}

/// Whether scenes are of the publication and reports are ones that the planner may read.
pub(super) fn check_links(
    app: &App,
    permit: &Permit,
    alternatives: Option<&[ProjectAlternative]>,
    reports: Option<&[u64]>,
) -> Result<(), Problem> {
    let served = app.publications.served();
    for alternative in alternatives.into_iter().flatten() {
        if let Some(ProjectModel::Scene { scene }) = &alternative.model
            && !served.catalog.scenes.iter().any(|known| known.id == *scene)
        {
            let detail = format!("there is no scene `{scene}`");
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_scene", detail)
                .with_hint("`/api/v1/catalog` lists them"));
        }
    }
    // Longer lists are refused with the plan.
    for report in reports.into_iter().flatten().take(REPORTS_LIMIT) {
        app.reports.readable(*report, permit.actor())?;
    }
    Ok(())
}

/// Whether tasks that a plan names anew are adopted, and the planner may read the programming. What it has named before
/// may be done since.
pub(super) fn check_tasks(app: &App, permit: &Permit, named: &[u64], known: &[u64]) -> Result<(), Problem> {
    // Longer lists are refused with the plan.
    let new = named.iter().take(TASKS_LIMIT).filter(|task| !known.contains(task));
    for id in new {
        permit.somewhere(Action::ReadProgramming)?;
        let task = app.programming.get::<Task>(*id)?;
        if task.state != TaskState::Adopted {
            let detail = format!("task {id} is `{}`", task.state.id());
            return Err(Problem::new(StatusCode::CONFLICT, "task_not_adopted", detail)
                .with_hint("a project comes from tasks that are adopted and in no other project"));
        }
    }
    Ok(())
}

/// Whether problems that a plan names anew are there and confirmed, and the planner may read check-ups. What it has named
/// before may have been decided again since.
pub(super) async fn check_problems(
    app: &App,
    permit: &Permit,
    named: &[ProjectProblem],
    known: &[ProjectProblem],
) -> Result<(), Problem> {
    let mut asked: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    // Longer lists are refused with the plan.
    for ProjectProblem { check_up, problem } in
        named.iter().take(PROBLEMS_LIMIT).filter(|of| !known.contains(of))
    {
        asked.entry(*check_up).or_default().push(*problem);
    }
    if asked.is_empty() {
        return Ok(());
    }
    permit.somewhere(Action::ReadCheckUps)?;
    for (check_up, ids) in asked {
        app.check_ups.get(check_up)?;
        let query = ProblemQuery {
            check_up,
            ids: ids.clone(),
            limit: PROBLEMS_LIMIT as u32,
            ..ProblemQuery::default()
        };
        let found = app.store.problems(query).await?;
        for id in ids {
            let problem = found.iter().find(|problem| problem.id == id);
            let problem = problem.ok_or(CheckUpFault::UnknownProblem(check_up, id))?;
            if problem.state != ProblemState::Confirmed {
                let detail = format!("problem {id} of check-up {check_up} is `{}`", problem.state.id());
                return Err(Problem::new(StatusCode::CONFLICT, "problem_not_confirmed", detail).with_hint(
                    "a project comes from problems that were confirmed in the review of their check-up",
                ));
            }
        }
    }
    Ok(())
}
