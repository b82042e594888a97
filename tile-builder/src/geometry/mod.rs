//! Geometry that every stage shares and that knows none of them: boxes, affine maps, outlines in
//! plan and cutting along them, welded surfaces, triangles in a grid and on a raster.

pub mod bounds;
pub mod cut;
pub mod grid;
pub mod matrix;
pub mod outlines;
pub mod scan;
pub mod vector;
pub mod weld;

pub use bounds::Aabb;
pub use outlines::Outlines;
pub use weld::Surface;
