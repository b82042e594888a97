//! `/api/v1/session/phone`: signing in with a code to one's telephone; `/api/v1/account/phone`: one's own number.
//!
//! Whether anyone has a number is told to nobody: asked for a code, the server does the same for any number, and sends
//! it or not beside the answer.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::extract::Json;
use super::session::{self, SessionView, no_store, own_user};
use super::users::outcome;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::{CODE_AGAIN, Permit, issue};
use crate::contacts::{ContactFault, Contacts};
use crate::domain::audit::{AuditDraft, Outcome};
use crate::domain::contact::{CODE_FOR, CodePurpose, ContactError, Phone, PhoneError};
use crate::domain::people::User;
use crate::domain::permission::{Grant, Role};
use crate::domain::privacy::Personal;
use crate::store::{Entrance, Numbering, UserEdit};

/// Who adds users by their first sign-in, in the audit log.
const ACTOR: &str = "phone-sign-up";

/// A telephone number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhoneBody {
    /// The number: 11 digits of a mobile telephone in China, or with `+` and the code of a country.
    #[schema(value_type = String)]
    phone: Personal,
}

/// A telephone number and the code that was sent to it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhoneCode {
    /// The number.
    #[schema(value_type = String)]
    phone: Personal,
    /// The six digits.
    #[schema(value_type = String)]
    code: Personal,
}

/// That a code may be on its way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CodeSent {
    /// Seconds that a code holds.
    expires_in_s: u32,
    /// Seconds until another may be asked for.
    again_in_s: u32,
}

/// One's own number.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnPhone {
    /// The number, of which the middle is left out; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

