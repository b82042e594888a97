//! What a handler is given of who asks: the actor, and the means to ask again where the place is in
//! the body.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use time::OffsetDateTime;

use super::identify::{Proof, unauthorized};
use super::{Auth, Client};
use crate::api::Problem;
use crate::domain::audit::{AuditDraft, Digest, Outcome};
use crate::domain::permission::{Action, Actor, Decision, Denial, Place, Role, Who, may};
use crate::domain::reading::whole_microseconds;

/// How often it is looked whether a long answer may go on, beside whenever something changed: time
/// alone ends sessions and keys.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// A request that was let through, for handlers to extract.
#[derive(Clone)]
pub(crate) struct Permit(pub(super) Arc<Granted>);

#[derive(Clone)]
pub(super) struct Granted {
    pub(super) auth: Arc<Auth>,
    pub(super) actor: Arc<Actor>,
    pub(super) proof: Proof,
    pub(super) action: Action,
    pub(super) client: Client,
    pub(super) request: String,
}

impl Permit {
    /// Who asks.
    pub(crate) fn actor(&self) -> &Actor {
        &self.0.actor
    }

    /// Who did something, as it is kept beside it: the actor. Only where nobody signs in, whoever the request
    /// itself names.
    pub(crate) fn author(&self, named: Option<String>) -> Option<String> {
        match self.0.actor.who() {
            Who::Local => named,
            _ => Some(self.0.actor.id()),
        }
    }

    /// Where from.
    pub(crate) fn client(&self) -> &Client {
        &self.0.client
    }

    /// The session that the request belongs to.
    pub(crate) fn session(&self) -> Option<&Digest> {
        match &self.0.proof {
            Proof::Session(digest) => Some(digest),
            _ => None,
        }
    }

    /// Whether the route's action is allowed everywhere, so that no place needs to be looked up.
    pub(crate) fn is_everywhere(&self) -> bool {
        self.0.actor.scope().devices.is_none() && self.within(Place::Whole).is_ok()
    }

    /// Whether the route's action is allowed in a place.
    ///
    /// # Errors
    /// The answer to the client, if it is not.
    pub(crate) fn within(&self, place: Place<'_>) -> Result<(), Problem> {
        decide(&self.0.actor, self.0.action, place)
    }

    /// Whether another action than the route's is allowed everywhere.
    ///
    /// # Errors
    /// The answer to the client, if it is not.
    pub(crate) fn also(&self, action: Action) -> Result<(), Problem> {
        decide(&self.0.actor, action, Place::Whole)
    }

    /// Whether there is any place where another action than the route's is allowed.
    ///
    /// # Errors
    /// The answer to the client, if there is none.
    pub(crate) fn somewhere(&self, action: Action) -> Result<(), Problem> {
        decide(&self.0.actor, action, Place::Any)
    }

    /// The same request as one that needs another action: a part of a batch.
    pub(crate) fn acting(&self, action: Action) -> Self {
        if action == self.0.action {
            return self.clone();
        }
        Self(Arc::new(Granted { action, ..Granted::clone(&self.0) }))
    }

    /// An entry of the audit log about what this request does.
    pub(crate) fn entry(&self, action: &str, object: impl Into<String>) -> AuditDraft {
        let now = OffsetDateTime::now_utc();
        AuditDraft::new(now, self.0.actor.id(), action, object).of_request(&*self.0.request)
    }

    /// Writes down that something is about to be changed; that is on disk when this answers.
    ///
    /// # Errors
    /// The answer to the client, if it could not be written. Nothing must be changed then.
    pub(crate) async fn begin(&self, draft: AuditDraft) -> Result<Begun, Problem> {
        let auth = Arc::clone(&self.0.auth);
        let written = auth.auditor.write(draft.clone().ending(Outcome::Begun)).await;
        written.map_err(Problem::from)?;
        Ok(Begun { auth, draft })
    }

