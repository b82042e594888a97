//! Writes a publication: content-addressed files, then a version, then the switch to it.
//!
//! ```text
//! current                     the id of the served version, replaced last and atomically
//! versions/<id>/…             named by a hash of its files
//! content/<hash>.glb          shared by all versions
//! ```
//!
//! A reader that follows `current` never sees half a version, and a build that dies leaves the old
//! one in place.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Hex digits of a content address: 128 bits.
const HASH_DIGITS: usize = 32;
const STAGING: &str = ".staging-";

/// A publication that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{path}`: {source}")]
pub struct PublishError {
    /// The file or folder.
    pub path: String,
    /// Why.
    pub source: io::Error,
}

/// A publication folder open for writing. Shared by all threads of a build.
#[derive(Debug)]
pub struct Publication {
    root: PathBuf,
    written: AtomicU64,
    /// Held for as long as this build writes; the system frees it when the process ends.
    _lock: fs::File,
}

impl Publication {
    /// Opens or creates a publication, and clears what an interrupted build left behind.
    ///
    /// # Errors
    /// If the folder cannot be made, or holds something else.
    pub fn open(root: &Path) -> Result<Self, PublishError> {
        refuse_foreign_folder(root)?;
        fs::create_dir_all(root).map_err(|source| error(root, source))?;
        let lock = lock(root)?;
        for folder in [root.join("content"), root.join("versions")] {
            fs::create_dir_all(&folder).map_err(|source| error(&folder, source))?;
            let entries = fs::read_dir(&folder).map_err(|source| error(&folder, source))?;
            for entry in entries.flatten() {
                if entry.file_name().to_string_lossy().starts_with(STAGING) {
                    let path = entry.path();
                    let removed =
                        if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                    removed.map_err(|source| error(&path, source))?;
                }
            }
        }
        Ok(Self { root: root.to_owned(), written: AtomicU64::new(0), _lock: lock })
    }

    /// Stores a content and returns its path below the publication. A content that is already
    /// there is not written again.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn put_content(&self, bytes: &[u8]) -> Result<String, PublishError> {
        let hash = blake3::hash(bytes).to_hex();
        let name = format!("content/{}.glb", &hash[..HASH_DIGITS]);
        let path = self.root.join(&name);
        // A file of another size is one that a power cut left half written.
        if fs::metadata(&path).is_ok_and(|meta| meta.len() == bytes.len() as u64) {
            return Ok(name);
        }
        write_atomically(&path, bytes)?;
        self.written.fetch_add(1, Ordering::Relaxed);
        Ok(name)
    }

    /// Contents written by this build.
    #[must_use]
    pub fn contents_written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Writes a version and switches to it. Returns its id, which is a hash of `files`.
    ///
    /// # Errors
    /// If the disk refuses; the version served so far stays.
    pub fn publish(&self, files: &BTreeMap<String, Vec<u8>>) -> Result<String, PublishError> {
        let id = version_id(files);
        let versions = self.root.join("versions");
        let target = versions.join(&id);
        if !is_whole(&target, files) {
            let staging = versions.join(format!("{STAGING}{id}"));
            for (name, bytes) in files {
                let path = staging.join(name);
                write_file(&path, bytes)?;
                if is_json(name) {
                    write_file(&with_suffix(&path, ".gz"), &gzip(bytes).map_err(|s| error(&path, s))?)?;
                    write_file(&with_suffix(&path, ".br"), &brotli(bytes).map_err(|s| error(&path, s))?)?;
                }
            }
            if target.exists() {
                fs::remove_dir_all(&target).map_err(|source| error(&target, source))?;
            }
            fs::rename(&staging, &target).map_err(|source| error(&target, source))?;
        }
        write_atomically(&self.root.join("current"), format!("{id}\n").as_bytes())?;
        Ok(id)
    }

    /// Writes a file beside the versions that is not part of any.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn put_beside(&self, name: &str, bytes: &[u8]) -> Result<(), PublishError> {
        write_atomically(&self.root.join(name), bytes)
    }
}

