//! `tile-builder`: see `tile-builder --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tile_builder::cli::run()
}