    /// Writes down that something was refused by what is in the body, unless too much was from there already.
    pub(crate) async fn note_refusal(&self, action: Action, object: &str, detail: &str) {
        let Granted { auth, client, .. } = &*self.0;
        if auth.limiters.notes_refusal(client.bucket()) {
            let entry = self.entry(action.id(), object).ending(Outcome::Refused).with_detail(detail);
            auth.auditor.write_soon(entry).await;
        }
    }

    /// Counts an attempt to sign in from here.
    ///
    /// # Errors
    /// The answer to one who must wait.
    pub(crate) fn count_attempt(&self, name: &str) -> Result<(), Problem> {
        self.0.auth.limiters.attempt(self.0.client.bucket(), name)
    }

    /// Counts a code that is to be sent from here to a number, which is known by its mark.
    ///
    /// # Errors
    /// The answer to one who must wait.
    pub(crate) fn count_code(&self, number: &Digest) -> Result<(), Problem> {
        self.0.auth.limiters.code(self.0.client.bucket(), number)
    }

    /// Comes when whoever asked is not who they were: the key was revoked or narrowed, the session ended, a role was
    /// taken or given. Long answers end then, and are asked for again with what one may now.
    pub(crate) async fn ended(self) {
        let Granted { auth, proof, actor, .. } = &*self.0;
        if matches!(proof, Proof::None | Proof::IngestKey) {
            return std::future::pending().await;
        }
        let mut changes = auth.changes.subscribe();
        loop {
            // At once, too: of what changed while the answer was begun nobody tells.
            match auth.actor_of(proof).await {
                Ok(Some(now)) if now == *actor => {}
                // The store may be back the next time.
                Err(_) => {}
                Ok(_) => return,
            }
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }
}

/// A change between its two entries of the audit log.
pub(crate) struct Begun {
    auth: Arc<Auth>,
    draft: AuditDraft,
}

impl Begun {
    /// Writes down soon how it ended.
    pub(crate) async fn end(self, outcome: Outcome, detail: impl Into<String>) {
        let at = whole_microseconds(OffsetDateTime::now_utc());
        let draft = AuditDraft { at, ..self.draft }.ending(outcome).with_detail(detail);
        self.auth.auditor.write_soon(draft).await;
    }
}

/// Asks the policy and words its answer.
pub(super) fn decide(actor: &Actor, action: Action, place: Place<'_>) -> Result<(), Problem> {
    let forbidden = |code, detail: String| Problem::new(StatusCode::FORBIDDEN, code, detail);
    match may(actor, action, place) {
        Decision::Allowed => Ok(()),
        Decision::SignInFirst => Err(unauthorized(
            "key_required",
            &format!("`{}` needs a key or a sign-in", action.id()),
            "send `Authorization: Bearer <key>`, or sign in at `/api/v1/session`",
        )),
        Decision::Denied(Denial::Role) => {
            let roles: Vec<&str> =
                Role::ALL.iter().filter(|role| action.is_of(**role)).map(|role| role.id()).collect();
            Err(forbidden("role_denied", format!("none of your roles may `{}`", action.id()))
                .with_hint(format!("these may: {}", roles.join(", "))))
        }
        Decision::Denied(Denial::Zone) => {
            Err(forbidden("zone_denied", format!("you may not `{}` in this place", action.id()))
                .with_hint("your roles are limited to other zones; `/api/v1/session` names them"))
        }
        Decision::Denied(Denial::Scope) => {
            Err(forbidden("scope_denied", format!("this key may not `{}` here", action.id()))
                .with_hint("it is limited to other actions or devices"))
        }
        Decision::Denied(Denial::Machine) => {
            Err(forbidden("people_only", format!("only people may `{}`", action.id()))
                .with_hint("sign in at `/api/v1/session`"))
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Permit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Every route is mounted through the guard, which puts it there.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            tracing::error!("a handler that asks who calls is not mounted through the guard");
            Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR)
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Actor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let permit = Permit::from_request_parts(parts, state).await;
        permit.map(|permit| permit.actor().clone()).map_err(IntoResponse::into_response)
    }
}
