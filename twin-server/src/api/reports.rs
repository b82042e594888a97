//! `/api/v1/reports`: what residents report, what becomes of it, and what everyone who works on it does.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::geometry::LocalPoint;
use twin_schemas::reports::{
    Report, ReportBody, ReportDeed, ReportEntry, ReportLine, ReportPlace, ReportRating, ReportState,
};
use utoipa::ToSchema;

use super::extract::{Json, Path};
use super::phones::not_set_up;
use super::report_contacts::{self, ContactDraft, ContactHint};
use super::session::no_store;
use super::{Problem, ProblemBody, voices};
use crate::app::App;
use crate::auth::Permit;
use crate::contacts::ContactFault;
use crate::domain::cycle::Word;
use crate::domain::permission::{Action, Who};
use crate::domain::refusal::{InChinese as _, NotPossible};
use crate::domain::registration::DISTANCE_LIMIT_M;
use crate::domain::report::{
    Main, NewReport, PHOTOS_LIMIT, Refusal, Request, TEXT_LIMIT, is_involved, is_of, parties_of, possible,
    shown_to_all, speaks_as,
};
use crate::reports::{Doing, ReportFault};
use crate::spatial::Kind;
use crate::store::StoredReport;

/// Longest address in words, in characters.
const ADDRESS_LIMIT: usize = 200;

/// What is reported.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportDraft {
    /// Problem or suggestion.
    line: ReportLine,
    /// Id of the kind.
    kind: String,
    /// What was seen, or is suggested; up to 2,000 characters.
    text: String,
    /// Ids of photographs that were sent to `/api/v1/photos`, at most 6.
    #[serde(default)]
    photos: Vec<String>,
    /// Id of a voice that was sent to `/api/v1/voices`. Only the reporter and those who work on the report hear it.
    #[serde(default)]
    voice: Option<String>,
    /// Where. Absent: the community as a whole.
    #[serde(default)]
    place: ReportPlace,
    /// Whether everyone may read it once it is taken up.
    #[serde(default = "yes")]
    open: bool,
    /// Whether it is reported for another (代提交).
    #[serde(default)]
    on_behalf: bool,
    /// Whom to call about it, if it is reported for another. It lies encrypted, is in no list, and is deleted some days
    /// after the report ends.
    #[serde(default)]
    contact: Option<ContactDraft>,
}

const fn yes() -> bool {
    true
}

impl ReportDraft {
    /// A report that another system hands on: everyone may read it once it is taken up.
    pub(super) fn from_outside(
        line: ReportLine,
        kind: &str,
        text: String,
        place: ReportPlace,
        contact: Option<ContactDraft>,
    ) -> Self {
        Self {
            line,
            kind: kind.to_owned(),
            text,
            photos: Vec::new(),
            voice: None,
            place,
            open: true,
            on_behalf: contact.is_some(),
            contact,
        }
    }
}

/// A report with its trail, and what whoever asks may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportDetail {
    /// The report.
    report: Report,
    /// What happened to it, in order, as far as it is for whoever asks.
    trail: Vec<ReportEntry>,
    /// Whether it is one's own.
    own: bool,
    /// What one may do with it now.
    possible: Vec<ReportDeed>,
    /// Whether one may say something to the other side.
    may_say: bool,
    /// Whom to call, masked, for those who are involved.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<ContactHint>,
    /// Numbers of the needs of renewal that come from it, for those who may read them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs: Vec<u64>,
}

