//! Files that lie in memory, asked for by someone who does not say who they are: answered before the router.
//!
//! A viewer asks for hundreds of tiles at once, and most of what such a request costs beside its bytes is the
//! way through the layers. Whatever is out of the ordinary (a key, a cookie, a community that is closed, a
//! limit that is reached, a file that must be read) takes that way; the answer is the same on both, which
//! `tests/model_and_files.rs` holds. Called by [`crate::listen`].

use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::{Method, Request};
use axum::response::Response;

use super::layers::{Seen, Sharing};
use super::publication;
use crate::app::App;
use crate::auth::guard::lets_unnamed_through;
use crate::domain::permission::Action;

/// The route that answers these otherwise.
const ROUTE: &str = "/publication/{*path}";

/// What answers them.
#[derive(Clone)]
pub(crate) struct Hot {
    app: Arc<App>,
    sharing: Sharing,
}

impl Hot {
    /// For a server.
    pub(crate) fn new(app: &Arc<App>) -> Self {
        Self { app: Arc::clone(app), sharing: Sharing::of(&app.auth.config) }
    }

    /// The answer, if there is nothing to wait for or to look up; it is final.
    pub(crate) fn answer<B>(&self, request: &Request<B>, peer: SocketAddr) -> Option<Response> {
        let encoded = request.uri().path().strip_prefix("/publication/")?;
        if *request.method() != Method::GET || self.app.auth.config.require_sign_in {
            return None;
        }
        let ready = publication::in_memory(&self.app, encoded, request.headers())?;
        if !lets_unnamed_through(&self.app.auth, Action::ReadPublication, request.headers(), peer) {
            return None;
        }
        let seen = Seen::early(ROUTE, request, self.sharing);
        Some(seen.finish(publication::answer_in_memory(&ready, request.method(), request.headers())))
    }
}
