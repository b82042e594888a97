//! The twin server: a publication, registered devices and their readings come in; the model, live
//! states and events go out over HTTP. `main` calls [`cli::Cli::run`].
//!
//! Read [`router`] first: it shows everything that the server answers, in order.

mod api;
pub mod app;
mod auth;
pub mod cli;
pub mod config;
pub mod domain;
pub mod import;
pub mod ingest;
pub mod jobs;
pub mod live;
pub mod model;
pub mod router;
pub mod simulate;
pub mod spatial;
pub mod store;
pub mod tiles;
