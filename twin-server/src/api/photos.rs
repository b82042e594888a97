//! `/api/v1/photos`: photographs that are sent with reports and with the progress of projects, kept without what nobody sees in them.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::geometry::LocalPoint;
use utoipa::{IntoParams, ToSchema};

use super::attachments;
use super::extract::{Path, Query};
use super::room::work_in;
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::enu::to_local;
use crate::domain::permission::Action;
use crate::domain::registration::DISTANCE_LIMIT_M;
use crate::domain::report::may_read;
use crate::photo::{self, Photo, PhotoError};
use crate::store::{FileSize, Media};

/// A photograph that was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PhotoTaken {
    /// Its id, to be sent with a report within a day.
    id: String,
    /// Width of the larger file.
    width_px: u32,
    /// Height of the larger file.
    height_px: u32,
    /// Where it was taken, if the file said so; that is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<LocalPoint>,
}

/// Which file of a photograph.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PhotoFile {
    /// At most 320 px.
    Small,
    /// At most 1,600 px.
    #[default]
    Large,
}

/// How a photograph is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PhotoQuery {
    /// Which file. Default: the larger one.
    #[serde(default)]
    #[param(inline)]
    size: PhotoFile,
}

/// Takes a photograph in: JPEG, PNG or WebP up to 15 MiB. What is kept is made anew from what one sees; position,
/// camera and whatever else the file holds are left out.
#[utoipa::path(
    post, path = "/api/v1/photos", tag = "reports",
    request_body(content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"))),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 201, body = PhotoTaken), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn post_photo(
    State(app): State<Arc<App>>,
    permit: Permit,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let room = Arc::clone(&app.photos).acquire_owned().await;
    let photo = work_in(room, move || photo::read(&bytes)).await??;
    let origin = app.publications.served().catalog.community.origin;
    let position = origin.zip(photo.taken_at).map(|(origin, at)| to_local(&origin, &at)).filter(is_here);
    // The tangent plane says nothing of the ground: what the viewer does with it stands on the ground.
    let position = position.map(|at| LocalPoint { up_m: 0.0, ..at });
    let Photo { width_px, height_px, small, large, .. } = photo;
    let media = Media::Photo { width_px, height_px, small, large };
    let id = attachments::take_in(&app, &permit, media).await?;
    let taken = PhotoTaken { id, width_px, height_px, position };
    Ok(no_store((StatusCode::CREATED, JsonAnswer(taken)).into_response()))
}

fn is_here(at: &LocalPoint) -> bool {
    at.east_m.abs() <= DISTANCE_LIMIT_M && at.north_m.abs() <= DISTANCE_LIMIT_M
}

/// Gives a photograph to whoever may read its report or its project; one that was not sent yet to its owner.
#[utoipa::path(
    get, path = "/api/v1/photos/{id}", tag = "reports",
    params(("id" = String, Path, description = "Id of the photograph"), PhotoQuery),
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg"), (status = 404, body = ProblemBody))
)]
pub(crate) async fn get_photo(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<String>,
    Query(PhotoQuery { size }): Query<PhotoQuery>,
) -> Result<Response, Problem> {
    let unknown = || Problem::not_found("unknown_photo", "there is no such photograph that you may see");
    let facts = app.store.attachment(&id).await?.filter(|facts| facts.voice.is_none()).ok_or_else(unknown)?;
    let actor = permit.actor();
    let may_see = match (facts.report, facts.project, facts.check_up) {
        (None, None, None) => facts.owner == actor.id(),
        (Some(report), ..) => {
            app.reports.get(report).is_some_and(|kept| may_read(kept.asked_by(actor), &kept.report))
        }
        (None, Some(project), _) => {
            permit.somewhere(Action::ReadProjects).is_ok() && app.projects.readable(project, actor).is_ok()
        }
        (None, None, Some(_)) => permit.somewhere(Action::ReadCheckUps).is_ok(),
    };
    if !may_see {
        return Err(unknown());
    }
    let size = match size {
        PhotoFile::Small => FileSize::Small,
        PhotoFile::Large => FileSize::Large,
    };
    let file = app.store.attachment_file(&id, size).await?.ok_or_else(unknown)?;
    let mut response = file.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    // The file never changes, but who may see it does.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=300"));
    Ok(response)
}

impl From<PhotoError> for Problem {
    fn from(error: PhotoError) -> Self {
        let code = match error {
            PhotoError::Format => "bad_photo_format",
            PhotoError::TooLarge { .. } => "photo_too_large",
            PhotoError::Unreadable(_) => "unreadable_photo",
        };
        Self::told(StatusCode::UNPROCESSABLE_ENTITY, code, &error)
    }
}
