//! `twin-server`.
fn main() {}
