//! `/api/v1/webhooks`: addresses of other systems that hear of alarms, statuses, versions, reports and projects.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use twin_schemas::alarm::AlarmLevel;
use utoipa::ToSchema;

use super::extract::{Json, Path};
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::{Permit, secret};
use crate::domain::reading::whole_microseconds;
use crate::domain::webhook::{EventType, Failure, Outgoing, Progress, Webhook, WebhookError, check};
use crate::store::StoredWebhook;
use crate::webhooks::new_secret;

/// Most webhooks of a community.
const WEBHOOKS_MOST: usize = 100;
/// Failures that are shown.
const FAILURES_SHOWN: u32 = 100;

/// A webhook as it is set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookSettings {
    /// What it is for.
    name: String,
    /// Where events are posted: `https://` or `http://`, without name and password.
    url: String,
    /// Types of events; none: all.
    #[serde(default)]
    types: BTreeSet<EventType>,
    /// Of alarms, only those of this level or a more urgent one.
    #[serde(default)]
    least_level: Option<AlarmLevel>,
    /// Of alarms and devices, only these kinds of device; none: all.
    #[serde(default)]
    kinds: BTreeSet<String>,
    /// Of alarms, devices, reports and projects, only those in these zones; none: everywhere.
    #[serde(default)]
    zones: BTreeSet<String>,
    /// Whether events are delivered. What happens while it is false is not delivered later.
    #[serde(default = "yes")]
    enabled: bool,
}

const fn yes() -> bool {
    true
}

/// A webhook, and how delivery goes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookView {
    /// The webhook.
    #[serde(flatten)]
    hook: Webhook,
    /// How delivery goes.
    progress: Progress,
    /// Events that wait or are looked through.
    waiting: u64,
}

/// A webhook with the events that were given up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookDetails {
    /// The webhook.
    #[serde(flatten)]
    view: WebhookView,
    /// The last events that were given up, newest first.
    failures: Vec<Failure>,
}

/// Webhooks by id.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookList {
    /// The webhooks.
    webhooks: Vec<WebhookView>,
}

/// A webhook with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewWebhook {
    /// The webhook.
    webhook: WebhookView,
    /// What deliveries are signed with, as Standard Webhooks says. It is shown only now.
    secret: String,
}

/// What became of a test.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookTest {
    /// Whether the receiver took it.
    delivered: bool,
    /// Status of the receiver's answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Why it did not arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Lists the webhooks.
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "webhooks", security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = WebhookList), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn list_webhooks(State(app): State<Arc<App>>) -> Result<JsonAnswer<WebhookList>, Problem> {
    let last = app.store.last_outgoing().await?;
    let webhooks = app.store.webhooks().await?.into_iter().map(|stored| view(stored, last)).collect();
    Ok(JsonAnswer(WebhookList { webhooks }))
}

