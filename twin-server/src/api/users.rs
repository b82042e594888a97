//! `/api/v1/users`: users and their roles; `/api/v1/invitations` lets them choose a password.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::extract::{Json, Path};
use super::phones::{contacts, mobile};
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::{Permit, issue, secret};
use crate::contacts::ContactFault;
use crate::domain::audit::AuditDraft;
use crate::domain::contact::SealedPhone;
use crate::domain::people::{User, check_display_name, check_grants, check_password};
use crate::domain::permission::{Actor, Grant};
use crate::domain::privacy::{Personal, Shown};
use crate::store::{Entrance, Naming, Numbering, UserChange, UserEdit};

/// A user as others see one.
#[expect(clippy::struct_excessive_bools, reason = "what is known of a user is told fact by fact")]
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserView {
    /// Stable id, which the audit log and other data hold.
    id: String,
    /// What they type to sign in.
    name: String,
    /// What they are called, as far as the reader may know.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    display_name: Option<Shown>,
    /// Their roles.
    roles: Vec<Grant>,
    /// Whether they may not sign in any more.
    disabled: bool,
    /// Whether they have no way in yet: no password, no number, and never came from the identity provider.
    invited: bool,
    /// Whether they come in from the organisation's identity provider.
    identity_provider: bool,
    /// Whether a telephone number is attached to them; which one is told to nobody but themselves.
    has_phone: bool,
    /// When they were added.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created: OffsetDateTime,
}

impl UserView {
    /// A user as an actor may see them.
    pub(super) fn new(user: &User, actor: &Actor) -> Self {
        Self {
            id: user.id.clone(),
            name: user.name.clone(),
            display_name: user.display_name.as_ref().and_then(|name| name.shown(actor, Some(&user.id), None)),
            roles: user.grants.clone(),
            disabled: user.disabled,
            invited: !user.can_sign_in(),
            identity_provider: user.subject.is_some(),
            has_phone: user.has_phone,
            created: user.created,
        }
    }
}

/// Users by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserList {
    /// The users.
    users: Vec<UserView>,
}

/// A user to be added. Without a password an invitation is made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    /// What they will type to sign in: 2 to 64 lower-case letters, digits, `-`, `_`, `.`, `@`.
    name: String,
    /// What they are called.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    display_name: Option<Personal>,
    /// Their roles.
    roles: Vec<Grant>,
    /// Their password.
    #[serde(default)]
    #[schema(format = Password)]
    password: Option<String>,
    /// Their telephone number, in the place of a password: a code that is sent to it lets them in. They may choose a
    /// password as well, with the invitation.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    phone: Option<Personal>,
}

/// A user who was added.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AddedUser {
    /// The user.
    user: UserView,
    /// How they choose a password, if none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation: Option<InvitationView>,
}

/// A link with which a user chooses a password, once. It is shown only now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitationView {
    /// The token, to be posted to `/api/v1/invitations/accept`.
    token: String,
    /// Path of the viewer that asks for a password; behind `#`, so that it stays out of logs.
    link: String,
    /// When it ends.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires: OffsetDateTime,
}

impl InvitationView {
    fn new(token: String, expires: OffsetDateTime, grants: &[Grant]) -> Self {
        Self { link: issue::invitation_link(&token, grants), token, expires }
    }
}

/// What is to be changed of a user; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserPatch {
    /// What they are called; `null` takes it out.
    #[serde(default, deserialize_with = "naming")]
    #[schema(value_type = Option<String>)]
    display_name: Naming,
    /// Their roles, all of them.
    #[serde(default)]
    roles: Option<Vec<Grant>>,
    /// Whether they may not sign in. Disabling ends their sessions.
    #[serde(default)]
    disabled: Option<bool>,
    /// The telephone number that lets them in; `null` deletes it.
    #[serde(default, deserialize_with = "naming")]
    #[schema(value_type = Option<String>)]
    phone: Naming,
}

/// Called only if the field is there.
fn naming<'de, D: Deserializer<'de>>(from: D) -> Result<Naming, D::Error> {
    let name = Option::<Personal>::deserialize(from)?;
    Ok(name.map_or(Naming::TakeOut, Naming::Set))
}

