//! Mesh readers over good files: what they read is what was written.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop where it is")]

mod common;

#[path = "mesh_readers/own_glb.rs"]
mod own_glb;