/// Keeps a second build out of the same publication.
fn lock(root: &Path) -> Result<fs::File, PublishError> {
    let path = root.join(".lock");
    let file = fs::File::create(&path).map_err(|source| error(&path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => {
            let reason = "another build is writing this publication; wait for it to end";
            Err(error(root, io::Error::new(io::ErrorKind::ResourceBusy, reason)))
        }
        Err(fs::TryLockError::Error(source)) => Err(error(&path, source)),
    }
}

/// Whether a version stands there with all its files at their length: a power cut may have left
/// some of them short.
fn is_whole(version: &Path, files: &BTreeMap<String, Vec<u8>>) -> bool {
    files.iter().all(|(name, bytes)| {
        fs::metadata(version.join(name)).is_ok_and(|meta| meta.len() == bytes.len() as u64)
    })
}

/// A folder with files in it that is no publication is not ours to fill.
fn refuse_foreign_folder(root: &Path) -> Result<(), PublishError> {
    let Ok(mut entries) = fs::read_dir(root) else { return Ok(()) };
    let ours = root.join("content").is_dir() && root.join("versions").is_dir();
    if !ours && entries.next().is_some() {
        let reason = "the folder holds other files and is no publication; choose an empty one";
        return Err(error(root, io::Error::new(io::ErrorKind::AlreadyExists, reason)));
    }
    Ok(())
}

fn version_id(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut hasher = blake3::Hasher::new();
    for (name, bytes) in files {
        for part in [name.as_bytes(), bytes] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().to_hex()[..HASH_DIGITS].to_owned()
}

fn is_json(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ext| ext == "json" || ext == "ndjson")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams { quality: 9, ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut out, &params)?;
    Ok(out)
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), PublishError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|source| error(folder, source))?;
    }
    let write = || -> io::Result<()> {
        let mut file = fs::File::create(path)?;
        file.write_all(bytes)?;
        file.sync_data()
    };
    write().map_err(|source| error(path, source))
}

/// Writes a file under another name on the same disk, flushes it, and renames it into place.
fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), PublishError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(STAGING).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_data()?;
        set_readable(file.as_file())?;
        file.persist(path).map_err(|persist| persist.error)?;
        Ok(())
    };
    write().map_err(|source| error(path, source))
}

/// Temporary files are private; a publication is read by a server under another account.
#[cfg(unix)]
fn set_readable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_readable(_: &fs::File) -> io::Result<()> {
    Ok(())
}

fn error(path: &Path, source: io::Error) -> PublishError {
    PublishError { path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_named_by_its_files_and_served_last() {
        let folder = tempfile::tempdir().unwrap();
        let publication = Publication::open(folder.path()).unwrap();
        let files = BTreeMap::from([("catalog.json".to_owned(), b"{}".to_vec())]);
        let first = publication.publish(&files).unwrap();
        assert_eq!(publication.publish(&files).unwrap(), first, "the same files make the same version");
        assert_eq!(fs::read_to_string(folder.path().join("current")).unwrap().trim(), first);
        assert!(folder.path().join(format!("versions/{first}/catalog.json.br")).is_file());
    }

    #[test]
    fn what_an_interrupted_build_left_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("content")).unwrap();
        let half = folder.path().join("versions/.staging-1");
        fs::create_dir_all(&half).unwrap();
        Publication::open(folder.path()).unwrap();
        assert!(!half.exists());
    }

    #[test]
    fn a_version_that_a_power_cut_left_short_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let publication = Publication::open(folder.path()).unwrap();
        let files = BTreeMap::from([("catalog.json".to_owned(), b"{}".to_vec())]);
        let id = publication.publish(&files).unwrap();
        let path = folder.path().join(format!("versions/{id}/catalog.json"));
        fs::write(&path, b"").unwrap();
        publication.publish(&files).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"{}");
    }

    #[test]
    fn two_builds_do_not_write_one_publication_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let _first = Publication::open(folder.path()).unwrap();
        let error = Publication::open(folder.path()).unwrap_err();
        assert!(error.to_string().contains("another build"), "{error}");
    }

    #[test]
    fn a_folder_with_other_files_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.doc"), "x").unwrap();
        let error = Publication::open(folder.path()).unwrap_err();
        assert!(error.to_string().contains("is no publication"), "{error}");
    }
}
