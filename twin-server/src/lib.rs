//! The twin server as a library.
