//! `/api/v1/displays`: what the walls of command centres show, and the state that they are in.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use twin_schemas::displays::{Display, DisplayContent, DisplaySwitch};
use utoipa::ToSchema;

use super::extract::{Json, Path};
use super::http::{is_none_match_any, match_tags};
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::displays::{DisplayChange, DisplayDone, DisplayFault, DisplayRequest, Expected};
use crate::domain::display::{ChangeError, DisplayError, Kept, check, check_id};

/// All displays by id.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DisplayList {
    /// The displays.
    displays: Vec<Display>,
}

/// Lists the displays by id. Names and numbers of contacts are masked or empty for those who may not see them.
#[utoipa::path(
    get, path = "/api/v1/displays", tag = "displays",
    responses((status = 200, body = DisplayList))
)]
pub(crate) async fn list_displays(State(app): State<Arc<App>>, permit: Permit) -> Response {
    let displays = app.displays.all().iter().map(|kept| kept.shown(permit.actor())).collect();
    no_store(JsonAnswer(DisplayList { displays }).into_response())
}

/// Gives a display. Names and numbers of contacts are masked or empty for those who may not see them.
#[utoipa::path(
    get, path = "/api/v1/displays/{id}", tag = "displays",
    params(("id" = String, Path, description = "Id of the display")),
    responses(
        (status = 200, body = Display, headers(("ETag" = String, description = "For `If-Match` of a change"))),
        (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn get_display(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let kept = app.displays.get(&id).ok_or_else(|| unknown_display(&id))?;
    Ok(answer(StatusCode::OK, &kept, &permit))
}

/// Adds a display, or gives it another content; its state stays. Putting a display as it stands changes nothing.
#[utoipa::path(
    put, path = "/api/v1/displays/{id}", tag = "displays",
    params(("id" = String, Path, description = "Id of the display: letters, digits, `-`, `_`, `.`"),
           ("If-Match" = Option<String>, Header, description = "`ETag` that the display must still have"),
           ("If-None-Match" = Option<String>, Header, description = "`*`: the display must not be there yet")),
    request_body = DisplayContent, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = Display, description = "It was there before"),
        (status = 201, body = Display, description = "It is new"),
        (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody),
        (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn put_display(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(content): Json<DisplayContent>,
) -> Result<Response, Problem> {
    check_id(&id)?;
    check(&content, &app.kinds)?;
    let change = DisplayChange::Put(Box::new(content));
    change_and_show(&app, &permit, &headers, "display.put", id, change).await
}

/// Switches a display to an emergency plan (战时), or back to the ordinary state (平常). Open viewers hear of it at
/// once. A plan that is in force stays as it is.
#[utoipa::path(
    put, path = "/api/v1/displays/{id}/state", tag = "displays",
    params(("id" = String, Path, description = "Id of the display"),
           ("If-Match" = Option<String>, Header, description = "`ETag` that the display must still have")),
    request_body = DisplaySwitch, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = Display), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 412, body = ProblemBody),
        (status = 422, body = ProblemBody, description = "The display has no such plan; the hint names those that it has"),
    )
)]
pub(crate) async fn put_display_state(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(to): Json<DisplaySwitch>,
) -> Result<Response, Problem> {
    change_and_show(&app, &permit, &headers, "display.switch", id, DisplayChange::Switch(to)).await
}

/// Removes a display.
#[utoipa::path(
    delete, path = "/api/v1/displays/{id}", tag = "displays",
    params(("id" = String, Path, description = "Id of the display"),
           ("If-Match" = Option<String>, Header, description = "`ETag` that the display must still have")),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 412, body = ProblemBody),
    )
)]
pub(crate) async fn delete_display(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    change_and_show(&app, &permit, &headers, "display.remove", id, DisplayChange::Remove).await
}

async fn change_and_show(
    app: &App,
    permit: &Permit,
    headers: &HeaderMap,
    action: &str,
    id: String,
    change: DisplayChange,
) -> Result<Response, Problem> {
    let entry = permit.entry(action, format!("display:{id}"));
    let request = DisplayRequest { id, change, expected: expected(headers), entry };
    let DisplayDone { kept, is_new } = app.displays.change(request).await?;
    Ok(match kept {
        Some(kept) => answer(if is_new { StatusCode::CREATED } else { StatusCode::OK }, &kept, permit),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

fn expected(headers: &HeaderMap) -> Expected {
    if is_none_match_any(headers) {
        return Expected::Absent;
    }
    let tags = match_tags(headers);
    if tags.is_empty() { Expected::Any } else { Expected::Tagged(tags) }
}

fn answer(status: StatusCode, kept: &Kept, permit: &Permit) -> Response {
    let mut response = (status, JsonAnswer(kept.shown(permit.actor()))).into_response();
    if let Ok(tag) = HeaderValue::from_str(&kept.tag()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    no_store(response)
}

fn unknown_display(id: &str) -> Problem {
    Problem::not_found("unknown_display", format!("there is no display `{id}`"))
        .with_hint("`/api/v1/displays` lists those that there are")
}

impl From<DisplayError> for Problem {
    fn from(error: DisplayError) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_display", error.to_string())
    }
}

impl From<DisplayFault> for Problem {
    fn from(fault: DisplayFault) -> Self {
        let detail = fault.to_string();
        let conflict = |code| Self::new(StatusCode::CONFLICT, code, detail.clone());
        match fault {
            DisplayFault::Store(error) => error.into(),
            DisplayFault::Unknown(id) => unknown_display(&id),
            DisplayFault::Stale => Self::new(StatusCode::PRECONDITION_FAILED, "changed_since", detail)
                .with_hint("get the display again, and repeat the change with its new `ETag`"),
            DisplayFault::TooMany => conflict("too_many_displays").with_hint("remove one that no wall shows"),
            DisplayFault::TooManyHosts(_) => conflict("too_many_hosts")
                .with_hint("let a media gateway give the pictures of several cameras under one name"),
            DisplayFault::Change(ChangeError::PlanInForce(_)) => {
                conflict("plan_in_force").with_hint("switch the display to ordinary first")
            }
            DisplayFault::Change(ChangeError::UnknownPlan { known, .. }) => {
                let plans = if known.is_empty() { "it has none".into() } else { known.join(", ") };
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_plan", detail)
                    .with_hint(format!("plans of this display: {plans}"))
            }
            DisplayFault::Stopping => Self::unavailable("stopping", detail),
        }
    }
}
