//! The community as collections of features, for clients of OGC API - Features: objects and devices
//! come in, features with schemas, filters and WGS 84 geometries go out. Called by `api::features`.
//!
//! A collection is whatever implements [`Collection`]; `catalogue` lists them all. `source` alone knows
//! where objects and devices are kept.

pub mod bbox;
mod catalogue;
mod collection;
mod devices;
pub mod filter;
mod finds;
pub mod item;
mod layers;
mod objects;
pub mod place;
mod problems;
mod programming;
mod projects;
mod reports;
pub mod schema;
mod select;
mod source;

pub use catalogue::Catalogue;
pub use collection::{About, Collection, Gone, Visit};
pub use layers::{Layer, Row, Rows};
pub use select::{Page, Selected, Unselected, select};
pub use source::Source;

/// Id of the collection of devices.
pub const DEVICES: &str = devices::ABOUT.id;
