//! `/api/v1/keys`: keys of machines, their limits and how they are used.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};
use utoipa::ToSchema;

use super::extract::{Json, Path};
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::{Permit, issue};
use crate::domain::keys::{ApiKey, KeyQuota, KeyUse};
use crate::domain::permission::{Action, Grant, Role, Scope};

/// How far back the use of keys is told.
const USE_DAYS: i64 = 30;

/// A key without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyView {
    /// Stable id.
    id: String,
    /// What the key begins with.
    prefix: String,
    /// What it is for.
    name: String,
    /// Its role.
    role: Role,
    /// Zones that it is limited to.
    #[serde(skip_serializing_if = "Option::is_none")]
    zones: Option<BTreeSet<String>>,
    /// Actions that it is limited to.
    #[serde(skip_serializing_if = "Option::is_none")]
    actions: Option<BTreeSet<Action>>,
    /// Devices that it is limited to.
    #[serde(skip_serializing_if = "Option::is_none")]
    devices: Option<BTreeSet<String>>,
    /// How often it may be used.
    quota: KeyQuota,
    /// Who issued it.
    issuer: String,
    /// When it was issued.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created: OffsetDateTime,
    /// When it ends by itself.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires: Option<OffsetDateTime>,
    /// When it was revoked.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked: Option<OffsetDateTime>,
    /// When it was last used, in the last 30 days.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used: Option<OffsetDateTime>,
    /// How it was used in the last 30 days.
    days: Vec<KeyDay>,
}

/// How a key was used on a day (UTC).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyDay {
    /// The day.
    #[schema(format = Date)]
    day: String,
    /// Requests that were let through.
    requests: u64,
    /// Requests beyond the quota.
    refused: u64,
}

/// Keys in the order of their issue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyList {
    /// The keys, revoked ones included.
    keys: Vec<KeyView>,
}

/// A key to be issued.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    /// What it is for.
    name: String,
    /// Its role; default `device`.
    #[serde(default)]
    role: Option<Role>,
    /// Ids of the zones that it is limited to.
    #[serde(default)]
    zones: Option<BTreeSet<String>>,
    /// Actions of the role that it is limited to.
    #[serde(default)]
    actions: Option<BTreeSet<Action>>,
    /// Ids of the devices that it is limited to, or beginnings of ids with `*` behind them.
    #[serde(default)]
    devices: Option<BTreeSet<String>>,
    /// How often it may be used.
    #[serde(default)]
    quota: KeyQuota,
    /// When it ends by itself.
    #[serde(with = "time::serde::rfc3339::option", default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires: Option<OffsetDateTime>,
}

/// A key that was issued.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IssuedKey {
    /// The key.
    key: KeyView,
    /// What to send. It is shown only now.
    secret: String,
}

fn view(key: &ApiKey, uses: &[KeyUse]) -> KeyView {
    let used = || uses.iter().filter(|used| used.key == key.id);
    KeyView {
        id: key.id.clone(),
        prefix: issue::prefix(key),
        name: key.name.clone(),
        role: key.grant.role,
        zones: key.grant.zones.clone(),
        actions: key.scope.actions.clone(),
        devices: key.scope.devices.clone(),
        quota: key.quota,
        issuer: key.issuer.clone(),
        created: key.created,
        expires: key.expires,
        revoked: key.revoked,
        last_used: used().map(|used| used.last).max(),
        days: used()
            .map(|used| KeyDay { day: written(used.day), requests: used.requests, refused: used.refused })
            .collect(),
    }
}

/// A day as RFC 3339 has it.
fn written(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

async fn uses(app: &App) -> Result<Vec<KeyUse>, Problem> {
    app.auth.flush().await;
    Ok(app.store.key_uses(OffsetDateTime::now_utc().date() - Duration::days(USE_DAYS)).await?)
}

/// Lists keys with their use.
#[utoipa::path(
    get, path = "/api/v1/keys", tag = "people", security((), ("session" = [])),
    responses(
        (status = 200, body = KeyList), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn list_keys(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let uses = uses(&app).await?;
    let keys = app.auth.keys().iter().map(|key| view(key, &uses)).collect();
    Ok(no_store(JsonAnswer(KeyList { keys }).into_response()))
}

/// Gives one key with its use.
#[utoipa::path(
    get, path = "/api/v1/keys/{id}", tag = "people", params(("id" = String, Path, description = "Id of the key")),
    security((), ("session" = [])),
    responses(
        (status = 200, body = KeyView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn get_key(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let key = app.auth.keys().into_iter().find(|key| key.id == id).ok_or_else(|| unknown(&id))?;
    Ok(no_store(JsonAnswer(view(&key, &uses(&app).await?)).into_response()))
}

/// Issues a key. It acts in its role, narrowed to its zones, actions and devices; what only people may,
/// no key may.
#[utoipa::path(
    post, path = "/api/v1/keys", tag = "people", request_body = NewKey, security((), ("session" = [])),
    responses(
        (status = 201, body = IssuedKey), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn issue_key(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(body): Json<NewKey>,
) -> Result<Response, Problem> {
    let wish = issue::KeyWish {
        name: body.name,
        grant: Grant { role: body.role.unwrap_or(Role::Device), zones: body.zones },
        scope: Scope { actions: body.actions, devices: body.devices },
        quota: body.quota,
        expires: body.expires,
    };
    let (key, secret) = issue::key(wish, permit.actor().id(), OffsetDateTime::now_utc())?;
    let entry = permit.entry("key.issue", format!("key:{}", key.id)).with_detail(key.grant.to_string());
    app.store.add_key(&key, &entry).await?;
    app.auth.reload().await?;
    let issued = IssuedKey { key: view(&key, &[]), secret };
    Ok(no_store((StatusCode::CREATED, JsonAnswer(issued)).into_response()))
}

/// Revokes a key. From this answer on it is refused.
#[utoipa::path(
    delete, path = "/api/v1/keys/{id}", tag = "people", params(("id" = String, Path, description = "Id of the key")),
    security((), ("session" = [])),
    responses(
        (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn revoke_key(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let entry = permit.entry("key.revoke", format!("key:{id}"));
    if !app.store.revoke_key(&id, OffsetDateTime::now_utc(), &entry).await? {
        return Err(unknown(&id));
    }
    app.auth.reload().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn unknown(id: &str) -> Problem {
    Problem::not_found("unknown_key", format!("there is no key `{id}`, or it was revoked before"))
}