/// What is done with a report, and what is said with it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportAction {
    /// What.
    deed: ReportDeed,
    /// The body that is to handle it: with `dispatch`.
    #[serde(default)]
    body: Option<ReportBody>,
    /// The answer (`answer`, `decline`), the reason (`return`, `fail`, `reopen`, `part`), or a remark.
    #[serde(default)]
    text: Option<String>,
    /// With `confirm`.
    #[serde(default)]
    rating: Option<ReportRating>,
    /// Number of the report that it is joined to: with `merge`.
    #[serde(default)]
    main: Option<u64>,
    /// Number of the project that it enters: with `programme`. Absent: a task that is no project yet.
    #[serde(default)]
    project: Option<String>,
    /// Ids of photographs that were sent to `/api/v1/photos`, at most 6.
    #[serde(default)]
    photos: Vec<String>,
    /// Id of a voice that was sent to `/api/v1/voices`.
    #[serde(default)]
    voice: Option<String>,
    /// The `version` that the report must still have.
    #[serde(default)]
    version: Option<u32>,
}

/// A word to the other side.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportMessage {
    /// The word, up to 2,000 characters.
    text: String,
    /// Id of a voice that was sent to `/api/v1/voices`, which says it.
    #[serde(default)]
    voice: Option<String>,
}

/// Reports a problem or makes a suggestion.
#[utoipa::path(
    post, path = "/api/v1/reports", tag = "reports", request_body = ReportDraft,
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 201, body = Report), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn post_report(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(draft): Json<ReportDraft>,
) -> Result<Response, Problem> {
    let report = take_in(&app, &permit, draft).await?;
    Ok(no_store((StatusCode::CREATED, JsonAnswer(report)).into_response()))
}

/// Takes a report in, by whatever interface it came.
pub(super) async fn take_in(app: &App, permit: &Permit, draft: ReportDraft) -> Result<Report, Problem> {
    let kind = app.reports.kinds().get(&draft.kind).cloned().ok_or_else(|| unknown_kind(&draft.kind))?;
    if !is_of(&kind, draft.line) {
        let detail = format!("`{}` is no kind of this line", kind.id);
        return Err(unprocessable("bad_line", detail));
    }
    let text = checked_text(&draft.text)?;
    if draft.photos.len() > PHOTOS_LIMIT {
        return Err(Problem::from(ReportFault::Refused(Refusal::TooManyPhotos(draft.photos.len()))));
    }
    let contact = report_contacts::checked(app, draft.contact.as_ref(), draft.on_behalf)?;
    let (place, zone) = placed(app, draft.place)?;
    let new = NewReport {
        line: draft.line,
        text,
        photos: draft.photos,
        voice: voices::to_send(app, permit, draft.voice).await?,
        place,
        zone,
        on_behalf: draft.on_behalf,
        open: draft.open,
    };
    let reporter = match permit.actor().who() {
        Who::User(id) => Some(id.clone()),
        _ => None,
    };
    let entry = permit.entry("report.submit", "report");
    let kept = app.reports.submit(new, kind, reporter, contact, entry).await?;
    Ok(kept.report.clone())
}

