//! Names the builder by its sources, so that what an older one made is not taken for what this one
//! would make. Out: the variable `TILE_BUILDER_SOURCES`, the same on every machine.

use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { list(&path, files) } else { files.push(path) }
    }
}

fn main() {
    let mut files = vec![PathBuf::from("../Cargo.lock")];
    for folder in ["src", "../schemas/src"] {
        println!("cargo:rerun-if-changed={folder}");
        list(Path::new(folder), &mut files);
    }
    println!("cargo:rerun-if-changed=../Cargo.lock");
    files.sort();
    // The hasher of this type has fixed keys.
    let mut hasher = std::hash::DefaultHasher::new();
    for file in files {
        file.to_string_lossy().replace('\\', "/").hash(&mut hasher);
        fs::read(&file).unwrap_or_default().hash(&mut hasher);
    }
    println!("cargo:rustc-env=TILE_BUILDER_SOURCES={:016x}", hasher.finish());
}
