//! Running the server: configuration, health, figures, backups, restarts, and clients that mean harm.
//! One program for all of it, which is linked once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail like tests")]

#[path = "../common/mod.rs"]
mod common;

mod backup;
#[cfg(target_os = "linux")]
mod handover;
mod hostile_clients;
mod serving;
mod traversal;
