//! `tile-builder`.
fn main() {}