/// Asks for a code to sign in with. The answer is the same whether anyone has the number or not.
#[utoipa::path(
    post, path = "/api/v1/session/phone", tag = "people", request_body = PhoneBody,
    responses(
        (status = 202, body = CodeSent), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
        (status = 429, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn ask_for_code(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(body): Json<PhoneBody>,
) -> Result<Response, Problem> {
    let contacts = contacts(&app)?;
    let phone = mobile(&body.phone)?;
    count_code(&permit, contacts, &phone)?;
    let user = found(&app, contacts, &phone).await?;
    // Who has a number but may not come in with it is sent nothing, and nor is a number that would become nobody's.
    let is_sent = match &user {
        Some(user) => user.comes_by_phone(),
        None => app.auth.config.phone_sign_up,
    };
    let object = user.map_or("user:unknown".to_owned(), |user| format!("user:{}", user.id));
    contacts.begin(CodePurpose::SignIn, &phone, is_sent, &permit.entry("session.code", object)).await?;
    Ok(sent())
}

/// Signs in with a code. The session is the same as with a password. Where that is configured, a number that
/// nobody has makes a resident.
#[utoipa::path(
    post, path = "/api/v1/session/phone/code", tag = "people", request_body = PhoneCode,
    responses(
        (status = 200, body = SessionView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 415, body = ProblemBody), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody),
        (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn sign_in_with_code(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(body): Json<PhoneCode>,
) -> Result<Response, Problem> {
    let contacts = contacts(&app)?;
    let phone = mobile(&body.phone)?;
    count_attempt(&permit, contacts, &phone)?;
    let is_proven = proven(contacts, CodePurpose::SignIn, &phone, &body.code).await?;
    let user = found(&app, contacts, &phone).await?;
    let user = match (is_proven, user) {
        (true, Some(user)) => Some(user).filter(|user| user.comes_by_phone()),
        (true, None) if app.auth.config.phone_sign_up => Some(add(&app, contacts, &permit, &phone).await?),
        (true, None) => None,
        (false, user) => return Err(refused(&app, &permit, user.as_deref()).await),
    };
    let Some(user) = user else { return Err(refused(&app, &permit, None).await) };
    let token = session::begin(&app, &permit, &user).await?;
    let Some(token) = token else { return Err(refused(&app, &permit, Some(&user)).await) };
    Ok(session::signed_in(&app, &permit, &user, &token))
}

/// Gives one's own number, masked.
#[utoipa::path(
    get, path = "/api/v1/account/phone", tag = "people", security(("session" = [])),
    responses(
        (status = 200, body = OwnPhone), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
    )
)]
pub(crate) async fn get_own_phone(State(app): State<Arc<App>>, permit: Permit) -> Result<Response, Problem> {
    let (contacts, user) = (contacts(&app)?, own_user(&app, &permit)?);
    let phone = contacts.phone_of(&user.id).await?.map(|phone| phone.masked());
    Ok(no_store(JsonAnswer(OwnPhone { phone }).into_response()))
}

/// Asks for a code to a number that one wants to attach to oneself, in the place of the one of before.
#[utoipa::path(
    post, path = "/api/v1/account/phone", tag = "people", request_body = PhoneBody, security(("session" = [])),
    responses(
        (status = 202, body = CodeSent), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 415, body = ProblemBody), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody),
        (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn ask_to_attach(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(body): Json<PhoneBody>,
) -> Result<Response, Problem> {
    let (contacts, user) = (contacts(&app)?, own_user(&app, &permit)?);
    let phone = mobile(&body.phone)?;
    count_code(&permit, contacts, &phone)?;
    let entry = permit.entry("user.phone.code", format!("user:{}", user.id));
    contacts.begin(CodePurpose::Attach(&user.id), &phone, true, &entry).await?;
    Ok(sent())
}

/// Attaches a number to oneself with the code that was sent to it. It lets in from then on; all other sessions stay.
#[utoipa::path(
    post, path = "/api/v1/account/phone/code", tag = "people", request_body = PhoneCode, security(("session" = [])),
    responses(
        (status = 200, body = OwnPhone), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 415, body = ProblemBody), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody),
        (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn attach_phone(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(body): Json<PhoneCode>,
) -> Result<Response, Problem> {
    let (contacts, user) = (contacts(&app)?, own_user(&app, &permit)?);
    let phone = mobile(&body.phone)?;
    count_attempt(&permit, contacts, &phone)?;
    let object = format!("user:{}", user.id);
    if !proven(contacts, CodePurpose::Attach(&user.id), &phone, &body.code).await? {
        let entry = permit.entry("user.phone", object).ending(Outcome::Refused);
        app.auth.auditor.write_soon(entry).await;
        return Err(Problem::new(StatusCode::FORBIDDEN, "wrong_code", WRONG_CODE).with_hint(ANOTHER_CODE));
    }
    let sealed = contacts.vault().seal_phone(&user.id, &phone).map_err(ContactFault::from)?;
    let what = if user.has_phone { "replace" } else { "attach" };
    let edit = UserEdit { phone: Numbering::Attach(sealed), ..UserEdit::default() };
    let entry = permit.entry("user.phone", object).with_detail(what);
    outcome(app.store.change_user(&user.id, &edit, &entry).await?, &user.id)?;
    app.auth.reload().await?;
    Ok(no_store(JsonAnswer(OwnPhone { phone: Some(phone.masked()) }).into_response()))
}

/// Deletes one's own number. Whoever has no other way in signs in no more.
#[utoipa::path(
    delete, path = "/api/v1/account/phone", tag = "people", security(("session" = [])),
    responses(
        (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 409, body = ProblemBody),
    )
)]
pub(crate) async fn remove_own_phone(
    State(app): State<Arc<App>>,
    permit: Permit,
) -> Result<StatusCode, Problem> {
    // What is kept can be deleted also where nothing of it can be read any more.
    let user = own_user(&app, &permit)?;
    let edit = UserEdit { phone: Numbering::TakeOut, ..UserEdit::default() };
    let entry = permit.entry("user.phone", format!("user:{}", user.id)).with_detail("remove");
    outcome(app.store.change_user(&user.id, &edit, &entry).await?, &user.id)?;
    app.auth.reload().await?;
    Ok(StatusCode::NO_CONTENT)
}

const WRONG_CODE: &str = "this is not the code that was sent, or it holds no more";
const ANOTHER_CODE: &str = "a code holds for five minutes, five tries and one use; ask for another one";

/// Contact data, where it is set up.
pub(super) fn contacts(app: &App) -> Result<&Contacts, Problem> {
    app.contacts.as_deref().ok_or_else(not_set_up)
}

