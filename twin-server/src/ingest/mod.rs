//! What devices and their keepers send: posted readings and registrations go to the one writer,
//! device lists on disk become registrations.

pub mod device_file;
pub(crate) mod reading_table;
pub(crate) mod table;
pub(crate) mod template;
mod writer;

pub use writer::{WriteError, Writer, WriterHandle};
