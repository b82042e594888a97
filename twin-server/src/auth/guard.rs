//! The way into the router. A route names an action for each of its methods, or it cannot be mounted:
//! [`Guarded`] takes nothing else, and only this file may name the framework's routes (held by
//! `tests/architecture.rs`).

use std::net::SocketAddr;
use std::panic::resume_unwind;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequestParts, RawPathParams, Request, State};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{self, MethodRouter};
use tracing::Instrument;

use super::identify::{Identity, Proof, Refusal, is_cross_site, is_safe, opens_socket};
use super::permit::{Granted, Permit, decide};
use super::{Auth, Client, place};
use crate::api::{Problem, idempotency};
use crate::app::App;
use crate::domain::audit::{AuditDraft, Outcome};
use crate::domain::permission::{Action, Place, Reach};

/// Where the place is found that a request wants to act in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    /// It does not matter, or the handler decides by what is in the body.
    Inside,
    /// The whole community.
    Whole,
    /// The device that the path names with this parameter.
    Device(&'static str),
    /// The object that the path names with this parameter.
    Object(&'static str),
}

impl Spot {
    /// Its stable name.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Whole => "whole",
            Self::Device(_) => "device",
            Self::Object(_) => "object",
        }
    }
}

/// What the audit log hears of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trail {
    /// That it is about to be made, and how it ended.
    Around,
    /// What the handler writes.
    Inside,
    /// That it was refused: what is done is a record itself.
    Refusals,
}

/// Tells from a method and a path what a request needs.
type ActionOf = fn(&Method, &str) -> Action;

/// What a method of a route needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    action: Action,
    spot: Spot,
    trail: Trail,
    /// Asked first where addresses below one route need different actions.
    by_path: Option<ActionOf>,
}

impl Rule {
    fn action_of(&self, parts: &Parts) -> Action {
        self.by_path.map_or(self.action, |action_of| action_of(&parts.method, parts.uri.path()))
    }
}

impl From<Action> for Rule {
    /// Whoever names no place gets the strictest one.
    fn from(action: Action) -> Self {
        let spot = match action.reach() {
            Reach::Open | Reach::Free => Spot::Inside,
            Reach::Zoned | Reach::Whole => Spot::Whole,
        };
        let trail = if action == Action::WriteReadings { Trail::Refusals } else { Trail::Around };
        Self { action, spot, trail, by_path: None }
    }
}

/// The action is decided where the device of the path stands.
pub(crate) fn at_device(action: Action, parameter: &'static str) -> Rule {
    Rule { spot: Spot::Device(parameter), ..Rule::from(action) }
}

/// The action is decided where the object of the path stands.
pub(crate) fn at_object(action: Action, parameter: &'static str) -> Rule {
    Rule { spot: Spot::Object(parameter), ..Rule::from(action) }
}

/// The handler decides, by what is in the body, with [`Permit::within`]. Whoever may nowhere is
/// refused before.
pub(crate) fn inside(action: impl Into<Rule>) -> Rule {
    Rule { spot: Spot::Inside, ..action.into() }
}

/// A question that is too long for an address: it is posted, but changes nothing.
pub(crate) fn asking(action: Action) -> Rule {
    Rule { trail: Trail::Refusals, ..Rule::from(action) }
}

/// The handler writes the audit entry itself, in the transaction of the change.
pub(crate) fn audited_inside(action: impl Into<Rule>) -> Rule {
    Rule { trail: Trail::Inside, ..action.into() }
}

/// The path decides the action, of which `most` is the one that few may. The handler decides where it may be
/// done, and writes down what it changes.
pub(crate) fn by_path(most: Action, action_of: ActionOf) -> Rule {
    Rule { trail: Trail::Refusals, by_path: Some(action_of), ..inside(most) }
}

/// A method of a route with what it needs and what answers it.
pub(crate) struct Entry {
    method: Method,
    rule: Rule,
    handler: MethodRouter<Arc<App>>,
}

macro_rules! methods {
    ($($name:ident $method:ident,)*) => {$(
        /// Answers this method for those who may.
        #[allow(dead_code, reason = "one for each method, used or not")]
        pub(crate) fn $name<H, T>(rule: impl Into<Rule>, handler: H) -> Entry
        where
            H: Handler<T, Arc<App>>,
            T: 'static,
        {
            Entry { method: Method::$method, rule: rule.into(), handler: routing::$name(handler) }
        }
    )*};
}
methods! { get GET, post POST, put PUT, patch PATCH, delete DELETE, }

