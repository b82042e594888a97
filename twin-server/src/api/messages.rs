//! `/api/v1/account/messages`: whether one wants text messages about one's reports; `/api/v1/messages`: what became of them,
//! for those who run the system.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Query};
use super::lists::{from_zero, page_limit};
use super::phones::not_set_up;
use super::session::{no_store, own_user};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::contacts::Messenger;
use crate::domain::message::{MessageChoice, MessageEnd, MessageLanguage, MessageProgress, MessageTopic};
use crate::store::{MessageState, StoredMessage};

/// Messages on a page.
const PAGE_DEFAULT: usize = 100;
const PAGE_LIMIT: usize = 1_000;

/// Whether one wants text messages about one's reports.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnMessages {
    /// Whether they are sent to one's number.
    text_messages: bool,
    /// The language that they are in.
    #[serde(default = "chinese")]
    language: MessageLanguage,
}

const fn chinese() -> MessageLanguage {
    MessageLanguage::Zh
}

/// Whether one gets text messages, and how many at most.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnMessagesView {
    /// What one has chosen.
    #[serde(flatten)]
    choice: OwnMessages,
    /// Most messages within 24 hours; what happens beyond stands on the page alone.
    per_day: u32,
}

/// Which messages are meant.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessagesQuery {
    /// `waiting`, or how they ended: `sent`, `given_up`, `over_limit`, `unwanted`; without it all.
    state: Option<WantedState>,
    /// Only messages with a lower number: the `next` of the page before.
    #[param(minimum = 0)]
    before: Option<i64>,
    /// Messages on a page, 1 to 1,000, default 100.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<usize>,
}

/// How far messages are that are meant.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WantedState {
    /// They wait.
    Waiting,
    /// The gateway has them.
    Sent,
    /// They could not be sent within a day.
    GivenUp,
    /// Their users have had as many as a day allows.
    OverLimit,
    /// Their users want none any more, or have no number.
    Unwanted,
}

impl From<WantedState> for MessageState {
    fn from(state: WantedState) -> Self {
        match state {
            WantedState::Waiting => Self::Waiting,
            WantedState::Sent => Self::Ended(MessageEnd::Sent),
            WantedState::GivenUp => Self::Ended(MessageEnd::GivenUp),
            WantedState::OverLimit => Self::Ended(MessageEnd::OverLimit),
            WantedState::Unwanted => Self::Ended(MessageEnd::Unwanted),
        }
    }
}

/// A message, and what became of it. The number that it goes to is in no answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageView {
    /// Its number.
    id: u64,
    /// Id of the user.
    user: String,
    /// What it is about.
    topic: MessageTopic,
    /// Number of the report.
    report: u64,
    /// When that happened.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// How sending goes.
    #[serde(flatten)]
    progress: MessageProgress,
}

/// A page of messages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessagePage {
    /// The messages, newest first.
    messages: Vec<MessageView>,
    /// What to ask for as `before` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// Gives whether one gets text messages about one's reports.
#[utoipa::path(
    get, path = "/api/v1/account/messages", tag = "people", security(("session" = [])),
    responses(
        (status = 200, body = OwnMessagesView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
    )
)]
pub(crate) async fn get_own_messages(
    State(app): State<Arc<App>>,
    permit: Permit,
) -> Result<Response, Problem> {
    let (messenger, user) = (messenger(&app)?, own_user(&app, &permit)?);
    let choice = app.store.message_choice(&user.id).await?;
    let language = choice.map_or(MessageLanguage::Zh, |choice| choice.language);
    Ok(answer(messenger, OwnMessages { text_messages: choice.is_some(), language }))
}

/// Says whether one wants text messages about one's reports, and in which language. They go to the number that is
/// attached to oneself, and tell what happened and where to look: that a report was taken up, declined, answered, checked,
/// entered a renewal, or that someone has asked something; never what one did oneself.
#[utoipa::path(
    put, path = "/api/v1/account/messages", tag = "people", request_body = OwnMessages, security(("session" = [])),
    responses(
        (status = 200, body = OwnMessagesView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn put_own_messages(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(wanted): Json<OwnMessages>,
) -> Result<Response, Problem> {
    let (messenger, user) = (messenger(&app)?, own_user(&app, &permit)?);
    if wanted.text_messages && !user.has_phone {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "no_phone",
            "no number is attached that could be sent to",
        )
        .with_hint("attach one at `/api/v1/account/phone`"));
    }
    let choice = wanted.text_messages.then_some(MessageChoice { language: wanted.language });
    let entry = permit.entry("user.messages", format!("user:{}", user.id));
    let entry = entry.with_detail(if wanted.text_messages { "on" } else { "off" });
    app.store.put_message_choice(&user.id, choice, &entry).await?;
    Ok(answer(messenger, wanted))
}

/// Lists messages to residents about their reports, newest first: what waits, what was sent, and what was given up and why.
/// Those that ended are kept for 90 days.
#[utoipa::path(
    get, path = "/api/v1/messages", tag = "people", params(MessagesQuery), security((), ("session" = [])),
    responses(
        (status = 200, body = MessagePage), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody),
    )
)]
pub(crate) async fn list_messages(
    State(app): State<Arc<App>>,
    Query(query): Query<MessagesQuery>,
) -> Result<Response, Problem> {
    let limit = page_limit(query.limit, PAGE_DEFAULT, PAGE_LIMIT)?;
    let before = from_zero("before", query.before)?;
    let mut found = app.store.messages(query.state.map(Into::into), before, limit as u32 + 1).await?;
    let is_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().map(|stored| stored.id).filter(|_| is_more);
    let messages = found.into_iter().map(view).collect();
    Ok(no_store(JsonAnswer(MessagePage { messages, next }).into_response()))
}

fn messenger(app: &App) -> Result<&Messenger, Problem> {
    app.messenger.as_deref().ok_or_else(not_set_up)
}

fn answer(messenger: &Messenger, choice: OwnMessages) -> Response {
    no_store(JsonAnswer(OwnMessagesView { choice, per_day: messenger.per_day() }).into_response())
}

fn view(StoredMessage { id, message, progress }: StoredMessage) -> MessageView {
    MessageView {
        id,
        user: message.user,
        topic: message.topic,
        report: message.report,
        at: message.at,
        progress,
    }
}
