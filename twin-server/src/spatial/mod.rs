//! Where things are: one index in memory over objects of the model, devices, projects and reports, in local
//! metres.
//! Called by the model (objects), by the live hub (devices), by the services of projects and reports and by the API's questions.
//!
//! [`SpatialIndex`] gives a [`Snapshot`], `query` asks it; `forest` has the trees.

mod covered;
mod forest;
mod index;
mod kind;
mod located;
mod project;
pub mod query;
mod report;
mod shape;
mod snapshot;
mod stored;
mod table;
#[cfg(test)]
mod testing;
mod thing;

pub use covered::Covered;
pub use index::SpatialIndex;
pub use kind::{Kind, Kinds};
pub use located::{Unlocated, Where, located};
pub use project::PlacedProject;
pub use report::{PlacedReport, ReportRule};
pub use shape::outline;
pub use snapshot::Snapshot;
pub use stored::StoredObject;
pub use table::ObjectTable;
pub use thing::Thing;
