//! Readers: bytes of a format in, [`crate::scene`] types out. Called by the pipeline.
//!
//! Every reader treats its input as hostile: a count is held against the bytes that are left and
//! against [`Limits`] before anything is allocated for it, and a damaged file is an error that
//! names the file, the element and the byte offset.

pub mod areas;
pub mod files;
pub mod gltf;
pub mod ifc;
pub mod limits;
mod obj;
pub mod osgb;
pub mod plan;
mod ply;
mod scalar;
pub mod soup;
pub mod survey;

pub use limits::Limits;
