//! What devices and their keepers send: posted readings and registrations go to the one writer,
//! device lists on disk become registrations.

mod alarms;
pub mod device_file;
mod round;
mod writer;

pub use alarms::ZoneOf;
pub use writer::{WriteError, Writer, WriterHandle};
