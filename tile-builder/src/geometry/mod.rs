//! Geometry that every stage shares and that knows none of them: boxes, affine maps, welded
//! surfaces, triangles in a grid and on a raster.

pub mod bounds;
pub mod grid;
pub mod matrix;
pub mod scan;
pub mod vector;
pub mod weld;

pub use bounds::Aabb;
pub use weld::Surface;
//! Geometry that every stage shares and that knows none of them: boxes, affine maps, outlines in
//! plan and cutting along them.

pub mod bounds;
pub mod cut;
pub mod matrix;
pub mod outlines;

pub use bounds::Aabb;
pub use outlines::Outlines;
