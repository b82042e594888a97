//! `/metrics`: the server's figures for Prometheus.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use twin_schemas::live::DeviceStatus;

use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::secret::carries;
use crate::config::{MetricsAccess, MetricsConfig};
use crate::metrics::{self, Text};

/// Headers that tell that someone else asks than who connects.
const FORWARDED: [HeaderName; 3] =
    [header::FORWARDED, HeaderName::from_static("x-forwarded-for"), HeaderName::from_static("x-real-ip")];

/// Gives the server's figures as Prometheus reads them.
#[utoipa::path(
    get, path = "/metrics", tag = "server", security((), ("key" = [])),
    responses(
        (status = 200, content_type = "text/plain", body = String),
        (status = 401, body = ProblemBody, description = "asked from elsewhere without the token of `[metrics]`"),
    )
)]
pub(crate) async fn get_metrics(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    // Who calls the router without a connection is this process.
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let local = peer.is_none_or(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    if !may_read(&app.metrics_access, local, request.headers()) {
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

fn may_read(config: &MetricsConfig, local: bool, headers: &HeaderMap) -> bool {
    let token = config.token.as_ref().is_some_and(|token| {
        let header = headers.get(header::AUTHORIZATION);
        header.is_some_and(|value| carries(value.as_bytes(), token.as_bytes()))
    });
    match config.access {
        MetricsAccess::Open => true,
        MetricsAccess::Token => token,
        // A proxy on this machine speaks for others.
        MetricsAccess::Loopback => token || local && FORWARDED.iter().all(|name| !headers.contains_key(name)),
    }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(access: MetricsAccess, local: bool, headers: &[(&'static str, &'static str)]) -> bool {
        let config = MetricsConfig { access, token: Some("0123456789abcdef".into()) };
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        may_read(&config, local, &headers.collect())
    }

    #[test]
    fn figures_are_for_this_machine_and_for_the_token() {
        use MetricsAccess::{Loopback, Open, Token};
        let (good, bad) = ("Bearer 0123456789abcdef", "Bearer 0123456789abcdeX");
        for (access, local, header, expected) in [
            (Loopback, true, None, true),
            (Loopback, false, None, false),
            (Loopback, false, Some(("authorization", good)), true),
            (Loopback, false, Some(("authorization", bad)), false),
            (Loopback, true, Some(("x-forwarded-for", "192.0.2.1")), false),
            (Loopback, true, Some(("forwarded", "for=192.0.2.1")), false),
            (Token, true, None, false),
            (Token, true, Some(("authorization", good)), true),
            (Open, false, None, true),
        ] {
            let headers: Vec<_> = header.into_iter().collect();
            assert_eq!(check(access, local, &headers), expected, "{access:?} {local} {header:?}");
        }
    }
}
