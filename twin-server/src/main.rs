//! `twin-server`: see `twin-server --help`.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use twin_server::cli::Cli;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