pub(super) fn not_set_up() -> Problem {
    Problem::not_found("contacts_not_set_up", "contact data is not set up on this server")
        .with_hint("the configuration needs `contacts.key`, such as the output of `openssl rand -hex 32` in TWIN_CONTACTS_KEY")
}

/// A number that a code can be sent to.
pub(super) fn mobile(text: &Personal) -> Result<Phone, Problem> {
    Ok(Phone::mobile(text.for_store())?)
}

fn count_code(permit: &Permit, contacts: &Contacts, phone: &Phone) -> Result<(), Problem> {
    contacts.vault().marks(phone).first().map_or(Ok(()), |mark| permit.count_code(mark))
}

/// By the number's mark: a number itself stands in no table, not even of counters.
fn count_attempt(permit: &Permit, contacts: &Contacts, phone: &Phone) -> Result<(), Problem> {
    let mark = contacts.vault().marks(phone).first().copied().unwrap_or_default();
    permit.count_attempt(&URL_SAFE_NO_PAD.encode(mark))
}

async fn found(app: &App, contacts: &Contacts, phone: &Phone) -> Result<Option<Arc<User>>, Problem> {
    Ok(contacts.user_of(phone).await?.and_then(|id| app.auth.user(&id)))
}

async fn proven(
    contacts: &Contacts,
    purpose: CodePurpose<'_>,
    phone: &Phone,
    code: &Personal,
) -> Result<bool, Problem> {
    Ok(contacts.prove(purpose, phone, code.for_store(), OffsetDateTime::now_utc()).await?)
}

/// Writes a refused sign-in down, and words it: the same for a wrong code and a number that lets nobody in.
async fn refused(app: &App, permit: &Permit, user: Option<&User>) -> Problem {
    let known = user.map_or("unknown", |user| &user.id);
    let entry = permit.entry("session.begin", format!("user:{known}")).ending(Outcome::Refused);
    app.auth.auditor.write_soon(entry.with_detail("phone")).await;
    Problem::new(StatusCode::UNAUTHORIZED, "code_failed", WRONG_CODE)
        .with_hint(ANOTHER_CODE)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

/// A resident who comes for the first time.
async fn add(app: &App, contacts: &Contacts, permit: &Permit, phone: &Phone) -> Result<Arc<User>, Problem> {
    // A name that nobody types: they come in with their number.
    let name = format!("resident-{}", crate::auth::secret::id()?);
    let user = issue::user(&name, None, vec![Grant::whole(Role::Resident)], OffsetDateTime::now_utc())?;
    let user = User { has_phone: true, ..user };
    let sealed = contacts.vault().seal_phone(&user.id, phone).map_err(ContactFault::from)?;
    let entry = permit.entry("user.add", format!("user:{}", user.id));
    let entry = AuditDraft { actor: ACTOR.into(), ..entry }.with_detail(Grant::all_written(&user.grants));
    outcome(app.store.add_user(&user, &Entrance::Phone(sealed, None), &entry).await?, &user.id)?;
    app.auth.reload().await?;
    Ok(Arc::new(user))
}

fn sent() -> Response {
    let body =
        CodeSent { expires_in_s: CODE_FOR.whole_seconds() as u32, again_in_s: CODE_AGAIN.as_secs() as u32 };
    no_store((StatusCode::ACCEPTED, JsonAnswer(body)).into_response())
}

impl From<PhoneError> for Problem {
    fn from(error: PhoneError) -> Self {
        Self::told(StatusCode::UNPROCESSABLE_ENTITY, "bad_phone", &error)
    }
}

impl From<ContactError> for Problem {
    fn from(error: ContactError) -> Self {
        match error {
            ContactError::Phone(error) => error.into(),
            ContactError::Name(_) | ContactError::NameCharacter => {
                Self::told(StatusCode::UNPROCESSABLE_ENTITY, "bad_name", &error)
            }
        }
    }
}

impl From<ContactFault> for Problem {
    fn from(fault: ContactFault) -> Self {
        match fault {
            ContactFault::Store(error) => error.into(),
            ContactFault::NoRandomness(error) => error.into(),
            ContactFault::Vault(error) => {
                tracing::error!(%error, "contact data cannot be read");
                Self::of_status(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}
