//! `/api/v1/session`: signing in and out, and who one is.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::extract::Json;
use super::users::UserView;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::secret::secret;
use crate::auth::{Cookie, Permit, set_cookie};
use crate::domain::audit::{AuditDraft, Outcome};
use crate::domain::people::{PASSWORD_LIMIT_BYTES, User, check_password};
use crate::domain::permission::{Action, Actor, Decision, Grant, Place, Who, may};
use crate::domain::reading::whole_microseconds;
use crate::store::Session;

/// A name and a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The user's name.
    name: String,
    /// The user's password.
    #[schema(format = Password)]
    password: String,
}

/// A change of one's own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The password now.
    #[schema(format = Password)]
    current: String,
    /// The password from now on.
    #[schema(format = Password)]
    new: String,
}

/// Who one is and what one may.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// `visitor`, `user:<id>`, `key:<id>`, `ingest-key`, or `local` for whoever is on the machine of a
    /// server without users and ingest key.
    who: String,
    /// The user who is signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserView>,
    /// The roles.
    roles: Vec<Grant>,
    /// What may be done, in some place at least.
    actions: Vec<Action>,
    /// What the identity provider is called through which one may sign in at `/api/v1/session/oidc`, if there is
    /// one.
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_provider: Option<String>,
    /// Whether one may sign in with a code that is sent to one's telephone, at `/api/v1/session/phone`.
    phone_sign_in: bool,
}

fn view(app: &App, actor: &Actor, user: Option<&User>) -> SessionView {
    let mays = |action: &Action| may(actor, *action, Place::Any) == Decision::Allowed;
    SessionView {
        who: actor.id(),
        user: user.map(|user| UserView::new(user, actor)),
        roles: actor.grants().to_vec(),
        actions: Action::ALL.iter().copied().filter(mays).collect(),
        identity_provider: app.oidc.as_ref().map(|provider| provider.label().to_owned()),
        phone_sign_in: app.contacts.is_some(),
    }
}

/// Tells who one is.
#[utoipa::path(
    get, path = "/api/v1/session", tag = "people", security((), ("key" = []), ("session" = [])),
    responses((status = 200, body = SessionView), (status = 401, body = ProblemBody))
)]
pub(crate) async fn get_session(State(app): State<Arc<App>>, permit: Permit) -> Response {
    let user = match permit.actor().who() {
        Who::User(id) => app.auth.user(id),
        _ => None,
    };
    no_store(JsonAnswer(view(&app, permit.actor(), user.as_deref())).into_response())
}

