//! What systemd is told (`sd_notify`): that requests are taken, that the server stops, and that it
//! still works. Without a supervisor nothing happens.

use std::time::Duration;

/// Tells the supervisor a state such as `READY=1`.
pub(crate) fn notify(state: &str) {
    #[cfg(target_os = "linux")]
    if let Some(path) = std::env::var_os("NOTIFY_SOCKET")
        && let Err(error) = send(&path, state)
    {
        tracing::warn!(%error, "the supervisor could not be told `{state}`");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = state;
}

#[cfg(target_os = "linux")]
fn send(path: &std::ffi::OsStr, state: &str) -> std::io::Result<()> {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    let address = match path.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(path)?,
    };
    UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address).map(|_| ())
}

/// How often the supervisor wants to hear that the server works; nothing if it does not.
pub(crate) fn watchdog_interval() -> Option<Duration> {
    let pid = std::env::var("WATCHDOG_PID").ok();
    if pid.is_some_and(|pid| pid != std::process::id().to_string()) {
        return None;
    }
    let limit_us: u64 = std::env::var("WATCHDOG_USEC").ok()?.parse().ok()?;
    // Twice as often as is needed, as the manual advises.
    (limit_us > 0).then(|| Duration::from_micros(limit_us / 2))
}
