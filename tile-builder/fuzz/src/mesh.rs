//! Fuzz target of the mesh readers: no input may make them panic, hang, or take memory out of
//! proportion. The first byte chooses the format. `scripts/fuzz` builds it with coverage and runs it.

#![no_main]

use std::cell::OnceCell;
use std::convert::Infallible;
use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use tile_builder::read::soup::{StreamOptions, stream};
use tile_builder::read::{Limits, gltf};

/// Small enough that a run is quick, large enough that each limit can be reached.
fn limits() -> Limits {
    Limits {
        file_bytes: 1 << 20,
        body_bytes: 1 << 20,
        depth: 32,
        vertices: 20_000,
        triangles: 20_000,
        visits: 4096,
        texture_px: 512,
        mesh_bytes: 1 << 20,
        mesh_vertices: 20_000,
        mesh_faces: 20_000,
        mesh_materials: 64,
        polygon_corners: 256,
        line_bytes: 4096,
        ..Limits::default()
    }
}

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
            let _ = gltf::meshes(bytes, "fuzz.glb", &limits());
            return;
        }
        1 => "fuzz.obj",
        2 => "fuzz.ply",
        _ => "fuzz.glb",
    };
    let Some(path) = file(name) else { return };
    if std::fs::write(&path, bytes).is_ok() {
        let options = StreamOptions { memory_bytes: 1 << 20, ..StreamOptions::default() };
        let _ = stream(&path, &options, &limits(), &mut |_| Ok::<(), Infallible>(()));
    }
});