/// A route as it is listed.
#[derive(Debug, Clone)]
pub(crate) struct RouteRow {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) action: Action,
    pub(crate) spot: Spot,
}

/// Routes under guard.
pub(crate) struct Guarded {
    app: Arc<App>,
    router: Router<Arc<App>>,
    rows: Vec<RouteRow>,
}

impl Guarded {
    /// No routes yet.
    pub(crate) fn new(app: &Arc<App>) -> Self {
        Self { app: Arc::clone(app), router: Router::new(), rows: Vec::new() }
    }

    /// Adds a route.
    pub(crate) fn route<const N: usize>(mut self, path: &'static str, entries: [Entry; N]) -> Self {
        let mut methods = MethodRouter::new();
        for Entry { method, rule, handler } in entries {
            let gate = Gate { app: Arc::clone(&self.app), rule, repeats: may_repeat(&method, rule.action) };
            methods = methods.merge(handler.route_layer(from_fn_with_state(gate, check)));
            self.rows.push(RouteRow { method, path, action: rule.action, spot: rule.spot });
        }
        self.router = self.router.route(path, methods);
        self
    }

    /// The routes, ready to be served, and listed from now on.
    pub(crate) fn finish(self) -> Router<Arc<App>> {
        self.app.auth.add_routes(self.rows);
        self.router
    }
}

/// Whether answers are kept for requests that come again with the same `Idempotency-Key`: not those that hold
/// secrets.
fn may_repeat(method: &Method, action: Action) -> bool {
    let secret = matches!(
        action,
        Action::SignIn
            | Action::ManageOwnAccount
            | Action::ManageUsers
            | Action::ManageKeys
            | Action::ManageWebhooks
    );
    matches!(*method, Method::POST | Method::PATCH) && !secret
}

#[derive(Clone)]
struct Gate {
    app: Arc<App>,
    rule: Rule,
    /// Whether a request that comes again gets the answer of before.
    repeats: bool,
}

/// What lies behind the gate. An answer of before is given to those alone who may ask for it now.
struct Inner {
    next: Next,
    repeats: Option<Arc<App>>,
}

impl Inner {
    async fn run(self, request: Request) -> Response {
        match self.repeats {
            Some(app) => idempotency::once(&app, request, self.next).await,
            None => self.next.run(request).await,
        }
    }
}

/// Lets a request through to its handler, or answers why not.
async fn check(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let auth = &gate.app.auth;
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    let client = Client::of(peer, &parts.headers, &auth.config.trusted_proxies);
    let id = parts.headers.get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let identity = match admit(&gate, &mut parts, &client).await {
        Ok(identity) => identity,
        Err(refusal) => return refuse(&gate, &parts, &client, &id, refusal).await,
    };
    let Identity { actor, proof } = identity;
    let action = gate.rule.action_of(&parts);
    let permit =
        Permit(Arc::new(Granted { auth: Arc::clone(auth), actor, proof, action, client, request: id }));
    parts.extensions.insert(permit.clone());
    let is_change = !is_safe(&parts.method);
    let request = Request::from_parts(parts, body);
    let inner = Inner { next, repeats: gate.repeats.then(|| Arc::clone(&gate.app)) };
    match gate.rule.trail {
        Trail::Around if is_change => change(permit, request, inner).await,
        Trail::Refusals if is_change => note_refusal(&permit, request, inner).await,
        _ => inner.run(request).await,
    }
}

/// Whether a request that changes nothing, and carries nothing to know its sender by, is let through to an
/// action. False says only that it must be looked at whole, as a route does: it then counts once more for its
/// address, which has used up what it has.
pub(crate) fn lets_unnamed_through(
    auth: &Auth,
    action: Action,
    headers: &HeaderMap,
    peer: SocketAddr,
) -> bool {
    let client = Client::of(Some(peer), headers, &auth.config.trusted_proxies);
    let place = match Rule::from(action).spot {
        Spot::Inside => Place::Any,
        _ => Place::Whole,
    };
    let may = auth.unnamed(headers, &client).is_some_and(|actor| decide(actor, action, place).is_ok());
    may && !opens_socket(headers) && auth.count(&client).is_ok()
}

async fn admit(gate: &Gate, parts: &mut Parts, client: &Client) -> Result<Identity, Refusal> {
    let Gate { app, rule, .. } = gate;
    let identity = app.auth.identify(&parts.headers, client).await?;
    let decided = match by_whose_will(&identity.proof, parts) {
        Err(problem) => Err(problem),
        Ok(()) => decide_at(app, &identity, rule, parts).await,
    };
    decided.map_err(|problem| Refusal { problem, actor: identity.actor.id() })?;
    Ok(identity)
}

