//! The builder's tests: one program, which is linked once. A program for each file would hold the whole builder each,
//! some ten gigabytes and minutes of linking. `tests/architecture.rs` sees that no file is left out here.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on should stop where it is, and say what it leaves out"
)]

mod atlas;
mod common;
mod coverage;
mod cut;
mod encode;
mod feature_table;
mod georeference;
mod identity;
mod ifc_hostile;
mod ifc_reader;
mod incremental;
mod levels;
mod mesh_hostile;
mod mesh_readers;
mod models;
mod osgb_hostile;
mod osgb_oracle;
mod osgconv;
mod rebuilds;
mod report;
mod scenes;
mod survey;
mod targets;
mod textures;