/// Signs in. The session is a cookie that scripts cannot read; changes that are sent with it must come
/// from a page of this server (`Origin` or `Sec-Fetch-Site` says so).
///
/// The answer is the same for a wrong password, an unknown and a disabled user.
#[utoipa::path(
    post, path = "/api/v1/session", tag = "people", request_body = SignIn,
    responses(
        (status = 200, body = SessionView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
        (status = 429, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn sign_in(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(body): Json<SignIn>,
) -> Result<Response, Problem> {
    let name = body.name.trim().to_lowercase();
    permit.count_attempt(&name)?;
    let Some(user) = proven(&app, &name, body.password).await? else {
        let known = app.auth.user_named(&name).map_or("unknown".to_owned(), |user| user.id.clone());
        let entry = permit.entry("session.begin", format!("user:{known}")).ending(Outcome::Refused);
        app.auth.auditor.write_soon(entry).await;
        return Err(failed());
    };
    let token = begin(&app, &permit, &user).await?.ok_or_else(failed)?;
    Ok(signed_in(&app, &permit, &user, &token))
}

/// The answer to someone whose session has begun.
pub(super) fn signed_in(app: &App, permit: &Permit, user: &User, token: &str) -> Response {
    let limits = app.auth.config.sessions;
    let actor = Actor::new(Who::User(user.id.clone()), user.grants.clone(), !app.auth.config.require_sign_in);
    let response = JsonAnswer(view(app, &actor, Some(user))).into_response();
    with_cookie(response, Cookie::Keep(token, limits.most.as_secs()), permit)
}

/// The token of a new session; nothing if the user may not sign in any more.
pub(super) async fn begin(app: &App, permit: &Permit, user: &User) -> Result<Option<String>, Problem> {
    let (token, digest) = secret("")?;
    let now = whole_microseconds(OffsetDateTime::now_utc());
    let session = Session { digest, user: user.id.clone(), created: now, seen: now };
    let object = format!("user:{}", user.id);
    let entry = AuditDraft { actor: object.clone(), ..permit.entry("session.begin", object) };
    Ok(app.store.add_session(&session, &entry).await?.then_some(token))
}

/// The user with this name, if the password is theirs and they may sign in. What is asked for and how
/// long it takes does not tell whether there is such a user.
async fn proven(app: &App, name: &str, password: String) -> Result<Option<Arc<User>>, Problem> {
    let user = app.auth.user_named(name).filter(|user| !user.disabled);
    let id = user.as_ref().map_or("", |user| &user.id);
    let hashed = app.store.password_of(id).await?;
    let password = if password.len() > PASSWORD_LIMIT_BYTES { String::new() } else { password };
    let matches = app.auth.passwords.matches(password, hashed).await?;
    Ok(user.filter(|_| matches))
}

fn failed() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "sign_in_failed", "name and password do not match a user")
        .with_hint("an administrator can send a new invitation")
}

/// Signs out.
#[utoipa::path(
    delete, path = "/api/v1/session", tag = "people", security((), ("session" = [])),
    responses((status = 204), (status = 403, body = ProblemBody))
)]
pub(crate) async fn sign_out(State(app): State<Arc<App>>, permit: Permit) -> Result<Response, Problem> {
    if let Some(digest) = permit.session() {
        let entry = permit.entry("session.end", permit.actor().id());
        app.store.end_session(*digest, &entry).await?;
        app.auth.reload().await?;
    }
    Ok(with_cookie(StatusCode::NO_CONTENT.into_response(), Cookie::Forget, &permit))
}

/// Changes one's own password. All other sessions of the user end.
#[utoipa::path(
    put, path = "/api/v1/session/password", tag = "people", request_body = PasswordChange, security(("session" = [])),
    responses(
        (status = 204), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
        (status = 429, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn change_password(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(body): Json<PasswordChange>,
) -> Result<StatusCode, Problem> {
    let user = own_user(&app, &permit)?;
    permit.count_attempt(&user.name)?;
    check_password(&body.new, &user.name)?;
    if proven(&app, &user.name, body.current).await?.is_none() {
        let entry = permit.entry("user.password", permit.actor().id()).ending(Outcome::Refused);
        app.auth.auditor.write_soon(entry).await;
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "wrong_password",
            "`current` is not the password now",
        ));
    }
    let hashed = app.auth.passwords.hash(body.new).await?;
    let entry = permit.entry("user.password", permit.actor().id());
    app.store.set_password(&user.id, &hashed, permit.session(), &entry).await?;
    app.auth.reload().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The user who asks, for what belongs to users alone.
pub(super) fn own_user(app: &App, permit: &Permit) -> Result<Arc<User>, Problem> {
    let user = match permit.actor().who() {
        Who::User(id) => app.auth.user(id),
        _ => None,
    };
    user.ok_or_else(|| {
        Problem::new(StatusCode::CONFLICT, "no_user", "only a user has a password and a number")
            .with_hint("sign in at `/api/v1/session`")
    })
}

fn with_cookie(mut response: Response, cookie: Cookie<'_>, permit: &Permit) -> Response {
    if let Some(value) = set_cookie(cookie, permit.client()) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    no_store(response)
}

/// What is about one person must not be kept for another.
pub(super) fn no_store(mut response: Response) -> Response {
    let value = axum::http::HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    response
}
