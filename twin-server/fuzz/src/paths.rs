//! Fuzz target of the paths of published files: what passes lies below the folder, however it is written.
//! `scripts/fuzz` builds it with coverage and runs it.

#![no_main]

use std::path::{Component, Path};

use libfuzzer_sys::fuzz_target;
use twin_server::tiles::PublicPath;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(path) = PublicPath::parse(text) else { return };
    let _ = path.extension();
    let mut parts = Path::new(path.as_str()).components();
    assert!(parts.all(|part| matches!(part, Component::Normal(_))), "`{text}` leads elsewhere");
    assert!(path.as_str().starts_with("content/") || path.as_str().starts_with("versions/"), "`{text}`");
    assert!(!path.as_str().contains(['\0', '\\']), "`{text}`");
});
