//! Files as a publication needs them: on the disk before they are named, and readable by a server under
//! another account. Called by `publish` alone.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use super::{PublishError, error};

/// Prefix of what is not finished yet.
pub(super) const STAGING: &str = ".staging-";

/// Removes what a build that died left unfinished in a folder. One that is not there is clear.
pub(super) fn clear(folder: &Path) -> Result<(), PublishError> {
    let entries = match fs::read_dir(folder) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(|source| error(folder, source))?,
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(STAGING) {
            let path = entry.path();
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(|source| error(&path, source))?;
        }
    }
    Ok(())
}

/// A new folder beside the final ones, removed when dropped.
pub(super) fn staging_in(folder: &Path) -> Result<tempfile::TempDir, PublishError> {
    fs::create_dir_all(folder).map_err(|source| error(folder, source))?;
    tempfile::Builder::new().prefix(STAGING).tempdir_in(folder).map_err(|source| error(folder, source))
}

/// Writes a file and the folders above it.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), PublishError> {
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
pub(super) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), PublishError> {
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
pub(super) fn set_readable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
pub(super) fn set_readable(_: &fs::File) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
pub(super) fn set_readable_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
pub(super) fn set_readable_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
