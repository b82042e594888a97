//! The HTTP interface: one file a resource, one error type. Handlers extract, ask store, hub and
//! spatial indexes, let the domain decide, and answer. `router` mounts them.

pub mod catalog;
pub mod device_kinds;
pub mod devices;
mod error;
pub mod events;
mod extract;
pub mod health;
mod http;
pub mod layers;
pub mod objects;
pub mod openapi;
pub mod place;
pub mod publication;
pub mod readings;
pub mod viewer;

pub use error::{Problem, ProblemBody};
