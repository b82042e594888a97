//! From a listening socket to requests: takes connections, bounds their number and their time, and
//! hands requests to the router with the address of the client, but those that can be answered at once.

use std::convert::Infallible;
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use futures_util::future::{Either, Ready, ready};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc, watch};
use tower::Service;

use super::crowd::{Crowd, Full, Place};
use super::stalled::Stalled;
use crate::config::LimitsConfig;
use crate::metrics::CONNECTIONS;

/// Most bytes of a request's head.
const HEAD_LIMIT_BYTES: usize = 64 * 1024;
/// Wait after the system refused to give a connection, which it does when files run out.
const PAUSE: Duration = Duration::from_millis(100);
/// When the server stops, wait for the first request of a connection.
const FIRST_REQUEST: Duration = Duration::from_millis(500);
/// What a client hears that is not let in; it has sent nothing yet.
const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/problem+json\r\ncontent-length: 153\r\nretry-after: 5\r\nconnection: close\r\n\r\n\
    {\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,\"code\":\"too_many_connections\",\
    \"detail\":\"the server has as many connections as it takes\"}";

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Connections {
    crowd: Arc<Crowd>,
    limits: LimitsConfig,
}

impl Connections {
    /// No connections yet, and at most as many as the limits say.
    pub(crate) fn new(limits: &LimitsConfig) -> Self {
        let crowd = Crowd::new(limits.connections, limits.connections_per_address);
        Self { crowd, limits: limits.clone() }
    }
}

/// Answers a request if there is nothing to wait for.
pub(crate) type AtOnce = Arc<dyn Fn(&hyper::Request<Incoming>, SocketAddr) -> Option<Response> + Send + Sync>;

/// What answers requests.
#[derive(Clone)]
pub(crate) struct Front {
    /// Those that can be answered at once.
    pub(crate) at_once: AtOnce,
    /// All others.
    pub(crate) router: Router,
}

/// Takes connections until the server stops; then waits for the requests that are being answered.
pub(crate) async fn serve(
    listener: TcpListener,
    front: Front,
    connections: Connections,
    mut stop: watch::Receiver<bool>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(connections.limits.header_timeout)
        .max_buf_size(HEAD_LIMIT_BYTES);
    // Each connection holds a sender; when all are gone nothing is received any more.
    let (open, mut ended) = mpsc::channel::<()>(1);
    loop {
        let accepted = tokio::select! {
            () = stopped(&mut stop) => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                pause_after(&error).await;
                continue;
            }
        };
        match connections.crowd.enter(peer.ip()) {
            Ok(place) => {
                CONNECTIONS.accepted.add(1);
                let connection =
                    Connection { stream, peer, held: Held { _place: Arc::new(place), _open: open.clone() } };
                let stall = connections.limits.stall_timeout;
                tokio::spawn(connection.run(http.clone(), front.clone(), stall, stop.clone()));
            }
            Err(full) => refuse(stream, peer, full),
        }
        CONNECTIONS.open.set(connections.crowd.count() as u64);
    }
    drop(listener);
    drop(open);
    let _ = ended.recv().await;
}

/// A connection and its place.
struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    held: Held,
}

/// The place of a connection, and that it is waited for when the server stops. Each request carries it, so that
/// one which goes on as a WebSocket can keep it for as long as the socket is open.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    _place: Arc<Place>,
    _open: mpsc::Sender<()>,
}

impl Connection {
    async fn run(self, http: http1::Builder, front: Front, stall: Duration, mut stop: watch::Receiver<bool>) {
        // Small answers and events must not wait for more to send.
        let _ = self.stream.set_nodelay(true);
        let (peer, held) = (self.peer, self.held);
        let asked = Arc::new(Notify::new());
        let heard = Arc::clone(&asked);
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            heard.notify_one();
            ask(&front, request, peer, &held)
        });
        let stream = TokioIo::new(Stalled::new(self.stream, stall));
        let connection = http.serve_connection(stream, service).with_upgrades();
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stopped(&mut stop) => {
                // What has asked nothing yet would be closed at once, and its request may be on its way.
                let ended = tokio::select! {
                    ended = connection.as_mut() => Some(ended),
                    () = asked.notified() => None,
                    () = tokio::time::sleep(FIRST_REQUEST) => None,
                };
                if let Some(ended) = ended {
                    ended
                } else {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            }
        };
        if let Err(error) = ended {
            CONNECTIONS.cut.add(1);
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

/// An answer that is there, or on its way through the router.
type Answering = Either<Ready<Result<Response, Infallible>>, <Router as Service<Request>>::Future>;

fn ask(front: &Front, request: hyper::Request<Incoming>, peer: SocketAddr, held: &Held) -> Answering {
    if let Some(response) = (front.at_once)(&request, peer) {
        return Either::Left(ready(Ok(response)));
    }
    let mut request: Request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    request.extensions_mut().insert(held.clone());
    // A router is always ready.
    Either::Right(front.router.clone().call(request))
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Tells a client that there is no room for it, without waiting for it.
fn refuse(stream: TcpStream, peer: SocketAddr, full: Full) {
    CONNECTIONS.refused.add(1);
    tracing::debug!(?full, loopback = peer.ip().is_loopback(), "a connection was refused");
    if let Ok(mut stream) = stream.into_std() {
        let _ = stream.write_all(REFUSAL);
    }
}

async fn pause_after(error: &std::io::Error) {
    let gone = [ErrorKind::ConnectionAborted, ErrorKind::ConnectionReset, ErrorKind::Interrupted];
    if gone.contains(&error.kind()) {
        return;
    }
    tracing::error!(%error, "no connection could be taken");
    tokio::time::sleep(PAUSE).await;
}

#[cfg(test)]
mod tests {
    use super::REFUSAL;

    #[test]
    fn the_refusal_is_as_long_as_it_says_and_a_problem() {
        let text = std::str::from_utf8(REFUSAL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{}", body.len());
        let problem: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(problem["code"], "too_many_connections");
    }
}
