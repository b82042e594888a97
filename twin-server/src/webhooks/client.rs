//! One post to one address. The address is looked up here and the connection made to what was looked up and
//! checked, so that a name which leads elsewhere a moment later leads nowhere. Redirects are not followed, no
//! proxy is used, the answer's body is not read.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, Uri, header, uri::Scheme};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::{Signed, WebhooksConfig, is_public};

/// A signed delivery.
#[derive(Debug)]
pub struct Posted<'a> {
    /// Where to.
    pub url: &'a str,
    /// `webhook-id`: the same at every try.
    pub id: &'a str,
    /// Instant and signature.
    pub signed: Signed,
    /// What the body is.
    pub media_type: &'static str,
    /// What is sent.
    pub body: String,
}

/// Posts events.
#[derive(Clone)]
pub struct Client {
    config: WebhooksConfig,
    tls: TlsConnector,
}

impl Client {
    /// A client that trusts what the system trusts.
    ///
    /// # Errors
    /// If encryption cannot be set up.
    pub fn new(config: WebhooksConfig) -> anyhow::Result<Self> {
        let found = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        let (trusted, _) = roots.add_parsable_certificates(found.certs);
        if trusted == 0 {
            tracing::warn!("the system trusts no certificates: webhooks with `https://` will fail");
        }
        let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { config, tls: TlsConnector::from(Arc::new(tls)) })
    }

    /// Posts, and gives the status of the answer.
    ///
    /// # Errors
    /// Why there was none, in words.
    pub async fn post(&self, posted: Posted<'_>) -> Result<StatusCode, String> {
        let limit = self.config.timeout;
        tokio::time::timeout(limit, self.post_unhurried(posted))
            .await
            .unwrap_or_else(|_| Err(format!("no answer within {} s", limit.as_secs_f64())))
    }

    async fn post_unhurried(&self, posted: Posted<'_>) -> Result<StatusCode, String> {
        let uri: Uri =
            posted.url.parse().map_err(|error| format!("the address is not understood: {error}"))?;
        let host = uri.host().ok_or("the address has no host")?.to_owned();
        let is_tls = uri.scheme() == Some(&Scheme::HTTPS);
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let stream = self.connect(host.trim_matches(['[', ']']), port).await?;
        let request = request(&uri, posted)?;
        if !is_tls {
            return exchange(stream, request).await;
        }
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
            .map_err(|_| "the host has no name that a certificate can have".to_owned())?;
        let stream = self.tls.connect(name, stream).await.map_err(|error| format!("TLS: {error}"))?;
        exchange(stream, request).await
    }

    async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, String> {
        let found = tokio::net::lookup_host((host, port)).await;
        let found: Vec<SocketAddr> =
            found.map_err(|error| format!("the host is not found: {error}"))?.collect();
        let allowed = |address: &&SocketAddr| self.config.allow_private || is_public(canonical(address.ip()));
        let mut last = io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the address is not one of the public internet (`webhooks.allow_private` allows it)",
        );
        for address in found.iter().filter(allowed) {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(format!("cannot connect: {last}"))
    }
}

/// Without the dress of IPv6 that an IPv4 address may wear.
fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

fn request(uri: &Uri, posted: Posted<'_>) -> Result<Request<Body>, String> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let host = uri.authority().map(axum::http::uri::Authority::as_str).unwrap_or_default();
    Request::post(path)
        .header(header::HOST, host)
        .header(header::CONTENT_TYPE, posted.media_type)
        .header(header::USER_AGENT, concat!("twin-server/", env!("CARGO_PKG_VERSION")))
        .header(header::CONNECTION, "close")
        .header("webhook-id", posted.id)
        .header("webhook-timestamp", posted.signed.timestamp)
        .header("webhook-signature", posted.signed.signature)
        .body(Body::from(posted.body))
        .map_err(|error| format!("the request cannot be made: {error}"))
}

async fn exchange<S>(stream: S, request: Request<Body>) -> Result<StatusCode, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let words = |error: hyper::Error| format!("the connection failed: {error}");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(words)?;
    let answer = sender.send_request(request);
    tokio::pin!(answer, connection);
    // The connection is driven here and ends with this: nothing of a receiver outlives its answer.
    let answer = tokio::select! {
        biased;
        answer = &mut answer => answer,
        ended = &mut connection => {
            ended.map_err(words)?;
            answer.await
        }
    };
    answer.map(|answer| answer.status()).map_err(words)
}