/// Browsers send cookies, and reach this machine, also for pages of others; those may change nothing, nor open
/// a WebSocket: unlike an answer, a browser does not keep what comes through it from the page.
fn by_whose_will(proof: &Proof, parts: &Parts) -> Result<(), Problem> {
    let foreign = is_cross_site(&parts.headers);
    let is_socket = opens_socket(&parts.headers);
    let is_refused = match proof {
        _ if is_safe(&parts.method) && !is_socket => false,
        Proof::Key(_) | Proof::IngestKey => false,
        Proof::Session(_) => foreign != Some(false),
        Proof::None | Proof::Local => foreign == Some(true),
    };
    if is_refused {
        let detail = if is_socket {
            "a socket that a browser opens must be of a page of this server"
        } else {
            "a change that a browser sends must come from a page of this server"
        };
        let hint = "send `Origin` with this server's own address, or use a key";
        return Err(Problem::new(StatusCode::FORBIDDEN, "cross_site", detail).with_hint(hint));
    }
    Ok(())
}

async fn decide_at(app: &App, identity: &Identity, rule: &Rule, parts: &mut Parts) -> Result<(), Problem> {
    let (actor, action) = (&identity.actor, rule.action_of(parts));
    match rule.spot {
        Spot::Inside => decide(actor, action, Place::Any),
        Spot::Whole => decide(actor, action, Place::Whole),
        Spot::Device(parameter) => {
            let id = parameter_of(parts, parameter).await?;
            let zone = place::zone_of_device(app, &id);
            decide(actor, action, Place::Device { id: &id, zone: zone.as_deref() })
        }
        Spot::Object(parameter) => {
            let id = parameter_of(parts, parameter).await?;
            decide(actor, action, Place::Zone(place::zone_of_object(app, &id).as_deref()))
        }
    }
}

async fn parameter_of(parts: &mut Parts, name: &str) -> Result<String, Problem> {
    let found = RawPathParams::from_request_parts(parts, &()).await.ok().and_then(|parameters| {
        parameters.iter().find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
    });
    found.ok_or_else(|| Problem::bad_request("bad_path", "the path is not understood"))
}

/// Answers a request that is not let through, and writes down what is worth it.
async fn refuse(gate: &Gate, parts: &Parts, client: &Client, id: &str, refusal: Refusal) -> Response {
    let Refusal { problem, actor } = refusal;
    let status = problem.status();
    let is_denial = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    let auth = &gate.app.auth;
    if is_denial && auth.limiters.notes_refusal(client.bucket()) {
        let now = time::OffsetDateTime::now_utc();
        let draft = AuditDraft::new(now, actor, gate.rule.action_of(parts).id(), parts.uri.path())
            .ending(Outcome::Refused)
            .with_detail(format!("{} {} {}", parts.method, status.as_u16(), problem.code()))
            .of_request(id);
        auth.auditor.write_soon(draft).await;
    }
    problem.into_response()
}

/// Runs a handler, and writes down if it refuses by what is in the body.
async fn note_refusal(permit: &Permit, request: Request<Body>, next: Inner) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let response = next.run(request).await;
    if response.status() == StatusCode::FORBIDDEN {
        permit.note_refusal(permit.0.action, uri.path(), &format!("{method} 403")).await;
    }
    response
}

/// Runs a handler that changes something between two entries of the audit log: the first is on disk
/// before anything is changed, so that no kill loses it. The handler ends also if the client goes.
async fn change(permit: Permit, request: Request<Body>, next: Inner) -> Response {
    let object = request.uri().path().to_owned();
    let method = request.method().as_str().to_owned();
    let draft = permit.entry(permit.0.action.id(), object).with_detail(&*method);
    let begun = match permit.begin(draft).await {
        Ok(begun) => begun,
        Err(problem) => return problem.into_response(),
    };
    let work = async move {
        let response = next.run(request).await;
        let status = response.status();
        let outcome = match status {
            status if status.is_success() || status.is_redirection() => Outcome::Done,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Outcome::Refused,
            _ => Outcome::Failed,
        };
        begun.end(outcome, format!("{method} {}", status.as_u16())).await;
        response
    };
    match tokio::spawn(work.in_current_span()).await {
        Ok(response) => response,
        Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
        Err(_) => Problem::unavailable("stopping", "the server is stopping").into_response(),
    }
}
