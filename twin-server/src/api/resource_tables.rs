//! `/api/v1/resources/template` and `/api/v1/resources/import`: resources as tables that people fill in.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::programming::{Resource, ResourcePlan};
use utoipa::{IntoParams, ToSchema};

use super::checkup_tables::ValueRowProblem;
use super::extract::Query;
use super::imports::Room;
use super::room::work_in;
use super::session::no_store;
use super::table::{TableQuery, table};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::ingest::resource_table::{self, COLUMNS, examples};

/// Refused rows that are named; the others are counted.
const NAMED_LIMIT: usize = 1_000;

/// Gives an empty table of resources to fill in. The spreadsheet explains itself on a second sheet, with examples.
#[utoipa::path(
    get, path = "/api/v1/resources/template", tag = "programming", params(TableQuery),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 400, body = ProblemBody),
    )
)]
pub(crate) async fn get_resource_template(
    Query(TableQuery { format, lang }): Query<TableQuery>,
) -> Result<Response, Problem> {
    table("resources", &COLUMNS, format, lang, Vec::new(), examples()).await
}

/// How to import resources.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ResourceImportQuery {
    /// Only check the table; nothing is changed.
    #[serde(default)]
    dry_run: bool,
}

/// What became of a table of resources.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResourceImport {
    /// Rows that hold anything.
    rows: u64,
    /// Resources that were entered, or would be.
    accepted: u64,
    /// Rows that were not taken.
    rejected: u64,
    /// Numbers of the resources that were entered, in the order of the rows.
    resources: Vec<u64>,
    /// Why rows were not taken, for the first 1,000 of them, by line.
    problems: Vec<ValueRowProblem>,
}

/// Enters the resources of a table: CSV (UTF-8, UTF-16, GBK) or a spreadsheet (XLSX) with the columns of the template, at
/// most 5,000 rows. Rows that cannot be taken are named with their column and do not keep the others from being entered.
/// Each import enters its rows anew: send a table once.
#[utoipa::path(
    post, path = "/api/v1/resources/import", tag = "programming", params(ResourceImportQuery),
    security((), ("key" = []), ("session" = [])),
    request_body(content_type = "text/csv", content = String, description = "The table, as it is on disk"),
    responses(
        (status = 200, body = ResourceImport), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody),
        (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn import_resources(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(ResourceImportQuery { dry_run }): Query<ResourceImportQuery>,
    room: Room,
    body: Bytes,
) -> Result<Response, Problem> {
    let (programming, actor) = (Arc::clone(&app.programming), permit.actor().clone());
    let work = work_in(room, move || -> Result<_, String> {
        let read = resource_table::read(&body)?;
        let rows = (read.resources.len() + read.problems.len()) as u64;
        let mut problems: Vec<ValueRowProblem> = read
            .problems
            .into_iter()
            .map(|(line, column, message)| ValueRowProblem::new(line, column, "bad_cell", message))
            .collect();
        let mut plans: Vec<ResourcePlan> = Vec::new();
        for (line, plan) in read.resources {
            match programming.check::<Resource>(&plan, &actor) {
                Ok(()) => plans.push(plan),
                Err(fault) => {
                    let message = fault.to_string();
                    let problem = Problem::from(fault);
                    problems.push(ValueRowProblem::new(line, "", problem.code(), message));
                }
            }
        }
        problems.sort_by_key(ValueRowProblem::line);
        Ok((rows, plans, problems))
    });
    let (rows, plans, mut problems) = work
        .await?
        .map_err(|message| Problem::worded(StatusCode::UNPROCESSABLE_ENTITY, "bad_table", &message))?;
    let (accepted, rejected) = (plans.len() as u64, problems.len() as u64);
    problems.truncate(NAMED_LIMIT);
    let mut resources = Vec::new();
    if !dry_run && !plans.is_empty() {
        let entry = permit.entry("resource.import", "resource");
        let begun = app.programming.begin::<Resource>(plans, permit.actor().clone(), entry).await?;
        resources = begun.iter().map(|resource| resource.id).collect();
    }
    let done = ResourceImport { rows, accepted, rejected, resources, problems };
    Ok(no_store(JsonAnswer(done).into_response()))
}
