//! The live side: stored changes come in from the ingest writer, events go out to viewers.

mod alarms;
mod displays;
mod filter;
mod hub;
mod log;
mod reports;
mod subscription;

pub use filter::{DeviceFilter, ZoneFilter};
pub use hub::{Entry, Hub, LiveEvent};
pub use reports::ToldReport;
pub use subscription::{EventId, Subscription};