/// Lists users.
#[utoipa::path(
    get, path = "/api/v1/users", tag = "people", security((), ("session" = [])),
    responses((status = 200, body = UserList), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody))
)]
pub(crate) async fn list_users(State(app): State<Arc<App>>, permit: Permit) -> Response {
    let users = app.auth.users().iter().map(|user| UserView::new(user, permit.actor())).collect();
    no_store(JsonAnswer(UserList { users }).into_response())
}

/// Gives one user.
#[utoipa::path(
    get, path = "/api/v1/users/{id}", tag = "people", params(("id" = String, Path, description = "Id of the user")),
    security((), ("session" = [])),
    responses(
        (status = 200, body = UserView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn get_user(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let user = app.auth.user(&id).ok_or_else(|| unknown(&id))?;
    Ok(no_store(JsonAnswer(UserView::new(&user, permit.actor())).into_response()))
}

/// Adds a user. The first must be an administrator; from then on a server that was open to whoever is
/// on its machine asks for a sign-in.
#[utoipa::path(
    post, path = "/api/v1/users", tag = "people", request_body = NewUser, security((), ("session" = [])),
    responses(
        (status = 201, body = AddedUser), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 415, body = ProblemBody),
        (status = 422, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn add_user(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(body): Json<NewUser>,
) -> Result<Response, Problem> {
    let now = OffsetDateTime::now_utc();
    let mut user = issue::user(&body.name, body.display_name, body.roles, now)?;
    let (entrance, invitation) = if let Some(password) = body.password {
        if body.phone.is_some() {
            let detail = "a user is added with `password` or with `phone`";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "two_ways_in", detail)
                .with_hint("attach the number afterwards: `PATCH /api/v1/users/{id}`"));
        }
        check_password(&password, &user.name)?;
        user.has_password = true;
        (Entrance::Password(app.auth.passwords.hash(password).await?), None)
    } else {
        let (invitation, token) = issue::invitation(now)?;
        let shown = InvitationView::new(token, invitation.expires, &user.grants);
        let phone = body.phone.as_ref().map(|phone| sealed(&app, &user.id, phone)).transpose()?;
        user.has_phone = phone.is_some();
        let entrance = match phone {
            Some(phone) => Entrance::Phone(phone, Some(invitation)),
            None => Entrance::Invitation(invitation),
        };
        (entrance, Some(shown))
    };
    let entry =
        permit.entry("user.add", format!("user:{}", user.id)).with_detail(Grant::all_written(&user.grants));
    outcome(app.store.add_user(&user, &entrance, &entry).await?, &user.id)?;
    app.auth.reload().await?;
    let added = AddedUser { user: UserView::new(&user, permit.actor()), invitation };
    Ok(no_store((StatusCode::CREATED, JsonAnswer(added)).into_response()))
}

/// Changes a user. One administrator of the whole community always remains.
#[utoipa::path(
    patch, path = "/api/v1/users/{id}", tag = "people", params(("id" = String, Path, description = "Id of the user")),
    request_body = UserPatch, security((), ("session" = [])),
    responses(
        (status = 200, body = UserView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn change_user(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<String>,
    Json(body): Json<UserPatch>,
) -> Result<Response, Problem> {
    let UserPatch { display_name, roles: grants, disabled, phone } = body;
    if let Naming::Set(name) = &display_name {
        check_display_name(Some(name))?;
    }
    if let Some(grants) = &grants {
        check_grants(grants)?;
    }
    let roles = grants.as_deref().map(Grant::all_written).into_iter();
    let disabling = disabled.map(|disabled| format!("disabled={disabled}")).into_iter();
    let naming = (display_name != Naming::Keep).then(|| "display_name".to_owned()).into_iter();
    let phone = match phone {
        Naming::Keep => Numbering::Keep,
        Naming::TakeOut => Numbering::TakeOut,
        Naming::Set(phone) => Numbering::Attach(sealed(&app, &id, &phone)?),
    };
    let numbering = (phone != Numbering::Keep).then(|| "phone".to_owned()).into_iter();
    let detail = roles.chain(disabling).chain(naming).chain(numbering).collect::<Vec<_>>().join(" ");
    let entry = permit.entry("user.change", format!("user:{id}")).with_detail(detail);
    let edit = UserEdit { display_name, grants, disabled, subject: None, phone };
    outcome(app.store.change_user(&id, &edit, &entry).await?, &id)?;
    app.auth.reload().await?;
    let user = app.auth.user(&id).ok_or_else(|| unknown(&id))?;
    Ok(no_store(JsonAnswer(UserView::new(&user, permit.actor())).into_response()))
}

/// Invites a user to choose a new password. The old one holds until then; an earlier invitation ends.
#[utoipa::path(
    post, path = "/api/v1/users/{id}/invitation", tag = "people",
    params(("id" = String, Path, description = "Id of the user")), security((), ("session" = [])),
    responses(
        (status = 200, body = InvitationView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn invite_user(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (invitation, token) = issue::invitation(OffsetDateTime::now_utc())?;
    let entry = permit.entry("user.invite", format!("user:{id}"));
    if !app.store.invite(&id, invitation, &entry).await? {
        return Err(unknown(&id));
    }
    let grants = app.auth.user(&id).map(|user| user.grants.clone()).unwrap_or_default();
    Ok(no_store(JsonAnswer(InvitationView::new(token, invitation.expires, &grants)).into_response()))
}

/// A password for a user who was invited.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acceptance {
    /// Token of the invitation.
    token: String,
    /// The password to be.
    #[schema(format = Password)]
    password: String,
}

/// Whose invitation was accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AcceptedView {
    /// The name to sign in with.
    name: String,
}

/// Accepts an invitation: sets the password and uses the invitation up.
#[utoipa::path(
    post, path = "/api/v1/invitations/accept", tag = "people", request_body = Acceptance,
    responses(
        (status = 200, body = AcceptedView), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
        (status = 429, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn accept_invitation(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(body): Json<Acceptance>,
) -> Result<Response, Problem> {
    let used_up = || {
        Problem::not_found("unknown_invitation", "this invitation was used, has ended or never was")
            .with_hint("ask an administrator for a new one")
    };
    permit.count_attempt(&body.token)?;
    let digest = secret::digest(body.token.as_bytes());
    let now = OffsetDateTime::now_utc();
    let id = app.store.invited(digest, now).await?.ok_or_else(used_up)?;
    let user = app.auth.user(&id).filter(|user| !user.disabled).ok_or_else(used_up)?;
    check_password(&body.password, &user.name)?;
    let hashed = app.auth.passwords.hash(body.password).await?;
    let object = format!("user:{id}");
    let entry = AuditDraft { actor: object.clone(), ..permit.entry("user.accept", object) };
    if !app.store.accept_invitation(digest, now, &hashed, &entry).await? {
        return Err(used_up());
    }
    app.auth.reload().await?;
    Ok(no_store(JsonAnswer(AcceptedView { name: user.name.clone() }).into_response()))
}

/// A number that an administrator attaches to a user.
fn sealed(app: &App, user: &str, phone: &Personal) -> Result<SealedPhone, Problem> {
    let (contacts, phone) = (contacts(app)?, mobile(phone)?);
    Ok(contacts.vault().seal_phone(user, &phone).map_err(ContactFault::from)?)
}

pub(super) fn outcome(change: UserChange, id: &str) -> Result<(), Problem> {
    match change {
        UserChange::Done => Ok(()),
        UserChange::Unknown => Err(unknown(id)),
        UserChange::NameTaken => {
            Err(Problem::new(StatusCode::CONFLICT, "name_taken", "another user has this name"))
        }
        UserChange::SubjectTaken => {
            Err(Problem::new(StatusCode::CONFLICT, "subject_taken", "another user comes in in this way"))
        }
        UserChange::PhoneTaken => {
            Err(Problem::new(StatusCode::CONFLICT, "phone_taken", "another user has this number")
                .with_hint("an administrator can take it out there: `PATCH /api/v1/users/{id}`"))
        }
        UserChange::Refused(error) => Err(error.into()),
    }
}

fn unknown(id: &str) -> Problem {
    Problem::not_found("unknown_user", format!("there is no user `{id}`"))
}
