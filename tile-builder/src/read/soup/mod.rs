//! What mesh files of several formats have in common. Called by the readers beside it.

pub mod error;
pub(super) mod texture;
