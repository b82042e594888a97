//! The live side: stored changes come in from the ingest writer, events go out to viewers.

mod alarms;
mod board;
mod displays;
mod filter;
mod hub;
mod log;
mod projects;
mod reports;
mod subscription;

pub use filter::{DeviceFilter, Readers, Topic, ZoneFilter};
pub use hub::{Entry, Hub, LiveEvent};
pub use projects::ToldProject;
pub use reports::ToldReport;
pub use subscription::{EventId, Subscription};
