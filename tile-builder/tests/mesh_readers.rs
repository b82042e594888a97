//! Mesh readers over good files and files with small faults: what they read is what was written.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop where it is")]
#![allow(clippy::format_collect, clippy::format_push_string, reason = "the texts of tests are short")]

mod common;

#[path = "mesh_readers/cells.rs"]
mod cells;
#[path = "mesh_readers/gltf.rs"]
mod gltf;
#[path = "mesh_readers/obj.rs"]
mod obj;
#[path = "mesh_readers/own_glb.rs"]
mod own_glb;
#[path = "mesh_readers/ply.rs"]
mod ply;
#[path = "mesh_readers/support.rs"]
mod support;
