//! The tile builder as a library.

pub mod sample;
