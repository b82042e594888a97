//! `/api/v1/session/oidc`: signing in through the organisation's identity provider. A browser is sent there and
//! comes back; whatever happens, it ends on a page of the viewer, which says why if nobody is signed in.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use time::OffsetDateTime;
use tracing::Instrument;
use utoipa::IntoParams;

use super::extract::Query;
use super::session::{self, no_store};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::oidc::flow::Flow;
use crate::auth::oidc::{OidcError, Provider};
use crate::auth::{Cookie, Permit, issue, kept_flow, set_cookie};
use crate::domain::admission::{Admission, NotAdmitted, Proven, admit};
use crate::domain::audit::{AuditDraft, Outcome};
use crate::domain::people::{User, UserError};
use crate::domain::permission::Grant;
use crate::store::{Entrance, UserChange, UserEdit};

/// How long signing in at the provider may take.
const FLOW_S: u64 = 600;
/// Who changes users by what the provider says, in the audit log.
const ACTOR: &str = "identity-provider";

/// Where to come back to.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Begin {
    /// Path of a page of this server, `/` without.
    #[serde(default)]
    r#return: Option<String>,
}

/// What the provider sends back with the browser. It may send more.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Returned {
    /// What proves the user.
    code: Option<String>,
    /// What the question came with.
    state: Option<String>,
    /// Why there is no code.
    error: Option<String>,
    /// The provider (RFC 9207).
    iss: Option<String>,
}

/// Why nobody is signed in, as the page is told.
#[derive(Debug)]
enum Failed {
    /// The browser has not begun here, or too long ago.
    Expired,
    /// The user said no, or may not use this server.
    Cancelled,
    /// Too often from here.
    TooMany,
    /// The provider is at fault, or away.
    Provider(OidcError),
    /// The user may not come in.
    NotAdmitted(NotAdmitted),
    /// The user may not be.
    User(UserError),
    /// Something of the server.
    Problem(Problem),
}

