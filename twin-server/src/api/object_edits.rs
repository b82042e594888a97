//! `/api/v1/objects`: what people change of the community model: names, properties, objects of their own,
//! and the history of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalPoint;
use twin_schemas::model::{ModelObject, ObjectClass};
use utoipa::ToSchema;

use super::extract::{Json, Path, given};
use super::http::match_tags;
use super::object_path::{ObjectId, edit_in, methods_of};
use super::objects::{answer, unknown};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::{Permit, place};
use crate::domain::edit::{Edit, EditAction, EditError, EditState, NewObject, ObjectPatch, POINT_LIMIT};
use crate::domain::permission::Place;
use crate::model::{Change, EditRequest, Edited, ModelError, new_id};

/// Most edits that one answer holds.
const HISTORY_LIMIT: u32 = 1000;
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'/').remove(b'$');

/// An object as it is made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectCreation {
    /// What it is; not `community` or `site`.
    class: ObjectClass,
    /// Name in both languages.
    #[serde(default)]
    name: LocalizedText,
    /// Id of the object that it is part of.
    #[serde(default)]
    parent: Option<String>,
    /// Id of the zone that it stands in. Default: the one that its middle is in.
    #[serde(default)]
    zone: Option<String>,
    /// Outline: polygons of rings of `[east_m, north_m]`, outer ring first.
    footprint: Vec<Vec<Vec<[f64; 2]>>>,
    /// Metres up of its lower end.
    bottom_m: f64,
    /// Metres up of its upper end.
    top_m: f64,
    /// Whatever else is to be known of it.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Object>)]
    properties: BTreeMap<String, Value>,
}

/// Changes of an object, as a merge patch (RFC 7396): what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectChanges {
    /// Its name in both languages; null: as published.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<LocalizedText>)]
    #[expect(clippy::option_option, reason = "null is not absent")]
    name: Option<Option<LocalizedText>>,
    /// Properties by name; null takes back what people set.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Object>)]
    properties: BTreeMap<String, Option<Value>>,
    /// Outline, of an object that people made.
    #[serde(default)]
    footprint: Option<Vec<Vec<Vec<[f64; 2]>>>>,
    /// Metres up of the lower end, of an object that people made.
    #[serde(default)]
    bottom_m: Option<f64>,
    /// Metres up of the upper end, of an object that people made.
    #[serde(default)]
    top_m: Option<f64>,
}

/// The edits of an object, newest first, at most 1,000.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObjectHistory {
    /// The edits.
    edits: Vec<ObjectEdit>,
}

/// One change of an object.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObjectEdit {
    /// Its number, from 1; `history/{number}/restore` brings back the state after it, 0 the state before all.
    number: u32,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    time: OffsetDateTime,
    /// By whom.
    actor: String,
    /// `created`, `changed`, `removed` or `restored`.
    #[schema(value_type = String)]
    action: EditAction,
    /// What people had done to the object before; null: nothing, or it did not exist.
    #[schema(required)]
    before: Option<EditedState>,
    /// What they have done to it after.
    #[schema(required)]
    after: Option<EditedState>,
}

/// What people did to an object, all edits together.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EditedState {
    /// Changed it over what is published.
    Overlay(OverlayState),
    /// Made it.
    Made(Box<ModelObject>),
}

/// What people changed of a published object.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OverlayState {
    /// Its name; absent: as published.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<LocalizedText>,
    /// Properties over the published ones.
    #[schema(value_type = BTreeMap<String, Object>)]
    properties: BTreeMap<String, Value>,
}

