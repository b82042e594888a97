//! `/metrics`: the server's figures for Prometheus.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use twin_schemas::live::DeviceStatus;

use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::config::MetricsAccess;
use crate::domain::permission::Action;
use crate::metrics::{self, Text};

/// Gives the server's figures as Prometheus reads them.
#[utoipa::path(
    get, path = "/metrics", tag = "server", security((), ("key" = [])),
    responses(
        (status = 200, content_type = "text/plain", body = String),
        (status = 401, body = ProblemBody, description = "asked from elsewhere without the token of `[metrics]`"),
    )
)]
pub(crate) async fn get_metrics(
    State(app): State<Arc<App>>,
    permit: Permit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if !may_read(&app, &permit, &headers) {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "token_required", "the figures are not public")
            .with_hint("ask from the server's own machine, or send `Authorization: Bearer <metrics.token>`")
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
    }
    let mut text = Text::default();
    write_asked(&app, &mut text).await;
    metrics::write_counted(&mut text);
    let headers = [(header::CONTENT_TYPE, metrics::MEDIA_TYPE), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, text.finish()).into_response())
}

/// Beside those whom the configuration lets in, whoever holds the action may.
fn may_read(app: &App, permit: &Permit, headers: &HeaderMap) -> bool {
    let access = app.metrics_access;
    access == MetricsAccess::Open
        || access == MetricsAccess::Loopback && permit.client().is_local
        || app.auth.carries_metrics_token(headers)
        || permit.also(Action::ReadMetrics).is_ok()
}

/// What is only known by asking.
async fn write_asked(app: &App, out: &mut Text) {
    let publication = app.publications.served();
    out.head("twin_build_info", "gauge", "Version of the server, always 1.");
    let labels = [("version", env!("CARGO_PKG_VERSION")), ("publication", publication.version.as_str())];
    out.value("twin_build_info", &labels, 1.0);
    let (commands, readings) = app.writer.waiting();
    let viewers = app.viewers_most - app.viewers.available_permits().min(app.viewers_most);
    for (name, about, value) in [
        ("twin_writer_alive", "Whether changes can be made.", f64::from(u8::from(app.writer.is_alive()))),
        ("twin_writer_waiting_commands", "Changes that wait for the writer.", commands as f64),
        ("twin_writer_waiting_readings", "Readings that wait for the disk.", readings as f64),
        ("twin_viewers", "Viewers that are streamed to.", viewers as f64),
        ("twin_file_cache_bytes", "Memory for published files.", app.files.used_bytes() as f64),
        ("twin_objects", "Objects of the served model.", publication.objects.all().len() as f64),
    ] {
        out.head(name, "gauge", about);
        out.value(name, &[], value);
    }
    match app.store.size_bytes().await {
        Ok(size) => {
            out.head("twin_store_bytes", "gauge", "Size of the database.");
            out.value("twin_store_bytes", &[], size as f64);
        }
        Err(error) => tracing::warn!(%error, "the size of the database is not known"),
    }
    out.head("twin_devices", "gauge", "Devices by status.");
    let counts = app.hub.count_by_status();
    for status in DeviceStatus::ALL {
        let count = counts.get(&status).copied().unwrap_or_default();
        out.value("twin_devices", &[("status", status.word())], count as f64);
    }
    out.head("twin_devices_clock_off", "gauge", "Devices whose clock is off by more than 5 s.");
    out.value("twin_devices_clock_off", &[], app.hub.count_clocks_off() as f64);
}
