//! The tile builder as a library.
