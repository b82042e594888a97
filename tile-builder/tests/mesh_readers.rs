//! Mesh readers over good files and files with small faults: what they read is what was written.

#![allow(clippy::format_collect, clippy::format_push_string, reason = "the texts of tests are short")]

mod cells;
mod gltf;
mod obj;
mod own_glb;
mod ply;
pub(crate) mod support;
