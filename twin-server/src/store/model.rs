//! The community model: what was published, version after version, and what people did to it: what a store
//! can be asked of them.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::Answer;
use crate::domain::edit::Edit;

/// A version of the publication as it was taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelVersion {
    /// Id of the version.
    pub publication: String,
    /// When it was taken over.
    pub imported: OffsetDateTime,
    /// Objects that the version before did not have.
    pub added: u64,
    /// Objects that were different in the version before.
    pub changed: u64,
    /// Objects that only the version before had.
    pub removed: u64,
    /// Objects that were there just so.
    pub unchanged: u64,
}

/// Some objects that lie next to each other in the order of ids, packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelBlock {
    /// Id of the first of them; names the block.
    pub first: String,
    /// What the objects amount to: equal for equal objects.
    pub digest: Vec<u8>,
    /// The objects.
    pub data: Vec<u8>,
}

/// A version that is taken over: what is different from the one before.
#[derive(Debug, Clone)]
pub struct ModelImport {
    /// The version.
    pub version: ModelVersion,
    /// Blocks that are new, or different under their name.
    pub put: Vec<ModelBlock>,
    /// Names of blocks that are no more.
    pub remove: Vec<String>,
}

/// The community model.
pub trait ModelStore: Send + Sync {
    /// The versions that were taken over, newest first.
    fn model_versions(&self, limit: u32) -> Answer<'_, Vec<ModelVersion>>;

    /// Digests of the blocks of the newest version, by name.
    fn model_digests(&self) -> Answer<'_, BTreeMap<String, Vec<u8>>>;

    /// The blocks of the newest version, by name.
    fn model_blocks(&self) -> Answer<'_, Vec<ModelBlock>>;

    /// Takes a version over, all of it or nothing.
    fn import_model<'a>(&'a self, import: &'a ModelImport) -> Answer<'a, ()>;

    /// Keeps a change. Fails if the object has an edit of this number.
    fn add_edit<'a>(&'a self, edit: &'a Edit) -> Answer<'a, ()>;

    /// The newest edit of every object, by id.
    fn newest_edits(&self) -> Answer<'_, Vec<Edit>>;

    /// The edits of an object below a number, newest first.
    fn edits<'a>(&'a self, object: &'a str, below: u32, limit: u32) -> Answer<'a, Vec<Edit>>;
}
