//! The bytes of published files: a safe path and the codings that the client takes come in, a ready
//! answer or an open file goes out.
//!
//! Small files are answered from memory: reading them from the file system for each request costs
//! four times the wall time and up to ten times the CPU (measured with 50 KB tiles). Paths of contents
//! are named by their bytes and versions by theirs, so nothing in memory grows stale; documents of
//! versions that are no longer served are dropped to make room.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::fs::File;

use super::cache::Cache;
use super::path::PublicPath;
use super::ready::{Coding, Heads, Ready, Takes, has_side_files};
use crate::metrics::FILES;

/// Files up to this size are read whole and may be cached; larger ones are streamed.
const WHOLE_LIMIT_BYTES: u64 = 8 * 1024 * 1024;

/// A file to answer with.
#[derive(Debug)]
pub enum Opened {
    /// In memory.
    Whole(Arc<Ready>),
    /// On disk.
    Large {
        /// The open file.
        file: File,
        /// Its length.
        size_bytes: u64,
        /// Its headers.
        heads: Box<Heads>,
    },
}

/// The files of one publication folder.
#[derive(Debug)]
pub struct FileStore {
    root: PathBuf,
    cache: Cache,
}

impl FileStore {
    /// Files below `root`, of which at most `cache_bytes` are kept in memory.
    ///
    /// # Errors
    /// If the folder does not exist.
    pub fn new(root: &Path, cache_bytes: usize) -> io::Result<Self> {
        Ok(Self { root: root.canonicalize()?, cache: Cache::new(cache_bytes) })
    }

    /// The answer for a path as it was sent, if it is in memory under just that path. Whoever gives it counts it.
    #[must_use]
    pub fn hot(&self, encoded: &str, takes: Takes) -> Option<Arc<Ready>> {
        // What is in memory has passed `PublicPath` under its decoded path. Without `%` both are one.
        if encoded.contains('%') {
            return None;
        }
        self.cache.get(encoded, takes)
    }

    /// Opens a file in the best coding that the client takes; nothing if it does not exist or is not a
    /// plain file inside the folder.
    ///
    /// # Errors
    /// If the file system fails in another way.
    pub async fn open(&self, path: &PublicPath, takes: Takes) -> io::Result<Option<Opened>> {
        if let Some(ready) = self.cache.get(path.as_str(), takes) {
            FILES.hits.add(1);
            return Ok(Some(Opened::Whole(ready)));
        }
        FILES.misses.add(1);
        let opened = self.choose(path, takes).await?;
        if let Some(Opened::Whole(ready)) = &opened {
            self.cache.put(path.as_str(), takes, ready);
        }
        Ok(opened)
    }

    /// Drops documents of versions other than this one from memory.
    pub fn forget_other_versions(&self, version: &str) {
        let served = format!("versions/{version}/");
        self.cache.retain(|path| !path.starts_with("versions/") || path.starts_with(&served));
    }

    /// Memory in use for files.
    #[must_use]
    pub fn used_bytes(&self) -> usize {
        self.cache.used_bytes()
    }

    async fn choose(&self, path: &PublicPath, takes: Takes) -> io::Result<Option<Opened>> {
        if has_side_files(path) {
            for coding in takes.codings() {
                if let Some(opened) = self.read(path, Some(coding)).await? {
                    return Ok(Some(opened));
                }
            }
        }
        // The plain file may be in memory already, for those who take it only so.
        match self.cache.get(path.as_str(), Takes::default()) {
            Some(ready) => Ok(Some(Opened::Whole(ready))),
            None => self.read(path, None).await,
        }
    }

