//! The publication on disk: which version is served, what it says, and the bytes of its files.
//! Called at start, by the job that looks for new versions, and by the API.

mod cache;
mod files;
mod path;
mod publication;

pub use files::{FileStore, Opened, Served};
pub use path::PublicPath;
pub use publication::{Publication, PublicationError, Publications};
