//! A local or mounted folder as a [`Target`].
//!
//! In: the folder's path. Out: files in it, each linked into place when it is whole. The folder is a
//! publication of its own: it is locked like one, and one that holds other files is refused. Called
//! by the command `publish`, through `upload`.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::disk::{STAGING, set_readable, write_atomically};
use super::target::{Problem, Target, TargetError};
use super::{Publication, PublishError};

/// A folder that publications are copied to.
#[derive(Debug)]
pub struct FolderTarget {
    publication: Publication,
}

impl FolderTarget {
    /// Opens or makes the folder, for one writer at a time.
    ///
    /// # Errors
    /// If it cannot be made, holds something else, or is written by somebody else.
    pub fn open(root: &Path) -> Result<Self, TargetError> {
        let publication = Publication::open(root).map_err(|error| failed("open", root, &error.source))?;
        Ok(Self { publication })
    }

    fn path(&self, path: &str) -> PathBuf {
        self.publication.root().join(path)
    }
}

impl Target for FolderTarget {
    fn address(&self, path: &str) -> String {
        self.path(path).display().to_string()
    }

    fn size_bytes(&self, path: &str) -> Result<Option<u64>, TargetError> {
        let path = self.path(path);
        there(fs::metadata(&path), &path).map(|meta| meta.map(|meta| meta.len()))
    }

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, TargetError> {
        let path = self.path(path);
        there(fs::read(&path), &path)
    }

    fn put_new(&self, path: &str, bytes: Vec<u8>) -> Result<bool, TargetError> {
        let path = self.path(path);
        match write_new(&path, &bytes) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(failed("write", &path, &error)),
        }
    }

    fn replace(&self, path: &str, bytes: Vec<u8>) -> Result<(), TargetError> {
        let path = self.path(path);
        let replaced =
            make_folder_of(&path).map_err(|source| PublishError { path: path.display().to_string(), source });
        replaced
            .and_then(|()| write_atomically(&path, &bytes))
            .map_err(|error| failed("write", &path, &error.source))
    }
}

fn make_folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    make_folder_of(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(STAGING).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_data()?;
    set_readable(file.as_file())?;
    file.persist_noclobber(path).map_err(|persist| persist.error)?;
    Ok(())
}

fn there<T>(found: io::Result<T>, path: &Path) -> Result<Option<T>, TargetError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", path, &error)),
    }
}

fn failed(doing: &'static str, path: &Path, error: &io::Error) -> TargetError {
    TargetError {
        address: path.display().to_string(),
        problem: Problem::of(error),
        doing,
        reason: error.to_string(),
    }
}