    async fn read(&self, path: &PublicPath, coding: Option<Coding>) -> io::Result<Option<Opened>> {
        let mut name = path.as_str().to_owned();
        if let Some(coding) = coding {
            name = format!("{name}.{}", coding.ending());
        }
        let real = match tokio::fs::canonicalize(self.root.join(&name)).await {
            Ok(real) => real,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        if !real.starts_with(&self.root) {
            tracing::warn!(path = name, "a link in the publication leads out of its folder");
            return Ok(None);
        }
        let metadata = tokio::fs::metadata(&real).await?;
        if !metadata.is_file() {
            return Ok(None);
        }
        if metadata.len() > WHOLE_LIMIT_BYTES {
            let file = File::open(&real).await?;
            let heads = Box::new(Heads::new(path, coding, metadata.len()));
            return Ok(Some(Opened::Large { file, size_bytes: metadata.len(), heads }));
        }
        let bytes = tokio::fs::read(&real).await?;
        let heads = Heads::new(path, coding, bytes.len() as u64);
        Ok(Some(Opened::Whole(Arc::new(Ready { bytes: bytes.into(), heads }))))
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Takes = Takes { brotli: true, gzip: true };

    async fn open(files: &FileStore, encoded: &str) -> Option<Opened> {
        files.open(&PublicPath::parse(encoded).unwrap(), ALL).await.unwrap()
    }

    #[tokio::test]
    async fn what_was_opened_is_hot_under_its_plain_path_and_coding() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("content")).unwrap();
        for (name, bytes) in [("a.glb", "plain"), ("a.glb.br", "br"), ("%2e%2e", "odd"), ("b.glb", "b")] {
            std::fs::write(folder.path().join("content").join(name), bytes).unwrap();
        }
        let files = FileStore::new(folder.path(), 1 << 20).unwrap();
        assert!(files.hot("content/a.glb", ALL).is_none());
        open(&files, "content/a.glb").await.unwrap();
        // From memory, though the files are gone.
        std::fs::remove_file(folder.path().join("content/a.glb.br")).unwrap();
        let hot = files.hot("content/a.glb", ALL).unwrap();
        assert!(hot.bytes == "br" && hot.heads.full["content-encoding"] == "br");
        assert!(files.hot("content/a.glb", Takes::default()).is_none());
        open(&files, "content/%61.glb").await.unwrap();
        assert!(files.hot("content/%61.glb", ALL).is_none());
        // A name that looks encoded is found by its own encoding only.
        open(&files, "content/%252e%252e").await.unwrap();
        assert!(files.hot("content/%2e%2e", ALL).is_none());
        // Without a side file the plain one is the answer for every client.
        open(&files, "content/b.glb").await.unwrap();
        assert!(files.hot("content/b.glb", ALL).unwrap().heads.full.get("content-encoding").is_none());
    }

    #[tokio::test]
    async fn documents_of_other_versions_are_forgotten_and_contents_stay() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["content", "versions/v1", "versions/v2"] {
            std::fs::create_dir_all(folder.path().join(path)).unwrap();
            std::fs::write(folder.path().join(path).join("a.json"), "{}").unwrap();
        }
        let files = FileStore::new(folder.path(), 1 << 20).unwrap();
        for path in ["content/a.json", "versions/v1/a.json", "versions/v2/a.json"] {
            open(&files, path).await.unwrap();
        }
        files.forget_other_versions("v2");
        assert!(files.hot("versions/v1/a.json", ALL).is_none());
        assert!(files.hot("versions/v2/a.json", ALL).is_some() && files.hot("content/a.json", ALL).is_some());
    }

    #[tokio::test]
    async fn small_files_are_whole_large_ones_open_and_folders_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("content/sub")).unwrap();
        std::fs::write(folder.path().join("content/a.glb"), b"glTF").unwrap();
        let large = std::fs::File::create(folder.path().join("content/large.bin")).unwrap();
        large.set_len(WHOLE_LIMIT_BYTES + 1).unwrap();
        let files = FileStore::new(folder.path(), 1 << 20).unwrap();
        for _ in 0..2 {
            let opened = open(&files, "content/a.glb").await.unwrap();
            assert!(matches!(opened, Opened::Whole(ready) if ready.bytes == "glTF"));
        }
        assert!(matches!(
            open(&files, "content/large.bin").await.unwrap(),
            Opened::Large { size_bytes, .. } if size_bytes == WHOLE_LIMIT_BYTES + 1
        ));
        for absent in ["content/sub", "content/none", "content/a.glb/more"] {
            assert!(open(&files, absent).await.is_none(), "{absent}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_link_that_leads_out_of_the_folder_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("publication");
        std::fs::create_dir_all(root.join("content")).unwrap();
        std::fs::write(folder.path().join("secret"), b"s").unwrap();
        std::fs::write(root.join("content/real.glb"), b"r").unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret"), root.join("content/out.glb")).unwrap();
        std::os::unix::fs::symlink("real.glb", root.join("content/in.glb")).unwrap();
        let files = FileStore::new(&root, 1 << 20).unwrap();
        assert!(open(&files, "content/out.glb").await.is_none());
        assert!(open(&files, "content/in.glb").await.is_some());
    }
}
