//! The twin server: a publication, registered devices and their readings come in; the model, live
//! states and events go out over HTTP. `main` calls [`cli::Cli::run`].
//!
//! Read [`router`] first: it shows everything that the server answers, in order.

mod api;
pub mod app;
pub mod auth;
pub mod backup;
pub mod checkups;
pub mod cli;
pub mod config;
pub mod contacts;
pub mod displays;
pub mod domain;
pub mod features;
pub mod geopackage;
pub mod import;
pub mod ingest;
pub mod jobs;
mod listen;
pub mod live;
pub mod manage;
pub mod metrics;
pub mod model;
mod own_task;
pub mod photo;
pub mod programming;
pub mod projects;
pub mod reports;
pub mod router;
pub mod sensorthings;
pub mod simulate;
pub mod spatial;
pub mod store;
pub mod tiles;
pub mod voice;
pub mod webhooks;
