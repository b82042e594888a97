//! The HTTP interface: one file a resource, one error type. Handlers extract, ask store, hub and
//! spatial indexes, let the domain decide, and answer. `router` mounts them.

pub(crate) mod aggregates;
pub(crate) mod alarm_rules;
pub(crate) mod alarm_trial;
pub(crate) mod alarms;
pub(crate) mod audit;
pub(crate) mod catalog;
pub(crate) mod device_kinds;
pub(crate) mod devices;
pub(crate) mod displays;
mod error;
pub(crate) mod events;
pub(crate) mod exports;
mod extract;
pub(crate) mod features;
pub(crate) mod health;
mod http;
pub(crate) mod idempotency;
pub(crate) mod imports;
pub(crate) mod keys;
pub(crate) mod layers;
pub(crate) mod live;
pub(crate) mod maintenance_windows;
pub(crate) mod metrics;
pub(crate) mod model;
pub(crate) mod mqtt;
pub(crate) mod object_edits;
mod object_path;
pub(crate) mod objects;
pub(crate) mod oidc;
pub(crate) mod openapi;
pub(crate) mod permissions;
pub(crate) mod place;
pub(crate) mod publication;
pub(crate) mod readings;
mod refusals;
mod room;
pub(crate) mod sensorthings;
pub(crate) mod session;
pub(crate) mod spatial;
mod trace;
pub(crate) mod users;
pub(crate) mod viewer;
mod wall;
pub(crate) mod webhooks;

pub(crate) use error::{Problem, ProblemBody};
