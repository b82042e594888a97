//! Geometry that every stage shares and that knows none of them: boxes, affine maps.

pub mod bounds;
pub mod matrix;

pub use bounds::Aabb;
