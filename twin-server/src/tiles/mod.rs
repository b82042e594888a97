//! The publication on disk: which version is served, what it says, and the bytes of its files.
//! Called at start, by the job that looks for new versions, and by the API.

mod cache;
mod files;
mod path;
mod publication;
mod ready;

pub use files::{FileStore, Opened};
pub use path::PublicPath;
pub use publication::{Publication, PublicationError, Publications};
pub use ready::{Coding, Heads, Ready, Takes};
