//! Sockets: an address or a socket of the supervisor comes in, requests go to the router. Called by
//! `app`.
//!
//! The loop is our own because the framework's has no time limits: a client that sends its request
//! byte by byte, or does not take its answer, would hold a connection for as long as it likes.

mod connections;
mod crowd;
mod socket;
mod stalled;
mod supervisor;

pub(crate) use connections::{Connections, Front, Held, serve};
pub(crate) use socket::open;
pub(crate) use supervisor::{notify, watchdog_interval};
