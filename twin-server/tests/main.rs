//! The server's tests: one program, which is linked once. A program for each file would be forty with the whole server
//! in each, some ten gigabytes and minutes of linking. `tests/architecture.rs` sees that no file is left out here.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests fail like tests, and say what they leave out"
)]

mod alarms;
mod audit;
mod checkups;
mod common;
mod devices;
mod displays;
mod history;
mod imports;
mod keys;
mod live;
mod live_socket;
mod messages;
mod model_and_files;
mod model_edits;
mod mqtt;
mod ogc;
mod ogc_clients;
mod ogc_features;
mod oidc;
mod open311;
mod operation;
mod people;
mod permissions;
mod phones;
mod photographs;
mod postgres;
mod programming;
mod project_events;
mod project_lists;
mod project_origins;
mod projects;
mod proofs;
mod renewal_export;
mod report_contacts;
mod report_events;
mod report_lists;
mod reports;
mod sensorthings;
mod sensorthings_clients;
mod spatial;
mod voices;
mod webhooks;
