//! What a backup says of itself.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Name of the manifest in the archive.
pub(super) const MANIFEST_NAME: &str = "manifest.json";
/// Name of the database in the archive.
pub(super) const DATABASE_NAME: &str = "twin.db";
/// Largest manifest that is read.
pub(super) const MANIFEST_LIMIT_BYTES: u64 = 1024 * 1024;
/// What this version writes.
pub(super) const FORMAT: u32 = 1;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the backup's form.
    pub format: u32,
    /// The program that made it.
    pub made_by: String,
    /// When it was made: the database is that of this moment or shortly before.
    #[serde(with = "time::serde::rfc3339")]
    pub made_at: OffsetDateTime,
    /// The engine whose file it is.
    pub engine: String,
    /// Size of the database's file.
    pub size_bytes: u64,
    /// SHA-256 of the database's file, in hexadecimal.
    pub sha256: String,
    /// Numbers of the migrations that the database has had.
    pub migrations: Vec<i64>,
}

/// Why a manifest is not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum ManifestError {
    #[error("its manifest is not understood: {0}")]
    Content(#[from] serde_json::Error),
    #[error("it has format {0}, this server reads up to {FORMAT}\nhint: update twin-server")]
    Format(u32),
    #[error("it is of the engine `{0}`, this server reads `sqlite`")]
    Engine(String),
}

impl Manifest {
    /// Reads a manifest that this version understands.
    pub(super) fn read(text: &[u8]) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        // The format first: a later one may differ in everything else.
        let head: Head = serde_json::from_slice(text)?;
        if head.format > FORMAT {
            return Err(ManifestError::Format(head.format));
        }
        let manifest: Self = serde_json::from_slice(text)?;
        if manifest.engine != "sqlite" {
            return Err(ManifestError::Engine(manifest.engine));
        }
        Ok(manifest)
    }
}