/// Gives a report with what happened to it and what one may do with it.
#[utoipa::path(
    get, path = "/api/v1/reports/{id}", tag = "reports",
    params(("id" = u64, Path, description = "Number of the report")),
    responses((status = 200, body = ReportDetail), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub(crate) async fn get_report(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    let kept = app.reports.readable(id, permit.actor())?;
    detail(&app, &permit, &kept).await
}

/// Does something with a report. What is possible depends on its state, on who asks, and on what is said.
#[utoipa::path(
    post, path = "/api/v1/reports/{id}/deeds", tag = "reports",
    params(("id" = u64, Path, description = "Number of the report")),
    request_body = ReportAction, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = ReportDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn act_on_report(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(action): Json<ReportAction>,
) -> Result<Response, Problem> {
    let ReportAction { deed, body, text, rating, main, project, photos, voice, version } = action;
    if let Some(chars) = project.as_deref().map(|id| id.chars().count()).filter(|n| *n > ADDRESS_LIMIT) {
        return Err(too_long("project", chars, ADDRESS_LIMIT));
    }
    if let Some(words) = rating.as_ref().and_then(|rating| rating.text.as_deref()) {
        checked_text(words)?;
    }
    // The state is read in the report's turn.
    let main = main.map(|id| Main { id, state: ReportState::Accepted });
    let voice = voices::to_send(&app, &permit, voice).await?;
    let request = Request { deed, body, text, rating, main, project, photos, voice };
    let entry = permit.entry(&format!("report.{}", deed.id()), "report");
    let actor = permit.actor().clone();
    let kept = app.reports.act(id, Doing::Deed(request), actor, version, entry).await?;
    detail(&app, &permit, &kept).await
}

/// Says something to the other side: the reporter to those who work on the report, or they to the reporter.
#[utoipa::path(
    post, path = "/api/v1/reports/{id}/messages", tag = "reports",
    params(("id" = u64, Path, description = "Number of the report")),
    request_body = ReportMessage, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = ReportDetail), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 413, body = ProblemBody),
        (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn post_report_message(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(ReportMessage { text, voice }): Json<ReportMessage>,
) -> Result<Response, Problem> {
    let voice = voices::to_send(&app, &permit, voice).await?;
    let entry = permit.entry("report.say", "report");
    let kept = app.reports.act(id, Doing::Say(text, voice), permit.actor().clone(), None, entry).await?;
    detail(&app, &permit, &kept).await
}

async fn detail(app: &App, permit: &Permit, kept: &StoredReport) -> Result<Response, Problem> {
    let asker = kept.asked_by(permit.actor());
    let trail = app.reports.trail(kept.report.id).await?;
    let is_involved = is_involved(asker, &kept.report);
    let trail = if is_involved { trail } else { trail.iter().filter_map(shown_to_all).collect() };
    let parties = parties_of(asker, &kept.report);
    let detail = ReportDetail {
        possible: possible(&kept.report, &parties),
        own: asker.is_reporter(),
        may_say: speaks_as(&parties).is_some(),
        contact: report_contacts::hint(app, permit, kept).await?,
        needs: needs_of(app, permit, kept.report.id),
        trail,
        report: kept.report.clone(),
    };
    Ok(no_store(JsonAnswer(detail).into_response()))
}

/// The needs of renewal that come from a report, if whoever asks may read them.
fn needs_of(app: &App, permit: &Permit, report: u64) -> Vec<u64> {
    if permit.somewhere(Action::ReadProgramming).is_err() {
        return Vec::new();
    }
    app.programming.now().needs_of_report(report).map(|need| need.id).collect()
}

/// How many reports someone was taken out of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReporterForgotten {
    /// The reports.
    reports: u64,
}

/// Takes a user out of all reports, trails, photographs and opinions of projects, and deletes their telephone number and
/// voices, as people may ask for; what was reported and answered stays.
#[utoipa::path(
    delete, path = "/api/v1/users/{id}/reports", tag = "users",
    params(("id" = String, Path, description = "Id of the user")),
    security(("session" = [])),
    responses(
        (status = 200, body = ReporterForgotten), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    )
)]
pub(crate) async fn forget_reporter(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let entry = permit.entry("report.forget", format!("user:{id}"));
    let reports = app.reports.forget(&id, &entry).await?;
    app.auth.reload().await?;
    Ok(no_store(JsonAnswer(ReporterForgotten { reports }).into_response()))
}

