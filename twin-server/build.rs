//! Makes the folder that the viewer is built into, so that the server compiles before the viewer
//! does and is built again when the viewer changes.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let dist = Path::new("../viewer/dist");
    if Path::new("../viewer").is_dir() {
        std::fs::create_dir_all(dist)?;
    }
    let stdout = &mut std::io::stdout();
    std::io::Write::write_all(
        stdout,
        b"cargo::rerun-if-changed=build.rs\ncargo::rerun-if-changed=migrations\n",
    )?;
    if dist.is_dir() {
        std::io::Write::write_all(stdout, b"cargo::rerun-if-changed=../viewer/dist\n")?;
    }
    Ok(())
}
