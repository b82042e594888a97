//! The HTTP interface: one file a resource, one error type. Handlers extract, ask store, hub and
//! spatial indexes, let the domain decide, and answer. `router` mounts them.

pub(crate) mod aggregates;
pub(crate) mod catalog;
pub(crate) mod device_kinds;
pub(crate) mod devices;
mod error;
pub(crate) mod events;
pub(crate) mod exports;
mod extract;
pub(crate) mod health;
mod http;
pub(crate) mod layers;
pub(crate) mod model;
pub(crate) mod object_edits;
pub(crate) mod objects;
pub(crate) mod openapi;
pub(crate) mod place;
pub(crate) mod publication;
pub(crate) mod readings;
pub(crate) mod spatial;
pub(crate) mod viewer;

pub(crate) use error::{Problem, ProblemBody};
