//! Writes a publication: content-addressed files, then a version, then the switch to it.
//!
//! ```text
//! current                     the id of the served version, replaced last and atomically
//! versions/<id>/…             named by a hash of its files
//! content/<hash>.glb          shared by all versions; of building models with `.br` and `.gz`
//! ```
//!
//! A reader that follows `current` never sees half a version, and a build that dies leaves the old
//! one in place. `upload` copies what is served to another place, a folder or S3.

mod disk;
pub mod folder;
pub mod pack;
pub mod s3;
pub mod target;
pub mod upload;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use self::disk::{set_readable_folder, write_atomically, write_file};
use self::pack::{Effort, Packed};
use self::target::Problem;

/// Hex digits of a content address: 128 bits.
const HASH_DIGITS: usize = 32;
/// Where jobs make files that are not finished yet.
const SPOOL: &str = "work/spool";

/// A publication that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{path}`: {source}{}", hint(.source))]
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
        let lock = lock(root, fs::File::try_lock)?;
        for folder in ["content", "versions"] {
            let folder = root.join(folder);
            fs::create_dir_all(&folder).map_err(|source| error(&folder, source))?;
        }
        for folder in ["", "content", "versions", "work", "work/results", "work/data", SPOOL] {
            disk::clear(&root.join(folder))?;
        }
        Ok(Self { root: root.to_owned(), written: AtomicU64::new(0), _lock: lock })
    }

    /// Joins others in writing contents and records to a publication that `open` has made. Nobody
    /// can publish meanwhile.
    ///
    /// # Errors
    /// If there is none, or a build has it for itself.
    pub fn join(root: &Path) -> Result<Self, PublishError> {
        let content = root.join("content");
        fs::metadata(&content).map_err(|source| error(&content, source))?;
        let lock = lock(root, fs::File::try_lock_shared)?;
        Ok(Self { root: root.to_owned(), written: AtomicU64::new(0), _lock: lock })
    }

    /// Stores a content and returns its path below the publication. A content that is already
    /// there is not written again.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn put_content(&self, bytes: &[u8]) -> Result<String, PublishError> {
        self.put_packed_content(bytes, None)
    }

    /// Stores a content with its compressed siblings, which are served in its place where a client
    /// takes them.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn put_packed_content(&self, bytes: &[u8], packed: Option<&Packed>) -> Result<String, PublishError> {
        let hash = blake3::hash(bytes).to_hex();
        let name = format!("content/{}.glb", &hash[..HASH_DIGITS]);
        let path = self.root.join(&name);
        // A file of another size is one that a power cut left half written.
        if fs::metadata(&path).is_ok_and(|meta| meta.len() == bytes.len() as u64) {
            return Ok(name);
        }
        // Before the content itself: where that stands, its siblings do.
        if let Some(Packed { gzip, brotli }) = packed {
            write_atomically(&with_suffix(&path, ".gz"), gzip)?;
            write_atomically(&with_suffix(&path, ".br"), brotli)?;
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

    /// Whether a content stands there at its length.
    #[must_use]
    pub fn has_content(&self, name: &str, size_bytes: u64) -> bool {
        fs::metadata(self.root.join(name)).is_ok_and(|meta| meta.len() == size_bytes)
    }

    /// Reads a content back.
    ///
    /// # Errors
    /// If it is not there.
    pub fn content(&self, name: &str) -> Result<Vec<u8>, PublishError> {
        let path = self.root.join(name);
        fs::read(&path).map_err(|source| error(&path, source))
    }

    /// The folder of the publication.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The served version, if it is whole as far as its catalogue tells.
    #[must_use]
    pub fn current(&self) -> Option<String> {
        let id = fs::read_to_string(self.root.join("current")).ok()?.trim().to_owned();
        let plain = !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit());
        (plain && self.root.join("versions").join(&id).join("catalog.json").is_file()).then_some(id)
    }

    /// Begins a new version; nothing is served of it before [`Version::commit`].
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn begin(&self) -> Result<Version<'_>, PublishError> {
        let staging = disk::staging_in(&self.root.join("versions"))?;
        Ok(Version { publication: self, staging, files: BTreeMap::new() })
    }

    /// Writes a file beside the versions that is not part of any.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn put_beside(&self, name: &str, bytes: &[u8]) -> Result<(), PublishError> {
        let path = self.root.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|source| error(folder, source))?;
        }
        write_atomically(&path, bytes)
    }

    /// A folder for files that are being made, on the same disk; removed when dropped.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn spool(&self) -> Result<tempfile::TempDir, PublishError> {
        disk::staging_in(&self.root.join(SPOOL))
    }

    /// Puts a folder of finished files beside the versions, in place of an older one of that name.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn put_folder_beside(&self, name: &str, files: &tempfile::TempDir) -> Result<(), PublishError> {
        let path = self.root.join(name);
        let put = || -> io::Result<()> {
            set_readable_folder(files.path())?;
            if path.exists() {
                fs::remove_dir_all(&path)?;
            }
            fs::create_dir_all(path.parent().unwrap_or(&self.root))?;
            fs::rename(files.path(), &path)
        };
        put().map_err(|source| error(&path, source))
    }
}

