//! What devices and their keepers send: posted readings and registrations go to the one writer,
//! device lists on disk become registrations.

pub mod device_file;
mod writer;

pub use writer::{WriteError, Writer, WriterHandle};
