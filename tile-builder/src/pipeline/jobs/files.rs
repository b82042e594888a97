//! The files that a job may read, by their names alone: what a workflow engine looks at.

use std::path::{Path, PathBuf};

/// The files that a mesh may name: materials, buffers and images beside it and one folder below.
pub(in super::super) fn files_of_mesh(mesh: &Path) -> Vec<PathBuf> {
    const KINDS: [&str; 8] = ["mtl", "bin", "jpg", "jpeg", "png", "webp", "ktx2", "tif"];
    let of_kind = |path: &PathBuf| {
        let kind = path.extension().map(|kind| kind.to_string_lossy().to_ascii_lowercase());
        kind.is_some_and(|kind| KINDS.contains(&kind.as_str())) && path.is_file()
    };
    let list = |folder: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
    };
    let beside = list(mesh.parent().unwrap_or(Path::new(".")));
    let below = beside.iter().filter(|path| path.is_dir()).flat_map(|folder| list(folder));
    let mut files: Vec<PathBuf> = below.chain(beside.iter().cloned()).filter(of_kind).collect();
    files.push(mesh.to_owned());
    files.sort();
    files
}

/// The files that a tile's own files are named by: those beside its root that begin with its name.
pub(in super::super) fn files_of(root: &Path) -> Vec<PathBuf> {
    let stem = |path: &Path| path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let tile = stem(root);
    let folder = root.parent().unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| stem(path).starts_with(&tile) && path.is_file()).collect();
    files.sort();
    files
}
