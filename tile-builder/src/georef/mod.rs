//! From the axes of a source to the community's local frame.
//!
//! In: what a survey or a plan says about its coordinate reference system. Out: a [`Placement`],
//! which gives for any box of the source a [`Warp`]: the map into local metres, exact to a
//! millimetre within the box. Called by the pipeline once a source and once a content.
//!
//! Chain for a projected source: source metres + `SRSOrigin` → CRS → PROJ → longitude, latitude →
//! ECEF ([`ellipsoid`]) → east, north, up at the community's origin. Heights pass by PROJ: they are
//! metres above the ellipsoid once the plan's geoid height is added.

mod crs;
pub mod ellipsoid;
mod placement;
mod srs;
pub mod warp;

pub use crs::CrsError;
pub use placement::{Placed, Placement, PlacementError, PlacementRequest, Turn, place_source};
pub use srs::{Srs, SrsError};
pub use warp::Warp;
