//! `/api/v1/exports/projects.csv` and `projects.xlsx`: the project library as a table for spreadsheets.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use twin_schemas::projects::{Project, ProjectKind, ProjectLevel};
use twin_schemas::reports::ReportUrge;
use utoipa::IntoParams;

use super::extract::Query;
use super::imports::Language;
use super::project_lists::{ProjectsQuery, Wanted};
use super::session::no_store;
use super::table::{self, TableFormat};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::cycle::Word as _;
use crate::ingest::sheet::{PROJECTS_OUT, harmless};

/// Which projects to export; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProjectTableQuery {
    /// States with commas between them, `open`, or `library`.
    state: Option<String>,
    /// One of the five kinds of task.
    kind: Option<ProjectKind>,
    /// A level.
    level: Option<ProjectLevel>,
    /// Id of a zone.
    zone: Option<String>,
    /// Begin with a byte order mark, by which spreadsheets know Chinese text in UTF-8.
    #[serde(default)]
    bom: bool,
}

/// Exports the projects that one may read as a table (CSV, RFC 4180), newest first; money in yuan, days of the community.
#[utoipa::path(
    get, path = "/api/v1/exports/projects.csv", tag = "projects", params(ProjectTableQuery),
    responses((status = 200, content_type = "text/csv", body = String), (status = 400, body = ProblemBody))
)]
pub(crate) async fn export_projects(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(query): Query<ProjectTableQuery>,
) -> Result<Response, Problem> {
    let ProjectTableQuery { state, kind, level, zone, bom } = query;
    let found = found(&app, &permit, &ProjectsQuery::of(state, kind, level, zone))?;
    Ok(table(
        "projects.csv",
        &PROJECTS_OUT.map(|column| column.name),
        found.iter().map(|project| row(project)),
        bom,
    ))
}

/// Which projects to export as a spreadsheet; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProjectSheetQuery {
    /// States with commas between them, `open`, or `library`.
    state: Option<String>,
    /// One of the five kinds of task.
    kind: Option<ProjectKind>,
    /// A level.
    level: Option<ProjectLevel>,
    /// Id of a zone.
    zone: Option<String>,
    /// `zh` (default) or `en`, for the names of the columns.
    #[serde(default)]
    #[param(inline)]
    lang: Language,
}

/// Exports the projects that one may read as a spreadsheet (XLSX), newest first, with a second sheet that explains the
/// columns.
#[utoipa::path(
    get, path = "/api/v1/exports/projects.xlsx", tag = "projects", params(ProjectSheetQuery),
    responses(
        (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
        (status = 400, body = ProblemBody),
    )
)]
pub(crate) async fn export_project_sheet(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(query): Query<ProjectSheetQuery>,
) -> Result<Response, Problem> {
    let ProjectSheetQuery { state, kind, level, zone, lang } = query;
    let found = found(&app, &permit, &ProjectsQuery::of(state, kind, level, zone))?;
    let rows: Vec<Vec<String>> = found.iter().map(|project| row(project).to_vec()).collect();
    table::table("projects", &PROJECTS_OUT, TableFormat::Xlsx, lang, rows, Vec::new()).await
}

fn found(app: &App, permit: &Permit, query: &ProjectsQuery) -> Result<Vec<Arc<Project>>, Problem> {
    let wanted = Wanted::of(query)?;
    Ok(app.projects.newest(|project| wanted.accepts(project, permit.actor())))
}

/// A table (CSV, RFC 4180) as an answer; no text in it becomes a formula. `bom`: with a byte order mark.
pub(super) fn table<R>(name: &str, columns: &[&str], rows: impl Iterator<Item = R>, bom: bool) -> Response
where
    R: IntoIterator<Item: AsRef<str>>,
{
    let start = if bom { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(start);
    // Memory takes every row.
    let _ = table.write_record(columns);
    for row in rows {
        let _ = table.write_record(row.into_iter().map(|cell| harmless(cell.as_ref())));
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    no_store((headers, table.into_inner().unwrap_or_default()).into_response())
}

fn row(project: &Project) -> [String; PROJECTS_OUT.len()] {
    let (plan, notice) = (&project.plan, project.notice.as_ref());
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let instant = |at: Option<OffsetDateTime>| at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default();
    let day = |day: Option<time::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let voices = project.voices;
    [
        project.id.to_string(),
        name(&plan.name.zh),
        name(&plan.name.en),
        plan.kind.id().to_owned(),
        plan.level.id().to_owned(),
        project.state.id().to_owned(),
        project.zones.join(" "),
        yuan(plan.budget.planned_fen),
        yuan(project.spent_fen),
        project.progress_percent.to_string(),
        day(notice.map(|notice| notice.from)),
        day(notice.map(|notice| notice.to)),
        day(plan.phases.iter().map(|phase| phase.to).max()),
        instant(project.approved_at),
        instant(project.completed_at),
        voices.given.to_string(),
        (voices.opinions_open + voices.complaints_open).to_string(),
        (project.urge >= ReportUrge::Overdue).to_string(),
        instant(Some(project.changed_at)),
    ]
}

/// Whole fen as yuan, to the last digit.
pub(super) fn yuan(fen: u64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}
