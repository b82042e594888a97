//! Copies the served version of a publication to another place.
//!
//! In: a publication folder and a [`Target`]. Out: the contents that the version names, then its
//! files, then `current`; so a reader there never sees half a version, and an upload that was
//! interrupted goes on with what is missing. Work files and older versions stay behind. Called by
//! the command `publish`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

use super::target::{Target, TargetError};

/// Files on their way at once: enough to hide the time that each takes to be answered.
const AT_ONCE: usize = 16;

/// What was copied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uploaded {
    /// Id of the version.
    pub version: String,
    /// Files of the version, its contents included.
    pub files: u64,
    /// Those of them that were not there yet.
    pub files_written: u64,
    /// Their bytes.
    pub bytes_written: u64,
    /// Whether readers are shown this version since now.
    pub switched: bool,
}

/// An upload that did not end. What was copied stays, unseen, and is not copied again.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The publication at home.
    #[error("cannot read `{path}`: {reason}")]
    Source {
        /// The file.
        path: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The place it goes to.
    #[error(transparent)]
    Target(#[from] TargetError),
}

/// Told how an upload gets on. Called from many threads.
pub trait UploadProgress: Sync {
    /// A stage begins that will take `steps` steps.
    fn stage(&self, name: &str, steps: u64);
    /// A step of the current stage is done.
    fn step(&self, what: &str);
}

/// Copies the served version of the publication in `folder`.
///
/// # Errors
/// If there is no version, a file that it names is missing, or the target refuses. Readers of the
/// target then still see what they saw before.
pub fn upload(
    folder: &Path,
    target: &dyn Target,
    progress: &dyn UploadProgress,
) -> Result<Uploaded, UploadError> {
    let version = current(folder)?;
    let below = format!("versions/{version}");
    let mut files = BTreeSet::new();
    list(folder, &below, &mut files)?;
    let contents = contents(folder, &files)?;
    let mut uploaded =
        Uploaded { files: (contents.len() + files.len()) as u64, version, ..Uploaded::default() };
    // Asked first: where nothing can be read or there is no bucket, nothing is begun.
    let switch = format!("{}\n", uploaded.version).into_bytes();
    let serves = target.get("current")?;
    for (stage, files) in [("contents", contents), ("version", files)] {
        progress.stage(stage, files.len() as u64);
        let written = copy_all(folder, &files.into_iter().collect::<Vec<_>>(), target, progress)?;
        uploaded.files_written += written.0;
        uploaded.bytes_written += written.1;
    }
    if serves.as_ref() != Some(&switch) {
        target.replace("current", switch)?;
        uploaded.switched = true;
    }
    Ok(uploaded)
}

fn current(folder: &Path) -> Result<String, UploadError> {
    let path = folder.join("current");
    let id = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?.trim().to_owned();
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(source(&path, "it names no version; build the publication again"));
    }
    Ok(id)
}

/// Names of all files below a folder of the publication.
fn list(root: &Path, below: &str, files: &mut BTreeSet<String>) -> Result<(), UploadError> {
    let folder = root.join(below);
    for entry in fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))? {
        let entry = entry.map_err(|error| unreadable(&folder, &error))?;
        let name = entry.file_name();
        let name = name.to_str().ok_or_else(|| source(&entry.path(), "its name is no text"))?;
        let path = format!("{below}/{name}");
        let kind = entry.file_type().map_err(|error| unreadable(&entry.path(), &error))?;
        if kind.is_dir() {
            list(root, &path, files)?;
        } else {
            files.insert(path);
        }
    }
    Ok(())
}

/// Names of the contents that the tilesets of a version name. Which of its documents are tilesets is told
/// by what they hold, not by their names.
fn contents(root: &Path, files: &BTreeSet<String>) -> Result<BTreeSet<String>, UploadError> {
    let mut found = BTreeSet::new();
    let is_document = |file: &&String| Path::new(file).extension().is_some_and(|kind| kind == "json");
    for file in files.iter().filter(is_document) {
        let path = root.join(file);
        let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let document: Value =
            serde_json::from_slice(&bytes).map_err(|error| source(&path, &error.to_string()))?;
        let mut uris = Vec::new();
        references(&document["root"], &mut uris);
        for uri in uris {
            let name = resolve(file, uri).unwrap_or_default();
            if !files.contains(&name) {
                if !name.starts_with("content/") {
                    return Err(source(
                        &path,
                        &format!("it names `{uri}`, which is no part of a publication"),
                    ));
                }
                let missing = format!("`{file}` names it and it is not there; build the publication again");
                fs::metadata(root.join(&name)).map_err(|_| source(&root.join(&name), &missing))?;
                let siblings = [".br", ".gz"].map(|suffix| format!("{name}{suffix}"));
                found.extend(siblings.into_iter().filter(|sibling| root.join(sibling).is_file()));
                found.insert(name);
            }
        }
    }
    Ok(found)
}

/// Every `uri` in a tileset.
fn references<'v>(value: &'v Value, uris: &mut Vec<&'v str>) {
    match value {
        Value::Object(members) => {
            uris.extend(members.get("uri").and_then(Value::as_str));
            members.values().for_each(|member| references(member, uris));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, uris)),
        _ => {}
    }
}

/// A reference from a file, as a name below the publication.
fn resolve(file: &str, uri: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in uri.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Copies files that are not there yet. Returns how many, and their bytes.
fn copy_all(
    root: &Path,
    files: &[String],
    target: &dyn Target,
    progress: &dyn UploadProgress,
) -> Result<(u64, u64), UploadError> {
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let total = Mutex::new(Ok((0, 0)));
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
            let copied = copy(root, file, target);
            progress.step(file);
            let mut total = total.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            match (copied, total.as_mut()) {
                (Ok(Some(bytes)), Ok((count, sum))) => {
                    *count += 1;
                    *sum += bytes;
                }
                (Err(error), Ok(_)) => {
                    *total = Err(error);
                    stop.store(true, Ordering::Relaxed);
                }
                _ => {}
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(files.len()) {
            scope.spawn(work);
        }
    });
    total.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Copies a file unless it is there at its size. Returns the bytes copied.
fn copy(root: &Path, file: &str, target: &dyn Target) -> Result<Option<u64>, UploadError> {
    let path = root.join(file);
    let size = fs::metadata(&path).map_err(|error| unreadable(&path, &error))?.len();
    let there = target.size_bytes(file)?;
    if there == Some(size) {
        return Ok(None);
    }
    let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
    if there.is_some() {
        // Its name says what is in it, so one of another size is damaged.
        target.replace(file, bytes)?;
        return Ok(Some(size));
    }
    Ok(target.put_new(file, bytes)?.then_some(size))
}

fn unreadable(path: &Path, error: &std::io::Error) -> UploadError {
    source(path, &error.to_string())
}

fn source(path: &Path, reason: &str) -> UploadError {
    UploadError::Source { path: path.display().to_string(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_followed_from_the_file_that_holds_it() {
        let from = |uri| resolve("versions/1f/full/tileset.json", uri);
        assert_eq!(from("../../../content/a.glb").as_deref(), Some("content/a.glb"));
        assert_eq!(from("./z1/tileset.json").as_deref(), Some("versions/1f/full/z1/tileset.json"));
        assert_eq!(from("../../../../etc/passwd"), None);
    }
}