/// Makes an object: a zone, a building, a storey, a space or an element that is in no source.
#[utoipa::path(
    post, path = "/api/v1/objects", tag = "objects", request_body = ObjectCreation, security((), ("key" = [])),
    responses(
        (status = 201, body = ModelObject, headers(("Location" = String), ("ETag" = String))),
        (status = 401, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn post_object(
    State(app): State<Arc<App>>,
    permit: Permit,
    headers: HeaderMap,
    Json(body): Json<ObjectCreation>,
) -> Result<Response, Problem> {
    let ObjectCreation { class, name, parent, zone, footprint, bottom_m, top_m, properties } = body;
    check_outline(&permit, &app, class, &footprint)?;
    if let Some(zone) = &zone {
        permit.within(Place::Zone(Some(zone)))?;
    }
    let new = NewObject { class, name, parent, zone, footprint, bottom_m, top_m, properties };
    let id = new_id()?;
    let location = format!("/api/v1/objects/{id}");
    let done = edit(&app, &permit, &headers, id, Change::Create(Box::new(new))).await?;
    let mut response = shown(StatusCode::CREATED, &done);
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Changes name and properties of an object; of one that people made, also its shape. Changes lie over what
/// is published and outlast new versions of it.
#[utoipa::path(
    patch, path = "/api/v1/objects/{id}", tag = "objects", request_body = ObjectChanges, security((), ("key" = [])),
    params(("id" = String, Path, description = "Id of the object"),
           ("If-Match" = Option<String>, Header, description = "`ETag` that the object must still have")),
    responses(
        (status = 200, body = ModelObject, headers(("ETag" = String))),
        (status = 401, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 412, body = ProblemBody, description = "The object has another `ETag` by now"),
        (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn patch_object(
    State(app): State<Arc<App>>,
    permit: Permit,
    ObjectId(id): ObjectId,
    headers: HeaderMap,
    Json(body): Json<ObjectChanges>,
) -> Result<Response, Problem> {
    permit.within(Place::Zone(place::zone_of_object(&app, &id).as_deref()))?;
    if let Some(footprint) = &body.footprint {
        let class = app.model.now().get(&id).map_or(ObjectClass::Zone, |object| object.class);
        check_outline(&permit, &app, class, footprint)?;
    }
    let ObjectChanges { name, properties, footprint, bottom_m, top_m } = body;
    let patch = ObjectPatch { name, properties, footprint, bottom_m, top_m };
    let done = edit(&app, &permit, &headers, id, Change::Patch(Box::new(patch))).await?;
    Ok(shown(StatusCode::OK, &done))
}

/// Removes an object that people made. Its history stays, and can bring it back.
#[utoipa::path(
    delete, path = "/api/v1/objects/{id}", tag = "objects", security((), ("key" = [])),
    params(("id" = String, Path, description = "Id of the object"),
           ("If-Match" = Option<String>, Header, description = "`ETag` that the object must still have")),
    responses(
        (status = 204), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody, description = "The object comes with the publication"),
        (status = 412, body = ProblemBody),
    )
)]
pub(crate) async fn delete_object(
    State(app): State<Arc<App>>,
    permit: Permit,
    ObjectId(id): ObjectId,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    if app.model.now().get(&id).is_some_and(|object| object.class == ObjectClass::Zone) {
        // Zones decide who may what.
        permit.within(Place::Whole)?;
    }
    edit(&app, &permit, &headers, id, Change::Remove).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings back the state of an object after one of its edits: undo. This is an edit, too.
#[utoipa::path(
    post, path = "/api/v1/objects/{id}/history/{number}/restore", tag = "objects", security((), ("key" = [])),
    params(("id" = String, Path, description = "Id of the object"),
           ("number" = u32, Path, description = "Number of the edit; 0: as it was before all edits"),
           ("If-Match" = Option<String>, Header, description = "`ETag` that the object must still have")),
    responses(
        (status = 200, body = ModelObject, headers(("ETag" = String))),
        (status = 204, description = "In that state there is no such object"),
        (status = 401, body = ProblemBody), (status = 404, body = ProblemBody), (status = 412, body = ProblemBody),
    )
)]
pub(crate) async fn restore_object(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = edit_in(&path);
    let zone = place::zone_of_object(&app, asked.map_or(&path, |(id, _)| id));
    permit.within(Place::Zone(zone.as_deref()))?;
    let Some((id, number)) = asked else { return Err(Problem::not_allowed(methods_of(&path))) };
    if app.model.now().published().get(id).is_none() {
        // What people made may have stood elsewhere.
        permit.within(Place::Whole)?;
    }
    let number = number.parse().map_err(|_| unknown_edit(number))?;
    let done = edit(&app, &permit, &headers, id.to_owned(), Change::Restore(number)).await?;
    Ok(shown(StatusCode::OK, &done))
}

/// The history of an object, for the route that it shares with the object.
#[utoipa::path(
    get, path = "/api/v1/objects/{id}/history", tag = "objects",
    params(("id" = String, Path, description = "Id of the object")),
    responses((status = 200, body = ObjectHistory), (status = 404, body = ProblemBody))
)]
#[expect(dead_code, reason = "describes `history`, which `objects::get_object` calls: see there")]
pub(crate) fn get_object_history() {}

