//! The live side: stored changes come in from the ingest writer, events go out to viewers.

mod alarms;
mod displays;
mod filter;
mod hub;
mod log;
mod subscription;

pub use filter::{DeviceFilter, ZoneFilter};
pub use hub::{Entry, Hub, LiveEvent};
pub use subscription::{EventId, Subscription};