/// Gives one webhook, with the events that were given up.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}", tag = "webhooks", security((), ("key" = []), ("session" = [])),
    params(("id" = String, Path, description = "Id of the webhook")),
    responses(
        (status = 200, body = WebhookDetails), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn get_webhook(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<JsonAnswer<WebhookDetails>, Problem> {
    let stored = find(&app, &id).await?;
    let failures = app.store.webhook_failures(&id, FAILURES_SHOWN).await?;
    Ok(JsonAnswer(WebhookDetails { view: view(stored, app.store.last_outgoing().await?), failures }))
}

/// Adds a webhook; it hears of what happens from now on. Events are posted one by one, in order, as `CloudEvents`
/// 1.0 (`application/cloudevents+json`). A receiver answers 2xx when it has one; otherwise it comes again, for a
/// day. An event may come twice: its `id` tells. Of reports and projects it hears what whoever set it last may read
/// when an event is delivered, and what everyone may once they may read nothing more.
#[utoipa::path(
    post, path = "/api/v1/webhooks", tag = "webhooks", request_body = WebhookSettings,
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 201, body = NewWebhook), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 415, body = ProblemBody),
        (status = 422, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn add_webhook(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(body): Json<WebhookSettings>,
) -> Result<Response, Problem> {
    let created = whole_microseconds(OffsetDateTime::now_utc());
    let hook = checked(&app, &permit, body, secret::id()?, created)?;
    if app.store.webhooks().await?.len() >= WEBHOOKS_MOST {
        let detail = format!("there are {WEBHOOKS_MOST} webhooks already");
        return Err(Problem::new(StatusCode::CONFLICT, "too_many_webhooks", detail).with_hint("remove some"));
    }
    let cursor = app.store.last_outgoing().await?;
    let stored = StoredWebhook { hook, secret: new_secret()?, progress: Progress::default(), cursor };
    save(&app, &stored).await?;
    Ok(with_secret(StatusCode::CREATED, stored))
}

/// Changes a webhook. One that was disabled because nothing arrived, and is put with `enabled`, hears of what
/// happens from now on.
#[utoipa::path(
    put, path = "/api/v1/webhooks/{id}", tag = "webhooks", request_body = WebhookSettings,
    params(("id" = String, Path, description = "Id of the webhook")),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = WebhookView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 415, body = ProblemBody),
        (status = 422, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn put_webhook(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<String>,
    Json(body): Json<WebhookSettings>,
) -> Result<JsonAnswer<WebhookView>, Problem> {
    let before = find(&app, &id).await?;
    let last = app.store.last_outgoing().await?;
    let was_off = !before.hook.enabled || before.progress.disabled_because.is_some();
    let hook = checked(&app, &permit, body, id, before.hook.created)?;
    let (delivered, given_up) = (before.progress.delivered, before.progress.given_up);
    let progress = Progress { delivered, given_up, ..Progress::default() };
    let cursor = if was_off { last } else { before.cursor };
    let stored = StoredWebhook { hook, progress, cursor, secret: before.secret };
    save(&app, &stored).await?;
    Ok(JsonAnswer(view(stored, last)))
}

/// Removes a webhook, and what waits for it.
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{id}", tag = "webhooks",
    params(("id" = String, Path, description = "Id of the webhook")),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn delete_webhook(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    if !app.store.remove_webhook(&id).await? {
        return Err(unknown(&id));
    }
    app.outbox.look().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Posts an event of type `twin.webhook.test` at once, also to a disabled webhook, and tells what became of it.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/test", tag = "webhooks",
    params(("id" = String, Path, description = "Id of the webhook")),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = WebhookTest), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn test_webhook(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<JsonAnswer<WebhookTest>, Problem> {
    let stored = find(&app, &id).await?;
    let event = Outgoing {
        r#type: EventType::WebhookTest,
        at: OffsetDateTime::now_utc(),
        subject: format!("webhooks/{id}"),
        level: None,
        kind: None,
        zone: None,
        zones: Vec::new(),
        sight: None,
        data: json!({ "webhook": id }),
    };
    let number = format!("test-{}", secret::id()?);
    let attempt = app.courier.attempt(&stored.hook, &stored.secret, &number, &event).await;
    let delivered = attempt.error.is_none();
    Ok(JsonAnswer(WebhookTest { delivered, status: attempt.status, error: attempt.error }))
}

/// Gives a webhook another secret; the old one signs nothing any more.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/secret", tag = "webhooks",
    params(("id" = String, Path, description = "Id of the webhook")),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = NewWebhook), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn renew_secret(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let stored = StoredWebhook { secret: new_secret()?, ..find(&app, &id).await? };
    save(&app, &stored).await?;
    Ok(with_secret(StatusCode::OK, stored))
}

fn checked(
    app: &App,
    permit: &Permit,
    settings: WebhookSettings,
    id: String,
    created: OffsetDateTime,
) -> Result<Webhook, Problem> {
    let WebhookSettings { name, url, types, least_level, kinds, zones, enabled } = settings;
    let owner = Some(permit.actor().id());
    let hook = Webhook { id, name, url, types, least_level, kinds, zones, owner, enabled, created };
    check(&hook)?;
    if let Some(kind) = hook.kinds.iter().find(|kind| app.kinds.get(kind).is_none()) {
        let detail = format!("kind `{kind}` is unknown, use one of {}", app.kinds.ids());
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_kind", detail));
    }
    Ok(hook)
}

/// Stores a webhook and has events written for it.
async fn save(app: &App, stored: &StoredWebhook) -> Result<(), Problem> {
    app.store.put_webhook(stored).await?;
    app.outbox.look().await?;
    app.outbox.ring();
    Ok(())
}

async fn find(app: &App, id: &str) -> Result<StoredWebhook, Problem> {
    let found = app.store.webhooks().await?.into_iter().find(|stored| stored.hook.id == id);
    found.ok_or_else(|| unknown(id))
}

fn view(stored: StoredWebhook, last: u64) -> WebhookView {
    let waiting = last.saturating_sub(stored.cursor);
    WebhookView { hook: stored.hook, progress: stored.progress, waiting }
}

fn with_secret(status: StatusCode, stored: StoredWebhook) -> Response {
    let (secret, cursor) = (stored.secret.clone(), stored.cursor);
    no_store((status, JsonAnswer(NewWebhook { webhook: view(stored, cursor), secret })).into_response())
}

fn unknown(id: &str) -> Problem {
    Problem::not_found("unknown_webhook", format!("there is no webhook `{id}`"))
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        let code = match error {
            WebhookError::Name => "bad_name",
            WebhookError::Url(_) => "bad_url",
            WebhookError::TooMany(_) => "too_many_entries",
            WebhookError::Test => "bad_event_type",
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, error.to_string())
    }
}
