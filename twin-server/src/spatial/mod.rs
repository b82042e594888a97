//! Where things are: one index in memory over objects of the model and devices, in local metres. Called by
//! the model (objects), by the live hub (devices) and by the API's questions.
//!
//! [`SpatialIndex`] gives a [`Snapshot`], `query` asks it; `forest` has the trees.

mod forest;
mod index;
mod kind;
pub mod query;
mod shape;
mod snapshot;
mod stored;
mod table;
#[cfg(test)]
mod testing;
mod thing;

pub use index::SpatialIndex;
pub use kind::{Kind, Kinds};
pub use shape::outline;
pub use snapshot::Snapshot;
pub use stored::StoredObject;
pub use table::ObjectTable;
pub use thing::Thing;
