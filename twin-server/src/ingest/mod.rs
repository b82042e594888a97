//! What devices and their keepers send: readings, posted or from a broker, and registrations go to the one
//! writer, device lists on disk become registrations.

mod alarms;
pub mod device_file;
pub(crate) mod indicator_table;
pub mod mqtt;
pub mod reading_table;
pub(crate) mod resource_table;
mod round;
pub(crate) mod sheet;
pub(crate) mod table;
pub(crate) mod template;
pub(crate) mod value_table;
mod writer;

pub use crate::webhooks::ZoneOf;
pub use writer::{Clocks, WriteError, Writer, WriterHandle};