/// A version as it grows, file by file, out of readers' sight.
#[derive(Debug)]
pub struct Version<'p> {
    publication: &'p Publication,
    staging: tempfile::TempDir,
    /// Hash and length of each file, by name.
    files: BTreeMap<String, ([u8; 32], u64)>,
}

impl Version<'_> {
    /// Where a file of the version stands meanwhile.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.staging.path().join(name)
    }

    /// Adds a file; JSON gets its compressed siblings.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), PublishError> {
        let path = self.path(name);
        write_file(&path, bytes)?;
        if is_json(name) {
            let Packed { gzip, brotli } = pack::packed(bytes, Effort::for_bytes(bytes.len() as u64))
                .map_err(|source| error(&path, source))?;
            write_file(&with_suffix(&path, ".gz"), &gzip)?;
            write_file(&with_suffix(&path, ".br"), &brotli)?;
        }
        self.files.insert(name.to_owned(), (*blake3::hash(bytes).as_bytes(), bytes.len() as u64));
        Ok(())
    }

    /// Switches to this version. Returns its id, which is a hash of its files.
    ///
    /// # Errors
    /// If the disk refuses; the version served so far stays.
    pub fn commit(self) -> Result<String, PublishError> {
        let id = version_id(&self.files);
        let root = &self.publication.root;
        let target = root.join("versions").join(&id);
        if !is_whole(&target, &self.files) {
            if target.exists() {
                fs::remove_dir_all(&target).map_err(|source| error(&target, source))?;
            }
            let staging = self.staging.path();
            set_readable_folder(staging).map_err(|source| error(staging, source))?;
            fs::rename(staging, &target).map_err(|source| error(&target, source))?;
        }
        write_atomically(&root.join("current"), format!("{id}\n").as_bytes())?;
        Ok(id)
    }
}

/// Keeps a second build out of the same publication.
fn lock(
    root: &Path,
    try_lock: impl Fn(&fs::File) -> Result<(), fs::TryLockError>,
) -> Result<fs::File, PublishError> {
    let path = root.join(".lock");
    // A shared folder (NFS) gives shared locks on what is open for reading, others for writing.
    let open = fs::File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let file = open.map_err(|source| error(&path, source))?;
    match try_lock(&file) {
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
fn is_whole(version: &Path, files: &BTreeMap<String, ([u8; 32], u64)>) -> bool {
    files
        .iter()
        .all(|(name, (_, length))| fs::metadata(version.join(name)).is_ok_and(|meta| meta.len() == *length))
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

fn version_id(files: &BTreeMap<String, ([u8; 32], u64)>) -> String {
    let mut hasher = blake3::Hasher::new();
    for (name, (hash, _)) in files {
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(hash);
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

/// What to do, for those who can.
fn hint(source: &io::Error) -> String {
    match Problem::of(source) {
        // The reason says it already.
        Problem::Busy => String::new(),
        problem => problem.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default(),
    }
}

fn error(path: &Path, source: io::Error) -> PublishError {
    PublishError { path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(publication: &Publication) -> String {
        let mut version = publication.begin().unwrap();
        version.put("catalog.json", b"{}").unwrap();
        version.commit().unwrap()
    }

    #[test]
    fn a_version_is_named_by_its_files_and_served_last() {
        let folder = tempfile::tempdir().unwrap();
        let publication = Publication::open(folder.path()).unwrap();
        let first = publish(&publication);
        assert_eq!(publish(&publication), first, "the same files make the same version");
        assert_eq!(publication.current().as_deref(), Some(first.as_str()));
        assert_eq!(fs::read_to_string(folder.path().join("current")).unwrap().trim(), first);
        assert!(folder.path().join(format!("versions/{first}/catalog.json.br")).is_file());
    }

    #[test]
    fn what_an_interrupted_build_left_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let spooled = {
            let publication = Publication::open(folder.path()).unwrap();
            publication.put_beside("work/results/job.json", b"{}").unwrap();
            publication.spool().unwrap().keep()
        };
        let half = ["versions/.staging-1", "work/results/.staging-2", ".staging-3"];
        let half = half.map(|name| folder.path().join(name));
        fs::create_dir_all(&half[0]).unwrap();
        half[1..].iter().for_each(|path| fs::write(path, "half").unwrap());
        Publication::open(folder.path()).unwrap();
        assert!(half.iter().chain([&spooled]).all(|path| !path.exists()));
        assert!(folder.path().join("work/results/job.json").is_file());
    }

    #[test]
    fn a_version_that_a_power_cut_left_short_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let publication = Publication::open(folder.path()).unwrap();
        let id = publish(&publication);
        let path = folder.path().join(format!("versions/{id}/catalog.json"));
        fs::write(&path, b"").unwrap();
        publish(&publication);
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