/// A place that was looked up, and the zone that it lies in.
fn placed(app: &App, mut place: ReportPlace) -> Result<(ReportPlace, Option<String>), Problem> {
    place.address = place.address.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty());
    let chars = place.address.as_deref().map_or(0, |words| words.chars().count());
    if chars > ADDRESS_LIMIT {
        return Err(too_long("address", chars, ADDRESS_LIMIT));
    }
    let model = app.model.now();
    let mut zone = None;
    if let Some(id) = &place.device {
        let entry = app
            .hub
            .entry(id)
            .ok_or_else(|| unprocessable("unknown_device", format!("there is no device `{id}`")))?;
        place.position = place.position.or(Some(entry.device.position));
        place.object = place.object.or_else(|| entry.device.object.clone());
    }
    if let Some(id) = &place.object {
        let object = model
            .get(id)
            .ok_or_else(|| unprocessable("unknown_object", format!("there is no object `{id}`")))?;
        zone.clone_from(&object.zone);
        let (min, max) = (object.bounds.min, object.bounds.max);
        let foot = LocalPoint {
            east_m: f64::midpoint(min.east_m, max.east_m),
            north_m: f64::midpoint(min.north_m, max.north_m),
            up_m: min.up_m,
        };
        place.position = place.position.or(Some(foot));
    }
    if let Some(at) = place.position {
        if ![at.east_m, at.north_m, at.up_m].iter().all(|m| m.abs() <= DISTANCE_LIMIT_M) {
            let detail = format!("the place is not within {DISTANCE_LIMIT_M} m of the community's origin");
            return Err(unprocessable("bad_position", detail));
        }
        zone = model.at(Kind::Zone, at.east_m, at.north_m).map(|zone| zone.id.clone()).or(zone);
    }
    Ok((place, zone))
}

fn checked_text(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(unprocessable("no_text", "`text` says nothing".into())),
        chars if chars > TEXT_LIMIT => Err(too_long("text", chars, TEXT_LIMIT)),
        _ => Ok(text.to_owned()),
    }
}

fn unprocessable(code: &'static str, detail: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}

fn too_long(field: &str, chars: usize, limit: usize) -> Problem {
    unprocessable("text_too_long", format!("`{field}` has {chars} characters, limit {limit}"))
}

pub(super) fn unknown_kind(id: &str) -> Problem {
    unprocessable("unknown_kind", format!("there is no kind of report `{id}`"))
        .with_hint("`/api/v1/report-kinds` lists them")
}

impl From<ReportFault> for Problem {
    fn from(fault: ReportFault) -> Self {
        let zh = fault.zh();
        let problem = match fault {
            ReportFault::Unknown(_) => Self::not_found("unknown_report", fault.to_string()),
            ReportFault::NotInvolved => Self::new(StatusCode::FORBIDDEN, "not_involved", fault.to_string()),
            ReportFault::Stale => {
                Self::new(StatusCode::PRECONDITION_FAILED, "stale_report", fault.to_string())
                    .with_hint("read it again, look at what happened, and decide anew")
            }
            ReportFault::UnknownPhoto => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_photo", fault.to_string())
                    .with_hint("send it to `/api/v1/photos` again")
            }
            ReportFault::Project(fault) => fault.into(),
            ReportFault::Refused(refusal) => {
                let (status, code) = match refusal {
                    Refusal::Course(NotPossible::State { .. }) => (StatusCode::CONFLICT, "not_in_this_state"),
                    Refusal::Course(NotPossible::Party { .. }) => (StatusCode::FORBIDDEN, "not_your_part"),
                    Refusal::Course(NotPossible::Missing { .. }) => {
                        (StatusCode::UNPROCESSABLE_ENTITY, "something_missing")
                    }
                    Refusal::TooLong(_) => (StatusCode::UNPROCESSABLE_ENTITY, "text_too_long"),
                    Refusal::TooManyPhotos(_) => (StatusCode::UNPROCESSABLE_ENTITY, "too_many_photos"),
                    Refusal::Stars(_) => (StatusCode::UNPROCESSABLE_ENTITY, "bad_rating"),
                    Refusal::Main { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "bad_main"),
                    Refusal::TooLate => (StatusCode::CONFLICT, "too_late"),
                };
                Self::worded(status, code, &refusal.to_string())
            }
            ReportFault::NoContacts => not_set_up(),
            ReportFault::Vault(error) => ContactFault::from(error).into(),
            ReportFault::Store(error) => error.into(),
            ReportFault::Stopping => Self::unavailable("stopping", fault.to_string()),
        };
        problem.in_chinese(zh)
    }
}
