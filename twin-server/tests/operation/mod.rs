//! Running the server: configuration, health, figures, backups, restarts, and clients that mean harm.
//! One program for all of it, which is linked once.

mod backup;
#[cfg(target_os = "linux")]
mod handover;
mod hostile_clients;
mod serving;
mod traversal;
