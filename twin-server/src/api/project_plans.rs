//! What a planner sends of a plan, and what a plan names of the publication and of reports, looked up.

use axum::http::StatusCode;
use serde::Deserialize;
use twin_schemas::LocalizedText;
use twin_schemas::projects::{
    ProjectAlternative, ProjectBudget, ProjectDocument, ProjectKind, ProjectLevel, ProjectModel,
    ProjectParty, ProjectPhase, ProjectPlace, ProjectPlan,
};
use utoipa::ToSchema;

use super::Problem;
use crate::app::App;
use crate::auth::Permit;
use crate::domain::project::REPORTS_LIMIT;

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
        fn put<T>(given: Option<T>, into: &mut T) {
            if let Some(given) = given {
                *into = given;
            }
        }
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