/// Gives the edits of an object.
pub(super) async fn history(app: &App, id: &str) -> Result<Response, Problem> {
    let edits = app.model.history(id, u32::MAX, HISTORY_LIMIT).await?;
    if edits.is_empty() && app.model.now().get(id).is_none() {
        return Err(unknown(id));
    }
    Ok(JsonAnswer(ObjectHistory { edits: edits.into_iter().map(ObjectEdit::from).collect() }).into_response())
}

async fn edit(
    app: &App,
    permit: &Permit,
    headers: &HeaderMap,
    id: String,
    change: Change,
) -> Result<Edited, Problem> {
    let request = EditRequest { id, change, actor: permit.actor().id(), if_match: match_tags(headers) };
    Ok(app.model.edit(request).await?)
}

/// Whether the actor may make an outline: all its corners must be where it may edit. A zone is a matter of
/// the whole community, because zones decide who may what.
fn check_outline(
    permit: &Permit,
    app: &App,
    class: ObjectClass,
    footprint: &[Vec<Vec<[f64; 2]>>],
) -> Result<(), Problem> {
    if permit.is_everywhere() {
        return Ok(());
    }
    if class == ObjectClass::Zone {
        return permit.within(Place::Whole);
    }
    let corners = footprint.iter().flatten().flatten().take(POINT_LIMIT);
    for [east_m, north_m] in corners.copied() {
        let zone = place::zone_at(app, &LocalPoint { east_m, north_m, up_m: 0.0 });
        permit.within(Place::Zone(zone.as_deref()))?;
    }
    Ok(())
}

fn shown(status: StatusCode, done: &Edited) -> Response {
    match &done.object {
        Some(object) => answer(status, object),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

fn unknown_edit(number: impl std::fmt::Display) -> Problem {
    Problem::not_found("unknown_edit", format!("the object has no edit {number}"))
        .with_hint("`/history` behind its address lists the edits that it has")
}

impl From<Edit> for ObjectEdit {
    fn from(edit: Edit) -> Self {
        let Edit { number, time, actor, action, before, after, .. } = edit;
        Self { number, time, actor, action, before: before.map(Into::into), after: after.map(Into::into) }
    }
}

impl From<EditState> for EditedState {
    fn from(state: EditState) -> Self {
        match state {
            EditState::Made(object) => Self::Made(object),
            EditState::Overlay(overlay) => {
                Self::Overlay(OverlayState { name: overlay.name, properties: overlay.properties })
            }
        }
    }
}

impl From<ModelError> for Problem {
    fn from(error: ModelError) -> Self {
        let detail = error.to_string();
        let refused = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail.clone());
        match error {
            ModelError::Unknown(id) => unknown(&id),
            ModelError::NoEdit(number) => unknown_edit(number),
            ModelError::Stale => Self::new(StatusCode::PRECONDITION_FAILED, "changed_since", detail)
                .with_hint("get the object again, and repeat the change with its new `ETag`"),
            ModelError::Published(id) => {
                let history =
                    format!("/api/v1/objects/{}/history/0/restore", utf8_percent_encode(&id, IN_PATH));
                Self::new(StatusCode::CONFLICT, "published_object", detail)
                    .with_hint(format!("`POST {history}` takes back what people changed of it"))
            }
            ModelError::Reference { .. } => refused("unknown_reference"),
            ModelError::TooMany => refused("too_many_objects"),
            ModelError::Edit(error) => refused(match error {
                EditError::Class => "bad_class",
                EditError::TextTooLong { .. } => "text_too_long",
                EditError::Properties(_) | EditError::Value(_) => "bad_properties",
                EditError::Points(_) | EditError::Outline => "bad_outline",
                EditError::Heights => "bad_heights",
                EditError::PublishedShape => "published_shape",
            }),
            ModelError::Store(error) => error.into(),
            ModelError::Stopping => Self::unavailable("stopping", detail),
        }
    }
}
