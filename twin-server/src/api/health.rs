//! `/healthz`, `/health/live`, `/health/ready`: whether the server works, for supervisors and people.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::Mutex;
use utoipa::ToSchema;

use super::{Problem, ProblemBody};
use crate::app::App;

/// How long what was found out holds: whoever asks more often costs no more.
const HOLDS: Duration = Duration::from_secs(1);
/// How long the database may take to write a few bytes.
const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// That the server works, and with what.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`: a server that does not work does not answer.
    status: &'static str,
    /// Version of the server.
    version: &'static str,
    /// Version of the publication that is served.
    publication: String,
    /// Number of registered devices.
    devices: usize,
}

/// Tells that the server works.
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, body = Health)))]
pub(crate) async fn get_health(State(app): State<Arc<App>>) -> Json<Health> {
    Json(health(&app))
}

/// Tells that the process answers; a supervisor restarts one that does not.
#[utoipa::path(get, path = "/health/live", tag = "server", responses((status = 200, body = String, content_type = "text/plain")))]
pub(crate) async fn get_live() -> Response {
    ([(header::CACHE_CONTROL, "no-store")], "alive\n").into_response()
}

/// Tells whether requests are served as they should: the database takes writes, the writer works, and
/// the server is not about to stop. A proxy sends no requests to one that is not ready.
#[utoipa::path(
    get, path = "/health/ready", tag = "server",
    responses((status = 200, body = Health), (status = 503, body = ProblemBody, description = "`code` and `detail` say why"))
)]
pub(crate) async fn get_ready(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    match app.readiness.check(&app).await {
        None => Ok(([(header::CACHE_CONTROL, "no-store")], Json(health(&app))).into_response()),
        Some((code, detail)) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)),
    }
}

fn health(app: &App) -> Health {
    Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        publication: app.publications.served().version.clone(),
        devices: app.hub.count(),
    }
}

/// Stable name and sentence of what is wrong.
type Wrong = (&'static str, &'static str);

/// What was last found out. One question is asked at a time; who comes meanwhile waits for its answer.
#[derive(Debug, Default)]
pub(crate) struct Readiness {
    last: Mutex<Option<(Instant, Option<Wrong>)>>,
}

impl Readiness {
    /// What is wrong; nothing if the server is ready.
    async fn check(&self, app: &App) -> Option<Wrong> {
        if *app.stop.borrow() {
            return Some(("stopping", "the server is stopping"));
        }
        if !app.writer.is_alive() {
            return Some(("writer", "the task that makes changes has ended; the log has the reason"));
        }
        let mut last = self.last.lock().await;
        if let Some((when, found)) = &*last
            && when.elapsed() < HOLDS
        {
            return *found;
        }
        let found = match tokio::time::timeout(STORE_TIMEOUT, app.store.check_writable()).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) if error.is_full() => {
                tracing::error!(%error, "the disk of the database is full");
                Some(("storage_full", "there is no room left where the database lies"))
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "the database takes no writes");
                Some(("storage", "the database takes no writes; the log has the reason"))
            }
            Err(_) => Some(("storage_slow", "the database took longer than 5 s to write")),
        };
        *last = Some((Instant::now(), found));
        found
    }
}
