//! The command line: arguments, what is printed, exit codes.
//!
//! Exit codes: 0 done (warnings are in the report), 1 failed, 2 wrong usage. Standard output holds
//! results, standard error holds progress and messages.

mod build;
mod console;
mod inspect;
mod sample;
mod validate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// Turns drone surveys into lightweight 3D Tiles 1.1.
///
/// Point it at the folder that the survey software delivered: the coarse levels, the textures and
/// the place on the Earth are taken over from it.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  tile-builder sample --out sample                  write a community to try things with
  tile-builder build sample --out publication       build it
  tile-builder build /data/survey --out publication build a ContextCapture or Terra folder
  tile-builder inspect /data/survey                 what is in there, and where on the Earth
  tile-builder validate publication                 check a publication against 3D Tiles 1.1";

#[derive(Debug, Subcommand)]
enum Command {
    /// Build a publication from a survey folder, an OSGB file, or a plan (`community.toml`).
    ///
    /// Without a plan one is assumed and printed; save it as `community.toml` to change it. The
    /// version served so far stays in place until the new one is whole.
    Build(BuildArguments),
    /// Say what an input holds, without building it.
    Inspect(InspectArguments),
    /// Check a publication: 3D Tiles rules, references, contents.
    Validate(ValidateArguments),
    /// Write a sample community: a survey, zones, footprints and devices of an old quarter.
    Sample(SampleArguments),
}

#[derive(Debug, clap::Args)]
struct BuildArguments {
    /// Survey folder, `.osgb` file, `community.toml`, or a folder that holds one.
    input: PathBuf,
    /// Publication folder; made if it does not exist.
    #[arg(long)]
    out: PathBuf,
    /// Print the report as JSON on standard output.
    #[arg(long)]
    json: bool,
    /// Threads to use. Default: one for each processor.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

#[derive(Debug, clap::Args)]
struct InspectArguments {
    /// Survey folder, `.osgb` file, or plan.
    input: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct ValidateArguments {
    /// Publication folder.
    publication: PathBuf,
}

#[derive(Debug, clap::Args)]
struct SampleArguments {
    /// Folder to write; must be new, empty, or an earlier sample.
    #[arg(long)]
    out: PathBuf,
    /// Survey tiles of 100 m × 100 m.
    #[arg(long, default_value_t = 6)]
    tiles: u32,
    /// The same seed gives the same community, byte for byte.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How finely the survey is made.
    #[arg(long, value_enum, default_value_t = DetailArgument::Full)]
    detail: DetailArgument,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DetailArgument {
    /// Like a real survey.
    Full,
    /// Small, for load tests.
    Light,
}

/// Runs the program with the process's arguments.
#[must_use]
pub fn run() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Build(arguments) => build::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Sample(arguments) => sample::run(&arguments),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            console::error(&error);
            ExitCode::FAILURE
        }
    }
}