impl Failed {
    const fn code(&self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::TooMany => "too_many_attempts",
            Self::Provider(OidcError::Provider(_)) => "provider_unavailable",
            Self::Provider(OidcError::Refused(_) | OidcError::Token(_)) => "not_proven",
            Self::NotAdmitted(why) => why.code(),
            Self::User(UserError::FirstUser) => "first_user",
            Self::User(_) | Self::Problem(_) => "failed",
        }
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// Sends a browser to the identity provider.
#[utoipa::path(
    get, path = "/api/v1/session/oidc", tag = "people", params(Begin), security(()),
    responses(
        (status = 303, description = "To the provider; or back to the page, with `#sign-in-failed=<code>`, if it is away"),
        (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(from): Query<Begin>,
) -> Result<Response, Problem> {
    let provider = provider(&app)?;
    let flow = Flow::begin(from.r#return.as_deref().unwrap_or("/"))?;
    match provider.question(&flow).await {
        Ok(url) => Ok(to(url.as_str(), &[(Cookie::Flow(&flow.cookie(), FLOW_S))], &permit)),
        Err(error) => Ok(failed(&Failed::Provider(error), &flow.back, &permit)),
    }
}

/// Takes a browser back from the identity provider, and signs its user in.
#[utoipa::path(
    get, path = "/api/v1/session/oidc/callback", tag = "people", params(Returned), security(()),
    responses(
        (status = 303, description = "To the page where it began; with `#sign-in-failed=<code>` if nobody is signed in"),
        (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn finish(
    State(app): State<Arc<App>>,
    permit: Permit,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Result<Response, Problem> {
    let provider = provider(&app)?;
    let flow = kept_flow(&headers, permit.client()).and_then(Flow::of_cookie);
    let Some(flow) = flow.filter(|flow| returned.state.as_deref() == Some(&*flow.state())) else {
        return Ok(failed(&Failed::Expired, "/", &permit));
    };
    // The client may go; what was begun is finished.
    let work = {
        let (permit, flow) = (permit.clone(), flow.clone());
        async move { sign_in(&app, &permit, &provider, &flow, returned).await }
    };
    let done = tokio::spawn(work.in_current_span()).await;
    let done = done.unwrap_or_else(|_| Err(Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into()));
    Ok(match done {
        Ok((token, age_s)) => to(&flow.back, &[Cookie::Keep(&token, age_s), Cookie::ForgetFlow], &permit),
        Err(why) => failed(&why, &flow.back, &permit),
    })
}

fn provider(app: &App) -> Result<Arc<Provider>, Problem> {
    app.oidc.clone().ok_or_else(|| {
        Problem::not_found("no_identity_provider", "this server has no identity provider")
            .with_hint("sign in at `/api/v1/session`, or configure `[oidc]`")
    })
}

/// The token of a new session, and how long it holds.
async fn sign_in(
    app: &App,
    permit: &Permit,
    provider: &Provider,
    flow: &Flow,
    returned: Returned,
) -> Result<(String, u64), Failed> {
    if returned.iss.is_some_and(|iss| iss != provider.issuer()) {
        return Err(Failed::Expired);
    }
    let (Some(code), None) = (returned.code, returned.error) else { return Err(Failed::Cancelled) };
    permit.count_attempt(&flow.state()).map_err(|_| Failed::TooMany)?;
    let proven = provider.proven(&code, flow).await.map_err(Failed::Provider)?;
    let user = admitted(app, permit, &proven).await;
    let user = match user {
        Err(Failed::NotAdmitted(why)) => {
            let known =
                app.auth.users().into_iter().find(|user| user.subject.as_ref() == Some(&proven.subject));
            let object = known.map_or("user:unknown".to_owned(), |user| format!("user:{}", user.id));
            let entry =
                permit.entry("session.begin", object).ending(Outcome::Refused).with_detail(why.code());
            app.auth.auditor.write_soon(entry).await;
            return Err(Failed::NotAdmitted(why));
        }
        user => user?,
    };
    let token =
        session::begin(app, permit, &user).await?.ok_or(Failed::NotAdmitted(NotAdmitted::Disabled))?;
    Ok((token, app.auth.config.sessions.most.as_secs()))
}

/// The user that someone proven is, added or changed first where that is due.
async fn admitted(app: &App, permit: &Permit, proven: &Proven) -> Result<Arc<User>, Failed> {
    let id = match admit(proven, &app.auth.users()).map_err(Failed::NotAdmitted)? {
        Admission::Enter(id) => id,
        Admission::Change { id, takes_over, grants } => {
            change(app, permit, &id, proven.subject.clone(), takes_over, grants).await?;
            id
        }
        Admission::Add { name, grants } => add(app, permit, proven, &name, grants).await?,
    };
    let user = app.auth.user(&id).filter(|user| !user.disabled);
    user.ok_or(Failed::NotAdmitted(NotAdmitted::Disabled))
}

async fn change(
    app: &App,
    permit: &Permit,
    id: &str,
    subject: String,
    takes_over: bool,
    grants: Option<Vec<Grant>>,
) -> Result<(), Failed> {
    let roles = grants.as_deref().map(Grant::all_written);
    let detail =
        takes_over.then(|| "subject".to_owned()).into_iter().chain(roles).collect::<Vec<_>>().join(" ");
    let entry = by_provider(permit.entry("user.change", format!("user:{id}"))).with_detail(detail);
    let edit = UserEdit { grants, subject: takes_over.then_some(subject), ..UserEdit::default() };
    match app.store.change_user(id, &edit, &entry).await.map_err(Problem::from)? {
        // Whoever is the last that can let others in stays it, whatever the provider says.
        UserChange::Refused(UserError::LastAdministrator) => {
            tracing::warn!(
                user = id,
                "the last administrator keeps the role that the identity provider takes"
            );
        }
        changed => outcome(changed)?,
    }
    app.auth.reload().await.map_err(Problem::from)?;
    Ok(())
}

async fn add(
    app: &App,
    permit: &Permit,
    proven: &Proven,
    name: &str,
    grants: Vec<Grant>,
) -> Result<String, Failed> {
    let now = OffsetDateTime::now_utc();
    let user = issue::user(name, proven.display_name.clone(), grants, now).map_err(Problem::from)?;
    let user = User { subject: Some(proven.subject.clone()), ..user };
    let entry = by_provider(permit.entry("user.add", format!("user:{}", user.id)))
        .with_detail(Grant::all_written(&user.grants));
    let added = app.store.add_user(&user, &Entrance::IdentityProvider, &entry).await;
    outcome(added.map_err(Problem::from)?)?;
    app.auth.reload().await.map_err(Problem::from)?;
    Ok(user.id)
}

fn by_provider(entry: AuditDraft) -> AuditDraft {
    AuditDraft { actor: ACTOR.into(), ..entry }
}

fn outcome(change: UserChange) -> Result<(), Failed> {
    match change {
        UserChange::Done => Ok(()),
        UserChange::NameTaken | UserChange::SubjectTaken | UserChange::PhoneTaken => {
            Err(Failed::NotAdmitted(NotAdmitted::NameTaken))
        }
        UserChange::Unknown => Err(Failed::NotAdmitted(NotAdmitted::Unknown)),
        UserChange::Refused(error) => Err(Failed::User(error)),
    }
}

/// Back to the page, which is told why behind `#`.
fn failed(why: &Failed, back: &str, permit: &Permit) -> Response {
    match why {
        Failed::Provider(error) => tracing::warn!(%error, "a sign-in through the identity provider failed"),
        Failed::Problem(problem) => {
            tracing::warn!(code = problem.code(), "a sign-in through the identity provider failed");
        }
        _ => {}
    }
    let page = back.split('#').next().unwrap_or("/");
    to(&format!("{page}#sign-in-failed={}", why.code()), &[Cookie::ForgetFlow], permit)
}

fn to(address: &str, cookies: &[Cookie<'_>], permit: &Permit) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    // Both kinds of address are ASCII: one is encoded, the other was checked.
    headers.insert(header::LOCATION, HeaderValue::from_str(address).unwrap_or(HeaderValue::from_static("/")));
    for cookie in cookies {
        if let Some(value) = set_cookie(*cookie, permit.client()) {
            headers.append(header::SET_COOKIE, value);
        }
    }
    no_store(response)
}
