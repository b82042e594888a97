//! Fuzz target of the mesh readers: no input may make them panic, hang, or take memory out of
//! proportion. The first byte chooses the format. `scripts/fuzz` builds it with coverage and runs it.

#![no_main]

mod limits;

use std::cell::OnceCell;
use std::convert::Infallible;
use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use tile_builder::read::gltf;
use tile_builder::read::soup::{StreamOptions, stream};

use crate::limits::LIMITS;

thread_local! {
    /// A folder that is removed when the run ends; streams are read from files.
    static FOLDER: OnceCell<Option<tempfile::TempDir>> = const { OnceCell::new() };
}

fn file(name: &str) -> Option<PathBuf> {
    FOLDER.with(|folder| {
        folder.get_or_init(|| tempfile::tempdir().ok()).as_ref().map(|folder| folder.path().join(name))
    })
}

fuzz_target!(|data: &[u8]| {
    let Some((format, bytes)) = data.split_first() else { return };
    let name = match format % 4 {
        0 => {
            let _ = gltf::meshes(bytes, "fuzz.glb", &LIMITS);
            return;
        }
        1 => "fuzz.obj",
        2 => "fuzz.ply",
        _ => "fuzz.glb",
    };
    let Some(path) = file(name) else { return };
    if std::fs::write(&path, bytes).is_ok() {
        let options = StreamOptions { memory_bytes: 1 << 20, ..StreamOptions::default() };
        let _ = stream(&path, &options, &LIMITS, &mut |_| Ok::<(), Infallible>(()));
    }
});
