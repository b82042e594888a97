//! The socket to take connections from: one that the supervisor holds, or a new one.
//!
//! With socket activation (`sd_listen_fds`) the supervisor keeps the socket open while the server is
//! replaced; connections wait in its queue and none is refused.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;

use anyhow::{Context, anyhow};
use listenfd::ListenFd;
use tokio::net::TcpListener;

/// Takes over the supervisor's socket if there is one, else listens on `address`.
pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let mut passed = ListenFd::from_env();
    if passed.len() > 1 {
        return Err(anyhow!(
            "the supervisor passed {} sockets, one is needed\nhint: keep one `ListenStream=` in the socket unit",
            passed.len()
        ));
    }
    let socket = passed.take_tcp_listener(0).context("the supervisor's socket is not one of TCP")?;
    let Some(socket) = socket else {
        return TcpListener::bind(address).await.map_err(|error| bind_error(address, &error));
    };
    socket.set_nonblocking(true).context("preparing the supervisor's socket")?;
    TcpListener::from_std(socket).context("taking over the supervisor's socket")
}

fn bind_error(address: SocketAddr, error: &Error) -> anyhow::Error {
    let hint = match error.kind() {
        ErrorKind::AddrInUse => "\nhint: another program listens there; choose a free port with `--listen`",
        ErrorKind::PermissionDenied => "\nhint: ports below 1024 need rights; choose a higher one",
        _ => "",
    };
    anyhow!("cannot listen on `{address}`: {error}{hint}")
}
